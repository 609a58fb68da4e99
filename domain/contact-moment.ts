import { contactFrequency } from './contact.js';
import { addDays, dateAt, instantAt, type IsoDate } from './dates.js';
import { profileOf, type ProfileId } from './regulation.js';
import { contactHoursAt } from './zone.js';

/** What the rules on frequency count, over all loans of a debtor and all who contact them; `today` is the day asked about. */
export interface ContactCounts {
  effectiveCallsToday: number;
  unansweredCallsToday: number;
  unansweredSmsToday: number;
  callDates: IsoDate[];
  conversationDates: IsoDate[];
}

const quarterHour = 15 * 60_000;
/** No profile forbids contact for longer than a night; two days are ample. */
const searchQuarters = 4 * 48;
const searchDays = 8;

/** The instant itself when contact is allowed, else the next at which hours and frequency allow it (ms). */
export function nextContactMoment(profile: ProfileId, channel: 'sms' | 'call', counts: ContactCounts, now: number, today: IsoDate): number {
  const { zoneOffsetMinutes, contactHours } = profileOf(profile);
  for (let days = 0; days <= searchDays; days += 1) {
    const day = addDays(today, days);
    if (!frequencyAllows(profile, channel, counts, day, days === 0)) continue;
    const from = days === 0 ? now : instantAt(day, contactHours.value.fromMinute, zoneOffsetMinutes);
    const moment = nextAllowedHour(profile, from);
    // Past midnight by waiting: that day has counts of its own.
    if (dateAt(moment, zoneOffsetMinutes) === day) return moment;
  }
  return instantAt(addDays(today, searchDays), contactHours.value.fromMinute, zoneOffsetMinutes);
}

/** Why a debtor may not be called at an instant, or null when they may: the hour first, then the frequency. */
export function callRefusal(profile: ProfileId, counts: ContactCounts, now: number, today: IsoDate): 'outside-hours' | 'too-many-calls' | 'too-many-attempts' | 'just-spoken' | null {
  if (!contactHoursAt(profile, now)) return 'outside-hours';
  const verdict = callFrequency(profile, counts, today, true);
  return verdict.allowed ? null : verdict.refused;
}

function frequencyAllows(profile: ProfileId, channel: 'sms' | 'call', counts: ContactCounts, day: IsoDate, isToday: boolean): boolean {
  const rule = profileOf(profile).contactFrequency.value;
  if (channel === 'sms') return rule.rule !== 'per-day' || !isToday || counts.unansweredSmsToday < rule.unansweredAttemptsPerDay;
  return callFrequency(profile, counts, day, isToday).allowed;
}

function callFrequency(profile: ProfileId, counts: ContactCounts, on: IsoDate, isToday: boolean) {
  return contactFrequency(profile, {
    effectiveCallsToday: isToday ? counts.effectiveCallsToday : 0,
    unansweredAttemptsToday: isToday ? counts.unansweredCallsToday : 0,
    callDates: counts.callDates, conversationDates: counts.conversationDates, on,
  });
}

/** The first allowed quarter of an hour from an instant on; where the consumer's zone is unknown, one that is fine in all. */
function nextAllowedHour(profile: ProfileId, from: number): number {
  if (contactHoursAt(profile, from)) return from;
  const first = Math.ceil(from / quarterHour) * quarterHour;
  for (let quarter = 0; quarter < searchQuarters; quarter += 1) {
    const moment = first + quarter * quarterHour;
    if (contactHoursAt(profile, moment)) return moment;
  }
  throw new RangeError(`profile ${profile} allows contact at no hour`);
}
