import type { ComponentChildren, VNode } from 'preact';
import type { Bid } from '../../db/bids.js';
import type { LenderBidTotals } from '../../db/lender-bids.js';
import { InstantText } from '../components/dates.js';
import { Money, moneyText } from '../components/money.js';
import { Badge, type Tone } from '../components/state.js';
import { Table, type TableProps } from '../components/table.js';
import { refusalText } from '../refusals.js';

export const bidTones: Record<Bid['state'], Tone> = { reserved: 'warn', frozen: 'good', refused: 'bad', expired: 'bad', released: 'calm', lent: 'good' };
export const bidWords: Record<Bid['state'], string> = { reserved: 'Being paid', frozen: 'Frozen at the bank', refused: 'Refused', expired: 'Expired', released: 'Released', lent: 'Lent' };
export const amountLine = (bid: Pick<Bid, 'amountFen' | 'loanNo'>): string => `${moneyText(bid.amountFen)} on ${bid.loanNo}`;

/** A lender's bids; `totals` are those of the whole list, not of the page. */
export function BidTable({ bids, empty, list, totals }: { bids: Bid[]; empty: ComponentChildren; list?: TableProps<Bid>['list']; totals?: LenderBidTotals }): VNode {
  const amountFen = totals?.amountFen ?? bids.reduce((sum, bid) => sum + bid.amountFen, 0);
  return (
    <Table
      caption="Bids" rows={bids} list={list} href={(bid) => `/lender/bids/${bid.id}`} empty={empty}
      columns={[
        { heading: 'Bid', sort: 'newest', cell: (bid) => `Bid ${bid.id}`, total: totals ? `All ${totals.bids}` : 'Total' },
        { heading: 'Loan', sort: 'loan', cell: (bid) => bid.loanNo },
        { heading: 'Amount', sort: 'amount', number: true, cell: (bid) => <Money fen={bid.amountFen} />, total: <Money fen={amountFen} /> },
        { heading: 'State', cell: (bid) => <Badge tone={bidTones[bid.state]}>{bidWords[bid.state]}</Badge> },
        { heading: 'Why', cell: (bid) => (bid.reason ? refusalText(bid.reason).what : '') },
        { heading: 'Placed', cell: (bid) => <InstantText at={bid.businessAt} /> },
      ]}
    />
  );
}
