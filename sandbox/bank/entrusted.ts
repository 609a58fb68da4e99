/** AUTHORIZATION_ENTRUST_PAY (受托支付): the borrower has the money of one project paid to the supplier, who alone receives the release. */
import type pg from 'pg';
import { isRefusal, lockUsable } from './accounts.js';
import { refuse } from './errors.js';
import { lockProject } from './projects.js';
import { done, failed } from './requests.js';
import type { Verdict } from './requests.js';

export interface Entrusting { projectNo: string; borrowerNo: string; payeeNo: string }

/** Whom a loan can be paid to in the borrower's stead: who sells things, never who lends. */
const payeeRoles: ReadonlySet<string> = new Set(['SUPPLIERS', 'BORROWERS']);

/** Until the first release; a later authorisation replaces the one before. */
export async function entrust(tx: pg.PoolClient, { projectNo, borrowerNo, payeeNo }: Entrusting): Promise<Verdict> {
  const project = await lockProject(tx, projectNo);
  if (!project) return failed(refuse('projectState', 'PROJECT_UNKNOWN', `no project ${projectNo}`));
  if (project.borrower_no !== borrowerNo) return failed(refuse('refused', 'WRONG_PARTY', 'only the borrower says where the money goes'));
  if (project.state !== 'COLLECTING' || project.released_fen > 0) return failed(refuse('projectState', '', `project ${projectNo} has released money already, or has ended`));
  const payee = await lockUsable(tx, payeeNo);
  if (isRefusal(payee)) return failed(payee);
  if (payeeNo === borrowerNo || !payeeRoles.has(payee.role)) return failed(refuse('refused', 'WRONG_PARTY', `${payeeNo} is no supplier`));
  await tx.query('UPDATE project SET entrusted_no = $2 WHERE project_no = $1', [projectNo, payeeNo]);
  return done(project.amount_fen);
}
