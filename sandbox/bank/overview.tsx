/** The page for people who look at the sandbox: what this bank holds, and what it was last asked. */
import type { VNode } from 'preact';
import type pg from 'pg';
import { Page, showInstant } from '../frame/page.js';
import { ModesTable } from './hostiledesk.js';
import { modesInForce } from './hostility.js';
import type { ModeInForce } from './hostility.js';
import { showYuan } from './money.js';

interface AccountLine { user_no: string; role: string; state: string; available_fen: number; frozen_fen: number; card: string | null }
interface CardLine { number: string; bank_name: string; balance_fen: number; salary_fen: number; salary_day: number; expenses_fen: number; open: boolean; lived_until: string }
interface ProjectLine { project_no: string; borrower_no: string; amount_fen: number; state: string; frozen_fen: number; released_fen: number }
interface RequestLine { request_no: string; service_name: string; user_no: string | null; amount_fen: number | null; status: string; error_message: string | null; business_at: Date }
interface Totals { accounts: number; available_fen: number; frozen_fen: number; cards_fen: number; undelivered: number }

export interface Overview { hostile: ModeInForce[]; totals: Totals; accounts: AccountLine[]; cards: CardLine[]; projects: ProjectLine[]; requests: RequestLine[] }

const shown = 50;

/** `cards_fen`: money that came in from cards less money that went out to them; equals what the accounts hold. */
export async function readOverview(pool: pg.Pool): Promise<Overview> {
  const totals = await pool.query<Totals>(
    `SELECT count(*)::int AS accounts, coalesce(sum(available_fen),0)::bigint AS available_fen, coalesce(sum(frozen_fen),0)::bigint AS frozen_fen,
       (SELECT coalesce(-sum(available_fen),0)::bigint FROM movement WHERE account_no = 'CARDS') AS cards_fen,
       (SELECT count(*)::int FROM delivery WHERE delivered_at IS NULL) AS undelivered FROM account`);
  const accounts = await pool.query<AccountLine>('SELECT a.user_no, role, state, available_fen, frozen_fen, right(b.card_number, 4) AS card FROM account a LEFT JOIN bound_card b USING (user_no) ORDER BY a.opened_at DESC, a.user_no LIMIT $1', [shown]);
  const cards = await pool.query<CardLine>('SELECT number, bank_name, balance_fen, salary_fen, salary_day, expenses_fen, open, lived_until::text FROM card ORDER BY number LIMIT $1', [shown]);
  const projects = await pool.query<ProjectLine>(
    `SELECT project_no, borrower_no, amount_fen, state, released_fen, (SELECT coalesce(sum(remaining_fen),0)::bigint FROM hold h WHERE h.project_no = p.project_no AND remaining_fen > 0) AS frozen_fen
     FROM project p ORDER BY established_at DESC, project_no LIMIT $1`, [shown]);
  const requests = await pool.query<RequestLine>('SELECT request_no, service_name, user_no, amount_fen, status, error_message, business_at FROM request ORDER BY id DESC LIMIT $1', [shown]);
  const sums = totals.rows[0];
  if (!sums) throw new Error('a sum over accounts always has one row');
  return { hostile: await modesInForce(pool), totals: sums, accounts: accounts.rows, cards: cards.rows, projects: projects.rows, requests: requests.rows };
}

export function OverviewPage({ overview, businessNow }: { overview: Overview; businessNow: number }): VNode {
  const { totals } = overview;
  const heldFen = totals.available_fen + totals.frozen_fen;
  return (
    <Page title="What this bank holds" house="Harbour Custody Bank" wide refreshSeconds={5} links={[{ href: '/bad-day', text: 'A hostile day' }]}>
      <p>The bank's business time is {showInstant(businessNow)}. The newest {shown} of each are shown.</p>
      <dl>
        <dt>Custody accounts</dt><dd>{totals.accounts}</dd>
        <dt>Available</dt><dd>{showYuan(totals.available_fen)}</dd>
        <dt>Frozen</dt><dd>{showYuan(totals.frozen_fen)}</dd>
        <dt>Held in all</dt><dd>{showYuan(heldFen)}</dd>
        <dt>In from cards less out to cards</dt><dd>{showYuan(totals.cards_fen)} <Agreement agrees={totals.cards_fen === heldFen} /></dd>
        <dt>Notifications not taken yet</dt><dd>{totals.undelivered}</dd>
      </dl>
      <h2>Hostile modes</h2>
      <ModesTable modes={overview.hostile} />
      <Table title="Accounts" heads={['Account', 'Role', 'State', 'Card', 'Available', 'Frozen']} numbers={[4, 5]}
        rows={overview.accounts.map((a) => [a.user_no, a.role, a.state, a.card ? `…${a.card}` : '', showYuan(a.available_fen), showYuan(a.frozen_fen)])} />
      <Table title="Projects" heads={['Project', 'Borrower', 'State', 'Amount', 'Released', 'Frozen']} numbers={[3, 4, 5]}
        rows={overview.projects.map((p) => [p.project_no, p.borrower_no, p.state, showYuan(p.amount_fen), showYuan(p.released_fen), showYuan(p.frozen_fen)])} />
      <Table title="Cards at other banks" heads={['Card', 'Bank', 'Open', 'Salary day', 'Salary', 'Expenses a month', 'Balance', 'As of']} numbers={[4, 5, 6]}
        rows={overview.cards.map((c) => [`…${c.number.slice(-4)}`, c.bank_name, c.open ? 'yes' : 'closed', String(c.salary_day), showYuan(c.salary_fen), showYuan(c.expenses_fen), showYuan(c.balance_fen), c.lived_until])} />
      <Table title="Last instructions" heads={['Number', 'Service', 'Account', 'Business time', 'Status', 'Why', 'Amount']} numbers={[6]}
        rows={overview.requests.map((r) => [r.request_no, r.service_name, r.user_no ?? '', showInstant(r.business_at.getTime()), r.status, r.error_message ?? '', r.amount_fen === null ? '' : showYuan(r.amount_fen)])} />
    </Page>
  );
}

function Agreement({ agrees }: { agrees: boolean }): VNode {
  return agrees ? <span class="badge good">agrees</span> : <span class="badge bad">differs</span>;
}

function Table({ title, heads, rows, numbers }: { title: string; heads: string[]; rows: string[][]; numbers: number[] }): VNode {
  const kind = (column: number) => (numbers.includes(column) ? 'number' : '');
  return (
    <>
      <h2>{title}</h2>
      {rows.length === 0 ? <p class="small">Nothing here yet: the platform has not asked for any.</p> : (
        <div class="scroll"><table>
          <thead><tr>{heads.map((head, column) => <th class={kind(column)}>{head}</th>)}</tr></thead>
          <tbody>{rows.map((row) => <tr>{row.map((cell, column) => <td class={kind(column)}>{cell}</td>)}</tr>)}</tbody>
        </table></div>
      )}
    </>
  );
}
