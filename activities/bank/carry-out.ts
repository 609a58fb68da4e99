/**
 * Brings one instruction as far as it goes now. Its row is committed before anything is sent, so this can be repeated
 * from any point with the same effect: what was perhaps sent is asked about; what the bank has not seen is sent (again)
 * under the same number; what has ended is left alone.
 */
import { awaitWord, find, isPutOff, isTerminal, latestTry, markSent, notBeforeOf, type Instruction, type Verb } from '../../db/instructions.js';
import { bankClosed, recordOutcome, type Outcome } from '../../db/outcomes.js';
import { isAtOnce, isBatch } from '../../db/outcomes/batches.js';
import type { Pool } from '../../db/pool.js';
import type { BatchOutcome, Custody } from '../../gateways/custody/port.js';
import type { BankStep } from '../../workflows/contract.js';
import { NotInRecord } from '../failures.js';

export interface BankDeps { pool: Pool; custody: Custody }

/** What the bank says, with the ends of a batch's details. */
export interface Word { outcome: Outcome; details?: readonly { requestNo: string; outcome: Outcome }[] }

/** Verbs after which the bank holds something else of the person. */
const aboutThePerson: ReadonlySet<Verb> = new Set(['register', 'open-enterprise', 'bind-card', 'unbind-card', 'change-mobile', 'authorise', 'cancel-authorisation']);

/**
 * `send` makes the request from the row it is given (never from anything newer): the given one, or its next try where the
 * bank was closed. `at` is business time; what waits for the bank to open is left alone until then.
 */
export async function carryOut(deps: BankDeps, given: Instruction, send: (instruction: Instruction) => Promise<Outcome>, at: string): Promise<Instruction> {
  const instruction = await afterClosing(deps, given);
  if (isTerminal(instruction) || isPutOff(instruction, at)) return instruction;
  if (instruction.state !== 'intended') {
    const word = await askBank(deps.custody, instruction);
    if (word.outcome.status !== 'notFound') return hear(deps, instruction, word, at);
  }
  await markSent(deps.pool, instruction.requestNo);
  const outcome = await send(instruction);
  // A lost answer is often known a moment later; if not, the next call asks again.
  const word = outcome.status === 'unknown' ? await askBank(deps.custody, instruction) : { outcome };
  return hear(deps, instruction, word, at);
}

/** A number that the bank refused because it was closed has a successor, which stands for the act. */
async function afterClosing({ pool }: BankDeps, instruction: Instruction): Promise<Instruction> {
  if (instruction.state !== 'refused' || instruction.reason !== bankClosed) return instruction;
  return (await latestTry(pool, instruction.businessKey)) ?? instruction;
}

/** Asks what became of something that only its person (or nobody any more) can send. */
export async function askAndRecord(deps: BankDeps, instruction: Instruction, at: string): Promise<{ instruction: Instruction; word: Outcome }> {
  if (isTerminal(instruction)) return { instruction, word: { status: 'unknown', why: 'has ended' } };
  const word = await askBank(deps.custody, instruction);
  return { instruction: await hear(deps, instruction, word, at), word: word.outcome };
}

async function hear(deps: BankDeps, { requestNo, verb, userNo }: Instruction, word: Word, at: string): Promise<Instruction> {
  const { pool, custody } = deps;
  const user = word.outcome.status === 'done' && aboutThePerson.has(verb) && userNo ? await custody.queryUser(userNo) : null;
  await recordOutcome(pool, { requestNo, at, user, ...word });
  const after = await find(pool, requestNo);
  if (!after) throw new NotInRecord('instruction', requestNo);
  return afterClosing(deps, after);
}

export async function askBank(custody: Custody, instruction: Instruction): Promise<Word> {
  const { requestNo } = instruction;
  return isBatch(instruction) && !isAtOnce(instruction) ? wordOf(await custody.queryBatch(requestNo)) : { outcome: await custody.query(requestNo) };
}

function wordOf({ status, code, reason, details }: BatchOutcome): Word {
  switch (status) {
    case 'refused': return { outcome: { status, code: code ?? 'refused', reason: reason ?? '' }, details };
    case 'unknown': return { outcome: { status, why: reason ?? '' }, details };
    case 'notFound': return { outcome: { status }, details };
    // How a batch has ended is told by its details.
    case 'accepted': case 'done': return { outcome: { status: 'accepted' }, details };
  }
}

export const isOpen = (instruction: Instruction): boolean => !isTerminal(instruction);

/** The first of several that has not ended, as the workflow is told of it; null when all have. */
export function pendingOf(...instructions: readonly Instruction[]): Extract<BankStep, { status: 'pending' }> | null {
  const open = instructions.find(isOpen);
  if (!open) return null;
  const unsent = open.state === 'intended' && notBeforeOf(open) !== null;
  return { status: 'pending', requestNo: open.requestNo, expectedAt: open.waitsUntil, ...(unsent && { unsent }) };
}

/**
 * A step that is pending is waited for: from then on its workflow is told when the bank's word comes. What ended a moment
 * before that is looked at once more here, so that no word is lost and none is sent for nothing.
 */
export function awaiting<I, T extends object>({ pool }: BankDeps, step: (input: I) => Promise<BankStep<T>>): (input: I) => Promise<BankStep<T>> {
  return async (input) => {
    for (;;) {
      const answer = await step(input);
      if (answer.status !== 'pending' || (await awaitWord(pool, answer.requestNo))) return answer;
    }
  };
}

/** `pending` or `refused` as the workflow is told of it, or null when it was done. */
export function unlessDone(instruction: Instruction): Exclude<BankStep, { status: 'done' }> | null {
  return pendingOf(instruction) ?? (instruction.state === 'refused' ? { status: 'refused', code: instruction.reason ?? 'refused' } : null);
}

/** Runs `work` over many, so many at a time. */
export async function eachOf<T>(items: readonly T[], atATime: number, work: (item: T) => Promise<unknown>): Promise<void> {
  const queue = [...items];
  const lanes = Array.from({ length: Math.min(atATime, queue.length) }, async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item);
  });
  await Promise.all(lanes);
}
