/** Loans on the stage: listed, lent, being repaid. All in fair weather, by the same activities as in life. */
import { openListingActivity } from '../../activities/record/open-listing.js';
import { placeBids } from '../../db/bids.js';
import { addDays, dateAt, instantAt, isoInstant } from '../../domain/dates.js';
import type { CarriedInstalment } from '../../domain/loan.js';
import type { Dice } from '../../stack/chaos/dice.js';
import { addLoan } from '../people-with-money.js';
import type { Cast, Person } from './cast.js';
import type { Stage } from './stage.js';

export interface Listed { loanNo: string; borrower: Person; amountFen: number }
export interface Lent extends Listed { lenders: Person[]; instalments: CarriedInstalment[] }

let serial = 0;
const zone = 480;

export const todayOf = (at: string): string => dateAt(Date.parse(at), zone);

/** `product`: `replay` has no fees, `consumer` has the borrower's service fee (77 fen an instalment) and the lender's. */
export async function listedLoan(stage: Stage, cast: Cast, dice: Dice, product: 'replay' | 'consumer' = 'replay'): Promise<Listed> {
  const borrower = await cast.newcomer('BORROWERS');
  const loanNo = `LNH${(serial += 1)}`;
  const amountFen = 10_000 * dice.between(6, 12);
  await addLoan(stage.pool, { loanNo, borrowerId: borrower.id, amountFen, productId: product, termMonths: 3, annualRateBps: 900, serviceFeeFen: product === 'consumer' ? 77 : 0 });
  mustBeDone(await stage.carry((asOf) => stage.activities.createProject({ loanNo, asOf })));
  const deadline = isoInstant(instantAt(addDays(todayOf(stage.now()), 20), 1_080, zone));
  await openListingActivity({ pool: stage.pool })({ loanNo, deadline, asOf: stage.now() });
  await stage.pool.query('UPDATE listing SET max_share_bps = 10000, min_bid_fen = 10000, step_fen = 10000 WHERE loan_no = $1', [loanNo]);
  return { loanNo, borrower, amountFen };
}

/** One lender's bid. @returns the number of its freeze */
export async function bid(stage: Stage, loanNo: string, lender: Person, amountFen: number, by: 'authorisation' | 'password', key = `${loanNo}-${lender.id}`): Promise<string> {
  const [placed] = await placeBids(stage.pool, loanNo, [{ key, lenderId: lender.id, userNo: lender.userNo, amountFen, by, riskNoticeVersion: '1' }], stage.now());
  if (!placed || !('requestNo' in placed)) throw new Error(`the bid on ${loanNo} was not taken: ${JSON.stringify(placed)}`);
  return placed.requestNo;
}

/** Until no bid by authorisation waits for the bank any more; a closed bank is waited for. */
export async function freezeBids(stage: Stage, loanNo: string): Promise<void> {
  for (let calls = 0; calls < 200; calls += 1) {
    const sums = await stage.persist(() => stage.activities.freezeBids({ loanNo, asOf: stage.now() }));
    if (sums.putOff) await stage.advanceTo(sums.putOff.until);
    else if (sums.waiting === 0) return;
    await tellOpen(stage, loanNo);
  }
  throw new Error(`the bids on ${loanNo} were not frozen in 200 calls`);
}

async function tellOpen(stage: Stage, loanNo: string): Promise<void> {
  const { rows } = await stage.pool.query<{ no: string }>(`SELECT request_no AS no FROM instruction WHERE loan_no = $1 AND verb = 'hold' AND state = 'sent'`, [loanNo]);
  for (const { no } of rows) await stage.onPending(no);
}

/** Full and concluded, with two lenders' money frozen. */
export async function concludedLoan(stage: Stage, cast: Cast, dice: Dice, product?: 'replay' | 'consumer'): Promise<Listed & { lenders: Person[] }> {
  const loan = await listedLoan(stage, cast, dice, product);
  const first = 10_000 * dice.between(1, 5);
  const lenders = cast.lenders.slice(0, 2);
  await bid(stage, loan.loanNo, lenders[0]!, first, 'authorisation');
  await bid(stage, loan.loanNo, lenders[1]!, loan.amountFen - first, 'authorisation');
  await freezeBids(stage, loan.loanNo);
  const { loanNo } = loan;
  mustBeDone(await stage.persist(() => stage.activities.conclude({ loanNo, asOf: todayOf(stage.now()), at: stage.now() })));
  return { ...loan, lenders };
}

/** The borrower has the money, and owes three instalments. */
export async function lentLoan(stage: Stage, cast: Cast, dice: Dice, product?: 'replay' | 'consumer'): Promise<Lent> {
  const loan = await concludedLoan(stage, cast, dice, product);
  const { instalments } = mustBeDone(await stage.carry((asOf) => stage.activities.release({ loanNo: loan.loanNo, attempt: 1, asOf })));
  return { ...loan, instalments };
}

export function mustBeDone<T extends { status: string }>(ended: T): Extract<T, { status: 'done' }> {
  if (ended.status !== 'done') throw new Error(`not done: ${JSON.stringify(ended)}`);
  return ended as Extract<T, { status: 'done' }>;
}
