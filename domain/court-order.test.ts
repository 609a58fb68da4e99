import fc from 'fast-check';
import { claimsToHold, lastDayOfFreeze, refuseRenewal, refuseTerm } from './court-order.js';
import { addDays } from './dates.js';

const today = '2026-03-02';

it('money is held for a year at most, claims for three, both together as money', () => {
  expect(['money', 'claims', 'both'].map((covers) => lastDayOfFreeze(covers as 'money', today))).toEqual(['2027-03-02', '2029-03-02', '2027-03-02']);
});

it('an order ends after it begins, not in the past, and not later than the law allows', () => {
  const refusal = (expiresOn: string, covers: 'money' | 'claims' = 'money', fromDate = today) => refuseTerm({ covers, fromDate, expiresOn, today });
  expect(refusal('2027-03-02')).toBeNull();
  expect(refusal('2027-03-03')).toBe('longer-than-the-law');
  expect(refusal('2027-03-03', 'claims')).toBeNull();
  expect(refusal(today)).toBe('ends-before-it-begins');
  expect(refusal('2026-03-01', 'money', '2026-01-01')).toBe('already-over');
});

it('is renewed before its end, from its end, and no longer than at first', () => {
  const refusal = (renewedTo: string, on = today) => refuseRenewal({ covers: 'money', expiresOn: '2026-06-01', renewedTo, today: on });
  expect(refusal('2027-06-01')).toBeNull();
  expect(refusal('2027-06-02')).toBe('longer-than-the-law');
  expect(refusal('2026-06-01')).toBe('ends-before-it-begins');
  expect(refusal('2027-01-01', '2026-06-02')).toBe('already-over');
});

it('no renewal, however often, holds longer than a year beyond the end before it', () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 800 }), (days) => {
    const renewedTo = addDays('2026-06-01', days);
    return (refuseRenewal({ covers: 'both', expiresOn: '2026-06-01', renewedTo, today }) === null) === (renewedTo <= '2027-06-01');
  }));
});

const claims = fc.array(fc.record({ holdingId: fc.nat(), outstandingFen: fc.integer({ min: 0, max: 1_000_000 }) }), { maxLength: 30 });

it('without a sum every claim that is not repaid is held', () => {
  fc.assert(fc.property(claims, (all) => {
    expect(claimsToHold(all, null)).toEqual(all.filter((claim) => claim.outstandingFen > 0).map((claim) => claim.holdingId));
  }));
});

it('with a sum, the oldest claims reach it where they can, and none is held that is not needed', () => {
  fc.assert(fc.property(claims, fc.integer({ min: 1, max: 5_000_000 }), (all, sumFen) => {
    const open = all.filter((claim) => claim.outstandingFen > 0);
    const held = open.slice(0, claimsToHold(all, sumFen).length);
    const sum = (of: typeof open) => of.reduce((total, claim) => total + claim.outstandingFen, 0);
    expect(claimsToHold(all, sumFen)).toEqual(held.map((claim) => claim.holdingId));
    expect(sum(held)).toBeGreaterThanOrEqual(Math.min(sumFen, sum(open)));
    if (held.length > 0) expect(sum(held.slice(0, -1))).toBeLessThan(sumFen);
  }));
});
