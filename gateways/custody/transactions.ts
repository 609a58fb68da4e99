/** How the bank reports a transaction, a batch and a user, read into the port's words. */
import { z } from 'zod';
import { yuanToFen } from './amounts.js';
import type { BankUser, Outcome, PayoutStage } from './port.js';
import { isTurnedAway, refusalCode } from './refusals.js';

const amount = z.string().transform((text, context) => {
  const fen = yuanToFen(text);
  if (fen !== null) return fen;
  context.addIssue({ code: 'custom', message: 'not a yuan amount' });
  return z.NEVER;
});

const instant = z.string().regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,3})?Z$/);

/** The part of an answer, notification or query that tells how one request ended. */
export const transactionSchema = z.object({
  requestNo: z.string(),
  status: z.enum(['INIT', 'CONFIRMING', 'ACCEPT', 'REMITING', 'SUCCESS', 'FAIL']),
  amount: amount.optional(),
  finishedAt: instant.optional(),
  bankNo: z.string().optional(),
  errorCode: z.string().optional(),
  reasonCode: z.string().optional(),
  errorMessage: z.string().optional(),
  /** The verb under which the bank knows the number (queries only). */
  transactionType: z.string().optional(),
});
export type Transaction = z.infer<typeof transactionSchema>;

export const batchSchema = z.object({
  batchNo: z.string(),
  status: z.enum(['ACCEPT', 'SUCCESS', 'FAIL']),
  amount: amount.optional(),
  finishedAt: instant.optional(),
  bankNo: z.string().optional(),
  errorCode: z.string().optional(),
  reasonCode: z.string().optional(),
  errorMessage: z.string().optional(),
  details: z.array(transactionSchema),
});

/** Neither done nor refused yet; a person on the bank's page counts here too. */
const underWay: ReadonlySet<string> = new Set(['INIT', 'CONFIRMING', 'ACCEPT', 'REMITING']);
const stages: Readonly<Record<string, PayoutStage>> = { CONFIRMING: 'confirming', ACCEPT: 'taken', REMITING: 'remitting' };

/** The outcome of one reported transaction. */
export function outcomeOf(transaction: Omit<Transaction, 'requestNo'>): Outcome {
  if (underWay.has(transaction.status)) {
    const stage = stages[transaction.status];
    return { status: 'accepted', ...(stage ? { stage } : {}) };
  }
  if (transaction.status === 'FAIL') return refusalOf(transaction);
  const { amount: amountFen, finishedAt, bankNo } = transaction;
  if (amountFen === undefined || finishedAt === undefined || bankNo === undefined) return { status: 'unknown', why: 'the bank says done but not how much, when or under which number' };
  return { status: 'done', amountFen, at: finishedAt, bankNo };
}

/** A refusal of the bank; `unknown` where the code says only that the message was turned away at the door. */
export function refusalOf(error: { errorCode?: string | undefined; reasonCode?: string | undefined; errorMessage?: string | undefined }): Outcome {
  const errorCode = error.errorCode ?? '';
  if (errorCode === '' || isTurnedAway(errorCode)) return { status: 'unknown', why: `the bank answered ${errorCode || 'an error without a code'}: ${error.errorMessage ?? ''}` };
  return { status: 'refused', code: refusalCode(errorCode, error.reasonCode), reason: error.errorMessage ?? errorCode };
}

/** The ends of those details of a batch that have ended. */
export function detailOutcomes(details: Transaction[]): { requestNo: string; outcome: Outcome }[] {
  return details.filter((detail) => !underWay.has(detail.status)).map((detail) => ({ requestNo: detail.requestNo, outcome: outcomeOf(detail) }));
}

const authorisationType = z.enum(['RECHARGE', 'TENDER', 'REPAYMENT', 'WITHDRAW', 'CREDIT_ASSIGNMENT', 'COMPENSATORY']);

export const userSchema = z.object({
  platformUserNo: z.string(),
  userRole: z.enum(['BORROWERS', 'INVESTOR', 'GUARANTEECORP', 'SUPPLIERS']),
  accountState: z.enum(['ACTIVE', 'FROZEN', 'CLOSED']),
  availableAmount: amount,
  freezeAmount: amount,
  bankcardLast4: z.string().nullable(),
  bankName: z.string().nullable(),
  mobileLast4: z.string().nullable(),
  authorizations: z.array(z.object({ type: authorisationType, amount, usedAmount: amount, failTime: z.string() })),
});

const states = { ACTIVE: 'active', FROZEN: 'frozen', CLOSED: 'closed' } as const;

/** What the bank holds of a person, in the port's words. */
export function bankUserOf(user: z.infer<typeof userSchema>): BankUser {
  return {
    userNo: user.platformUserNo,
    role: user.userRole,
    state: states[user.accountState],
    availableFen: user.availableAmount,
    frozenFen: user.freezeAmount,
    card: user.bankcardLast4 === null ? null : { last4: user.bankcardLast4, bankName: user.bankName ?? '' },
    mobileLast4: user.mobileLast4,
    authorisations: user.authorizations.map((one) => ({ type: one.type, maxFen: one.amount, usedFen: one.usedAmount, failTime: one.failTime })),
  };
}
