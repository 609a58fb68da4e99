import chineseDays from 'chinese-days';
import { addWorkingDays, CN_CALENDAR_PROVISIONAL_FROM, cnCalendar, firstWorkingDayOnOrAfter, isWorkingDay, weekendsOnly, workingDayOfMonth, workingDaysBetween } from './calendar.js';
import { addDays } from './dates.js';

describe('the calendar of mainland China', () => {
  it('agrees with the published days off, day by day, for every year that is published', () => {
    for (let day = '2024-01-01'; day < CN_CALENDAR_PROVISIONAL_FROM; day = addDays(day, 1)) {
      expect([day, isWorkingDay(day, cnCalendar)]).toEqual([day, chineseDays.isWorkday(day)]);
    }
  });

  it('knows the days that the law itself fixes for a year whose notice is not out', () => {
    const festivals = ['2027-01-01', '2027-02-05', '2027-02-06', '2027-02-07', '2027-02-08', '2027-04-05', '2027-05-01', '2027-06-09', '2027-09-15', '2027-10-01'];
    expect(festivals.filter((day) => isWorkingDay(day, cnCalendar))).toEqual([]);
    expect(chineseDays.getLunarDate('2027-02-06')).toMatchObject({ lunarMon: 1, lunarDay: 1 });
    expect(chineseDays.getLunarDate('2027-06-09')).toMatchObject({ lunarMon: 5, lunarDay: 5 });
    expect(chineseDays.getLunarDate('2027-09-15')).toMatchObject({ lunarMon: 8, lunarDay: 15 });
  });

  it('counts make-up Saturdays and Sundays as worked and holidays as free', () => {
    expect(isWorkingDay('2024-02-04', cnCalendar)).toBe(true);
    expect(isWorkingDay('2024-02-12', cnCalendar)).toBe(false);
    expect(isWorkingDay('2024-02-04', weekendsOnly)).toBe(false);
  });

  it('moves a deadline on a day off to the next working day', () => {
    expect(firstWorkingDayOnOrAfter('2025-10-01', cnCalendar)).toBe('2025-10-09');
    expect(firstWorkingDayOnOrAfter('2025-10-09', cnCalendar)).toBe('2025-10-09');
  });

  it('does not count the first day', () => {
    expect(addWorkingDays('2024-03-04', 20, cnCalendar)).toBe('2024-04-01');
    expect(addWorkingDays('2024-03-09', 1, weekendsOnly)).toBe('2024-03-11');
    expect(workingDaysBetween('2024-03-04', '2024-04-01', cnCalendar)).toBe(20);
  });

  it('finds the fifth working day of a month that begins with a make-up Sunday', () => {
    expect(workingDayOfMonth('2024-02', 5, cnCalendar)).toBe('2024-02-06');
  });
});
