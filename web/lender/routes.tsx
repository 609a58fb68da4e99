import { Router } from 'express';
import { eachHolding, holdingSorts, portfolioHoldings, receivedParts, undeliveredParts, type PortfolioHolding, type ReceivedPart, type UndeliveredPart } from '../../db/portfolio.js';
import { shownSchedule, type PublicInstalment } from '../../db/market.js';
import { decimalYuan } from '../../domain/money.js';
import { percentOfBps } from '../../domain/percent.js';
import type { Area } from '../area.js';
import { DateText } from '../components/dates.js';
import { Facts } from '../components/facts.js';
import { Money } from '../components/money.js';
import { Rate } from '../components/rate.js';
import { Badge } from '../components/state.js';
import { readListQuery, Table } from '../components/table.js';
import { streamCsv } from '../desk/csv.js';
import { notFound } from '../errors.js';
import { requireRole } from '../guard.js';
import { Layout, sendPage } from '../layout.js';
import { ScheduleTable } from '../public/listing.js';
import { answerTold } from '../told.js';
import { personOf, visitOf, wantsJson } from '../visit.js';
import { bidRouter } from './bid.js';
import { bidsRouter } from './bids.js';
import { ClaimState, claimStateWord, LenderHomePage, readLenderHome } from './home.js';
import { identifyLender } from './identity.js';
import { suitabilityRouter } from './suitability.js';
import { UndeliveredParts } from './undelivered.js';

/** What a lender sees and does: the way in, bidding, the portfolio. */
export const lenderArea: Area = (deps) => {
  const { pool } = deps;
  const router = Router();
  const lender = requireRole('lender');

  router.get('/lender', lender, async (request, response) => {
    const list = readListQuery(request.query, holdingSorts);
    const lenderId = personOf(response).id;
    if (list.csv) return streamCsv(response, 'claims', csvHeadings, eachHolding(pool, { lenderId, sort: list.sort, descending: list.descending }), csvCells);
    const home = await readLenderHome(deps, visitOf(response), personOf(response), list);
    if (wantsJson(request)) {
      return void response.json({ identificationState: home.person.identificationState, missing: home.missing, noticeConfirmed: home.noticeConfirmed, assessed: home.assessment !== null, availableFen: visitOf(response).availableFen, sums: home.sums, holdings: home.holdings, undelivered: home.undelivered, bids: home.bids });
    }
    sendPage(response, <LenderHomePage home={home} list={list} />);
  });

  router.post('/lender/identify', lender, async (_request, response) => {
    const told = await identifyLender(deps, personOf(response).id);
    answerTold(response, told, { name: 'identify', action: '/lender/identify', button: 'Confirm my identity', key: visitOf(response).newKey(), hidden: {}, back: { href: '/lender', text: 'Portfolio' } }, () => '/lender');
  });

  router.get('/lender/claims/:loanNo', lender, async (request, response) => {
    const lenderId = personOf(response).id;
    const [holding] = await portfolioHoldings(pool, { lenderId, loanNo: String(request.params['loanNo']), limit: 1, offset: 0 });
    if (!holding) throw notFound();
    const [parts, schedule, undelivered] = await Promise.all([receivedParts(pool, lenderId, holding.loanNo), shownSchedule(pool, holding.loanNo), undeliveredParts(pool, lenderId, holding.loanNo)]);
    sendPage(response, <ClaimPage holding={holding} parts={parts} schedule={schedule} undelivered={undelivered} />);
  });

  router.use(suitabilityRouter(deps));
  router.use(bidRouter(deps));
  router.use(bidsRouter(deps));
  return router;
};

const csvHeadings = ['loan', 'grade', 'rate a year, %', 'state', 'lent', 'principal back', 'interest', 'late interest', 'our fees', 'not delivered yet', 'value date', 'next due'];
const csvCells = (each: PortfolioHolding) => [
  each.loanNo, each.grade, percentOfBps(each.annualRateBps), claimStateWord(each), decimalYuan(each.principalFen), decimalYuan(each.paidPrincipalFen), decimalYuan(each.paidInterestFen), decimalYuan(each.paidLateInterestFen), decimalYuan(each.feesFen),
  decimalYuan(each.undeliveredFen), each.valueDate, each.nextDue,
];

function ClaimPage({ holding, parts, schedule, undelivered }: { holding: PortfolioHolding; parts: ReceivedPart[]; schedule: PublicInstalment[]; undelivered: UndeliveredPart[] }) {
  const total = (pick: (part: ReceivedPart) => number) => <Money fen={parts.reduce((sum, part) => sum + pick(part), 0)} />;
  return (
    <Layout title={`Claim on ${holding.loanNo}`} wide>
      <Facts facts={[
        ['State', <ClaimState holding={holding} />], ['Risk grade', holding.grade], ['Rate', <Rate bps={holding.annualRateBps} />], ['Lent', <Money fen={holding.principalFen} />],
        ['Outstanding', <Money fen={holding.principalFen - holding.paidPrincipalFen} />], ['Interest received', <Money fen={holding.paidInterestFen + holding.paidLateInterestFen} />], ['Our fees so far', <Money fen={holding.feesFen} />],
        ['Value date (起息日)', holding.valueDate ? <DateText date={holding.valueDate} /> : null], ['Next due', holding.nextDue && holding.state !== 'closed' ? <DateText date={holding.nextDue} act /> : null], ['Listing', <a href={`/market/${holding.loanNo}`}>The loan as it was listed</a>],
      ]} />
      <UndeliveredParts parts={undelivered} />
      <h2>What came back</h2>
      <Table
        caption="Payments received" rows={parts} empty="Nothing has come back yet, because the first instalment is not due or not paid."
        columns={[
          { heading: 'Paid on', cell: (part) => <DateText date={part.asOf} />, total: 'Total' },
          { heading: 'Principal', number: true, cell: (part) => <Money fen={part.principalFen} />, total: total((part) => part.principalFen) },
          { heading: 'Interest', number: true, cell: (part) => <Money fen={part.interestFen} />, total: total((part) => part.interestFen) },
          { heading: 'Late interest', number: true, cell: (part) => <Money fen={part.lateInterestFen} />, total: total((part) => part.lateInterestFen) },
          { heading: 'Our fee', number: true, cell: (part) => <Money fen={part.feeFen} />, total: total((part) => part.feeFen) },
          { heading: 'State', cell: (part) => <Badge tone={part.state === 'delivered' ? 'good' : 'warn'}>{part.state === 'delivered' ? 'Delivered' : part.state === 'sending' ? 'On its way' : 'Not delivered yet (未到账)'}</Badge> },
        ]}
      />
      <h2>The whole loan's schedule</h2>
      <ScheduleTable schedule={schedule} caption={`Schedule of ${holding.loanNo}`} />
      <p><a href="/lender">Portfolio</a></p>
    </Layout>
  );
}
