/** Details of a repayment: from the borrower's freeze to the holders and the agreed fees, in both books at once. */
import { claim, debt, heldForLenders, personal, platformClaim, platformCosts, platformIncome, type AccountName, type JournalKind } from '../chart.js';
import type { DetailPurpose, Instruction, InstructionDetail } from '../instructions.js';
import { moved, postJournals, type Journal, type Posting } from '../ledger.js';
import { rows, type Db, type Transaction } from '../pool.js';
import type { EndedDetail } from './word.js';

/** The gross parts of one detail: what the holder is owed less, before the lender's fee was kept back. */
export interface Gross { principalFen: number; interestFen: number; lateInterestFen: number; feeFen: number; costsFen: number; keptBackFen: number }

export async function repaymentSettled(tx: Transaction, batch: Instruction, done: readonly EndedDetail[], refused: readonly EndedDetail[], at: string): Promise<void> {
  const { paymentNo, loanNo } = batch;
  if (paymentNo === null || loanNo === null) throw new RangeError(`${batch.requestNo} names no payment`);
  const again = batch.details['redelivery'] === true;
  const shares = await sharesOf(tx, paymentNo);
  const gross = (detail: EndedDetail): Gross => grossOf(detail, shares);
  await postJournals(tx, [
    ...done.map((detail) => custodyJournal(batch, detail)),
    ...done.flatMap((detail) => claimsJournal(again ? 'delivered-later' : 'settled', loanNo, paymentNo, detail, gross(detail), detail.at)),
    ...(again ? [] : refused.flatMap((detail) => claimsJournal('undelivered', loanNo, paymentNo, detail, gross(detail), at))),
  ]);
  await creditHoldings(tx, done.map((detail) => ({ holdingId: detail.holdingId, ...gross(detail) })));
  await judgeDelivery(tx, paymentNo);
}

export type Share = { holdingId: number; interestFen: number; lateInterestFen: number; feeFen: number };

export async function sharesOf(tx: Db, paymentNo: string): Promise<Map<number, Share>> {
  const found = await rows<Share>(
    tx, 'SELECT holding_id AS "holdingId", interest_fen AS "interestFen", late_interest_fen AS "lateInterestFen", fee_fen AS "feeFen" FROM distribution WHERE payment_no = $1', [paymentNo]);
  return new Map(found.map((share) => [share.holdingId, share]));
}

const nothingGross: Gross = { principalFen: 0, interestFen: 0, lateInterestFen: 0, feeFen: 0, costsFen: 0, keptBackFen: 0 };

export function grossOf({ purpose, amountFen, holdingId, requestNo, restOf }: InstructionDetail, shares: Map<number, Share>): Gross {
  const none = nothingGross;
  if (purpose === 'principal') return { ...none, principalFen: amountFen };
  if (purpose === 'service-fee') return { ...none, feeFen: amountFen };
  if (purpose === 'costs') return { ...none, costsFen: amountFen };
  if (purpose === 'lender-fee') return none;
  const share = shares.get(holdingId ?? 0);
  // A part of an interest is the late interest first, when it is taken back and when it is delivered in the end.
  if (restOf !== null) return { ...none, lateInterestFen: Math.min(amountFen, share?.lateInterestFen ?? 0), interestFen: Math.max(0, amountFen - (share?.lateInterestFen ?? 0)) };
  if (!share || share.interestFen + share.lateInterestFen - share.feeFen !== amountFen) throw new RangeError(`${requestNo} is not the interest of its share`);
  return { ...none, interestFen: share.interestFen, lateInterestFen: share.lateInterestFen, keptBackFen: share.feeFen };
}

const custodyKind: Partial<Record<DetailPurpose, JournalKind>> = {
  principal: 'repayment', interest: 'repayment', 'service-fee': 'service-fee', 'lender-fee': 'lender-fee', costs: 'costs',
};

function custodyJournal(batch: Instruction, detail: EndedDetail): Journal {
  const to = detail.purpose === 'costs' ? platformCosts : detail.kind === 'commission' ? platformIncome : personal(detail.toUserNo, 'available');
  const kind = custodyKind[detail.purpose];
  if (!kind) throw new RangeError(`${detail.requestNo}: ${detail.purpose} is no part of a repayment`);
  return {
    key: detail.requestNo, kind, requestNo: batch.requestNo, businessAt: detail.at,
    postings: moved(personal(detail.fromUserNo, 'frozen'), to, detail.amountFen),
  };
}

/** Settled: the borrower owes less and the holder is owed less. Undelivered: only the borrower. Delivered later: only the holder. */
export function claimsJournal(kind: 'settled' | 'undelivered' | 'delivered-later', loanNo: string, paymentNo: string, detail: InstructionDetail, gross: Gross, businessAt: string): Journal[] {
  const parts = partsOf(loanNo, detail.holdingId, gross).filter((part) => part.fen > 0);
  if (parts.length === 0) return [];
  const total = parts.reduce((sum, part) => sum + part.fen, 0);
  const held = heldForLenders(loanNo);
  const claimsLess: Posting[] = kind === 'undelivered' ? [{ account: held, amountFen: -total }] : parts.map((part) => ({ account: part.claim, amountFen: -part.fen }));
  const debtLess: Posting[] = kind === 'delivered-later' ? [{ account: held, amountFen: total }] : parts.map((part) => ({ account: part.debt, amountFen: part.fen }));
  return [{ key: `${detail.requestNo}:${kind}`, kind, paymentNo, businessAt, postings: [...claimsLess, ...debtLess] }];
}

export function partsOf(loanNo: string, holdingId: number | null, gross: Gross): { claim: AccountName; debt: AccountName; fen: number }[] {
  const ofHolder = (component: 'principal' | 'interest' | 'late-interest', fen: number) =>
    (holdingId === null ? [] : [{ claim: claim(loanNo, holdingId, component), debt: debt(loanNo, component), fen }]);
  return [
    ...ofHolder('principal', gross.principalFen), ...ofHolder('interest', gross.interestFen), ...ofHolder('late-interest', gross.lateInterestFen),
    { claim: platformClaim(loanNo, 'fee'), debt: debt(loanNo, 'fee'), fen: gross.feeFen },
    { claim: platformClaim(loanNo, 'costs'), debt: debt(loanNo, 'costs'), fen: gross.costsFen },
  ];
}

export async function creditHoldings(tx: Transaction, credits: readonly ({ holdingId: number | null } & Gross)[]): Promise<void> {
  await tx.query(
    `UPDATE holding h SET paid_principal_fen = paid_principal_fen + c.principal, paid_interest_fen = paid_interest_fen + c.interest,
            paid_late_interest_fen = paid_late_interest_fen + c.late, fees_fen = fees_fen + c.kept
       FROM (SELECT "holdingId" AS id, sum("principalFen")::bigint AS principal, sum("interestFen")::bigint AS interest, sum("lateInterestFen")::bigint AS late, sum("keptBackFen")::bigint AS kept
               FROM jsonb_to_recordset($1) AS d("holdingId" bigint, "principalFen" bigint, "interestFen" bigint, "lateInterestFen" bigint, "keptBackFen" bigint)
              WHERE "holdingId" IS NOT NULL GROUP BY "holdingId") c WHERE h.id = c.id`, [JSON.stringify(credits)]);
}

/**
 * A share is delivered when each of its purposes has been done, undelivered when one was refused and is not being tried
 * again; the payment is distributed when no detail is under way.
 */
export async function judgeDelivery(tx: Transaction, paymentNo: string): Promise<void> {
  await tx.query(
    `WITH detail AS (
       SELECT d.holding_id, d.purpose, d.rest_of, bool_or(d.state = 'done') AS done, bool_or(d.state = 'sent') AS open
         FROM instruction_detail d JOIN instruction i ON i.request_no = d.batch_no WHERE i.payment_no = $1 AND i.verb IN ('batch-repayment', 'batch-compensation') GROUP BY d.holding_id, d.purpose, d.rest_of
     ), share AS (
       SELECT holding_id, bool_and(done) AS done, bool_or(open AND NOT done) AS open FROM detail WHERE holding_id IS NOT NULL GROUP BY holding_id
     )
     UPDATE distribution SET state = CASE WHEN share.done THEN 'delivered' WHEN share.open THEN 'sending' ELSE 'undelivered' END
       FROM share WHERE distribution.payment_no = $1 AND distribution.holding_id = share.holding_id`, [paymentNo]);
  await tx.query(
    `UPDATE payment SET state = 'distributed' WHERE payment_no = $1 AND state = 'distributing'
        AND NOT EXISTS (SELECT 1 FROM instruction i JOIN instruction_detail d ON d.batch_no = i.request_no WHERE i.payment_no = $1 AND d.state = 'sent')`, [paymentNo]);
}
