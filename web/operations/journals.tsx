/** Journals, and one with its postings and what it stands on. Read only: entries are never changed, corrections are new entries. */
import { Router } from 'express';
import type { VNode } from 'preact';
import { journalKinds } from '../../db/chart.js';
import { basisOf, eachJournal, eachPosting, findJournal, journalSorts, journalTotals, listJournals, postingsOf, type Basis, type JournalPosting, type JournalQuery, type JournalTotals, type LedgerJournal } from '../../db/journals.js';
import { decimalYuan } from '../../domain/money.js';
import type { AreaDeps } from '../area.js';
import { DateText, InstantText } from '../components/dates.js';
import { Facts } from '../components/facts.js';
import { Money } from '../components/money.js';
import { Notice } from '../components/state.js';
import { readListQuery, Table, type ListQuery, type TableProps } from '../components/table.js';
import { streamCsv } from '../desk/csv.js';
import { FilterForm, readFilters, type Filter } from '../desk/filters.js';
import { plainWords } from '../desk/words.js';
import { notFound } from '../errors.js';
import { Layout, sendPage } from '../layout.js';
import { visitOf, wantsJson } from '../visit.js';
import { dayFilters, readDays } from './days.js';
import { instructionAddress, StandingBadge } from './instruction-table.js';
import { maySeeMoney } from './roles.js';

const pageSize = 50;
const postingsOnPage = 200;
const filters: readonly Filter[] = [
  { name: 'book', label: 'Book', options: [{ value: 'custody', text: 'custody' }, { value: 'claims', text: 'claims' }] },
  { name: 'kind', label: 'Kind', options: Object.keys(journalKinds).map((value) => ({ value, text: plainWords(value) })) },
  { name: 'loan', label: 'Loan', size: 10 }, { name: 'request', label: 'Instruction (whole number)', size: 16 }, { name: 'payment', label: 'Payment', size: 10 }, ...dayFilters,
  { name: 'reversals', label: 'Reversals', options: [{ value: 'yes', text: 'only' }] },
];

export function journalsRouter({ pool }: AreaDeps): Router {
  const router = Router();
  router.get('/operations/journals', maySeeMoney, async (request, response) => {
    const list = readListQuery(request.query, journalSorts);
    const values = readFilters(request.query, filters);
    const by: JournalQuery = {
      key: list.search.trim() || undefined, book: values['book'], kind: values['kind'], loanNo: values['loan']?.toUpperCase(), requestNo: values['request'], paymentNo: values['payment'],
      reversals: values['reversals'] === 'yes', ...readDays(values, visitOf(response).zoneOffsetMinutes), sort: list.sort, descending: list.descending,
    };
    if (list.csv) {
      return streamCsv(response, 'journals', ['key', 'book', 'kind', 'instruction', 'contract', 'payment', 'business time', 'moved', 'postings', 'act', 'reverses', 'reversed by', 'posted (wall clock)'], eachJournal(pool, by), (each) => [
        each.key, each.book, each.kind, each.requestNo, each.contractNo, each.paymentNo, each.businessAt, decimalYuan(each.movedFen), each.postings, each.actId, each.reverses, each.reversedBy, each.postedAt,
      ]);
    }
    const [found, totals] = await Promise.all([listJournals(pool, { ...by, limit: pageSize + 1, offset: (list.page - 1) * pageSize }), journalTotals(pool, by)]);
    const journals = found.slice(0, pageSize);
    if (wantsJson(request)) return void response.json({ journals, totals, page: list.page, hasMore: found.length > pageSize });
    sendPage(response, <JournalsPage journals={journals} totals={totals} list={list} values={values} hasMore={found.length > pageSize} />);
  });

  router.get('/operations/journals/:id', maySeeMoney, async (request, response) => {
    const id = String(request.params['id']);
    const journal = /^\d{1,15}$/.test(id) ? await findJournal(pool, Number(id)) : null;
    if (!journal) throw notFound();
    const list = readListQuery(request.query, ['amount']);
    if (list.csv) return streamCsv(response, `journal-${journal.id}`, ['account', 'kind', 'owner', 'amount'], eachPosting(pool, journal.id), (each) => [each.code, each.kind, each.owner, decimalYuan(each.amountFen)]);
    const [found, basis] = await Promise.all([postingsOf(pool, journal.id, postingsOnPage + 1, (list.page - 1) * postingsOnPage), basisOf(pool, journal)]);
    const postings = found.slice(0, postingsOnPage);
    if (wantsJson(request)) return void response.json({ journal, basis, postings, page: list.page, hasMore: found.length > postingsOnPage });
    sendPage(response, <JournalPage journal={journal} basis={basis} postings={postings} list={list} hasMore={found.length > postingsOnPage} />);
  });
  return router;
}

interface JournalsPageProps { journals: LedgerJournal[]; totals: JournalTotals; list: ListQuery; values: Record<string, string>; hasMore: boolean }

function JournalsPage({ journals, totals, list, values, hasMore }: JournalsPageProps): VNode {
  return (
    <Layout title="Journals" wide>
      <FilterForm action="/operations/journals" filters={filters} values={values} search={{ label: 'Key', list }} />
      <JournalTable journals={journals} totals={totals} list={{ ...list, path: '/operations/journals', hasMore, download: true, filters: values }} />
    </Layout>
  );
}

/** `totals` are those of the whole list, not of the page. */
export function JournalTable({ journals, totals, list }: { journals: LedgerJournal[]; totals?: JournalTotals; list?: TableProps<LedgerJournal>['list'] }): VNode {
  return (
    <Table
      caption="Journals" rows={journals} list={list} href={(each) => `/operations/journals/${each.id}`} empty="None here, because no money has moved yet or none fits the filter."
      columns={[
        { heading: 'Journal', sort: 'key', cell: (each) => each.key, ...(totals ? { total: `All ${totals.journals}` } : {}) }, { heading: 'Book', cell: (each) => each.book },
        { heading: 'Kind', sort: 'kind', cell: (each) => <>{plainWords(each.kind)}{each.reverses !== null ? <span class="small"> reversal</span> : each.reversedBy !== null ? <span class="small"> reversed</span> : null}</> },
        { heading: 'Behind it', cell: (each) => each.requestNo ?? each.paymentNo ?? each.contractNo ?? `act ${each.actId}` }, { heading: 'Business time', sort: 'day', cell: (each) => <InstantText at={each.businessAt} /> },
        { heading: 'Moved', sort: 'moved', number: true, cell: (each) => <Money fen={each.movedFen} />, ...(totals ? { total: <Money fen={totals.movedFen} /> } : {}) }, { heading: 'Postings', number: true, cell: (each) => each.postings, ...(totals ? { total: totals.postings } : {}) },
      ]}
    />
  );
}

function JournalPage({ journal, basis, postings, list, hasMore }: { journal: LedgerJournal; basis: Basis; postings: JournalPosting[]; list: ListQuery; hasMore: boolean }): VNode {
  const whole = list.page === 1 && !hasMore;
  return (
    <Layout title={`Journal ${journal.key}`} wide>
      {journal.reversedBy !== null ? <Notice tone="warn"><p>It was taken back: <a href={`/operations/journals/${journal.reversedBy}`}>journal {journal.reversedBy}</a> posts its exact opposite.</p></Notice> : null}
      {journal.reverses !== null ? <Notice tone="warn"><p>It takes back <a href={`/operations/journals/${journal.reverses}`}>journal {journal.reverses}</a>, to the fen.</p></Notice> : null}
      <Facts facts={[['Book', journal.book], ['Kind', plainWords(journal.kind)], ['Moves', <Money fen={journal.movedFen} />], ['Business time', <InstantText at={journal.businessAt} />], ['Posted (wall clock)', <InstantText at={journal.postedAt} />]]} />
      <h2>What it stands on</h2>
      <BasisFacts basis={basis} />
      <h2>Postings</h2>
      <Table
        caption="Postings" rows={postings} href={(each) => `/operations/accounts/${each.accountId}`} empty="None, which the database forbids." list={{ ...list, path: `/operations/journals/${journal.id}`, hasMore, download: true }}
        columns={[
          { heading: 'Account', cell: (each) => each.code, total: whole ? 'Sum' : `${journal.postings} postings, sum` }, { heading: 'Kind', cell: (each) => plainWords(each.kind) }, { heading: 'Owner', cell: (each) => each.owner ?? '' },
          { heading: 'Amount', number: true, cell: (each) => <Money fen={each.amountFen} />, total: <Money fen={whole ? postings.reduce((sum, each) => sum + each.amountFen, 0) : 0} /> },
        ]}
      />
      <p class="small">Above zero gives to the account, below zero takes from it.</p>
    </Layout>
  );
}

/** Custody journals name the bank instruction; claims journals the contract, the payment or the decision. */
function BasisFacts({ basis: { instruction, contract, payment, decision } }: { basis: Basis }): VNode {
  return (
    <Facts facts={[
      ['Instruction', instruction ? <><a href={instructionAddress(instruction.requestNo)}>{instruction.requestNo}</a> {plainWords(instruction.verb).toLowerCase()} <StandingBadge standing={instruction.state} /></> : null],
      ["The bank's number", instruction?.bankNo ?? null], ["The bank's word", instruction?.doneAt ? <InstantText at={instruction.doneAt} /> : null], ['Account', instruction?.userNo ?? null], ['Loan', instruction?.loanNo ? <LoanLink no={instruction.loanNo} /> : null],
      ['Contract', contract ? <>of <LoanLink no={contract.loanNo} />, concluded on <DateText date={contract.concludedOn} />, SHA-256 <code>{contract.sha256}</code></> : null],
      ['Payment', payment ? <><a href={`/operations/payments/${encodeURIComponent(payment.paymentNo)}`}>{payment.paymentNo}</a>, {payment.source}, <Money fen={payment.frozenFen} /> frozen, counts on <DateText date={payment.asOf} /></> : null], ['Of the loan', payment ? <LoanLink no={payment.loanNo} /> : null],
      ['Decision', decision ? <>{plainWords(decision.verb)} on {decision.subject} by {decision.actor} ({decision.role}{decision.secondPerson ? `, with ${decision.secondPerson}` : ''}){decision.why ? `: ${decision.why}` : ''} <a href={`/operations/acts?q=${encodeURIComponent(decision.subject)}`}>record of decisions</a></> : null],
    ]} />
  );
}

const LoanLink = ({ no }: { no: string }): VNode => <a href={`/operations/loans/${no}`}>{no}</a>;
