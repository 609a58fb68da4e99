/** One difference with the bank: both sides on the left, notes and decision on the right. */
import type { VNode } from 'preact';
import type { CorrectionPlan, Unplannable } from '../../db/case-plan.js';
import type { CaseNote, CaseSide, ReconciliationCase } from '../../db/reconciliation.js';
import { caseWorkflowId } from '../../workflows/contract.js';
import { InstantText } from '../components/dates.js';
import { Facts, MoneyAct, Timeline } from '../components/facts.js';
import { Checkbox, Form, Radios, TextArea, type FormErrors } from '../components/form.js';
import { Money } from '../components/money.js';
import { Empty, State } from '../components/state.js';
import { Table } from '../components/table.js';
import { WorkflowLink } from '../desk/temporal-link.js';
import { plainWords } from '../desk/words.js';
import { Layout, useVisit } from '../layout.js';
import { Correction } from './case-correction.js';
import { reasonWords, resultWords } from './case-table.js';
import { heldAddress } from './custody-accounts.js';

export const noteLength = 2_000;
export type CaseWithNotes = ReconciliationCase & { notes: CaseNote[] };

interface CasePageProps {
  found: CaseWithNotes;
  /** What following the bank would post; null for a case that is decided. */
  plan: CorrectionPlan | Unplannable | null;
  mayWork: boolean;
  typed: Record<string, string>;
  errors: FormErrors;
}

export function CasePage({ found, plan, mayWork, typed, errors }: CasePageProps): VNode {
  return (
    <Layout title={`Case ${found.id}: ${found.requestNo} on ${found.day}`} wide>
      <div class="two">
        <section aria-label="Evidence">
          <Standing found={found} />
          <Facts facts={[
            ['Difference', `${resultWords[found.result]}: ${reasonWords(found)}`], ['Day', <a href={`/operations/reconciliation/${found.day}`}>{found.day}</a>], ['File', plainWords(found.file)],
            ['Movement', <a href={`/operations/instructions?q=${encodeURIComponent(found.requestNo)}`}>{found.requestNo}</a>], ['Account', found.userNo ? <a href={heldAddress(found.userNo)}>{found.userNo}</a> : null],
            ['Waits meanwhile', found.state === 'open' ? <Money fen={found.doubtFen} /> : null], ['Owner', found.owner ?? 'nobody'], ['Opened', <InstantText at={found.openedAt} />], ['Workflow', <WorkflowLink id={caseWorkflowId(found.id)} />],
          ]} />
          <h2>Both sides</h2>
          <Sides ours={found.ours} bank={found.bank} />
          {plan ? <><h2>If the ledger follows the bank</h2><Correction plan={plan} caseId={found.id} /></> : null}
          <h2>Notes</h2>
          {found.notes.length > 0 ? <Timeline events={found.notes.map((note) => ({ at: <InstantText at={note.businessAt} />, what: note.note, by: note.personId }))} /> : <Empty>No notes yet, because nobody has looked into it.</Empty>}
        </section>
        <section aria-label="Decision">
          {mayWork ? <Work found={found} plan={plan} typed={typed} errors={errors} /> : <p class="small">{found.state === 'open' ? 'Finance, operations and supervisors work on cases.' : 'It is decided; nothing is left to do.'}</p>}
        </section>
      </div>
    </Layout>
  );
}

function Standing({ found }: { found: CaseWithNotes }): VNode {
  if (found.state === 'resolved') {
    return <State tone="good" word={found.resolution === 'accept-bank' ? 'the ledger followed the bank' : 'explained'}>Decided by {found.resolvedBy}{found.resolvedAt ? <> at <InstantText at={found.resolvedAt} /></> : null}: {found.reason}</State>;
  }
  return (
    <State tone="bad" word="open">
      {found.owner ? `${found.owner} looks into it` : 'Somebody of finance or operations has to take it'}, until <InstantText at={found.dueAt} act />; after that a second person decides. Meanwhile the amount in doubt, and only that, waits.
    </State>
  );
}

function Sides({ ours, bank }: { ours: CaseSide | null; bank: CaseSide | null }): VNode {
  const sides: { name: string; side: CaseSide }[] = [...(ours ? [{ name: 'Our books', side: ours }] : []), ...(bank ? [{ name: 'The bank\'s file', side: bank }] : [])];
  return (
    <Table
      caption="Both sides" rows={sides} empty="Neither side has a line, because the case is about the file as a whole."
      columns={[
        { heading: 'Side', cell: ({ name }) => name }, { heading: 'What', cell: ({ side }) => plainWords(side.kind) }, { heading: 'From or of', cell: ({ side }) => side.userNo ?? '' }, { heading: 'To', cell: ({ side }) => side.toUserNo ?? '' },
        { heading: 'Amount', number: true, cell: ({ side }) => <Money fen={side.amountFen} /> }, { heading: 'When', cell: ({ side }) => (side.at ? <InstantText at={side.at} /> : 'not yet') }, { heading: 'State', cell: ({ side }) => side.state ?? '' },
      ]}
    />
  );
}

function Work({ found, plan, typed, errors }: Omit<CasePageProps, 'mayWork'>): VNode {
  const { person } = useVisit();
  const here = `/operations/cases/${found.id}`;
  const deciding = 'resolution' in typed || 'why' in typed;
  const canFollow = plan !== null && !('refused' in plan);
  return (
    <>
      {found.owner === null ? <><h2>Take it</h2><Form name="take-case" action={`${here}/take`} button="Take the case" accessKey="t"><p class="small">You look into it until <InstantText at={found.dueAt} act />. If the ledger is to follow the bank, a colleague decides.</p></Form></> : null}
      <h2>Note</h2>
      <Form name="note-case" action={`${here}/notes`} button="Add the note" tone="plain" errors={deciding ? {} : errors}>
        <TextArea name="note" label="What was found out" hint="No names or card numbers: the numbers of people and requests say enough." value={deciding ? '' : typed['note'] ?? ''} errors={deciding ? {} : errors} rows={3} maxLength={noteLength} accessKey="n" />
      </Form>
      <h2>Decide</h2>
      <MoneyAct
        moves={canFollow ? 'no money at the bank; in our books what stands under “If the ledger follows the bank”' : 'nothing, neither at the bank nor in our books'} from="the accounts named there" to="the accounts named there" costs="nothing"
        final="at once; it is corrected only by another case"
      />
      <Form name="decide-case" action={`${here}/decision`} button="Decide the case" formKey={deciding ? typed['key'] : undefined} errors={deciding ? errors : {}}>
        <Radios name="resolution" label="How" value={typed['resolution']} errors={errors} options={[{ value: 'explained', text: 'It is explained: nothing is posted' }, ...(canFollow ? [{ value: 'accept-bank', text: 'The bank is right: the ledger follows by the entries shown' }] : [])]} />
        <TextArea name="why" label="Why" value={typed['why']} errors={errors} rows={3} maxLength={noteLength} accessKey="d" />
        <Checkbox name="confirmed" value={typed['confirmed']} errors={errors}>I have seen both sides, and decide as {person?.id}.</Checkbox>
      </Form>
      <p class="small">{found.owner === null ? 'Nobody has taken it: you may call it explained; for the ledger to follow the bank, one person takes it and another decides.' : found.owner === person?.id ? 'You have taken this case: you may call it explained before it is due; that the ledger follows the bank, a second person decides.' : 'As another person than the owner you may decide either way.'}</p>
    </>
  );
}
