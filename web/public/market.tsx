import { Router } from 'express';
import { marketListing, marketSorts, openMarket, shownSchedule, type MarketListing } from '../../db/market.js';
import { decimalYuan } from '../../domain/money.js';
import { percentOfBps } from '../../domain/percent.js';
import type { AreaDeps } from '../area.js';
import { InstantText } from '../components/dates.js';
import { Money } from '../components/money.js';
import { Rate } from '../components/rate.js';
import { Notice } from '../components/state.js';
import { readListQuery, Table, type TableProps } from '../components/table.js';
import { maxCsvRows, sendCsv } from '../desk/csv.js';
import { notFound } from '../errors.js';
import { Layout, sendPage, useVisit } from '../layout.js';
import { hasRole, visitOf, wantsJson } from '../visit.js';
import { BorrowerFacts, freeOf, ListingFacts, Progress, purposeText, RiskFacts, ScheduleTable } from './listing.js';

const pageSize = 50;
interface Filters { grades: string[]; maxTermMonths: number | null; minRatePercent: number | null }

/** The market: everybody may look, lenders may bid. */
export function marketRouter({ pool }: AreaDeps): Router {
  const router = Router();

  router.get('/market', async (request, response) => {
    const visit = visitOf(response);
    const list = readListQuery(request.query, marketSorts);
    const filters = readFilters(request.query);
    const by = { ...list, grades: filters.grades, maxTermMonths: filters.maxTermMonths, minRateBps: filters.minRatePercent === null ? null : Math.round(filters.minRatePercent * 100) };
    if (list.csv) return sendCsv(response, 'market', csvHeadings, (await openMarket(pool, visit.asOf, { ...by, page: 1, pageSize: maxCsvRows })).map(csvCells));
    const found = await openMarket(pool, visit.asOf, { ...by, pageSize });
    const listings = found.slice(0, pageSize);
    if (wantsJson(request)) return void response.json({ listings: listings.map(publicListing) });
    sendPage(response, <MarketPage listings={listings} list={{ ...list, path: '/market', hasMore: found.length > pageSize, download: true, filters: typedOf(request.query) }} filters={filters} />);
  });

  router.get('/market/:loanNo', async (request, response) => {
    const listing = await marketListing(pool, request.params.loanNo);
    if (!listing) throw notFound();
    if (wantsJson(request)) return void response.json({ listing: publicListing(listing), schedule: await shownSchedule(pool, listing.loanNo) });
    const visit = visitOf(response);
    const schedule = await shownSchedule(pool, listing.loanNo);
    sendPage(response, (
      <Layout title={`Loan ${listing.loanNo}`} heading={`${purposeText(listing.purpose)} · ${listing.loanNo}`}>
        <Progress listing={listing} />
        {listing.state === 'open' && hasRole(visit, 'lender') ? <p><a class="button" href={`/lender/bid/${listing.loanNo}`}>Bid on this loan</a></p> : null}
        {listing.state === 'open' && !visit.person ? <p><a href={`/log-in?next=/lender/bid/${listing.loanNo}`}>Log in to bid</a>, or <a href="/sign-up">become a lender</a>.</p> : null}
        <h2>The loan</h2>
        <ListingFacts listing={listing} />
        <h2>The risk</h2>
        <RiskFacts listing={listing} />
        <h2>The borrower</h2>
        <BorrowerFacts listing={listing} />
        <h2>Repayment to all lenders together</h2>
        <p class="small">Until the contract is concluded the dates are those of the offer; they move to the day on which the money is disbursed.</p>
        <ScheduleTable schedule={schedule} caption={`Schedule of ${listing.loanNo}`} />
        <p><a href="/market">Market</a></p>
      </Layout>
    ));
  });
  return router;
}

/** What programs read; the borrower's id stays here. */
function publicListing(whole: MarketListing) {
  const { borrowerId: _borrower, projectNo: _project, ...listing } = whole;
  return { ...listing, freeFen: freeOf(whole) };
}

function readFilters(query: Record<string, unknown>): Filters {
  const whole = (value: unknown, max: number): number | null => (typeof value === 'string' && /^\d{1,3}(\.\d{1,2})?$/.test(value) && Number(value) <= max ? Number(value) : null);
  const grade = typeof query['grade'] === 'string' && /^[A-G]$/.test(query['grade']) ? [query['grade']] : [];
  const term = whole(query['term'], 360);
  return { grades: grade, maxTermMonths: term === null ? null : Math.floor(term), minRatePercent: whole(query['rate'], 100) };
}

const csvHeadings = ['loan', 'use', 'grade', 'amount', 'rate a year, %', 'APR, %', 'term, months', 'frozen', 'being paid', 'free', 'open until'];
const csvCells = (each: MarketListing) => [
  each.loanNo, each.purpose, each.grade, decimalYuan(each.targetFen), percentOfBps(each.annualRateBps), each.allInPercent, each.termMonths, decimalYuan(each.frozenFen), decimalYuan(each.reservedFen), decimalYuan(freeOf(each)), each.deadline,
];

/** The filters as they were typed: an address keeps them from page to page, and a field shows what nobody could read. */
function typedOf(query: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(['grade', 'term', 'rate'].flatMap((name): [string, string][] => (typeof query[name] === 'string' && query[name] !== '' ? [[name, query[name].slice(0, 20)]] : [])));
}

function MarketPage({ listings, list, filters }: { listings: MarketListing[]; list: NonNullable<TableProps<MarketListing>['list']>; filters: Filters }) {
  const visit = useVisit();
  const typed = list.filters ?? {};
  const sum = (pick: (each: MarketListing) => number) => <Money fen={listings.reduce((total, each) => total + pick(each), 0)} />;
  const unread = [...(typed['term'] && filters.maxTermMonths === null ? ['the term: whole months, at most 360'] : []), ...(typed['rate'] && filters.minRatePercent === null ? ['the rate: per cent a year, for example 8.5'] : [])];
  return (
    <Layout title="Market" wide>
      <Notice>Lending is risky: borrowers may not pay, and nobody guarantees that you get your money back. Lend only what you can do without.</Notice>
      <form method="get" action="/market" data-form="market-filter" class="filter">
        <label>Grade <select name="grade"><option value="">all</option>{['A', 'B', 'C', 'D', 'E', 'F', 'G'].map((grade) => <option key={grade} value={grade} selected={filters.grades[0] === grade}>{grade}</option>)}</select></label>
        <label>Term at most, months <input name="term" inputMode="numeric" size={4} value={typed['term'] ?? ''} /></label>
        <label>Rate at least, % <input name="rate" inputMode="decimal" size={5} value={typed['rate'] ?? ''} /></label>
        <button>Show</button> <a href="/market">Show all</a>
      </form>
      {unread.length > 0 ? <Notice tone="warn"><p>Not everything you typed could be read, so it narrows nothing: {unread.join('; ')}.</p></Notice> : null}
      <Table
        caption="Loans open for bids" rows={listings} list={list} href={(each) => `/market/${each.loanNo}`}
        empty="Nothing is open for bids here right now, because every loan is funded or none fits the filter. New loans are listed as soon as their borrowers have accepted an offer."
        columns={[
          { heading: 'Loan', cell: (each) => each.loanNo, total: 'On this page' },
          { heading: 'Use', cell: (each) => purposeText(each.purpose) },
          { heading: 'Grade', sort: 'grade', cell: (each) => each.grade },
          { heading: 'Amount', sort: 'amount', number: true, cell: (each) => <Money fen={each.targetFen} />, total: sum((each) => each.targetFen) },
          { heading: 'Rate', sort: 'rate', number: true, cell: (each) => <Rate bps={each.annualRateBps} allInPercent={each.allInPercent} /> },
          { heading: 'Term', sort: 'term', number: true, cell: (each) => `${each.termMonths} months` },
          { heading: 'Funded', number: true, cell: (each) => `${Math.floor((each.frozenFen / each.targetFen) * 100)} %` },
          { heading: 'Free', number: true, cell: (each) => <Money fen={freeOf(each)} />, total: sum(freeOf) },
          { heading: 'Open until', sort: 'deadline', cell: (each) => <InstantText at={each.deadline} act /> },
        ]}
      />
      <p class="small">As of <InstantText at={visit.asOf} />.</p>
    </Layout>
  );
}
