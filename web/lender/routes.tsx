import { Router } from 'express';
import { portfolioHoldings, receivedParts, undeliveredParts, type PortfolioHolding, type ReceivedPart, type UndeliveredPart } from '../../db/portfolio.js';
import { shownSchedule, type PublicInstalment } from '../../db/market.js';
import type { Area } from '../area.js';
import { Facts } from '../components/facts.js';
import { Money } from '../components/money.js';
import { Badge } from '../components/state.js';
import { readListQuery, Table } from '../components/table.js';
import { notFound } from '../errors.js';
import { requireRole } from '../guard.js';
import { Layout, sendPage } from '../layout.js';
import { ScheduleTable } from '../public/listing.js';
import { answerTold } from '../told.js';
import { personOf, visitOf, wantsJson } from '../visit.js';
import { bidRouter } from './bid.js';
import { ClaimState, LenderHomePage, readLenderHome } from './home.js';
import { identifyLender } from './identity.js';
import { suitabilityRouter } from './suitability.js';
import { UndeliveredParts } from './undelivered.js';

const pageSize = 50;
/** A claim's page looks for its loan among so many; a lender with more finds the rest by the download. */
const maxHoldings = 10_000;

/** What a lender sees and does: the way in, bidding, the portfolio. */
export const lenderArea: Area = (deps) => {
  const { pool } = deps;
  const router = Router();
  const lender = requireRole('lender');

  router.get('/lender', lender, async (request, response) => {
    const list = readListQuery(request.query, ['-no']);
    const home = await readLenderHome(deps, visitOf(response), personOf(response), { size: pageSize, number: list.page });
    if (wantsJson(request)) {
      return void response.json({ identificationState: home.person.identificationState, missing: home.missing, noticeConfirmed: home.noticeConfirmed, assessed: home.assessment !== null, availableFen: visitOf(response).availableFen, sums: home.sums, holdings: home.holdings, undelivered: home.undelivered, bids: home.bids });
    }
    sendPage(response, <LenderHomePage home={home} list={{ ...list, path: '/lender', hasMore: home.holdings.length > pageSize }} />);
  });

  router.post('/lender/identify', lender, async (_request, response) => {
    const told = await identifyLender(deps, personOf(response).id);
    answerTold(response, told, { name: 'identify', action: '/lender/identify', button: 'Confirm my identity', key: visitOf(response).newKey(), hidden: {}, back: { href: '/lender', text: 'Portfolio' } }, () => '/lender');
  });

  router.get('/lender/claims/:loanNo', lender, async (request, response) => {
    const holdings = await portfolioHoldings(pool, personOf(response).id, { limit: maxHoldings, offset: 0 });
    const holding = holdings.find((each) => each.loanNo === request.params['loanNo']);
    if (!holding) throw notFound();
    const [parts, schedule, undelivered] = await Promise.all([receivedParts(pool, personOf(response).id, holding.loanNo), shownSchedule(pool, holding.loanNo), undeliveredParts(pool, personOf(response).id, holding.loanNo)]);
    sendPage(response, <ClaimPage holding={holding} parts={parts} schedule={schedule} undelivered={undelivered} />);
  });

  router.use(suitabilityRouter(deps));
  router.use(bidRouter(deps));
  return router;
};

function ClaimPage({ holding, parts, schedule, undelivered }: { holding: PortfolioHolding; parts: ReceivedPart[]; schedule: PublicInstalment[]; undelivered: UndeliveredPart[] }) {
  const total = (pick: (part: ReceivedPart) => number) => <Money fen={parts.reduce((sum, part) => sum + pick(part), 0)} />;
  return (
    <Layout title={`Claim on ${holding.loanNo}`} wide>
      <Facts facts={[
        ['State', <ClaimState holding={holding} />], ['Lent', <Money fen={holding.principalFen} />],
        ['Outstanding', <Money fen={holding.principalFen - holding.paidPrincipalFen} />], ['Our fees so far', <Money fen={holding.feesFen} />],
      ]} />
      <UndeliveredParts parts={undelivered} />
      <h2>What came back</h2>
      <Table
        caption="Payments received" rows={parts} empty="Nothing has come back yet, because the first instalment is not due or not paid."
        columns={[
          { heading: 'Paid on', cell: (part) => part.asOf, total: 'Total' },
          { heading: 'Principal', number: true, cell: (part) => <Money fen={part.principalFen} />, total: total((part) => part.principalFen) },
          { heading: 'Interest', number: true, cell: (part) => <Money fen={part.interestFen} />, total: total((part) => part.interestFen) },
          { heading: 'Late interest', number: true, cell: (part) => <Money fen={part.lateInterestFen} />, total: total((part) => part.lateInterestFen) },
          { heading: 'Our fee', number: true, cell: (part) => <Money fen={part.feeFen} />, total: total((part) => part.feeFen) },
          { heading: 'State', cell: (part) => <Badge tone={part.state === 'delivered' ? 'good' : 'warn'}>{part.state === 'delivered' ? 'Delivered' : part.state === 'sending' ? 'On its way' : 'Not delivered yet (未到账)'}</Badge> },
        ]}
      />
      <h2>The whole loan's schedule</h2>
      <ScheduleTable schedule={schedule} caption={`Schedule of ${holding.loanNo}`} />
    </Layout>
  );
}
