/** Instructions to the bank, looked up by whatever is known of them. */
import { Router } from 'express';
import type { VNode } from 'preact';
import { eachInstruction, instructionSorts, instructionTotals, searchInstructions, type FoundInstruction, type InstructionQuery, type InstructionTotals } from '../../db/instruction-search.js';
import { verbs } from '../../db/instructions.js';
import { decimalYuan } from '../../domain/money.js';
import type { AreaDeps } from '../area.js';
import { readListQuery, type ListQuery } from '../components/table.js';
import { streamCsv, type CsvCell } from '../desk/csv.js';
import { FilterForm, readFilters, type Filter } from '../desk/filters.js';
import { plainWords } from '../desk/words.js';
import { Layout, sendPage } from '../layout.js';
import { visitOf, wantsJson } from '../visit.js';
import { dayFilters, readDays } from './days.js';
import { InstructionTable } from './instruction-table.js';
import { personFilter, readPerson, redirectToNumber, type SoughtPerson } from './person-filter.js';
import { maySeeMoney } from './roles.js';

const pageSize = 50;
const standings = ['open', 'unknown', 'intended', 'sent', 'accepted', 'done', 'refused'];
const filters: readonly Filter[] = [
  { name: 'state', label: 'State', options: standings.map((value) => ({ value, text: value === 'open' ? 'not ended' : value })) },
  { name: 'verb', label: 'What', options: verbs.map((value) => ({ value, text: plainWords(value) })) },
  { name: 'loan', label: 'Loan', size: 10 }, personFilter, ...dayFilters, { name: 'of', label: 'Day of', options: [{ value: 'word', text: "the bank's word" }] },
];

export function instructionsRouter(deps: AreaDeps): Router {
  const { pool } = deps;
  const router = Router();
  router.get('/operations/instructions', maySeeMoney, async (request, response) => {
    const list = readListQuery(request.query, instructionSorts);
    const values = readFilters(request.query, filters);
    const person = readPerson(values['person']);
    if (!person) return redirectToNumber(deps, request, response, values['person'] ?? '');
    const by = queryOf(list, values, person, visitOf(response).zoneOffsetMinutes);
    if (list.csv) return streamCsv(response, 'instructions', csvHeadings, eachInstruction(pool, by), csvCells);
    const [found, totals] = await Promise.all([searchInstructions(pool, { ...by, limit: pageSize + 1, offset: (list.page - 1) * pageSize }), instructionTotals(pool, by)]);
    const instructions = found.slice(0, pageSize);
    if (wantsJson(request)) return void response.json({ instructions, totals, page: list.page, hasMore: found.length > pageSize });
    sendPage(response, <InstructionsPage instructions={instructions} totals={totals} list={list} values={values} hasMore={found.length > pageSize} />);
  });
  return router;
}

function queryOf(list: ListQuery, values: Record<string, string>, person: SoughtPerson, zoneOffsetMinutes: number): InstructionQuery {
  return {
    requestNo: list.search.trim() || undefined, loanNo: values['loan']?.toUpperCase(), verb: values['verb'], standing: values['state'], ...person,
    ...readDays(values, zoneOffsetMinutes), dayOf: values['of'] === 'word' ? 'word' : 'wish', sort: list.sort, descending: list.descending,
  };
}

const csvHeadings = [
  'request', 'what', 'account', 'loan', 'payment', 'amount', 'state', 'reason', 'bank number', 'as of', 'done at', 'workflow', 'business key', 'try', 'intended (wall clock)', 'last sent (wall clock)', 'ended (wall clock)',
];
const csvCells = (each: FoundInstruction): CsvCell[] => [
  each.requestNo, each.verb, each.userNo, each.loanNo, each.paymentNo, decimalYuan(each.amountFen), each.standing, each.reason, each.bankNo, each.asOf, each.doneAt, each.workflowId, each.businessKey, each.try,
  each.intendedAt, each.sentAt, each.endedAt,
];

interface InstructionsPageProps { instructions: FoundInstruction[]; totals: InstructionTotals; list: ListQuery; values: Record<string, string>; hasMore: boolean }

function InstructionsPage({ instructions, totals, list, values, hasMore }: InstructionsPageProps): VNode {
  return (
    <Layout title="Instructions to the bank" wide>
      <FilterForm action="/operations/instructions" filters={filters} values={values} search={{ label: 'Request number', list }} />
      <InstructionTable instructions={instructions} totals={totals} list={{ ...list, path: '/operations/instructions', hasMore, download: true, filters: values }} />
    </Layout>
  );
}
