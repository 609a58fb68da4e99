/** What the platform has earned in agreed fees, and the costs it passes on, by month and kind; from the ledger. */
import { Router } from 'express';
import type { VNode } from 'preact';
import { agreedFees } from '../../db/chart.js';
import { eachFee, feesByMonth, platformAccounts, type FeeSum, type PlatformAccount } from '../../db/platform-fees.js';
import { dateOf, daysInMonth } from '../../domain/dates.js';
import { decimalYuan } from '../../domain/money.js';
import type { AreaDeps } from '../area.js';
import { Money } from '../components/money.js';
import { Badge } from '../components/state.js';
import { Table } from '../components/table.js';
import { streamCsv } from '../desk/csv.js';
import { FilterForm, readFilters, type Filter } from '../desk/filters.js';
import { plainWords } from '../desk/words.js';
import { Layout, sendPage } from '../layout.js';
import { visitOf, wantsJson } from '../visit.js';
import { dayFilters, readDays } from './days.js';
import { maySeeMoney } from './roles.js';

const filters: readonly Filter[] = [{ name: 'kind', label: 'Kind', options: agreedFees.map((value) => ({ value, text: plainWords(value) })) }, ...dayFilters];

export function feesRouter({ pool }: AreaDeps): Router {
  const router = Router();
  router.get('/operations/fees', maySeeMoney, async (request, response) => {
    const values = readFilters(request.query, filters);
    const { zoneOffsetMinutes } = visitOf(response);
    const by = { kind: values['kind'], ...readDays(values, zoneOffsetMinutes) };
    const format = request.query['format'];
    if (format === 'csv') return streamCsv(response, 'platform-fees', ['month', 'kind', 'account', 'entries', 'taken', 'given back', 'net'], each(await feesByMonth(pool, by, zoneOffsetMinutes)), (sum) => [sum.month, sum.kind, sum.account, sum.entries, decimalYuan(sum.inFen), decimalYuan(sum.outFen), decimalYuan(sum.inFen + sum.outFen)]);
    if (format === 'entries') return streamCsv(response, 'platform-fee-entries', ['journal', 'kind', 'account', 'business time', 'instruction', 'loan', 'payment', 'amount'], eachFee(pool, by), (fee) => [fee.key, fee.kind, fee.account, fee.businessAt, fee.requestNo, fee.loanNo, fee.paymentNo, decimalYuan(fee.amountFen)]);
    const [fees, accounts] = await Promise.all([feesByMonth(pool, by, zoneOffsetMinutes), platformAccounts(pool)]);
    if (wantsJson(request)) return void response.json({ fees, accounts });
    sendPage(response, <FeesPage fees={fees} accounts={accounts} values={values} />);
  });
  return router;
}

async function* each<T>(rows: readonly T[]): AsyncGenerator<T> {
  yield* rows;
}

const net = (sum: FeeSum): number => sum.inFen + sum.outFen;
const total = (fees: readonly FeeSum[], amount: (sum: FeeSum) => number): number => fees.reduce((sum, fee) => sum + amount(fee), 0);

function FeesPage({ fees, accounts, values }: { fees: FeeSum[]; accounts: PlatformAccount[]; values: Record<string, string> }): VNode {
  const query = (format: string): string => `/operations/fees?${new URLSearchParams({ ...values, format }).toString()}`;
  return (
    <Layout title="Platform fees and costs" wide>
      <p>The only money that reaches the platform: agreed fees out of what borrowers have paid, and costs of enforcement, which are owed on to third parties.</p>
      <FilterForm action="/operations/fees" filters={filters} values={values} />
      <Table
        caption="Fees and costs by month" rows={fees} href={monthJournals} empty="None here, because no payment with a fee has been shared yet or none fits the filter."
        columns={[
          { heading: 'Month', cell: (fee) => fee.month, total: 'Total' }, { heading: 'Kind', cell: (fee) => plainWords(fee.kind) }, { heading: 'To the account', cell: (fee) => fee.account }, { heading: 'Entries', number: true, cell: (fee) => fee.entries, total: total(fees, (fee) => fee.entries) },
          { heading: 'Taken', number: true, cell: (fee) => <Money fen={fee.inFen} />, total: <Money fen={total(fees, (fee) => fee.inFen)} /> }, { heading: 'Given back', number: true, cell: (fee) => <Money fen={fee.outFen} />, total: <Money fen={total(fees, (fee) => fee.outFen)} /> },
          { heading: 'Net', number: true, cell: (fee) => <Money fen={net(fee)} />, total: <Money fen={total(fees, net)} /> },
        ]}
      />
      {fees.length > 0 ? <p class="pager small"><a href={query('csv')}>Download by month (CSV)</a> <a href={query('entries')}>Download each entry (CSV)</a></p> : null}
      <h2>By kind</h2>
      <KindTable fees={fees} />
      <h2>What the accounts hold now</h2>
      <AccountTable fees={Object.keys(values).length === 0 ? fees : null} accounts={accounts} />
    </Layout>
  );
}

/** The journals of a month and kind. */
function monthJournals({ month, kind }: FeeSum): string {
  const [year = 0, number = 0] = month.split('-').map(Number);
  return `/operations/journals?${new URLSearchParams({ kind, from: dateOf(year, number, 1), to: dateOf(year, number, daysInMonth(year, number)) }).toString()}`;
}

function KindTable({ fees }: { fees: FeeSum[] }): VNode {
  const kinds = [...new Set(fees.map((fee) => fee.kind))].map((kind) => ({ kind, of: fees.filter((fee) => fee.kind === kind) }));
  return (
    <Table
      caption="Fees and costs by kind" rows={kinds} empty="None, because there is nothing above."
      columns={[
        { heading: 'Kind', cell: ({ kind }) => plainWords(kind), total: 'Total' }, { heading: 'Entries', number: true, cell: ({ of }) => total(of, (fee) => fee.entries), total: total(fees, (fee) => fee.entries) },
        { heading: 'Net', number: true, cell: ({ of }) => <Money fen={total(of, net)} />, total: <Money fen={total(fees, net)} /> },
      ]}
    />
  );
}

/** With all fees at hand, each account is held against the sum of what went to it. */
function AccountTable({ fees, accounts }: { fees: FeeSum[] | null; accounts: PlatformAccount[] }): VNode {
  const posted = (code: string): number => total((fees ?? []).filter((fee) => fee.account === code), net);
  return (
    <Table
      caption="The platform's accounts" rows={accounts} href={(account) => `/operations/accounts/${account.id}`} empty="None yet, because the platform has earned nothing."
      columns={[
        { heading: 'Account', cell: (account) => account.code, total: 'Sum' }, { heading: 'Balance', number: true, cell: (account) => <Money fen={account.balanceFen} />, total: <Money fen={accounts.reduce((sum, account) => sum + account.balanceFen, 0)} /> },
        ...(fees ? [{ heading: 'Against the months above', cell: (account: PlatformAccount) => (posted(account.code) === account.balanceFen ? <Badge tone="good">equal</Badge> : <Badge tone="bad">differs by <Money fen={account.balanceFen - posted(account.code)} /></Badge>) }] : []),
      ]}
    />
  );
}
