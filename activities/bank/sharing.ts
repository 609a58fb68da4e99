/** How a payment is shared among the holders, and the details with which the bank carries it out. */
import { platformIncomeUser } from '../../db/chart.js';
import type { Holding } from '../../db/holdings.js';
import type { HolderShare, PaymentSums } from '../../db/payments.js';
import { distribute } from '../../domain/distribution.js';
import { lenderFeeFen } from '../../domain/offer.js';
import type { Bps } from '../../domain/percent.js';
import type { PaymentPart } from '../../workflows/contract.js';
import type { PlannedDetail } from './batches.js';

type Given = Pick<HolderShare, 'holdingId' | 'principalFen' | 'interestFen' | 'lateInterestFen'>;

export function sumsOf(parts: readonly PaymentPart[]): PaymentSums {
  const sums: PaymentSums = { principalFen: 0, interestFen: 0, lateInterestFen: 0, feeFen: 0, costsFen: 0 };
  for (const part of parts) for (const kind of Object.keys(sums) as (keyof PaymentSums)[]) sums[kind] += part[kind];
  return sums;
}

export const totalOf = (sums: PaymentSums): number => sums.principalFen + sums.interestFen + sums.lateInterestFen + sums.feeFen + sums.costsFen;

/**
 * Each holder's part: principal, interest and late interest apart, each on its own cumulative total, by the contractual
 * share, or what was outstanding when the holders last changed. The lender's fee is a share of interest really received, rounded down for each holder.
 */
export function shareOut(holdings: readonly Holding[], given: readonly Given[], sums: PaymentSums, feeBps: Bps): HolderShare[] {
  const principal = shareOne('principalFen', holdings, given, sums);
  const interest = shareOne('interestFen', holdings, given, sums);
  const late = shareOne('lateInterestFen', holdings, given, sums);
  return holdings.map((holding, index) => {
    const interestFen = interest[index] ?? 0;
    return { holdingId: holding.id, principalFen: principal[index] ?? 0, interestFen, lateInterestFen: late[index] ?? 0, feeFen: lenderFeeFen(interestFen, feeBps) };
  });
}

function shareOne(component: 'principalFen' | 'interestFen' | 'lateInterestFen', holdings: readonly Holding[], given: readonly Given[], sums: PaymentSums): number[] {
  const before = new Map(given.map((each) => [each.holdingId, each[component]]));
  const alreadyGivenFen = holdings.map((holding) => before.get(holding.id) ?? 0);
  return distribute({
    sharesFen: holdings.map((holding) => holding.shareFen), alreadyGivenFen,
    paidSoFarFen: alreadyGivenFen.reduce((sum, fen) => sum + fen, 0), payFen: sums[component],
  });
}

/** The payment as the bank's details. Their sum is the payment, to the fen. */
export function detailsFor(input: { holdings: readonly Holding[]; shares: readonly HolderShare[]; sums: PaymentSums; holdRequestNo: string; payerUserNo: string }): PlannedDetail[] {
  const { holdings, shares, sums, holdRequestNo, payerUserNo } = input;
  const userNos = new Map(holdings.map((holding) => [holding.id, holding.userNo]));
  const from = { holdRequestNo, fromUserNo: payerUserNo, bidId: null };
  const toHolder = shares.flatMap((share): PlannedDetail[] => {
    const to = { ...from, toUserNo: userNos.get(share.holdingId) ?? '', holdingId: share.holdingId };
    return [
      { ...to, name: `h${share.holdingId}-principal`, kind: 'principal', purpose: 'principal', amountFen: share.principalFen },
      { ...to, name: `h${share.holdingId}-interest`, kind: 'interest', purpose: 'interest', amountFen: share.interestFen + share.lateInterestFen - share.feeFen },
    ];
  });
  const toPlatform = { ...from, toUserNo: platformIncomeUser, holdingId: null, kind: 'commission' as const };
  const lenderFeesFen = shares.reduce((sum, share) => sum + share.feeFen, 0);
  return [
    ...toHolder,
    { ...toPlatform, name: 'fee', purpose: 'service-fee' as const, amountFen: sums.feeFen },
    { ...toPlatform, name: 'lender-fee', purpose: 'lender-fee' as const, amountFen: lenderFeesFen },
    { ...toPlatform, name: 'costs', purpose: 'costs' as const, amountFen: sums.costsFen },
  ].filter((detail) => detail.amountFen > 0);
}
