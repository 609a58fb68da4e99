/** Instructions to the bank: the list, and one with its details and what it posted. */
import { Router } from 'express';
import type { VNode } from 'preact';
import { listJournals, type LedgerJournal } from '../../db/finance.js';
import { detailsOf, find, searchInstructions, type Instruction, type InstructionDetail } from '../../db/instructions.js';
import { decimalYuan } from '../../domain/money.js';
import type { AreaDeps } from '../area.js';
import { InstantText } from '../components/dates.js';
import { Facts } from '../components/facts.js';
import { Money } from '../components/money.js';
import { Badge } from '../components/state.js';
import { readListQuery, Table, type ListQuery } from '../components/table.js';
import { maxCsvRows, sendCsv } from '../desk/csv.js';
import { FilterForm, readFilters, type Filter } from '../desk/filters.js';
import { WorkflowLink } from '../desk/temporal-link.js';
import { JsonFacts, plainWords } from '../desk/words.js';
import { notFound } from '../errors.js';
import { Layout, sendPage } from '../layout.js';
import { wantsJson } from '../visit.js';
import { InstructionTable } from './instruction-table.js';
import { JournalTable } from './journals.js';
import { mayLook } from './roles.js';

const pageSize = 50;
const shownJournals = 100;
const states = ['open', 'intended', 'sent', 'accepted', 'done', 'refused'];
const filters: readonly Filter[] = [
  { name: 'state', label: 'State', options: states.map((value) => ({ value, text: value === 'open' ? 'not ended' : value })) }, { name: 'loan', label: 'Loan', size: 10 }, { name: 'person', label: 'Person or account', size: 10 },
];

export function instructionsRouter({ pool }: AreaDeps): Router {
  const router = Router();
  router.get('/operations/instructions', mayLook, async (request, response) => {
    const list = readListQuery(request.query, ['newest']);
    const values = readFilters(request.query, filters);
    const search = (limit: number, offset: number) => searchInstructions(pool, {
      requestNo: list.search || undefined, loanNo: values['loan'], person: values['person'], state: values['state'] === 'open' ? undefined : values['state'], open: values['state'] === 'open', limit, offset,
    });
    if (list.csv) {
      return sendCsv(response, 'instructions', ['request', 'what', 'account', 'loan', 'payment', 'amount', 'state', 'reason', 'bank number', 'as of', 'done at', 'workflow'], (await search(maxCsvRows, 0)).map((each) => [
        each.requestNo, each.verb, each.userNo, each.loanNo, each.paymentNo, decimalYuan(each.amountFen), each.state, each.reason, each.bankNo, each.asOf, each.doneAt, each.workflowId,
      ]));
    }
    const found = await search(pageSize + 1, (list.page - 1) * pageSize);
    const instructions = found.slice(0, pageSize);
    if (wantsJson(request)) return void response.json({ instructions, page: list.page, hasMore: found.length > pageSize });
    sendPage(response, <InstructionsPage instructions={instructions} list={list} values={values} hasMore={found.length > pageSize} />);
  });

  router.get('/operations/instructions/:requestNo', mayLook, async (request, response) => {
    const instruction = await find(pool, String(request.params['requestNo']));
    if (!instruction) throw notFound();
    const [details, journals] = await Promise.all([detailsOf(pool, instruction.requestNo), listJournals(pool, { search: instruction.requestNo, book: 'custody', kind: null, limit: shownJournals, offset: 0 })]);
    if (wantsJson(request)) return void response.json({ instruction, details, journals });
    sendPage(response, <InstructionPage instruction={instruction} details={details} journals={journals.filter((each) => each.requestNo === instruction.requestNo)} />);
  });
  return router;
}

function InstructionsPage({ instructions, list, values, hasMore }: { instructions: Instruction[]; list: ListQuery; values: Record<string, string>; hasMore: boolean }): VNode {
  return (
    <Layout title="Instructions to the bank" wide>
      <FilterForm action="/operations/instructions" filters={filters} values={values} search={{ label: 'Request number', list }} />
      <InstructionTable instructions={instructions} list={{ ...list, path: '/operations/instructions', hasMore, download: true, filters: values }} />
    </Layout>
  );
}

function InstructionPage({ instruction, details, journals }: { instruction: Instruction; details: InstructionDetail[]; journals: LedgerJournal[] }): VNode {
  return (
    <Layout title={`Instruction ${instruction.requestNo}`} wide>
      <Facts facts={[
        ['What', plainWords(instruction.verb)], ['State', <Badge tone={instruction.state === 'done' ? 'good' : instruction.state === 'refused' ? 'bad' : 'warn'}>{instruction.state}</Badge>], ['Reason', instruction.reason], ['Amount', <Money fen={instruction.amountFen} />],
        ['Account', instruction.userNo], ['Loan', instruction.loanNo ? <a href={`/operations/loans/${instruction.loanNo}`}>{instruction.loanNo}</a> : null], ['Payment', instruction.paymentNo ? <a href={`/operations/payments/${encodeURIComponent(instruction.paymentNo)}`}>{instruction.paymentNo}</a> : null],
        ['Bid', instruction.bidId === null ? null : String(instruction.bidId)], ['Business key', `${instruction.businessKey}, try ${instruction.try}`], ["The bank's number", instruction.bankNo], ['Wished (business time)', <InstantText at={instruction.asOf} />],
        ["The bank's word (business time)", instruction.doneAt ? <InstantText at={instruction.doneAt} /> : null], ['Not expected before', instruction.waitsUntil ? <InstantText at={instruction.waitsUntil} /> : null],
        ['Last sent', instruction.sentAt ? <InstantText at={instruction.sentAt} /> : 'not yet'], ['Ended', instruction.endedAt ? <InstantText at={instruction.endedAt} /> : null], ['For', <><WorkflowLink id={instruction.workflowId} />, step {instruction.step}</>],
      ]} />
      <h2>What it carries</h2>
      <JsonFacts of={instruction.details} empty="Nothing beyond the above." />
      <h2>Details of the batch</h2>
      <Table
        caption="Details" rows={details} empty="None, because it is not a batch."
        columns={[
          { heading: 'Detail', cell: (each) => each.requestNo, total: 'Total' }, { heading: 'For', cell: (each) => plainWords(each.purpose) }, { heading: 'From', cell: (each) => each.fromUserNo }, { heading: 'To', cell: (each) => each.toUserNo },
          { heading: 'Amount', number: true, cell: (each) => <Money fen={each.amountFen} />, total: <Money fen={details.reduce((sum, each) => sum + each.amountFen, 0)} /> },
          { heading: 'State', cell: (each) => <><Badge tone={each.state === 'done' ? 'good' : each.state === 'refused' ? 'bad' : 'warn'}>{each.state}</Badge>{each.reason ? <span class="small"> {plainWords(each.reason)}</span> : null}</> },
        ]}
      />
      <h2>What it posted</h2>
      <JournalTable journals={journals} />
    </Layout>
  );
}
