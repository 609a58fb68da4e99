/** Accounts of both books, now or at the end of a day, and one with its entries. Read only. */
import { Router } from 'express';
import type { VNode } from 'preact';
import { accountSorts, accountTotals, balanceOfAccountBefore, comparedWithBank, eachAccount, eachEntry, entriesOf, findLedgerAccount, listAccounts, turnoverOf, type AccountEntry, type AccountTotals, type ComparedWithBank, type LedgerAccount } from '../../db/account-search.js';
import { accountKinds } from '../../db/chart.js';
import { decimalYuan } from '../../domain/money.js';
import type { AreaDeps } from '../area.js';
import { InstantText } from '../components/dates.js';
import { Facts } from '../components/facts.js';
import { Money } from '../components/money.js';
import { readListQuery, Table, type ListQuery } from '../components/table.js';
import { streamCsv } from '../desk/csv.js';
import { FilterForm, readFilters, type Filter } from '../desk/filters.js';
import { plainWords } from '../desk/words.js';
import { notFound } from '../errors.js';
import { Layout, sendPage } from '../layout.js';
import { visitOf, wantsJson } from '../visit.js';
import { BankComparison, heldAddress } from './custody-accounts.js';
import { dayFilters, endOf, readDays } from './days.js';
import { personFilter, readPerson, redirectToNumber } from './person-filter.js';
import { maySeeMoney } from './roles.js';

const pageSize = 50;
const filters: readonly Filter[] = [
  { name: 'book', label: 'Book', options: [{ value: 'custody', text: 'custody' }, { value: 'claims', text: 'claims' }] },
  { name: 'kind', label: 'Kind', options: Object.keys(accountKinds).map((value) => ({ value, text: plainWords(value) })) },
  { name: 'loan', label: 'Loan', size: 10 }, personFilter, { name: 'filled', label: 'Balance', options: [{ value: 'yes', text: 'not zero' }] }, { name: 'day', label: 'At the end of', day: true },
];

export function accountsRouter(deps: AreaDeps): Router {
  const { pool } = deps;
  const router = Router();
  router.get('/operations/accounts', maySeeMoney, async (request, response) => {
    const list = readListQuery(request.query, accountSorts);
    const values = readFilters(request.query, filters);
    const person = readPerson(values['person']);
    if (!person) return redirectToNumber(deps, request, response, values['person'] ?? '');
    const day = values['day'];
    const by = {
      code: list.search.trim() || undefined, book: values['book'], kind: values['kind'], loanNo: values['loan']?.toUpperCase(), ...person, filled: values['filled'] === 'yes',
      before: day ? endOf(day, visitOf(response).zoneOffsetMinutes) : undefined, sort: list.sort, descending: list.descending,
    };
    if (list.csv) return streamCsv(response, day ? `accounts-${day}` : 'accounts', ['book', 'code', 'kind', 'owner', 'loan', 'balance', 'postings'], eachAccount(pool, by), (each) => [each.book, each.code, each.kind, each.owner, each.loanNo, decimalYuan(each.balanceFen), each.postings]);
    const [found, totals] = await Promise.all([listAccounts(pool, { ...by, limit: pageSize + 1, offset: (list.page - 1) * pageSize }), accountTotals(pool, by)]);
    const accounts = found.slice(0, pageSize);
    if (wantsJson(request)) return void response.json({ accounts, totals, page: list.page, hasMore: found.length > pageSize });
    sendPage(response, <AccountsPage accounts={accounts} totals={totals} list={list} values={values} hasMore={found.length > pageSize} />);
  });

  router.get('/operations/accounts/:id', maySeeMoney, async (request, response) => {
    const id = String(request.params['id']);
    const account = /^\d{1,15}$/.test(id) ? await findLedgerAccount(pool, Number(id)) : null;
    if (!account) throw notFound();
    const list = readListQuery(request.query, ['newest']);
    const values = readFilters(request.query, dayFilters);
    const { zoneOffsetMinutes } = visitOf(response);
    const period = readDays(values, zoneOffsetMinutes);
    if (list.csv) return streamCsv(response, `account-${account.id}`, ['journal', 'kind', 'business time', 'instruction', 'amount', 'balance'], eachEntry(pool, account.id, period), (each) => [each.key, each.kind, each.businessAt, each.requestNo, decimalYuan(each.amountFen), decimalYuan(each.balanceFen)]);
    const [found, turnover, compared, openingFen, closingFen] = await Promise.all([
      entriesOf(pool, account.id, period, pageSize + 1, (list.page - 1) * pageSize), turnoverOf(pool, account.id, period), account.book === 'custody' && account.owner ? comparedWithBank(pool, account.owner) : null,
      period.from ? balanceOfAccountBefore(pool, account.id, period.from) : null, period.to ? balanceOfAccountBefore(pool, account.id, period.to) : null,
    ]);
    const entries = found.slice(0, pageSize);
    const { entries: count, inFen, outFen } = turnover;
    const standing: AccountStanding = { count, inFen, outFen, openingFen, closingFen, compared };
    if (wantsJson(request)) return void response.json({ account, entries, ...standing, page: list.page, hasMore: found.length > pageSize });
    sendPage(response, <AccountPage account={account} entries={entries} standing={standing} list={list} values={values} hasMore={found.length > pageSize} />);
  });
  return router;
}

function AccountsPage({ accounts, totals, list, values, hasMore }: { accounts: LedgerAccount[]; totals: AccountTotals; list: ListQuery; values: Record<string, string>; hasMore: boolean }): VNode {
  return (
    <Layout title="Accounts of the ledger" wide>
      <FilterForm action="/operations/accounts" filters={filters} values={values} search={{ label: 'Code, account or loan', list }} />
      <Table
        caption="Accounts" rows={accounts} href={(each) => `/operations/accounts/${each.id}`} empty="None here, because nothing has been posted yet or none fits the filter." list={{ ...list, path: '/operations/accounts', hasMore, download: true, filters: values }}
        columns={[
          { heading: 'Account', sort: 'code', cell: (each) => each.code, total: `All ${totals.accounts}` }, { heading: 'Book', cell: (each) => each.book }, { heading: 'Kind', sort: 'kind', cell: (each) => plainWords(each.kind) }, { heading: 'Owner', cell: (each) => each.owner ?? '' },
          { heading: 'Loan', sort: 'loan', cell: (each) => each.loanNo ?? '' }, { heading: 'Postings', sort: 'postings', number: true, cell: (each) => each.postings },
          { heading: values['day'] ? `Balance at the end of ${values['day']}` : 'Balance', sort: 'balance', number: true, cell: (each) => <Money fen={each.balanceFen} />, total: <Money fen={totals.balanceFen} /> },
        ]}
      />
    </Layout>
  );
}

interface AccountStanding { count: number; inFen: number; outFen: number; openingFen: number | null; closingFen: number | null; compared: ComparedWithBank | null }

interface AccountPageProps { account: LedgerAccount; entries: AccountEntry[]; standing: AccountStanding; list: ListQuery; values: Record<string, string>; hasMore: boolean }

function AccountPage({ account, entries, standing, list, values, hasMore }: AccountPageProps): VNode {
  const path = `/operations/accounts/${account.id}`;
  return (
    <Layout title={`Account ${account.code}`} wide>
      <Facts facts={[
        ['Book', account.book], ['Kind', plainWords(account.kind)], ['Owner', account.owner && account.book === 'custody' ? <a href={heldAddress(account.owner)}>{account.owner}</a> : account.owner], ['Loan', account.loanNo ? <a href={`/operations/loans/${account.loanNo}`}>{account.loanNo}</a> : null],
        ['Balance now', <strong><Money fen={account.balanceFen} /></strong>],
        [`Balance before ${values['from'] ?? ''}`, standing.openingFen === null ? null : <Money fen={standing.openingFen} />], [`Balance at the end of ${values['to'] ?? ''}`, standing.closingFen === null ? null : <strong><Money fen={standing.closingFen} /></strong>],
        ['Against the bank', account.book === 'custody' && account.owner ? <BankComparison compared={standing.compared} /> : null],
      ]} />
      <FilterForm action={path} filters={dayFilters} values={values} />
      <Table
        caption="Entries" rows={entries} href={(each) => `/operations/journals/${each.journalId}`} empty="None, because nothing was posted to it, or nothing on these days." list={{ ...list, path, hasMore, download: true, filters: values }}
        columns={[
          { heading: 'Journal', cell: (each) => each.key, total: `All ${standing.count}` }, { heading: 'Kind', cell: (each) => plainWords(each.kind) }, { heading: 'Business time', cell: (each) => <InstantText at={each.businessAt} /> }, { heading: 'Instruction', cell: (each) => each.requestNo ?? '', total: <>in <Money fen={standing.inFen} />, out <Money fen={standing.outFen} /></> },
          { heading: 'Amount', number: true, cell: (each) => <Money fen={each.amountFen} />, total: <Money fen={standing.inFen + standing.outFen} /> }, { heading: 'Balance after', number: true, cell: (each) => <Money fen={each.balanceFen} /> },
        ]}
      />
      <p class="small">Balances after an entry follow the order of posting; a balance at the end of a day counts what belongs to business days up to it.</p>
    </Layout>
  );
}
