/** The verbs of POST /service: what each must look like, and what it does. */
import type pg from 'pg';
import { z } from 'zod';
import { describeUser, isRefusal, lockUsable } from './accounts.js';
import { revoke } from './authorisations.js';
import { describeBatch } from './batches.js';
import { instantOf } from './calendar.js';
import { confirmDay, fileTypes } from './closing.js';
import { freezeByCourt, releaseByCourt } from './courts.js';
import { deposit } from './deposits.js';
import { errors, refuse } from './errors.js';
import { amount, authorisationType, fileDate, freezeType, instant, number, order, readAs, text, withdrawType } from './fields.js';
import { cancelHold, freeze } from './holds.js';
import { writeYuan } from './money.js';
import { orderVerb } from './order-verb.js';
import type { OrderVerb, QuestionVerb } from './order-verb.js';
import { confirmPayout, startPayout } from './payouts.js';
import { changeProject } from './project-state.js';
import { describeProject, establish } from './projects.js';
import { recallPayout } from './recalls.js';
import type { Recall } from './recalls.js';
import { describe, failed, findRequest } from './requests.js';
import { tradeVerbs } from './trade-verbs.js';

export interface VerbSettings {
  pool: pg.Pool;
  /** Business time now, for questions. */
  clock: () => Promise<number>;
  borrowerCapFen: number | null;
  /** Brings payouts up to date before somebody asks. */
  catchUp: () => Promise<void>;
}

function recallVerb(until: Recall['until']): OrderVerb {
  const verb = orderVerb(order.extend({ preTransactionNo: number }), (tx, input) => recallPayout(tx, { requestNo: input.requestNo, payoutNo: input.preTransactionNo, atMs: input.businessTime, until }));
  return { ...verb, endsAnother: true };
}

export function createVerbs(settings: VerbSettings): Record<string, OrderVerb | QuestionVerb> {
  return {
    CANCEL_USER_AUTHORIZATION: orderVerb(order.extend({ platformUserNo: number, authType: authorisationType }), async (tx, input) => {
      const account = await lockUsable(tx, input.platformUserNo);
      return isRefusal(account) ? failed(account) : revoke(tx, input.platformUserNo, input.authType);
    }),
    DIRECT_RECHARGE: { ...orderVerb(order.extend({ platformUserNo: number, amount }), (tx, input) =>
      deposit(tx, { requestNo: input.requestNo, userNo: input.platformUserNo, amountFen: input.amount, atMs: input.businessTime, byAuthorisation: true })), bringsMoney: true },
    AUTO_WITHDRAW: orderVerb(order.extend({ platformUserNo: number, amount, withdrawType }), (tx, input) =>
      startPayout(tx, { requestNo: input.requestNo, userNo: input.platformUserNo, amountFen: input.amount, urgency: input.withdrawType, atMs: input.businessTime, byAuthorisation: true }), true),
    CONFIRM_WITHDRAW: { ...orderVerb(order.extend({ preTransactionNo: number }), (tx, input) => confirmPayout(tx, input.preTransactionNo, input.businessTime)), endsAnother: true },
    CANCEL_WITHDRAW: recallVerb('remitted'),
    INTERCEPT_WITHDRAW: recallVerb('arrived'),
    ESTABLISH_PROJECT: orderVerb(
      order.extend({ projectNo: number, platformUserNo: number, projectName: text(200), amount, annualRateBps: z.int().min(0).max(100_000), termMonths: z.int().min(1).max(600) }),
      (tx, input) => establish(tx, { projectNo: input.projectNo, borrowerNo: input.platformUserNo, name: input.projectName, amountFen: input.amount, annualRateBps: input.annualRateBps, termMonths: input.termMonths, atMs: input.businessTime }, settings.borrowerCapFen)),
    MODIFY_PROJECT: { ...orderVerb(order.extend({ projectNo: number, state: z.enum(['REPAYING', 'FINISH', 'MISCARRY']) }), (tx, input) =>
      changeProject(tx, input.requestNo, input.projectNo, input.state, input.businessTime)), bringsMoney: true },
    USER_AUTO_PRE_TRANSACTION: orderVerb(order.extend({ platformUserNo: number, projectNo: number, bizType: freezeType, amount }), (tx, input) =>
      freeze(tx, { requestNo: input.requestNo, projectNo: input.projectNo, userNo: input.platformUserNo, bizType: input.bizType, amountFen: input.amount, atMs: input.businessTime, byAuthorisation: true })),
    CANCEL_PRE_TRANSACTION: { ...orderVerb(order.extend({ preTransactionNo: number, amount }), (tx, input) =>
      cancelHold(tx, input.requestNo, input.preTransactionNo, input.amount, input.businessTime)), bringsMoney: true },
    FREEZE: orderVerb(order.extend({ platformUserNo: number, amount: amount.optional() }), (tx, input) =>
      freezeByCourt(tx, { requestNo: input.requestNo, userNo: input.platformUserNo, amountFen: input.amount ?? null, atMs: input.businessTime }), true),
    UNFREEZE: orderVerb(order.extend({ originalFreezeRequestNo: number, amount: amount.optional() }), (tx, input) =>
      releaseByCourt(tx, { requestNo: input.requestNo, freezeNo: input.originalFreezeRequestNo, amountFen: input.amount ?? null, atMs: input.businessTime }), true),
    ...tradeVerbs,
    CONFIRM_CHECKFILE: confirmVerb,
    QUERY_USER_INFORMATION: question(z.object({ platformUserNo: number }), async ({ platformUserNo }) => {
      await settings.catchUp();
      const user = await describeUser(settings.pool, platformUserNo);
      return user ? { user } : refuse('noUser', '', `no user ${platformUserNo}`);
    }),
    QUERY_PROJECT_INFORMATION: question(z.object({ projectNo: number }), async ({ projectNo }) =>
      (await describeProject(settings.pool, projectNo)) ?? refuse('notFound', '', `no project ${projectNo}`)),
    QUERY_TRANSACTION: question(z.union([z.object({ requestNo: number }), z.object({ batchNo: number })]), async (asked) => {
      await settings.catchUp();
      const row = await findRequest(settings.pool, 'batchNo' in asked ? asked.batchNo : asked.requestNo);
      if (!row || ('batchNo' in asked) !== (row.service_name === 'ASYNC_TRANSACTION')) return refuse('notFound');
      return 'batchNo' in asked ? { batch: await describeBatch(settings.pool, row) } : { transaction: describe(row) };
    }),
    DOWNLOAD_BALANCES: question(z.object({}), async () => {
      await settings.catchUp();
      const cutAt = new Date(await settings.clock()).toISOString();
      // One statement sees one snapshot: every movement is in it whole or not at all.
      const { rows } = await settings.pool.query<{ user_no: string; available_fen: number; frozen_fen: number }>('SELECT user_no, available_fen, frozen_fen FROM account ORDER BY user_no');
      return { cutAt, balances: rows.map((row) => [row.user_no, writeYuan(row.available_fen), writeYuan(row.frozen_fen)]) };
    }),
  };
}

/** Answers with data (code 0) or an error (code 1). */
function question<T>(schema: z.ZodType<T>, answer: (input: T) => Promise<object>): QuestionVerb {
  return {
    kind: 'question',
    async answer(data) {
      const result = await answer(readAs(schema, data));
      return { code: 'errorCode' in result ? '1' : '0', ...result };
    },
  };
}

const confirmSchema = z.object({
  requestNo: number, fileDate, businessTime: instant.optional(),
  detail: z.array(z.object({ fileType: z.enum(fileTypes) })).min(1).max(fileTypes.length),
});

/** Carries no businessTime in the protocol: it belongs to the end of the day that it confirms. */
const confirmVerb: OrderVerb = {
  kind: 'order', notifiesEnd: false,
  read(data) {
    const input = readAs(confirmSchema, data);
    return {
      requestNo: input.requestNo, userNo: null, amountFen: null, atMs: input.businessTime ?? instantOf(input.fileDate, 24), body: { fileDate: input.fileDate }, numberField: 'requestNo',
      run: (tx) => confirmDay(tx, input.requestNo, input.fileDate, input.detail.map((one) => one.fileType)),
    };
  },
};

/** What the door says about a number that was used before. */
export function duplicateAnswer(message: string): Record<string, unknown> {
  return { code: '1', errorCode: errors.duplicate.errorCode, errorMessage: message };
}
