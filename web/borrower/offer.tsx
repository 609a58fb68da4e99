import { Router } from 'express';
import { scheduleInForce, type ScheduleRow } from '../../db/loan-page.js';
import { latestOffer, type StoredOffer } from '../../db/reports.js';
import { recordAcceptance } from '../../db/acceptances.js';
import { defaultProduct } from '../../domain/product.js';
import type { LoanState } from '../../domain/loan.js';
import { acceptOffer } from '../../workflows/contract.js';
import type { AreaDeps } from '../area.js';
import { DateText } from '../components/dates.js';
import { Facts, MoneyAct } from '../components/facts.js';
import { Checkbox, Form, type FormErrors } from '../components/form.js';
import { Money, moneyText } from '../components/money.js';
import { decimalPercentText, percentText } from '../components/rate.js';
import { acceptanceOf } from '../documents/texts.js';
import { notFound } from '../errors.js';
import { requirePerson } from '../guard.js';
import { Input } from '../input.js';
import { Layout, sendPage } from '../layout.js';
import { answerTold, sendRefusal } from '../told.js';
import { personOf } from '../visit.js';
import { ownLoan, readableLoan, type LoanAccess } from './access.js';
import { ScheduleTable } from './schedule-table.js';

const methodWords: Record<string, string> = {
  'equal-instalments': 'equal instalments (等额本息)', 'equal-principal': 'equal principal (等额本金)', 'interest-only': 'interest first, principal at the end (先息后本)', bullet: 'all at the end (到期还本付息)', flat: 'flat (等本等息)',
};

interface OfferFacts extends LoanAccess { offer: StoredOffer; schedule: ScheduleRow[] }

/** The offer (授信方案) with every figure; accepting it takes a page that shows what is signed. */
export function offerRouter({ pool, workflows, clock }: AreaDeps): Router {
  const router = Router();
  const back = (loanNo: string) => ({ href: `/loans/${loanNo}`, text: 'Back to the loan' });

  router.get('/loans/:loanNo/offer', requirePerson, async (request, response) => {
    const access = await readableLoan(pool, response, request.params['loanNo']);
    sendPage(response, <OfferPage facts={await withOffer(access)} />);
  });

  router.get('/loans/:loanNo/offer/accept', requirePerson, async (request, response) => {
    const facts = await withOffer(await ownLoan(pool, response, request.params['loanNo']));
    if (facts.loan.state !== 'offered') return sendRefusal(response, 'wrong-state', back(facts.loan.loanNo));
    sendPage(response, <SignPage facts={facts} errors={{}} />);
  });

  router.post('/loans/:loanNo/offer/accept', requirePerson, async (request, response) => {
    const access = await ownLoan(pool, response, request.params['loanNo']);
    const { loanNo } = access.loan;
    const input = new Input(request.body);
    const { key } = input;
    const offerVersion = input.number('version', { min: 0, max: 1_000, missing: 'The form was incomplete. Load the page again.' });
    input.mustTick('signed', 'Tick the box to sign; without it nothing is agreed.');
    if (!input.ok) return sendPage(response, <SignPage facts={await withOffer(access)} errors={input.errors} />, 422);
    await recordAcceptance(pool, personOf(response).id, acceptanceOf('borrower-risk-notice'), new Date(clock()).toISOString());
    const told = await workflows.update(loanNo, acceptOffer, key, { personId: personOf(response).id, offerVersion });
    const sent = { name: 'accept-offer', action: `/loans/${loanNo}/offer/accept`, button: 'Sign and accept', key, hidden: input.fields, back: back(loanNo) };
    answerTold(response, told, sent, () => `/loans/${loanNo}/prepare`);
  });
  return router;

  async function withOffer(access: LoanAccess): Promise<OfferFacts> {
    const [offer, schedule] = await Promise.all([latestOffer(pool, access.loan.loanNo), scheduleInForce(pool, access.loan.loanNo)]);
    if (!offer) throw notFound();
    return { ...access, offer, schedule };
  }
}

function OfferPage({ facts }: { facts: OfferFacts }) {
  const { loan, carried, offer, schedule, mine } = facts;
  const open = loan.state === 'offered';
  const interestFen = schedule.reduce((sum, row) => sum + row.interestFen, 0);
  const feesFen = schedule.reduce((sum, row) => sum + row.feeFen, 0);
  return (
    <Layout title={`Offer for ${loan.loanNo}`}>
      {open ? <p>Open until <DateText date={offer.validUntil} act />. If you do nothing it lapses, and you owe nothing.</p> : <p>This offer is no longer open; it stays here to read.</p>}
      <Facts facts={[
        ['You receive', <Money fen={offer.amountFen} />],
        ['You pay back in all', <Money fen={offer.amountFen + interestFen + feesFen} />],
        ['Interest', <><Money fen={interestFen} /> at {percentText(offer.annualRateBps)} a year</>],
        ['Service fee', <><Money fen={feesFen} /> in all, {moneyText(offer.serviceFeeFen)} with each instalment; nothing is taken from the principal</>],
        ['All-in cost a year (综合年化成本)', <strong>{decimalPercentText(offer.allInPercent)}</strong>],
        ['The legal cap', offer.capBps === null ? 'none under the rules in force' : `${percentText(offer.capBps)}, compared with the all-in cost`],
        ['Term', `${offer.termMonths} months`], ['Method', methodWords[offer.method] ?? offer.method], ['Risk grade', offer.grade],
      ]} />
      {open && mine ? <p class="actions"><a class="button" href={`/loans/${loan.loanNo}/offer/accept`}>Go on to sign</a> <a href={`/loans/${loan.loanNo}/cancel`}>Decline</a></p> : null}
      <h2>Schedule</h2>
      <p class="hint">As if the money came today; the dates are counted from the value date, on which the bank has moved the last of it.</p>
      <ScheduleTable rows={schedule} paid={false} />
      <Conditions carried={carried} />
    </Layout>
  );
}

/** What happens when things do not go to plan, in the same size as the rest. */
function Conditions({ carried }: { carried: LoanState }) {
  const { terms } = carried;
  const early = defaultProduct(carried.productId)?.earlyRepayment;
  return (
    <>
      <h2>If you pay late</h2>
      <p>
        {terms.lateInterestBps > 0 ? <>Late interest (罚息) of {percentText(terms.lateInterestBps)} a year runs on the overdue principal, day by day. </> : <>No late interest is charged. </>}
        From {terms.collectAfterDays} {terms.collectAfterDays === 1 ? 'day' : 'days'} past due we remind and call you within the hours the law allows; after {terms.legalAfterDays} days the loan is handed over for legal action, whose costs you may have to bear; after {terms.writeOffAfterDays} days lenders
        are told that it is written off. You still owe it then. If you cannot pay, tell us: contact stops until a person has looked at it.
      </p>
      <h2>If you pay early</h2>
      <p>You may repay all or part at any time. Interest is owed only for the days on which you had the money{early && early.feeBps > 0 ? <>; there is a fee of {percentText(early.feeBps)} of the principal repaid early</> : <>, and there is no fee for it</>}.</p>
      <h2>How instalments are taken</h2>
      <p>On the due day, and up to {Math.max(...terms.debitDays)} days after, what is due is taken from your custody account; what is missing is pulled from your bound card{terms.partialDebit ? ', in part if there is not enough' : ''}. Due days that fall on a day off move to the next working day without cost where the schedule says so.</p>
      <h2>Until the contract is concluded</h2>
      <p>You may withdraw at no cost until lenders have put the whole amount together and the contract is concluded. Lenders have {terms.fundraisingWorkingDays} working days; if they do not come together, nothing is owed.</p>
    </>
  );
}

function SignPage({ facts, errors }: { facts: OfferFacts; errors: FormErrors }) {
  const { loan, offer, schedule } = facts;
  const first = schedule[0];
  return (
    <Layout title={`Sign the offer for ${loan.loanNo}`}>
      <MoneyAct
        moves={<Money fen={offer.amountFen} />} from="many lenders" to="your custody account, then your bound card"
        costs={<>{decimalPercentText(offer.allInPercent)} a year in all; {schedule.length} instalments{first ? <>, the first of <Money fen={first.principalFen + first.interestFen + first.feeFen} /></> : null}</>}
        final="When the contract is concluded, after lenders have funded all of it; until then you may withdraw"
      />
      <p>By signing you agree to the amount, the term, at most this rate and these fees, and you mandate the platform to conclude the contract with the lenders within the fundraising time. See the <a href={`/loans/${loan.loanNo}/offer`}>whole offer</a>.</p>
      <Form name="accept-offer" action={`/loans/${loan.loanNo}/offer/accept`} button="Sign and accept" errors={errors} hidden={{ version: String(offer.version) }} back={{ href: `/loans/${loan.loanNo}/offer`, text: 'Back to the offer' }}>
        <Checkbox name="signed" errors={errors}>I have read the offer, the schedule, what happens when I pay late, and the <a href="/documents/borrower-risk-notice" target="_blank" rel="noopener">risks for borrowers</a>, and I sign</Checkbox>
      </Form>
    </Layout>
  );
}
