/** One order of a court: what it holds on the left, its papers and what can be done on the right. */
import type { VNode } from 'preact';
import type { HeldClaim } from '../../db/court-order-lists.js';
import type { CourtOrder, CourtPaper } from '../../db/court-orders.js';
import type { RecordedAct } from '../../db/acts.js';
import { courtOrderWorkflowId } from '../../workflows/contract.js';
import { ActsTimeline } from '../desk/acts.js';
import { WorkflowLink } from '../desk/temporal-link.js';
import { DateText, InstantText } from '../components/dates.js';
import { Facts, MoneyAct } from '../components/facts.js';
import { Checkbox, Form, Radios, TextArea, type FormErrors } from '../components/form.js';
import { Money, moneyText } from '../components/money.js';
import { State } from '../components/state.js';
import { Table } from '../components/table.js';
import { Layout, useVisit } from '../layout.js';
import { coversWords, extentText, orderTone, paperWords, stateWords } from './court-words.js';

export interface ShownOrder { order: CourtOrder; papers: CourtPaper[]; claims: (HeldClaim & { releasedAt: string | null })[]; acts: RecordedAct[] }
export interface OrderPageProps { shown: ShownOrder; here: string; mayWork: boolean; typed: Record<string, string>; errors: FormErrors }

export const reasonLength = 2_000;

export function OrderPage({ shown: { order, papers, claims, acts }, here, mayWork, typed, errors }: OrderPageProps): VNode {
  const undecided = papers.find((paper) => paper.decision === null);
  const goesOn = ['approved', 'placing', 'standing'].includes(order.state);
  return (
    <Layout title={`Order ${order.orderNo} on ${order.personId}`} wide>
      <div class="two">
        <section aria-label="What it holds">
          <State tone={orderTone(order.state)} word={stateWords[order.state]}><Standing order={order} undecided={undecided} /></State>
          <Facts facts={[
            ['Person', <a href={`/operations/people?q=${encodeURIComponent(order.personId)}`}>{order.personId}</a>], ['Court', order.court], ['Case number', order.caseNumber], ['Freezes', coversWords[order.covers]], ['Extent', extentText(order)],
            ['Held now', order.covers === 'claims' ? null : <Money fen={order.heldFen} />], ['From', <DateText date={order.fromDate} />], ['Until, the last day', <DateText date={order.expiresOn} act={goesOn} />],
            ['In force since', order.placedAt ? <InstantText at={order.placedAt} /> : null], ['Ended', order.endedAt ? <><InstantText at={order.endedAt} /> ({order.endedBy})</> : null],
            ['At the bank', <a href={`/operations/instructions?q=order-${order.orderNo}-`}>Instructions of this order</a>], ['Workflow', <WorkflowLink id={courtOrderWorkflowId(order.orderNo)} />],
          ]} />
          {order.covers === 'money' ? null : <Claims claims={claims} />}
          <h2>Decisions</h2>
          <ActsTimeline acts={acts} />
        </section>
        <section aria-label="Papers">
          <h2>Papers</h2>
          <Table
            caption="Papers" rows={papers} empty="None, which cannot be." href={(paper) => `${here}/papers/${paper.id}/document`}
            columns={[
              { heading: 'Document', cell: (paper) => paperWords[paper.kind] }, { heading: 'Says', cell: (paper) => (paper.expiresOn ? <>until <DateText date={paper.expiresOn} /></> : paper.amountFen ? <>{moneyText(paper.amountFen)} free</> : paper.kind === 'release' ? 'all free' : extentText(order)) },
              { heading: 'Entered', cell: (paper) => <><InstantText at={paper.enteredAt} /> <span class="small">{paper.enteredBy}</span></> },
              { heading: 'Decided', cell: (paper) => (paper.decision ? <>{paper.decision} <span class="small">{paper.decidedBy}{paper.why ? `: ${paper.why}` : ''}</span></> : <>until <InstantText at={paper.dueAt} act /></>) },
            ]}
          />
          {mayWork && undecided ? <Decide order={order} paper={undecided} here={here} typed={typed} errors={errors} /> : null}
          {mayWork && !undecided && goesOn ? <p class="actions"><a class="button plain" href={`${here}/renewal`}>Enter a renewal</a> <a class="button plain" href={`${here}/release`}>Enter a release</a></p> : null}
          {mayWork ? null : <p class="small">Compliance, operations and supervisors work on orders of courts.</p>}
        </section>
      </div>
    </Layout>
  );
}

function Standing({ order, undecided }: { order: CourtOrder; undecided: CourtPaper | undefined }): VNode {
  switch (order.state) {
    case 'entered': return <>Nothing is frozen yet. Another person than {undecided?.enteredBy} compares it with the document, by {undecided ? <InstantText at={undecided.dueAt} act /> : 'tomorrow'}; then a supervisor is asked.</>;
    case 'refused': return <>A second person did not approve it; nothing was frozen.</>;
    case 'approved': return <>Approved. The bank freezes on <DateText date={order.fromDate} act />.</>;
    case 'placing': return <>The bank is being asked to freeze. From now on nothing of it may be bid, withdrawn or sold.</>;
    case 'standing': return <>What it covers can be neither bid nor withdrawn nor sold; what comes in is credited and held. It runs out at the end of <DateText date={order.expiresOn} act />; fifteen days before operations are told. Only the court renews or lifts it.</>;
    case 'lifting': return <>The bank is being asked to give everything back.</>;
    case 'ended': return <>{order.endedBy === 'expired' ? 'It ran out' : 'The court lifted it'}; everything was given back.</>;
  }
}

function Claims({ claims }: { claims: ShownOrder['claims'] }): VNode {
  return (
    <>
      <h2>Claims held</h2>
      <Table
        caption="Claims held" rows={claims} href={(each) => `/operations/loans/${each.loanNo}`} empty="No claims here, because the order is not in force yet or the person has none."
        columns={[
          { heading: 'Loan', cell: (each) => each.loanNo }, { heading: 'Outstanding', number: true, cell: (each) => <Money fen={each.outstandingFen} />, total: <Money fen={claims.reduce((sum, each) => sum + each.outstandingFen, 0)} /> },
          { heading: 'Held since', cell: (each) => <InstantText at={each.heldAt} /> }, { heading: 'Free since', cell: (each) => (each.releasedAt ? <InstantText at={each.releasedAt} /> : '') },
        ]}
      />
    </>
  );
}

function Decide({ order, paper, here, typed, errors }: Omit<OrderPageProps, 'shown' | 'mayWork'> & { order: CourtOrder; paper: CourtPaper }): VNode {
  const { person } = useVisit();
  if (person?.id === paper.enteredBy || person?.id === order.personId) return <p class="small">Somebody else than {person.id} decides this paper: {person.id === order.personId ? 'it is about you' : 'you entered it'}.</p>;
  return (
    <>
      <h2>Decide: {paperWords[paper.kind].toLowerCase()}</h2>
      <MoneyAct
        moves={<Moves order={order} paper={paper} />} from={order.userNo ?? `${order.personId}'s accounts`}
        to={paper.kind === 'release' ? 'the same person, free' : 'the same person, frozen'} costs="nothing" final={paper.kind === 'freeze' ? 'At once when approved; it ends by the court\'s own paper, or on its last day' : 'At once when approved'}
      />
      <Form name="decide-paper" action={`${here}/papers/${paper.id}/decision`} button="Decide" formKey={typed['key']} errors={errors}>
        <Radios name="decision" label="Does the document say this, about this person?" value={typed['decision']} errors={errors} options={[{ value: 'approve', text: 'Yes: approve it' }, { value: 'refuse', text: 'No: refuse it' }]} />
        <TextArea name="why" label="Why" hint="Needed when it is refused." value={typed['why']} errors={errors} rows={2} maxLength={reasonLength} />
        <Checkbox name="confirmed" value={typed['confirmed']} errors={errors}>I have opened the document and compared person, court, number, extent and days; I decide as {person?.id}.</Checkbox>
      </Form>
    </>
  );
}

function Moves({ order, paper }: { order: CourtOrder; paper: CourtPaper }): VNode {
  if (paper.kind === 'renewal') return <>nothing; what is held stays held until {paper.expiresOn}</>;
  if (paper.kind === 'release') return <>{paper.amountFen ? <Money fen={paper.amountFen} /> : <>everything it holds: <Money fen={order.heldFen} />{order.covers === 'money' ? '' : ' and the claims'}</>}</>;
  return <>{coversWords[order.covers]}: {extentText(order)}</>;
}
