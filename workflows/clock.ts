/**
 * The two clocks of a workflow (DESIGN.md, Time). Everything that waits for a business moment waits in `waitUntil`, everything
 * that waits for another machine in `waitWall`. This is the only file of `workflows/` that reads `Date.now`.
 *
 * Governed (off production): a workflow's business time is the newest `now` it was told by `clockReached`; nothing else moves
 * it, however long the wall clock runs, and an old segment's speed counts for nothing. Ungoverned: business time is wall time
 * plus the segment's difference.
 */
import { condition, setHandler } from '@temporalio/workflow';
import { parseInstant } from '../domain/dates.js';
import type { ClockSegment } from '../domain/loan.js';
import { clockReached } from './contract.js';

export interface BusinessClock {
  readonly governed: boolean;
  readonly stepped: boolean;
  /** Business time, ms. */
  now(): number;
  /** Facts of the record that this workflow was told of (table `waiting`). */
  pokes: number;
  /** How often the clock has spoken. */
  readonly heard: number;
  /** The clock as a child or the next run needs it. */
  segment(): ClockSegment;
}

/** Opens the workflow's clock and listens to `clockReached`. `notBefore` (ms): a moment known to have been. */
export function openClock(segment: ClockSegment, seen = 0, notBefore = 0): BusinessClock {
  let latest = Math.max(segment.businessAt, notBefore);
  let heard = 0;
  const now = () => (segment.governed ? latest : Date.now() + segment.businessAt - segment.wallAt);
  const clock: BusinessClock = {
    governed: segment.governed,
    stepped: segment.stepped === true,
    now,
    pokes: seen,
    get heard() {
      return heard;
    },
    segment: () => ({ ...segment, wallAt: Date.now(), businessAt: now() }),
  };
  setHandler(clockReached, (told) => {
    heard += 1;
    latest = Math.max(latest, told.now);
    clock.pokes = Math.max(clock.pokes, told.pokes);
  }, { description: 'The business clock has come to a moment, or the record has news.' });
  return clock;
}

export interface BusinessWait {
  /** Null: nothing happens by itself. */
  untilMs: number | null;
  /** One line for the Temporal UI. */
  summary: string;
  /** Writes what is waited for into the record, with the pokes taken in (all that are there when `takesAll`); answers the pokes now there. */
  show(takesAll: boolean): Promise<{ pokes: number }>;
  /** What else ends the wait. */
  wake?: () => boolean;
  /** The pokes known before the caller last looked at the record; newer ones end the wait so that it looks again. Absent: there is nothing to look at. */
  lookedAt?: number;
  /** After so much silence (wall clock) the caller looks in any case. */
  silenceMs?: number;
}

/** Why a wait ended: its moment has come, something woke it, or the record should be looked at. */
export type Woken = 'reached' | 'woken' | 'look';

/** Waits for a business moment. What is waited for is in the record before the wait begins. */
export async function waitUntil(clock: BusinessClock, wait: BusinessWait): Promise<Woken> {
  const wake = wait.wake ?? (() => false);
  for (let rings = 0; ; rings += 1) {
    const ended = endOf(clock, wait, wake);
    if (ended) return ended;
    const { pokes, heard } = { pokes: clock.pokes, heard: clock.heard };
    const takesAll = wait.lookedAt === undefined;
    const record = await wait.show(takesAll);
    // In production nobody waits for `seen`, so newer pokes there are no reason to write again.
    if (clock.governed) clock.pokes = Math.max(clock.pokes, record.pokes);
    if ((!takesAll && clock.pokes > pokes) || endOf(clock, wait, wake)) continue;
    const told = await sleepOr(() => wake() || clock.heard !== heard, timerOf(clock, wait, rings), wait.summary);
    if (told) rings = -1;
    if (!told && wait.silenceMs !== undefined && !endOf(clock, wait, wake)) return 'look';
  }
}

function endOf(clock: BusinessClock, wait: BusinessWait, wake: () => boolean): Woken | undefined {
  if (wake()) return 'woken';
  if (wait.untilMs !== null && clock.now() >= wait.untilMs) return 'reached';
  return wait.lookedAt !== undefined && clock.pokes > wait.lookedAt ? 'look' : undefined;
}

/** A governed timer that rang in vain is followed by longer ones: a clock that stands still must not fill the history. */
const LONGEST_SPARE_MS = 24 * 3_600_000;
const spareMs = (rings: number): number => (rings === 0 ? 1 : Math.min(LONGEST_SPARE_MS, 600_000 * 4 ** rings));

/**
 * The timer's length: the same on both clocks, so that the UI always shows one. Governed, its ring alone changes nothing;
 * on a stepped clock, which no one watches, there is none (two events less a wait).
 */
function timerOf(clock: BusinessClock, wait: BusinessWait, rings: number): number | undefined {
  const toMoment = wait.untilMs === null || clock.stepped ? undefined : Math.max(1, wait.untilMs - clock.now(), clock.governed ? spareMs(rings) : 1);
  if (wait.silenceMs === undefined) return toMoment;
  return Math.min(wait.silenceMs, toMoment ?? wait.silenceMs);
}

/** Waits for wall time. @returns whether it was woken before. */
export async function waitWall(ms: number, summary: string, wake: () => boolean = () => false): Promise<boolean> {
  return sleepOr(wake, ms, summary);
}

async function sleepOr(wake: () => boolean, ms: number | undefined, summary: string): Promise<boolean> {
  if (ms === undefined) {
    await condition(wake);
    return true;
  }
  return condition(wake, ms, { summary });
}

/** An instant as the SDK wants it for a search attribute; made from a number, so every replay makes the same. */
export function dateForSearch(instant: string): Date {
  return new Date(parseInstant(instant));
}
