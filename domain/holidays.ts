import type { IsoDate } from './dates.js';

/**
 * Days off and make-up workdays in mainland China, as the State Council's yearly notices (国务院办公厅关于部分节假日安排的通知)
 * publish them. 2027's notice is not published: for that year only the days that the decree on public holidays
 * (全国年节及纪念日放假办法, 2024 revision) fixes by itself stand here, without make-up workdays. A day missing there makes a
 * deadline earlier, never later; the notice replaces the lines when it comes.
 */
export const CN_HOLIDAYS: IsoDate[] = [
  ...days('2024', '01-01 02-10 02-11 02-12 02-13 02-14 02-15 02-16 02-17 04-04 04-05 04-06 05-01 05-02 05-03 05-04 05-05'),
  ...days('2024', '06-10 09-15 09-16 09-17 10-01 10-02 10-03 10-04 10-05 10-06 10-07'),
  ...days('2025', '01-01 01-28 01-29 01-30 01-31 02-01 02-02 02-03 02-04 04-04 04-05 04-06 05-01 05-02 05-03 05-04 05-05'),
  ...days('2025', '05-31 06-01 06-02 10-01 10-02 10-03 10-04 10-05 10-06 10-07 10-08'),
  ...days('2026', '01-01 01-02 01-03 02-15 02-16 02-17 02-18 02-19 02-20 02-21 02-22 02-23 04-04 04-05 04-06 05-01 05-02 05-03'),
  ...days('2026', '05-04 05-05 06-19 06-20 06-21 09-25 09-26 09-27 10-01 10-02 10-03 10-04 10-05 10-06 10-07'),
  ...days('2027', '01-01 02-05 02-06 02-07 02-08 04-05 05-01 05-02 06-09 09-15 10-01 10-02 10-03'),
];

/** Saturdays and Sundays that are worked in exchange (调休上班). */
export const CN_MAKEUP_WORKDAYS: IsoDate[] = [
  ...days('2024', '02-04 02-18 04-07 04-28 05-11 09-14 09-29 10-12'),
  ...days('2025', '01-26 02-08 04-27 09-28 10-11'),
  ...days('2026', '01-04 02-14 02-28 05-09 09-20 10-10'),
];

function days(year: string, monthDays: string): IsoDate[] {
  return monthDays.split(' ').map((monthDay) => `${year}-${monthDay}`);
}
