/**
 * Instructions (存管指令): each money movement or act asked of the bank, and what became of it.
 *
 * The row is committed before anything is sent, so that nothing the bank does is unknown to us. Its life:
 * intended → sent → accepted → done | refused. `sent` says "perhaps": until the bank's word it is asked about, never assumed.
 */
import { row, rows, type Db, type Transaction } from './pool.js';

export const verbs = [
  'register', 'open-enterprise', 'bind-card', 'unbind-card', 'change-mobile', 'reset-password', 'authorise', 'cancel-authorisation', 'deposit', 'withdraw', 'confirm-withdrawal', 'cancel-withdrawal', 'pull', 'payout',
  'payout-returned', 'create-project', 'change-project', 'hold', 'release-hold', 'batch-release', 'batch-repayment',
  'transfer-fee', 'reward', 'sell-claim', 'cancel-claim-sale', 'buy-claim', 'batch-compensation', 'repay-guarantor', 'authorise-entrusted-pay', 'court-freeze', 'court-release',
] as const;
export type Verb = (typeof verbs)[number];
export type PayoutStage = 'confirming' | 'taken' | 'remitting';
export type InstructionState = 'intended' | 'sent' | 'accepted' | 'done' | 'refused';

export interface Instruction {
  requestNo: string;
  businessKey: string;
  try: number;
  verb: Verb;
  userNo: string | null;
  loanNo: string | null;
  bidId: number | null;
  paymentNo: string | null;
  amountFen: number;
  workflowId: string;
  step: string;
  details: Record<string, unknown>;
  state: InstructionState;
  reason: string | null;
  /** Of an accepted payout: what it waits for. */
  stage: PayoutStage | null;
  bankNo: string | null;
  /** Business time of the wish, and of the bank's word. */
  asOf: string;
  doneAt: string | null;
  /** Business moment before which no end is expected. */
  waitsUntil: string | null;
  /** Its workflow waits to be told of the end. */
  awaited: boolean;
  /** Wall clock. */
  intendedAt: string;
  sentAt: string | null;
  endedAt: string | null;
}

export type NewInstruction = Pick<Instruction, 'businessKey' | 'verb' | 'amountFen' | 'workflowId' | 'step' | 'asOf'>
  & Partial<Pick<Instruction, 'requestNo' | 'try' | 'userNo' | 'loanNo' | 'bidId' | 'paymentNo' | 'details' | 'waitsUntil'>>;

/** Selects {@link Instruction}. */
export const instructionColumns = `request_no AS "requestNo", business_key AS "businessKey", try, verb, user_no AS "userNo", loan_no AS "loanNo", bid_id AS "bidId", payment_no AS "paymentNo",
  amount_fen AS "amountFen", workflow_id AS "workflowId", step, details, state, reason, stage, bank_no AS "bankNo", as_of AS "asOf", done_at AS "doneAt", waits_until AS "waitsUntil", awaited,
  intended_at AS "intendedAt", sent_at AS "sentAt", ended_at AS "endedAt"`;

/** The number under which the bank is asked: the business key with `-` for `:`, and the try from the second on. */
export function requestNoOf(businessKey: string, attempt = 1): string {
  return businessKey.replaceAll(':', '-') + (attempt > 1 ? `-t${attempt}` : '');
}

/** The business key of a loan's payout, by its try. */
export const payoutKey = (loanNo: string, attempt: number): string => `${loanNo}:payout:a${attempt}`;

/** Writes the wish; a repeat finds the first one, unchanged, so that every repeat sends the same thing. */
export async function intend(db: Db, wish: NewInstruction): Promise<Instruction> {
  const attempt = wish.try ?? 1;
  const requestNo = wish.requestNo ?? requestNoOf(wish.businessKey, attempt);
  await db.query(
    `INSERT INTO instruction (request_no, business_key, try, verb, user_no, loan_no, bid_id, payment_no, amount_fen, workflow_id, step, details, state, as_of, waits_until)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 'intended', $13, $14) ON CONFLICT (request_no) DO NOTHING`,
    [requestNo, wish.businessKey, attempt, wish.verb, wish.userNo ?? null, wish.loanNo ?? null, wish.bidId ?? null, wish.paymentNo ?? null, wish.amountFen,
      wish.workflowId, wish.step, JSON.stringify(wish.details ?? {}), wish.asOf, wish.waitsUntil ?? null],
  );
  const written = await find(db, requestNo);
  if (!written) throw new RangeError(`the instruction ${requestNo} was neither written nor found`);
  return written;
}

/** A business moment before which the instruction must not be sent: the bank was closed when its former number was. */
export function notBeforeOf({ details }: Pick<Instruction, 'details'>): string | null {
  const notBefore = details['notBefore'];
  return typeof notBefore === 'string' ? notBefore : null;
}

/** Whether it waits for the bank to open. */
export function isPutOff(instruction: Pick<Instruction, 'state' | 'details'>, at: string): boolean {
  const notBefore = notBeforeOf(instruction);
  return instruction.state === 'intended' && notBefore !== null && Date.parse(notBefore) > Date.parse(at);
}

/** The same act under its next number, to be sent at a business moment and not before. */
export function tryAgain(tx: Transaction, last: Instruction, notBefore: string): Promise<Instruction> {
  const requestNo = `${last.requestNo.replace(/-t\d+$/, '')}-t${last.try + 1}`;
  return intend(tx, { ...last, requestNo, try: last.try + 1, details: { ...last.details, notBefore }, asOf: notBefore, waitsUntil: notBefore });
}

/** The moment (wall clock) of the latest sending; from now on the outcome is the bank's to say. */
export async function markSent(db: Db, requestNo: string): Promise<void> {
  await db.query(`UPDATE instruction SET state = CASE state WHEN 'intended' THEN 'sent' ELSE state END, sent_at = clock_timestamp() WHERE request_no = $1 AND state NOT IN ('done', 'refused')`, [requestNo]);
}

/** A later business moment before which no end is expected, so that the business clock need not wait. */
export async function expectAt(db: Db, requestNo: string, waitsUntil: string): Promise<void> {
  await db.query('UPDATE instruction SET waits_until = $2 WHERE request_no = $1', [requestNo, waitsUntil]);
}

/** The workflow will wait for the bank's word. @returns false when that has come already. */
export async function awaitWord(db: Db, requestNo: string): Promise<boolean> {
  return (await db.query(`UPDATE instruction SET awaited = true WHERE request_no = $1 AND state NOT IN ('done', 'refused')`, [requestNo])).rowCount === 1;
}

export function find(db: Db, requestNo: string): Promise<Instruction | null> {
  return row<Instruction>(db, `SELECT ${instructionColumns} FROM instruction WHERE request_no = $1`, [requestNo]);
}

/** The row, locked: whoever records its end does so alone. */
export function lock(tx: Transaction, requestNo: string): Promise<Instruction | null> {
  return row<Instruction>(tx, `SELECT ${instructionColumns} FROM instruction WHERE request_no = $1 FOR UPDATE`, [requestNo]);
}

/** The latest try of a business act, or null. */
export function latestTry(db: Db, businessKey: string): Promise<Instruction | null> {
  return row<Instruction>(db, `SELECT ${instructionColumns} FROM instruction WHERE business_key = $1 ORDER BY try DESC LIMIT 1`, [businessKey]);
}

export const isTerminal = (instruction: Pick<Instruction, 'state'>): boolean => instruction.state === 'done' || instruction.state === 'refused';

export async function instructionsByNo(db: Db, requestNos: readonly string[]): Promise<Map<string, Instruction>> {
  const found = await rows<Instruction>(db, `SELECT ${instructionColumns} FROM instruction WHERE request_no = ANY($1)`, [requestNos]);
  return new Map(found.map((instruction) => [instruction.requestNo, instruction]));
}

/** The batches `<key>1`, `<key>2` … of one act, each in its latest try. */
export function batchesOf(db: Db, businessKey: string): Promise<Instruction[]> {
  return rows<Instruction>(
    db, `SELECT * FROM (SELECT DISTINCT ON (business_key) ${instructionColumns} FROM instruction WHERE starts_with(business_key, $1) AND substr(business_key, length($1) + 1) ~ '^[0-9]+$' ORDER BY business_key, try DESC) latest
          ORDER BY length("businessKey"), "businessKey"`, [businessKey]);
}

/** Freezes of bids on the bank's page that have been silent for so many seconds (wall clock). */
export function openHoldsByHand(db: Db, loanNo: string, seconds: number, limit = 100): Promise<Instruction[]> {
  return rows<Instruction>(
    db, `SELECT ${instructionColumns} FROM instruction WHERE loan_no = $1 AND verb = 'hold' AND state IN ('sent', 'accepted') AND sent_at < clock_timestamp() - make_interval(secs => $2)
           AND EXISTS (SELECT 1 FROM bid b WHERE b.id = bid_id AND b.by = 'password') ORDER BY sent_at LIMIT $3`, [loanNo, seconds, limit]);
}

/** Freezes of a loan's bids that are to be given back. */
export function openReleases(db: Db, loanNo: string): Promise<Instruction[]> {
  return rows<Instruction>(db, `SELECT ${instructionColumns} FROM instruction WHERE loan_no = $1 AND verb = 'release-hold' AND bid_id IS NOT NULL AND state NOT IN ('done', 'refused') ORDER BY intended_at`, [loanNo]);
}

/** What is open of one person's account at the bank, oldest first. */
export function openOfUser(db: Db, userNo: string): Promise<Instruction[]> {
  return rows<Instruction>(db, `SELECT ${instructionColumns} FROM instruction WHERE user_no = $1 AND state NOT IN ('done', 'refused') ORDER BY intended_at, request_no`, [userNo]);
}

/** Open ones that were last sent more than `seconds` (wall clock) ago and await no later business moment. */
export function openSilentFor(db: Db, seconds: number, businessNow: string, limit: number): Promise<Instruction[]> {
  return rows<Instruction>(
    db, `SELECT ${instructionColumns} FROM instruction WHERE state NOT IN ('done', 'refused') AND coalesce(sent_at, intended_at) < clock_timestamp() - make_interval(secs => $1)
           AND (waits_until IS NULL OR waits_until <= $2) ORDER BY intended_at LIMIT $3`, [seconds, businessNow, limit]);
}

/** Acts that a person does on the bank's page: only their browser carries them there. */
export const personalVerbs: readonly Verb[] = ['register', 'open-enterprise', 'bind-card', 'unbind-card', 'change-mobile', 'reset-password', 'authorise', 'deposit', 'withdraw'];

/** Whether only a person's browser could have brought it to the bank. Bids count as such: those that are not have a workflow that tends them. */
export function isByHand({ verb, bidId, details }: Pick<Instruction, 'verb' | 'bidId' | 'details'>): boolean {
  return bidId !== null || personalVerbs.includes(verb) || details['by'] === 'password';
}

/** Whether it was last sent more than so many seconds (wall clock) ago. */
export async function isSilentFor(db: Db, requestNo: string, seconds: number): Promise<boolean> {
  return (await row(db, 'SELECT 1 FROM instruction WHERE request_no = $1 AND coalesce(sent_at, intended_at) < clock_timestamp() - make_interval(secs => $2)', [requestNo, seconds])) !== null;
}

/**
 * One detail of a batch (the bank's part of it is the custody port's `BatchDetail`), with what it is for and whom it
 * serves: the bid it uses up, or the holding it pays.
 */
export interface InstructionDetail {
  requestNo: string;
  /** The freeze that it is paid from; null: available money. */
  holdRequestNo: string | null;
  fromUserNo: string;
  toUserNo: string;
  kind: 'principal' | 'interest' | 'commission';
  purpose: DetailPurpose;
  amountFen: number;
  holdingId: number | null;
  bidId: number | null;
  state: 'sent' | 'done' | 'refused';
  reason: string | null;
  /** The detail of which the bank delivered only a part, when this is what is left of it. */
  restOf: string | null;
  /** The price of a claim: the outstanding principal that goes to the payer. */
  shareFen: number | null;
}
export type DetailPurpose = 'release' | 'principal' | 'interest' | 'service-fee' | 'lender-fee' | 'costs'
  | 'agreed-fee' | 'reward' | 'claim-price' | 'accrued-interest' | 'sale-fee' | 'guarantor-principal' | 'guarantor-interest' | 'guarantor-late-interest';
export type NewDetail = Omit<InstructionDetail, 'state' | 'reason' | 'restOf' | 'shareFen'> & { restOf?: string | null; shareFen?: number | null };

/** Selects {@link InstructionDetail}. */
export const detailColumns = `request_no AS "requestNo", hold_request_no AS "holdRequestNo", from_user_no AS "fromUserNo", to_user_no AS "toUserNo", kind, purpose, amount_fen AS "amountFen",
  holding_id AS "holdingId", bid_id AS "bidId", state, reason, rest_of AS "restOf", share_fen AS "shareFen"`;

/** Writes a batch's details, in the transaction that writes its instruction. */
export async function intendDetails(db: Db, batchNo: string, details: readonly NewDetail[]): Promise<void> {
  await db.query(
    `INSERT INTO instruction_detail (request_no, batch_no, hold_request_no, from_user_no, to_user_no, kind, purpose, amount_fen, holding_id, bid_id, rest_of, share_fen, state)
     SELECT d."requestNo", $1, d."holdRequestNo", d."fromUserNo", d."toUserNo", d.kind, d.purpose, d."amountFen", d."holdingId", d."bidId", d."restOf", d."shareFen", 'sent'
       FROM jsonb_to_recordset($2) AS d("requestNo" text, "holdRequestNo" text, "fromUserNo" text, "toUserNo" text, kind text, purpose text, "amountFen" bigint, "holdingId" bigint, "bidId" bigint, "restOf" text, "shareFen" bigint)
         ON CONFLICT (request_no) DO NOTHING`, [batchNo, JSON.stringify(details)]);
}

export function detailsOf(db: Db, batchNo: string): Promise<InstructionDetail[]> {
  return rows<InstructionDetail>(db, `SELECT ${detailColumns} FROM instruction_detail WHERE batch_no = $1 ORDER BY request_no`, [batchNo]);
}
