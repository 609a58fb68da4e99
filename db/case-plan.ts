/**
 * What it takes for the ledger to follow the bank in a case: which of our journals are taken back, and what is posted instead.
 * Worked out the same way for the page that shows it and for the decision that does it; nothing here writes.
 */
import { findAccountByUserNo } from './accounts.js';
import { outside, personal, platformCosts, platformIncome, platformIncomeUser, type AccountName } from './chart.js';
import { detailColumns, find, type DetailPurpose, type Instruction, type InstructionDetail, type NewDetail, type NewInstruction, type Verb } from './instructions.js';
import { moved, postedFor, type Journal, type PostedJournal, type Posting } from './ledger.js';
import { claimsWhenDelivered, claimsWhenMissing } from './outcomes/corrected-shares.js';
import { row, type Db } from './pool.js';
import type { CaseSide, ReconciliationCase } from './reconciliation.js';

export interface CorrectionPlan {
  /** Ours that are taken back, each by its exact opposite. */
  reverse: PostedJournal[];
  /** What the bank says was moved; each journal names the instruction. */
  post: Journal[];
  /** What the claims book follows with: a share is owed again (on the decision), or is delivered (on its payment). */
  owedAgain: Posting[];
  delivered: Journal[];
  /** The bank was never asked by us: the movement gets an instruction after the fact, so that its journal has one to name. */
  unasked: { instruction: NewInstruction; detail: NewDetail | null } | null;
  /** What is known of the movement; a batch and its detail, or a single instruction. */
  instruction: Instruction | null;
  detail: InstructionDetail | null;
  /** The bank delivered a detail of which we had not heard that it did. */
  isDelivered: boolean;
  /** What its receiver did not get of a detail that was delivered, or that we thought was. */
  missingFen: number;
  /** Whose available money the bank has used: reservations give way to it. */
  spent: { userNo: string; amountFen: number } | null;
}

/** `nothing-to-post`: our books hold already what the bank says. */
export type Unplannable = { refused: 'cannot-be-posted' | 'nothing-to-post' };

/** @param asOf Business time of the decision, ISO. */
export async function planCorrection(db: Db, found: ReconciliationCase, asOf: string): Promise<CorrectionPlan | Unplannable> {
  if (found.result === 'file-changed' || found.result === 'too-many') return { refused: 'cannot-be-posted' };
  const known = await movementOf(db, found);
  if (known.detail && !followed.has(known.detail.purpose)) return { refused: 'cannot-be-posted' };
  const twice = found.reasons.includes('repeated-line');
  const live = known.instruction ? await postedFor(db, known.instruction.requestNo, known.no) : [];
  const ours = twice ? [] : live;
  const wanted = found.bank === null ? [] : await bankJournals(db, found, known, { key: await freeKey(db, found, known, twice), asOf, twice });
  const after = known.instruction ? null : await unasked(db, found, known.no);
  if (wanted === null || (!known.instruction && !after)) return { refused: 'cannot-be-posted' };
  const claims = twice ? noClaims : await claimsOf(db, found, known, asOf);
  if (claims.owedAgain.length === 0 && claims.delivered.length === 0 && isNothing(ours, wanted)) return { refused: 'nothing-to-post' };
  return { reverse: ours, post: wanted, ...claims, unasked: after, instruction: known.instruction, detail: twice ? null : known.detail, spent: spentBy(found, wanted, ours) };
}

/** Details whose claims are followed here. */
const followed: ReadonlySet<string> = new Set<DetailPurpose>(['release', 'principal', 'interest', 'service-fee', 'lender-fee', 'costs']);

interface Movement {
  /** Our number of it: a returned payout has one of its own. */
  no: string;
  instruction: Instruction | null;
  detail: InstructionDetail | null;
}

const isDetail = ({ file }: ReconciliationCase): boolean => file === 'transfers' || file === 'commissions';

async function movementOf(db: Db, found: ReconciliationCase): Promise<Movement> {
  const no = found.file === 'returned-payouts' ? `${found.requestNo}-returned` : found.requestNo;
  if (!isDetail(found)) return { no, instruction: await find(db, no), detail: null };
  const detail = await row<InstructionDetail & { batchNo: string }>(db, `SELECT ${detailColumns}, batch_no AS "batchNo" FROM instruction_detail WHERE request_no = $1`, [no]);
  return { no, instruction: detail ? await find(db, detail.batchNo) : null, detail };
}

/** The movement's own number, as long as nothing was ever posted under it; then it counts on the bank's day, else on that of the decision. */
async function freeKey(db: Db, { id }: ReconciliationCase, { no }: Movement, twice: boolean): Promise<string> {
  const taken = twice || (await row(db, 'SELECT 1 FROM journal WHERE key = $1', [no])) !== null;
  return taken ? `${no}:case-${id}` : no;
}

interface Posts { key: string; asOf: string; twice: boolean }

/** What the bank moved, as journals; null where the chart knows no such movement (a lender's money to the platform, for one). */
async function bankJournals(db: Db, found: ReconciliationCase, known: Movement, { key, asOf, twice }: Posts): Promise<Journal[] | null> {
  const { bank } = found;
  const ends = bank && (await areOurs(db, bank)) ? endsOf(found, bank, known.detail) : null;
  if (!bank?.at || !ends) return null;
  const requestNo = known.instruction?.requestNo ?? known.no;
  const facts = { requestNo, businessAt: key === known.no ? bank.at : asOf };
  const moves = { ...facts, key, kind: ends.kind, postings: moved(ends.from, ends.to, bank.amountFen) };
  const knownFreeze = !isDetail(found) || (!twice && known.detail?.fromUserNo === bank.userNo);
  return knownFreeze ? [moves] : [{ ...facts, key: `${key}:frozen`, kind: ends.kind === 'release' ? 'late-freeze' : 'repayment-frozen', postings: moved(personal(bank.userNo ?? '', 'available'), ends.from, bank.amountFen) }, moves];
}

/** Both sides are people whose accounts we know. */
async function areOurs(db: Db, bank: CaseSide): Promise<boolean> {
  for (const userNo of [bank.userNo, ...(bank.toUserNo === null ? [] : [bank.toUserNo])]) {
    if (!userNo || !(await findAccountByUserNo(db, userNo))) return false;
  }
  return true;
}

function endsOf({ file }: ReconciliationCase, bank: CaseSide, detail: InstructionDetail | null): { kind: Journal['kind']; from: AccountName; to: AccountName } | null {
  const userNo = bank.userNo ?? '';
  const [isLender, isBorrower] = [userNo.startsWith('L-'), userNo.startsWith('B-')];
  const to = bank.toUserNo ?? '';
  switch (file) {
    case 'deposits': return { kind: 'deposit', from: outside, to: personal(userNo, 'available') };
    case 'returned-payouts': return { kind: 'payout-returned', from: outside, to: personal(userNo, 'available') };
    case 'payouts': return { kind: 'withdrawal', from: personal(userNo, 'available'), to: outside };
    case 'commissions': return isBorrower ? { ...feeOf(detail?.purpose), from: personal(userNo, 'frozen') } : null;
    case 'transfers': {
      if (isLender && to.startsWith('B-')) return { kind: 'release', from: personal(userNo, 'frozen'), to: personal(to, 'available') };
      return isBorrower && to.startsWith('L-') ? { kind: 'repayment', from: personal(userNo, 'frozen'), to: personal(to, 'available') } : null;
    }
  }
}

function feeOf(purpose: DetailPurpose | undefined): { kind: Journal['kind']; to: AccountName } {
  if (purpose === 'costs') return { kind: 'costs', to: platformCosts };
  return { kind: purpose === 'lender-fee' ? 'lender-fee' : 'service-fee', to: platformIncome };
}

const noClaims = { owedAgain: [] as Posting[], delivered: [] as Journal[], isDelivered: false, missingFen: 0 };

/**
 * The claims book follows only where a share of a payment was delivered, or was not. What a receiver got beyond the share is
 * not owed to them; a release leaves the contract as it stands.
 */
async function claimsOf(db: Db, found: ReconciliationCase, { instruction, detail }: Movement, asOf: string): Promise<Pick<CorrectionPlan, 'owedAgain' | 'delivered' | 'isDelivered' | 'missingFen'>> {
  if (!detail || !instruction || detail.purpose === 'release') return noClaims;
  const gotFen = got(found.bank, detail);
  if (detail.state !== 'done' && gotFen === 0) return noClaims;
  const missingFen = Math.max(0, detail.amountFen - gotFen);
  return {
    missingFen, isDelivered: detail.state !== 'done',
    owedAgain: missingFen > 0 ? await claimsWhenMissing(db, instruction, detail, missingFen) : [],
    delivered: detail.state === 'done' ? [] : await claimsWhenDelivered(db, instruction, detail, found.bank?.at ?? asOf),
  };
}

/** What the one for whom the detail is got of it by the bank's file. */
function got(bank: CaseSide | null, detail: InstructionDetail): number {
  if (!bank) return 0;
  return detail.kind === 'commission' || bank.toUserNo === detail.toUserNo ? bank.amountFen : 0;
}

const cashVerbs: Partial<Record<string, Verb>> = { deposit: 'deposit', pull: 'pull', withdraw: 'withdraw', payout: 'payout', 'payout-returned': 'payout-returned' };

async function unasked(db: Db, { id, bank, file, day, requestNo }: ReconciliationCase, no: string): Promise<CorrectionPlan['unasked']> {
  if (!bank) return null;
  const { amountFen, userNo, toUserNo, kind, at } = bank;
  const facts = { requestNo: no, businessKey: no, userNo, amountFen, workflowId: `case:${id}`, step: 'case', asOf: at ?? day };
  if (file !== 'transfers' && file !== 'commissions') {
    const verb = cashVerbs[kind];
    // The loan whose payout came back pays out again: it hears of it as it would have from the bank.
    const payout = file === 'returned-payouts' ? await find(db, requestNo) : null;
    return verb ? { instruction: { ...facts, verb, ...(payout ? { loanNo: payout.loanNo, workflowId: payout.workflowId, step: 'payOut' } : {}) }, detail: null } : null;
  }
  if (kind !== 'principal' && kind !== 'interest' && kind !== 'commission') return null;
  const release = userNo?.startsWith('L-') === true;
  const purpose = release ? 'release' : kind === 'commission' ? 'service-fee' : kind;
  return {
    instruction: { ...facts, verb: release ? 'batch-release' : 'batch-repayment' },
    detail: { requestNo: no, holdRequestNo: no, fromUserNo: userNo ?? '', toUserNo: toUserNo ?? platformIncomeUser, kind, purpose, amountFen, holdingId: null, bidId: null },
  };
}

/** Money that left a person's available account by the bank's own word: bids that only reserve it give way. */
function spentBy({ file, bank }: ReconciliationCase, wanted: readonly Journal[], ours: readonly PostedJournal[]): CorrectionPlan['spent'] {
  if (!bank?.userNo || (file !== 'payouts' && wanted.length < 2)) return null;
  const { code } = personal(bank.userNo, 'available');
  const amountFen = -(netOf(ours, wanted).get(code) ?? 0);
  return amountFen > 0 ? { userNo: bank.userNo, amountFen } : null;
}

/** What taking back and posting comes to, account by account. */
export function netOf(reverse: readonly PostedJournal[], post: readonly { postings: readonly Posting[] }[]): Map<string, number> {
  const net = new Map<string, number>();
  const add = (code: string, fen: number): void => void net.set(code, (net.get(code) ?? 0) + fen);
  for (const journal of reverse) for (const { code, fen } of journal.postings) add(code, -fen);
  for (const journal of post) for (const { account, amountFen } of journal.postings) add(account.code, amountFen);
  return net;
}

const isNothing = (reverse: readonly PostedJournal[], post: readonly Journal[]): boolean => [...netOf(reverse, post).values()].every((fen) => fen === 0);
