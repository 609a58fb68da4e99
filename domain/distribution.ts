import { assertNotNegativeFen, proportionFloor, type Fen } from './money.js';

/** Days until shares that a lender's account refused are sent again (未到账), by how often they were in vain: a frozen account is seldom free again on the next day. */
export function redeliveryPauseDays(inVain: number): number {
  return Math.min(7, 2 ** Math.max(0, inVain));
}

/**
 * Sharing among lenders (回款分配): monotone apportionment of cumulative totals by contractual share, principal and interest
 * apart. It keeps, at every step: Σ = the total, nobody ever gives back, and each lender is less than one fen from the exact
 * cumulative share.
 *
 * The k-th fen of lender i is *released* when the exact share passes k − 1 and *due* when it reaches k. Whoever is due gets
 * it; what remains goes to the released fen that is due earliest (the lower index first on ties). One fen at a time this is the
 * quota method of Balinski and Young; a payment of any size is done in one step, and by the earliest-deadline argument the
 * next step always finds room. (Largest remainder on cumulative totals goes backwards: shares 6:6:2, from 10 to 11 fen.)
 */
export interface DistributionInput {
  /** Each lender's contractual share, in fen of principal lent. */
  sharesFen: Fen[];
  /** What this book (principal, or interest, of this sharing) has distributed before. */
  paidSoFarFen: Fen;
  /** Each lender's part of that, as this function gave it. */
  alreadyGivenFen: Fen[];
  /** The payment to share now. */
  payFen: Fen;
}

/** Each lender's part of one payment; Σ is the payment. Throws when the books that are handed in do not agree with themselves. */
export function distribute(input: DistributionInput): Fen[] {
  const { sharesFen, alreadyGivenFen, paidSoFarFen, payFen } = input;
  assertNotNegativeFen(payFen, 'payment');
  if (alreadyGivenFen.length !== sharesFen.length) throw new RangeError('one amount already given is needed per lender');
  const given = alreadyGivenFen.reduce((sum, fen) => sum + assertNotNegativeFen(fen, 'already given'), 0);
  if (given !== paidSoFarFen) throw new RangeError(`lenders were given ${given} fen of ${paidSoFarFen}`);
  const next = advance(sharesFen, alreadyGivenFen, paidSoFarFen + payFen);
  return next.map((fen, index) => fen - (alreadyGivenFen[index] ?? 0));
}

/** The cumulative fen of each lender at each cumulative total (rising); a restart of shares is a new call. */
export function apportion(sharesFen: Fen[], totalsFen: Fen[]): Fen[][] {
  let given: Fen[] = sharesFen.map(() => 0);
  let before = 0;
  return totalsFen.map((total) => {
    if (assertNotNegativeFen(total, 'total') < before) throw new RangeError(`cumulative total falls from ${before} to ${total}`);
    before = total;
    given = advance(sharesFen, given, total);
    return given;
  });
}

function advance(sharesFen: Fen[], givenFen: Fen[], totalFen: Fen): Fen[] {
  const sumOfShares = sharesFen.reduce((sum, share) => sum + assertNotNegativeFen(share, 'share'), 0);
  if (sumOfShares <= 0) throw new RangeError('nobody has a share');
  const next = sharesFen.map((share, index) => Math.max(givenFen[index] ?? 0, proportionFloor(share, totalFen, sumOfShares)));
  const rest = totalFen - next.reduce((sum, fen) => sum + fen, 0);
  if (rest < 0) takeBack(-rest, next, givenFen, sharesFen);
  for (const index of earliestReleased(rest, next, sharesFen, totalFen, sumOfShares)) next[index] = (next[index] ?? 0) + 1;
  return next;
}

/** The lenders whose next fen is released, those due earliest first, as many as there are fen left. */
function earliestReleased(rest: number, next: Fen[], sharesFen: Fen[], totalFen: Fen, sumOfShares: Fen): number[] {
  if (rest <= 0) return [];
  const released = sharesFen.flatMap((share, index) => (exceeds(share, totalFen, next[index] ?? 0, sumOfShares) ? [index] : []));
  if (released.length < rest) throw new Error(`${rest} fen left for ${released.length} lenders`);
  return released.sort((a, b) => byDeadline(a, b, next, sharesFen)).slice(0, rest);
}

/** Whether share × total ÷ sum > given, exactly. */
function exceeds(share: Fen, total: Fen, given: Fen, sum: Fen): boolean {
  return compareProducts(share, total, given, sum) > 0;
}

/** Earlier deadline first: (given + 1) ÷ share, compared without dividing; the lower index on ties. */
function byDeadline(a: number, b: number, given: Fen[], sharesFen: Fen[]): number {
  return compareProducts((given[a] ?? 0) + 1, sharesFen[b] ?? 0, (given[b] ?? 0) + 1, sharesFen[a] ?? 0) || a - b;
}

/** The sign of a × b − c × d. */
function compareProducts(a: number, b: number, c: number, d: number): number {
  const [left, right] = [a * b, c * d];
  if (Number.isSafeInteger(left) && Number.isSafeInteger(right)) return left - right;
  const difference = BigInt(a) * BigInt(b) - BigInt(c) * BigInt(d);
  return difference === 0n ? 0 : difference > 0n ? 1 : -1;
}

/**
 * Amounts that were given by another rule can leave too little for everybody's whole fen. Then those due latest wait for
 * theirs: the sum is exact and nobody gives back, at the price of the one-fen bound for them.
 */
function takeBack(missing: number, next: Fen[], givenFen: Fen[], sharesFen: Fen[]): void {
  let left = missing;
  while (left > 0) {
    const movable = next.flatMap((fen, index) => (fen > (givenFen[index] ?? 0) ? [index] : []));
    if (movable.length === 0) throw new Error('lenders were given more than there is');
    movable.sort((a, b) => byDeadline(b, a, next, sharesFen));
    for (const index of movable.slice(0, left)) next[index] = (next[index] ?? 0) - 1;
    left -= Math.min(left, movable.length);
  }
}
