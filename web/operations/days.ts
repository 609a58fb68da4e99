/** Business days of a filter as the instants between which they lie. */
import { addDays, instantAt, isoInstant, type IsoDate } from '../../domain/dates.js';
import type { Filter } from '../desk/filters.js';

export const dayFilters: readonly Filter[] = [{ name: 'from', label: 'From business day', day: true }, { name: 'to', label: 'To', day: true }];

/** From the beginning of the first day to the end (exclusive) of the last; one day alone is given as both. */
export function readDays({ from, to }: Record<string, string>, zoneOffsetMinutes: number): { from?: string; to?: string } {
  return { ...(from ? { from: startOf(from, zoneOffsetMinutes) } : {}), ...(to ? { to: endOf(to, zoneOffsetMinutes) } : {}) };
}

const startOf = (day: IsoDate, zoneOffsetMinutes: number): string => isoInstant(instantAt(day, 0, zoneOffsetMinutes));
/** The first instant that is not the day's any more. */
export const endOf = (day: IsoDate, zoneOffsetMinutes: number): string => startOf(addDays(day, 1), zoneOffsetMinutes);
