import type { VNode } from 'preact';
import { useContext } from 'preact/hooks';
import { dateAt, daysBetween, minuteOfDayAt, parseInstant, type IsoDate } from '../../domain/dates.js';
import { VisitContext } from '../visit.js';

/** `in 3 days`, `today`, `2 days ago`. */
export function distanceText(from: IsoDate, to: IsoDate): string {
  const days = daysBetween(from, to);
  if (days === 0) return 'today';
  if (Math.abs(days) === 1) return days > 0 ? 'tomorrow' : 'yesterday';
  return days > 0 ? `in ${days} days` : `${-days} days ago`;
}

/** A date; with `act`, how far away it is, because somebody must do something by then. */
export function DateText({ date, act = false }: { date: IsoDate; act?: boolean }): VNode {
  const visit = useContext(VisitContext);
  return <span class="date"><time dateTime={date}>{date}</time>{act && visit ? <span class="small"> ({distanceText(visit.today, date)})</span> : null}</span>;
}

/** An instant as date and time in the platform's zone. */
export function InstantText({ at, act = false }: { at: string; act?: boolean }): VNode {
  const visit = useContext(VisitContext);
  const offset = visit?.zoneOffsetMinutes ?? 0;
  const date = dateOfInstant(at, offset);
  return (
    <span class="date">
      <time dateTime={at}>{date} {timeText(at, offset)}</time>{act && visit ? <span class="small"> ({distanceText(visit.today, date)})</span> : null}
    </span>
  );
}

/** Date and time in a zone, `2026-11-22 09:30`, for files. */
export function instantText(at: string, offsetMinutes: number): string {
  return `${dateOfInstant(at, offsetMinutes)} ${timeText(at, offsetMinutes)}`;
}

export function dateOfInstant(at: string, offsetMinutes: number): IsoDate {
  return dateAt(parseInstant(at), offsetMinutes);
}

function timeText(at: string, offsetMinutes: number): string {
  const minute = minuteOfDayAt(parseInstant(at), offsetMinutes);
  return `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
}
