/** Reconciliation as people read it: days, the files of a day, and cases. What writes them is in matching.ts and cases.ts. */
import { row, rows, type Db } from './pool.js';

export const statementFiles = ['deposits', 'payouts', 'returned-payouts', 'commissions', 'transfers'] as const;
export type StatementFile = (typeof statementFiles)[number];
export const dayStates = ['late', 'faulty', 'differences', 'explained', 'confirmed'] as const;
export type DayState = (typeof dayStates)[number];

export interface ReconciliationDay {
  /** Business day, `YYYY-MM-DD`. */
  day: string;
  state: DayState;
  /** Which file is late or faulty, and how (a code). */
  reason: string | null;
  /** Business time, ISO. */
  askedAt: string;
  matchedAt: string | null;
  confirmedAt: string | null;
  lines: number;
  equal: number;
  inTransit: number;
  cases: number;
  openCases: number;
}

export interface ReconciledFile {
  file: StatementFile; sha256: string; lines: number; amountFen: number;
  equal: number; inTransit: number; different: number; bankOnly: number; platformOnly: number; acceptedAt: string;
}

/** One side of a difference. */
export interface CaseSide { kind: string; amountFen: number; userNo: string | null; toUserNo: string | null; at: string | null; state?: string }

export interface ReconciliationCase {
  id: number;
  day: string;
  file: StatementFile;
  requestNo: string;
  result: 'different' | 'bank-only' | 'platform-only' | 'file-changed' | 'too-many';
  /** What differs, or why there is no match: amount, parties, kind, day, unknown, not-ended, repeated-line, missing … */
  reasons: string[];
  ours: CaseSide | null;
  bank: CaseSide | null;
  userNo: string | null;
  /** The amount that waits while the case is open. */
  doubtFen: number;
  state: 'open' | 'resolved';
  owner: string | null;
  /** After this (business time) another person than the owner decides. */
  dueAt: string;
  openedAt: string;
  resolution: 'accept-bank' | 'explained' | null;
  resolvedBy: string | null;
  reason: string | null;
  resolvedAt: string | null;
}

export interface CaseNote { personId: string; note: string; businessAt: string }

const dayColumns = `d.day, d.state, d.reason, d.asked_at AS "askedAt", d.matched_at AS "matchedAt", d.confirmed_at AS "confirmedAt",
  coalesce(f.lines, 0)::int AS lines, coalesce(f.equal, 0)::int AS equal, coalesce(f.in_transit, 0)::int AS "inTransit", coalesce(c.cases, 0)::int AS cases, coalesce(c.open, 0)::int AS "openCases"`;
const daySource = `reconciliation_day d
  LEFT JOIN LATERAL (SELECT sum(lines) AS lines, sum(equal) AS equal, sum(in_transit) AS in_transit FROM reconciliation_file WHERE reconciliation_file.day = d.day) f ON true
  LEFT JOIN LATERAL (SELECT count(*) AS cases, count(*) FILTER (WHERE state = 'open') AS open FROM reconciliation_case WHERE reconciliation_case.day = d.day) c ON true`;
export const caseColumns = `id, day, file, request_no AS "requestNo", result, reasons, ours, bank, user_no AS "userNo", doubt_fen AS "doubtFen", state, owner, due_at AS "dueAt",
  opened_at AS "openedAt", resolution, resolved_by AS "resolvedBy", reason, resolved_at AS "resolvedAt"`;

export interface DayQuery {
  state?: DayState | undefined;
  /** Business days, inclusive. */
  fromDay?: string | undefined;
  toDay?: string | undefined;
}

/** The days, the newest first. */
export function reconciliationDays(db: Db, limit = 60, offset = 0, { state, fromDay, toDay }: DayQuery = {}): Promise<ReconciliationDay[]> {
  return rows<ReconciliationDay>(
    db, `SELECT ${dayColumns} FROM ${daySource} WHERE ($3::text IS NULL OR d.state = $3) AND ($4::date IS NULL OR d.day >= $4) AND ($5::date IS NULL OR d.day <= $5) ORDER BY d.day DESC LIMIT $1 OFFSET $2`,
    [limit, offset, state ?? null, fromDay ?? null, toDay ?? null]);
}

/** One day with its files and cases; null while nobody has asked for its files. */
export async function reconciliationDay(db: Db, day: string): Promise<(ReconciliationDay & { files: ReconciledFile[]; caseList: ReconciliationCase[] }) | null> {
  const found = await row<ReconciliationDay>(db, `SELECT ${dayColumns} FROM ${daySource} WHERE d.day = $1`, [day]);
  if (!found) return null;
  const files = await rows<ReconciledFile>(db,
    `SELECT file, sha256, lines, amount_fen AS "amountFen", equal, in_transit AS "inTransit", different, bank_only AS "bankOnly", platform_only AS "platformOnly", accepted_at AS "acceptedAt"
       FROM reconciliation_file WHERE day = $1 ORDER BY file`, [day]);
  return { ...found, files, caseList: await rows<ReconciliationCase>(db, `SELECT ${caseColumns} FROM reconciliation_case WHERE day = $1 ORDER BY id`, [day]) };
}

/** Open cases, the most urgent first. */
export function openCases(db: Db, limit = 200): Promise<ReconciliationCase[]> {
  return rows<ReconciliationCase>(db, `SELECT ${caseColumns} FROM reconciliation_case WHERE state = 'open' ORDER BY due_at, id LIMIT $1`, [limit]);
}

/** One case with its notes, oldest first. */
export async function findCase(db: Db, caseId: number): Promise<(ReconciliationCase & { notes: CaseNote[] }) | null> {
  const found = await row<ReconciliationCase>(db, `SELECT ${caseColumns} FROM reconciliation_case WHERE id = $1`, [caseId]);
  if (!found) return null;
  return { ...found, notes: await rows<CaseNote>(db, `SELECT person_id AS "personId", note, business_at AS "businessAt" FROM reconciliation_note WHERE case_id = $1 ORDER BY id`, [caseId]) };
}

/** Adds a person's note to a case; the same form twice is one note. */
export async function noteCase(db: Db, note: { caseId: number; personId: string; note: string; businessAt: string }): Promise<void> {
  await db.query('INSERT INTO reconciliation_note (case_id, person_id, note, business_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING', [note.caseId, note.personId, note.note, note.businessAt]);
}

/** A person takes a case that nobody else has; whoever decides after its deadline must be another. False when somebody has it. */
export async function takeCase(db: Db, caseId: number, personId: string): Promise<boolean> {
  return (await db.query(`UPDATE reconciliation_case SET owner = $2 WHERE id = $1 AND state = 'open' AND (owner IS NULL OR owner = $2)`, [caseId, personId])).rowCount === 1;
}

/** What of a person's money must wait because a case doubts it. */
export async function doubtedFen(db: Db, userNo: string): Promise<number> {
  return (await doubtsOf(db, [userNo])).get(userNo) ?? 0;
}

export async function doubtsOf(db: Db, userNos: readonly string[]): Promise<Map<string, number>> {
  const found = await rows<{ userNo: string; fen: number }>(
    db, `SELECT user_no AS "userNo", sum(doubt_fen)::bigint AS fen FROM reconciliation_case WHERE state = 'open' AND doubt_fen > 0 AND user_no = ANY($1) GROUP BY user_no`, [userNos]);
  return new Map(found.map(({ userNo, fen }) => [userNo, fen]));
}
