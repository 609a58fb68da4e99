import type { Queryable } from '../frame/database.js';
import type { Call, Change, Line } from './course.js';

export async function findCall(database: Queryable, sid: string): Promise<Call | null> {
  const found = await database.query<Call & Record<string, unknown>>('SELECT * FROM calls WHERE sid = $1', [sid]);
  return found.rows[0] ?? null;
}

export async function insertCall(database: Queryable, call: {
  sid: string; to: string; from: string; url: string; method: string; statusCallback: string | null; events: string[];
  ringLimitSeconds: number; nowMs: number; businessAt: number;
}): Promise<Call> {
  const inserted = await database.query<Call & Record<string, unknown>>(
    `INSERT INTO calls (sid, to_number, from_number, voice_url, voice_method, status_callback, status_events, status, next,
       ring_limit_seconds, created_ms, updated_ms, business_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, 'queued', '{"at":"ring"}', $8, $9, $9, $10) RETURNING *`,
    [call.sid, call.to, call.from, call.url, call.method, call.statusCallback, call.events, call.ringLimitSeconds, call.nowMs, call.businessAt],
  );
  return inserted.rows[0] as Call;
}

/** Writes what a step changed and returns the call as it now stands. */
export async function updateCall(database: Queryable, call: Call, change: Change, nowMs: number): Promise<Call> {
  const next = change.next ?? call.next;
  const answered = change.answeredBy ? nowMs : call.answered_ms;
  const ended = next.at === 'over' ? nowMs : null;
  const fetches = call.fetches + (call.next.at === 'fetch' && next.at !== 'fetch' ? 1 : 0);
  const updated = await database.query<Call & Record<string, unknown>>(
    `UPDATE calls SET status = $2, next = $3, answered_by = $4, digits_left = $5, spoken_seconds = $6, answered_ms = $7, ended_ms = $8,
       fetches = $9, updated_ms = $10 WHERE sid = $1 RETURNING *`,
    [call.sid, change.status ?? call.status, JSON.stringify(next), change.answeredBy ?? call.answered_by, change.digitsLeft ?? call.digits_left,
      change.spokenSeconds ?? call.spoken_seconds, answered, ended, fetches, nowMs],
  );
  return updated.rows[0] as Call;
}

export async function addLines(database: Queryable, sid: string, lines: Line[], businessAt: number): Promise<void> {
  for (const line of lines) {
    await database.query('INSERT INTO call_lines (call_sid, who, text, business_at) VALUES ($1, $2, $3, $4)', [sid, line.who, line.text, businessAt]);
  }
}

export interface HeardCall extends Call { transcript: Line[] }

/** A number's calls with what was said, newest first. */
export async function callsOf(database: Queryable, number: string, limit: number): Promise<HeardCall[]> {
  const found = await database.query<HeardCall & Record<string, unknown>>(
    `SELECT calls.*, COALESCE(heard.transcript, '[]') AS transcript
     FROM calls LEFT JOIN LATERAL (
       SELECT jsonb_agg(jsonb_build_object('who', who, 'text', text) ORDER BY n) AS transcript FROM call_lines WHERE call_sid = calls.sid
     ) heard ON true
     WHERE to_number = $1 ORDER BY n DESC LIMIT $2`,
    [number, limit],
  );
  return found.rows;
}

export async function openCalls(database: Queryable): Promise<string[]> {
  const found = await database.query<{ sid: string }>('SELECT sid FROM calls WHERE ended_ms IS NULL ORDER BY n');
  return found.rows.map((row) => row.sid);
}

/** Whole seconds from answer to end: of a person by the clock on the wall, of a script by what was said. 0 when unanswered. */
export function durationSeconds(call: Call): number {
  if (call.answered_ms === null || call.ended_ms === null) return 0;
  const seconds = call.answered_by === 'script' ? call.spoken_seconds : (call.ended_ms - call.answered_ms) / 1_000;
  return Math.max(1, Math.round(seconds));
}
