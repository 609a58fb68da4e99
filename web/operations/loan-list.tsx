/** All loans: by state, by who has to act, by what comes next. */
import { Router } from 'express';
import type { VNode } from 'preact';
import { listLoans, loanListSorts, loanTotals, type ListedLoan, type LoanTotals } from '../../db/loan-lists.js';
import { decimalYuan } from '../../domain/money.js';
import type { AreaDeps } from '../area.js';
import { InstantText } from '../components/dates.js';
import { Money } from '../components/money.js';
import { Badge } from '../components/state.js';
import { readListQuery, Table, type ListQuery } from '../components/table.js';
import { maxCsvRows, sendCsv } from '../desk/csv.js';
import { FilterForm, readFilters, type Filter } from '../desk/filters.js';
import { loanOwners, loanStates, stateTone, stateWord } from '../desk/state-words.js';
import { Layout, sendPage } from '../layout.js';
import { wantsJson } from '../visit.js';
import { maySeeMoney } from './roles.js';

const pageSize = 50;
const filters: readonly Filter[] = [
  { name: 'state', label: 'State', options: loanStates.map((state) => ({ value: state, text: stateWord[state] })) },
  { name: 'owner', label: 'Who acts', options: loanOwners.map((owner) => ({ value: owner, text: owner })) },
  { name: 'late', label: 'Past due', options: [{ value: 'yes', text: 'only' }] },
];

export function loanListRouter({ pool }: AreaDeps): Router {
  const router = Router();
  router.get('/operations/loans', maySeeMoney, async (request, response) => {
    const list = readListQuery(request.query, loanListSorts);
    const values = readFilters(request.query, filters);
    const by = { search: list.search.trim() || null, state: values['state'] ?? null, owner: values['owner'] ?? null, late: values['late'] === 'yes' };
    const rowsFor = (limit: number, offset: number) => listLoans(pool, { ...by, sort: list.sort, descending: list.descending, limit, offset });
    if (list.csv) return sendLoans(response, await rowsFor(maxCsvRows, 0));
    const [found, totals] = await Promise.all([rowsFor(pageSize + 1, (list.page - 1) * pageSize), loanTotals(pool, by)]);
    const loans = found.slice(0, pageSize);
    if (wantsJson(request)) return void response.json({ loans, totals, page: list.page, hasMore: found.length > pageSize });
    sendPage(response, <LoanListPage loans={loans} totals={totals} list={list} values={values} hasMore={found.length > pageSize} />);
  });
  return router;
}

function sendLoans(response: Parameters<typeof sendCsv>[0], loans: ListedLoan[]): void {
  sendCsv(response, 'loans', ['loan', 'borrower', 'segment', 'state', 'owner', 'next', 'reason', 'grade', 'requested', 'amount', 'outstanding', 'days past due', 'applied'], loans.map((loan) => [
    loan.loanNo, loan.borrowerId, loan.segment, loan.state, loan.owner, loan.nextAt, loan.reason, loan.grade, decimalYuan(loan.requestedFen), loan.amountFen === null ? null : decimalYuan(loan.amountFen),
    decimalYuan(loan.outstandingFen), loan.daysPastDue, loan.appliedAt,
  ]));
}

function LoanListPage({ loans, totals, list, values, hasMore }: { loans: ListedLoan[]; totals: LoanTotals; list: ListQuery; values: Record<string, string>; hasMore: boolean }): VNode {
  return (
    <Layout title="Loans" wide>
      <FilterForm action="/operations/loans" filters={filters} values={values} search={{ label: 'Loan or person', list }} />
      <Table
        caption="Loans" rows={loans} href={(loan) => `/operations/loans/${loan.loanNo}`} empty="No loan here, because none fits the filter or none has been applied for yet."
        list={{ ...list, path: '/operations/loans', hasMore, download: true, filters: values }}
        columns={[
          { heading: 'Loan', sort: 'loan', cell: (loan) => loan.loanNo, total: `All ${totals.loans}` },
          { heading: 'State', sort: 'state', cell: (loan) => <Badge tone={stateTone(loan.state)}>{stateWord[loan.state]}</Badge> },
          { heading: 'Who acts', cell: (loan) => loan.owner },
          { heading: 'Next', sort: 'next', cell: (loan) => (loan.nextAt ? <InstantText at={loan.nextAt} act /> : 'nothing') },
          { heading: 'Waits for', cell: (loan) => <span class="small">{loan.waitsFor ?? loan.reason ?? ''}</span> },
          { heading: 'Amount', number: true, cell: (loan) => <Money fen={loan.amountFen ?? loan.requestedFen} />, total: <Money fen={totals.amountFen} /> },
          { heading: 'Outstanding', sort: 'outstanding', number: true, cell: (loan) => <Money fen={loan.outstandingFen} />, total: <Money fen={totals.outstandingFen} /> },
          { heading: 'Days past due', sort: 'late', number: true, cell: (loan) => loan.daysPastDue, total: `${totals.late} late` },
          { heading: 'Grade', cell: (loan) => loan.grade ?? '' },
          { heading: 'Borrower', cell: (loan) => loan.borrowerId },
        ]}
      />
    </Layout>
  );
}
