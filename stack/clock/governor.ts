/**
 * The owner of the business clock off production (DESIGN: two clocks). Business time goes on by its pace, but never past
 * the next moment that anybody waits for: there it stands until whoever waited has finished. Stepped, it moves only when
 * told to, from one such moment to the next.
 */
import type { Logger } from 'pino';
import { appendSegment, businessNow as timeOf, currentSegment, lastOrder } from '../../db/clock.js';
import type { ClockMode, ClockOrder, RecordedSegment } from '../../db/clock.js';
import { dueWork } from '../../db/due-work.js';
import type { DueWork } from '../../db/due-work.js';
import type { Pool } from '../../db/pool.js';
import { createHolds } from './holds.js';
import type { Holds } from './holds.js';
import type { Messenger } from './messenger.js';
import { summarise, unfinishedIn } from './unfinished.js';
import type { Unfinished } from './unfinished.js';

export interface GovernorOptions {
  pool: Pool;
  messenger: Messenger;
  log: Logger;
  /** Wall clock, ms. */
  wallNow: () => number;
  /** Of the very first start: business instant (ms) and order; later starts go on where the record stands. */
  first: { businessAt: number } & ClockOrder;
  /** Stepped whatever the record says. */
  stepped: boolean;
  /** In running mode the clock goes on after standing still for so long. Default 30 s. */
  patienceMs?: number;
}

export interface ClockReading {
  wallAt: number; businessAt: number; speed: number; governed: true; businessNow: number; mode: ClockMode; pace: number;
  /** Where business time stops by itself (ms). */
  until: number | null;
  waitingFor: string[];
}

export interface StepAnswer {
  /** ISO instants. */
  businessNow: string;
  /** The next moment anybody waits for. */
  next: string | null;
  quiet: boolean;
  waitingFor: string[];
}

export interface Governor {
  holds: Holds;
  read(): ClockReading;
  /** Looks once: tells whom it concerns, and lets time go on or stand still. */
  look(): Promise<void>;
  /**
   * Waits until nothing is unfinished, then goes to the next moment anybody waits for (at most `until`, ms; with `until` and
   * nothing before it, to `until` itself), and waits until that is finished. Gives up waiting when `stop` says so.
   */
  step(until: number | null, stop?: () => boolean): Promise<StepAnswer>;
  order(order: Partial<ClockOrder>): Promise<void>;
  /** Stands still for good: the process ends. */
  close(): Promise<void>;
}

/** While nobody waits for anything, time goes on a day at most before the clock looks again. */
const longestRunMs = 86_400_000;
const shortPauseMs = 4;
const longPauseMs = 20;
/** The same while much is under way, which does not end at once: looking itself takes the database's time. */
const busyPauseMs = 60;
const muchWork = 5;

export async function createGovernor(options: GovernorOptions): Promise<Governor> {
  const { pool, messenger, wallNow, log } = options;
  const holds = createHolds(wallNow);
  const known = await lastOrder(pool);
  let order: ClockOrder = options.stepped ? { mode: 'stepped', pace: known?.pace ?? options.first.pace } : revived(known, options.first);
  let segment = await begin();
  let unfinished: Unfinished[] = [];
  let standingSince: number | null = null;
  const givenUp = new Set<string>();
  let last: Promise<unknown> = Promise.resolve();

  /** A restart opens a new segment where business time has come to, so that nothing runs on from before. */
  async function begin(): Promise<RecordedSegment> {
    const before = await currentSegment(pool);
    const businessAt = before.governed ? timeOf(before, wallNow()) : options.first.businessAt;
    return appendSegment(pool, { wallAt: wallNow(), businessAt, speed: 0, until: null }, order, before.governed ? 'restarted' : 'started');
  }

  const now = (): number => timeOf(segment, wallNow());

  async function write(businessAt: number, speed: number, until: number | null, reason: string): Promise<void> {
    segment = await appendSegment(pool, { wallAt: wallNow(), businessAt, speed, until }, order, reason);
  }

  /** Reads what is due, tells whom it concerns, and keeps what is unfinished. */
  async function survey(): Promise<DueWork> {
    const at = now();
    const work = await dueWork(pool, at);
    messenger.tell(work.workflows, at);
    unfinished = unfinishedIn(work, messenger.troubleOf);
    return work;
  }

  function isFree(): boolean {
    return holds.active().length === 0 && unfinished.every(({ id }) => givenUp.has(id));
  }

  /** In running mode patience ends: what is unfinished then is said, and not waited for again until it changes. */
  function losePatience(): void {
    const waits = unfinished.some(({ id }) => !givenUp.has(id));
    if (!waits || order.mode !== 'running' || holds.active().length > 0) {
      standingSince = null;
      return;
    }
    standingSince ??= wallNow();
    if (wallNow() - standingSince < (options.patienceMs ?? 30_000)) return;
    log.warn({ waitingFor: summarise(unfinished) }, 'the business clock goes on without waiting any longer');
    givenUp.clear();
    for (const { id } of unfinished) givenUp.add(id);
    standingSince = null;
  }

  async function lookOnce(): Promise<void> {
    const work = await survey();
    losePatience();
    const at = now();
    if (order.mode !== 'running' || order.pace === 0 || !isFree()) {
      if (segment.speed > 0) await write(at, 0, null, order.mode === 'running' ? 'waits' : order.mode);
      return;
    }
    if (!goesOn(at, work.nextAt)) await write(at, order.pace, Math.min(work.nextAt ?? Infinity, at + longestRunMs), 'runs');
  }

  /** Whether the segment in force already runs at the right pace to the right moment. */
  function goesOn(at: number, nextAt: number | null): boolean {
    if (segment.speed !== order.pace || segment.until === null) return false;
    return segment.until === nextAt || (segment.until > at && segment.until <= (nextAt ?? Infinity));
  }

  async function untilQuiet(stop: () => boolean): Promise<DueWork> {
    let pause = shortPauseMs;
    for (;;) {
      const work = await survey();
      if ((unfinished.length === 0 && holds.active().length === 0) || stop()) return work;
      await new Promise((resolve) => setTimeout(resolve, pause));
      pause = Math.min(unfinished.length > muchWork ? busyPauseMs : longPauseMs, pause * 1.4);
    }
  }

  async function stepOnce(until: number | null, stop: () => boolean): Promise<StepAnswer> {
    if (order.mode !== 'stepped') order = { mode: 'stepped', pace: order.pace };
    let work = await untilQuiet(stop);
    if (isQuiet()) {
      const target = work.nextAt !== null && (until === null || work.nextAt <= until) ? work.nextAt : until;
      if (target !== null && target > now()) {
        await write(target, 0, null, 'stepped');
        work = await untilQuiet(stop);
      }
    }
    return { businessNow: iso(now()), next: work.nextAt === null ? null : iso(work.nextAt), quiet: isQuiet(), waitingFor: waitingFor() };
  }

  const isQuiet = (): boolean => unfinished.length === 0 && holds.active().length === 0;
  const waitingFor = (): string[] => [...holds.active().map(({ reason }) => reason), ...summarise(unfinished)];

  /** Looks, steps and orders come one after the other. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = last.then(work, work);
    last = turn.catch(() => undefined);
    return turn;
  }

  return {
    holds,
    read: () => {
      const { wallAt, businessAt, until } = segment;
      const businessNow = now();
      const speed = until !== null && businessNow >= until ? 0 : segment.speed;
      return { wallAt, businessAt, speed, governed: true, businessNow, mode: order.mode, pace: order.pace, until, waitingFor: waitingFor() };
    },
    look: () => inTurn(lookOnce),
    step: (until, stop = () => false) => inTurn(() => stepOnce(until, stop)),
    order: (wish) => inTurn(async () => {
      order = { ...order, ...wish };
      // Written even when nothing moves, so that a restart finds what was asked.
      await write(now(), 0, null, order.mode);
      await lookOnce();
    }),
    close: () => inTurn(async () => {
      await write(now(), 0, null, 'ended');
      await messenger.settled();
    }),
  };
}

function revived(known: ClockOrder | null, first: ClockOrder): ClockOrder {
  if (!known) return { mode: first.mode, pace: first.pace };
  // Replay steps; the same installation started normally runs again.
  return known.mode === 'stepped' ? { mode: 'running', pace: known.pace || first.pace } : known;
}

const iso = (ms: number): string => new Date(ms).toISOString();
