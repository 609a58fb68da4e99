import { callRefusal, nextContactMoment, type ContactCounts } from './contact-moment.js';

const none: ContactCounts = { effectiveCallsToday: 0, unansweredCallsToday: 0, unansweredSmsToday: 0, callDates: [], conversationDates: [] };
/** 10:00 and 23:00 in Shanghai on 2026-03-03. */
const morning = Date.parse('2026-03-03T02:00:00.000Z');
const night = Date.parse('2026-03-03T15:00:00.000Z');
const iso = (ms: number) => new Date(ms).toISOString();

describe('whether a debtor may be called now', () => {
  it('the hour is asked first, then the frequency', () => {
    expect(callRefusal('cn', none, morning, '2026-03-03')).toBeNull();
    expect(callRefusal('cn', { ...none, effectiveCallsToday: 3 }, night, '2026-03-03')).toBe('outside-hours');
    expect(callRefusal('cn', { ...none, effectiveCallsToday: 3 }, morning, '2026-03-03')).toBe('too-many-calls');
    expect(callRefusal('cn', { ...none, unansweredCallsToday: 6 }, morning, '2026-03-03')).toBe('too-many-attempts');
    expect(callRefusal('us', { ...none, conversationDates: ['2026-03-01'] }, Date.parse('2026-03-03T20:00:00.000Z'), '2026-03-03')).toBe('just-spoken');
  });
});

describe('the next moment at which contact is allowed', () => {
  it('is now, the next morning, or the first day on which the frequency allows it', () => {
    expect(nextContactMoment('cn', 'call', none, morning, '2026-03-03')).toBe(morning);
    expect(iso(nextContactMoment('cn', 'call', none, night, '2026-03-03'))).toBe('2026-03-04T00:00:00.000Z');
    expect(iso(nextContactMoment('cn', 'call', { ...none, effectiveCallsToday: 3 }, morning, '2026-03-03'))).toBe('2026-03-04T00:00:00.000Z');
    expect(iso(nextContactMoment('cn', 'sms', { ...none, unansweredSmsToday: 6 }, morning, '2026-03-03'))).toBe('2026-03-04T00:00:00.000Z');
    expect(nextContactMoment('cn', 'sms', { ...none, effectiveCallsToday: 9 }, morning, '2026-03-03')).toBe(morning);
  });
});
