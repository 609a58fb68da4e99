import type { IsoDate } from './dates.js';
import { assertNotNegativeFen, type Fen } from './money.js';

/** The kinds of money owed on an instalment, in the order in which a payment fills them. */
export interface DueAmounts {
  /** Costs of realising the claim, owed to third parties (court fees and the like). */
  costsFen: Fen;
  lateInterestFen: Fen;
  interestFen: Fen;
  principalFen: Fen;
  /** The borrower's service fee, owed to the platform. */
  feeFen: Fen;
}

/** What is still open on one instalment. */
export interface InstalmentDue extends DueAmounts {
  no: number;
  dueDate: IsoDate;
}

/** What one payment puts on one instalment. */
export interface AllocationPart extends DueAmounts {
  no: number;
}

export interface Allocation {
  parts: AllocationPart[];
  /** What is not owed: it stays the borrower's own and is never taken. */
  surplusFen: Fen;
}

/**
 * Civil Code 561: costs of realising the debt, then interest (late interest first), then principal, unless agreed otherwise.
 * The platform's own service fee comes last within the instalment: the lenders' money is never short because the platform
 * helped itself first, and a fee unpaid makes no lender late. It still comes before the next instalment, as it is part of the one that is due.
 */
const ORDER: readonly (keyof DueAmounts)[] = ['costsFen', 'lateInterestFen', 'interestFen', 'principalFen', 'feeFen'];

/**
 * Allocates a payment (冲销顺序) over what is open, oldest instalment first, inside it by `ORDER`. Only instalments due on or
 * before `asOf` are served: what is ahead is a matter of early repayment, and the rest stays surplus. Every fen
 * of the payment is in exactly one part or in the surplus; instalments that receive nothing have no part.
 */
export function allocate(payFen: Fen, dues: InstalmentDue[], asOf: IsoDate): Allocation {
  assertNotNegativeFen(payFen, 'payment');
  const parts: AllocationPart[] = [];
  let left = payFen;
  for (const due of oldestFirst(dues, asOf)) {
    const part = fill(left, due);
    const taken = totalOf(part);
    if (taken > 0) parts.push(part);
    left -= taken;
  }
  return { parts, surplusFen: left };
}

function oldestFirst(dues: InstalmentDue[], asOf: IsoDate): InstalmentDue[] {
  return dues
    .filter((due) => due.dueDate <= asOf)
    .sort((a, b) => (a.dueDate === b.dueDate ? a.no - b.no : a.dueDate < b.dueDate ? -1 : 1));
}

function fill(availableFen: Fen, due: InstalmentDue): AllocationPart {
  const part: AllocationPart = { no: due.no, costsFen: 0, lateInterestFen: 0, interestFen: 0, principalFen: 0, feeFen: 0 };
  let left = availableFen;
  for (const kind of ORDER) {
    part[kind] = Math.min(left, assertNotNegativeFen(due[kind], kind));
    left -= part[kind];
  }
  return part;
}

/** All that is owed on, or paid by, one instalment or part. */
export function totalOf(amounts: DueAmounts): Fen {
  return amounts.costsFen + amounts.lateInterestFen + amounts.interestFen + amounts.principalFen + amounts.feeFen;
}

/** The sum of many parts or dues, kind by kind. */
export function sumOf(amounts: DueAmounts[]): DueAmounts {
  const sum: DueAmounts = { costsFen: 0, lateInterestFen: 0, interestFen: 0, principalFen: 0, feeFen: 0 };
  for (const amount of amounts) for (const kind of ORDER) sum[kind] += amount[kind];
  return sum;
}

export interface Waterfall {
  toCosts: Fen;
  toInterest: Fen;
  toPrincipal: Fen;
}

/** The bare legal order on one debt: costs, then interest, then principal (Civil Code 561). */
export function waterfall(owed: { costsFen: Fen; interestFen: Fen; principalFen: Fen; payFen: Fen }): Waterfall {
  const toCosts = Math.min(owed.payFen, owed.costsFen);
  const toInterest = Math.min(owed.payFen - toCosts, owed.interestFen);
  const toPrincipal = Math.min(owed.payFen - toCosts - toInterest, owed.principalFen);
  return { toCosts, toInterest, toPrincipal };
}
