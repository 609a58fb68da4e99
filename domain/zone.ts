import { contactHours } from './contact.js';
import { dateOf, instantAt, minuteOfDayAt } from './dates.js';
import { profileOf, type ProfileId } from './regulation.js';

/**
 * What needs the tz database: the only file of the domain that may use `Intl`. Workflows must not reach it, because the database changes
 * with the machine; they use the platform's fixed offset.
 */

/** Whether the runtime knows this zone by its IANA name. */
export function isKnownZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: zone }) instanceof Intl.DateTimeFormat;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/** Minutes since midnight, with fraction, that the zone's clock shows at an instant. Throws on an unknown zone. */
export function minuteOfDayIn(zone: string, instantMs: number): number {
  return minuteOfDayAt(instantMs, offsetMinutesIn(zone, instantMs)) + (((instantMs % 60_000) + 60_000) % 60_000) / 60_000;
}

/** Minutes by which the zone's clock is ahead of UTC at an instant. Throws on an unknown zone. */
export function offsetMinutesIn(zone: string, instantMs: number): number {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone: zone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric',
  }).formatToParts(instantMs);
  const read = (type: Intl.DateTimeFormatPartTypes) => Number(parts.find((part) => part.type === type)?.value);
  const shown = instantAt(dateOf(read('year'), read('month'), read('day')), read('hour') * 60 + read('minute'), 0);
  return (shown - Math.floor(instantMs / 60_000) * 60_000) / 60_000;
}

/** Contact hours at an instant for a person in `zone`; where the zone is unknown, only what is fine in all zones of the country. */
export function contactHoursAt(profile: ProfileId, instantMs: number, zone?: string | null): boolean {
  const { clock, zonesIfUnknown } = profileOf(profile).contactHours.value;
  const zones = zone ? [zone] : clock === 'platform' ? [profileOf(profile).zone] : zonesIfUnknown;
  return zones.every((name) => contactHours(profile, minuteOfDayIn(name, instantMs)));
}
