/** Batches at the bank: at most a thousand details each; written whole before the first is sent. */
import { setTimeout } from 'node:timers/promises';
import { detailsOf, intend, intendDetails, type Instruction, type NewDetail, type NewInstruction } from '../../db/instructions.js';
import { isAtOnce, isBatch } from '../../db/outcomes/batches.js';
import type { Transaction } from '../../db/pool.js';
import { maxBatchDetails, type TradeDetail } from '../../gateways/custody/port.js';
import { askAndRecord, carryOut, eachOf, type BankDeps } from './carry-out.js';

/** Details before they have their numbers; `name` makes the number: `<batch>-<name>`. */
export type PlannedDetail = Omit<NewDetail, 'requestNo'> & { name: string };

/** Writes batches `<key>1`, `<key>2` … with their details. */
export async function planBatches(tx: Transaction, wish: Omit<NewInstruction, 'amountFen' | 'requestNo'>, planned: readonly PlannedDetail[], perBatch = maxBatchDetails): Promise<Instruction[]> {
  const batches: Instruction[] = [];
  for (let start = 0; start < planned.length; start += perBatch) {
    const details = planned.slice(start, start + perBatch);
    const amountFen = details.reduce((sum, detail) => sum + detail.amountFen, 0);
    const batch = await intend(tx, { ...wish, businessKey: `${wish.businessKey}${batches.length + 1}`, amountFen });
    await intendDetails(tx, batch.requestNo, details.map(({ name, ...detail }) => ({ ...detail, requestNo: `${batch.requestNo}-${name}` })));
    batches.push(batch);
  }
  return batches;
}

/** Sends what is not sent, asks about the rest, and answers how each stands. */
export async function carryOutBatches(deps: BankDeps, batches: readonly Instruction[], projectNo: string, at: string): Promise<Instruction[]> {
  const after = new Map<string, Instruction>();
  await eachOf(batches, 4, async (batch) => {
    after.set(batch.requestNo, await carryOut(deps, batch, (current) => send(deps, current, projectNo), at));
  });
  return glance(deps, batches.map((batch) => after.get(batch.requestNo) ?? batch), at);
}

/**
 * A bank that is awake has executed a batch some milliseconds after accepting it. A few glances save the workflow a wait,
 * a Signal and a second call; whatever takes longer is heard of by notification.
 */
async function glance(deps: BankDeps, batches: readonly Instruction[], at: string): Promise<Instruction[]> {
  let seen = [...batches];
  for (const pauseMs of glancePausesMs) {
    if (!seen.some(isAccepted)) return seen;
    await setTimeout(pauseMs);
    seen = await Promise.all(seen.map(async (batch) => (isAccepted(batch) ? (await askAndRecord(deps, batch, at)).instruction : batch)));
  }
  return seen;
}
const glancePausesMs = [25, 75, 150];
const isAccepted = (batch: Instruction): boolean => batch.state === 'accepted';

const kinds = { 'batch-release': 'release', 'batch-repayment': 'repayment', 'batch-compensation': 'compensation' } as const;

async function send({ pool, custody }: BankDeps, batch: Instruction, projectNo: string): ReturnType<typeof custody.settleBatch> {
  if (!isBatch(batch)) throw new RangeError(`${batch.requestNo} is ${batch.verb}, no batch`);
  const details = await wireDetailsOf(pool, batch.requestNo);
  const kind = kinds[batch.verb];
  if (isAtOnce(batch)) return custody.settleNow({ requestNo: batch.requestNo, kind, projectNo, details, businessTime: batch.asOf });
  return custody.settleBatch({ batchNo: batch.requestNo, kind, projectNo, businessTime: batch.asOf, details: details.map(({ holdRequestNo, ...detail }) => ({ ...detail, holdRequestNo: holdRequestNo ?? '' })) });
}

/** The details of a batch or trade as the bank is told them. */
export async function wireDetailsOf(pool: BankDeps['pool'], requestNo: string): Promise<TradeDetail[]> {
  const details = await detailsOf(pool, requestNo);
  return details.map(({ requestNo: no, holdRequestNo, fromUserNo, toUserNo, kind, amountFen, shareFen }) => (
    { requestNo: no, holdRequestNo, fromUserNo, toUserNo, kind, amountFen, ...(shareFen === null ? {} : { shareFen }) }));
}
