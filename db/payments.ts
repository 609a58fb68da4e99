/** Payments of borrowers, and how each is shared among the holders (回款分配). */
import type { IsoDate } from '../domain/dates.js';
import { row, rows, type Db, type Transaction } from './pool.js';

export interface Payment {
  paymentNo: string;
  loanNo: string;
  n: number;
  /** `compensation`: a guarantor pays in the borrower's place; `recourse`: the borrower repays the guarantor. */
  source: 'debit' | 'manual' | 'payoff' | 'recovery' | 'compensation' | 'recourse';
  /** Who pays in the borrower's place; null: the borrower. */
  payerUserNo: string | null;
  askedFen: number;
  /** Frozen at the bank for this payment, and so taken. */
  frozenFen: number;
  /** The business day on which it counts. */
  asOf: IsoDate;
  state: 'asked' | 'frozen' | 'distributing' | 'distributed' | 'refused';
  reason: string | null;
  principalFen: number;
  interestFen: number;
  lateInterestFen: number;
  feeFen: number;
  costsFen: number;
  parts: PaidPart[] | null;
}

/** What of a payment goes to one instalment. */
export interface PaidPart { no: number; costsFen: number; feeFen: number; lateInterestFen: number; interestFen: number; principalFen: number }

const columns = `payment_no AS "paymentNo", loan_no AS "loanNo", n, source, payer_user_no AS "payerUserNo", asked_fen AS "askedFen", frozen_fen AS "frozenFen", as_of AS "asOf", state, reason,
  principal_fen AS "principalFen", interest_fen AS "interestFen", late_interest_fen AS "lateInterestFen", fee_fen AS "feeFen", costs_fen AS "costsFen", parts`;

/** Writes the wish to be paid; a repeat finds the first, with the day on which it counts. */
export async function askPayment(db: Db, payment: Pick<Payment, 'paymentNo' | 'loanNo' | 'n' | 'source' | 'askedFen' | 'asOf'> & Partial<Pick<Payment, 'payerUserNo'>>): Promise<Payment> {
  await db.query(
    `INSERT INTO payment (payment_no, loan_no, n, source, asked_fen, as_of, payer_user_no, state) VALUES ($1, $2, $3, $4, $5, $6, $7, 'asked') ON CONFLICT (payment_no) DO NOTHING`,
    [payment.paymentNo, payment.loanNo, payment.n, payment.source, payment.askedFen, payment.asOf, payment.payerUserNo ?? null]);
  const asked = await findPayment(db, payment.paymentNo);
  if (!asked) throw new RangeError(`the payment ${payment.paymentNo} was neither written nor found`);
  return asked;
}

export function findPayment(db: Db, paymentNo: string): Promise<Payment | null> {
  return row<Payment>(db, `SELECT ${columns} FROM payment WHERE payment_no = $1`, [paymentNo]);
}

/** Newest first. */
export function paymentsOfLoan(db: Db, loanNo: string): Promise<Payment[]> {
  return rows<Payment>(db, `SELECT ${columns} FROM payment WHERE loan_no = $1 ORDER BY n DESC`, [loanNo]);
}

/** A payment that came to nothing: neither card nor custody had the money, or the bank refused the freeze. */
export async function refusePayment(db: Db, paymentNo: string, reason: string): Promise<void> {
  await db.query(`UPDATE payment SET state = 'refused', reason = $2 WHERE payment_no = $1 AND state = 'asked'`, [paymentNo, reason]);
}

export interface PaymentSums { principalFen: number; interestFen: number; lateInterestFen: number; feeFen: number; costsFen: number }

/** The allocation is decided: payment, instalments and what each holder will get are written together. */
export async function writeAllocation(
  tx: Transaction,
  payment: Payment,
  allocation: { sums: PaymentSums; parts: readonly PaidPart[]; forgivenInterest: readonly { no: number; fen: number }[]; afterWriteOff: boolean; shares: readonly HolderShare[] },
): Promise<void> {
  const { sums, parts, forgivenInterest, afterWriteOff, shares } = allocation;
  await tx.query(
    `UPDATE payment SET state = 'distributing', parts = $2, principal_fen = $3, interest_fen = $4, late_interest_fen = $5, fee_fen = $6, costs_fen = $7, after_write_off = $8 WHERE payment_no = $1`,
    [payment.paymentNo, JSON.stringify(parts), sums.principalFen, sums.interestFen, sums.lateInterestFen, sums.feeFen, sums.costsFen, afterWriteOff]);
  await writeInstalments(tx, payment, parts, forgivenInterest);
  await tx.query(
    `INSERT INTO distribution (payment_no, holding_id, principal_fen, interest_fen, late_interest_fen, fee_fen, state)
     SELECT $1, "holdingId", "principalFen", "interestFen", "lateInterestFen", "feeFen", 'sending'
       FROM jsonb_to_recordset($2) AS s("holdingId" bigint, "principalFen" bigint, "interestFen" bigint, "lateInterestFen" bigint, "feeFen" bigint)`, [payment.paymentNo, JSON.stringify(shares)]);
}

/** One holder's gross part of a payment, and the lender's fee kept back from its interest. */
export interface HolderShare { holdingId: number; principalFen: number; interestFen: number; lateInterestFen: number; feeFen: number }

/** The newest schedule is the one that is paid. An instalment is paid on the day the payment that completes it counts. */
async function writeInstalments(tx: Transaction, payment: Payment, parts: readonly PaidPart[], forgiven: readonly { no: number; fen: number }[]): Promise<void> {
  await tx.query(
    `UPDATE instalment i SET paid_principal_fen = paid_principal_fen + p.principal, paid_interest_fen = paid_interest_fen + p.interest, paid_fee_fen = paid_fee_fen + p.fee,
            paid_late_interest_fen = paid_late_interest_fen + p.late, forgiven_interest_fen = forgiven_interest_fen + p.forgiven
       FROM (SELECT no, sum("principalFen")::bigint AS principal, sum("interestFen")::bigint AS interest, sum("feeFen")::bigint AS fee, sum("lateInterestFen")::bigint AS late, sum("forgivenFen")::bigint AS forgiven
               FROM jsonb_to_recordset($2) AS w(no int, "principalFen" bigint, "interestFen" bigint, "feeFen" bigint, "lateInterestFen" bigint, "forgivenFen" bigint) GROUP BY no) p
      WHERE i.loan_no = $1 AND i.no = p.no AND i.version = (SELECT max(version) FROM instalment WHERE loan_no = $1)`,
    [payment.loanNo, JSON.stringify([...parts.map((part) => ({ ...part, forgivenFen: 0 })), ...forgiven.map((each) => ({ no: each.no, principalFen: 0, interestFen: 0, feeFen: 0, lateInterestFen: 0, forgivenFen: each.fen }))])]);
  await tx.query(
    `UPDATE instalment SET paid_on = $2 WHERE loan_no = $1 AND version = (SELECT max(version) FROM instalment WHERE loan_no = $1) AND paid_on IS NULL
        AND paid_principal_fen = principal_fen AND paid_interest_fen + forgiven_interest_fen = interest_fen AND no = ANY($3)`,
    [payment.loanNo, payment.asOf, [...new Set([...parts.map((part) => part.no), ...forgiven.map((each) => each.no)])]]);
}

/** How many shares of a payment are on their way, and how many the bank refused. */
export async function deliveryOf(db: Db, paymentNo: string): Promise<{ sending: number; undelivered: number }> {
  const found = await row<{ sending: number; undelivered: number }>(
    db, `SELECT count(*) FILTER (WHERE d.state = 'sent')::int AS sending,
                (SELECT count(*)::int FROM distribution WHERE payment_no = $1 AND state = 'undelivered') AS undelivered
           FROM instruction i JOIN instruction_detail d ON d.batch_no = i.request_no WHERE i.payment_no = $1`, [paymentNo]);
  return found ?? { sending: 0, undelivered: 0 };
}
