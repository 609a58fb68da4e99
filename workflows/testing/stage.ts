/**
 * A stage for workflow tests: a time-skipping server with workers on the platform's four queues, whose activities are scripted
 * per loan. Loans are told apart by their number, which every test takes for itself alone.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { activityInfo } from '@temporalio/activity';
import type { Client, WorkflowHandle } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { DefaultLogger, makeTelemetryFilterString, Runtime, Worker } from '@temporalio/worker';
import { workflowBundle } from '../../test/bundle.js';
import { timeSkippingEnvironment } from '../../test/temporal.js';
import { hasEnded } from '../../domain/loan.js';
import type { CarriedOffer, ClockSegment, LoanApplication, LoanState, LoanTerms } from '../../domain/loan.js';
import { acceptOffer, cancelLoan, instructionDone, loanView, pay, loanWorkflowId, taskQueues, type LoanInput } from '../contract.js';
import type { LoanResult } from '../loan.js';
import { activityNames, createCounterparts, instalmentsOf, later, offerFigures, ZONE, type Activities, type Counterparts } from './counterparts.js';

export type LoanHandle = WorkflowHandle<(input: LoanInput) => Promise<LoanResult>>;

export interface Stage {
  env: TestWorkflowEnvironment;
  client: Client;
  /** The scripted world of a loan, person or request with this number. */
  world(n: number, offered?: Partial<CarriedOffer>): Counterparts;
  /** A clock on which business time begins at this instant and goes with the server's. */
  clockAt(businessAt: string): Promise<ClockSegment>;
  startLoan(n: number, options?: StartOptions): Promise<LoanHandle>;
  /** Lets simulated time pass. */
  pass(ms: number): Promise<void>;
  /** Lets simulated time pass in steps until the condition holds; says what it saw when it never does. */
  passUntil(what: string, holds: () => boolean | Promise<boolean>, stepMs?: number, steps?: number): Promise<void>;
  close(): Promise<void>;
}

export interface StartOptions { terms?: Partial<LoanTerms>; profile?: LoanApplication['profile']; carried?: LoanState; clock?: ClockSegment; eventsPerRun?: number; appliedAt?: string }

export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;
export const APPLIED_AT = '2025-01-06T02:00:00.000Z';

export const terms: LoanTerms = {
  zoneOffsetMinutes: ZONE, businessMinute: 600, reviewDays: 3, offerDays: 7, preparationDays: 14, fundraisingWorkingDays: 20, disbursementWorkingDays: 2,
  reminderDays: [-3], anxiousReminderDays: [-5], debitDays: [0, 3, 7], partialDebit: true, lateInterestBps: 1825,
  collectAfterDays: 1, legalAfterDays: 91, writeOffAfterDays: 150, recoveryLookDays: 30,
};

export function applicationOf(n: number, options: StartOptions = {}): LoanApplication {
  return {
    loanNo: `LN${n}`, borrowerId: `P${n}`, profile: options.profile ?? 'us', productId: 'consumer', productVersion: 1, segment: 'consumer',
    requestedFen: 1_200_000, termMonths: 12, purpose: 'debt_consolidation', appliedAt: options.appliedAt ?? APPLIED_AT, terms: { ...terms, ...options.terms },
  };
}

/** The first number in the calling workflow's id says whose world it is. */
function worldNumber(): number {
  return Number(/\d+/.exec(activityInfo().workflowExecution?.workflowId ?? '')?.[0] ?? 0);
}

/** Scripted failures are no news: only what a test did not mean is logged. */
function quieten(): void {
  Runtime.install({ logger: new DefaultLogger('ERROR'), telemetryOptions: { logging: { filter: makeTelemetryFilterString({ core: 'ERROR' }), forward: {} } } });
}

export async function openStage(): Promise<Stage> {
  quieten();
  const env = await timeSkippingEnvironment();
  const worlds = new Map<number, Counterparts>();
  const world: Stage['world'] = (n, offered) => {
    const known = worlds.get(n);
    if (known) return known;
    const made = createCounterparts(offered);
    worlds.set(n, made);
    return made;
  };
  const activities = Object.fromEntries(activityNames.map((name) => [name, (input: unknown) => world(worldNumber()).answer(name, input)])) as unknown as Activities;
  const stop = await startWorkers(env, activities);
  const clockAt: Stage['clockAt'] = async (businessAt) => ({ wallAt: await env.currentTimeMs(), businessAt: Date.parse(businessAt), speed: 1, governed: false });
  const pass = (ms: number) => env.sleep(ms);
  return {
    env, client: env.client, world, clockAt, pass,
    startLoan: async (n, options = {}) => {
      const clock = options.clock ?? (await clockAt(APPLIED_AT));
      const input: LoanInput = options.carried
        ? { carried: options.carried, clock, eventsPerRun: options.eventsPerRun }
        : { application: applicationOf(n, options), clock, eventsPerRun: options.eventsPerRun };
      return env.client.workflow.start('loan', { workflowId: loanWorkflowId(`LN${n}`), taskQueue: taskQueues.loans, args: [input] });
    },
    passUntil: async (what, holds, stepMs = HOUR, steps = 24 * 90) => {
      for (let step = 0; step < steps; step += 1) {
        if (await settled(holds)) return;
        await pass(stepMs);
      }
      throw new Error(`not reached in ${(steps * stepMs) / DAY} days: ${what}`);
    },
    close: async () => {
      await stop();
      await env.teardown();
    },
  };
}

/** The workflow may still be at work on what has just happened: the condition gets a moment of real time. */
async function settled(holds: () => boolean | Promise<boolean>): Promise<boolean> {
  for (let look = 0; look < 5; look += 1) {
    if (await holds()) return true;
    await pause(4);
  }
  return false;
}

async function startWorkers(env: TestWorkflowEnvironment, activities: Activities): Promise<() => Promise<void>> {
  const common = { connection: env.nativeConnection, activities: activities as unknown as Record<string, (input: unknown) => Promise<unknown>> };
  const workers = [
    await Worker.create({
      ...common, taskQueue: taskQueues.loans, workflowBundle: await workflowBundle(),
      workflowFailureErrorTypes: { '*': ['Error', 'TypeError', 'RangeError', 'NondeterminismError'] },
    }),
    ...(await Promise.all([taskQueues.bank, taskQueues.risk, taskQueues.messages].map((taskQueue) => Worker.create({ ...common, taskQueue })))),
  ];
  const running = workers.map((worker) => worker.run());
  return async () => {
    for (const worker of workers) worker.shutdown();
    await Promise.all(running);
  };
}

/** The bank ends batches later: the step is pending, its word comes by Signal, and a second call finds it done. */
export function answerLater(stage: Stage, n: number, workflowId = `LN${n}`): void {
  const world = stage.world(n);
  const word = (requestNo: string) => void stage.client.workflow.getHandle(workflowId).signal(instructionDone, { requestNo });
  const valueDates = new Map<string, Awaited<ReturnType<Activities['release']>>>();
  world.on('takePayment', ({ amountFen, asOf }) => ({ status: 'done', frozenFen: amountFen, countsOn: asOf.slice(0, 10), shared: null }));
  world.on('distribute', ({ paymentNo }) => {
    const requestNo = `${paymentNo.replace(':', '-')}-batch1`;
    word(requestNo);
    return { status: 'pending', requestNo, expectedAt: null };
  });
  world.on('release', async ({ loanNo, attempt, asOf }) => {
    const requestNo = `${loanNo}-release-a${attempt}-b1`;
    const ended = valueDates.get(requestNo);
    if (ended) return ended;
    const valueDate = asOf.slice(0, 10);
    valueDates.set(requestNo, { status: 'done', valueDate, instalments: instalmentsOf(offerFigures, valueDate) });
    word(requestNo);
    return { status: 'pending', requestNo, expectedAt: null };
  });
  world.next('payOut', ({ loanNo, attempt, asOf }) => ({ status: 'pending', requestNo: `${loanNo}-payout-a${attempt}`, expectedAt: later(asOf, 1) }));
}

/** Lets time pass until the loan is in this state. */
export function reach(stage: Stage, loan: LoanHandle, state: LoanState['state'], stepMs = HOUR, steps?: number): Promise<void> {
  return stage.passUntil(`the loan is ${state}`, async () => (await stateOf(loan)).state === state, stepMs, steps);
}

/**
 * Ends a loan that a test needs no longer as loans end: withdrawn, or paid off, in a world that answers well. (To terminate it
 * would leave the skipping server's clock waiting for what was under way.)
 */
export async function dismiss(stage: Stage, loan: LoanHandle): Promise<void> {
  stage.world(Number(loan.workflowId.slice(2))).heal();
  const personId = `P${loan.workflowId.slice(2)}`;
  const ended = loan.result().then(() => true);
  for (let tries = 0; tries < 200; tries += 1) {
    const state = await stateOf(loan);
    if (hasEnded(state)) break;
    await (state.concludedOn === null
      ? loan.executeUpdate(cancelLoan, { args: [{ personId, reason: 'test-over' }] })
      : loan.executeUpdate(pay, { args: [{ key: `dismiss-${tries}`, personId, kind: 'payoff', amountFen: 0 }] })
    ).catch(() => pause(10));
  }
  await ended;
}

/** The code with which an Update is refused. */
export async function refusalOf(update: Promise<unknown>): Promise<string | undefined> {
  try {
    await update;
    return undefined;
  } catch (error) {
    return ((error as Error).cause as { type?: string } | undefined)?.type ?? String(error);
  }
}

/** From application to the accepted offer. */
export async function acceptedLoan(stage: Stage, n: number, options: StartOptions = {}): Promise<LoanHandle> {
  const loan = await stage.startLoan(n, options);
  await stage.passUntil('the offer', async () => (await stateOf(loan)).state === 'offered', 1000, 60);
  await loan.executeUpdate(acceptOffer, { args: [{ personId: `P${n}`, offerVersion: 1 }] });
  return loan;
}

/** A loan in service, with twelve instalments before it. */
export async function repayingLoan(stage: Stage, n: number, options: StartOptions = {}): Promise<LoanHandle> {
  const loan = await acceptedLoan(stage, n, options);
  await stage.passUntil('service', async () => (await stateOf(loan)).state === 'repaying', 1000, 600);
  return loan;
}

/** The loan's state as its workflow has it. */
export const stateOf = (handle: LoanHandle): Promise<LoanState> => handle.query(loanView);
