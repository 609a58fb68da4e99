/** Reconciliation (对账) day by day: the bank's files against ours, and what did not match. */
import { Router } from 'express';
import type { VNode } from 'preact';
import type { Pool } from '../../db/pool.js';
import { dayStates, reconciliationDay, reconciliationDays, type DayQuery, type DayState, type ReconciledFile, type ReconciliationDay } from '../../db/reconciliation.js';
import { isValidDate } from '../../domain/dates.js';
import { decimalYuan } from '../../domain/money.js';
import { reconcileWorkflowId } from '../../workflows/contract.js';
import type { AreaDeps } from '../area.js';
import { InstantText } from '../components/dates.js';
import { Money } from '../components/money.js';
import { Badge, State, type Tone } from '../components/state.js';
import { readListQuery, Table, type ListQuery } from '../components/table.js';
import { streamCsv } from '../desk/csv.js';
import { FilterForm, readFilters, type Filter } from '../desk/filters.js';
import { WorkflowLink } from '../desk/temporal-link.js';
import { plainWords } from '../desk/words.js';
import { notFound } from '../errors.js';
import { Layout, sendPage } from '../layout.js';
import { wantsJson } from '../visit.js';
import { CaseTable } from './case-table.js';
import { dayFilters } from './days.js';
import { maySeeMoney } from './roles.js';

const pageSize = 50;
const path = '/operations/reconciliation';
const filters: readonly Filter[] = [{ name: 'state', label: 'State', options: dayStates.map((value) => ({ value, text: value })) }, ...dayFilters];
const tones: Record<DayState, Tone> = { late: 'warn', faulty: 'bad', differences: 'bad', explained: 'warn', confirmed: 'good' };
const meanings: Record<DayState, string> = {
  late: 'Not all of the bank\'s files are there yet. They are asked for every hour; after twelve hours operations have a task.',
  faulty: 'A file of the bank is truncated, too large or not signed as it should be, so nothing of it was taken. It is asked for again every hour; after twelve hours operations have a task.',
  differences: 'Not every line is explained. The amounts in doubt wait until the open cases are decided, at most three working days by their owner, then by a second person.',
  explained: 'Every line is equal or explained. The day is confirmed to the bank next.',
  confirmed: 'Every line is equal or explained, and the bank was told so. The day is over.',
};

export function reconciliationRouter({ pool }: AreaDeps): Router {
  const router = Router();
  router.get(path, maySeeMoney, async (request, response) => {
    const list = readListQuery(request.query, ['newest']);
    const values = readFilters(request.query, filters);
    const by: DayQuery = { state: dayStates.find((state) => state === values['state']), fromDay: values['from'], toDay: values['to'] };
    if (list.csv) {
      return streamCsv(response, 'reconciliation-days', ['day', 'state', 'reason', 'lines', 'equal', 'across midnight', 'cases', 'open cases', 'asked', 'matched', 'confirmed'], eachDay(pool, by), (day) => [
        day.day, day.state, day.reason, day.lines, day.equal, day.inTransit, day.cases, day.openCases, day.askedAt, day.matchedAt, day.confirmedAt,
      ]);
    }
    const found = await reconciliationDays(pool, pageSize + 1, (list.page - 1) * pageSize, by);
    const days = found.slice(0, pageSize);
    if (wantsJson(request)) return void response.json({ days, page: list.page, hasMore: found.length > pageSize });
    sendPage(response, <DaysPage days={days} list={list} values={values} hasMore={found.length > pageSize} />);
  });

  router.get(`${path}/:day`, maySeeMoney, async (request, response) => {
    const day = String(request.params['day']);
    const found = isValidDate(day) ? await reconciliationDay(pool, day) : null;
    if (!found) throw notFound();
    if (request.query['format'] === 'csv') {
      return streamCsv(response, `reconciliation-${day}`, ['file', 'lines', 'amount', 'equal', 'across midnight', 'different', 'bank only', 'platform only', 'sha256'], each(found.files), (file) => [
        file.file, file.lines, decimalYuan(file.amountFen), file.equal, file.inTransit, file.different, file.bankOnly, file.platformOnly, file.sha256,
      ]);
    }
    if (wantsJson(request)) return void response.json({ day: found });
    sendPage(response, <DayPage day={found} />);
  });
  return router;
}

async function* each<T>(rows: readonly T[]): AsyncGenerator<T> {
  yield* rows;
}

/** One row a business day: few enough to read page by page. */
async function* eachDay(pool: Pool, by: DayQuery): AsyncGenerator<ReconciliationDay> {
  const portion = 500;
  for (let offset = 0; ; offset += portion) {
    const days = await reconciliationDays(pool, portion, offset, by);
    yield* days;
    if (days.length < portion) return;
  }
}

const sum = <T,>(rows: readonly T[], amount: (row: T) => number): number => rows.reduce((total, row) => total + amount(row), 0);

function DaysPage({ days, list, values, hasMore }: { days: ReconciliationDay[]; list: ListQuery; values: Record<string, string>; hasMore: boolean }): VNode {
  return (
    <Layout title="Reconciliation with the bank" wide>
      <p><a href="/operations/cases?state=open">Open cases</a></p>
      <FilterForm action={path} filters={filters} values={values} />
      <Table
        caption="Reconciled days" rows={days} href={(day) => `${path}/${day.day}`} list={{ ...list, path, hasMore, download: true, filters: values }}
        empty={Object.keys(values).length > 0 ? 'No day here, because none fits the filter.' : 'No day here, because none has ended since the bank\'s files are fetched.'}
        columns={[
          { heading: 'Day', cell: (day) => day.day, total: 'On this page' }, { heading: 'State', cell: (day) => <><Badge tone={tones[day.state]}>{day.state}</Badge>{day.reason ? <span class="small"> {plainWords(day.reason)}</span> : null}</> },
          { heading: 'Lines', number: true, cell: (day) => day.lines, total: sum(days, (day) => day.lines) }, { heading: 'Equal', number: true, cell: (day) => day.equal, total: sum(days, (day) => day.equal) }, { heading: 'Across midnight', number: true, cell: (day) => day.inTransit, total: sum(days, (day) => day.inTransit) },
          { heading: 'Cases', number: true, cell: (day) => day.cases, total: sum(days, (day) => day.cases) }, { heading: 'Open cases', number: true, cell: (day) => day.openCases, total: sum(days, (day) => day.openCases) },
          { heading: 'Confirmed', cell: (day) => (day.confirmedAt ? <InstantText at={day.confirmedAt} /> : 'not yet') },
        ]}
      />
    </Layout>
  );
}

function DayPage({ day }: { day: NonNullable<Awaited<ReturnType<typeof reconciliationDay>>> }): VNode {
  return (
    <Layout title={`Reconciliation of ${day.day}`} wide>
      <State tone={tones[day.state]} word={day.state}>
        {meanings[day.state]}{day.reason ? ` ${plainWords(day.reason)}.` : ''} Last asked <InstantText at={day.askedAt} />{day.confirmedAt ? <>, confirmed <InstantText at={day.confirmedAt} /></> : null}. Workflow <WorkflowLink id={reconcileWorkflowId(day.day)} />.
      </State>
      <h2>Files</h2>
      <FileTable day={day.day} files={day.files} />
      <h2>Differences</h2>
      <CaseTable cases={day.caseList} empty="None, because every line that was matched is equal or explained." />
      <p class="small">A movement close to midnight may stand on one side's day and on the other side's next day; it counts as across midnight and must be in the neighbouring file.</p>
    </Layout>
  );
}

function FileTable({ day, files }: { day: string; files: ReconciledFile[] }): VNode {
  const count = (heading: string, of: (file: ReconciledFile) => number) => ({ heading, number: true, cell: of, total: sum(files, of) });
  return (
    <>
      <Table
        caption="Files of the day" rows={files} empty="None yet, because the bank has not given a file that could be taken."
        columns={[
          { heading: 'File', cell: (file) => plainWords(file.file), total: 'All' }, count('Lines', (file) => file.lines), { heading: 'Amount', number: true, cell: (file) => <Money fen={file.amountFen} />, total: <Money fen={sum(files, (file) => file.amountFen)} /> },
          count('Equal', (file) => file.equal), count('Across midnight', (file) => file.inTransit), count('Different', (file) => file.different), count('Bank only', (file) => file.bankOnly), count('Platform only', (file) => file.platformOnly),
          { heading: 'SHA-256', cell: (file) => <code>{file.sha256.slice(0, 12)}…</code> },
        ]}
      />
      {files.length > 0 ? <p class="pager small"><a href={`${path}/${day}?format=csv`}>Download (CSV)</a></p> : null}
    </>
  );
}
