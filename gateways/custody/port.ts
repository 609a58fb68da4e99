/**
 * The custody bank as the platform needs it, in words of no particular bank.
 *
 * Another bank is another implementation of {@link Custody}. Amounts are fen, dates `YYYY-MM-DD`, instants ISO UTC.
 * Nothing here throws for what a bank may do: a refusal is a value, and a time-out, a 5xx or an answer with a bad
 * signature is `unknown`, never "failed". Source: the custody protocol in docs/custody-protocol.md.
 */

/** What is known of one money movement. `unknown` = ask again with `query`; `notFound` = the bank never saw it. */
export type Outcome =
  | { status: 'done'; amountFen: number; at: string; bankNo: string }
  | { status: 'accepted'; stage?: PayoutStage }
  | { status: 'refused'; code: RefusalCode; reason: string }
  | { status: 'unknown'; why: string }
  | { status: 'notFound' };

/** Where a payout is that the bank has and that has not ended: it waits for us to confirm it, for its moment, or for the card's bank. */
export type PayoutStage = 'confirming' | 'taken' | 'remitting';

/** Why a bank says no; stable codes used by workflows and pages. */
export type RefusalCode =
  | 'insufficient-funds'
  | 'card-refused'
  | 'card-limit'
  | 'not-authorised'
  | 'authorisation-exhausted'
  | 'no-such-user'
  | 'account-unusable'
  | 'project-state'
  | 'duplicate-request'
  | 'cap-exceeded'
  | 'share-short'
  | 'sale-ended'
  /** The bank is closed for the night (日切): the number is used up, the act is not. */
  | 'bank-closed'
  | 'refused';

export type AuthorisationType = 'RECHARGE' | 'TENDER' | 'REPAYMENT' | 'WITHDRAW' | 'CREDIT_ASSIGNMENT' | 'COMPENSATORY';
export type UserRole = 'BORROWERS' | 'INVESTOR' | 'GUARANTEECORP' | 'SUPPLIERS';

/** One movement of a trade, to somebody's available balance. */
export interface TradeDetail {
  requestNo: string;
  /** The freeze this money comes from; null: out of the payer's available money. */
  holdRequestNo: string | null;
  fromUserNo: string;
  toUserNo: string;
  kind: 'principal' | 'interest' | 'commission';
  amountFen: number;
  /** The price of a claim: how much outstanding principal goes to the payer with it. */
  shareFen?: number;
}

/** One line of a batch: always from a freeze. */
export interface BatchDetail extends TradeDetail { holdRequestNo: string }

/** A trade of a few details that is done as a whole or refused as a whole, and answered at once. */
export type Trade = { requestNo: string; details: TradeDetail[]; businessTime: string } & (
  /** Single shares that a batch could not deliver; a guarantor paying in the borrower's place (代偿), and the borrower repaying the guarantor. */
  | { kind: 'release' | 'repayment' | 'compensation' | 'guarantor-repayment'; projectNo: string }
  /** 债权转让: a buyer's frozen money to the seller, and the sold part of the claim to the buyer. */
  | { kind: 'purchase'; projectNo: string; saleRequestNo: string }
  /** From the platform's own marketing account to a person. */
  | { kind: 'reward' }
);

export interface BatchOutcome {
  status: 'accepted' | 'refused' | 'unknown' | 'notFound' | 'done';
  code?: RefusalCode;
  reason?: string;
  /** One entry for every detail whose end is known. */
  details: { requestNo: string; outcome: Outcome }[];
}

export interface BankUser {
  userNo: string;
  role: UserRole;
  state: 'active' | 'frozen' | 'closed';
  availableFen: number;
  frozenFen: number;
  /** Last four digits and bank of the bound card, if any. */
  card: { last4: string; bankName: string } | null;
  mobileLast4: string | null;
  authorisations: { type: AuthorisationType; maxFen: number; usedFen: number; failTime: string }[];
}

/** What money is frozen for. */
export type HoldPurpose = 'bid' | 'repayment' | 'purchase' | 'compensation';

export interface BankProject {
  projectNo: string;
  state: 'COLLECTING' | 'REPAYING' | 'FINISH' | 'MISCARRY';
  amountFen: number;
  /** By lenders for bids, now. */
  frozenFen: number;
  /** Who receives the release in the borrower's stead (受托支付), if anybody. */
  payeeUserNo: string | null;
  /** 债权份额: the outstanding principal that each lender holds, and what of it is up for sale. */
  shares: { userNo: string; shareFen: number; forSaleFen: number }[];
}

export interface Custody {
  createProject(input: {
    requestNo: string; projectNo: string; borrowerUserNo: string; name: string;
    amountFen: number; annualRateBps: number; termMonths: number; businessTime: string;
  }): Promise<Outcome>;
  /** REPAYING after release, FINISH when repaid, MISCARRY (流标) releases every freeze of the project. */
  changeProject(input: { requestNo: string; projectNo: string; state: 'REPAYING' | 'FINISH' | 'MISCARRY'; businessTime: string }): Promise<Outcome>;
  /** Freeze by standing authorisation: TENDER for a bid, REPAYMENT for an instalment, CREDIT_ASSIGNMENT to buy a claim, COMPENSATORY to pay in the borrower's place. */
  hold(input: { requestNo: string; projectNo: string; userNo: string; purpose: HoldPurpose; amountFen: number; businessTime: string }): Promise<Outcome>;
  /** Cancels a freeze, whole or in part. */
  releaseHold(input: { requestNo: string; holdRequestNo: string; amountFen: number; businessTime: string }): Promise<Outcome>;
  /** At most {@link maxBatchDetails} details. Answers `accepted`; the details' ends come by notification or `queryBatch`. */
  settleBatch(input: { batchNo: string; kind: 'release' | 'repayment' | 'compensation'; projectNo: string; details: BatchDetail[]; businessTime: string }): Promise<Outcome>;
  /** At most {@link maxTradeDetails} details, all of them or none. */
  settleNow(input: Trade): Promise<Outcome>;
  /** An agreed fee out of a person's available money to the platform's income account; needs no authorisation but the agreement. `detailNo` is its number in the check file. */
  transferFee(input: { requestNo: string; detailNo: string; fromUserNo: string; amountFen: number; businessTime: string }): Promise<Outcome>;
  /** Puts `shareFen` of outstanding principal up for sale by CREDIT_ASSIGNMENT authorisation; until it is sold or taken back nobody can sell it again. */
  sellClaim(input: { requestNo: string; projectNo: string; userNo: string; shareFen: number; businessTime: string }): Promise<Outcome>;
  /** Takes back what is not sold of an offer; the outcome's amount is that share. */
  cancelClaimSale(input: { requestNo: string; saleRequestNo: string; businessTime: string }): Promise<Outcome>;
  /** Card pull (代扣) by RECHARGE authorisation into the payer's own available balance. */
  pullFromCard(input: { requestNo: string; userNo: string; amountFen: number; businessTime: string }): Promise<Outcome>;
  /** Pays out to the owner's bound card by WITHDRAW authorisation; `done` when the money is on the card. */
  payOut(input: { requestNo: string; userNo: string; amountFen: number; urgency: 'normal' | 'urgent'; businessTime: string }): Promise<Outcome>;
  /** A withdrawal that was sent to be confirmed goes on; `done` when the bank has heard it. The withdrawal's own end comes as ever. */
  confirmPayout(input: { requestNo: string; payoutNo: string; businessTime: string }): Promise<Outcome>;
  /** Calls a payout back: it ends as refused and the money is available again. `until`: how late it may be, before it is handed to the card's bank or before it is on the card. */
  recallPayout(input: { requestNo: string; payoutNo: string; until: 'handed-on' | 'arrived'; businessTime: string }): Promise<Outcome>;
  /**
   * A court's freeze (司法冻结): what is available, up to the sum or (null) all of it, and what comes in later. Done at once;
   * `amountFen` is all that was frozen so far, and grows: the bank tells each time, and `query` at any time.
   */
  freezeByCourt(input: { requestNo: string; userNo: string; amountFen: number | null; businessTime: string }): Promise<Outcome>;
  /** Gives back so much of a court's freeze, or (null) all of it and ends it; `amountFen` of the outcome is what was given back. */
  releaseByCourt(input: { requestNo: string; freezeRequestNo: string; amountFen: number | null; businessTime: string }): Promise<Outcome>;
  cancelAuthorisation(input: { requestNo: string; userNo: string; type: AuthorisationType; businessTime: string }): Promise<Outcome>;
  query(requestNo: string): Promise<Outcome>;
  queryBatch(batchNo: string): Promise<BatchOutcome>;
  /** Null when the bank knows no such user. Throws {@link CustodyUnavailable} when no trustworthy answer came. */
  queryUser(userNo: string): Promise<BankUser | null>;
  queryProject(projectNo: string): Promise<BankProject | null>;
  /** All balances in one cut, including the platform's own accounts (user numbers PLATFORM_INCOME, PLATFORM_MARKETING). */
  downloadBalances(): Promise<{ cutAt: string; balances: { userNo: string; availableFen: number; frozenFen: number }[] }>;
  /**
   * One file of what the bank settled on a business day (对账文件); `late` while the bank has not made it. The lines are
   * streamed and count only when the whole stream has ended without {@link StatementFault}. Throws it, or {@link CustodyUnavailable}.
   */
  downloadStatement(input: { day: string; file: StatementFile }): Promise<{ status: 'late' } | Statement>;
  /** Tells the bank that every line of these files is explained; a day can be confirmed any number of times. Refused while the bank has not made them. */
  confirmStatement(input: { requestNo: string; day: string; files: readonly StatementFile[]; businessTime: string }): Promise<Outcome>;
}

export type StatementFile = 'deposits' | 'payouts' | 'returned-payouts' | 'commissions' | 'transfers';

export interface Statement {
  status: 'here';
  /** Lines and SHA-256 (hex) that the bank has signed. */
  lineCount: number;
  sha256: string;
  lines: AsyncIterable<StatementLine>;
  /** The lines are not wanted. */
  discard(): void;
}

/** One movement of money, as the bank settled it. */
export interface StatementLine {
  /** Of the instruction, or of the batch's detail; a returned payout has the number of the payout. */
  requestNo: string;
  kind: 'deposit' | 'pull' | 'withdraw' | 'payout' | 'payout-returned' | 'commission' | 'principal' | 'interest';
  amountFen: number;
  /** Whose account; of transfers and commissions the payer's. */
  userNo: string;
  /** Transfers only: who received. */
  toUserNo: string | null;
  /** Business time, ISO. */
  at: string;
}

/** Why a file counts for nothing: stable codes. */
export type StatementFaultCode = 'unsigned' | 'wrong-signature' | 'unknown-key' | 'withdrawn-key' | 'truncated' | 'too-long' | 'garbled' | 'hash-differs' | 'oversized';

/** A check file that cannot be believed; nothing of it may count. */
export class StatementFault extends Error {
  override name = 'StatementFault';
  constructor(readonly code: StatementFaultCode, message: string) { super(message); }
}

/** A read (not a money movement) got no trustworthy answer; try again. */
export class CustodyUnavailable extends Error {
  override name = 'CustodyUnavailable';
}

export const maxBatchDetails = 1_000;
export const maxTradeDetails = 10;

/** Acts that a person does on the bank's own page; `custody/forms` signs the form that carries the browser there. */
export type PersonalAct =
  | { act: 'register'; requestNo: string; userNo: string; role: UserRole; realName: string; idNumber: string; mobile: string; returnUrl: string; businessTime: string }
  /** An enterprise's account, opened by the person who acts for it; `creditCode` is its unified social credit code (统一社会信用代码). */
  | { act: 'open-enterprise'; requestNo: string; userNo: string; role: UserRole; name: string; creditCode: string; agentName: string; agentIdNumber: string; agentMobile: string; returnUrl: string; businessTime: string }
  | { act: 'reset-password'; requestNo: string; userNo: string; returnUrl: string; businessTime: string }
  | { act: 'bind-card'; requestNo: string; userNo: string; returnUrl: string; businessTime: string }
  | { act: 'unbind-card'; requestNo: string; userNo: string; returnUrl: string; businessTime: string }
  | { act: 'change-mobile'; requestNo: string; userNo: string; mobile: string; returnUrl: string; businessTime: string }
  | { act: 'authorise'; requestNo: string; userNo: string; types: AuthorisationType[]; maxFen: number; failTime: string; returnUrl: string; businessTime: string }
  | { act: 'deposit'; requestNo: string; userNo: string; amountFen: number; returnUrl: string; businessTime: string }
  /** `toBeConfirmed`: the bank sets the money aside and waits for `confirmPayout` or `recallPayout`. */
  | { act: 'withdraw'; requestNo: string; userNo: string; amountFen: number; urgency: 'normal' | 'urgent'; toBeConfirmed?: boolean; returnUrl: string; businessTime: string }
  | { act: 'hold'; requestNo: string; projectNo: string; userNo: string; purpose: HoldPurpose; amountFen: number; expiresAt: string; returnUrl: string; businessTime: string }
  /** A lender puts `shareFen` of outstanding principal up for sale. */
  | { act: 'sell-claim'; requestNo: string; projectNo: string; userNo: string; shareFen: number; returnUrl: string; businessTime: string }
  /** A borrower has the loan of one project paid to a supplier's account (受托支付). */
  | { act: 'authorise-entrusted-pay'; requestNo: string; projectNo: string; userNo: string; payeeUserNo: string; returnUrl: string; businessTime: string };

/** A signed form: post these fields from the person's browser to `action`. */
export interface SignedForm { action: string; fields: Record<string, string> }

/** A verified message from the bank: what it says happened to one request (or batch). */
export interface BankMessage {
  /** `callback` came through the browser and proves only that the person is back; `notify` came from the server. Both are signed. */
  via: 'callback' | 'notify';
  act: PersonalAct['act'] | 'pull' | 'payout' | 'payout-returned' | 'confirm-payout' | 'recall-payout' | 'batch' | 'trade' | 'cancel-claim-sale' | 'release-hold' | 'court-freeze' | 'court-release' | 'project' | 'cancel-authorisation';
  requestNo: string;
  outcome: Outcome;
  /** Batches only: details whose end this message tells. */
  details: { requestNo: string; outcome: Outcome }[];
  /** register, open-enterprise, bind-card, unbind-card, change-mobile, reset-password, authorise: what the bank now holds of the person. */
  user: BankUser | null;
}
