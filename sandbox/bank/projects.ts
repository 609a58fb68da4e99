/** Projects (标的): founding them, and finding them again. How their state changes stands in project-state.ts. */
import type pg from 'pg';
import { isRefusal, lockUsable } from './accounts.js';
import { refuse } from './errors.js';
import { writeYuan } from './money.js';
import { describeShares } from './shares.js';
import { done, failed } from './requests.js';
import type { Verdict } from './requests.js';

export interface Project {
  project_no: string; borrower_no: string; name: string; amount_fen: number; released_fen: number; repaid_fen: number;
  /** To whom the borrower has entrusted the money (受托支付); null: to the borrower. */
  entrusted_no: string | null;
  state: 'COLLECTING' | 'REPAYING' | 'FINISH' | 'MISCARRY';
}

export interface NewProject { projectNo: string; borrowerNo: string; name: string; amountFen: number; annualRateBps: number; termMonths: number; atMs: number }

/** ESTABLISH_PROJECT. `capFen`: the most one borrower may owe and be raising through this bank, null = unlimited. */
export async function establish(tx: pg.PoolClient, project: NewProject, capFen: number | null): Promise<Verdict> {
  const borrower = await lockUsable(tx, project.borrowerNo);
  if (isRefusal(borrower)) return failed(borrower);
  if (borrower.role !== 'BORROWERS') return failed(refuse('refused', 'WRONG_PARTY', `${project.borrowerNo} is not a borrower`));
  if (capFen !== null && (await outstandingOf(tx, project.borrowerNo)) + project.amountFen > capFen) return failed(refuse('refused', 'BORROWER_CAP', 'above the cap for one borrower on one platform'));
  const { rowCount } = await tx.query(
    'INSERT INTO project (project_no, borrower_no, name, amount_fen, annual_rate_bps, term_months, established_at) VALUES ($1,$2,$3,$4,$5,$6,$7) ON CONFLICT DO NOTHING',
    [project.projectNo, project.borrowerNo, project.name, project.amountFen, project.annualRateBps, project.termMonths, new Date(project.atMs)]);
  return rowCount === 1 ? done(project.amountFen) : failed(refuse('refused', '', `project ${project.projectNo} exists already`));
}

/** What a borrower's unfinished projects come to, less the principal already repaid on them. */
async function outstandingOf(tx: pg.PoolClient, borrowerNo: string): Promise<number> {
  const { rows } = await tx.query<{ fen: number }>(
    "SELECT coalesce(sum(greatest(0, amount_fen - repaid_fen)), 0)::bigint AS fen FROM project WHERE borrower_no = $1 AND state IN ('COLLECTING','REPAYING')", [borrowerNo]);
  return rows[0]?.fen ?? 0;
}

/** Keeps the state from changing while money is frozen under it, without making bids wait for each other. */
export async function shareProject(tx: pg.PoolClient, projectNo: string): Promise<Project | null> {
  const { rows } = await tx.query<Project>({ name: 'share-project', text: 'SELECT * FROM project WHERE project_no = $1 FOR SHARE', values: [projectNo] });
  return rows[0] ?? null;
}

export async function lockProject(tx: pg.PoolClient, projectNo: string): Promise<Project | null> {
  const { rows } = await tx.query<Project>('SELECT * FROM project WHERE project_no = $1 FOR UPDATE', [projectNo]);
  return rows[0] ?? null;
}

/** QUERY_PROJECT_INFORMATION; null when unknown. `frozenAmount` is what lenders have frozen for it now; `shares` what each holds of it. */
export async function describeProject(pool: pg.Pool, projectNo: string): Promise<Record<string, unknown> | null> {
  const { rows } = await pool.query<Project & { frozen_fen: number }>(
    `SELECT p.*, (SELECT coalesce(sum(remaining_fen), 0)::bigint FROM hold h WHERE h.project_no = p.project_no AND h.biz_type = 'TENDER' AND h.remaining_fen > 0) AS frozen_fen
     FROM project p WHERE project_no = $1`, [projectNo]);
  const project = rows[0];
  if (!project) return null;
  return { projectNo, state: project.state, amount: writeYuan(project.amount_fen), frozenAmount: writeYuan(project.frozen_fen), entrustedPlatformUserNo: project.entrusted_no, shares: await describeShares(pool, projectNo) };
}
