/**
 * One detail after another against the books as the details before it have left them: who may pay whom, out of what, and what
 * of the claims changes hands with it. Batches (batches.ts) and single trades (trades.ts) decide and write by it.
 */
import type pg from 'pg';
import { income, lockAccounts, marketing, move, unusable } from './accounts.js';
import type { Account } from './accounts.js';
import { refuse } from './errors.js';
import type { Refusal } from './errors.js';
import type { Hold } from './holds.js';
import { lockProject } from './projects.js';
import type { Project } from './projects.js';
import { lockSale } from './sales.js';
import type { Sale } from './sales.js';
import { lockShares, writeShares } from './shares.js';

export const tradeTypes = ['TENDER', 'REPAYMENT', 'COMPENSATORY', 'CREDIT_ASSIGNMENT', 'COMPENSATORY_REPAYMENT', 'MARKETING', 'PLATFORM_SERVICE_DEDUCT'] as const;
export type TradeType = (typeof tradeTypes)[number];

/** `hold_no` null: out of the payer's available money. `share_fen`: the part of the claim that goes to the payer (sales only). */
export interface DetailRow { request_no: string; hold_no: string | null; source_no: string; target_no: string; biz_type: 'PRINCIPAL' | 'INTEREST' | 'COMMISSION'; amount_fen: number; share_fen: number | null }

/** What a guarantor has paid of a project in the borrower's place, and got back. */
interface Compensation { principal_fen: number; repaid_fen: number }

export interface Books {
  trade: TradeType;
  /** Null for trades of no project. */
  project: Project | null;
  accounts: Map<string, Account>;
  holds: Map<string, Hold>;
  /** Who holds what of the project, of those the details name. */
  shares: Map<string, number>;
  compensations: Map<string, Compensation>;
  sale: Sale | null;
}

/** Trades without a project: out of available money, by the platform's own order. */
export const withoutProject: ReadonlySet<TradeType> = new Set(['MARKETING', 'PLATFORM_SERVICE_DEDUCT']);
const freezeOf: Partial<Record<TradeType, Hold['biz_type']>> = { TENDER: 'TENDER', REPAYMENT: 'REPAYMENT', COMPENSATORY: 'COMPENSATORY', CREDIT_ASSIGNMENT: 'CREDIT_ASSIGNMENT', COMPENSATORY_REPAYMENT: 'REPAYMENT' };

/** Locks everything the details touch, in the one order: project, accounts, freezes, shares, sale. Null when there is no such project. */
export async function openBooks(tx: pg.PoolClient, trade: TradeType, projectNo: string | null, details: DetailRow[], saleNo: string | null = null): Promise<Books | null> {
  const project = projectNo === null ? null : await lockProject(tx, projectNo);
  if (!project && !withoutProject.has(trade)) return null;
  const parties = [...new Set(details.flatMap((detail) => [detail.source_no, detail.target_no]))];
  const accounts = await lockAccounts(tx, parties);
  const { rows } = await tx.query<Hold>('SELECT * FROM hold WHERE request_no = ANY($1) AND project_no = $2 ORDER BY request_no FOR UPDATE', [[...new Set(details.map((detail) => detail.hold_no))], projectNo]);
  const shares = project ? await lockShares(tx, project.project_no, parties) : new Map<string, number>();
  const sale = saleNo === null ? null : await lockSale(tx, saleNo);
  return { trade, project, accounts, holds: new Map(rows.map((hold) => [hold.request_no, hold])), shares, sale, compensations: await compensationsOf(tx, trade, projectNo, parties) };
}

async function compensationsOf(tx: pg.PoolClient, trade: TradeType, projectNo: string | null, parties: string[]): Promise<Books['compensations']> {
  if (trade !== 'COMPENSATORY' && trade !== 'COMPENSATORY_REPAYMENT') return new Map();
  const { rows } = await tx.query<Compensation & { user_no: string }>('SELECT user_no, principal_fen, repaid_fen FROM compensation WHERE project_no = $1 AND user_no = ANY($2) ORDER BY user_no FOR UPDATE', [projectNo, parties]);
  return new Map(rows.map(({ user_no, ...paid }) => [user_no, paid]));
}

/** Decides one detail, and takes it off the books when it may be. @returns why not, or null */
export function bookDetail(books: Books, detail: DetailRow): Refusal | null {
  const refusal = wrongState(books) ?? wrongPayer(books, detail) ?? wrongTarget(books, detail) ?? short(books, detail) ?? wrongClaim(books, detail);
  if (refusal) return refusal;
  const hold = books.holds.get(detail.hold_no ?? '');
  const payer = books.accounts.get(detail.source_no);
  if (hold) hold.remaining_fen -= detail.amount_fen;
  else if (payer) payer.available_fen -= detail.amount_fen;
  if (detail.biz_type === 'PRINCIPAL') moveClaim(books, detail);
  return null;
}

function wrongState({ project, trade }: Books): Refusal | null {
  if (!project) return null;
  const needed = trade === 'TENDER' ? 'COLLECTING' : 'REPAYING';
  return project.state === needed ? null : refuse('projectState', '', `project ${project.project_no} is ${project.state}, not ${needed}`);
}

const wrongParty = (why: string): Refusal => refuse('refused', 'WRONG_PARTY', why);

/** Whose freeze it is, or whose available money: a reward comes from the platform's own, a fee never does. */
function wrongPayer({ trade, holds, accounts, project }: Books, detail: DetailRow): Refusal | null {
  const source = accounts.get(detail.source_no);
  const needed = freezeOf[trade];
  if (needed) {
    const hold = holds.get(detail.hold_no ?? '');
    if (!hold) return refuse('notFound', 'HOLD_UNKNOWN', `no freeze ${detail.hold_no} under this project`);
    if (hold.user_no !== detail.source_no || hold.biz_type !== needed) return refuse('refused', 'HOLD_OTHER', `freeze ${detail.hold_no} is not the payer's for this`);
  } else if (detail.hold_no !== null) return refuse('refused', 'HOLD_OTHER', `${trade} is paid out of available money`);
  if (!source) return refuse('noUser', '', `no user ${detail.source_no}`);
  if (trade === 'MARKETING' && source.user_no !== marketing) return wrongParty(`a reward comes from ${marketing}`);
  if (trade === 'PLATFORM_SERVICE_DEDUCT' && source.role.startsWith('PLATFORM')) return wrongParty('a service fee is paid by a person');
  if (trade === 'COMPENSATORY_REPAYMENT' && source.user_no !== project?.borrower_no) return wrongParty('only the borrower repays a guarantor');
  return unusable(source);
}

/** A commission lands on the platform's income account and nothing else does; each trade has its own receivers. */
function wrongTarget(books: Books, detail: DetailRow): Refusal | null {
  const { accounts, trade, project } = books;
  const target = accounts.get(detail.target_no);
  if (!target) return refuse('noUser', '', `no user ${detail.target_no}`);
  if (detail.biz_type === 'COMMISSION') {
    if (trade === 'MARKETING' || trade === 'COMPENSATORY_REPAYMENT') return wrongParty(`${trade} carries no commission`);
    return target.user_no === income ? unusable(target) : wrongParty(`a commission goes to ${income}`);
  }
  if (trade === 'PLATFORM_SERVICE_DEDUCT') return wrongParty('a service fee is a COMMISSION');
  if (target.role.startsWith('PLATFORM')) return wrongParty('principal and interest never go to the platform');
  if (trade === 'TENDER' && target.user_no !== (project?.entrusted_no ?? project?.borrower_no)) return wrongParty("a release goes to the project's borrower, or to whom the borrower has entrusted it");
  if (trade !== 'TENDER' && trade !== 'MARKETING' && target.user_no === project?.borrower_no) return wrongParty(trade === 'REPAYMENT' ? 'a repayment goes to lenders' : 'not to the borrower');
  return wrongCreditor(books, target) ?? unusable(target);
}

/** Whom the claim makes the receiver. */
function wrongCreditor({ trade, sale, compensations }: Books, target: Account): Refusal | null {
  if (trade === 'REPAYMENT' && target.role === 'GUARANTEECORP') return wrongParty('a guarantor is repaid by COMPENSATORY_REPAYMENT');
  if (trade === 'COMPENSATORY' && target.role !== 'INVESTOR') return wrongParty('a guarantor pays lenders');
  if (trade === 'CREDIT_ASSIGNMENT' && target.user_no !== sale?.user_no) return wrongParty('the price goes to the seller');
  if (trade === 'COMPENSATORY_REPAYMENT' && !compensations.has(target.user_no)) return wrongParty(`${target.user_no} has paid nothing in the borrower's place`);
  return null;
}

function short({ trade, project, holds, accounts }: Books, detail: DetailRow): Refusal | null {
  const hold = holds.get(detail.hold_no ?? '');
  const haveFen = hold ? hold.remaining_fen : detail.hold_no === null ? (accounts.get(detail.source_no)?.available_fen ?? 0) : 0;
  if (haveFen < detail.amount_fen) return refuse('balance', '', hold ? `freeze ${detail.hold_no} holds less than that` : undefined);
  if (trade === 'TENDER' && project && project.released_fen + detail.amount_fen > project.amount_fen) return refuse('refused', 'PROJECT_AMOUNT', "more than the project's amount");
  return null;
}

/** Nobody takes over, sells or is repaid more of a claim than there is. */
function wrongClaim({ trade, sale, shares, compensations }: Books, { biz_type: bizType, source_no: payer, target_no: holder, amount_fen: fen, share_fen: shareFen }: DetailRow): Refusal | null {
  const shareShort = (why: string): Refusal => refuse('refused', 'SHARE_SHORT', why);
  const sells = trade === 'CREDIT_ASSIGNMENT' && bizType === 'PRINCIPAL';
  if (sells !== (shareFen !== null)) return refuse('refused', 'SHARE_SHORT', sells ? 'the price of a claim names the share' : 'only the price of a claim names a share');
  if (bizType !== 'PRINCIPAL') return null;
  const heldFen = shares.get(holder) ?? 0;
  if (trade === 'COMPENSATORY' && heldFen < fen) return shareShort(`${holder} holds less than that`);
  if (shareFen !== null && (!sale || payer === sale.user_no)) return wrongParty('nobody buys from themselves');
  if (sale && shareFen !== null && (sale.remaining_fen < shareFen || heldFen < shareFen)) return shareShort(`${holder} has less than that up for sale`);
  const compensation = compensations.get(holder);
  if (trade === 'COMPENSATORY_REPAYMENT' && compensation && compensation.principal_fen - compensation.repaid_fen < fen) return shareShort('more than was paid in the borrower\'s place');
  return null;
}

/** Principal: a claim is born, ends, or has another holder. */
function moveClaim(books: Books, { source_no: payer, target_no: holder, amount_fen: fen, share_fen: shareFen }: DetailRow): void {
  const { trade, project, shares, sale, compensations } = books;
  const add = (userNo: string, moreFen: number): void => { shares.set(userNo, Math.max(0, (shares.get(userNo) ?? 0) + moreFen)); };
  if (!project) return;
  switch (trade) {
    case 'TENDER':
      project.released_fen += fen;
      return add(payer, fen);
    case 'REPAYMENT':
      project.repaid_fen += fen;
      return add(holder, -fen);
    case 'COMPENSATORY': {
      const before = compensations.get(payer) ?? { principal_fen: 0, repaid_fen: 0 };
      compensations.set(payer, { ...before, principal_fen: before.principal_fen + fen });
      return add(holder, -fen);
    }
    case 'COMPENSATORY_REPAYMENT': {
      project.repaid_fen += fen;
      const compensation = compensations.get(holder);
      if (compensation) compensation.repaid_fen += fen;
      return;
    }
    case 'CREDIT_ASSIGNMENT':
      if (sale) sale.remaining_fen -= shareFen ?? 0;
      add(holder, -(shareFen ?? 0));
      return add(payer, shareFen ?? 0);
    case 'MARKETING': case 'PLATFORM_SERVICE_DEDUCT': return;
  }
}

/** Writes what `bookDetail` has let pass: the money, the freezes, the project and the claims. */
export async function writeSettled(tx: pg.PoolClient, books: Books, settled: DetailRow[], atMs: number): Promise<void> {
  const { project, holds, sale } = books;
  await move(tx, atMs, settled.flatMap((detail) => [
    { requestNo: detail.request_no, accountNo: detail.source_no, availableFen: detail.hold_no === null ? -detail.amount_fen : 0, frozenFen: detail.hold_no === null ? 0 : -detail.amount_fen },
    { requestNo: detail.request_no, accountNo: detail.target_no, availableFen: detail.amount_fen, frozenFen: 0 },
  ]));
  const left = [...holds.values()];
  await tx.query('UPDATE hold SET remaining_fen = l.fen FROM unnest($1::text[], $2::bigint[]) AS l(no, fen) WHERE request_no = l.no', [left.map((hold) => hold.request_no), left.map((hold) => hold.remaining_fen)]);
  if (!project) return;
  await tx.query('UPDATE project SET released_fen = $2, repaid_fen = $3 WHERE project_no = $1', [project.project_no, project.released_fen, project.repaid_fen]);
  if (settled.some((detail) => detail.biz_type === 'PRINCIPAL')) await writeShares(tx, project.project_no, books.shares);
  if (sale) await tx.query('UPDATE claim_sale SET remaining_fen = $2::bigint, open = $2::bigint > 0 WHERE request_no = $1', [sale.request_no, sale.remaining_fen]);
  await writeCompensations(tx, project.project_no, books.compensations);
}

async function writeCompensations(tx: pg.PoolClient, projectNo: string, compensations: Books['compensations']): Promise<void> {
  for (const [userNo, { principal_fen: principalFen, repaid_fen: repaidFen }] of compensations) {
    await tx.query(
      `INSERT INTO compensation (project_no, user_no, principal_fen, repaid_fen) VALUES ($1,$2,$3,$4)
       ON CONFLICT (project_no, user_no) DO UPDATE SET principal_fen = excluded.principal_fen, repaid_fen = excluded.repaid_fen`, [projectNo, userNo, principalFen, repaidFen]);
  }
}
