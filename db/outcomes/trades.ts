/** What all trades that are answered at once have in common: their details share their end. */
import { detailColumns, type Instruction, type InstructionDetail } from '../instructions.js';
import { rows, type Transaction } from '../pool.js';

/** Ends all details of a trade as it has ended; in the order of their numbers. */
export async function endTrade(tx: Transaction, { requestNo }: Pick<Instruction, 'requestNo'>, state: 'done' | 'refused', reason: string | null = null): Promise<InstructionDetail[]> {
  const ended = await rows<InstructionDetail>(tx, `UPDATE instruction_detail SET state = $2, reason = $3 WHERE batch_no = $1 RETURNING ${detailColumns}`, [requestNo, state, reason]);
  return ended.sort((a, b) => (a.requestNo < b.requestNo ? -1 : 1));
}
