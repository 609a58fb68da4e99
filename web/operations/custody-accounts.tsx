/** Accounts at the custody bank: what each holds by our books, and whether the bank said otherwise at the last close. */
import { Router } from 'express';
import type { VNode } from 'preact';
import { comparedWithBank, listAccounts, type ComparedWithBank, type LedgerAccount } from '../../db/account-search.js';
import { bankRoles, eachHeld, heldSorts, heldTotals, listHeld, type HeldAccount, type HeldTotals } from '../../db/custody-accounts.js';
import { searchInstructions, type FoundInstruction } from '../../db/instruction-search.js';
import { decimalYuan } from '../../domain/money.js';
import type { AreaDeps } from '../area.js';
import { InstantText } from '../components/dates.js';
import { Facts } from '../components/facts.js';
import { Money } from '../components/money.js';
import { Badge, Empty } from '../components/state.js';
import { readListQuery, Table, type ListQuery } from '../components/table.js';
import { streamCsv } from '../desk/csv.js';
import { FilterForm, readFilters, type Filter } from '../desk/filters.js';
import { plainWords } from '../desk/words.js';
import { notFound } from '../errors.js';
import { Layout, sendPage } from '../layout.js';
import { visitOf, wantsJson } from '../visit.js';
import { endOf } from './days.js';
import { InstructionTable } from './instruction-table.js';
import { personFilter, readPerson, redirectToNumber } from './person-filter.js';
import { maySeeMoney } from './roles.js';

const pageSize = 50;
const path = '/operations/custody-accounts';
/** The bank's names for the sides of the business, in ours. */
const roleWords: Partial<Record<string, string>> = { BORROWERS: 'borrower', INVESTOR: 'lender', GUARANTEECORP: 'guarantor', SUPPLIERS: 'receiver of entrusted payments', PLATFORM: 'the platform' };
const roleText = (bankRole: string): string => roleWords[bankRole] ?? plainWords(bankRole);

const endOfDay: Filter = { name: 'day', label: 'At the end of', day: true };
const filters: readonly Filter[] = [
  personFilter, { name: 'role', label: 'At the bank as', options: bankRoles.map((value) => ({ value, text: roleText(value) })) }, { name: 'state', label: 'State', options: ['opening', 'active', 'frozen', 'closed'].map((value) => ({ value, text: value })) },
  { name: 'differs', label: 'Against the bank', options: [{ value: 'yes', text: 'different' }] }, endOfDay,
];

export const heldAddress = (userNo: string): string => `${path}/${encodeURIComponent(userNo)}`;

export function custodyAccountsRouter(deps: AreaDeps): Router {
  const { pool } = deps;
  const router = Router();
  router.get(path, maySeeMoney, async (request, response) => {
    const list = readListQuery(request.query, heldSorts);
    const values = readFilters(request.query, filters);
    const person = readPerson(values['person']);
    if (!person) return redirectToNumber(deps, request, response, values['person'] ?? '');
    const day = values['day'];
    const by = {
      ...person, ...(list.search.trim() ? { userNo: list.search.trim() } : {}), bankRole: values['role'], state: values['state'], differs: values['differs'] === 'yes', before: day ? endOf(day, visitOf(response).zoneOffsetMinutes) : undefined, sort: list.sort, descending: list.descending,
    };
    if (list.csv) {
      return streamCsv(response, day ? `custody-accounts-${day}` : 'custody-accounts', ['account', 'person', 'role', 'state', 'available', 'reserved', 'frozen', 'in transit', 'open instructions', 'differs from the bank'], eachHeld(pool, by), (each) => [
        each.userNo, each.personId, each.bankRole, each.state, decimalYuan(each.availableFen), decimalYuan(each.reservedFen), decimalYuan(each.frozenFen), decimalYuan(each.inTransitFen), each.openInstructions, each.differs ? 'yes' : 'no',
      ]);
    }
    const [found, totals] = await Promise.all([listHeld(pool, { ...by, limit: pageSize + 1, offset: (list.page - 1) * pageSize }), heldTotals(pool, by)]);
    const accounts = found.slice(0, pageSize);
    if (wantsJson(request)) return void response.json({ accounts, totals, page: list.page, hasMore: found.length > pageSize });
    sendPage(response, <HeldListPage accounts={accounts} totals={totals} list={list} values={values} hasMore={found.length > pageSize} />);
  });

  router.get(`${path}/:userNo`, maySeeMoney, async (request, response) => {
    const userNo = String(request.params['userNo']);
    const values = readFilters(request.query, [endOfDay]);
    const before = values['day'] ? endOf(values['day'], visitOf(response).zoneOffsetMinutes) : undefined;
    const account = (await listHeld(pool, { userNo, before, limit: 1, offset: 0 }))[0];
    if (account?.userNo !== userNo) throw notFound();
    const [ledger, compared, open] = await Promise.all([listAccounts(pool, { userNo, book: 'custody', before, limit: pageSize, offset: 0 }), comparedWithBank(pool, userNo), searchInstructions(pool, { userNo, standing: 'open', limit: pageSize })]);
    if (wantsJson(request)) return void response.json({ account, ledger, compared, open });
    sendPage(response, <HeldPage {...{ account, ledger, compared, open, values }} />);
  });
  return router;
}

function HeldListPage({ accounts, totals, list, values, hasMore }: { accounts: HeldAccount[]; totals: HeldTotals; list: ListQuery; values: Record<string, string>; hasMore: boolean }): VNode {
  return (
    <Layout title="Custody accounts" wide>
      <FilterForm action={path} filters={filters} values={values} search={{ label: 'Account', list }} />
      {values['day'] ? <p>Balances at the end of {values['day']}.</p> : null}
      <Table
        caption="Custody accounts" rows={accounts} href={(each) => `${heldAddress(each.userNo)}${values['day'] ? `?day=${values['day']}` : ''}`} empty="None here, because nobody has opened one yet or none fits the filter." list={{ ...list, path, hasMore, download: true, filters: values }}
        columns={[
          { heading: 'Account', sort: 'account', cell: (each) => each.userNo, total: `All ${totals.accounts}` }, { heading: 'Person', cell: (each) => each.personId ?? 'the platform' }, { heading: 'As', cell: (each) => roleText(each.bankRole) }, { heading: 'State', cell: (each) => <Badge tone={each.state === 'active' ? 'good' : 'warn'}>{each.state}</Badge> },
          { heading: 'Available', sort: 'available', number: true, cell: (each) => <Money fen={each.availableFen} />, total: <Money fen={totals.availableFen} /> }, { heading: 'Reserved', sort: 'reserved', number: true, cell: (each) => <Money fen={each.reservedFen} />, total: <Money fen={totals.reservedFen} /> },
          { heading: 'Frozen', sort: 'frozen', number: true, cell: (each) => <Money fen={each.frozenFen} />, total: <Money fen={totals.frozenFen} /> }, { heading: 'In transit', sort: 'transit', number: true, cell: (each) => <Money fen={each.inTransitFen} />, total: <Money fen={totals.inTransitFen} /> },
          { heading: 'Not ended', sort: 'open', number: true, cell: (each) => each.openInstructions }, { heading: 'Against the bank', cell: (each) => (each.differs ? <Badge tone="bad">different</Badge> : '') },
        ]}
      />
      <p class="small">The bank shows reserved money as available and money in transit as frozen.</p>
    </Layout>
  );
}

function HeldPage({ account, ledger, compared, open, values }: { account: HeldAccount; ledger: LedgerAccount[]; compared: ComparedWithBank | null; open: FoundInstruction[]; values: Record<string, string> }): VNode {
  const { userNo } = account;
  return (
    <Layout title={`Custody account ${userNo}`} wide>
      <Facts facts={[
        ['Person', account.personId ?? 'the platform'], ['At the bank as', roleText(account.bankRole)], ['State', <Badge tone={account.state === 'active' ? 'good' : 'warn'}>{account.state}</Badge>], ['Card', account.cardLast4 ? `…${account.cardLast4}` : null], ['Against the bank', <BankComparison compared={compared} />],
      ]} />
      <FilterForm action={heldAddress(userNo)} filters={[endOfDay]} values={values} />
      <h2>{values['day'] ? `Balances at the end of ${values['day']}` : 'Balances now'}</h2>
      <Table
        caption="Balances" rows={ledger} href={(each) => `/operations/accounts/${each.id}${values['day'] ? `?to=${values['day']}` : ''}`} empty="Nothing yet, because no money has come in."
        columns={[
          { heading: 'Account of the ledger', cell: (each) => each.code, total: 'Sum' }, { heading: 'Kind', cell: (each) => plainWords(each.kind) }, { heading: 'Postings', number: true, cell: (each) => each.postings },
          { heading: 'Balance', number: true, cell: (each) => <Money fen={each.balanceFen} />, total: <Money fen={ledger.reduce((sum, each) => sum + each.balanceFen, 0)} /> },
        ]}
      />
      <h2>Under way</h2>
      {open.length > 0 ? <InstructionTable instructions={open} /> : <Empty>Nothing is under way, because every instruction of this account has ended.</Empty>}
      <p><a href={`/operations/instructions?person=${encodeURIComponent(userNo)}`}>All instructions of this account</a></p>
    </Layout>
  );
}

/** What the latest close found; the amounts are those of that moment. */
export function BankComparison({ compared }: { compared: ComparedWithBank | null }): VNode {
  if (!compared) return <>not compared yet, because no day has closed</>;
  const { day, closedAt, difference } = compared;
  if (!difference) return <><Badge tone="good">equal</Badge> at the close of {day} (<InstantText at={closedAt} />)</>;
  const { ours, bank } = difference;
  return (
    <>
      <Badge tone="bad">different</Badge> at the close of {day} (<InstantText at={closedAt} />): available <Money fen={ours.availableFen} /> in our books, <Money fen={bank.availableFen} /> at the bank, the difference is <Money fen={bank.availableFen - ours.availableFen} />;
      {' '}frozen <Money fen={ours.frozenFen} /> in our books, <Money fen={bank.frozenFen} /> at the bank, the difference is <Money fen={bank.frozenFen - ours.frozenFen} />
    </>
  );
}
