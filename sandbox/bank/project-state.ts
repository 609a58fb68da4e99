/** MODIFY_PROJECT: COLLECTING → REPAYING → FINISH, or COLLECTING → MISCARRY (流标), which releases every freeze. */
import type pg from 'pg';
import { lockAccounts, move } from './accounts.js';
import { giveBackAll } from './authorisations.js';
import { refuse } from './errors.js';
import type { Refusal } from './errors.js';
import type { Hold } from './holds.js';
import { lockProject } from './projects.js';
import type { Project } from './projects.js';
import { done, failed } from './requests.js';
import type { Verdict } from './requests.js';
import { endSales } from './sales.js';

/** Changes the state; `amount` of the verdict is what was released by it. */
export async function changeProject(tx: pg.PoolClient, requestNo: string, projectNo: string, state: 'REPAYING' | 'FINISH' | 'MISCARRY', atMs: number): Promise<Verdict> {
  const project = await lockProject(tx, projectNo);
  if (!project) return failed(refuse('notFound', 'PROJECT_UNKNOWN', `no project ${projectNo}`));
  const refusal = await mayChange(tx, project, state);
  if (refusal) return failed(refusal);
  await tx.query('UPDATE project SET state = $2 WHERE project_no = $1', [projectNo, state]);
  if (state === 'FINISH') await endSales(tx, projectNo);
  const releasedFen = state === 'MISCARRY' ? await releaseAll(tx, requestNo, projectNo, atMs) : 0;
  return done(releasedFen);
}

const before = { REPAYING: 'COLLECTING', FINISH: 'REPAYING', MISCARRY: 'COLLECTING' } as const;

async function mayChange(tx: pg.PoolClient, project: Project, state: keyof typeof before): Promise<Refusal | null> {
  const wrong = (why: string) => refuse('projectState', '', `project ${project.project_no} ${why}`);
  if (project.state !== before[state]) return wrong(`is ${project.state}, it cannot become ${state}`);
  if (state === 'REPAYING' && project.released_fen === 0) return wrong('has released nothing');
  if (state === 'MISCARRY' && project.released_fen > 0) return wrong('has released money already');
  if (state !== 'FINISH') return null;
  const { rowCount } = await tx.query("SELECT 1 FROM hold WHERE project_no = $1 AND biz_type <> 'TENDER' AND remaining_fen > 0 LIMIT 1", [project.project_no]);
  return rowCount === 0 ? null : wrong('still has money frozen under it: of a repayment, a purchase or a guarantor');
}

/** Every lender's freeze goes back to available in the same transaction. @returns what was released, in fen */
async function releaseAll(tx: pg.PoolClient, requestNo: string, projectNo: string, atMs: number): Promise<number> {
  const owners = await tx.query<{ user_no: string }>('SELECT DISTINCT user_no FROM hold WHERE project_no = $1 AND remaining_fen > 0', [projectNo]);
  await lockAccounts(tx, owners.rows.map((row) => row.user_no));
  const { rows: holds } = await tx.query<Hold>('SELECT * FROM hold WHERE project_no = $1 AND remaining_fen > 0 ORDER BY request_no FOR UPDATE', [projectNo]);
  if (holds.length === 0) return 0;
  await move(tx, atMs, holds.map((hold) => ({ requestNo, accountNo: hold.user_no, availableFen: hold.remaining_fen, frozenFen: -hold.remaining_fen })));
  await giveBackAll(tx, projectNo);
  await tx.query('UPDATE hold SET remaining_fen = 0 WHERE request_no = ANY($1)', [holds.map((hold) => hold.request_no)]);
  return holds.reduce((sum, hold) => sum + hold.remaining_fen, 0);
}
