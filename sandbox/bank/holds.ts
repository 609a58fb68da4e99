/** Freezes: USER_PRE_TRANSACTION (password), USER_AUTO_PRE_TRANSACTION (authorisation) and CANCEL_PRE_TRANSACTION. */
import type pg from 'pg';
import { isRefusal, lockAccounts, lockUsable, move } from './accounts.js';
import type { Account } from './accounts.js';
import { giveBack, spend } from './authorisations.js';
import { refuse } from './errors.js';
import type { Refusal } from './errors.js';
import { shareProject } from './projects.js';
import { done, failed } from './requests.js';
import type { Verdict } from './requests.js';

/** For what: a bid, a repayment, the purchase of a claim, or a guarantor's payment in the borrower's place. */
type Purpose = 'TENDER' | 'REPAYMENT' | 'CREDIT_ASSIGNMENT' | 'COMPENSATORY';

export interface Hold { request_no: string; project_no: string; user_no: string; biz_type: Purpose; authorisation_no: string | null; amount_fen: number; remaining_fen: number }

export interface Freeze { requestNo: string; projectNo: string; userNo: string; bizType: Purpose; amountFen: number; atMs: number; byAuthorisation: boolean }

/** Moves from available to frozen, under a project. */
export async function freeze(tx: pg.PoolClient, order: Freeze): Promise<Verdict> {
  const { requestNo, projectNo, userNo, bizType, amountFen, atMs, byAuthorisation } = order;
  const refusal = await mayFreeze(tx, order);
  if (refusal) return failed(refusal);
  const account = await lockUsable(tx, userNo);
  if (isRefusal(account)) return failed(account);
  const wrongRole = mayAct(account, bizType);
  if (wrongRole) return failed(wrongRole);
  if (account.available_fen < amountFen) return failed(refuse('balance'));
  const spent = byAuthorisation ? await spend(tx, userNo, bizType, amountFen, atMs) : { authorisationNo: null };
  if (isRefusal(spent)) return failed(spent);
  await move(tx, atMs, [{ requestNo, accountNo: userNo, availableFen: -amountFen, frozenFen: amountFen }]);
  await tx.query({
    name: 'insert-hold',
    text: 'INSERT INTO hold (request_no, project_no, user_no, biz_type, authorisation_no, amount_fen, remaining_fen) VALUES ($1,$2,$3,$4,$5,$6,$6)',
    values: [requestNo, projectNo, userNo, bizType, spent.authorisationNo, amountFen],
  });
  return done(amountFen);
}

/** A bid needs a project that collects, everything else one that is being repaid; only a repayment is the borrower's own. */
async function mayFreeze(tx: pg.PoolClient, { projectNo, userNo, bizType }: Freeze): Promise<Refusal | null> {
  const project = await shareProject(tx, projectNo);
  if (!project) return refuse('projectState', 'PROJECT_UNKNOWN', `no project ${projectNo}`);
  const needed = bizType === 'TENDER' ? 'COLLECTING' : 'REPAYING';
  if (project.state !== needed) return refuse('projectState', '', `project ${projectNo} is ${project.state}, not ${needed}`);
  const isBorrower = project.borrower_no === userNo;
  if (isBorrower !== (bizType === 'REPAYMENT')) return refuse('refused', 'WRONG_PARTY', bizType === 'REPAYMENT' ? 'only the borrower repays' : 'a borrower is no lender or guarantor of the own project');
  return null;
}

/** Claims are bought by lenders, and a guarantor pays in the borrower's place. */
function mayAct(account: Account, bizType: Purpose): Refusal | null {
  const role = bizType === 'CREDIT_ASSIGNMENT' ? 'INVESTOR' : bizType === 'COMPENSATORY' ? 'GUARANTEECORP' : account.role;
  return account.role === role ? null : refuse('refused', 'WRONG_PARTY', `${account.user_no} is ${account.role}, not ${role}`);
}

/** Gives back a part or the whole of what is left of a freeze. */
export async function cancelHold(tx: pg.PoolClient, requestNo: string, holdNo: string, amountFen: number, atMs: number): Promise<Verdict> {
  const found = await tx.query<Hold>({ name: 'find-hold', text: 'SELECT * FROM hold WHERE request_no = $1', values: [holdNo] });
  const owner = found.rows[0]?.user_no;
  if (owner === undefined) return failed(refuse('notFound', 'HOLD_UNKNOWN', `no freeze ${holdNo}`));
  await lockAccounts(tx, [owner]);
  const { rows } = await tx.query<Hold>({ name: 'lock-hold', text: 'SELECT * FROM hold WHERE request_no = $1 FOR UPDATE', values: [holdNo] });
  const hold = rows[0];
  if (!hold || hold.remaining_fen < amountFen) return failed(refuse('balance', '', `freeze ${holdNo} holds less than that`));
  await releaseHold(tx, hold, requestNo, amountFen, atMs);
  return done(amountFen);
}

/** Frozen → available. The account and the hold must be locked. */
export async function releaseHold(tx: pg.PoolClient, hold: Hold, requestNo: string, amountFen: number, atMs: number): Promise<void> {
  await tx.query({ name: 'lessen-hold', text: 'UPDATE hold SET remaining_fen = remaining_fen - $2 WHERE request_no = $1', values: [hold.request_no, amountFen] });
  await move(tx, atMs, [{ requestNo, accountNo: hold.user_no, availableFen: amountFen, frozenFen: -amountFen }]);
  if (hold.authorisation_no !== null) await giveBack(tx, hold.authorisation_no, hold.biz_type, hold.user_no, amountFen);
}
