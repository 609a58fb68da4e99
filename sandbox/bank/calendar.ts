/** The bank's days: dates in Beijing, and when a payout that is not urgent goes out. */
import chineseDays from 'chinese-days';

const dayMs = 86_400_000;
const beijingOffsetMs = 8 * 3_600_000;
/** Normal payouts are handed to the card's bank at 09:30 of the next working day and arrive at 10:00. */
const remitHour = 9.5;
const arriveHour = 10;

/** `YYYY-MM-DD` in Beijing of an instant (ms). */
export function dateOf(ms: number): string {
  return new Date(ms + beijingOffsetMs).toISOString().slice(0, 10);
}

/** The full hour (0 to 23) in Beijing of an instant (ms). */
export function hourOf(ms: number): number {
  return new Date(ms + beijingOffsetMs).getUTCHours();
}

/** Instant (ms) of an hour (fractions allowed) of a Beijing date. */
export function instantOf(date: string, hour: number): number {
  return Date.parse(`${date}T00:00:00Z`) - beijingOffsetMs + hour * 3_600_000;
}

/** When a payout asked for at `ms` leaves the bank and when it arrives. */
export function normalPayoutTimes(ms: number): { remitAt: number; dueAt: number } {
  let day = dateOf(ms + dayMs);
  while (!chineseDays.isWorkday(day)) day = dateOf(instantOf(day, 0) + dayMs);
  return { remitAt: instantOf(day, remitHour), dueAt: instantOf(day, arriveHour) };
}

/** An authorisation's failTime: the instant, or the end of the date in Beijing. */
export function endOf(failTime: string): number {
  return /^\d{4}-\d{2}-\d{2}$/.test(failTime) ? instantOf(failTime, 24) : Date.parse(failTime);
}
