/** One loan for staff: its state and what it waits for, its life, its money, what was said, and its workflows. */
import { Router } from 'express';
import type { VNode } from 'preact';
import { actsOn, type RecordedAct } from '../../db/acts.js';
import { contactsOfLoan, type Contact } from '../../db/contacts.js';
import { distributionSums, episodesOf } from '../../db/finance.js';
import { holdingsOf, type Holding } from '../../db/holdings.js';
import { searchInstructions, type FoundInstruction } from '../../db/instruction-search.js';
import { findListing, type Listing } from '../../db/listings.js';
import { waitOf, type Wait } from '../../db/loan-lists.js';
import { scheduleInForce, type ScheduleRow } from '../../db/loan-page.js';
import { carriedState, findLoan, type LoanRow } from '../../db/loans.js';
import { messagesOfLoan, type Message } from '../../db/messages.js';
import { paymentsOfLoan, type Payment } from '../../db/payments.js';
import type { Db } from '../../db/pool.js';
import { latestOffer, type StoredOffer } from '../../db/reports.js';
import { tasksOfLoan, type Task } from '../../db/tasks.js';
import { endStates, type LoanState } from '../../domain/loan.js';
import { fundWorkflowId, loanWorkflowId } from '../../workflows/contract.js';
import type { AreaDeps } from '../area.js';
import { ScheduleTable } from '../borrower/schedule-table.js';
import { DateText, InstantText } from '../components/dates.js';
import { Facts } from '../components/facts.js';
import { Money } from '../components/money.js';
import { Rate } from '../components/rate.js';
import { Badge, Empty, Notice, State } from '../components/state.js';
import { Table } from '../components/table.js';
import { ActsTimeline } from '../desk/acts.js';
import { ownerSentence, stateTone, stateWord } from '../desk/state-words.js';
import { WorkflowLink } from '../desk/temporal-link.js';
import { PaymentState, paymentSource, plainWords, taskReason } from '../desk/words.js';
import { notFound } from '../errors.js';
import { Layout, sendPage } from '../layout.js';
import { purposeText } from '../public/listing.js';
import { hasRole, visitOf, wantsJson } from '../visit.js';
import { InstructionTable } from './instruction-table.js';
import { actRoles, maySeeMoney } from './roles.js';
import { isStuck, SettleForm, StepForm } from './step.js';

/** A loan whose listing was fought over has thousands of freezes; the list of instructions has them all. */
const shownInstructions = 60;

interface StaffLoan {
  loan: LoanRow; carried: LoanState; wait: Wait | null; offer: StoredOffer | null; listing: Listing | null; schedule: ScheduleRow[]; payments: Payment[];
  shared: Awaited<ReturnType<typeof distributionSums>>; instructions: FoundInstruction[]; holdings: Holding[]; contacts: Contact[]; messages: Message[]; tasks: Task[]; acts: RecordedAct[]; episodes: Awaited<ReturnType<typeof episodesOf>>;
}

export function loanRouter({ pool }: AreaDeps): Router {
  const router = Router();
  router.get('/operations/loans/:loanNo', maySeeMoney, async (request, response) => {
    const loanNo = String(request.params['loanNo']);
    const [loan, carried] = /^LN\d{1,12}$/.test(loanNo) ? await Promise.all([findLoan(pool, loanNo), carriedState(pool, loanNo)]) : [null, null];
    if (!loan || !carried) throw notFound();
    const staff = await readStaffLoan(pool, loan, carried);
    if (wantsJson(request)) {
      const messages = staff.messages.map(({ toCipher: _sealed, ...message }) => message);
      return void response.json({ ...staff, messages });
    }
    sendPage(response, <StaffLoanPage staff={staff} mayAct={hasRole(visitOf(response), ...actRoles) && visitOf(response).person?.id !== loan.borrowerId} />);
  });
  return router;
}

async function readStaffLoan(db: Db, loan: LoanRow, carried: LoanState): Promise<StaffLoan> {
  const { loanNo } = loan;
  const [wait, offer, listing, schedule, payments, shared, instructions, holdings] = await Promise.all([
    waitOf(db, loanNo), latestOffer(db, loanNo), findListing(db, loanNo), scheduleInForce(db, loanNo), paymentsOfLoan(db, loanNo), distributionSums(db, loanNo), searchInstructions(db, { loanNo, limit: shownInstructions }), holdingsOf(db, loanNo),
  ]);
  const [contacts, messages, tasks, acts, episodes] = await Promise.all([contactsOfLoan(db, loanNo), messagesOfLoan(db, loanNo), tasksOfLoan(db, loanNo), actsOn(db, loanNo), episodesOf(db, loanNo)]);
  return { loan, carried, wait, offer, listing, schedule, payments, shared, instructions, holdings, contacts, messages, tasks, acts, episodes };
}

function StaffLoanPage({ staff, mayAct }: { staff: StaffLoan; mayAct: boolean }): VNode {
  const { loan, carried, wait, tasks } = staff;
  return (
    <Layout title={`Loan ${loan.loanNo} for staff`} heading={`${loan.loanNo} · ${purposeText(loan.purpose)}`} wide>
      <State tone={stateTone(loan.state)} word={stateWord[loan.state]}>
        {ownerSentence[loan.owner]}{wait?.summary ? ` ${wait.summary}.` : ''} {loan.nextAt ? <>By itself it goes on at <InstantText at={loan.nextAt} act />.</> : null} {loan.reason ? <>Code: {plainWords(loan.reason)}.</> : null}
      </State>
      {isStuck(staff) ? <Notice tone="bad"><p>A step has stopped: {tasks.filter((task) => task.kind === 'stuck-step' && task.state === 'open').map((task) => `${task.title} (${taskReason(task.details).toLowerCase()})`).join('; ')}. It is tried again by itself on the next day.</p></Notice> : null}
      {mayAct ? <StepForm state={staff} /> : null}
      <div class="two">
        <section aria-label="The loan">
          <h2>The loan</h2>
          <LoanFacts staff={staff} />
          <h2>Schedule</h2>
          <ScheduleTable rows={staff.schedule} paid={loan.valueDate !== null} closed={endStates.includes(loan.state)} />
        </section>
        <section aria-label="Its life">
          <h2>Workflows</h2>
          <ul>{workflowsOf(staff).map((id) => <li key={id}><WorkflowLink id={id} /></li>)}</ul>
          <h2>Tasks</h2>
          <Tasks tasks={tasks} mayAct={mayAct} />
          <h2>What was decided</h2>
          <ActsTimeline acts={staff.acts} />
        </section>
      </div>
      <h2>Payments and how they were shared</h2>
      <Payments staff={staff} />
      <h2>Lenders</h2>
      <Holdings holdings={staff.holdings} />
      <h2>Instructions to the bank</h2>
      <InstructionTable instructions={staff.instructions} />
      {staff.instructions.length === shownInstructions ? <p><a href={`/operations/instructions?loan=${loan.loanNo}`}>All instructions of this loan</a></p> : null}
      <h2>Contacts</h2>
      {staff.contacts.length === 0 ? <Empty>None, because the loan was never late.</Empty> : <p><a href={`/collector/loans/${loan.loanNo}`}>{staff.contacts.length} {staff.contacts.length === 1 ? 'contact' : 'contacts'}, with what was said</a></p>}
      <h2>Messages</h2>
      <Messages messages={staff.messages} />
      <h2>The carried state</h2>
      <details><summary>What its workflow carries (revision {carried.revision}{wait ? `, seen ${wait.seen} of ${wait.pokes} pokes` : ''})</summary><pre>{JSON.stringify(carried, null, 2)}</pre></details>
    </Layout>
  );
}

function workflowsOf({ loan, carried, listing, episodes }: StaffLoan): string[] {
  return [...new Set([loanWorkflowId(loan.loanNo), ...(listing ? [fundWorkflowId(loan.loanNo)] : []), ...episodes.map((each) => each.workflowId), ...carried.openChildren])];
}

function LoanFacts({ staff: { loan, carried, offer, listing } }: { staff: StaffLoan }): VNode {
  return (
    <Facts facts={[
      ['Borrower', <a href={`/operations/people?q=${loan.borrowerId}`}>{loan.borrowerId}</a>], ['Product', `${loan.productId}, version ${loan.productVersion}, profile ${loan.profile}`], ['Applied', <InstantText at={loan.appliedAt} />],
      ['Asked for', <><Money fen={loan.requestedFen} /> over {loan.termMonths} months</>], ['Grade', loan.grade], ['Offered', offer ? <><Money fen={offer.amountFen} /> over {offer.termMonths} months, <Rate bps={offer.annualRateBps} allInPercent={offer.allInPercent} /></> : null],
      ['Step', plainWords(carried.step)], ['Listing', listing ? <><Money fen={listing.frozenFen} /> frozen and <Money fen={listing.reservedFen} /> reserved of <Money fen={listing.targetFen} />, {listing.state}</> : null],
      ['Contract concluded', carried.concludedOn ? <DateText date={carried.concludedOn} /> : null], ['Value date', loan.valueDate ? <DateText date={loan.valueDate} /> : null], ['Outstanding', <Money fen={loan.outstandingFen} />],
      ['Days past due', String(loan.daysPastDue)], ['Pursued by', carried.pursuit === 'none' ? null : carried.pursuit], ['Contact hold', carried.contactHold], ['Undelivered shares', carried.undelivered ? String(carried.undelivered) : null],
      ['Written off', carried.writtenOffOn ? <DateText date={carried.writtenOffOn} /> : null], ['Recovered since', carried.recoveredFen ? <Money fen={carried.recoveredFen} /> : null], ['Closed', loan.closedOn ? <DateText date={loan.closedOn} /> : null],
    ]} />
  );
}

function Payments({ staff: { payments, shared } }: { staff: StaffLoan }): VNode {
  const sharing = (paymentNo: string): string => shared.filter((each) => each.paymentNo === paymentNo).map((each) => `${each.shares} ${each.state}`).join(', ');
  const sum = (pick: (payment: Payment) => number) => <Money fen={payments.reduce((total, each) => total + pick(each), 0)} />;
  return (
    <Table
      caption="Payments" rows={payments} href={(payment) => `/operations/payments/${encodeURIComponent(payment.paymentNo)}`} empty="None yet, because nothing was due or nothing was taken."
      columns={[
        { heading: 'Payment', cell: (payment) => payment.paymentNo, total: 'Total' }, { heading: 'Counts on', cell: (payment) => <DateText date={payment.asOf} /> }, { heading: 'How', cell: (payment) => paymentSource(payment.source) },
        { heading: 'State', cell: (payment) => <PaymentState payment={payment} /> },
        { heading: 'Frozen', number: true, cell: (payment) => <Money fen={payment.frozenFen} />, total: sum((each) => each.frozenFen) },
        { heading: 'Principal', number: true, cell: (payment) => <Money fen={payment.principalFen} />, total: sum((each) => each.principalFen) }, { heading: 'Interest', number: true, cell: (payment) => <Money fen={payment.interestFen} />, total: sum((each) => each.interestFen) },
        { heading: 'Late interest', number: true, cell: (payment) => <Money fen={payment.lateInterestFen} />, total: sum((each) => each.lateInterestFen) }, { heading: 'Fee', number: true, cell: (payment) => <Money fen={payment.feeFen} />, total: sum((each) => each.feeFen) },
        { heading: 'Shares', cell: (payment) => sharing(payment.paymentNo) },
      ]}
    />
  );
}

function Holdings({ holdings }: { holdings: Holding[] }): VNode {
  const total = (pick: (each: Holding) => number) => <Money fen={holdings.reduce((sum, each) => sum + pick(each), 0)} />;
  return (
    <Table
      caption="Lenders and their claims" rows={holdings} empty="None yet, because the contract has not been concluded."
      columns={[
        { heading: 'Lender', cell: (each) => each.lenderId, total: 'Total' }, { heading: 'Lent', number: true, cell: (each) => <Money fen={each.principalFen} />, total: total((each) => each.principalFen) },
        { heading: 'Principal back', number: true, cell: (each) => <Money fen={each.paidPrincipalFen} />, total: total((each) => each.paidPrincipalFen) }, { heading: 'Interest', number: true, cell: (each) => <Money fen={each.paidInterestFen} />, total: total((each) => each.paidInterestFen) },
        { heading: 'Late interest', number: true, cell: (each) => <Money fen={each.paidLateInterestFen} />, total: total((each) => each.paidLateInterestFen) }, { heading: 'Our fees', number: true, cell: (each) => <Money fen={each.feesFen} />, total: total((each) => each.feesFen) },
      ]}
    />
  );
}

function Tasks({ tasks, mayAct }: { tasks: Task[]; mayAct: boolean }): VNode {
  if (tasks.length === 0) return <Empty>None, because no person was needed so far.</Empty>;
  return (
    <ul>
      {tasks.map((task) => (
        <li key={task.id}>
          <Badge tone={task.state === 'open' ? 'warn' : 'calm'}>{task.state === 'open' ? `open, ${task.role}` : plainWords(task.decision ?? task.state)}</Badge> {task.title} <span class="small"><InstantText at={task.openedAt} />{task.takenBy ? `, ${task.takenBy}` : ''}{task.note ? `: ${task.note}` : ''}</span>
          {mayAct ? <SettleForm task={task} /> : null}
        </li>
      ))}
    </ul>
  );
}

function Messages({ messages }: { messages: Message[] }): VNode {
  if (messages.length === 0) return <Empty>None yet, because there was nothing to tell.</Empty>;
  return (
    <>
      {messages.map((message) => (
        <details key={message.id}>
          <summary><InstantText at={message.businessAt} /> {message.channel} to {message.personId} …{message.toLast4}: {plainWords(message.template)} <Badge tone={message.state === 'failed' ? 'bad' : message.state === 'delivered' ? 'good' : 'calm'}>{message.state}</Badge></summary>
          <p class="small">{message.key}{message.providerNo ? `, receipt ${message.providerNo}` : ''}{message.reason ? `, ${message.reason}` : ''}</p>
          <pre>{message.body}</pre>
        </details>
      ))}
    </>
  );
}
