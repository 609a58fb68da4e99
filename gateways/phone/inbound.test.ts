import twilio from 'twilio';
import { createPhoneInbound, InvalidPhoneMessage } from './inbound.js';
import type { PhoneMessage } from './inbound.js';

const authToken = 'the-auth-token';
const publicUrl = 'https://tributary.example';
const inbound = createPhoneInbound({ authToken, publicUrl: `${publicUrl}/` });

/** As the network would post it, signed with the official package. */
function posted(path: string, params: Record<string, string>): PhoneMessage {
  return inbound.verify({ url: path, params, signature: twilio.getExpectedTwilioSignature(authToken, `${publicUrl}${path}`, params) });
}

describe('a signed message of the phone network', () => {
  it.each([
    ['accepted', 'queued'], ['queued', 'queued'], ['sending', 'queued'], ['sent', 'sent'], ['delivered', 'delivered'], ['read', 'delivered'],
    ['undelivered', 'undelivered'], ['failed', 'failed'], ['canceled', 'failed'],
  ])('with the SMS status %s means %s', (status, meaning) => {
    expect(posted('/phone/messages/m%3A1/status', { MessageSid: 'SM1', MessageStatus: status })).toEqual({ kind: 'message-status', reference: 'm:1', providerNo: 'SM1', status: meaning, errorCode: null });
  });

  it('carries the network’s error code', () => {
    expect(posted('/phone/messages/1/status', { MessageSid: 'SM1', MessageStatus: 'undelivered', ErrorCode: '30003' })).toMatchObject({ errorCode: '30003' });
  });

  it.each([['42', 42], ['0', 0], ['x', null], ['-1', null]])('with the duration “%s” means %s seconds', (duration, seconds) => {
    expect(posted('/phone/calls/1/status', { CallSid: 'CA1', CallStatus: 'completed', CallDuration: duration })).toMatchObject({ durationSeconds: seconds });
  });

  it('is verified over the public address whatever the request was seen as', () => {
    const params = { CallSid: 'CA1', Digits: '3' };
    const signature = twilio.getExpectedTwilioSignature(authToken, `${publicUrl}/phone/calls/1/menu/paid?lang=zh`, params);
    expect(inbound.verify({ url: 'http://10.0.0.7:8080/phone/calls/1/menu/paid?lang=zh', params, signature })).toEqual({ kind: 'voice', reference: '1', providerNo: 'CA1', step: 'menu/paid', digits: '3' });
  });

  it.each([
    ['an unknown SMS status', '/phone/messages/1/status', { MessageSid: 'SM1', MessageStatus: 'lost' }],
    ['an unknown call status', '/phone/calls/1/status', { CallSid: 'CA1', CallStatus: 'lost' }],
    ['no number of its own', '/phone/calls/1/status', { CallStatus: 'completed' }],
    ['an address that is not ours', '/phone/faxes/1/status', { MessageSid: 'SM1', MessageStatus: 'sent' }],
  ])('with %s is refused all the same', (_what, path, params) => {
    expect(() => posted(path, params)).toThrow(InvalidPhoneMessage);
  });

  it('to which a field was added on the way is refused', () => {
    const signature = twilio.getExpectedTwilioSignature(authToken, `${publicUrl}/phone/calls/1/voice`, { CallSid: 'CA1' });
    expect(() => inbound.verify({ url: '/phone/calls/1/voice', params: { CallSid: 'CA1', Digits: '1' }, signature })).toThrow(InvalidPhoneMessage);
  });
});
