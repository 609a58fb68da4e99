/**
 * The one place where the bank's word becomes ours. Whoever first learns how an instruction ended (the answer, a
 * notification, a query) calls {@link recordOutcome}; all the others find it recorded and change nothing.
 */
import { mirrorBankUser, noteChange } from './accounts.js';
import { isTerminal, lock, type Instruction, type PayoutStage, type Verb } from './instructions.js';
import { freezeDone, freezeRefused, holdReleased } from './outcomes/freezes.js';
import { putOff } from './outcomes/closed.js';
import { cashIn, cashOut, payoutAccepted, payoutDone, payoutRefused } from './outcomes/cash.js';
import { isBatch, recordBatch } from './outcomes/batches.js';
import { claimBought, saleCancelled, saleOpened, saleRefused, tradeOfPurchaseRefused } from './outcomes/claims.js';
import { guarantorNotRepaid, guarantorRepaid } from './outcomes/compensations.js';
import { feeTransferred, rewardPaid, tradeRefused } from './outcomes/platform-money.js';
import { paymentEntrusted } from './entrusted-payments.js';
import { courtFrozen, courtReleased } from './outcomes/courts.js';
import { end, type Done, type Ended, type OutcomeReport, type Refused } from './outcomes/word.js';
import { projectChanged } from './outcomes/projects.js';
import { dropPhoneChange, endPhoneChange } from './phone-changes.js';
import { inTransaction, type Pool, type Transaction } from './pool.js';
export { OutOfOrder } from './reservations.js';
export { bankClosed } from './outcomes/closed.js';
export type { Done, Outcome, OutcomeReport, Refused } from './outcomes/word.js';

export interface Recorded {
  /** Whom to Signal. */
  workflowId: string;
  verb: Verb;
  /** Whether this call changed anything. */
  changed: boolean;
  terminal: boolean;
  /** The workflow waits to be told: a person's own act always does, a loan's step only where the bank took its time. */
  awaited: boolean;
}

/** A message about a number that we never used. */
export class UnknownInstruction extends Error {
  override name = 'UnknownInstruction';
  constructor(readonly requestNo: string) { super(`no instruction ${requestNo.slice(0, 80)}`); }
}

/** The bank says another amount than it was asked for: nobody's books may follow that by themselves. */
export class AmountDiffers extends Error {
  override name = 'AmountDiffers';
  constructor(readonly requestNo: string, readonly askedFen: number, readonly saidFen: number) { super(`${requestNo}: asked for ${askedFen} fen, the bank says ${saidFen}`); }
}

/**
 * Records an outcome: locks the row, returns if it has ended, posts the journals, moves bids, holdings, payments and
 * accounts, marks it ended and pokes its workflow; one transaction, all or nothing. Any number of times, in any order.
 * @throws UnknownInstruction, AmountDiffers, OutOfOrder (an earlier movement is not in the books yet: try again).
 */
export async function recordOutcome(pool: Pool, report: OutcomeReport): Promise<Recorded> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await inTransaction(pool, (tx) => record(tx, report));
    } catch (error) {
      // Two outcomes may want the same rows crosswise; the one that PostgreSQL lets go first wins, the other comes again.
      if ((error as { code?: string }).code !== '40P01' || attempt === 4) throw error;
    }
  }
}

async function record(tx: Transaction, report: OutcomeReport): Promise<Recorded> {
  const instruction = await lock(tx, report.requestNo);
  if (!instruction) throw new UnknownInstruction(report.requestNo);
  const unchanged = { workflowId: instruction.workflowId, verb: instruction.verb, changed: false, terminal: isTerminal(instruction), awaited: instruction.awaited || instruction.workflowId === instruction.requestNo };
  // A court's freeze goes on freezing what comes in after it was done.
  if (instruction.verb === 'court-freeze' && instruction.state === 'done' && report.outcome.status === 'done') return { ...unchanged, changed: await courtFrozen(tx, instruction, report.outcome) };
  if (unchanged.terminal) return unchanged;
  const ended = (await putOff(tx, instruction, report)) ?? (isBatch(instruction)
    ? await recordBatch(tx, instruction, report)
    : await recordSingle(tx, instruction, report));
  if (ended === 'nothing') return unchanged;
  if (ended === 'terminal') await pokeIfWaiting(tx, instruction.workflowId);
  return { ...unchanged, changed: true, terminal: ended === 'terminal' };
}

async function recordSingle(tx: Transaction, instruction: Instruction, { outcome, at, user }: OutcomeReport): Promise<Ended> {
  switch (outcome.status) {
    case 'done':
      checkAmount(instruction, outcome);
      await (onDone[instruction.verb] ?? nothing)(tx, instruction, outcome);
      if (user) await mirrorBankUser(tx, user, outcome.at);
      await end(tx, instruction.requestNo, { state: 'done', reason: null, at: outcome.at, bankNo: outcome.bankNo });
      return 'terminal';
    case 'refused':
      await (onRefused[instruction.verb] ?? nothing)(tx, instruction, outcome, at);
      await end(tx, instruction.requestNo, { state: 'refused', reason: outcome.code, at, bankNo: null });
      return 'terminal';
    case 'accepted':
      return accept(tx, instruction, outcome.stage ?? null, at);
    case 'unknown':
    case 'notFound':
      return 'nothing';
  }
}

const nothing = (): Promise<void> => Promise.resolve();

const onDone: Partial<Record<Verb, (tx: Transaction, instruction: Instruction, outcome: Done) => Promise<void>>> = {
  deposit: cashIn,
  pull: cashIn,
  withdraw: cashOut,
  payout: payoutDone,
  hold: freezeDone,
  'release-hold': holdReleased,
  'court-freeze': async (tx, instruction, outcome) => { await courtFrozen(tx, instruction, outcome); },
  'court-release': courtReleased,
  'change-project': projectChanged,
  'transfer-fee': feeTransferred,
  reward: rewardPaid,
  'sell-claim': saleOpened,
  'cancel-claim-sale': saleCancelled,
  'buy-claim': claimBought,
  'repay-guarantor': guarantorRepaid,
  'authorise-entrusted-pay': paymentEntrusted,
  'change-mobile': async (tx, { requestNo }, { at }) => { await endPhoneChange(tx, { requestNo }, at); },
  'reset-password': (tx, { userNo }, { at }) => noteChange(tx, userNo ?? '', at),
};

const onRefused: Partial<Record<Verb, (tx: Transaction, instruction: Instruction, outcome: Refused, at: string) => Promise<void>>> = {
  payout: payoutRefused,
  hold: freezeRefused,
  'transfer-fee': tradeRefused,
  reward: tradeRefused,
  'sell-claim': saleRefused,
  'buy-claim': tradeOfPurchaseRefused,
  'repay-guarantor': guarantorNotRepaid,
  'change-mobile': (tx, { requestNo }) => dropPhoneChange(tx, requestNo),
};

/** Verbs whose amount is ours to say; what MISCARRY frees, for one, is the bank's. */
const ownAmount: ReadonlySet<Verb> = new Set(['deposit', 'withdraw', 'pull', 'payout', 'hold', 'release-hold', 'transfer-fee', 'reward', 'sell-claim', 'buy-claim', 'repay-guarantor']);

function checkAmount({ verb, requestNo, amountFen }: Instruction, outcome: Done): void {
  if (ownAmount.has(verb) && outcome.amountFen !== amountFen) throw new AmountDiffers(requestNo, amountFen, outcome.amountFen);
}

/** A payout goes through its stages in this order; what tells of an earlier one has come late. */
const stageOrder: readonly (PayoutStage | null)[] = [null, 'confirming', 'taken', 'remitting'];

async function accept(tx: Transaction, instruction: Instruction, stage: PayoutStage | null, at: string): Promise<Ended> {
  const further = stageOrder.indexOf(stage) > stageOrder.indexOf(instruction.stage);
  if (instruction.state === 'accepted' && !further) return 'nothing';
  if (instruction.verb === 'payout' && instruction.state !== 'accepted') await payoutAccepted(tx, instruction, at);
  await tx.query(`UPDATE instruction SET state = 'accepted', stage = $2 WHERE request_no = $1`, [instruction.requestNo, further ? stage : instruction.stage]);
  return 'progress';
}

/** Only a workflow that waits has a row; one that has ended is not woken, and the clock does not wait for it. */
async function pokeIfWaiting(tx: Transaction, workflowId: string): Promise<void> {
  await tx.query('UPDATE waiting SET pokes = pokes + 1, poked_at = clock_timestamp() WHERE workflow_id = $1', [workflowId]);
}
