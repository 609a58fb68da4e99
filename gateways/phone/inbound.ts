import twilio from 'twilio';

/** A message of the phone network, verified and in our words. `reference` is the message id the send was given. */
export type PhoneMessage =
  | { kind: 'message-status'; reference: string; providerNo: string; status: SmsStatus; errorCode: string | null }
  | { kind: 'call-status'; reference: string; providerNo: string; status: CallStatus; durationSeconds: number | null }
  /**
   * The network asks what to say. `step` is what follows the reference in the address: `voice` when the call is answered,
   * whatever a menu named as its action afterwards. `digits` are the keys pressed, null when none were asked for or none came.
   */
  | { kind: 'voice'; reference: string; providerNo: string; step: string; digits: string | null };

/** `delivered`, `undelivered` and `failed` are final. */
export type SmsStatus = 'queued' | 'sent' | 'delivered' | 'undelivered' | 'failed';
/** `completed`, `no-answer`, `busy`, `failed` and `canceled` are final. */
export type CallStatus = 'queued' | 'initiated' | 'ringing' | 'in-progress' | 'completed' | 'no-answer' | 'busy' | 'failed' | 'canceled';

/** Not signed by the network, or not one of its messages: answer 403 and do nothing. */
export class InvalidPhoneMessage extends Error {
  override name = 'InvalidPhoneMessage';
}

export interface PhoneInbound {
  /**
   * Checks `X-Twilio-Signature` over the address and the posted fields, and translates.
   *
   * @param message.url path and query as requested, or the whole address; its origin is replaced by the public one, because
   *   behind a proxy the request itself does not know under which name the network called
   * @param message.params the form fields as posted
   * @param message.signature the header; missing is invalid
   * @throws {@link InvalidPhoneMessage}
   */
  verify(message: { url: string; params: Record<string, unknown>; signature: string | undefined }): PhoneMessage;
}

const smsStatuses: Record<string, SmsStatus> = {
  accepted: 'queued', scheduled: 'queued', queued: 'queued', sending: 'queued', sent: 'sent',
  delivered: 'delivered', read: 'delivered', undelivered: 'undelivered', failed: 'failed', canceled: 'failed',
};
const callStatuses = new Set<string>(['queued', 'initiated', 'ringing', 'in-progress', 'completed', 'no-answer', 'busy', 'failed', 'canceled']);
const address = /^\/phone\/(messages|calls)\/([^/]+)\/(.+)$/;

export function createPhoneInbound(options: { authToken: string; publicUrl: string }): PhoneInbound {
  const origin = options.publicUrl.replace(/\/+$/, '');

  return {
    verify({ url, params, signature }) {
      const path = pathOf(url);
      const fields = textFields(params);
      if (!signature || !twilio.validateRequest(options.authToken, signature, `${origin}${path}`, fields)) {
        throw new InvalidPhoneMessage('The message is not signed by the phone network.');
      }
      const parts = address.exec(path.split('?')[0] ?? '');
      if (!parts) throw new InvalidPhoneMessage('The address belongs to no message and no call.');
      const [, kind, encoded = '', step = ''] = parts;
      const reference = decodeURIComponent(encoded);
      if (kind === 'messages') return messageStatus(reference, step, fields);
      return step === 'status' ? callStatus(reference, fields) : voice(reference, step, fields);
    },
  };
}

function messageStatus(reference: string, step: string, fields: Record<string, string>): PhoneMessage {
  const status = smsStatuses[fields['MessageStatus'] ?? ''];
  if (step !== 'status' || !status) throw new InvalidPhoneMessage('The message carries no status we know.');
  return { kind: 'message-status', reference, providerNo: required(fields, 'MessageSid'), status, errorCode: fields['ErrorCode'] || null };
}

function callStatus(reference: string, fields: Record<string, string>): PhoneMessage {
  const status = fields['CallStatus'] ?? '';
  if (!callStatuses.has(status)) throw new InvalidPhoneMessage('The call carries no status we know.');
  return {
    kind: 'call-status', reference, providerNo: required(fields, 'CallSid'), status: status as CallStatus,
    durationSeconds: /^\d+$/.test(fields['CallDuration'] ?? '') ? Number(fields['CallDuration']) : null,
  };
}

function voice(reference: string, step: string, fields: Record<string, string>): PhoneMessage {
  return { kind: 'voice', reference, providerNo: required(fields, 'CallSid'), step, digits: fields['Digits'] || null };
}

function required(fields: Record<string, string>, name: string): string {
  const value = fields[name];
  if (!value) throw new InvalidPhoneMessage(`The message has no ${name}.`);
  return value;
}

function pathOf(url: string): string {
  if (url.startsWith('/')) return url;
  try {
    const whole = new URL(url);
    return `${whole.pathname}${whole.search}`;
  } catch {
    throw new InvalidPhoneMessage('The address is not one.');
  }
}

/** The network posts plain fields only; anything nested was not posted by it. */
function textFields(params: Record<string, unknown>): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const [name, value] of Object.entries(params)) {
    if (typeof value !== 'string') throw new InvalidPhoneMessage(`The field ${name} is not text.`);
    fields[name] = value;
  }
  return fields;
}
