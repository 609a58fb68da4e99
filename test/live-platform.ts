/** The platform without its pages: real PostgreSQL, real Temporal, real workers and clock, a bank in memory, a scripted world outside. */
import { randomBytes } from 'node:crypto';
import { Client, WorkflowNotFoundError } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import pino from 'pino';
import { createCrew } from '../activities/index.js';
import { businessNow, currentSegment, segmentNow } from '../db/clock.js';
import { recordContactProgress } from '../db/contacts.js';
import { findLoan } from '../db/loans.js';
import type { LoanRow } from '../db/loans.js';
import { recordOutcome } from '../db/outcomes.js';
import { inTransaction } from '../db/pool.js';
import { startClock } from '../stack/clock/server.js';
import type { Clock } from '../stack/clock/server.js';
import { registerSearchAttributes } from '../stack/parts/temporal.js';
import { hearTemporal, startWorkers } from '../stack/workers.js';
import type { Crew } from '../stack/workers.js';
import { applicationOf, carriedState } from '../db/loans.js';
import { contactEnded, instructionDone, taskQueues, workflowTypes } from '../workflows/contract.js';
import type { LoanInput } from '../workflows/contract.js';
import { createApplicants } from './applicants.js';
import type { Applicants } from './applicants.js';
import { workflowBundle } from './bundle.js';
import { createModelBank } from './model-bank.js';
import type { ModelBank } from './model-bank.js';
import { deposit } from './people-with-money.js';
import { devServer } from './temporal.js';

export interface LivePlatform extends Applicants {
  bank: ModelBank;
  client: Client;
  clock: Clock;
  /** Before each activity of the queues bank, risk and messages; nothing by default. */
  before: (activity: string, input: Record<string, unknown>) => Promise<void>;
  /** An account at the bank, with card and authorisations. */
  account(personId: string, role: 'lender' | 'borrower', fen?: number): Promise<string>;
  start(loanNo: string): Promise<void>;
  /** Business now, ISO. */
  now(): Promise<string>;
  /** Steps the clock until the loan is so; says the loan's states on the way when it does not come to it. */
  stepUntil(what: string, loanNo: string, so: (loan: LoanRow) => boolean): Promise<LoanRow>;
  loan(loanNo: string): Promise<LoanRow>;
}

const mostSteps = 2_000;

export async function openLivePlatform(startsAt: string): Promise<LivePlatform> {
  const applicants = await createApplicants();
  const bank = createModelBank();
  bank.open('PLATFORM_INCOME');
  const server = await devServer();
  const namespace = `live-${randomBytes(4).toString('hex')}`;
  await makeNamespace(server.connection, namespace);
  await registerSearchAttributes(server.connection, namespace);
  const client = new Client({ connection: server.connection, namespace });
  const { pool } = applicants;
  const deps = { ...applicants.deps, temporal: client, custody: withWord(bank, applicants, client), phone: unanswered(applicants, client) };
  const log = pino({ level: process.env.TEST_LOG ?? 'silent' }, pino.destination({ dest: 2, sync: true }));
  hearTemporal(log);
  const clock = await startClock({ pool, client, log, port: 0, token: 'test-token', stepped: true, first: { businessAt: Date.parse(startsAt), mode: 'stepped', pace: 1 } });
  const connection = await NativeConnection.connect({ address: server.address });
  const crew = hooked(createCrew(deps), (activity, input) => platform.before(activity, input));
  const bundle = await workflowBundle();
  const workers = await startWorkers({ connection, namespace, crew, log, bundlePath: bundle.codePath });

  const platform: LivePlatform = {
    ...applicants, deps, bank, client, clock, before: async () => undefined,
    async account(personId, role, fen = 0) {
      const userNo = `${role === 'lender' ? 'L' : 'B'}-${personId}`;
      await pool.query(`INSERT INTO custody_account (user_no, person_id, bank_role, state, card_last4, card_bank, card_bound_at, opened_at) VALUES ($1, $2, $3, 'active', '1234', 'Test Bank', $4, $4)`,
        [userNo, personId, role === 'lender' ? 'INVESTOR' : 'BORROWERS', startsAt]);
      bank.open(userNo, fen);
      if (fen > 0) await deposit(pool, userNo, fen);
      await pool.query(`DELETE FROM waiting WHERE workflow_id LIKE 'D-%'`);
      return userNo;
    },
    async start(loanNo) {
      const loan = await carriedState(pool, loanNo);
      if (!loan) throw new Error(`no loan ${loanNo}`);
      const input: LoanInput = { application: applicationOf(loan), clock: await segmentNow(pool, Date.now()) };
      await client.workflow.start(workflowTypes.loan, { workflowId: loanNo, taskQueue: taskQueues.loans, args: [input] });
    },
    now: async () => new Date(businessNow(await currentSegment(pool), Date.now())).toISOString(),
    async loan(loanNo) {
      const loan = await findLoan(pool, loanNo);
      if (!loan) throw new Error(`no loan ${loanNo}`);
      return loan;
    },
    async stepUntil(what, loanNo, so) {
      const seen: string[] = [];
      // A step to the present moment only waits until all is quiet; then the clock may go on.
      let answer = await quietStep(clock, clock.governor.read().businessNow);
      for (let step = 0; step < mostSteps; step += 1) {
        const loan = await platform.loan(loanNo);
        if (seen.at(-1) !== loan.state) seen.push(loan.state);
        if (!answer.quiet) throw new Error(`${loanNo} on its way to ${what} (${seen.join(', ')}): the clock waits for ${answer.waitingFor.join('; ')} at ${answer.businessNow}`);
        if (so(loan)) return loan;
        if (answer.next === null) break;
        answer = await quietStep(clock, null);
      }
      const { state, reason } = await platform.loan(loanNo);
      throw new Error(`${loanNo} never came to ${what}: ${seen.join(', ')}, ${state}${reason ? ` (${reason})` : ''}`);
    },
    close: async () => {
      await workers.stop();
      await clock.close();
      await connection.close();
      await server.close();
      await applicants.close();
    },
  };
  return platform;
}

/** A step that gives up after three quarters of a minute. */
function quietStep(clock: Clock, until: number | null): ReturnType<Clock['governor']['step']> {
  const started = Date.now();
  return clock.governor.step(until, () => Date.now() - started > 45_000);
}

async function makeNamespace(connection: Awaited<ReturnType<typeof devServer>>['connection'], namespace: string): Promise<void> {
  await connection.workflowService.registerNamespace({ namespace, workflowExecutionRetentionPeriod: { seconds: 86_400 as never } });
  // The server's parts learn of a namespace one after the other.
  for (let tries = 0; ; tries += 1) {
    try {
      await new Client({ connection, namespace }).workflow.count();
      return;
    } catch (error) {
      if (tries > 200) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

function hooked(crew: Crew, before: LivePlatform['before']): Crew {
  const hook = <T extends object>(activities: T): T => Object.fromEntries(Object.entries(activities).map(([name, activity]) => [name, async (input: Record<string, unknown>): Promise<unknown> => {
    await before(name, input);
    return (activity as (input: unknown) => Promise<unknown>)(input);
  }])) as T;
  return { record: crew.record, bank: hook(crew.bank), risk: hook(crew.risk), messages: hook(crew.messages) };
}

/** What goes wrong there is seen by whoever waits for the word in vain; a platform that has been closed meanwhile wants none. */
const soon = (work: () => Promise<void>): void => void setTimeout(() => void work().catch(() => undefined), 15);

/** Nobody takes up the phone: the network says so a moment later. */
function unanswered({ deps, pool }: Applicants, client: Client): Applicants['deps']['phone'] {
  return {
    ...deps.phone,
    call: async (input) => {
      const outcome = await deps.phone.call(input);
      soon(async () => {
        const { tell } = await inTransaction(pool, (tx) => recordContactProgress(tx, Number(input.reference), { kind: 'ended', status: 'no-answer' }));
        if (tell) await client.workflow.getHandle(tell.workflowId).signal(contactEnded, { contactId: tell.contactId, outcome: tell.outcome });
      });
      return outcome;
    },
  };
}

/** The bank's word on batches and payouts comes by itself a moment later, as a notification that web takes in. */
function withWord(bank: ModelBank, { pool }: Applicants, client: Client): ModelBank['custody'] {
  const { custody } = bank;
  const hear = async (requestNo: string, at: string, report: Pick<Parameters<typeof recordOutcome>[1], 'outcome' | 'details'>): Promise<void> => {
    const recorded = await recordOutcome(pool, { requestNo, at, ...report });
    if (!recorded.changed) return;
    await client.workflow.getHandle(recorded.workflowId).signal(instructionDone, { requestNo }).catch((error: unknown) => {
      // It has ended: nobody has to be told.
      if (!(error instanceof WorkflowNotFoundError)) throw error;
    });
  };
  return {
    ...custody,
    settleBatch: async (input) => {
      const outcome = await custody.settleBatch(input);
      soon(async () => {
        const { details } = await custody.queryBatch(input.batchNo);
        await hear(input.batchNo, input.businessTime, { outcome: { status: 'accepted' }, details });
      });
      return outcome;
    },
    payOut: async (input) => {
      const outcome = await custody.payOut(input);
      bank.finishPayouts();
      soon(async () => hear(input.requestNo, input.businessTime, { outcome: (await custody.query(input.requestNo)) }));
      return outcome;
    },
  };
}
