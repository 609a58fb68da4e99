import { bidOn } from './lenders.js';
import { wishOf } from './borrowers.js';

const listing = { loanNo: 'LN1', targetFen: 1_000_000, freeFen: 1_000_000, minBidFen: 10_000, stepFen: 10_000, maxShareBps: 3000 };

describe("the demo's people", () => {
  it('fill a listing together: somebody always takes the rest', () => {
    let freeFen = listing.targetFen;
    for (let turn = 0; turn < 200 && freeFen > 0; turn++) freeFen -= bidOn({ ...listing, freeFen }, turn % 8);
    expect(freeFen).toBe(0);
  });
  it('bid in steps, from the smallest bid to the largest share, or the rest', () => {
    for (let n = 0; n < 8; n++) expect(bidOn(listing, n) % listing.stepFen).toBe(0);
    expect(bidOn({ ...listing, freeFen: 7_300 }, 3)).toBe(7_300);
    expect(bidOn({ ...listing, freeFen: 0 }, 3)).toBe(0);
  });
  it('ask for amounts and terms that the consumer product lends', () => {
    for (let n = 0; n < 12; n++) {
      for (let time = 0; time < 4; time++) {
        const wish = wishOf(n, time);
        expect(wish.amountFen % 10_000).toBe(0);
        expect(wish.amountFen).toBeGreaterThanOrEqual(100_000);
        expect([3, 6, 9, 12]).toContain(wish.termMonths);
      }
    }
  });
});
