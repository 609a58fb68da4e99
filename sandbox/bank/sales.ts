/**
 * Claims for sale: DEBENTURE_SALE (债权出让: password, or CREDIT_ASSIGNMENT authorisation) and CANCEL_DEBENTURE_SALE. What is up
 * for sale is locked: nobody puts the same share up twice. No money moves; that is done by the trade that sells it (trades.ts).
 */
import type pg from 'pg';
import { isRefusal, lockAccounts, lockUsable } from './accounts.js';
import { giveBack, spend } from './authorisations.js';
import { refuse } from './errors.js';
import { shareProject } from './projects.js';
import { done, failed } from './requests.js';
import type { Verdict } from './requests.js';
import { lockShares } from './shares.js';

export interface Sale { request_no: string; project_no: string; user_no: string; authorisation_no: string | null; share_fen: number; remaining_fen: number; open: boolean }

export interface SaleOrder { requestNo: string; projectNo: string; userNo: string; shareFen: number; atMs: number; byAuthorisation: boolean }

/** Puts a part of what the person holds up for sale; it uses up as much of the authorisation. */
export async function putUpForSale(tx: pg.PoolClient, { requestNo, projectNo, userNo, shareFen, atMs, byAuthorisation }: SaleOrder): Promise<Verdict> {
  const project = await shareProject(tx, projectNo);
  if (!project) return failed(refuse('projectState', 'PROJECT_UNKNOWN', `no project ${projectNo}`));
  if (project.state !== 'REPAYING') return failed(refuse('projectState', '', `project ${projectNo} is ${project.state}, not REPAYING`));
  const seller = await lockUsable(tx, userNo);
  if (isRefusal(seller)) return failed(seller);
  if (seller.role !== 'INVESTOR') return failed(refuse('refused', 'WRONG_PARTY', 'only lenders hold claims'));
  const heldFen = (await lockShares(tx, projectNo, [userNo])).get(userNo) ?? 0;
  const { rows } = await tx.query<{ fen: number }>('SELECT coalesce(sum(remaining_fen), 0)::bigint AS fen FROM claim_sale WHERE project_no = $1 AND user_no = $2 AND open', [projectNo, userNo]);
  if (heldFen - (rows[0]?.fen ?? 0) < shareFen) return failed(refuse('refused', 'SHARE_SHORT', `${userNo} holds less of ${projectNo} that is not up for sale already`));
  const spent = byAuthorisation ? await spend(tx, userNo, 'CREDIT_ASSIGNMENT', shareFen, atMs) : { authorisationNo: null };
  if (isRefusal(spent)) return failed(spent);
  await tx.query('INSERT INTO claim_sale (request_no, project_no, user_no, authorisation_no, share_fen, remaining_fen) VALUES ($1,$2,$3,$4,$5,$5)', [requestNo, projectNo, userNo, spent.authorisationNo, shareFen]);
  return done(shareFen);
}

/** Takes back what of an offer is not sold. `amount` of the verdict is that share. */
export async function cancelSale(tx: pg.PoolClient, saleNo: string): Promise<Verdict> {
  const found = await tx.query<Sale>('SELECT * FROM claim_sale WHERE request_no = $1', [saleNo]);
  const seller = found.rows[0]?.user_no;
  if (seller === undefined) return failed(refuse('notFound', 'SALE_UNKNOWN', `no sale ${saleNo}`));
  await lockAccounts(tx, [seller]);
  const sale = await lockSale(tx, saleNo);
  if (!sale?.open || sale.remaining_fen === 0) return failed(refuse('refused', 'SALE_ENDED', `sale ${saleNo} has ended`));
  await tx.query('UPDATE claim_sale SET remaining_fen = 0, open = false WHERE request_no = $1', [saleNo]);
  if (sale.authorisation_no !== null) await giveBack(tx, sale.authorisation_no, 'CREDIT_ASSIGNMENT', seller, sale.remaining_fen);
  return done(sale.remaining_fen);
}

export async function lockSale(tx: pg.PoolClient, saleNo: string): Promise<Sale | null> {
  const { rows } = await tx.query<Sale>('SELECT * FROM claim_sale WHERE request_no = $1 FOR UPDATE', [saleNo]);
  return rows[0] ?? null;
}

/** A project that has ended has nothing to sell any more. The project must be locked. */
export async function endSales(tx: pg.PoolClient, projectNo: string): Promise<void> {
  await tx.query('UPDATE claim_sale SET open = false WHERE project_no = $1 AND open', [projectNo]);
}
