import { dateAt, daysBetween, instantAt, minuteOfDayAt, addDays, type IsoDate } from './dates.js';
import { profileOf, type ProfileId } from './regulation.js';

/**
 * Whether people may be contacted at this minute of the day (0–1439, fractions allowed) on the clock that counts: the platform's, or the
 * consumer's (`us`). `cn`: from 08:00 until before 22:00. `us`: from 08:00 to 21:00 sharp.
 */
export function contactHours(profile: ProfileId, minuteOfDay: number): boolean {
  const hours = profileOf(profile).contactHours.value;
  if (minuteOfDay < hours.fromMinute) return false;
  return hours.untilIncluded ? minuteOfDay <= hours.untilMinute : minuteOfDay < hours.untilMinute;
}

/** The instant itself when contact is allowed then, else the next at which it is (ms). */
export function nextAllowedContact(profile: ProfileId, instantMs: number, offsetMinutes: number): number {
  const minute = minuteOfDayAt(instantMs, offsetMinutes);
  const secondsIntoMinute = (instantMs % 60_000) / 60_000;
  if (contactHours(profile, minute + secondsIntoMinute)) return instantMs;
  const { fromMinute } = profileOf(profile).contactHours.value;
  const today = dateAt(instantMs, offsetMinutes);
  return instantAt(minute < fromMinute ? today : addDays(today, 1), fromMinute, offsetMinutes);
}

/** What has happened with one debtor so far, all agencies together. Which fields count depends on the profile. */
export interface ContactHistory {
  effectiveCallsToday?: number;
  unansweredAttemptsToday?: number;
  /** Dates of calls about this debt. */
  callDates?: IsoDate[];
  conversationDates?: IsoDate[];
  /** The day of the call that is planned. */
  on?: IsoDate;
}

export type FrequencyRefusal = 'too-many-calls' | 'too-many-attempts' | 'just-spoken';

/**
 * Whether one more call may be made. `cn`: at most 3 effective calls and 6 unanswered attempts a day. `us` (Regulation F, 1006.14(b)): at most
 * 7 calls in 7 consecutive days, and none within 7 days of a conversation, whose own day is the first.
 */
export function contactFrequency(profile: ProfileId, history: ContactHistory): { allowed: true } | { allowed: false; refused: FrequencyRefusal } {
  const refused = frequencyRefusal(profile, history);
  return refused ? { allowed: false, refused } : { allowed: true };
}

function frequencyRefusal(profile: ProfileId, history: ContactHistory): FrequencyRefusal | undefined {
  const frequency = profileOf(profile).contactFrequency.value;
  if (frequency.rule === 'per-day') {
    if ((history.effectiveCallsToday ?? 0) >= frequency.effectiveCallsPerDay) return 'too-many-calls';
    return (history.unansweredAttemptsToday ?? 0) >= frequency.unansweredAttemptsPerDay ? 'too-many-attempts' : undefined;
  }
  const { on, callDates = [], conversationDates = [] } = history;
  if (!on) throw new RangeError('the day of the call is needed');
  const within = (date: IsoDate, days: number) => daysBetween(date, on) >= 0 && daysBetween(date, on) < days;
  if (conversationDates.some((date) => within(date, frequency.daysAfterConversation))) return 'just-spoken';
  const recent = callDates.filter((date) => within(date, frequency.windowDays));
  return recent.length >= frequency.callsPerWindow ? 'too-many-calls' : undefined;
}

export type ContactChannel = 'sms' | 'call' | 'collector' | 'letter' | 'legal';

/** One step of the ladder: what is done on that day past due. */
export interface LadderStep {
  afterDays: number;
  channel: ContactChannel;
}

/**
 * The collection ladder by days past due: SMS in the first week, the phone and a collector's task in the first month, letters, a lawyer's
 * letter, and after ninety days suit or arbitration. Policy, not law: a product may carry its own. Reminders before the due day belong to servicing.
 */
export const collectionLadder: readonly LadderStep[] = [
  { afterDays: 1, channel: 'sms' },
  { afterDays: 3, channel: 'sms' },
  { afterDays: 7, channel: 'sms' },
  { afterDays: 8, channel: 'call' },
  { afterDays: 11, channel: 'call' },
  { afterDays: 15, channel: 'collector' },
  { afterDays: 22, channel: 'call' },
  { afterDays: 31, channel: 'letter' },
  { afterDays: 45, channel: 'collector' },
  { afterDays: 61, channel: 'letter' },
  { afterDays: 75, channel: 'collector' },
  { afterDays: 91, channel: 'legal' },
];

/** The steps whose day lies after `doneThroughDays` and not after `daysPastDue`, in order. */
export function ladderStepsDue(ladder: readonly LadderStep[], doneThroughDays: number, daysPastDue: number): LadderStep[] {
  return ladder.filter((step) => step.afterDays > doneThroughDays && step.afterDays <= daysPastDue);
}

/** The day past due of the next step after this one, or undefined after the last. */
export function nextLadderDay(ladder: readonly LadderStep[], daysPastDue: number): number | undefined {
  return ladder.find((step) => step.afterDays > daysPastDue)?.afterDays;
}

/** The longest, in days, that a promise to pay (还款承诺) may put off everything else. Policy. */
export const longestPromiseDays = 31;
