import { borrowerCap, borrowerRoomFen, capBps, lateCostCap, rateCap, type BorrowerCapInput } from './caps.js';

const nothing: BorrowerCapInput = { profile: 'cn', borrower: 'natural', platformBalanceFen: 0, raisingFen: 0, elsewhereBalanceFen: 0, applyFen: 0 };

describe('borrower caps', () => {
  it.each([
    [{ applyFen: 20_000_000 }, []],
    [{ applyFen: 20_000_001 }, ['platform-cap']],
    [{ applyFen: 10_000_000, raisingFen: 10_000_001 }, ['platform-cap']],
    [{ applyFen: 10_000_000, elsewhereBalanceFen: 90_000_000 }, []],
    [{ applyFen: 10_000_000, elsewhereBalanceFen: 90_000_001 }, ['overall-cap']],
    [{ applyFen: 20_000_001, elsewhereBalanceFen: 90_000_000 }, ['platform-cap', 'overall-cap']],
    [{ borrower: 'legal' as const, applyFen: 100_000_000, elsewhereBalanceFen: 400_000_000 }, []],
    [{ borrower: 'legal' as const, applyFen: 100_000_001 }, ['platform-cap']],
    [{ profile: 'us' as const, applyFen: 900_000_000 }, []],
    [{ profile: 'institutional' as const, applyFen: 900_000_000 }, []],
  ])('%j violates %j', (change, violations) => {
    expect(borrowerCap({ ...nothing, ...change })).toEqual({ allowed: violations.length === 0, violations });
  });

  it('leave exactly the room up to the nearer cap', () => {
    const room = borrowerRoomFen({ ...nothing, platformBalanceFen: 5_000_000, elsewhereBalanceFen: 90_000_000 });
    expect(room).toBe(5_000_000);
    expect(borrowerCap({ ...nothing, platformBalanceFen: 5_000_000, elsewhereBalanceFen: 90_000_000, applyFen: 5_000_000 }).allowed).toBe(true);
    expect(borrowerRoomFen({ ...nothing, platformBalanceFen: 30_000_000 })).toBe(0);
    expect(borrowerRoomFen({ ...nothing, profile: 'us' })).toBeUndefined();
  });
});

describe('the cap on the yearly cost', () => {
  it.each([
    ['2020-08-20', 1540], ['2021-12-19', 1540], ['2021-12-20', 1520], ['2022-01-20', 1480], ['2022-08-22', 1460], ['2023-06-20', 1420], ['2023-08-21', 1380],
    ['2024-07-22', 1340], ['2024-10-20', 1340], ['2024-10-21', 1240], ['2025-05-20', 1200], ['2030-01-01', 1200],
  ])('of a contract of %s is %i bps', (date, cap) => expect(capBps('cn', date)).toEqual({ capBps: cap }));

  it('is not known before the rule', () => {
    expect(rateCap({ profile: 'cn', contractDate: '2020-08-19', annualRateBps: 1 })).toEqual({ refused: 'no-cap-known' });
    expect(lateCostCap({ profile: 'cn', contractDate: '2020-08-19', overdueInterestBps: 1, penaltyBps: 0, otherFeesBps: 0 })).toEqual({ refused: 'no-cap-known' });
  });

  it('may be met but not passed', () => {
    expect(rateCap({ profile: 'cn', contractDate: '2025-06-01', annualRateBps: 1200 })).toEqual({ capBps: 1200, allowed: true });
    expect(rateCap({ profile: 'cn', contractDate: '2025-06-01', annualRateBps: 1201 })).toEqual({ capBps: 1200, allowed: false });
  });

  it('follows values that finance enters later, and does not exist in other profiles', () => {
    expect(capBps('cn', '2027-01-20', [{ from: '2027-01-20', bps: 290 }])).toEqual({ capBps: 1160 });
    expect(rateCap({ profile: 'us', contractDate: '2008-01-01', annualRateBps: 2459 })).toEqual({ capBps: null, allowed: true });
  });

  it('bounds late interest, penalty and fees together', () => {
    const late = { profile: 'cn' as const, contractDate: '2025-06-01', penaltyBps: 200, otherFeesBps: 100 };
    expect(lateCostCap({ ...late, overdueInterestBps: 900 })).toEqual({ supportedBps: 1200, allowed: true });
    expect(lateCostCap({ ...late, overdueInterestBps: 901 })).toEqual({ supportedBps: 1200, allowed: false });
  });
});
