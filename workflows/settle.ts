/** Waiting for the bank: ask, and while it has not decided listen for its word, then ask again. A time-out means "unknown", never "failed". */
import { parseInstant } from '../domain/dates.js';
import { waitWall } from './clock.js';
import type { BankStep } from './contract.js';
import { standBy } from './course.js';
import type { Life } from './life.js';
import { bankPatience, patience } from './retries.js';
import { attempt } from './stuck.js';

export interface Asking<T extends object> {
  /** What is asked, in one line. */
  what: string;
  ask: () => Promise<BankStep<T>>;
  /** What the record alone says after the bank's word has come; absent or undefined: the bank step is called again. */
  look?: () => Promise<BankStep<T> | undefined>;
  /** Called once when the bank has been silent for the first patience. */
  onSilence?: () => void | Promise<void>;
  /** A business moment after which somebody must be told, once; the asking goes on. */
  late?: { atMs: number; tell: () => Promise<void> };
}

export type Settled<T extends object> = Exclude<BankStep<T>, { status: 'pending' }>;

/** The bank's final word on a step. */
export async function settle<T extends object>(life: Life, asking: Asking<T>): Promise<Settled<T>> {
  let step = await attempt(life, asking.what, asking.ask);
  let told = false;
  for (let asks = 0; step.status === 'pending'; asks += 1) {
    const heard = await word(life, asking, step, asks);
    if (!heard && asks === 0) await asking.onSilence?.();
    if (asking.late && !told && life.clock.now() >= asking.late.atMs) {
      told = true;
      await asking.late.tell();
    }
    const seen = heard && asking.look ? await attempt(life, asking.what, asking.look) : undefined;
    step = seen ?? (await attempt(life, asking.what, asking.ask));
  }
  return step as Settled<T>;
}

/** Listens for the bank's word. @returns whether it came; false when it was silent for so long that it must be asked. */
async function word<T extends object>(life: Life, asking: Asking<T>, step: Extract<BankStep, { status: 'pending' }>, asks: number): Promise<boolean> {
  const { inbox, clock } = life;
  const came = () => inbox.bankWords.includes(step.requestNo);
  const expectedMs = step.expectedAt === null ? 0 : parseInstant(step.expectedAt);
  if (expectedMs > clock.now() && !inbox.cancel) {
    await standBy(life, { untilMs: expectedMs, owner: 'bank', summary: `${asking.what}: expected from the bank`, otherwise: 'the bank is asked', wake: came });
  }
  // Its word comes a little after the moment at which it does the thing; of what it has not been sent there is none.
  // A withdrawal ends neither wait for good, but goes no faster than the bank.
  const listens = step.unsent ? inbox.cancel !== undefined : !inbox.cancel;
  if (!came() && listens) await waitWall(patience(bankPatience, asks), `${asking.what}: the bank's word`, came);
  const heard = came();
  inbox.bankWords = inbox.bankWords.filter((requestNo) => requestNo !== step.requestNo);
  return heard;
}
