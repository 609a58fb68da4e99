/** The custody bank over HTTP: the platform's half of docs/custody-protocol.md. */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { fenToYuan, yuanToFen } from './amounts.js';
import { CustodyUnavailable, maxBatchDetails } from './port.js';
import type { BatchOutcome, Custody, Outcome } from './port.js';
import { duplicateCode, isTurnedAway, noSuchUserCode, notFoundCode, refusalCode } from './refusals.js';
import { bankUserOf, batchSchema, detailOutcomes, outcomeOf, refusalOf, transactionSchema, userSchema } from './transactions.js';
import type { Transaction } from './transactions.js';
import { createStatements, fileDateOf, fileTypes } from './statements.js';
import { batchTypes, freezeTypes, wireDetail, wireFee, wireTrade } from './trades.js';
import type { WireTrade } from './trades.js';
import { createSigners, readKeys } from './keys.js';
import type { KeyRing } from './keys.js';
import { openEnvelope, signRequest } from './wire.js';

export interface CustodyClientSettings {
  /** The bank's address without a path, e.g. `http://127.0.0.1:4400`. */
  url: string;
  platformNo: string;
  /** Serial under which the bank knows our public key, where `privateKeyPem` is one key. */
  keySerial: string;
  /** One private key (PEM), or a ring of them as JSON (`keys.ts`): the newest in force signs. */
  privateKeyPem: string;
  /** The bank's public keys by serial. */
  bankKeys: KeyRing;
  /** After this long the outcome of a request is unknown. */
  timeoutMs: number;
  /** Wall clock, milliseconds. */
  now: () => number;
}

/** An answer that passed every check, or why there is none to believe. */
type Answer = { trusted: true; data: Record<string, unknown> } | { trusted: false; why: string };

const errorSchema = z.object({ code: z.literal('1'), errorCode: z.string(), reasonCode: z.string().optional(), errorMessage: z.string().optional() });

/** @returns the {@link Custody} port spoken to one bank with one key pair. */
export function createCustodyClient(settings: CustodyClientSettings): Custody {
  const signers = createSigners(settings.keySerial, settings.privateKeyPem);
  const bankKeys = readKeys(settings.bankKeys);
  const address = `${settings.url.replace(/\/$/, '')}/service`;
  const statements = createStatements(settings, signers, bankKeys);

  return {
    createProject: ({ requestNo, projectNo, borrowerUserNo, name, amountFen, annualRateBps, termMonths, businessTime }) =>
      order('ESTABLISH_PROJECT', { requestNo, projectNo, platformUserNo: borrowerUserNo, projectName: name, amount: fenToYuan(amountFen), annualRateBps, termMonths, businessTime }, amountFen),
    changeProject: ({ requestNo, projectNo, state, businessTime }) => order('MODIFY_PROJECT', { requestNo, projectNo, state, businessTime }, null),
    hold: ({ requestNo, projectNo, userNo, purpose, amountFen, businessTime }) =>
      order('USER_AUTO_PRE_TRANSACTION', { requestNo, projectNo, platformUserNo: userNo, bizType: freezeTypes[purpose], amount: fenToYuan(amountFen), businessTime }, amountFen),
    releaseHold: ({ requestNo, holdRequestNo, amountFen, businessTime }) =>
      order('CANCEL_PRE_TRANSACTION', { requestNo, preTransactionNo: holdRequestNo, amount: fenToYuan(amountFen), businessTime }, amountFen),
    settleBatch,
    settleNow: (trade) => tradeNow(() => wireTrade(trade)),
    transferFee: (fee) => tradeNow(() => wireFee(fee)),
    sellClaim: ({ requestNo, projectNo, userNo, shareFen, businessTime }) =>
      order('DEBENTURE_SALE', { requestNo, platformUserNo: userNo, projectNo, share: fenToYuan(shareFen), businessTime }, shareFen),
    cancelClaimSale: ({ requestNo, saleRequestNo, businessTime }) => order('CANCEL_DEBENTURE_SALE', { requestNo, saleRequestNo, businessTime }, null),
    pullFromCard: ({ requestNo, userNo, amountFen, businessTime }) =>
      order('DIRECT_RECHARGE', { requestNo, platformUserNo: userNo, amount: fenToYuan(amountFen), businessTime }, amountFen),
    payOut: ({ requestNo, userNo, amountFen, urgency, businessTime }) =>
      order('AUTO_WITHDRAW', { requestNo, platformUserNo: userNo, amount: fenToYuan(amountFen), withdrawType: urgency === 'urgent' ? 'URGENT' : 'NORMAL', businessTime }, amountFen),
    confirmPayout: ({ requestNo, payoutNo, businessTime }) => order('CONFIRM_WITHDRAW', { requestNo, preTransactionNo: payoutNo, businessTime }, null),
    recallPayout: ({ requestNo, payoutNo, until, businessTime }) =>
      order(until === 'handed-on' ? 'CANCEL_WITHDRAW' : 'INTERCEPT_WITHDRAW', { requestNo, preTransactionNo: payoutNo, businessTime }, null),
    freezeByCourt: ({ requestNo, userNo, amountFen, businessTime }) =>
      order('FREEZE', { requestNo, platformUserNo: userNo, ...(amountFen === null ? {} : { amount: fenToYuan(amountFen) }), businessTime }, null),
    releaseByCourt: ({ requestNo, freezeRequestNo, amountFen, businessTime }) =>
      order('UNFREEZE', { requestNo, originalFreezeRequestNo: freezeRequestNo, ...(amountFen === null ? {} : { amount: fenToYuan(amountFen) }), businessTime }, amountFen),
    cancelAuthorisation: ({ requestNo, userNo, type, businessTime }) =>
      order('CANCEL_USER_AUTHORIZATION', { requestNo, platformUserNo: userNo, authType: type, businessTime }, null),
    query: (requestNo) => queryAs(requestNo, null, null),
    queryBatch,
    queryUser,
    queryProject,
    downloadBalances,
    downloadStatement: statements.download,
    confirmStatement: ({ requestNo, day, files, businessTime }) =>
      order('CONFIRM_CHECKFILE', { requestNo, fileDate: fileDateOf(day), detail: files.map((file) => ({ fileType: fileTypes[file] })), businessTime }, null),
  };

  /** One signed question, one verified answer. Whatever goes wrong on the way makes the answer untrusted. */
  async function ask(serviceName: string, data: Record<string, unknown>): Promise<Answer> {
    const nonce = randomUUID();
    const fields = signRequest(serviceName, settings.platformNo, { ...data, nonce }, signers(settings.now()), settings.now());
    try {
      const response = await fetch(address, { method: 'POST', body: new URLSearchParams(fields), signal: AbortSignal.timeout(settings.timeoutMs) });
      if (!response.ok) return { trusted: false, why: `HTTP ${response.status}` };
      const opened = openEnvelope(await response.json(), { platformNo: settings.platformNo, bankKeys, nowMs: settings.now() });
      const answersThis = opened.responseType === 'ANSWER' && opened.serviceName === serviceName && opened.data['nonce'] === nonce;
      return answersThis ? { trusted: true, data: opened.data } : { trusted: false, why: 'a signed message, but not the answer to this request' };
    } catch (error) {
      return { trusted: false, why: error instanceof Error ? `${error.name}: ${error.message}` : String(error) };
    }
  }

  /** A money or project instruction. `amountFen` null where the bank, not we, says the amount. */
  async function order(serviceName: string, data: { requestNo: string } & Record<string, unknown>, amountFen: number | null): Promise<Outcome> {
    const answer = await ask(serviceName, data);
    if (!answer.trusted) return { status: 'unknown', why: answer.why };
    const error = errorSchema.safeParse(answer.data);
    if (error.success) return error.data.errorCode === duplicateCode ? queryAs(data.requestNo, serviceName, amountFen) : refusalOf(error.data);
    const transaction = transactionSchema.safeParse(answer.data);
    if (!transaction.success) return { status: 'unknown', why: z.prettifyError(transaction.error) };
    return checked(transaction.data, data.requestNo, amountFen);
  }

  /**
   * What the bank knows of a number. With `serviceName` and `amountFen` (after "duplicate"), also whether the first use
   * of the number was this same instruction: a repeat gets the first result, a clash is refused.
   */
  async function queryAs(requestNo: string, serviceName: string | null, amountFen: number | null): Promise<Outcome> {
    const answer = await ask('QUERY_TRANSACTION', { requestNo });
    if (!answer.trusted) return { status: 'unknown', why: answer.why };
    const error = errorSchema.safeParse(answer.data);
    if (error.success) return error.data.errorCode === notFoundCode ? { status: 'notFound' } : { status: 'unknown', why: `the bank answered ${error.data.errorCode} to a query` };
    const transaction = transactionSchema.safeParse(answer.data['transaction']);
    if (!transaction.success) return { status: 'unknown', why: z.prettifyError(transaction.error) };
    if (clashes(transaction.data, serviceName, amountFen)) return { status: 'refused', code: 'duplicate-request', reason: `${requestNo} was used before for something else` };
    return checked(transaction.data, requestNo, amountFen);
  }

  async function tradeNow(write: () => WireTrade): Promise<Outcome> {
    const { serviceName, data, amountFen } = write();
    return order(serviceName, data, amountFen);
  }

  async function settleBatch(input: Parameters<Custody['settleBatch']>[0]): Promise<Outcome> {
    const { batchNo, kind, projectNo, details, businessTime } = input;
    if (details.length === 0 || details.length > maxBatchDetails) throw new RangeError(`a batch has 1 to ${maxBatchDetails} details, not ${details.length}`);
    const data = { batchNo, bizType: batchTypes[kind], projectNo, details: details.map(wireDetail), businessTime };
    const answer = await ask('ASYNC_TRANSACTION', data);
    if (!answer.trusted) return { status: 'unknown', why: answer.why };
    const error = errorSchema.safeParse(answer.data);
    if (error.success) return error.data.errorCode === duplicateCode ? repeatedBatch(batchNo, error.data) : refusalOf(error.data);
    return answer.data['batchNo'] === batchNo ? { status: 'accepted' } : { status: 'unknown', why: 'the answer is about another batch' };
  }

  /** Either the whole batch was sent before, or one of its details' numbers was used elsewhere. */
  async function repeatedBatch(batchNo: string, error: z.infer<typeof errorSchema>): Promise<Outcome> {
    const batch = await queryBatch(batchNo);
    if (batch.status === 'accepted' || batch.status === 'done') return { status: 'accepted' };
    if (batch.status === 'refused') return { status: 'refused', code: batch.code ?? 'refused', reason: batch.reason ?? '' };
    if (batch.status === 'notFound') return { status: 'refused', code: 'duplicate-request', reason: error.errorMessage ?? 'a number of a detail was used before' };
    return { status: 'unknown', why: batch.reason ?? 'the batch is known but not its state' };
  }

  async function queryBatch(batchNo: string): Promise<BatchOutcome> {
    const answer = await ask('QUERY_TRANSACTION', { batchNo });
    if (!answer.trusted) return { status: 'unknown', reason: answer.why, details: [] };
    const error = errorSchema.safeParse(answer.data);
    if (error.success) return error.data.errorCode === notFoundCode ? { status: 'notFound', details: [] } : { status: 'unknown', reason: error.data.errorCode, details: [] };
    const parsed = batchSchema.safeParse(answer.data['batch']);
    if (!parsed.success || parsed.data.batchNo !== batchNo) return { status: 'unknown', reason: 'the answer is not about this batch', details: [] };
    const { status, errorCode, reasonCode, errorMessage, details } = parsed.data;
    if (status !== 'FAIL') return { status: status === 'ACCEPT' ? 'accepted' : 'done', details: detailOutcomes(details) };
    if (!errorCode || isTurnedAway(errorCode)) return { status: 'unknown', reason: errorMessage ?? errorCode ?? '', details: [] };
    return { status: 'refused', code: refusalCode(errorCode, reasonCode), reason: errorMessage ?? errorCode, details: [] };
  }

  /** A read: a signed answer or {@link CustodyUnavailable}; null for the one error that means "no such". */
  async function read<T>(serviceName: string, data: Record<string, unknown>, schema: z.ZodType<T>, missingCode: string): Promise<T | null> {
    const answer = await ask(serviceName, data);
    if (!answer.trusted) throw new CustodyUnavailable(`${serviceName}: ${answer.why}`);
    const error = errorSchema.safeParse(answer.data);
    if (error.success && error.data.errorCode === missingCode) return null;
    if (error.success) throw new CustodyUnavailable(`${serviceName}: the bank answered ${error.data.errorCode} ${error.data.errorMessage ?? ''}`);
    const parsed = schema.safeParse(answer.data);
    if (!parsed.success) throw new CustodyUnavailable(`${serviceName}: ${z.prettifyError(parsed.error)}`);
    return parsed.data;
  }

  async function queryUser(userNo: string): ReturnType<Custody['queryUser']> {
    const answer = await read('QUERY_USER_INFORMATION', { platformUserNo: userNo }, z.object({ user: userSchema }), noSuchUserCode);
    if (answer && answer.user.platformUserNo !== userNo) throw new CustodyUnavailable('the answer is about another person');
    return answer && bankUserOf(answer.user);
  }

  async function queryProject(projectNo: string): ReturnType<Custody['queryProject']> {
    const answer = await read('QUERY_PROJECT_INFORMATION', { projectNo }, projectSchema, notFoundCode);
    if (answer && answer.projectNo !== projectNo) throw new CustodyUnavailable('the answer is about another project');
    return answer && {
      projectNo, state: answer.state, amountFen: answer.amount, frozenFen: answer.frozenAmount, payeeUserNo: answer.entrustedPlatformUserNo,
      shares: answer.shares.map(([userNo, shareFen, forSaleFen]) => ({ userNo, shareFen, forSaleFen })),
    };
  }

  async function downloadBalances(): ReturnType<Custody['downloadBalances']> {
    const answer = await read('DOWNLOAD_BALANCES', {}, balancesSchema, '');
    if (!answer) throw new CustodyUnavailable('DOWNLOAD_BALANCES: no balances');
    return { cutAt: answer.cutAt, balances: answer.balances.map(([userNo, availableFen, frozenFen]) => ({ userNo, availableFen, frozenFen })) };
  }
}

/** Believed only if it is about this number and this amount. */
function checked(transaction: Transaction, requestNo: string, amountFen: number | null): Outcome {
  if (transaction.requestNo !== requestNo) return { status: 'unknown', why: `the answer is about ${transaction.requestNo}` };
  const otherAmount = amountFen !== null && transaction.amount !== undefined && transaction.amount !== amountFen;
  return otherAmount ? { status: 'unknown', why: `the bank answers ${transaction.amount} fen instead of ${amountFen}` } : outcomeOf(transaction);
}

function clashes(known: Transaction, serviceName: string | null, amountFen: number | null): boolean {
  const otherVerb = serviceName !== null && known.transactionType !== serviceName;
  const otherAmount = amountFen !== null && known.amount !== amountFen;
  return otherVerb || otherAmount;
}

const yuan = z.string().transform((text, context) => {
  const fen = yuanToFen(text);
  if (fen === null) context.addIssue({ code: 'custom', message: 'not a yuan amount' });
  return fen ?? 0;
});

const projectSchema = z.object({ projectNo: z.string(), state: z.enum(['COLLECTING', 'REPAYING', 'FINISH', 'MISCARRY']), amount: yuan, frozenAmount: yuan, entrustedPlatformUserNo: z.string().nullable(), shares: z.array(z.tuple([z.string(), yuan, yuan])) });
const balancesSchema = z.object({ cutAt: z.string(), balances: z.array(z.tuple([z.string(), yuan, yuan])) });
