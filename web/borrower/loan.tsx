import { Router } from 'express';
import { actsOn, type RecordedAct } from '../../db/acts.js';
import { findListing, type Listing } from '../../db/listings.js';
import { scheduleInForce, type ScheduleRow } from '../../db/loan-page.js';
import { messagesOfLoan, type Message } from '../../db/messages.js';
import { paymentsOfLoan, type Payment } from '../../db/payments.js';
import { findScore, latestOffer, type StoredOffer, type StoredScore } from '../../db/reports.js';
import { endStates } from '../../domain/loan.js';
import { dueBy, payableNowFen, payoffOf, totalFen } from '../../domain/servicing.js';
import type { AreaDeps } from '../area.js';
import { DateText, InstantText } from '../components/dates.js';
import { Facts } from '../components/facts.js';
import { Money } from '../components/money.js';
import { Rate } from '../components/rate.js';
import { Badge, Notice, State } from '../components/state.js';
import { Table } from '../components/table.js';
import { requirePerson } from '../guard.js';
import { Layout, sendPage, useVisit } from '../layout.js';
import { visitOf, wantsJson } from '../visit.js';
import { readableLoan, type LoanAccess } from './access.js';
import { dateOf } from './home.js';
import { LoanLife } from './life.js';
import { purposeText } from './purposes.js';
import { openOf, ScheduleTable } from './schedule-table.js';
import { stateWords } from './state-words.js';

interface LoanFacts extends LoanAccess {
  schedule: ScheduleRow[];
  offer: StoredOffer | null;
  score: StoredScore | null;
  payments: Payment[];
  listing: Listing | null;
  acts: RecordedAct[];
  messages: Message[];
}

/** One loan's page: where it stands, its life, its schedule, its money, what was written about it. */
export function loanRouter({ pool }: AreaDeps): Router {
  const router = Router();
  router.get('/loans/:loanNo', requirePerson, async (request, response) => {
    const access = await readableLoan(pool, response, request.params['loanNo']);
    const { loanNo } = access.loan;
    const [schedule, offer, payments] = await Promise.all([scheduleInForce(pool, loanNo), latestOffer(pool, loanNo), paymentsOfLoan(pool, loanNo)]);
    if (wantsJson(request)) {
      response.json(asJson({ ...access, schedule, offer, payments }, visitOf(response).today));
      return;
    }
    const [listing, acts, messages, score] = await Promise.all([findListing(pool, loanNo), actsOn(pool, loanNo), messagesOfLoan(pool, loanNo), findScore(pool, loanNo)]);
    const done = typeof request.query['done'] === 'string' ? request.query['done'] : null;
    sendPage(response, <LoanPage facts={{ ...access, schedule, offer, payments, listing, acts, messages, score }} done={done} />);
  });
  return router;
}

/** What a program reads of a loan. */
function asJson({ loan, carried, schedule, offer, payments }: Pick<LoanFacts, 'loan' | 'carried' | 'schedule' | 'offer' | 'payments'>, today: string) {
  const repaying = carried.valueDate !== null && !endStates.includes(loan.state);
  return {
    loanNo: loan.loanNo, state: loan.state, owner: loan.owner, nextAt: loan.nextAt, reason: loan.reason, grade: loan.grade, valueDate: loan.valueDate, closedOn: loan.closedOn,
    requestedFen: loan.requestedFen, termMonths: loan.termMonths, offer, instalments: schedule, outstandingFen: loan.outstandingFen, daysPastDue: loan.daysPastDue,
    dueFen: repaying ? totalFen(dueBy(carried, today)) : 0, payableFen: repaying ? payableNowFen(carried, today) : 0, payoffFen: repaying ? payoffOf(carried, today).totalFen : 0,
    writtenOffOn: carried.writtenOffOn, recoveredFen: carried.recoveredFen,
    payments: payments.map(({ paymentNo, n, source, askedFen, frozenFen, asOf, state, principalFen, interestFen, lateInterestFen, feeFen }) => ({ paymentNo, n, source, askedFen, frozenFen, asOf, state, principalFen, interestFen, lateInterestFen, feeFen })),
  };
}

const doneWords: Record<string, string> = {
  applied: 'Your application has been received. Keep its number; we write to you at each step.',
  accepted: 'You have accepted the offer. We write to you when the contract is concluded.',
  declined: 'You have declined. Nothing is owed.',
  cancelled: 'You have withdrawn. Nothing is owed.',
  paid: 'Your payment is frozen at the bank and counts from today; it is now being shared among the lenders.',
  asked: 'Your payment has been asked of the bank; it appears below when the bank has answered.',
};

function LoanPage({ facts, done }: { facts: LoanFacts; done: string | null }) {
  const { loan, carried, mine, schedule, offer, payments, listing, messages } = facts;
  const visit = useVisit();
  const ended = endStates.includes(loan.state);
  const next = schedule.find((row) => openOf(row) > 0);
  // While all is well, what comes next is the oldest open instalment's day, whatever reminder stands before it.
  const words = stateWords({ ...loan, today: visit.today, by: ended ? null : (loan.state === 'repaying' ? next?.dueDay : null) ?? dateOf(loan.nextAt, visit.zoneOffsetMinutes) });
  const moving = !ended && loan.owner !== 'borrower' && carried.valueDate === null;
  return (
    <Layout title={`Loan ${loan.loanNo}`} wide refreshSeconds={moving ? 10 : undefined}>
      {done && doneWords[done] ? <Notice tone="good"><p><strong>{doneWords[done]}</strong></p><p>Reference <span class="reference">{done === 'paid' ? payments[0]?.paymentNo ?? loan.loanNo : loan.loanNo}</span></p></Notice> : null}
      <State tone={words.tone} word={words.word}>{mine ? null : <span class="small">What the borrower reads: </span>}{words.sentence}</State>
      {mine ? <Actions facts={facts} words={words} /> : null}
      {mine ? null : <StaffLinks loanNo={loan.loanNo} />}
      <div class="two">
        <section>
          <h2>Its life</h2>
          <LoanLife facts={facts} zoneOffsetMinutes={visit.zoneOffsetMinutes} />
        </section>
        <section>
          <h2>Figures</h2>
          <Facts facts={[
            ['Amount', <Money fen={loan.amountFen ?? loan.requestedFen} />],
            ['Term', `${offer?.termMonths ?? loan.termMonths} months`],
            ['For', purposeText(loan.purpose)],
            ['Rate', loan.annualRateBps === null ? null : <Rate bps={loan.annualRateBps} allInPercent={offer?.allInPercent ?? null} />],
            ['Applied', <InstantText at={loan.appliedAt} />],
            ['Value date (起息日)', loan.valueDate ? <DateText date={loan.valueDate} /> : null],
            ['Outstanding principal', loan.valueDate ? <Money fen={loan.outstandingFen} /> : null],
            ['Due now', carried.valueDate && !ended ? <Money fen={totalFen(dueBy(carried, visit.today))} /> : null],
            ['Next instalment', carried.valueDate && !ended && next ? <><Money fen={openOf(next)} /> on <DateText date={next.dueDay} act /></> : null],
            ['Days past due', loan.daysPastDue > 0 ? String(loan.daysPastDue) : null],
            ['Frozen by lenders', listing && !carried.valueDate ? <><Money fen={listing.frozenFen} /> of <Money fen={listing.targetFen} />{listing.reservedFen > 0 ? <>, <Money fen={listing.reservedFen} /> being paid</> : null}</> : null],
            ['Closed', loan.closedOn ? <DateText date={loan.closedOn} /> : null],
          ]} />
        </section>
      </div>
      <h2>Repayment schedule (还款计划)</h2>
      {schedule[0]?.version === 0 ? <p class="hint">As in the offer; the dates are counted anew from the value date.</p> : null}
      <ScheduleTable rows={schedule} paid={carried.valueDate !== null} closed={ended} />
      <h2>Payments</h2>
      <PaymentsTable payments={payments} />
      <h2>Messages</h2>
      <Table
        caption="Messages about this loan" rows={messages.filter((message) => message.personId === loan.borrowerId)} empty="No messages yet, because nothing had to be said."
        columns={[
          { heading: 'When', cell: (message) => <InstantText at={message.businessAt} /> },
          { heading: 'By', cell: (message) => `${message.channel === 'sms' ? 'SMS' : 'e-mail'} to …${message.toLast4}` },
          { heading: 'What', cell: (message) => message.body },
          { heading: 'State', cell: (message) => <Badge tone={message.state === 'failed' ? 'bad' : 'calm'}>{message.state}</Badge> },
        ]}
      />
    </Layout>
  );
}

function Actions({ facts, words }: { facts: LoanFacts; words: ReturnType<typeof stateWords> }) {
  const { loan, carried } = facts;
  const cancellable = !endStates.includes(loan.state) && carried.concludedOn === null && carried.valueDate === null;
  return (
    <p class="actions">
      {words.action ? <a class="button" href={words.action.href}>{words.action.text}</a> : null}
      {cancellable ? <a href={`/loans/${loan.loanNo}/cancel`}>Withdraw</a> : null}
      {facts.offer && loan.state !== 'offered' ? <a href={`/loans/${loan.loanNo}/offer`}>The offer</a> : null}
    </p>
  );
}

function StaffLinks({ loanNo }: { loanNo: string }) {
  const { temporalUi } = useVisit();
  if (!temporalUi) return null;
  return <p><a href={`${temporalUi.url}/namespaces/${encodeURIComponent(temporalUi.namespace)}/workflows/${loanNo}`}>Its workflow in the Temporal UI</a></p>;
}

const sourceWords: Record<Payment['source'], string> = { debit: 'debited', manual: 'paid by you', payoff: 'paid off', recovery: 'recovered', compensation: 'paid by the guarantor in your place', recourse: 'repaid to the guarantor' };
const paymentWords: Record<Payment['state'], string> = { asked: 'asked of the bank', frozen: 'counts, being shared', distributing: 'counts, being shared', distributed: 'done', refused: 'refused' };

function PaymentsTable({ payments }: { payments: Payment[] }) {
  const counted = payments.filter((payment) => payment.state !== 'refused' && payment.state !== 'asked');
  const sum = (pick: (payment: Payment) => number) => <Money fen={counted.reduce((total, payment) => total + pick(payment), 0)} />;
  return (
    <Table
      caption="Payments" rows={payments} empty="No payments yet, because nothing has been due or paid."
      columns={[
        { heading: 'Number', cell: (payment) => payment.paymentNo, total: 'Total' },
        { heading: 'Counts on', cell: (payment) => <DateText date={payment.asOf} /> },
        { heading: 'How', cell: (payment) => sourceWords[payment.source] },
        { heading: 'Paid', number: true, cell: (payment) => <Money fen={payment.frozenFen} />, total: sum((payment) => payment.frozenFen) },
        { heading: 'Principal', number: true, cell: (payment) => <Money fen={payment.principalFen} />, total: sum((payment) => payment.principalFen) },
        { heading: 'Interest', number: true, cell: (payment) => <Money fen={payment.interestFen} />, total: sum((payment) => payment.interestFen) },
        { heading: 'Late interest', number: true, cell: (payment) => <Money fen={payment.lateInterestFen} />, total: sum((payment) => payment.lateInterestFen) },
        { heading: 'Fee', number: true, cell: (payment) => <Money fen={payment.feeFen} />, total: sum((payment) => payment.feeFen) },
        { heading: 'State', cell: (payment) => <Badge tone={payment.state === 'refused' ? 'bad' : payment.state === 'distributed' ? 'good' : 'calm'}>{paymentWords[payment.state]}</Badge> },
      ]}
    />
  );
}
