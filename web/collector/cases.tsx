/** Legal cases: who claims what from whom, with which evidence, by which route, and what is due next. */
import { Router } from 'express';
import type { VNode } from 'preact';
import { actsOn, recordAct, type RecordedAct } from '../../db/acts.js';
import { legalCase, legalCases, legalCaseSorts, type LegalCaseRow } from '../../db/collector.js';
import { inTransaction } from '../../db/pool.js';
import { pokeWaiting } from '../../db/waiting.js';
import { isValidDate } from '../../domain/dates.js';
import { decimalYuan } from '../../domain/money.js';
import { advanceCase } from '../../workflows/contract.js';
import type { AreaDeps } from '../area.js';
import { DateText, InstantText } from '../components/dates.js';
import { Facts } from '../components/facts.js';
import { AmountField, Field, Form, Select, TextArea, type FormErrors } from '../components/form.js';
import { Money } from '../components/money.js';
import { Badge, State } from '../components/state.js';
import { readListQuery, Table, type ListQuery } from '../components/table.js';
import { ActsTimeline } from '../desk/acts.js';
import { maxCsvRows, sendCsv } from '../desk/csv.js';
import { FilterForm, readFilters, type Filter } from '../desk/filters.js';
import { ownCase } from '../desk/own-case.js';
import { actingRole } from '../desk/role.js';
import { WorkflowLink } from '../desk/temporal-link.js';
import { plainWords } from '../desk/words.js';
import { notFound } from '../errors.js';
import { Input } from '../input.js';
import { Layout, sendPage } from '../layout.js';
import { answerTold } from '../told.js';
import { hasRole, personOf, visitOf, wantsJson } from '../visit.js';
import { noteLength } from './forms.js';
import { mayLook, mayWork, workRoles } from './roles.js';

const pageSize = 50;
const states = ['preparing', 'filed', 'judgment', 'enforcing', 'closed'] as const;
const routes = ['court', 'arbitration', 'payment-order', 'notarised'] as const;
/** In court: the words of the trade. */
const routeWords: Record<(typeof routes)[number], string> = { court: 'Ordinary court (诉讼)', arbitration: 'Arbitration (仲裁)', 'payment-order': 'Payment order (支付令)', notarised: 'Notarised enforcement (公证执行)' };
const filters: readonly Filter[] = [{ name: 'state', label: 'Cases', options: [{ value: 'closed', text: 'closed' }] }];
const maxCostsFen = 100_000_000_00;

export function casesRouter(deps: AreaDeps): Router {
  const { pool, workflows } = deps;
  const router = Router();

  router.get('/collector/cases', mayLook, async (request, response) => {
    const list = readListQuery(request.query, legalCaseSorts);
    const values = readFilters(request.query, filters);
    const by = { closed: values['state'] === 'closed', loanNo: list.search.trim().toUpperCase() || null, sort: list.sort, descending: list.descending };
    if (list.csv) return sendCsv(response, 'legal-cases', csvHeadings, (await legalCases(pool, { ...by, limit: maxCsvRows, offset: 0 })).map(csvCells));
    const found = await legalCases(pool, { ...by, limit: pageSize + 1, offset: (list.page - 1) * pageSize });
    const cases = found.slice(0, pageSize);
    if (wantsJson(request)) return void response.json({ cases });
    sendPage(response, <CasesPage cases={cases} list={list} values={values} hasMore={found.length > pageSize} />);
  });

  router.get('/collector/cases/:id', mayLook, async (request, response) => {
    const found = await caseOf(String(request.params['id']), personOf(response).id);
    if (wantsJson(request)) return void response.json({ case: found });
    sendPage(response, <CasePage found={found} acts={await actsOn(pool, found.workflowId)} works={hasRole(visitOf(response), ...workRoles)} typed={{}} errors={{}} />);
  });

  router.post('/collector/cases/:id', mayWork, async (request, response) => {
    const person = personOf(response);
    const found = await caseOf(String(request.params['id']), person.id);
    const { today, asOf } = visitOf(response);
    const input = new Input(request.body);
    const { key } = input;
    const advance = readAdvance(input, found, today);
    if (!input.ok) return sendPage(response, <CasePage found={found} acts={await actsOn(pool, found.workflowId)} works typed={input.typed} errors={input.errors} />, 422);
    const { note, ...facts } = advance;
    await inTransaction(pool, async (tx) => {
      await recordAct(tx, { actor: person.id, role: actingRole(person, workRoles), verb: 'advance-case', subject: found.workflowId, before: { state: found.state, nextDeadline: found.nextDeadline }, after: facts, why: note, businessAt: asOf });
      await pokeWaiting(tx, [found.workflowId]);
    });
    // The words stay in the record; the workflow hears where they stand.
    const told = await workflows.update(found.workflowId, advanceCase, key, { personId: person.id, key, ...facts, note: 'see-act' });
    const here = `/collector/cases/${encodeURIComponent(found.workflowId)}`;
    answerTold(response, told, { name: 'advance-case', action: here, button: 'Record', key, hidden: input.fields, back: { href: here, text: 'The case' } }, () => here);
  });
  return router;

  async function caseOf(workflowId: string, viewerId: string): Promise<LegalCaseRow> {
    const found = /^legal:LN\d{1,12}:\d{1,6}$/.test(workflowId) ? await legalCase(pool, workflowId) : null;
    if (!found) throw notFound();
    if (found.borrowerId === viewerId) throw ownCase();
    return found;
  }
}

function readAdvance(input: Input, found: LegalCaseRow, today: string) {
  const state = input.choice('state', states, 'Where does the case stand?');
  if (states.indexOf(state) < states.indexOf(found.state)) input.wrong('state', 'A case only goes forward: choose the present state or a later one.');
  const route = input.choice('route', routes, 'By which route?');
  const costsFen = input.typed['costs'] ? input.amount('costs', { minFen: 0, maxFen: maxCostsFen, missing: '', tooSmall: 'Not less than nothing.', tooLarge: 'That is more than a case can cost.' }) : null;
  const nextDeadline = input.text('nextDeadline', { max: 10 });
  if (state !== 'closed' && (!isValidDate(nextDeadline) || nextDeadline <= today)) input.wrong('nextDeadline', 'An open case needs a next deadline after today.');
  const note = input.text('note', { max: noteLength, missing: 'What was done? A sentence for the record.' });
  return { state, route, ...(costsFen === null ? {} : { costsFen }), ...(state === 'closed' ? {} : { nextDeadline }), note };
}

const totalOf = (each: LegalCaseRow): number => each.principalFen + each.interestFen + each.lateInterestFen + each.feeFen + each.costsFen;

const csvHeadings = ['case', 'loan', 'borrower', 'state', 'route', 'claimant', 'principal', 'interest', 'late interest', 'fee', 'costs', 'in all', 'next deadline', 'limitation ends', 'opened', 'closed'];
const csvCells = (each: LegalCaseRow) => [
  each.workflowId, each.loanNo, each.borrowerId, each.state, each.route, each.claimant, decimalYuan(each.principalFen), decimalYuan(each.interestFen), decimalYuan(each.lateInterestFen), decimalYuan(each.feeFen), decimalYuan(each.costsFen), decimalYuan(totalOf(each)),
  each.nextDeadline, each.limitationOn, each.openedOn, each.closedOn,
];

function CasesPage({ cases, list, values, hasMore }: { cases: LegalCaseRow[]; list: ListQuery; values: Record<string, string>; hasMore: boolean }): VNode {
  return (
    <Layout title="Legal cases" wide>
      <FilterForm action="/collector/cases" filters={filters} values={values} search={{ label: 'Loan', list }} />
      <Table
        caption="Legal cases" rows={cases} href={(each) => `/collector/cases/${encodeURIComponent(each.workflowId)}`} empty="No case here, because nothing has been handed over to law yet or none fits the filter."
        list={{ ...list, path: '/collector/cases', hasMore, download: true, filters: values }}
        columns={[
          { heading: 'Loan', sort: 'loan', cell: (each) => each.loanNo, total: 'On this page' }, { heading: 'State', sort: 'state', cell: (each) => <Badge tone={each.state === 'closed' ? 'calm' : 'warn'}>{plainWords(each.state)}</Badge> },
          { heading: 'Route', cell: (each) => routeWords[each.route] }, { heading: 'Claimed', number: true, cell: (each) => <Money fen={totalOf(each)} />, total: <Money fen={cases.reduce((sum, each) => sum + totalOf(each), 0)} /> },
          { heading: 'Next deadline', sort: 'deadline', cell: (each) => (each.nextDeadline ? <DateText date={each.nextDeadline} act /> : '') }, { heading: 'Limitation ends', sort: 'limitation', cell: (each) => <DateText date={each.limitationOn} act /> },
          { heading: 'Opened', sort: 'opened', cell: (each) => <DateText date={each.openedOn} /> },
        ]}
      />
    </Layout>
  );
}

function CasePage({ found, acts, works, typed, errors }: { found: LegalCaseRow; acts: RecordedAct[]; works: boolean; typed: Record<string, string>; errors: FormErrors }): VNode {
  return (
    <Layout title={`Legal case of ${found.loanNo}`} wide>
      <div class="two">
        <section aria-label="Evidence">
          <State tone={found.state === 'closed' ? 'calm' : 'warn'} word={plainWords(found.state)}>
            {found.nextDeadline ? <>Next deadline <DateText date={found.nextDeadline} act />; when it passes unseen, a supervisor is told.</> : 'The case is closed.'}
          </State>
          <Facts facts={[
            ['Claimant', found.claimant], ['Against', <>the borrower of <a href={`/collector/loans/${found.loanNo}`}>{found.loanNo}</a> ({found.borrowerId})</>], ['Route', routeWords[found.route]],
            ['Principal', <Money fen={found.principalFen} />], ['Interest', <Money fen={found.interestFen} />], ['Late interest', <Money fen={found.lateInterestFen} />], ['Fee', <Money fen={found.feeFen} />], ['Costs', <Money fen={found.costsFen} />],
            ['In all', <strong><Money fen={totalOf(found)} /></strong>], ['Limitation ends', <DateText date={found.limitationOn} act />], ['Opened', <DateText date={found.openedOn} />], ['Closed', found.closedOn ? <DateText date={found.closedOn} /> : null],
            ['Workflow', <WorkflowLink id={found.workflowId} />],
          ]} />
          <h2>Evidence</h2>
          <Table
            caption="Evidence" rows={found.evidence} empty="None, because nothing about this loan was found in the record."
            columns={[{ heading: 'What', cell: (each) => plainWords(each.kind) }, { heading: 'Reference', cell: (each) => <span class="wrap">{each.reference}</span> }, { heading: 'When', cell: (each) => <EvidenceDate at={each.at} /> }]}
          />
          <h2>What was done</h2>
          <ActsTimeline acts={acts} />
        </section>
        <section aria-label="Decision">
          <h2>How it goes on</h2>
          {works && found.state !== 'closed' ? <AdvanceForm found={found} typed={typed} errors={errors} /> : <p>{found.state === 'closed' ? 'Nothing more to do.' : 'Collectors, supervisors and operations work on cases.'}</p>}
          <p><a href="/collector/cases">All cases</a></p>
        </section>
      </div>
    </Layout>
  );
}

/** A day, or an instant in PostgreSQL's own writing. */
function EvidenceDate({ at }: { at: string }): VNode {
  return at.length > 'YYYY-MM-DD'.length ? <InstantText at={new Date(at).toISOString()} /> : <DateText date={at} />;
}

function AdvanceForm({ found, typed, errors }: { found: LegalCaseRow; typed: Record<string, string>; errors: FormErrors }): VNode {
  return (
    <Form name="advance-case" action={`/collector/cases/${encodeURIComponent(found.workflowId)}`} button="Record" formKey={typed['key']} errors={errors} accessKey="d">
      <Select name="state" label="Where it stands" value={typed['state'] ?? found.state} errors={errors} options={states.map((value) => ({ value, text: plainWords(value) }))} />
      <Select name="route" label="Route" value={typed['route'] ?? found.route} errors={errors} options={routes.map((value) => ({ value, text: routeWords[value] }))} />
      <AmountField name="costs" label="Costs so far, in yuan" value={typed['costs'] ?? (found.costsFen ? decimalYuan(found.costsFen) : '')} errors={errors} hint="Court fees and the like; they are owed first when money comes in." />
      <Field name="nextDeadline" label="Next deadline" type="date" value={typed['nextDeadline']} errors={errors} hint="Left empty only when the case is closed." />
      <TextArea name="note" label="What was done" value={typed['note']} errors={errors} maxLength={noteLength} accessKey="n" />
    </Form>
  );
}
