/** Verifies what the bank sends of itself: NOTIFY from its server and CALLBACK through the person's browser. */
import { z } from 'zod';
import type { BankMessage } from './port.js';
import { batchSchema, bankUserOf, detailOutcomes, outcomeOf, transactionSchema, userSchema } from './transactions.js';
import { readKeys } from './keys.js';
import type { KeyRing } from './keys.js';
import { WireError, openEnvelope } from './wire.js';
import type { Trusted, WireFault } from './wire.js';

/** The message is not to be believed: {@link fault} says why. Answer anything but `SUCCESS` and change nothing. */
export class InvalidBankMessage extends Error {
  override name = 'InvalidBankMessage';
  constructor(readonly fault: WireFault, message: string) { super(message); }
}

export interface CustodyInboundSettings {
  platformNo: string;
  /** The bank's public keys by serial. */
  bankKeys: KeyRing;
  /** Wall clock, milliseconds. */
  now: () => number;
}

export interface CustodyInbound {
  /**
   * Reads the parsed form body of a notification or callback.
   * @throws InvalidBankMessage for a missing or wrong signature, an unknown or withdrawn keySerial, another platform's number, a
   *   timestamp more than ten minutes off, or a content that is not the protocol's.
   */
  verify(body: unknown): BankMessage;
}

const acts: Readonly<Record<string, BankMessage['act']>> = {
  PERSONAL_REGISTER_EXPAND: 'register',
  ENTERPRISE_REGISTER: 'open-enterprise',
  PERSONAL_BIND_BANKCARD_EXPAND: 'bind-card',
  UNBIND_BANKCARD: 'unbind-card',
  RESET_PASSWORD: 'reset-password',
  MODIFY_MOBILE_EXPAND: 'change-mobile',
  USER_AUTHORIZATION: 'authorise',
  RECHARGE: 'deposit',
  WITHDRAW: 'withdraw',
  USER_PRE_TRANSACTION: 'hold',
  USER_AUTO_PRE_TRANSACTION: 'hold',
  DIRECT_RECHARGE: 'pull',
  AUTO_WITHDRAW: 'payout',
  BACKROLL_RECHARGE: 'payout-returned',
  CONFIRM_WITHDRAW: 'confirm-payout',
  CANCEL_WITHDRAW: 'recall-payout',
  INTERCEPT_WITHDRAW: 'recall-payout',
  ASYNC_TRANSACTION: 'batch',
  SYNC_TRANSACTION: 'trade',
  COMPENSATORY_REPAYMENT: 'trade',
  DEBENTURE_SALE: 'sell-claim',
  CANCEL_DEBENTURE_SALE: 'cancel-claim-sale',
  AUTHORIZATION_ENTRUST_PAY: 'authorise-entrusted-pay',
  CANCEL_PRE_TRANSACTION: 'release-hold',
  FREEZE: 'court-freeze',
  UNFREEZE: 'court-release',
  ESTABLISH_PROJECT: 'project',
  MODIFY_PROJECT: 'project',
  CANCEL_USER_AUTHORIZATION: 'cancel-authorisation',
};

const messageSchema = transactionSchema.extend({ user: userSchema.nullish() });

/** The one door for the bank's own messages. Web answers `SUCCESS` only after the outcome is recorded. */
export function createCustodyInbound(settings: CustodyInboundSettings): CustodyInbound {
  const bankKeys = readKeys(settings.bankKeys);
  return {
    verify(body) {
      return readMessage(open(body));
    },
  };

  function open(body: unknown): Trusted {
    try {
      return openEnvelope(body, { platformNo: settings.platformNo, bankKeys, nowMs: settings.now() });
    } catch (error) {
      if (error instanceof WireError) throw new InvalidBankMessage(error.fault, error.message);
      throw error;
    }
  }
}

function readMessage(trusted: Trusted): BankMessage {
  const act = Object.hasOwn(acts, trusted.serviceName) ? acts[trusted.serviceName] : undefined;
  if (!act) throw new InvalidBankMessage('malformed', `no act for ${trusted.serviceName}`);
  const via = viaOf(trusted.responseType);
  if (act === 'batch') {
    const batch = parse(batchSchema, trusted.data);
    return { via, act, requestNo: batch.batchNo, outcome: outcomeOf(batch), details: detailOutcomes(batch.details), user: null };
  }
  const message = parse(messageSchema, trusted.data);
  return { via, act, requestNo: message.requestNo, outcome: outcomeOf(message), details: [], user: message.user ? bankUserOf(message.user) : null };
}

/** A signed answer to a request is no notification: played back at this door it is refused. */
function viaOf(responseType: string): BankMessage['via'] {
  if (responseType === 'NOTIFY') return 'notify';
  if (responseType === 'CALLBACK') return 'callback';
  throw new InvalidBankMessage('relabelled', `${responseType} is neither NOTIFY nor CALLBACK`);
}

function parse<T>(schema: z.ZodType<T>, data: unknown): T {
  const parsed = schema.safeParse(data);
  if (!parsed.success) throw new InvalidBankMessage('malformed', z.prettifyError(parsed.error));
  return parsed.data;
}
