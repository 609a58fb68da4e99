import { undeliveredCount } from '../../db/holdings.js';
import { intend, intendDetails, latestTry, type Instruction, type InstructionDetail } from '../../db/instructions.js';
import { findPayment } from '../../db/payments.js';
import { inTransaction, rows, type Transaction } from '../../db/pool.js';
import { closeTask } from '../../db/tasks.js';
import type { BankActivities } from '../../workflows/contract.js';
import { maxBatchDetails } from '../../gateways/custody/port.js';
import { carryOutBatches } from './batches.js';
import { isOpen, type BankDeps } from './carry-out.js';

/** Shares that the bank refused are sent again, under new numbers: the old ones are refused for ever. */
export function redeliverActivity(deps: BankDeps): BankActivities['redeliver'] {
  return async ({ loanNo, asOf }) => {
    const payments = await rows<{ paymentNo: string }>(
      deps.pool, `SELECT DISTINCT i.payment_no AS "paymentNo" FROM instruction i JOIN instruction_detail d ON d.batch_no = i.request_no WHERE i.loan_no = $1 AND i.verb IN ('batch-repayment', 'batch-compensation') AND d.state <> 'done'
         AND NOT EXISTS (SELECT 1 FROM instruction_detail o JOIN instruction oi ON oi.request_no = o.batch_no WHERE oi.payment_no = i.payment_no AND o.holding_id IS NOT DISTINCT FROM d.holding_id AND o.purpose = d.purpose AND o.rest_of IS NOT DISTINCT FROM d.rest_of AND o.state = 'done')
       ORDER BY 1`, [loanNo]);
    for (const { paymentNo } of payments) await carryOutBatches(deps, await planAgain(deps, loanNo, paymentNo, asOf), loanNo, asOf);
    const undelivered = await undeliveredCount(deps.pool, loanNo);
    if (undelivered === 0) await closeTasks(deps, loanNo, asOf);
    return { undelivered };
  };
}

/** The last share may have been heard of by notification, so the tasks are found by the loan and not by what was sent now. */
async function closeTasks({ pool }: BankDeps, loanNo: string, at: string): Promise<void> {
  const open = await rows<{ key: string }>(pool, `SELECT key FROM task WHERE loan_no = $1 AND kind = 'undelivered' AND state = 'open'`, [loanNo]);
  for (const { key } of open) await closeTask(pool, { key, state: 'done', decision: 'delivered', by: `workflow:${loanNo}`, at });
}

/** The attempt that is under way, or the next one with at most a batch of what is still refused. */
function planAgain({ pool }: BankDeps, loanNo: string, paymentNo: string, asOf: string): Promise<Instruction[]> {
  return inTransaction(pool, async (tx) => {
    await tx.query('SELECT 1 FROM payment WHERE payment_no = $1 FOR UPDATE', [paymentNo]);
    const businessKey = `${paymentNo}:again`;
    const last = await latestTry(tx, businessKey);
    if (last && isOpen(last)) return [last];
    const refused = await refusedDetails(tx, paymentNo);
    if (refused.length === 0) return [];
    const verb = (await findPayment(tx, paymentNo))?.source === 'compensation' ? 'batch-compensation' : 'batch-repayment';
    const amountFen = refused.reduce((sum, detail) => sum + detail.amountFen, 0);
    const batch = await intend(tx, {
      businessKey, try: (last?.try ?? 0) + 1, verb, userNo: refused[0]?.fromUserNo ?? null, loanNo, paymentNo, amountFen, workflowId: loanNo, step: 'service', asOf, details: { redelivery: true },
    });
    await intendDetails(tx, batch.requestNo, refused.map((detail) => ({ ...detail, requestNo: `${batch.requestNo}-${nameOf(detail)}` })));
    return [batch];
  });
}

const nameOf = ({ holdingId, purpose, restOf }: InstructionDetail): string => `${holdingId === null ? '' : `h${holdingId}-`}${purpose}${restOf === null ? '' : '-rest'}`;

/** What was refused and neither done nor sent again since: one detail per holder and purpose, and one for what is left of it. */
function refusedDetails(tx: Transaction, paymentNo: string): Promise<InstructionDetail[]> {
  return rows<InstructionDetail>(
    tx, `SELECT DISTINCT ON (d.holding_id, d.purpose, d.rest_of) d.request_no AS "requestNo", d.hold_request_no AS "holdRequestNo", d.from_user_no AS "fromUserNo", d.to_user_no AS "toUserNo", d.kind, d.purpose,
                d.amount_fen AS "amountFen", d.holding_id AS "holdingId", d.bid_id AS "bidId", d.state, d.reason, d.rest_of AS "restOf", d.share_fen AS "shareFen"
           FROM instruction_detail d JOIN instruction i ON i.request_no = d.batch_no
          WHERE i.payment_no = $1 AND i.verb IN ('batch-repayment', 'batch-compensation') AND d.state = 'refused'
            AND NOT EXISTS (SELECT 1 FROM instruction_detail o JOIN instruction oi ON oi.request_no = o.batch_no
                             WHERE oi.payment_no = $1 AND o.holding_id IS NOT DISTINCT FROM d.holding_id AND o.purpose = d.purpose AND o.rest_of IS NOT DISTINCT FROM d.rest_of AND o.state <> 'refused')
          ORDER BY d.holding_id, d.purpose, d.rest_of LIMIT $2`, [paymentNo, maxBatchDetails]);
}
