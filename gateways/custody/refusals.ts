/** What the bank's error codes mean for a money movement. */
import type { RefusalCode } from './port.js';

/**
 * The request was turned away at the door (system trouble, unreadable, badly signed, wrong platform). Nothing is known
 * of an earlier sending under the same number, so the outcome is unknown, never refused.
 */
const doorCodes: ReadonlySet<string> = new Set(['100001', '100002', '100003', '100004']);

export const notFoundCode = '100007';
export const noSuchUserCode = '100009';
export const duplicateCode = '100013';

/** The bank's finer reason decides where it gives one; the six-digit code otherwise. */
const byReason: ReadonlyMap<string, RefusalCode> = new Map(Object.entries<RefusalCode>({
  CARD_FUNDS: 'card-refused',
  CARD_CLOSED: 'card-refused',
  CARD_MISSING: 'card-refused',
  CARD_LIMIT: 'card-limit',
  AUTHORISATION_AMOUNT: 'authorisation-exhausted',
  BORROWER_CAP: 'cap-exceeded',
  PROJECT_UNKNOWN: 'project-state',
  SHARE_SHORT: 'share-short',
  SALE_UNKNOWN: 'sale-ended',
  SALE_ENDED: 'sale-ended',
  BANK_CLOSED: 'bank-closed',
}));

const byCode: ReadonlyMap<string, RefusalCode> = new Map(Object.entries<RefusalCode>({
  '100009': 'no-such-user',
  '100010': 'account-unusable',
  '100011': 'not-authorised',
  '100013': 'duplicate-request',
  '100014': 'insufficient-funds',
  '100015': 'project-state',
}));

/** Whether this error says nothing about the money movement itself. */
export function isTurnedAway(errorCode: string): boolean {
  return doorCodes.has(errorCode);
}

/** The stable code for a final refusal of the bank. */
export function refusalCode(errorCode: string, reasonCode: string | undefined): RefusalCode {
  return (reasonCode !== undefined ? byReason.get(reasonCode) : undefined) ?? byCode.get(errorCode) ?? 'refused';
}
