import { createHmac } from 'node:crypto';

/**
 * `X-Twilio-Signature`: Base64 HMAC-SHA1, keyed with the auth token, over the whole address followed by every posted field's
 * name and value, sorted by name, without separators. Source: Twilio, "Webhooks security".
 */
export function twilioSignature(authToken: string, url: string, params: Record<string, string>): string {
  const data = Object.keys(params).sort().reduce((text, name) => `${text}${name}${params[name]}`, url);
  return createHmac('sha1', authToken).update(data, 'utf8').digest('base64');
}
