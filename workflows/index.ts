/** All workflows, by the names in `contract.ts`. */
export { loan } from './loan.js';
export { fund } from './fund.js';
export { identify } from './identify.js';
export { collect } from './collect.js';
export { legal } from './legal.js';
export { movement } from './movement.js';
export { message } from './message.js';
export { businessDay } from './business-day.js';
export { reconcile } from './reconcile.js';
export { difference } from './difference.js';
export { delivery } from './delivery.js';
export { courtOrder } from './court-order.js';
export { estate } from './estate.js';
