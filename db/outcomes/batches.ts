/** Batches end twice: accepted or refused as a whole, then detail by detail. A refused detail leaves the others done. */
import { detailsOf, type Instruction } from '../instructions.js';
import { row, type Transaction } from '../pool.js';
import { repaymentSettled } from './repayments.js';
import { compensationSettled } from './compensations.js';
import { releaseSettled } from './releases.js';
import { end, type Ended, type EndedDetail, type OutcomeReport } from './word.js';

export type BatchVerb = 'batch-release' | 'batch-repayment' | 'batch-compensation';
type Batch = Instruction & { verb: BatchVerb };

const settled: Record<BatchVerb, (tx: Transaction, batch: Instruction, done: readonly EndedDetail[], refused: readonly EndedDetail[], at: string) => Promise<void>> = {
  'batch-release': releaseSettled, 'batch-repayment': repaymentSettled, 'batch-compensation': compensationSettled,
};

export const isBatch = (instruction: Instruction): instruction is Batch => Object.hasOwn(settled, instruction.verb);

/** Sent as one trade that is answered at once: its details share its end. */
export const isAtOnce = ({ details }: Pick<Instruction, 'details'>): boolean => details['atOnce'] === true;

export async function recordBatch(tx: Transaction, batch: Batch, report: OutcomeReport): Promise<Ended> {
  const news = await newlyEnded(tx, batch, report);
  const [done, refused] = [news.filter((detail) => detail.state === 'done'), news.filter((detail) => detail.state === 'refused')];
  if (news.length > 0) {
    await writeEnds(tx, news);
    await settled[batch.verb](tx, batch, done, refused, report.at);
  }
  const left = await row<{ open: number; done: number }>(
    tx, `SELECT count(*) FILTER (WHERE state = 'sent')::int AS open, count(*) FILTER (WHERE state = 'done')::int AS done FROM instruction_detail WHERE batch_no = $1`, [batch.requestNo]);
  if (left?.open === 0) return conclude(tx, batch, report, news, left.done > 0);
  if (news.length > 0 || (report.outcome.status === 'accepted' && batch.state !== 'accepted')) {
    await tx.query(`UPDATE instruction SET state = 'accepted' WHERE request_no = $1`, [batch.requestNo]);
    return 'progress';
  }
  return 'nothing';
}

/** A batch that was turned away as a whole never began: all its details are refused for its reason. */
async function newlyEnded(tx: Transaction, batch: Instruction, { outcome, details = [], at }: OutcomeReport): Promise<EndedDetail[]> {
  const open = (await detailsOf(tx, batch.requestNo)).filter((detail) => detail.state === 'sent');
  if (outcome.status === 'refused') return open.map((detail) => ({ ...detail, state: 'refused', reason: outcome.code, at }));
  if (outcome.status === 'done' && isAtOnce(batch)) return open.map((detail) => ({ ...detail, state: 'done', at: outcome.at }));
  const said = new Map(details.map((detail) => [detail.requestNo, detail.outcome]));
  return open.flatMap((detail): EndedDetail[] => {
    const word = said.get(detail.requestNo);
    if (word?.status === 'refused') return [{ ...detail, state: 'refused', reason: word.code, at }];
    if (word?.status !== 'done') return [];
    if (word.amountFen !== detail.amountFen) throw new RangeError(`${detail.requestNo}: asked for ${detail.amountFen} fen, the bank says ${word.amountFen}`);
    return [{ ...detail, state: 'done', at: word.at }];
  });
}

async function writeEnds(tx: Transaction, news: readonly EndedDetail[]): Promise<void> {
  await tx.query(
    `UPDATE instruction_detail d SET state = n.state, reason = n.reason FROM jsonb_to_recordset($1) AS n("requestNo" text, state text, reason text) WHERE d.request_no = n."requestNo"`,
    [JSON.stringify(news.map(({ requestNo, state, reason }) => ({ requestNo, state, reason })))]);
}

/** The batch ends with its last detail, on the bank's day for that one. */
async function conclude(tx: Transaction, batch: Instruction, { outcome, at }: OutcomeReport, news: readonly EndedDetail[], anyDone: boolean): Promise<Ended> {
  const lastAt = news.reduce((latest, detail) => (detail.state === 'done' && detail.at > latest ? detail.at : latest), '') || at;
  const turnedAway = outcome.status === 'refused' && !anyDone;
  await end(tx, batch.requestNo, {
    state: turnedAway ? 'refused' : 'done', reason: outcome.status === 'refused' ? outcome.code : null, at: lastAt, bankNo: outcome.status === 'done' ? outcome.bankNo : null,
  });
  return 'terminal';
}
