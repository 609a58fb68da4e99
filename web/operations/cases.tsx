/** Cases of reconciliation (差错处理): who has taken one, until when, what was noted, and how it is decided. */
import { Router } from 'express';
import type { Request, Response } from 'express';
import type { VNode } from 'preact';
import { findAccountByUserNo } from '../../db/accounts.js';
import { recordAct } from '../../db/acts.js';
import { planCorrection, type CorrectionPlan, type Unplannable } from '../../db/case-plan.js';
import { caseTotals, eachCase, searchCases, type CaseTotals } from '../../db/case-search.js';
import { inTransaction } from '../../db/pool.js';
import { findCase, noteCase, statementFiles, takeCase, type ReconciliationCase } from '../../db/reconciliation.js';
import { decimalYuan } from '../../domain/money.js';
import { caseWorkflowId, decideCase } from '../../workflows/contract.js';
import type { AreaDeps } from '../area.js';
import type { FormErrors } from '../components/form.js';
import { readListQuery, type ListQuery } from '../components/table.js';
import { streamCsv } from '../desk/csv.js';
import { FilterForm, readFilters, type Filter } from '../desk/filters.js';
import { ownCase } from '../desk/own-case.js';
import { actingRole } from '../desk/role.js';
import { plainWords } from '../desk/words.js';
import { notFound } from '../errors.js';
import { Input } from '../input.js';
import { Layout, sendPage } from '../layout.js';
import { answerTold, sendRefusal } from '../told.js';
import { hasRole, personOf, visitOf, wantsJson } from '../visit.js';
import { CasePage, noteLength, type CaseWithNotes } from './case-page.js';
import { CaseTable, resultWords } from './case-table.js';
import { dayFilters } from './days.js';
import { personFilter, readPerson, redirectToNumber } from './person-filter.js';
import { caseRoles, maySeeMoney, mayWorkCases } from './roles.js';

const pageSize = 50;
const path = '/operations/cases';
const filters: readonly Filter[] = [
  { name: 'state', label: 'State', options: [{ value: 'open', text: 'open' }, { value: 'resolved', text: 'decided' }] }, { name: 'file', label: 'File', options: statementFiles.map((value) => ({ value, text: plainWords(value) })) },
  { name: 'result', label: 'Difference', options: Object.entries(resultWords).map(([value, text]) => ({ value, text })) }, { name: 'owner', label: 'Owner', size: 8 }, personFilter, ...dayFilters,
];

export function reconciliationCasesRouter(deps: AreaDeps): Router {
  const { pool, workflows } = deps;
  const router = Router();

  router.get(path, maySeeMoney, async (request, response) => {
    const list = readListQuery(request.query, ['due']);
    const values = readFilters(request.query, filters);
    const person = readPerson(values['person']);
    if (!person) return redirectToNumber(deps, request, response, values['person'] ?? '');
    const by = { requestNo: list.search.trim() || undefined, ...person, file: values['file'], result: values['result'], state: values['state'], owner: values['owner']?.toUpperCase(), fromDay: values['from'], toDay: values['to'] };
    if (list.csv) return streamCsv(response, 'cases', csvHeadings, eachCase(pool, by), csvCells);
    const [found, totals] = await Promise.all([searchCases(pool, { ...by, limit: pageSize + 1, offset: (list.page - 1) * pageSize }), caseTotals(pool, by)]);
    const cases = found.slice(0, pageSize);
    if (wantsJson(request)) return void response.json({ cases, totals, page: list.page, hasMore: found.length > pageSize });
    sendPage(response, <CasesPage cases={cases} totals={totals} list={list} values={values} hasMore={found.length > pageSize} />);
  });

  router.get(`${path}/:id`, maySeeMoney, async (request, response) => {
    const found = await caseOf(request);
    if (wantsJson(request)) return void response.json({ case: found, correction: await planOf(response, found) });
    await sendCase(response, found);
  });

  router.post(`${path}/:id/take`, mayWorkCases, async (request, response) => {
    const found = await workable(request, response);
    const person = personOf(response);
    const taken = await inTransaction(pool, async (tx) => {
      if (!(await takeCase(tx, found.id, person.id))) return false;
      if (found.owner !== person.id) await recordAct(tx, { actor: person.id, role: actingRole(person, caseRoles), verb: 'take-case', subject: `case:${found.id}`, businessAt: visitOf(response).asOf });
      return true;
    });
    if (!taken) return sendRefusal(response, found.state === 'open' ? 'case-taken' : 'case-decided', back(found));
    response.redirect(303, `${path}/${found.id}`);
  });

  router.post(`${path}/:id/notes`, mayWorkCases, async (request, response) => {
    const found = await workable(request, response);
    const input = new Input(request.body);
    const note = input.text('note', { max: noteLength, missing: 'What was found out, or agreed with the bank?' });
    if (!input.ok) return sendCase(response, found, { note: input.typed['note'] ?? '' }, input.errors);
    await noteCase(pool, { caseId: found.id, personId: personOf(response).id, note, businessAt: visitOf(response).asOf });
    response.redirect(303, `${path}/${found.id}`);
  });

  /** The reason stays in the record as a note; the workflow hears who decided what, and checks that it is another person. */
  router.post(`${path}/:id/decision`, mayWorkCases, async (request, response) => {
    const found = await workable(request, response);
    const input = new Input(request.body);
    const { key } = input;
    const resolution = input.choice('resolution', ['explained', 'accept-bank'] as const, 'How is it decided?');
    const why = input.text('why', { max: noteLength, missing: 'Why? Whoever reads the books later has only this.' });
    input.mustTick('confirmed', 'Confirm it: a decision is not taken back.');
    if (!input.ok) return sendCase(response, found, input.typed, input.errors);
    const person = personOf(response);
    if (found.notes.filter((each) => each.personId === person.id).at(-1)?.note !== why) await noteCase(pool, { caseId: found.id, personId: person.id, note: why, businessAt: visitOf(response).asOf });
    const told = await workflows.update(caseWorkflowId(found.id), decideCase, key, { personId: person.id, resolution });
    const here = `${path}/${found.id}`;
    answerTold(response, told, { name: 'decide-case', action: `${here}/decision`, button: 'Decide', key, hidden: input.fields, back: back(found) }, () => here);
  });
  return router;

  async function caseOf(request: Request): Promise<CaseWithNotes> {
    const id = String(request.params['id']);
    const found = /^\d{1,15}$/.test(id) ? await findCase(pool, Number(id)) : null;
    if (!found) throw notFound();
    return found;
  }

  /** Nobody works a case about their own money. */
  async function workable(request: Request, response: Response): Promise<CaseWithNotes> {
    const found = await caseOf(request);
    const account = found.userNo ? await findAccountByUserNo(pool, found.userNo) : null;
    if (account?.personId === personOf(response).id) throw ownCase();
    return found;
  }

  /** What following the bank would post as things stand now; the decision works it out again. */
  async function planOf(response: Response, found: ReconciliationCase): Promise<CorrectionPlan | Unplannable | null> {
    return found.state === 'open' ? planCorrection(pool, found, visitOf(response).asOf) : null;
  }

  async function sendCase(response: Response, found: CaseWithNotes, typed: Record<string, string> = {}, errors: FormErrors = {}): Promise<void> {
    const mayWork = found.state === 'open' && hasRole(visitOf(response), ...caseRoles);
    sendPage(response, <CasePage found={found} plan={await planOf(response, found)} mayWork={mayWork} typed={typed} errors={errors} />, Object.keys(errors).length > 0 ? 422 : 200);
  }
}

const back = (found: ReconciliationCase) => ({ href: `${path}/${found.id}`, text: 'The case' });

const csvHeadings = ['case', 'day', 'file', 'movement', 'difference', 'reasons', 'ours', 'bank', 'account', 'in doubt', 'state', 'owner', 'due', 'opened', 'resolution', 'decided by', 'reason', 'decided at'];
const csvCells = (each: ReconciliationCase) => [
  each.id, each.day, each.file, each.requestNo, each.result, each.reasons.join(' '), each.ours ? decimalYuan(each.ours.amountFen) : null, each.bank ? decimalYuan(each.bank.amountFen) : null, each.userNo, decimalYuan(each.doubtFen),
  each.state, each.owner, each.dueAt, each.openedAt, each.resolution, each.resolvedBy, each.reason, each.resolvedAt,
];

function CasesPage({ cases, totals, list, values, hasMore }: { cases: ReconciliationCase[]; totals: CaseTotals; list: ListQuery; values: Record<string, string>; hasMore: boolean }): VNode {
  return (
    <Layout title="Cases of reconciliation" wide>
      <FilterForm action={path} filters={filters} values={values} search={{ label: 'Movement', list }} />
      <CaseTable cases={cases} totals={totals} empty="No case here, because our books and the bank's files agree or none fits the filter." list={{ ...list, path, hasMore, download: true, filters: values }} />
    </Layout>
  );
}
