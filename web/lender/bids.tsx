/** All bids that a lender ever placed, and what became of each. */
import { Router } from 'express';
import type { VNode } from 'preact';
import type { Bid } from '../../db/bids.js';
import { eachLenderBid, lenderBids, lenderBidSorts, lenderBidTotals, type LenderBidTotals } from '../../db/lender-bids.js';
import { decimalYuan } from '../../domain/money.js';
import type { AreaDeps } from '../area.js';
import { readListQuery, type ListQuery } from '../components/table.js';
import { streamCsv } from '../desk/csv.js';
import { FilterForm, readFilters, type Filter } from '../desk/filters.js';
import { requireRole } from '../guard.js';
import { Layout, sendPage } from '../layout.js';
import { personOf, wantsJson } from '../visit.js';
import { BidTable, bidWords } from './bid-table.js';

const pageSize = 50;
const path = '/lender/bids';
const filters: readonly Filter[] = [
  { name: 'state', label: 'State', options: Object.entries(bidWords).map(([value, text]) => ({ value, text })) }, { name: 'loan', label: 'Loan', size: 10 },
];

export function bidsRouter({ pool }: AreaDeps): Router {
  const router = Router();
  router.get(path, requireRole('lender'), async (request, response) => {
    const list = readListQuery(request.query, lenderBidSorts);
    const values = readFilters(request.query, filters);
    const by = { lenderId: personOf(response).id, states: values['state'] ? [values['state'] as Bid['state']] : undefined, loanNo: values['loan']?.toUpperCase(), sort: list.sort, descending: list.descending };
    if (list.csv) return streamCsv(response, 'bids', ['bid', 'loan', 'amount', 'state', 'reason', 'by', 'reference', 'placed'], eachLenderBid(pool, by), (bid) => [bid.id, bid.loanNo, decimalYuan(bid.amountFen), bid.state, bid.reason, bid.by, bid.requestNo, bid.businessAt]);
    const [found, totals] = await Promise.all([lenderBids(pool, { ...by, limit: pageSize + 1, offset: (list.page - 1) * pageSize }), lenderBidTotals(pool, by)]);
    const bids = found.slice(0, pageSize);
    if (wantsJson(request)) return void response.json({ bids, totals, page: list.page, hasMore: found.length > pageSize });
    sendPage(response, <BidsPage bids={bids} totals={totals} list={list} values={values} hasMore={found.length > pageSize} />);
  });
  return router;
}

function BidsPage({ bids, totals, list, values, hasMore }: { bids: Bid[]; totals: LenderBidTotals; list: ListQuery; values: Record<string, string>; hasMore: boolean }): VNode {
  return (
    <Layout title="My bids" wide>
      <FilterForm action={path} filters={filters} values={values} />
      <BidTable bids={bids} totals={totals} empty={<>No bids here, because you have made none or none fits the filter. <a href="/market">See the market</a>.</>} list={{ ...list, path, hasMore, download: true, filters: values }} />
      <p><a href="/lender">Portfolio</a></p>
    </Layout>
  );
}
