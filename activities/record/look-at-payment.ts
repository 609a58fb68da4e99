import { row } from '../../db/pool.js';
import type { RecordActivities } from '../../workflows/contract.js';
import type { ActivityDeps } from '../deps.js';

type Payment = Awaited<ReturnType<RecordActivities['lookAtPayment']>>;

/** How far a payment is, from the record alone. */
export function lookAtPaymentActivity({ pool }: Pick<ActivityDeps, 'pool'>): RecordActivities['lookAtPayment'] {
  return async ({ paymentNo }) => {
    const found = await row<Payment>(pool,
      `SELECT state, (SELECT count(*) FROM distribution d WHERE d.payment_no = p.payment_no AND d.state = 'undelivered') AS undelivered
       FROM payment p WHERE payment_no = $1`, [paymentNo]);
    return found ?? { state: 'none', undelivered: 0 };
  };
}
