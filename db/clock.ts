/**
 * The business clock as the record knows it: append-only segments, never turned back (DESIGN: two clocks). Its owner is
 * one process off production (`stack/clock.ts`); everybody else reads.
 */
import { row } from './pool.js';
import type { Db } from './pool.js';
import type { ClockSegment } from '../domain/loan.js';

/** A segment in the record. Business time goes on at `speed` from `wallAt` on, but never past `until` (ms; null = no end). */
export interface RecordedSegment extends ClockSegment {
  until: number | null;
}

/** How the clock goes: by its pace, not at all, or only when told to. */
export type ClockMode = 'running' | 'paused' | 'stepped';
/** What was asked of the clock: its mode, and the pace (business seconds per wall second) while nothing holds it. */
export interface ClockOrder { mode: ClockMode; pace: number }

/** The clock of production: no segments, business time is wall time. */
export const wallClock: RecordedSegment = { wallAt: 0, businessAt: 0, speed: 1, governed: false, until: null };

interface SegmentRow { wall_at: string; business_at: string; speed: number; until: string | null; mode: ClockMode }

/** The segment in force. */
export async function currentSegment(db: Db): Promise<RecordedSegment> {
  const found = await row<SegmentRow>(db, 'SELECT wall_at, business_at, speed, until, mode FROM clock_segment ORDER BY id DESC LIMIT 1');
  if (!found) return wallClock;
  return {
    wallAt: Date.parse(found.wall_at),
    businessAt: Date.parse(found.business_at),
    speed: found.speed,
    governed: true,
    ...(found.mode === 'stepped' && { stepped: true }),
    until: found.until === null ? null : Date.parse(found.until),
  };
}

/** Business time (ms) at a wall instant (ms). */
export function businessNow(segment: ClockSegment & { until?: number | null }, wallMs: number): number {
  const passed = Math.max(0, wallMs - segment.wallAt) * segment.speed;
  const now = Math.floor(segment.businessAt + passed);
  return segment.until == null ? now : Math.max(segment.businessAt, Math.min(now, segment.until));
}

/** The clock at this moment, as a workflow takes it at its start: business time is what it is now. */
export async function segmentNow(db: Db, wallMs: number): Promise<ClockSegment> {
  const segment = await currentSegment(db);
  if (!segment.governed) return { wallAt: 0, businessAt: 0, speed: 1, governed: false };
  return { wallAt: wallMs, businessAt: businessNow(segment, wallMs), speed: segment.speed, governed: true, ...(segment.stepped && { stepped: true }) };
}

/** What was last asked of the clock; null before its first start. */
export async function lastOrder(db: Db): Promise<ClockOrder | null> {
  return row<ClockOrder>(db, 'SELECT mode, pace FROM clock_segment ORDER BY id DESC LIMIT 1');
}

/**
 * Writes the next segment.
 * @throws RangeError when it would turn the clock back behind the beginning of the last one.
 */
export async function appendSegment(db: Db, segment: Omit<RecordedSegment, 'governed'>, order: ClockOrder, reason: string): Promise<RecordedSegment> {
  const written = await db.query(
    `INSERT INTO clock_segment (wall_at, business_at, speed, until, mode, pace, reason)
     SELECT $1::timestamptz, $2::timestamptz, $3, $4::timestamptz, $5, $6, $7
     WHERE NOT EXISTS (SELECT 1 FROM (SELECT business_at FROM clock_segment ORDER BY id DESC LIMIT 1) last WHERE last.business_at > $2::timestamptz)`,
    [iso(segment.wallAt), iso(segment.businessAt), segment.speed, segment.until === null ? null : iso(segment.until), order.mode, order.pace, reason],
  );
  if (written.rowCount !== 1) throw new RangeError(`the business clock cannot be turned back to ${iso(segment.businessAt)}`);
  return { ...segment, governed: true };
}

const iso = (ms: number): string => new Date(ms).toISOString();
