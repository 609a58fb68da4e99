/** The trial balance, added up again from the postings, and how the days closed. */
import { Router } from 'express';
import type { VNode } from 'preact';
import { dayCloses, type DayClose } from '../../db/finance.js';
import { trialBalance, trialBalanceAsOf, type TrialBalance } from '../../db/ledger.js';
import { isoInstant, parseInstant } from '../../domain/dates.js';
import { decimalYuan } from '../../domain/money.js';
import type { AreaDeps } from '../area.js';
import { InstantText } from '../components/dates.js';
import { Money } from '../components/money.js';
import { Badge, Notice } from '../components/state.js';
import { Table } from '../components/table.js';
import { maxCsvRows, sendCsv } from '../desk/csv.js';
import { FilterForm, readFilters, type Filter } from '../desk/filters.js';
import { plainWords } from '../desk/words.js';
import { Layout, sendPage } from '../layout.js';
import { visitOf, wantsJson } from '../visit.js';
import { endOf } from './days.js';
import { maySeeMoney } from './roles.js';

const shownDays = 30;
const path = '/operations/books';
const filters: readonly Filter[] = [{ name: 'day', label: 'Trial balance at the end of', day: true }];

const differing = (day: DayClose): string[] => (day.differences as { userNo?: string }[]).map((each) => each.userNo ?? 'an account');
const dayCells = (day: DayClose) => [day.day, decimalYuan(day.trialBalanceFen), day.accountsCompared, day.differences.length, differing(day).join(' '), day.openInstructions, day.closedAt];
/** The last instant that is still the day's. */
const lastInstantOf = (day: string, zoneOffsetMinutes: number): string => isoInstant(parseInstant(endOf(day, zoneOffsetMinutes)) - 1);

export function booksRouter({ pool }: AreaDeps): Router {
  const router = Router();
  router.get('/operations/books', maySeeMoney, async (request, response) => {
    const values = readFilters(request.query, filters);
    const { day } = values;
    const { format } = request.query;
    const days = await dayCloses(pool, format === 'days' ? maxCsvRows : shownDays);
    if (format === 'days') return sendCsv(response, 'day-closes', ['day', 'trial balance', 'accounts compared', 'differences', 'accounts that differ', 'open instructions', 'closed'], days.map(dayCells));
    const balance = await trialBalance(pool);
    const shown = day ? await trialBalanceAsOf(pool, lastInstantOf(day, visitOf(response).zoneOffsetMinutes)) : balance;
    if (format === 'csv') return sendCsv(response, day ? `trial-balance-${day}` : 'trial-balance', ['book', 'kind', 'accounts', 'balance'], shown.byKind.map((each) => [each.book, each.kind, each.accounts, decimalYuan(each.sumFen)]));
    if (wantsJson(request)) return void response.json({ trialBalance: balance, ...(day ? { day, asOf: shown } : {}), days });
    sendPage(response, <BooksPage balance={balance} shown={shown} days={days} values={values} />);
  });
  return router;
}

function BooksPage({ balance, shown, days, values }: { balance: TrialBalance; shown: Pick<TrialBalance, 'sumFen' | 'byKind'>; days: DayClose[]; values: Record<string, string> }): VNode {
  const { day } = values;
  return (
    <Layout title={day ? `Books at the end of ${day}` : 'Books'} wide>
      <Verdict balance={balance} />
      <h2>Trial balance{day ? ` at the end of ${day}` : ''}</h2>
      <FilterForm action={path} filters={filters} values={values} />
      <Table
        caption="Trial balance" rows={shown.byKind} href={(each) => `/operations/accounts?${new URLSearchParams({ book: each.book, kind: each.kind, ...(day ? { day } : {}) }).toString()}`} empty="Empty, because nothing has been posted yet."
        columns={[
          { heading: 'Kind of account', cell: (each) => plainWords(each.kind), total: 'Sum' }, { heading: 'Book', cell: (each) => each.book }, { heading: 'Accounts', number: true, cell: (each) => each.accounts, total: shown.byKind.reduce((sum, each) => sum + each.accounts, 0) },
          { heading: 'Balance', number: true, cell: (each) => <Money fen={each.sumFen} />, total: <Money fen={shown.sumFen} /> },
        ]}
      />
      <p class="pager small"><a href={`${path}?${new URLSearchParams({ ...values, format: 'csv' }).toString()}`}>Download (CSV)</a></p>
      <h2>How the days closed</h2>
      <Days days={days} />
    </Layout>
  );
}

function Verdict({ balance }: { balance: TrialBalance }): VNode {
  const wrong = [...balance.driftedAccounts.map((code) => `account ${code} is not the sum of its postings`), ...balance.unbalancedJournals.map((key) => `journal ${key} does not sum to zero`)];
  if (wrong.length === 0 && balance.sumFen === 0) return <Notice tone="good"><p>Both books are balanced: every journal sums to zero, every balance is the sum of its postings.</p></Notice>;
  return <Notice tone="bad"><p>The books are wrong by <Money fen={balance.sumFen} />. {wrong.slice(0, 20).join('; ')}</p></Notice>;
}

function Days({ days }: { days: DayClose[] }): VNode {
  return (
    <>
      <Table
        caption="Day closes" rows={days} empty="No day has closed yet, because the first business day is still running."
        columns={[
          { heading: 'Day', cell: (day) => day.day }, { heading: 'Trial balance', number: true, cell: (day) => <Money fen={day.trialBalanceFen} /> }, { heading: 'Accounts compared with the bank', number: true, cell: (day) => day.accountsCompared },
          { heading: 'Differences', cell: (day) => <Differences of={differing(day)} /> },
          { heading: 'Open instructions', number: true, cell: (day) => day.openInstructions }, { heading: 'Closed', cell: (day) => <InstantText at={day.closedAt} /> },
        ]}
      />
      {days.length > 0 ? <p class="pager small"><span>The latest {days.length}.</span> <a href={`${path}?format=days`}>Download all (CSV)</a></p> : null}
    </>
  );
}

/** The first accounts that differ; their pages say by how much. */
function Differences({ of }: { of: string[] }): VNode {
  const named = 5;
  if (of.length === 0) return <Badge tone="good">none</Badge>;
  return <><Badge tone="bad">{String(of.length)}</Badge> <span class="small">{of.slice(0, named).join(', ')}{of.length > named ? ` and ${of.length - named} more` : ''}</span></>;
}
