import fc from 'fast-check';
import { collectionLadder, contactFrequency, contactHours, ladderStepsDue, nextAllowedContact, nextLadderDay } from './contact.js';
import { isoInstant, minuteOfDayAt, parseInstant } from './dates.js';
import type { ProfileId } from './regulation.js';
import { contactHoursAt, isKnownZone, minuteOfDayIn, offsetMinutesIn } from './zone.js';

describe('contact hours', () => {
  it.each([
    ['cn', 479, false], ['cn', 480, true], ['cn', 1319, true], ['cn', 1320, false], ['us', 479, false], ['us', 480, true], ['us', 1260, true], ['us', 1260.5, false],
  ] as [ProfileId, number, boolean][])('%s at minute %d: %s', (profile, minute, allowed) => expect(contactHours(profile, minute)).toBe(allowed));

  it('wait until eight: the same morning before it, the next day in the evening', () => {
    const next = (at: string) => isoInstant(nextAllowedContact('cn', parseInstant(at), 480));
    expect(next('2025-06-10T07:59:30+08:00')).toBe('2025-06-10T00:00:00.000Z');
    expect(next('2025-06-10T22:00:00+08:00')).toBe('2025-06-11T00:00:00.000Z');
    expect(next('2025-06-10T12:00:00+08:00')).toBe('2025-06-10T04:00:00.000Z');
  });

  it('never send anybody back in time nor into the night', () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 4e12 }), fc.constantFrom<ProfileId>('cn', 'us'), fc.integer({ min: -720, max: 840 }), (at, profile, offset) => {
      const next = nextAllowedContact(profile, at, offset);
      expect(next).toBeGreaterThanOrEqual(at);
      expect(next - at).toBeLessThan(86_400_000);
      expect(contactHours(profile, minuteOfDayAt(next, offset))).toBe(true);
    }));
  });

  it('follow the consumer’s own zone, and all zones where it is unknown', () => {
    const noonInNewYork = parseInstant('2025-01-10T17:00:00Z');
    const nineInNewYork = parseInstant('2025-01-10T14:00:00Z');
    expect(contactHoursAt('us', noonInNewYork)).toBe(false);
    expect(contactHoursAt('us', noonInNewYork + 60 * 60_000)).toBe(true);
    expect(contactHoursAt('us', nineInNewYork, 'America/New_York')).toBe(true);
    expect(contactHoursAt('us', nineInNewYork, 'America/Los_Angeles')).toBe(false);
  });

  it('know summer time, half-hour zones and names that are none', () => {
    expect(offsetMinutesIn('America/New_York', parseInstant('2025-07-01T12:00:00Z'))).toBe(-240);
    expect(offsetMinutesIn('America/New_York', parseInstant('2025-01-01T12:00:00Z'))).toBe(-300);
    expect(offsetMinutesIn('Asia/Kolkata', 0)).toBe(330);
    expect(offsetMinutesIn('Pacific/Kiritimati', parseInstant('2025-01-01T12:00:00Z'))).toBe(840);
    expect(minuteOfDayIn('Asia/Shanghai', parseInstant('2025-01-01T00:00:30Z'))).toBe(480.5);
    expect([isKnownZone('Asia/Shanghai'), isKnownZone('Mars/Olympus')]).toEqual([true, false]);
  });
});

describe('contact frequency', () => {
  it('cn: three effective calls and six unanswered attempts a day, no more', () => {
    expect(contactFrequency('cn', { effectiveCallsToday: 2, unansweredAttemptsToday: 5 })).toEqual({ allowed: true });
    expect(contactFrequency('cn', { effectiveCallsToday: 3 })).toEqual({ allowed: false, refused: 'too-many-calls' });
    expect(contactFrequency('cn', { unansweredAttemptsToday: 6 })).toEqual({ allowed: false, refused: 'too-many-attempts' });
  });

  it('us: seven calls in seven days, and seven days of rest from a conversation, its own day the first', () => {
    const callDates = ['2025-03-01', '2025-03-02', '2025-03-03', '2025-03-04', '2025-03-05', '2025-03-06', '2025-03-07'];
    expect(contactFrequency('us', { callDates, on: '2025-03-07' })).toEqual({ allowed: false, refused: 'too-many-calls' });
    expect(contactFrequency('us', { callDates, on: '2025-03-08' })).toEqual({ allowed: true });
    expect(contactFrequency('us', { conversationDates: ['2025-03-03'], on: '2025-03-09' })).toEqual({ allowed: false, refused: 'just-spoken' });
    expect(contactFrequency('us', { conversationDates: ['2025-03-03'], on: '2025-03-10' })).toEqual({ allowed: true });
    expect(() => contactFrequency('us', {})).toThrow('the day of the call');
  });
});

describe('the collection ladder', () => {
  it('rises by days and ends at law', () => {
    const days = collectionLadder.map((step) => step.afterDays);
    expect(days).toEqual([...days].sort((a, b) => a - b));
    expect(collectionLadder.at(-1)).toEqual({ afterDays: 91, channel: 'legal' });
  });

  it('gives each step once, also after days without a look', () => {
    expect(ladderStepsDue(collectionLadder, 0, 1)).toEqual([{ afterDays: 1, channel: 'sms' }]);
    expect(ladderStepsDue(collectionLadder, 1, 8).map((step) => step.afterDays)).toEqual([3, 7, 8]);
    expect(ladderStepsDue(collectionLadder, 8, 8)).toEqual([]);
    expect([nextLadderDay(collectionLadder, 8), nextLadderDay(collectionLadder, 91)]).toEqual([11, undefined]);
  });
});
