import { accountsOf } from '../../db/accounts.js';
import { decidePaper, findOrder, findPaper, markEnded, markPartReleased, markStanding, setOrderState, type CourtOrder } from '../../db/court-orders.js';
import { instructionColumns, type Instruction } from '../../db/instructions.js';
import { OutOfOrder, recordOutcome } from '../../db/outcomes.js';
import { inTransaction, rows, type Db } from '../../db/pool.js';
import type { BankActivities } from '../../workflows/contract.js';
import { courtOrderWorkflowId } from '../../workflows/contract.js';
import { NotInRecord } from '../failures.js';
import { carryOut, eachOf, unlessDone, type BankDeps } from './carry-out.js';
import { newTryAfterRefusal } from './projects.js';

/** A person decides a paper of a court; see `db/court-orders.ts`. */
export function decidePaperActivity({ pool }: BankDeps): BankActivities['decidePaper'] {
  return async (decision) => {
    const answer = await decidePaper(pool, decision);
    return 'refused' in answer ? { status: 'refused', code: answer.refused } : { status: 'decided', paper: answer.decided };
  };
}

/** The freeze at the bank, account by account, and the marks on claims: an order for both stands only when both are done. */
export function placeOrderActivity(deps: BankDeps): BankActivities['placeOrder'] {
  return async ({ orderNo, asOf }) => {
    const { pool, custody } = deps;
    await setOrderState(pool, orderNo, 'placing');
    const order = await mustFind(pool, orderNo);
    for (const userNo of await accountsUnder(pool, order)) {
      const freeze = await newTryAfterRefusal(deps, { ...ofOrder(orderNo, `freeze:${userNo}`), verb: 'court-freeze', userNo, amountFen: order.sumFen ?? 0, step: 'freeze', asOf });
      const after = await carryOut(deps, freeze, ({ requestNo, amountFen, asOf: businessTime }) => custody.freezeByCourt({ requestNo, userNo, amountFen: amountFen || null, businessTime }), asOf);
      const notYet = unlessDone(after);
      if (notYet) return notYet;
    }
    await inTransaction(pool, (tx) => markStanding(tx, orderNo, asOf));
    return { status: 'done' };
  };
}

/** Everything back, and the claims free: the order has run out, or the court has lifted it. */
export function liftOrderActivity(deps: BankDeps): BankActivities['liftOrder'] {
  return async ({ orderNo, endedBy, asOf }) => {
    const { pool } = deps;
    await setOrderState(pool, orderNo, 'lifting');
    for (const freeze of await freezesOf(pool, orderNo)) {
      await followFreeze(deps, freeze, asOf);
      const notYet = unlessDone(await giveBack(deps, freeze, { ...ofOrder(orderNo, `release:${freeze.userNo}`), amountFen: 0, asOf }));
      if (notYet) return notYet;
    }
    await inTransaction(pool, (tx) => markEnded(tx, orderNo, endedBy, asOf));
    return { status: 'done' };
  };
}

/** A part of a sum back; the order is for so much less from then on. */
export function releasePartActivity(deps: BankDeps): BankActivities['releasePart'] {
  return async ({ paperId, asOf }) => {
    const { pool } = deps;
    const paper = await findPaper(pool, paperId);
    if (!paper?.amountFen) throw new NotInRecord('paper about a part', String(paperId));
    const [freeze] = await freezesOf(pool, paper.orderNo);
    if (!freeze) throw new NotInRecord('freeze of', paper.orderNo);
    await followFreeze(deps, freeze, asOf);
    const notYet = unlessDone(await giveBack(deps, freeze, { ...ofOrder(paper.orderNo, `part${paperId}`), amountFen: paper.amountFen, asOf }));
    if (notYet) return notYet;
    await inTransaction(pool, (tx) => markPartReleased(tx, paperId, asOf));
    return { status: 'done' };
  };
}

/** What came in and was frozen without our hearing of it: asked at the close of each day, while orders stand. */
export async function followStandingFreezes(deps: BankDeps, at: string): Promise<void> {
  const standing = await rows<Instruction>(
    deps.pool, `SELECT ${instructionColumns} FROM instruction WHERE verb = 'court-freeze' AND state = 'done' AND workflow_id IN (SELECT 'order:' || order_no FROM court_order WHERE state IN ('placing', 'standing'))`);
  await eachOf(standing, 8, async (freeze) => {
    try {
      await followFreeze(deps, freeze, at);
    } catch (error) {
      // What came in is not in the books yet; the next close, or the bank's own word, finds it there.
      if (!(error instanceof OutOfOrder)) throw error;
    }
  });
}

/** Takes in how much a freeze that was done has frozen by now. */
async function followFreeze({ pool, custody }: BankDeps, { requestNo }: Instruction, at: string): Promise<void> {
  await recordOutcome(pool, { requestNo, outcome: await custody.query(requestNo), at });
}

async function giveBack(deps: BankDeps, freeze: Instruction, wish: { businessKey: string; workflowId: string; amountFen: number; asOf: string }): Promise<Instruction> {
  const release = await newTryAfterRefusal(deps, { ...wish, verb: 'court-release', userNo: freeze.userNo, step: 'release', details: { freezeRequestNo: freeze.requestNo } });
  return carryOut(deps, release, ({ requestNo, amountFen, asOf: businessTime }) => deps.custody.releaseByCourt({ requestNo, freezeRequestNo: freeze.requestNo, amountFen: amountFen || null, businessTime }), wish.asOf);
}

const ofOrder = (orderNo: string, what: string): { businessKey: string; workflowId: string } => ({ businessKey: `order:${orderNo}:${what}`, workflowId: courtOrderWorkflowId(orderNo) });

async function mustFind(db: Db, orderNo: string): Promise<CourtOrder> {
  const order = await findOrder(db, orderNo);
  if (!order) throw new NotInRecord('court order', orderNo);
  return order;
}

/** The account that a sum is taken of, or all that the person has at the bank by now. */
async function accountsUnder(db: Db, { covers, userNo, personId }: CourtOrder): Promise<string[]> {
  if (covers === 'claims') return [];
  if (userNo !== null) return [userNo];
  const own = [`B-${personId}`, `L-${personId}`];
  return (await accountsOf(db, personId)).filter((account) => own.includes(account.userNo) && account.state !== 'opening').map((account) => account.userNo);
}

/** Freezes that were done, the latest try of each account. */
function freezesOf(db: Db, orderNo: string): Promise<Instruction[]> {
  return rows<Instruction>(db, `SELECT ${instructionColumns} FROM instruction WHERE workflow_id = $1 AND verb = 'court-freeze' AND state = 'done' ORDER BY request_no`, [courtOrderWorkflowId(orderNo)]);
}
