/** What the bank can say of a request, and how its end is written down. */
import type { BankUserFacts } from '../accounts.js';
import type { InstructionDetail, PayoutStage } from '../instructions.js';
import type { Transaction } from '../pool.js';

/** The bank's word about one request; the custody port's `Outcome` fits. Instants are business time, ISO. */
export type Outcome =
  | { status: 'done'; amountFen: number; at: string; bankNo: string }
  | { status: 'accepted'; stage?: PayoutStage }
  | { status: 'refused'; code: string; reason: string }
  | { status: 'unknown'; why: string }
  | { status: 'notFound' };
export type Done = Extract<Outcome, { status: 'done' }>;
export type Refused = Extract<Outcome, { status: 'refused' }>;

export interface OutcomeReport {
  requestNo: string;
  outcome: Outcome;
  /** Batches: the details whose end is told. */
  details?: readonly { requestNo: string; outcome: Outcome }[];
  /** Business time at which it was heard, ISO; the bank's own time is taken where it gives one. */
  at: string;
  /** What the bank holds of the person, where it says so (register, card, mobile, authorisations). */
  user?: BankUserFacts | null;
}

/** A detail of a batch that has just ended, with the bank's business time. */
export type EndedDetail = InstructionDetail & { at: string };

/** What a report came to. */
export type Ended = 'nothing' | 'progress' | 'terminal';

/** Writes the bank's final word; nothing is ever recorded after it. */
export async function end(tx: Transaction, requestNo: string, final: { state: 'done' | 'refused'; reason: string | null; at: string; bankNo: string | null }): Promise<void> {
  await tx.query(
    `UPDATE instruction SET state = $2, reason = $3, done_at = $4, bank_no = $5, ended_at = clock_timestamp(), sent_at = coalesce(sent_at, clock_timestamp()) WHERE request_no = $1`,
    [requestNo, final.state, final.reason, final.at, final.bankNo]);
}
