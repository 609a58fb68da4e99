/** Every "no" of the bank: one table of codes, as docs/custody-protocol.md prints it. */

export const errors = {
  system: { errorCode: '100001', text: 'system error' },
  json: { errorCode: '100002', text: 'the request cannot be read' },
  signature: { errorCode: '100003', text: 'signature, key or timestamp refused' },
  platform: { errorCode: '100004', text: 'unknown platform or service' },
  notFound: { errorCode: '100007', text: 'not found' },
  refused: { errorCode: '100008', text: 'refused' },
  noUser: { errorCode: '100009', text: 'no such user' },
  unusable: { errorCode: '100010', text: 'the account cannot be used' },
  notAuthorised: { errorCode: '100011', text: 'not authorised' },
  duplicate: { errorCode: '100013', text: 'this requestNo was used before' },
  balance: { errorCode: '100014', text: 'the balance is too low' },
  projectState: { errorCode: '100015', text: 'not in this state of the project' },
} as const;

/** Finer than the code; empty where the code says it all. */
export type Reason =
  | '' | 'CARD_FUNDS' | 'CARD_LIMIT' | 'CARD_CLOSED' | 'CARD_MISSING' | 'CARD_BOUND' | 'CARD_NUMBER'
  | 'AUTHORISATION_MISSING' | 'AUTHORISATION_EXPIRED' | 'AUTHORISATION_AMOUNT'
  | 'PROJECT_UNKNOWN' | 'PROJECT_AMOUNT' | 'BORROWER_CAP' | 'HOLD_UNKNOWN' | 'HOLD_OTHER'
  | 'CANCELLED' | 'EXPIRED' | 'USER_EXISTS' | 'WRONG_PARTY' | 'PAYOUT_OPEN' | 'FILE_MISSING' | 'BANK_CLOSED' | 'PAYOUT_ENDED' | 'SHARE_SHORT' | 'SALE_UNKNOWN' | 'SALE_ENDED' | 'PAYOUT_CONFIRMED' | 'FREEZE_ENDED'
  | 'CODE_WRONG' | 'MOBILE_MISSING';

/** A decided refusal: it ends the request and consumes its number. */
export interface Refusal { errorCode: string; reasonCode: Reason; errorMessage: string }

/** @param why a sentence for people; defaults to the code's own text */
export function refuse(kind: keyof typeof errors, reasonCode: Reason = '', why?: string): Refusal {
  return { errorCode: errors[kind].errorCode, reasonCode, errorMessage: why ?? errors[kind].text };
}

/** Turned away at the door: nothing is recorded, the number stays unused. */
export class DoorError extends Error {
  override name = 'DoorError';
  readonly errorCode: string;
  constructor(kind: keyof typeof errors, message?: string) {
    super(message ?? errors[kind].text);
    this.errorCode = errors[kind].errorCode;
  }
}
