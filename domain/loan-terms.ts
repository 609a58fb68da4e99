import type { LoanTerms } from './loan.js';
import type { Product } from './product.js';

/** Times of the platform's own, the same for every product; what a product says is in the product. */
export interface ServicePolicy {
  /** The platform's zone, minutes ahead of UTC. */
  zoneOffsetMinutes: number;
  /** Minute of the day at which a day's business is done. */
  businessMinute: number;
  reviewDays: number;
  offerDays: number;
  preparationDays: number;
  disbursementWorkingDays: number;
  /** Extra reminders, in days relative to the due day, while the debit before failed. */
  anxiousReminderDays: number[];
  recoveryLookDays: number;
}

/** Disbursement within two working days is the trade's promise (lending.md); the others are the platform's choice. */
export const defaultServicePolicy: ServicePolicy = {
  zoneOffsetMinutes: 480,
  businessMinute: 10 * 60,
  reviewDays: 3,
  offerDays: 7,
  preparationDays: 14,
  disbursementWorkingDays: 2,
  anxiousReminderDays: [-7, -5],
  recoveryLookDays: 30,
};

/** The limits and times a new loan keeps from its start: its product's and the platform's. */
export function loanTerms(product: Product, policy: ServicePolicy = defaultServicePolicy): LoanTerms {
  return {
    ...policy,
    fundraisingWorkingDays: product.fundraisingWorkingDays,
    reminderDays: [...product.reminderDays],
    anxiousReminderDays: [...policy.anxiousReminderDays],
    debitDays: [...product.debitDays],
    partialDebit: product.partialDebit,
    lateInterestBps: product.lateInterestBps,
    collectAfterDays: product.collectAfterDays,
    legalAfterDays: product.legalAfterDays,
    writeOffAfterDays: product.writeOffAfterDays,
  };
}
