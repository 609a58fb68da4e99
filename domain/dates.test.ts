import fc from 'fast-check';
import {
  addDays, addMonths, addYears, compareDates, dateAt, dateOfDayNumber, dayNumber, daysBetween, instantAt, isoInstant, isValidDate, minuteOfDayAt,
  parseInstant, readInstant, weekday,
} from './dates.js';

const anyDay = fc.integer({ min: -700_000, max: 2_900_000 });

describe('calendar dates', () => {
  it('agree with the platform on every day from year 1 to 9999', () => {
    fc.assert(fc.property(anyDay, (day) => {
      const date = dateOfDayNumber(day);
      expect(date).toBe(new Date(day * 86_400_000).toISOString().slice(0, 10));
      expect(dayNumber(date)).toBe(day);
      expect(weekday(date)).toBe(new Date(day * 86_400_000).getUTCDay());
    }), { numRuns: 2000 });
  });

  it('add and subtract days without loss', () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 40_000 }), fc.integer({ min: -9000, max: 9000 }), (day, days) => {
      const date = dateOfDayNumber(day);
      expect(daysBetween(date, addDays(date, days))).toBe(days);
      expect(compareDates(addDays(date, days), date)).toBe(Math.sign(days));
    }));
  });

  it('clamp months to their last day, counted from the origin', () => {
    expect([1, 2, 13, -1, -2].map((months) => addMonths('2024-01-31', months)))
      .toEqual(['2024-02-29', '2024-03-31', '2025-02-28', '2023-12-31', '2023-11-30']);
    expect(addYears('2024-02-29', 1)).toBe('2025-02-28');
  });

  it.each(['2023-02-29', '2024-13-01', '2024-00-10', '2024-1-01', '0000-01-01', '2024-04-31', '', 'today', 20240101, null])('%s is not a date', (text) => {
    expect(isValidDate(text)).toBe(false);
  });

  it('accept the leap day of 2000 and not of 1900', () => {
    expect([isValidDate('2000-02-29'), isValidDate('1900-02-29')]).toEqual([true, false]);
  });
});

describe('instants', () => {
  it('are read and written like the platform does', () => {
    fc.assert(fc.property(fc.integer({ min: -5e12, max: 5e13 }), (ms) => {
      expect(isoInstant(ms)).toBe(new Date(ms).toISOString());
      expect(parseInstant(isoInstant(ms))).toBe(ms);
    }));
  });

  it('are read with offsets, without seconds, and with fractions', () => {
    expect(parseInstant('2025-06-10T23:30:00+08:00')).toBe(Date.UTC(2025, 5, 10, 15, 30));
    expect(parseInstant('2025-06-10T23:30-04:00')).toBe(Date.UTC(2025, 5, 11, 3, 30));
    expect(parseInstant('2025-06-10T00:00:00.25Z')).toBe(Date.UTC(2025, 5, 10) + 250);
  });

  it.each(['2025-06-10', '2025-06-10T24:00:00Z', '2025-06-10T10:60:00Z', '2025-02-30T10:00:00Z', '2025-06-10T10:00:00'])('%s is not an instant', (text) => {
    expect(readInstant(text)).toBeUndefined();
    expect(() => parseInstant(text)).toThrow('not an instant');
  });

  it('fall on the date and minute that the zone shows', () => {
    fc.assert(fc.property(anyDay, fc.integer({ min: 0, max: 1439 }), fc.integer({ min: -720, max: 840 }), (day, minute, offset) => {
      const date = dateOfDayNumber(day);
      const instant = instantAt(date, minute, offset);
      expect([dateAt(instant, offset), minuteOfDayAt(instant + 59_999, offset)]).toEqual([date, minute]);
    }));
  });
});
