/** A listing in words, as the list, the detail page and the bidding pages show it. */
import type { ComponentChildren, VNode } from 'preact';
import type { MarketListing, PublicInstalment } from '../../db/market.js';
import { defaultProduct } from '../../domain/product.js';
import { DateText, InstantText } from '../components/dates.js';
import { Facts } from '../components/facts.js';
import { Money, moneyText } from '../components/money.js';
import { percentText, Rate } from '../components/rate.js';
import { Badge, type Tone } from '../components/state.js';
import { Table } from '../components/table.js';

export const purposeText = (code: string): string => code.replace(/[-_]/g, ' ').replace(/^./, (first) => first.toUpperCase());
export const methodText: Record<string, string> = {
  'equal-instalments': 'Equal instalments (等额本息)', 'equal-principal': 'Equal principal (等额本金)', 'interest-only': 'Interest only, principal at the end (先息后本)',
  bullet: 'All at the end (到期还本付息)', flat: 'Equal principal and interest (等本等息)',
};

/** What a lender pays to the platform: a share of interest really received, never of principal. */
export function lenderFeeText({ productId }: Pick<MarketListing, 'productId'>): string {
  const bps = defaultProduct(productId)?.lenderFeeBps ?? 0;
  return bps === 0 ? 'none' : `${percentText(bps)} of the interest that you really receive, nothing of your principal`;
}

export const freeOf = (listing: MarketListing): number => listing.targetFen - listing.reservedFen - listing.frozenFen;

const stateWords: Record<MarketListing['state'], { word: string; tone: Tone }> = {
  open: { word: 'Open', tone: 'good' }, full: { word: 'Fully funded (满标)', tone: 'calm' }, concluded: { word: 'Contract concluded', tone: 'calm' }, failed: { word: 'Not funded (流标)', tone: 'warn' },
};

/** How far funding is: frozen at the bank counts, "being paid" stands apart. */
export function Progress({ listing }: { listing: MarketListing }): VNode {
  const percent = Math.floor((listing.frozenFen / listing.targetFen) * 100);
  return (
    <div>
      <progress value={listing.frozenFen} max={listing.targetFen} aria-label={`${percent} % funded`} />
      <p class="small">
        {percent} % funded: {moneyText(listing.frozenFen)} of {moneyText(listing.targetFen)} is frozen at the bank
        {listing.reservedFen > 0 ? `, ${moneyText(listing.reservedFen)} is being paid` : ''}; {moneyText(freeOf(listing))} is free.
      </p>
    </div>
  );
}

export function ListingFacts({ listing }: { listing: MarketListing }): VNode {
  const { word, tone } = stateWords[listing.state];
  const rows: [string, ComponentChildren][] = [
    ['State', <Badge tone={tone}>{word}</Badge>],
    ['Amount', <Money fen={listing.targetFen} />],
    ['Term', `${listing.termMonths} months`],
    ['Rate', <Rate bps={listing.annualRateBps} allInPercent={listing.allInPercent} />],
    ['Repayment', methodText[listing.method] ?? listing.method],
    ['Use of the money', purposeText(listing.purpose)],
    [listing.state === 'open' ? 'Open until' : 'Was to be open until', <InstantText at={listing.deadline} act={listing.state === 'open'} />],
    ['Our fee for lenders', lenderFeeText(listing)],
    ['Bids', `from ${moneyText(listing.minBidFen)} in steps of ${moneyText(listing.stepFen)}, at most ${percentText(listing.maxShareBps)} of the loan for one lender`],
  ];
  return <Facts facts={rows} />;
}

/** What disclosure asks to be told of a borrower, without saying who it is. */
export function BorrowerFacts({ listing }: { listing: MarketListing }): VNode {
  return (
    <Facts facts={[
      ['Borrower', 'Natural person, identified'],
      ['Yearly income, as declared', <Money fen={listing.annualIncomeFen} />],
      ['Employed for', listing.employmentYears === null ? 'not told' : `${listing.employmentYears} years`],
      ['Home', purposeText(listing.homeOwnership.toLowerCase())],
      ['Region', listing.region || 'not told'],
      ['Owed elsewhere, as declared', <Money fen={listing.elsewhereFen} />],
      ['Other loans here', listing.otherLoans === 0 ? 'none' : `${listing.otherLoans}, of which late: ${listing.otherLate}`],
    ]} />
  );
}

/** Risk in the same size as reward. */
export function RiskFacts({ listing }: { listing: MarketListing }): VNode {
  return (
    <>
      <Facts facts={[
        ['Risk grade', <strong>{listing.grade}</strong>],
        ['Expected to default over its life', listing.pdBps === null ? 'not estimated' : `about ${(listing.pdBps / 100).toFixed(1)} of 100 such loans`],
      ]} />
      <p>
        You may lose part or all of what you lend. Nobody guarantees repayment: not the platform, not the custody bank. If the borrower does not pay, the loan is chased and taken to court in the lenders'
        name, which takes months, costs money, and may bring back nothing.
      </p>
    </>
  );
}

export function ScheduleTable({ schedule, caption }: { schedule: PublicInstalment[]; caption: string }): VNode {
  const sum = (pick: (each: PublicInstalment) => number) => <Money fen={schedule.reduce((total, each) => total + pick(each), 0)} />;
  return (
    <Table
      caption={caption} rows={schedule} empty="No schedule yet, because the offer has not been made."
      columns={[
        { heading: 'No.', cell: (each) => each.no, total: 'Total' },
        { heading: 'Due', cell: (each) => <DateText date={each.dueDate} /> },
        { heading: 'Principal', number: true, cell: (each) => <Money fen={each.principalFen} />, total: sum((each) => each.principalFen) },
        { heading: 'Interest', number: true, cell: (each) => <Money fen={each.interestFen} />, total: sum((each) => each.interestFen) },
      ]}
    />
  );
}
