import type { BankActivities, TradeActivities } from '../../workflows/contract.js';
import { borrowerReadyActivity } from './borrower-ready.js';
import { awaiting, type BankDeps } from './carry-out.js';
import { buyClaimActivity, cancelClaimSaleActivity, sellClaimActivity } from './claim-sales.js';
import { closeDaysActivity } from './close-day.js';
import { compensateActivity } from './compensate.js';
import { concludeActivity } from './conclude.js';
import { decidePaperActivity, liftOrderActivity, placeOrderActivity, releasePartActivity } from './court-orders.js';
import { createProjectActivity } from './create-project.js';
import { decideWithdrawalActivity } from './decide-withdrawal.js';
import { distributeActivity } from './distribute.js';
import { decideEstateActivity, settleEstateActivity } from './estates.js';
import { failListingActivity } from './fail-listing.js';
import { finishActivity } from './finish.js';
import { followMovementActivity } from './follow-movement.js';
import { freezeBidsActivity, fundingSumsActivity } from './freeze-bids.js';
import { payOutActivity } from './pay-out.js';
import { bringOwnFundsActivity, rewardActivity, transferFeeActivity } from './platform-money.js';
import { redeliverActivity } from './redeliver.js';
import { confirmDayActivity, reconcileDaysActivity } from './reconcile.js';
import { releaseActivity } from './release.js';
import { repayGuarantorActivity } from './repay-guarantor.js';
import { resolveCaseActivity } from './resolve-case.js';
import { takePaymentActivity } from './take-payment.js';
import { writeOffActivity } from './write-off.js';

/** Queue `bank`: everything where money moves. Each can be called any number of times, and goes on where the record says. */
export function createBankActivities(deps: BankDeps): BankActivities & TradeActivities {
  return {
    borrowerReady: borrowerReadyActivity(deps),
    createProject: awaiting(deps, createProjectActivity(deps)),
    freezeBids: freezeBidsActivity(deps),
    fundingSums: fundingSumsActivity(deps),
    failListing: awaiting(deps, failListingActivity(deps)),
    conclude: concludeActivity(deps),
    release: awaiting(deps, releaseActivity(deps)),
    payOut: awaiting(deps, payOutActivity(deps)),
    takePayment: awaiting(deps, takePaymentActivity(deps)),
    distribute: awaiting(deps, distributeActivity(deps)),
    redeliver: redeliverActivity(deps),
    writeOff: writeOffActivity(deps),
    finish: awaiting(deps, finishActivity(deps)),
    followMovement: followMovementActivity(deps),
    decideWithdrawal: decideWithdrawalActivity(deps),
    closeDays: closeDaysActivity(deps),
    reconcileDays: reconcileDaysActivity(deps),
    confirmDay: confirmDayActivity(deps),
    resolveCase: resolveCaseActivity(deps),
    transferFee: awaiting(deps, transferFeeActivity(deps)),
    bringOwnFunds: awaiting(deps, bringOwnFundsActivity(deps)),
    reward: awaiting(deps, rewardActivity(deps)),
    sellClaim: awaiting(deps, sellClaimActivity(deps)),
    cancelClaimSale: awaiting(deps, cancelClaimSaleActivity(deps)),
    buyClaim: awaiting(deps, buyClaimActivity(deps)),
    compensate: awaiting(deps, compensateActivity(deps)),
    repayGuarantor: awaiting(deps, repayGuarantorActivity(deps)),
    decidePaper: decidePaperActivity(deps),
    placeOrder: awaiting(deps, placeOrderActivity(deps)),
    liftOrder: awaiting(deps, liftOrderActivity(deps)),
    releasePart: awaiting(deps, releasePartActivity(deps)),
    decideEstate: decideEstateActivity(deps),
    settleEstate: settleEstateActivity(deps),
  };
}
