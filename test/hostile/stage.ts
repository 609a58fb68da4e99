/**
 * The platform's money side on a stage where the bank can be hostile: real PostgreSQL, the real web server taking the
 * bank's notifications, the real activities and gateway over HTTP, and the sandbox bank as a process of its own. Business
 * time is moved by whoever plays; `carry` does what the workflow behind a step does.
 */
import { setTimeout } from 'node:timers/promises';
import pg from 'pg';
import { createBankActivities } from '../../activities/bank/index.js';
import { judge } from '../../activities/failures.js';
import { appendSegment } from '../../db/clock.js';
import { find, intend, isTerminal, markSent } from '../../db/instructions.js';
import type { Pool } from '../../db/pool.js';
import { createCustodyClient } from '../../gateways/custody/client.js';
import { createCustodyForms } from '../../gateways/custody/forms.js';
import type { Custody, PersonalAct, SignedForm } from '../../gateways/custody/port.js';
import type { BankActivities, BankStep, TradeActivities } from '../../workflows/contract.js';
import { startBank, visitBank, type TestBank, type TypedAtBank, type VisitToBank } from '../bank.js';
import { startTestWeb, type TestWeb } from '../web.js';
import { startPublicClock, type PublicClock } from './public-clock.js';

/** After this long an answer is lost for the platform. */
export const clientTimeoutMs = 800;
/** How long the bank's word is listened to before the bank is asked; workflows have more patience, and ask the same. */
const listenMs = 250;
/** The sandbox believes what it has read of the clock for 200 ms. */
const clockIsBelievedMs = 250;
const patienceMs = 45_000;
const lookMs = 15;
export const tradingPassword = '135790';

/** What the bank is told to do: `POST /hostile` in docs/custody-protocol.md. */
export interface Wish { mode: string; serviceName: string; calls?: number; probability?: number; delayMs?: number; days?: number; fromHour?: number; toHour?: number }

type ActFields<A> = A extends PersonalAct ? Omit<A, 'returnUrl' | 'businessTime' | 'requestNo'> : never;
export type Act = ActFields<PersonalAct>;
export type Ended<T extends object> = ({ status: 'done' } & T) | { status: 'refused'; code: string };

export interface Stage {
  pool: Pool;
  /** The bank's own tables, only read: what was executed, and how often. */
  bankRecord: pg.Pool;
  custody: Custody;
  activities: BankActivities & TradeActivities;
  /** Business time, ISO. */
  now(): string;
  advanceTo(at: string): Promise<void>;
  /** The same, until the bank has noticed. */
  advanceAllTo(at: string): Promise<void>;
  /** Calls a step until it has ended, as its workflow does: listening, asking, waiting for the moments it names. */
  carry<T extends object>(step: (asOf: string) => Promise<BankStep<T>>): Promise<Ended<T>>;
  /** One call, again where its failure is one that passes. */
  persist<T>(call: () => Promise<T>): Promise<T>;
  /** Gives the bank's word a moment to come. @returns whether the instruction has ended */
  listen(requestNo: string): Promise<boolean>;
  /** Told of every instruction that a step still waits for. */
  onPending: (requestNo: string) => Promise<void>;
  /** Writes a person's act at the bank down as the pages do, and signs its form. */
  form(verb: 'register' | 'authorise' | 'deposit' | 'withdraw', act: Act, details?: Record<string, unknown>): Promise<{ requestNo: string; form: SignedForm }>;
  /** Signs the form of something that is in the record already. */
  sign(requestNo: string, act: Act): SignedForm;
  /** The person types and presses the button, again while the bank is in trouble, and looks again when no page came back. */
  press(form: SignedForm, typed?: TypedAtBank): Promise<VisitToBank>;
  beHostile(wishes: readonly Wish[]): Promise<void>;
  /** Ends all hostility. @returns the wishes that never struck */
  beKind(): Promise<Wish[]>;
  close(): Promise<void>;
}

/** @param options.wrong replaces the gateway by one that is wrong in some way, to see the table find it */
export async function openStage(options: { startsAt: string; wrong?: (right: Custody) => Custody }): Promise<Stage> {
  const clock = await startPublicClock(options.startsAt);
  let bank: TestBank | undefined;
  const web = await startTestWeb({
    bank: async (url) => {
      bank = await startBank({ notifyUrl: `${url}/bank/notify`, clockUrl: clock.url });
      return bank.platform;
    },
  });
  if (!bank) throw new Error('the web server did not ask for its bank');
  // Signatures age by the wall clock, however long this runs.
  Object.defineProperty(web.now, 'ms', { get: Date.now });
  const right = createCustodyClient({ ...bank.platform, timeoutMs: clientTimeoutMs, now: Date.now });
  const stage = raise(web, bank, clock, options.wrong?.(right) ?? right);
  await stage.advanceTo(options.startsAt);
  return stage;
}

function raise(web: TestWeb, bank: TestBank, clock: PublicClock, custody: Custody): Stage {
  const { pool } = web;
  const bankRecord = new pg.Pool({ connectionString: bank.databaseUrl, max: 2 });
  bankRecord.on('error', () => undefined);
  const forms = createCustodyForms({ ...bank.platform, now: Date.now });
  const hostile = createHostility(bank);
  let serial = 0;

  const stage: Stage = {
    pool, bankRecord, custody, activities: createBankActivities({ pool, custody }), onPending: async () => undefined,
    now: () => clock.now(),
    async advanceTo(at) {
      if (Date.parse(at) < Date.parse(clock.now())) return;
      clock.set(at);
      await appendSegment(pool, { wallAt: Date.now(), businessAt: Date.parse(at), speed: 0, until: null }, { mode: 'stepped', pace: 1 }, 'a hostile day');
    },
    async advanceAllTo(at) {
      await stage.advanceTo(at);
      await setTimeout(clockIsBelievedMs);
    },
    async carry(step) {
      for (const end = Date.now() + patienceMs; ;) {
        const answer = await stage.persist(() => step(stage.now()));
        if (answer.status !== 'pending') return answer;
        if (Date.now() > end) throw new Error(`${answer.requestNo} has not ended within ${patienceMs / 1_000} s`);
        await stage.onPending(answer.requestNo);
        if (answer.expectedAt !== null && !(await stage.listen(answer.requestNo))) await stage.advanceTo(answer.expectedAt);
        if (!answer.unsent) await stage.listen(answer.requestNo);
      }
    },
    async persist(call) {
      for (const end = Date.now() + patienceMs; ;) {
        try {
          return await call();
        } catch (error) {
          if (!judge(error).retryable || Date.now() > end) throw error;
          await setTimeout(lookMs);
        }
      }
    },
    async listen(requestNo) {
      for (const end = Date.now() + listenMs; Date.now() < end; await setTimeout(lookMs)) {
        const instruction = await find(pool, requestNo);
        if (instruction && isTerminal(instruction)) return true;
      }
      return false;
    },
    async form(verb, act, details = {}) {
      serial += 1;
      const requestNo = `${verb}-${act.userNo}-${serial}`;
      await intend(pool, { requestNo, businessKey: requestNo, verb, userNo: act.userNo, amountFen: 'amountFen' in act ? act.amountFen : 0, workflowId: requestNo, step: verb, asOf: stage.now(), details });
      await markSent(pool, requestNo);
      return { requestNo, form: stage.sign(requestNo, act) };
    },
    sign: (requestNo, act) => forms.sign({ ...act, requestNo, returnUrl: `${web.url}/bank/return`, businessTime: stage.now() }),
    async press(form, typed = { password: tradingPassword }) {
      for (const end = Date.now() + patienceMs; Date.now() < end; await setTimeout(lookMs)) {
        try {
          const visit = await visitBank(form, typed);
          if ('back' in visit || visit.status !== 503) return visit;
        } catch (error) {
          if (!isBroken(error)) throw error;
        }
      }
      throw new Error('the bank was in trouble all the time');
    },
    ...hostile,
    async close() {
      await bankRecord.end();
      await web.close();
      await bank.stop();
      await clock.close();
    },
  };
  return stage;
}

/** The connection broke, as `fetch` says it. */
const isBroken = (error: unknown): boolean => (error as { message?: unknown } | null)?.message === 'fetch failed';

/** The sandbox's own control, which no platform has. */
function createHostility(bank: TestBank): Pick<Stage, 'beHostile' | 'beKind'> {
  const wished = new Map<number, Wish>();
  const ask = (method: string, body?: object): Promise<Response> =>
    fetch(`${bank.url}/hostile`, { method, headers: { authorization: `Bearer ${bank.sandboxToken}`, 'content-type': 'application/json' }, ...(body && { body: JSON.stringify(body) }) });
  const control = async <T>(method: string, body?: object): Promise<T> => {
    // A kept connection may have been closed a moment ago; said twice it is the same wish.
    const response = await ask(method, body).catch((error: unknown) => (isBroken(error) ? ask(method, body) : Promise.reject(error as Error)));
    if (!response.ok) throw new Error(`${method} /hostile: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  };
  return {
    async beHostile(wishes) {
      for (const wish of wishes) wished.set((await control<{ id: number }>('POST', wish)).id, wish);
    },
    async beKind() {
      const { modes } = await control<{ modes: { id: number; used: number }[] }>('GET');
      // What has struck for as often as it was told is not in force any more.
      const idle = modes.flatMap(({ id, used }) => (used === 0 ? [wished.get(id)] : []));
      await control('DELETE');
      wished.clear();
      return idle.filter((wish) => wish !== undefined);
    },
  };
}
