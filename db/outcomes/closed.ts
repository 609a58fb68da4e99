/**
 * The bank is closed for the night (日切): a final no to this number, and no word about the act. What the platform has
 * ordered is kept: the same act waits under its next number until the bank may be open again. What a person does on the
 * bank's own page only that person can do again, and is told so.
 */
import { isTerminal, tryAgain, type Instruction, type Verb } from '../instructions.js';
import { row, type Transaction } from '../pool.js';
import { end, type Ended, type OutcomeReport } from './word.js';

/** The refusal code of the custody port. */
export const bankClosed = 'bank-closed';

/** Done with a password on the bank's page; a freeze is too, where its bid is by hand. */
const byPersons: ReadonlySet<Verb> = new Set(['register', 'open-enterprise', 'bind-card', 'unbind-card', 'change-mobile', 'reset-password', 'authorise', 'deposit', 'withdraw']);

const HOUR_MS = 3_600_000;

/** Banks open and close at full hours: the first one after a business moment. */
export function nextFullHour(at: string): string {
  return new Date((Math.floor(Date.parse(at) / HOUR_MS) + 1) * HOUR_MS).toISOString();
}

/** Null when this is not that refusal, or not ours to repeat. */
export async function putOff(tx: Transaction, instruction: Instruction, { outcome, at }: OutcomeReport): Promise<Ended | null> {
  if (outcome.status !== 'refused' || outcome.code !== bankClosed || isTerminal(instruction)) return null;
  if (byPersons.has(instruction.verb) || (await isByHand(tx, instruction))) return null;
  const notBefore = nextFullHour(at);
  await end(tx, instruction.requestNo, { state: 'refused', reason: bankClosed, at, bankNo: null });
  const next = await tryAgain(tx, instruction, notBefore);
  await renumberDetails(tx, instruction, next);
  if (instruction.bidId !== null && instruction.verb === 'hold') await keepBid(tx, instruction, next, notBefore);
  return 'terminal';
}

async function isByHand(tx: Transaction, { bidId, verb, details }: Instruction): Promise<boolean> {
  if (details['by'] === 'password') return true;
  return bidId !== null && verb === 'hold' && (await row(tx, `SELECT 1 FROM bid WHERE id = $1 AND by = 'password'`, [bidId])) !== null;
}

/** A batch that was turned away as a whole never began: each detail goes on under the new batch's name. */
async function renumberDetails(tx: Transaction, old: Instruction, next: Instruction): Promise<void> {
  await tx.query(
    `INSERT INTO instruction_detail SELECT (jsonb_populate_record(d, jsonb_build_object('batch_no', $2::text, 'request_no', $2::text || substr(d.request_no, length($1::text) + 1)))).*
       FROM instruction_detail d WHERE batch_no = $1::text AND state = 'sent'`, [old.requestNo, next.requestNo]);
  await tx.query(`UPDATE instruction_detail SET state = 'refused', reason = $2 WHERE batch_no = $1 AND state = 'sent'`, [old.requestNo, bankClosed]);
}

/** The lender's share stays set aside over the bank's night, however long its minutes were. */
async function keepBid(tx: Transaction, old: Instruction, next: Instruction, notBefore: string): Promise<void> {
  await tx.query(
    `UPDATE bid SET request_no = $2, expires_at = greatest(expires_at, clock_timestamp() + ($4::timestamptz - $3::timestamptz) + interval '1 hour') WHERE id = $5 AND request_no = $1 AND state = 'reserved'`,
    [old.requestNo, next.requestNo, old.asOf, notBefore, old.bidId]);
}
