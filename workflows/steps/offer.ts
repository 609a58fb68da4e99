/** The platform proposes amount, term, rate and fees; the borrower has until the offer's last day to accept. */
import { addDays, instantAt } from '../../domain/dates.js';
import { end, tell } from '../ending.js';
import { enter, standBy } from '../course.js';
import { answerDone, noteAct, type Life } from '../life.js';
import { inRisk } from '../retries.js';
import { attempt } from '../stuck.js';

export async function offer(life: Life): Promise<void> {
  const { loan, inbox } = life;
  if (!loan.offer) {
    const made = await makeOffer(life);
    if (made.status === 'refused') return end(life, 'declined', made.code, 'refused');
    loan.offer = made.offer;
  }
  loan.state = 'offered';
  await tell(life, 'offer-ready', 'borrower', `:v${loan.offer.version}`, { on: loan.offer.validUntil, amountFen: loan.offer.amountFen });
  const woken = await standBy(life, {
    untilMs: instantAt(addDays(loan.offer.validUntil, 1), 0, loan.terms.zoneOffsetMinutes),
    owner: 'borrower', summary: 'The borrower accepts the offer', otherwise: 'the offer lapses', wake: () => inbox.accept !== undefined,
  });
  if (woken === 'reached' && !inbox.accept) return end(life, 'lapsed', 'offer-lapsed', 'offer-lapsed');
  await takeUpAcceptance(life);
}

async function makeOffer(life: Life) {
  const { loan } = life;
  const { amountFen, termMonths, annualRateBps, grade } = loan.approved ?? { amountFen: null, termMonths: null, annualRateBps: null, grade: null };
  return attempt(life, 'The offer', () =>
    inRisk('Makes the offer with its schedule').makeOffer({ loanNo: loan.loanNo, asOf: life.today(), amountFen, termMonths, annualRateBps, grade: grade ?? loan.grade }));
}

async function takeUpAcceptance(life: Life): Promise<void> {
  const { loan, inbox } = life;
  const asked = inbox.accept;
  inbox.accept = undefined;
  if (!asked) return;
  loan.acceptedAt = life.asOf();
  noteAct(life, 'accept-offer', { actor: asked.input.personId, role: 'borrower', after: { offerVersion: asked.input.offerVersion } });
  // Should the loan be lost here, it goes on after the acceptance, not before it.
  loan.step = 'prepare';
  await enter(life, 'preparing', 'platform', 'The offer is accepted');
  answerDone(life, asked);
}
