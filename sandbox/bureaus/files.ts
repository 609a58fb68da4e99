import type { Queryable } from '../frame/database.js';
import type { BureauName, Overrides } from './facts.js';

/** What a person's file says otherwise than derived. */
export async function findOverrides(database: Queryable, idNumber: string): Promise<Overrides> {
  const found = await database.query<{ facts: Overrides }>('SELECT facts FROM people WHERE id_number = $1', [idNumber]);
  return found.rows[0]?.facts ?? {};
}

/** A bureau named here is written anew; others stay as they were. */
export async function setOverrides(database: Queryable, idNumber: string, overrides: Overrides): Promise<void> {
  await database.query(
    `INSERT INTO people (id_number, facts) VALUES ($1, $2) ON CONFLICT (id_number) DO UPDATE SET facts = people.facts || $2::jsonb`,
    [idNumber, JSON.stringify(overrides)],
  );
}

export interface ReportRow {
  n: number; bureau: BureauName; reference: string; question: string; id_number: string; report_no: string; facts: Record<string, unknown>; business_at: number;
}

export async function findReport(database: Queryable, bureau: string, reference: string): Promise<ReportRow | null> {
  const found = await database.query<ReportRow>('SELECT * FROM reports WHERE bureau = $1 AND reference = $2', [bureau, reference]);
  return found.rows[0] ?? null;
}

/** Stores a report once; of two equal questions at the same moment both get the one that was first. */
export async function storeReport(database: Queryable, report: Omit<ReportRow, 'n'>): Promise<ReportRow> {
  await database.query(
    `INSERT INTO reports (bureau, reference, question, id_number, report_no, facts, business_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
     ON CONFLICT (bureau, reference) DO NOTHING`,
    [report.bureau, report.reference, report.question, report.id_number, report.report_no, JSON.stringify(report.facts), report.business_at],
  );
  return await findReport(database, report.bureau, report.reference) as ReportRow;
}

export async function latestReports(database: Queryable, bureau: string | null, limit: number): Promise<ReportRow[]> {
  const found = await database.query<ReportRow>('SELECT * FROM reports WHERE $1::text IS NULL OR bureau = $1 ORDER BY n DESC LIMIT $2', [bureau, limit]);
  return found.rows;
}

export const outageModes = ['ok', 'down', 'slow', 'bad-signature'] as const;
export type OutageMode = (typeof outageModes)[number];

export async function findOutage(database: Queryable, bureau: string): Promise<OutageMode> {
  const found = await database.query<{ mode: OutageMode }>('SELECT mode FROM outages WHERE bureau = $1', [bureau]);
  return found.rows[0]?.mode ?? 'ok';
}

export async function setOutage(database: Queryable, bureau: string, mode: OutageMode): Promise<void> {
  await database.query('INSERT INTO outages (bureau, mode) VALUES ($1, $2) ON CONFLICT (bureau) DO UPDATE SET mode = $2', [bureau, mode]);
}

export async function allOutages(database: Queryable): Promise<Record<string, OutageMode>> {
  const found = await database.query<{ bureau: string; mode: OutageMode }>('SELECT bureau, mode FROM outages');
  return Object.fromEntries(found.rows.map((row) => [row.bureau, row.mode]));
}
