/** Journals, and one with its postings. Read only: entries are never changed, corrections are new entries. */
import { Router } from 'express';
import type { VNode } from 'preact';
import { journalKinds } from '../../db/chart.js';
import { findJournal, listJournals, postingsOf, type JournalPosting, type LedgerJournal } from '../../db/finance.js';
import { decimalYuan } from '../../domain/money.js';
import type { AreaDeps } from '../area.js';
import { InstantText } from '../components/dates.js';
import { Facts } from '../components/facts.js';
import { Money } from '../components/money.js';
import { readListQuery, Table, type ListQuery, type TableProps } from '../components/table.js';
import { maxCsvRows, sendCsv } from '../desk/csv.js';
import { FilterForm, readFilters, type Filter } from '../desk/filters.js';
import { plainWords } from '../desk/words.js';
import { notFound } from '../errors.js';
import { Layout, sendPage } from '../layout.js';
import { wantsJson } from '../visit.js';
import { mayLook } from './roles.js';

const pageSize = 50;
const filters: readonly Filter[] = [
  { name: 'book', label: 'Book', options: [{ value: 'custody', text: 'custody' }, { value: 'claims', text: 'claims' }] },
  { name: 'kind', label: 'Kind', options: Object.keys(journalKinds).map((value) => ({ value, text: plainWords(value) })) },
];

export function journalsRouter({ pool }: AreaDeps): Router {
  const router = Router();
  router.get('/operations/journals', mayLook, async (request, response) => {
    const list = readListQuery(request.query, ['newest']);
    const values = readFilters(request.query, filters);
    const search = (limit: number, offset: number) => listJournals(pool, { search: list.search || null, book: values['book'] ?? null, kind: values['kind'] ?? null, limit, offset });
    if (list.csv) {
      return sendCsv(response, 'journals', ['key', 'book', 'kind', 'instruction', 'contract', 'payment', 'business time', 'moved', 'postings'], (await search(maxCsvRows, 0)).map((each) => [
        each.key, each.book, each.kind, each.requestNo, each.contractNo, each.paymentNo, each.businessAt, decimalYuan(each.movedFen), each.postings,
      ]));
    }
    const found = await search(pageSize + 1, (list.page - 1) * pageSize);
    const journals = found.slice(0, pageSize);
    if (wantsJson(request)) return void response.json({ journals, page: list.page, hasMore: found.length > pageSize });
    sendPage(response, <JournalsPage journals={journals} list={list} values={values} hasMore={found.length > pageSize} />);
  });

  router.get('/operations/journals/:id', mayLook, async (request, response) => {
    const id = String(request.params['id']);
    const journal = /^\d{1,15}$/.test(id) ? await findJournal(pool, Number(id)) : null;
    if (!journal) throw notFound();
    const postings = await postingsOf(pool, journal.id);
    if (wantsJson(request)) return void response.json({ journal, postings });
    sendPage(response, <JournalPage journal={journal} postings={postings} />);
  });
  return router;
}

function JournalsPage({ journals, list, values, hasMore }: { journals: LedgerJournal[]; list: ListQuery; values: Record<string, string>; hasMore: boolean }): VNode {
  return (
    <Layout title="Journals" wide>
      <FilterForm action="/operations/journals" filters={filters} values={values} search={{ label: 'Key, instruction, contract or payment', list }} />
      <JournalTable journals={journals} list={{ ...list, path: '/operations/journals', hasMore, download: true, filters: values }} />
    </Layout>
  );
}

export function JournalTable({ journals, list }: { journals: LedgerJournal[]; list?: TableProps<LedgerJournal>['list'] }): VNode {
  return (
    <Table
      caption="Journals" rows={journals} list={list} href={(each) => `/operations/journals/${each.id}`} empty="None here, because no money has moved yet or none fits the filter."
      columns={[
        { heading: 'Journal', cell: (each) => each.key }, { heading: 'Book', cell: (each) => each.book }, { heading: 'Kind', cell: (each) => plainWords(each.kind) }, { heading: 'Behind it', cell: (each) => each.requestNo ?? each.paymentNo ?? each.contractNo ?? `act ${each.actId}` },
        { heading: 'Business time', cell: (each) => <InstantText at={each.businessAt} /> }, { heading: 'Moved', number: true, cell: (each) => <Money fen={each.movedFen} /> }, { heading: 'Postings', number: true, cell: (each) => each.postings },
      ]}
    />
  );
}

function JournalPage({ journal, postings }: { journal: LedgerJournal; postings: JournalPosting[] }): VNode {
  return (
    <Layout title={`Journal ${journal.key}`} wide>
      <Facts facts={[
        ['Book', journal.book], ['Kind', plainWords(journal.kind)], ['Instruction', journal.requestNo ? <a href={`/operations/instructions/${encodeURIComponent(journal.requestNo)}`}>{journal.requestNo}</a> : null],
        ['Payment', journal.paymentNo ? <a href={`/operations/payments/${encodeURIComponent(journal.paymentNo)}`}>{journal.paymentNo}</a> : null], ['Contract', journal.contractNo], ['Act', journal.actId === null ? null : String(journal.actId)],
        ['Reverses', journal.reverses === null ? null : <a href={`/operations/journals/${journal.reverses}`}>journal {journal.reverses}</a>], ['Business time', <InstantText at={journal.businessAt} />], ['Posted', <InstantText at={journal.postedAt} />],
      ]} />
      <h2>Postings</h2>
      <Table
        caption="Postings" rows={postings} href={(each) => `/operations/accounts/${each.accountId}`} empty="None, which the database forbids."
        columns={[{ heading: 'Account', cell: (each) => each.code, total: 'Sum' }, { heading: 'Kind', cell: (each) => plainWords(each.kind) }, { heading: 'Amount', number: true, cell: (each) => <Money fen={each.amountFen} />, total: <Money fen={postings.reduce((sum, each) => sum + each.amountFen, 0)} /> }]}
      />
      <p class="small">Above zero gives to the account, below zero takes from it.</p>
    </Layout>
  );
}
