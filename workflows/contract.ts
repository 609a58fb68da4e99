/**
 * The contract of the workflows: how they are named, what they can be told and asked, and which activities they call.
 * `activities/` implements the interfaces, `web/` and `stack/` send the messages; nothing else of `workflows/` is theirs.
 *
 * Every payload is plain JSON with ids, amounts, dates and codes. Every call that can be repeated carries a business key.
 */
import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { ClockSegment, LoanApplication, LoanState, LoanStateName, PaymentSource } from '../domain/loan.js';
import type { IsoDate } from '../domain/dates.js';

// ── Names ────────────────────────────────────────────────────────────────────────────────────────────────────────────

export const taskQueues = { loans: 'loans', bank: 'bank', risk: 'risk', messages: 'messages' } as const;

export const loanWorkflowId = (loanNo: string) => loanNo;
export const fundWorkflowId = (loanNo: string) => `fund:${loanNo}`;
export const collectWorkflowId = (loanNo: string, episode: number) => `collect:${loanNo}:${episode}`;
export const legalWorkflowId = (loanNo: string, episode: number) => `legal:${loanNo}:${episode}`;
export const identifyWorkflowId = (personId: string, attempt: number) => `identify:${personId}:${attempt}`;
export const movementWorkflowId = (requestNo: string) => requestNo;
export const messageWorkflowId = (messageId: number) => `message:${messageId}`;
export const businessDayWorkflowId = 'business-day';
/** By the last day of the days that were closed together. */
export const reconcileWorkflowId = (day: IsoDate) => `reconcile:${day}`;
export const caseWorkflowId = (caseId: number) => `case:${caseId}`;
export const courtOrderWorkflowId = (orderNo: string) => `order:${orderNo}`;
export const estateWorkflowId = (estateNo: string) => `estate:${estateNo}`;
/** Sends what a loan that has ended still owes its lenders; by what began it: a form's key, or a case. */
export const deliveryWorkflowId = (loanNo: string, cause: string) => `deliver:${loanNo}:${cause}`;
/** Workflow type names, for starting by name. */
export const workflowTypes = {
  loan: 'loan', fund: 'fund', identify: 'identify', collect: 'collect', legal: 'legal',
  movement: 'movement', message: 'message', businessDay: 'businessDay', reconcile: 'reconcile', difference: 'difference', delivery: 'delivery', courtOrder: 'courtOrder', estate: 'estate',
} as const;

// ── Inputs ───────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Exactly one of `application` and `carried`. */
export interface LoanInput {
  application?: LoanApplication; carried?: LoanState; clock: ClockSegment;
  /** A run continues as new after so many events, where the server would suggest it later. */
  eventsPerRun?: number;
}
export interface FundInput { loanNo: string; targetFen: number; deadline: string; clock: ClockSegment }
export interface FundResult { status: 'full' | 'failed' | 'cancelled'; frozenFen: number }
export interface IdentifyInput { personId: string; attempt: number; purpose: 'borrow' | 'lend'; loanNo: string | null; reviewDays: number; zoneOffsetMinutes: number; clock: ClockSegment }
export interface IdentifyResult { status: 'verified' | 'failed'; code: string | null }
export interface CollectInput {
  loanNo: string; borrowerId: string; episode: number; profile: string; overdueSince: IsoDate;
  zoneOffsetMinutes: number; businessMinute: number; legalAfterDays: number; clock: ClockSegment;
}
export interface LegalInput { loanNo: string; borrowerId: string; episode: number; zoneOffsetMinutes: number; businessMinute: number; clock: ClockSegment }
/** A money movement or bank act of one person outside a loan: deposit, withdrawal, card, authorisation, registration. */
export interface MovementInput { requestNo: string; verb: string; personId: string; clock: ClockSegment }
export interface MessageInput { messageIds: number[]; clock: ClockSegment }
/** Reconciles these days (`to` included). */
export interface ReconcileInput { from: IsoDate; to: IsoDate; zoneOffsetMinutes: number; clock: ClockSegment }
/** A difference with the bank; `dueAt`: after it, a second person decides. */
export interface DifferenceInput { caseId: number; day: IsoDate; dueAt: string; reconcileId: string; zoneOffsetMinutes?: number; clock: ClockSegment }
export interface DeliveryInput { loanNo: string; zoneOffsetMinutes: number; clock: ClockSegment }
/** A court's order (司法冻结) from the entry of its first paper; `dueAt`: after it a supervisor is asked to decide. */
export interface CourtOrderInput { orderNo: string; personId: string; paperId: number; dueAt: string; zoneOffsetMinutes: number; clock: ClockSegment }
/** What passes to heirs (继承), from its entry; `dueAt`: after it a supervisor is asked to decide. */
export interface EstateInput { estateNo: string; personId: string; dueAt: string; zoneOffsetMinutes: number; clock: ClockSegment }
export interface BusinessDayInput { day: IsoDate; zoneOffsetMinutes: number; clock: ClockSegment }

// ── Signals: what the world answers ──────────────────────────────────────────────────────────────────────────────────

/** The business clock has come to `now` (ms), or the record has something new (`pokes`, see table `waiting`). */
export const clockReached = defineSignal<[{ now: number; pokes: number }]>('clockReached');
/** An instruction of this workflow has ended; look at it. */
export const instructionDone = defineSignal<[{ requestNo: string }]>('instructionDone');
/** To a loan: shares of its payments wait to be delivered; try now. From a person at the desk, or from a case. */
export const sharesWaiting = defineSignal('sharesWaiting');
/** To `reconcile:<day>`: a case of its days is decided. */
export const caseDecided = defineSignal<[{ caseId: number }]>('caseDecided');
/** To `order:<no>`: somebody has entered another paper of the court. */
export const paperEntered = defineSignal<[{ paperId: number; dueAt: string }]>('paperEntered');
/** A collection or legal child has ended or wants its loan to know. */
export const childFinished = defineSignal<[{ workflowId: string; result: 'cured' | 'to-legal' | 'closed' }]>('childFinished');
/** To `fund:LN…`: reserved bids with authorisation wait to be frozen. */
export const bidsWaiting = defineSignal('bidsWaiting');
/** To `fund:LN…`: bids were frozen, refused or cancelled; look at the sums. */
export const bidsChanged = defineSignal('bidsChanged');
/** To `fund:LN…` from its loan: the borrower has withdrawn; fail the listing. */
export const stopFunding = defineSignal('stopFunding');
/** To `collect:LN…`: the debtor was reached, or said something, in a contact (row `contact`). */
export const contactEnded = defineSignal<[{ contactId: number; outcome: ContactOutcome }]>('contactEnded');
/** To `collect:LN…` and `legal:LN…` from the loan: arrears are paid (`cured`), or the loan has closed. */
export const arrearsChanged = defineSignal<[{ status: 'cured' | 'closed' | 'partly'; overdueSince?: IsoDate }]>('arrearsChanged');
/** To the loan from `collect:LN…`: stop or resume automatic contact and debits; a promise was taken. */
export const contactPolicyChanged = defineSignal<[{ hold: string | null; promiseUntil: IsoDate | null }]>('contactPolicyChanged');

export type ContactOutcome = 'promised' | 'not-me' | 'already-paid' | 'disputed' | 'cannot-pay' | 'operator' | 'heard' | 'no-answer' | 'failed';

// ── Updates: what a person does. Update id = the form's idempotency key ──────────────────────────────────────────────

/** Why an Update was refused: `ApplicationFailure.type`, a stable code (e.g. 'not-your-loan', 'wrong-state'). */
export interface Done { loanState: LoanStateName }
export const acceptOffer = defineUpdate<Done, [{ personId: string; offerVersion: number }]>('acceptOffer');
/** The borrower says no to the offer, or withdraws at any time until the contract is concluded. */
export const cancelLoan = defineUpdate<Done, [{ personId: string; reason: string }]>('cancelLoan');
export const decideReview = defineUpdate<Done, [ReviewDecision]>('decideReview');
export interface ReviewDecision {
  reviewerId: string; decision: 'approve' | 'decline'; reason: string;
  /** Only with `approve`; what is left out is the product's. */
  amountFen?: number; termMonths?: number; annualRateBps?: number; grade?: string;
}
/** Pay from custody (pulling the rest from the card): what is due, a given amount, or everything (`payoff`). Answers when the bank has frozen the money. */
export const pay = defineUpdate<PayResult, [{ key: string; personId: string; kind: 'due' | 'amount' | 'payoff'; amountFen: number }]>('pay');
export interface PayResult { status: 'paid' | 'refused' | 'asked'; paidFen: number; code: string | null }
/** Operations: do a stopped step again, or decide it. */
export const retryStep = defineUpdate<Done, [{ personId: string; reason: string }]>('retryStep');
export const decideStep = defineUpdate<Done, [{ personId: string; decision: 'skip' | 'end'; reason: string }]>('decideStep');
/** The custody account, card and authorisations are there; go on to listing. Sent by web after the bank's word, and found by asking. */
export const accountReady = defineSignal('accountReady');

/** To `identify:…`: a reviewer decides what the bureaus could not. */
export const decideIdentity = defineUpdate<{ status: IdentifyResult['status'] }, [{ reviewerId: string; approve: boolean; reason: string }]>('decideIdentity');

/** To `collect:LN…`: what a collector did. */
export const recordContact = defineUpdate<{ ok: true }, [{ collectorId: string; key: string; contactId: number; outcome: ContactOutcome }]>('recordContact');
export const promiseToPay = defineUpdate<{ ok: true }, [{ takenBy: string; key: string; amountFen: number; dueOn: IsoDate }]>('promiseToPay');
/** Ends a hold after "not me", "already paid", "I dispute", "I cannot pay". */
export const resolveHold = defineUpdate<{ ok: true }, [{ personId: string; decision: 'resume' | 'to-legal' | 'stop'; reason: string }]>('resolveHold');

/** To `legal:LN…`. */
export const advanceCase = defineUpdate<{ ok: true }, [{
  personId: string; key: string; state: 'preparing' | 'filed' | 'judgment' | 'enforcing' | 'closed';
  route?: 'court' | 'arbitration' | 'payment-order' | 'notarised'; costsFen?: number; nextDeadline?: IsoDate; note: string;
}]>('advanceCase');

/** To `case:<id>`. The person has written the reason as a note before; refused with a `CaseRefusal` of db/cases.ts. */
export const decideCase = defineUpdate<{ ok: true }, [{ personId: string; resolution: 'accept-bank' | 'explained' }]>('decideCase');

/** To the movement `W…`: finance confirms or cancels a withdrawal that the bank holds. The reason is in the record under `reasonKey`. */
export const decideWithdrawal = defineUpdate<{ ok: true }, [{ personId: string; decision: 'confirm' | 'cancel'; reasonKey: string }]>('decideWithdrawal');
/** To `order:<no>`: a second person decides a paper. The reason is kept under `reasonKey` before; refused with a `PaperRefusal` of db/court-orders.ts. */
export const decidePaper = defineUpdate<{ ok: true }, [{ paperId: number; personId: string; approve: boolean; reasonKey: string }]>('decidePaper');
/** To `estate:<no>`: a second person decides. The reason is kept under `reasonKey` before; refused with an `EstateRefusal` of db/estates.ts. */
export const decideEstate = defineUpdate<{ ok: true }, [{ personId: string; approve: boolean; reasonKey: string }]>('decideEstate');

// ── Queries ──────────────────────────────────────────────────────────────────────────────────────────────────────────

export const loanView = defineQuery<LoanState>('loanView');

// ── Activities ───────────────────────────────────────────────────────────────────────────────────────────────────────
// All are idempotent by their business keys: any of them may run any number of times.

/** Workflows that were told something: their rows in `waiting`, where there are any, are poked in the same transaction, so that the clock waits for them. */
export interface Waking { wakes?: string[] }
/** What the record is told at each step: written if `revision` is newer, with the `waiting` row of the workflow. */
export interface Projection extends Waking {
  workflowId: string;
  /** What is waited for, in words for operations. */
  summary: string;
  nextAt: string | null;
  /** The wait returns every so often and loses nothing by being reached late: a governed clock may pass over moments of it at which nobody else waits. */
  strideMs?: number | null;
  /** The business time that the workflow knows: it is not told that again. */
  knownAt: string;
  seen: number;
  /** Nothing in the record needs to be looked at: all pokes that are there count as seen. */
  takesAll?: boolean;
  /** The loan's whole state; null for workflows that are not a loan. */
  loan: LoanState | null;
  /** Decision rows to write with it. */
  acts: ActRow[];
}
export interface ActRow { actor: string; role: string; verb: string; subject: string; before?: unknown; after?: unknown; why?: string; businessAt: string }

/** Queue `loans`, run as local activities: short, PostgreSQL only. */
export interface RecordActivities {
  /** Answers the pokes now in the record. `closed` removes the waiting row (the workflow ends). */
  project(input: Projection & { closed: boolean }): Promise<{ pokes: number }>;
  /** Opens the listing (after the project is there). */
  openListing(input: { loanNo: string; deadline: string; asOf: string }): Promise<{ targetFen: number }>;
  /** Opens (or finds) a person's task. */
  openTask(input: { key: string; kind: TaskKind; role: string; workflowId: string; loanNo: string | null; personId: string | null; title: string; details: Record<string, unknown>; dueAt: string | null; asOf: string }): Promise<{ taskId: number }>;
  /** Whether the person is identified already, and the number of the next attempt. */
  identityState(input: { personId: string }): Promise<{ verified: boolean; nextAttempt: number }>;
  /** How far a payment is, from the record alone: asked after the bank's word has come, instead of asking the bank again. */
  lookAtPayment(input: { paymentNo: string }): Promise<{ state: 'none' | 'asked' | 'frozen' | 'distributing' | 'distributed' | 'refused'; undelivered: number }>;
  /** What a payout has brought to the borrower's card; null while it has not arrived. */
  lookAtPayout(input: { loanNo: string; attempt: number }): Promise<{ paidFen: number | null }>;
  closeTask(input: { key: string; state: 'done' | 'dropped'; decision: string; by: string }): Promise<void>;
  projectCollection(input: Waking & { workflowId: string; loanNo: string; episode: number; state: 'running' | 'on-hold' | 'cured' | 'to-legal' | 'ended'; holdReason: string | null; openedOn: IsoDate; closedOn: IsoDate | null; revision: number; nextAt: string | null; summary: string; seen: number }): Promise<{ pokes: number }>;
  /** `amountFen` null: all that is due then. */
  recordPromise(input: { loanNo: string; episode: number; key: string; amountFen: number | null; promisedOn: IsoDate; dueOn: IsoDate; takenBy: string }): Promise<{ promiseId: number }>;
  judgePromise(input: { promiseId: number; asOf: IsoDate }): Promise<{ state: 'kept' | 'partly' | 'broken' }>;
  openLegalCase(input: { workflowId: string; loanNo: string; episode: number; asOf: IsoDate }): Promise<{ limitationOn: IsoDate; nextDeadline: IsoDate }>;
  projectLegalCase(input: Waking & { workflowId: string; state: string; route: string | null; costsFen: number | null; nextDeadline: IsoDate | null; closedOn: IsoDate | null; revision: number; nextAt: string | null; summary: string; seen: number }): Promise<{ pokes: number }>;
}
export type TaskKind = 'review' | 'identity-review' | 'stuck-step' | 'collect' | 'dispute' | 'not-me' | 'already-paid' | 'hardship' | 'legal' | 'undelivered' | 'case';

/** Queue `risk`: who is this. */
export interface RiskActivities {
  preScreen(input: { loanNo: string; asOf: IsoDate }): Promise<{ status: 'passed' } | { status: 'refused'; code: string }>;
  verifyIdentity(input: { workflowId: string; personId: string; purpose: 'borrow' | 'lend'; attempt: number; asOf: string }): Promise<{ status: 'verified' } | { status: 'failed'; code: string } | { status: 'needs-person'; code: string }>;
  /** Writes what a reviewer decided on an identification. */
  concludeIdentity(input: { workflowId: string; personId: string; status: 'verified' | 'failed'; code: string | null; by: string; why: string; asOf: string }): Promise<void>;
  screen(input: { loanNo: string; asOf: IsoDate }): Promise<{ status: 'passed' } | { status: 'refused'; code: string } | { status: 'needs-person'; code: string }>;
  score(input: { loanNo: string; asOf: IsoDate }): Promise<{ grade: string; pdBps: number; decision: 'approve' | 'refer' | 'decline'; code: string | null }>;
  /** Writes the offer with its schedule (version 0). Figures left out are the product's for the grade. */
  makeOffer(input: { loanNo: string; asOf: IsoDate; amountFen: number | null; termMonths: number | null; annualRateBps: number | null; grade: string | null }): Promise<{ status: 'made'; offer: NonNullable<LoanState['offer']> } | { status: 'refused'; code: string }>;
}

/**
 * The end, or not yet, of something the bank was asked. `pending`: wait for `instructionDone`, then call again. `unsent`: the bank
 * was closed; nothing is under way, and the call at `expectedAt` sends it.
 */
export type BankStep<T extends object = object> =
  | ({ status: 'done' } & T)
  | { status: 'refused'; code: string }
  | { status: 'pending'; requestNo: string; expectedAt: string | null; unsent?: true };

/** Queue `bank`: money. Each call goes on where the record says the instruction stands, asking the bank (QUERY) for what was sent. */
export interface BankActivities {
  /** Account open, card bound, authorisations there (REPAYMENT, RECHARGE, WITHDRAW)? Reads the bank. */
  borrowerReady(input: { loanNo: string; asOf: string }): Promise<{ ready: boolean; missing: string[] }>;
  createProject(input: { loanNo: string; asOf: string }): Promise<BankStep>;
  /** Freezes up to 200 reserved bids that have authorisation; expires reservations past their five minutes; answers the sums. */
  freezeBids(input: { loanNo: string; asOf: string }): Promise<FundingSums>;
  fundingSums(input: { loanNo: string; asOf: string }): Promise<FundingSums>;
  /** 流标: releases every hold (project MISCARRY), bids and reservations; `pending` until all are. */
  failListing(input: { loanNo: string; code: string; asOf: string }): Promise<BankStep>;
  /** Re-screens, checks the cap on the day, seals the contract with every lender's share, creates holdings. */
  conclude(input: { loanNo: string; asOf: IsoDate; at: string }): Promise<{ status: 'done'; concludedOn: IsoDate } | { status: 'refused'; code: string }>;
  /** Releases the freezes to the borrower; done when every detail is settled: the value date. Writes schedule version 1. */
  release(input: { loanNo: string; attempt: number; asOf: string }): Promise<BankStep<{ valueDate: IsoDate; instalments: LoanState['instalments'] }>>;
  payOut(input: { loanNo: string; attempt: number; asOf: string }): Promise<BankStep<{ paidFen: number }>>;
  /** Takes a payment: card pull if custody is short (when `pull`), then freeze. `amountFen` is the most to take; less is taken if `partial`. The payment counts at the freeze:
   * `countsOn` is the business date of `asOf` at which the payment was first asked for, however often it is repeated.
   * `whole`: how all of it, counting on that day, is shared; given where nobody waits for the freeze alone. `shared` is null when the
   * sharing is still to be asked for (`distribute`): because less was frozen, on another day, or the bank takes its time. */
  takePayment(input: { loanNo: string; paymentNo: string; n: number; source: PaymentSource; amountFen: number; pull: boolean; partial: boolean; whole: WholePayment | null; asOf: string }): Promise<BankStep<{ frozenFen: number; countsOn: IsoDate; shared: { undelivered: number } | null }>>;
  /** Shares a frozen payment among the holders and fees, and settles it at the bank. */
  distribute(input: Sharing & { loanNo: string; paymentNo: string; asOf: string }): Promise<BankStep<{ undelivered: number }>>;
  /** Tries again to deliver shares that the bank refused. */
  redeliver(input: { loanNo: string; asOf: string }): Promise<{ undelivered: number }>;
  writeOff(input: { loanNo: string; asOf: IsoDate; daysPastDue: number; principalFen: number; interestFen: number }): Promise<void>;
  /** Project FINISH at the bank, holdings closed. */
  finish(input: { loanNo: string; asOf: IsoDate; at: string }): Promise<BankStep>;
  /** A person's own act at the bank: asks (QUERY) and records. `attempts` = asks so far. */
  followMovement(input: { requestNo: string; attempts: number; asOf: string }): Promise<MovementStep>;
  /** Confirms or cancels a withdrawal that the bank holds; `personId` null: nobody did in time. What the bank makes of it, `followMovement` tells. */
  decideWithdrawal(input: { requestNo: string; decision: 'confirm' | 'cancel'; personId: string | null; reasonKey: string | null; asOf: string }): Promise<{ status: 'decided' } | { status: 'refused'; code: string }>;
  /** Compares the custody book with the bank and writes the closing figures of these days (`to` included). */
  closeDays(input: { from: IsoDate; to: IsoDate; asOf: string }): Promise<{ trialBalanceFen: number; differences: number }>;
  /** Fetches, matches and confirms these days, up to the first whose files are not all here (`waiting`; the code says which file and why). Answers all open cases. */
  reconcileDays(input: { from: IsoDate; to: IsoDate; asOf: string; zoneOffsetMinutes: number }): Promise<{ waiting: { day: IsoDate; status: 'late' | 'faulty'; code: string } | null; cases: { caseId: number; day: IsoDate; dueAt: string }[] }>;
  /** Tells the bank that the day is explained, unless a case is open. */
  confirmDay(input: { day: IsoDate; asOf: string }): Promise<{ status: 'confirmed' | 'late' | 'open' }>;
  /** Decides a paper of a court. */
  decidePaper(input: { paperId: number; personId: string; approve: boolean; reasonKey: string; asOf: string }): Promise<{ status: 'decided'; paper: DecidedPaper } | { status: 'refused'; code: string }>;
  /** Freezes the person's money at the bank and marks the claims, as the order says. */
  placeOrder(input: { orderNo: string; asOf: string }): Promise<BankStep>;
  /** Gives all of it back. */
  liftOrder(input: { orderNo: string; endedBy: 'expired' | 'released'; asOf: string }): Promise<BankStep>;
  /** Gives a part back, as an approved paper says. */
  releasePart(input: { paperId: number; asOf: string }): Promise<BankStep>;
  /** Decides whether an estate passes to its heirs. */
  decideEstate(input: { estateNo: string; personId: string; approve: boolean; reasonKey: string; asOf: string }): Promise<{ status: 'decided'; approved: boolean } | { status: 'refused'; code: string }>;
  /** Passes on what can be by now: claims to the heirs, money to the person's own card. `waiting`: why not all of it yet. */
  settleEstate(input: { estateNo: string; asOf: string }): Promise<BankStep | { status: 'waiting'; code: string }>;
  /** Decides a case, and posts what is needed. `undelivered`: the loan of whose payment a share has to be sent again. */
  resolveCase(input: { caseId: number; personId: string; resolution: 'accept-bank' | 'explained'; asOf: string }): Promise<{ status: 'resolved'; undelivered?: string } | { status: 'refused'; code: string }>;
}
/** `amountFen`: of a release, null for the whole. `expiresOn`: the order's end by this decision. */
export interface DecidedPaper { paperId: number; kind: 'freeze' | 'renewal' | 'release'; approved: boolean; amountFen: number | null; fromDate: IsoDate; expiresOn: IsoDate }
export interface MovementStep {
  status: 'done' | 'refused' | 'pending'; expectedAt: string | null;
  /** Withdrawals that are sent to be confirmed: whether the bank holds it now; until when somebody has to decide (null: somebody has); how it was decided. */
  look?: { held: boolean; confirmBy: string | null; decision: 'confirm' | 'cancel' | null; inTime: boolean };
}

/** Queue `bank`: trades beside a loan's own life. Each is asked for under a key of its own, any number of times. */
export interface TradeActivities {
  /** A fee of a loan that its borrower has agreed to, out of available money. */
  transferFee(input: { key: string; userNo: string; loanNo: string; amountFen: number; asOf: string }): Promise<BankStep>;
  /** The platform brings money of its own into its marketing account, and rewards somebody out of it. */
  bringOwnFunds(input: { key: string; amountFen: number; asOf: string }): Promise<BankStep>;
  reward(input: { key: string; userNo: string; amountFen: number; asOf: string }): Promise<BankStep>;
  /** Puts outstanding principal of a holding up for sale at the bank by standing authorisation, and takes back what is not sold. */
  sellClaim(input: { key: string; holdingId: number; shareFen: number; asOf: string }): Promise<BankStep<{ saleNo: string }>>;
  cancelClaimSale(input: { saleNo: string; asOf: string }): Promise<BankStep>;
  /** Buys a part of what is for sale: `priceFen` and interest accrued until now to the seller, `feeFen` to the platform. Refused, with everything given back, while a payment of the loan is under way. */
  buyClaim(input: { key: string; saleNo: string; buyerId: string; shareFen: number; priceFen: number; accruedFen: number; feeFen: number; asOf: string }): Promise<BankStep>;
  /** A guarantor pays these parts of instalments in the borrower's place; `parts` without fee and costs. */
  compensate(input: { loanNo: string; guarantorUserNo: string; paymentNo: string; n: number; parts: PaymentPart[]; asOf: string }): Promise<BankStep<{ undelivered: number }>>;
  /** The borrower repays the guarantor, at most `amountFen` and what is owed. */
  repayGuarantor(input: { loanNo: string; guarantorUserNo: string; paymentNo: string; n: number; amountFen: number; asOf: string }): Promise<BankStep<{ paidFen: number }>>;
}

/** `putOff`: what waits for the bank to open, and until when; not counted in `waiting`. */
export interface FundingSums { targetFen: number; reservedFen: number; frozenFen: number; waiting: number; byHand: number; putOff?: { until: string; fen: number } }
export interface WholePayment extends Sharing { countsOn: IsoDate }
/** How a frozen payment is put on the loan: `parts` is the allocation by instalment. */
export interface Sharing { parts: PaymentPart[]; forgivenInterest: { no: number; fen: number }[]; afterWriteOff: boolean }
export interface PaymentPart { no: number; costsFen: number; feeFen: number; lateInterestFen: number; interestFen: number; principalFen: number }

/** Queue `messages`. What is owed is read again in the activity that sends. */
export interface MessageActivities {
  /** One event told on both channels (SMS and e-mail), to the borrower or to all lenders of the loan. */
  /** `on` and `amountFen`: what the text names and the record learns only at the workflow's next wait; left out, the record is read. */
  tell(input: { key: string; template: TellTemplate; loanNo: string; audience: 'borrower' | 'lenders' | 'everybody'; asOf: string; on?: IsoDate; amountFen?: number }): Promise<void>;
  /** What became of a person's own act at the bank, on both channels. */
  tellPerson(input: { key: string; template: PersonTemplate; personId: string; requestNo: string; asOf: string }): Promise<void>;
  /** Reminder before a due day, or after a failed debit. Says `nothing-owed` and sends nothing when paid meanwhile. */
  remind(input: { key: string; loanNo: string; instalmentNo: number; days: number; asOf: string }): Promise<{ status: 'sent' | 'nothing-owed' }>;
  /** Collection SMS with contact row; checks hours, frequency, holds and what is owed. */
  sendCollectionSms(input: { key: string; loanNo: string; episode: number; asOf: string }): Promise<ContactStep>;
  /** Calls the debtor; the outcome arrives by `contactEnded`, or is asked for with `lookAtContact`. */
  callDebtor(input: { key: string; loanNo: string; episode: number; asOf: string }): Promise<ContactStep>;
  lookAtContact(input: { contactId: number }): Promise<{ ended: boolean; outcome: ContactOutcome }>;
  /** Sends pending message rows by id; used by `message:<id>`. */
  deliver(input: { messageIds: number[]; asOf: string }): Promise<{ pending: number }>;
}
export type ContactStep =
  | { status: 'started'; contactId: number }
  | { status: 'sent'; contactId: number }
  | { status: 'nothing-owed' }
  | { status: 'not-now'; notBefore: string }
  | { status: 'stopped'; code: string };

export type PersonTemplate = 'trading-password-reset' | 'withdrawal-held' | 'withdrawal-confirmed' | 'withdrawal-cancelled' | 'withdrawal-not-confirmed';

export type TellTemplate =
  | 'application-received' | 'refused' | 'identity-failed' | 'offer-ready' | 'offer-lapsed' | 'cancelled' | 'prepare-account' | 'listed' | 'not-funded'
  | 'concluded' | 'disbursement-late' | 'disbursed' | 'paid-out' | 'payout-returned' | 'payment-received' | 'debit-failed' | 'closed' | 'written-off' | 'legal-notice' | 'recovered';

