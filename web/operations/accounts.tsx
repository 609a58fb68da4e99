/** Accounts of both books, and one with its entries. Read only. */
import { Router } from 'express';
import type { VNode } from 'preact';
import { accountKinds } from '../../db/chart.js';
import { entriesOf, findAccount, listAccounts, type AccountEntry, type LedgerAccount } from '../../db/finance.js';
import { decimalYuan } from '../../domain/money.js';
import type { AreaDeps } from '../area.js';
import { InstantText } from '../components/dates.js';
import { Facts } from '../components/facts.js';
import { Money } from '../components/money.js';
import { readListQuery, Table, type ListQuery } from '../components/table.js';
import { maxCsvRows, sendCsv } from '../desk/csv.js';
import { FilterForm, readFilters, type Filter } from '../desk/filters.js';
import { plainWords } from '../desk/words.js';
import { notFound } from '../errors.js';
import { Layout, sendPage } from '../layout.js';
import { wantsJson } from '../visit.js';
import { maySeeMoney } from './roles.js';

const pageSize = 50;
const filters: readonly Filter[] = [
  { name: 'book', label: 'Book', options: [{ value: 'custody', text: 'custody' }, { value: 'claims', text: 'claims' }] },
  { name: 'kind', label: 'Kind', options: Object.keys(accountKinds).map((value) => ({ value, text: plainWords(value) })) },
];

export function accountsRouter({ pool }: AreaDeps): Router {
  const router = Router();
  router.get('/operations/accounts', maySeeMoney, async (request, response) => {
    const list = readListQuery(request.query, ['code']);
    const values = readFilters(request.query, filters);
    const search = (limit: number, offset: number) => listAccounts(pool, { search: list.search || null, book: values['book'] ?? null, kind: values['kind'] ?? null, limit, offset });
    if (list.csv) {
      return sendCsv(response, 'accounts', ['book', 'code', 'kind', 'owner', 'loan', 'balance', 'postings'], (await search(maxCsvRows, 0)).map((each) => [each.book, each.code, each.kind, each.owner, each.loanNo, decimalYuan(each.balanceFen), each.postings]));
    }
    const found = await search(pageSize + 1, (list.page - 1) * pageSize);
    const accounts = found.slice(0, pageSize);
    if (wantsJson(request)) return void response.json({ accounts, page: list.page, hasMore: found.length > pageSize });
    sendPage(response, <AccountsPage accounts={accounts} list={list} values={values} hasMore={found.length > pageSize} />);
  });

  router.get('/operations/accounts/:id', maySeeMoney, async (request, response) => {
    const id = String(request.params['id']);
    const account = /^\d{1,15}$/.test(id) ? await findAccount(pool, Number(id)) : null;
    if (!account) throw notFound();
    const list = readListQuery(request.query, ['newest']);
    const found = await entriesOf(pool, account.id, list.csv ? maxCsvRows : pageSize + 1, list.csv ? 0 : (list.page - 1) * pageSize);
    if (list.csv) return sendCsv(response, `account-${account.id}`, ['journal', 'kind', 'business time', 'instruction', 'amount', 'balance'], found.map((each) => [each.key, each.kind, each.businessAt, each.requestNo, decimalYuan(each.amountFen), decimalYuan(each.balanceFen)]));
    const entries = found.slice(0, pageSize);
    if (wantsJson(request)) return void response.json({ account, entries, page: list.page, hasMore: found.length > pageSize });
    sendPage(response, <AccountPage account={account} entries={entries} list={list} hasMore={found.length > pageSize} />);
  });
  return router;
}

function AccountsPage({ accounts, list, values, hasMore }: { accounts: LedgerAccount[]; list: ListQuery; values: Record<string, string>; hasMore: boolean }): VNode {
  return (
    <Layout title="Accounts" wide>
      <FilterForm action="/operations/accounts" filters={filters} values={values} search={{ label: 'Code, person or loan', list }} />
      <Table
        caption="Accounts" rows={accounts} href={(each) => `/operations/accounts/${each.id}`} empty="None here, because nothing has been posted yet or none fits the filter." list={{ ...list, path: '/operations/accounts', hasMore, download: true, filters: values }}
        columns={[
          { heading: 'Account', cell: (each) => each.code }, { heading: 'Book', cell: (each) => each.book }, { heading: 'Kind', cell: (each) => plainWords(each.kind) }, { heading: 'Owner', cell: (each) => each.owner ?? '' },
          { heading: 'Loan', cell: (each) => each.loanNo ?? '' }, { heading: 'Postings', number: true, cell: (each) => each.postings }, { heading: 'Balance', number: true, cell: (each) => <Money fen={each.balanceFen} /> },
        ]}
      />
    </Layout>
  );
}

function AccountPage({ account, entries, list, hasMore }: { account: LedgerAccount; entries: AccountEntry[]; list: ListQuery; hasMore: boolean }): VNode {
  return (
    <Layout title={`Account ${account.code}`} wide>
      <Facts facts={[
        ['Book', account.book], ['Kind', plainWords(account.kind)], ['Owner', account.owner], ['Loan', account.loanNo ? <a href={`/operations/loans/${account.loanNo}`}>{account.loanNo}</a> : null], ['Balance', <strong><Money fen={account.balanceFen} /></strong>],
      ]} />
      <Table
        caption="Entries" rows={entries} href={(each) => `/operations/journals/${each.journalId}`} empty="None yet, because nothing was posted to it." list={{ ...list, path: `/operations/accounts/${account.id}`, hasMore, download: true }}
        columns={[
          { heading: 'Journal', cell: (each) => each.key }, { heading: 'Kind', cell: (each) => plainWords(each.kind) }, { heading: 'Business time', cell: (each) => <InstantText at={each.businessAt} /> }, { heading: 'Instruction', cell: (each) => each.requestNo ?? '' },
          { heading: 'Amount', number: true, cell: (each) => <Money fen={each.amountFen} /> }, { heading: 'Balance after', number: true, cell: (each) => <Money fen={each.balanceFen} /> },
        ]}
      />
    </Layout>
  );
}
