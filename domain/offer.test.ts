import fc from 'fast-check';
import { lenderFeeFen, makeOffer, serviceFeePerInstalmentFen, type OfferInput } from './offer.js';
import { DEFAULT_PRODUCTS, defaultProduct, instalmentsOf, type Product } from './product.js';
import { costBps } from './rates.js';

const consumer = defaultProduct('consumer')!;
const replay = defaultProduct('replay')!;
const plain: OfferInput = { product: consumer, amountFen: 1_000_000, termMonths: 12, grade: 'B', profile: 'cn', contractDate: '2025-06-01' };

describe('an offer', () => {
  it('has the grade’s rate, a fee per instalment and an all-in cost above the nominal rate', () => {
    const offer = makeOffer(plain);
    expect(offer).toMatchObject({ allowed: true, annualRateBps: 780, serviceFeeFen: 1_000, capBps: 1200, totalFeesFen: 12_000 });
    if (!offer.allowed) throw new Error(offer.refused);
    expect(offer.schedule).toHaveLength(12);
    expect(costBps(offer.allInCost)).toBeGreaterThan(780);
    expect(offer.totalInterestFen).toBe(offer.schedule.reduce((sum, row) => sum + row.interestMinor, 0));
  });

  it('stays under the cap for every grade, term and amount of every product on sale', () => {
    const dearest = DEFAULT_PRODUCTS.cn.flatMap((product) => (product.pricing.by === 'grade' ? Object.keys(product.pricing.annualRateBps) : []).flatMap((grade) =>
      product.termMonths.flatMap((termMonths) => [product.minAmountFen, product.maxAmountFen].map((amountFen) => ({ ...plain, product, grade, termMonths, amountFen })))));
    expect(dearest.map(makeOffer).filter((offer) => !offer.allowed)).toEqual([]);
  });

  it('is refused when fees lift it over the cap, and says by what', () => {
    const dear: Product = { ...consumer, serviceFeeBps: 20 };
    expect(makeOffer({ ...plain, product: dear, grade: 'E' })).toMatchObject({ allowed: false, refused: 'rate-cap', capBps: 1200, allInCost: expect.stringMatching(/^13\.\d{4}$/) });
  });

  it.each([
    [{ amountFen: 90_000 }, 'amount-too-small'], [{ amountFen: 20_010_000 }, 'amount-too-large'], [{ amountFen: 1_000_001 }, 'amount-not-a-step'],
    [{ termMonths: 13 }, 'term-not-offered'], [{ grade: 'F' }, 'grade-not-offered'], [{ contractDate: '2019-01-01' }, 'no-cap-known'], [{ profile: 'us' as const }, 'profile-mismatch'],
    [{ product: replay, profile: 'us' as const, termMonths: 36 }, 'rate-missing'],
    [{ product: replay, profile: 'us' as const, termMonths: 36, annualRateBps: 3601 }, 'rate-outside-product'],
  ])('%j is refused as %s', (change, refused) => expect(makeOffer({ ...plain, ...change })).toMatchObject({ allowed: false, refused }));

  it('of a recorded loan takes the reviewer’s rate and knows no cap and no fee', () => {
    const offer = makeOffer({ product: replay, profile: 'us', amountFen: 2_000_000, termMonths: 36, grade: 'C', annualRateBps: 1122, contractDate: '2007-12-01' });
    expect(offer).toMatchObject({ allowed: true, annualRateBps: 1122, serviceFeeFen: 0, capBps: null, allInCost: expect.stringMatching(/^11\.2/) });
    if (offer.allowed) expect(offer.schedule[0]!.principalMinor + offer.schedule[0]!.interestMinor).toBe(65_686);
  });
});

describe('fees', () => {
  it('of a lender are a share of interest, rounded down, never more than the interest', () => {
    expect([lenderFeeFen(999, 1000), lenderFeeFen(9, 1000), lenderFeeFen(0, 1000)]).toEqual([99, 0, 0]);
    fc.assert(fc.property(fc.integer({ min: 0, max: 10_000_000 }), fc.integer({ min: 0, max: 10_000 }), (interest, bps) => {
      expect(lenderFeeFen(interest, bps)).toBeLessThanOrEqual(interest);
    }));
  });

  it('of the borrower follow the original principal', () => {
    expect(serviceFeePerInstalmentFen(consumer, 1_234_500)).toBe(1_234);
  });

  it('and instalments exist only for whole periods', () => {
    expect([instalmentsOf(consumer, 12), instalmentsOf({ ...consumer, every: { months: 3 } }, 12), instalmentsOf({ ...consumer, every: { months: 5 } }, 12), instalmentsOf({ ...consumer, every: { weeks: 1 } }, 12)])
      .toEqual([12, 4, undefined, undefined]);
  });
});
