/**
 * A day's check files against ours, line by line, as set operations in the database: memory does not grow with the day.
 * equal | in transit (the two sides put it on different sides of midnight) | different | bank only | platform only.
 */
import { inTransaction, row, rows, type Db, type Pool, type Transaction } from './pool.js';
import { statementFiles, type StatementFile } from './reconciliation.js';

/** How near midnight a movement must be to be on the other side's next or last day. */
const edgeMinutes = 60;
/** From so many lines on, the planner is told how many they are. */
const longDayLines = 10_000;
/** More differences in one file than this are one case: the file itself is wrong. */
const mostCasesPerFile = 100;

/** Ours as the file's lines show it. Details have their time from their journal, whose key is their number. */
const ours: Record<StatementFile, string> = {
  deposits: `SELECT request_no, verb AS kind, amount_fen, user_no, NULL::text AS to_user_no, done_at AS at, state FROM instruction WHERE verb IN ('deposit', 'pull')`,
  payouts: `SELECT request_no, verb AS kind, amount_fen, user_no, NULL::text AS to_user_no, done_at AS at, state FROM instruction WHERE verb IN ('withdraw', 'payout')`,
  'returned-payouts': `SELECT left(request_no, -length('-returned')) AS request_no, verb AS kind, amount_fen, user_no, NULL::text AS to_user_no, done_at AS at, state FROM instruction WHERE verb = 'payout-returned'`,
  commissions: `SELECT d.request_no, d.kind, d.amount_fen, d.from_user_no AS user_no, NULL::text AS to_user_no, j.business_at AS at, d.state FROM instruction_detail d LEFT JOIN journal j ON j.key = d.request_no WHERE d.kind = 'commission'`,
  transfers: `SELECT d.request_no, d.kind, d.amount_fen, d.from_user_no AS user_no, d.to_user_no, j.business_at AS at, d.state FROM instruction_detail d LEFT JOIN journal j ON j.key = d.request_no WHERE d.kind <> 'commission'`,
};

export interface DayToMatch {
  day: string;
  /** The instants between which the day lies. */
  from: string;
  until: string;
  /** When a case that is opened now is to be decided, and now; business time. */
  dueAt: string;
  asOf: string;
}

/** Instructions that the bank's files call done and ours do not: to be asked about before the day is matched. */
export async function openOnStatement(db: Db, day: string, limit: number): Promise<string[]> {
  const found = await rows<{ requestNo: string }>(
    db, `SELECT request_no AS "requestNo" FROM instruction WHERE state NOT IN ('done', 'refused') AND request_no IN (
           SELECT request_no FROM statement_line WHERE day = $1
           UNION SELECT d.batch_no FROM statement_line l JOIN instruction_detail d USING (request_no) WHERE l.day = $1) LIMIT $2`, [day, limit]);
  return found.map((each) => each.requestNo);
}

/** Matches a day whose five files are here. The same day again gives the same; a case is opened once and stays as it was decided. */
export async function matchDay(pool: Pool, input: DayToMatch): Promise<{ openCases: number }> {
  return inTransaction(pool, async (tx) => {
    await tx.query('SELECT pg_advisory_xact_lock(hashtext($1))', [`reconcile:${input.day}`]);
    await tx.query(`SET LOCAL work_mem = '64MB'`);
    if (await isLong(tx, input.day)) await tx.query('ANALYZE statement_line');
    await tx.query('DELETE FROM reconciliation_transit WHERE day = $1', [input.day]);
    for (const file of await filesToMatch(tx, input)) await matchFile(tx, file, input);
    const open = await row<{ open: number }>(tx, `SELECT count(*)::int AS open FROM reconciliation_case WHERE day = $1 AND state = 'open'`, [input.day]);
    const openCases = open?.open ?? 0;
    await writeDay(tx, { day: input.day, state: openCases > 0 ? 'differences' : 'explained', reason: null, asOf: input.asOf });
    await tx.query('UPDATE reconciliation_day SET matched_at = $2 WHERE day = $1', [input.day, input.asOf]);
    return { openCases };
  });
}

/** What the day has come to; a confirmed one stays confirmed. */
export async function writeDay(db: Db, { day, state, reason, asOf }: { day: string; state: 'late' | 'faulty' | 'differences' | 'explained' | 'confirmed'; reason: string | null; asOf: string }): Promise<void> {
  await db.query(
    `INSERT INTO reconciliation_day AS d (day, state, reason, asked_at, confirmed_at) VALUES ($1, $2, $3, $4, CASE WHEN $2 = 'confirmed' THEN $4::timestamptz END)
     ON CONFLICT (day) DO UPDATE SET asked_at = EXCLUDED.asked_at, reason = EXCLUDED.reason, confirmed_at = coalesce(d.confirmed_at, EXCLUDED.confirmed_at),
       state = CASE WHEN d.state = 'confirmed' THEN d.state ELSE EXCLUDED.state END`, [day, state, reason, asOf]);
}

async function matchFile(tx: Transaction, file: StatementFile, input: DayToMatch): Promise<void> {
  const { day, from, until } = input;
  await tx.query('CREATE TEMP TABLE IF NOT EXISTS finding (request_no text, result text, reasons text[], ours jsonb, bank jsonb, user_no text, doubt_fen bigint) ON COMMIT DROP');
  await tx.query('TRUNCATE finding');
  await tx.query(linesAgainstOurs(file), [day, file, from, until, edgeMinutes]);
  await tx.query(oursWithoutLine(file), [day, file, from, until, edgeMinutes]);
  await tx.query(
    `INSERT INTO reconciliation_transit (day, file, request_no, state) SELECT DISTINCT ON (request_no) $1::date, $2, request_no, CASE WHEN bank IS NULL THEN 'awaited' ELSE 'met' END FROM finding WHERE result = 'in-transit'`, [day, file]);
  await tx.query(
    `UPDATE reconciliation_file f SET equal = f.lines - n.of_bank, in_transit = n.transit, different = n.different, bank_only = n.bank_only, platform_only = n.platform_only
       FROM (SELECT count(*) FILTER (WHERE bank IS NOT NULL)::int AS of_bank, count(*) FILTER (WHERE result = 'in-transit')::int AS transit, count(*) FILTER (WHERE result = 'different')::int AS different,
                    count(*) FILTER (WHERE result = 'bank-only')::int AS bank_only, count(*) FILTER (WHERE result = 'platform-only')::int AS platform_only FROM finding) n
      WHERE f.day = $1 AND f.file = $2`, [day, file]);
  await openCasesOf(tx, file, input);
}

async function isLong(tx: Transaction, day: string): Promise<boolean> {
  const lines = await row<{ lines: number }>(tx, 'SELECT coalesce(sum(lines), 0)::int AS lines FROM reconciliation_file WHERE day = $1', [day]);
  return (lines?.lines ?? 0) >= longDayLines;
}

/** The others are empty on both sides, which most files of most days are; they are written down as equal at once. */
async function filesToMatch(tx: Transaction, { day, from, until }: DayToMatch): Promise<StatementFile[]> {
  const oursOfDay = statementFiles.map((file) => `SELECT '${file}' AS file WHERE EXISTS (SELECT 1 FROM (${ours[file]}) o WHERE state = 'done' AND at >= $2 AND at < $3)`);
  const found = await rows<{ file: StatementFile }>(tx,
    `SELECT file FROM reconciliation_file WHERE day = $1 AND lines > 0 UNION SELECT file FROM reconciliation_transit WHERE day = $1::date - 1 AND state = 'awaited' UNION ${oursOfDay.join(' UNION ')}`, [day, from, until]);
  const busy = found.map((each) => each.file);
  await tx.query('UPDATE reconciliation_file SET equal = 0, in_transit = 0, different = 0, bank_only = 0, platform_only = 0 WHERE day = $1 AND file <> ALL ($2)', [day, busy]);
  return busy;
}

const side = (alias: string): string => `jsonb_build_object('kind', ${alias}.kind, 'amountFen', ${alias}.amount_fen, 'userNo', ${alias}.user_no, 'toUserNo', ${alias}.to_user_no, 'at', ${alias}.at)`;

/** Who may have too much in our books, and how much: a receiver whom we gave more than the bank did, a payer of whom it took more. */
function doubtOf(file: StatementFile): { different: string; bankOnly: string; platformOnly: string; user: string } {
  if (file === 'payouts') return { user: 'coalesce(l.user_no, o.user_no)', different: 'CASE WHEN o.user_no = l.user_no THEN greatest(l.amount_fen - o.amount_fen, 0) ELSE l.amount_fen END', bankOnly: 'CASE WHEN o.request_no IS NULL OR nth > 1 THEN l.amount_fen ELSE 0 END', platformOnly: '0' };
  const user = file === 'transfers' ? 'coalesce(o.to_user_no, l.to_user_no)' : 'coalesce(o.user_no, l.user_no)';
  if (file === 'commissions') return { user, different: '0', bankOnly: '0', platformOnly: '0' };
  const same = file === 'transfers' ? 'o.to_user_no = l.to_user_no' : 'o.user_no = l.user_no';
  return { user, different: `CASE WHEN ${same} THEN greatest(o.amount_fen - l.amount_fen, 0) ELSE o.amount_fen END`, bankOnly: '0', platformOnly: 'o.amount_fen' };
}

/** Every line of the file that is not simply equal. A number that comes twice is a line too many. */
function linesAgainstOurs(file: StatementFile): string {
  const doubt = doubtOf(file);
  return `WITH judged AS (
      SELECT l.*, ${side('l')} AS bank, CASE WHEN o.request_no IS NOT NULL THEN ${side('o')} || jsonb_build_object('state', o.state) END AS ours, ${doubt.user} AS doubted,
             o.state = 'done' AND nth = 1 AS found, coalesce(o.at >= $3::timestamptz - make_interval(mins => $5) AND o.at < $4::timestamptz + make_interval(mins => $5), false) AS near,
             ${doubt.different} AS different_fen, ${doubt.bankOnly} AS bank_only_fen,
             array_remove(ARRAY[CASE WHEN nth > 1 THEN 'repeated-line' END, CASE WHEN o.request_no IS NULL THEN 'unknown' WHEN o.state = 'refused' THEN 'refused' WHEN o.state <> 'done' THEN 'not-ended' END,
               CASE WHEN o.kind <> l.kind THEN 'kind' END, CASE WHEN o.amount_fen <> l.amount_fen THEN 'amount' END,
               CASE WHEN o.request_no IS NOT NULL AND (o.user_no IS DISTINCT FROM l.user_no OR o.to_user_no IS DISTINCT FROM l.to_user_no) THEN 'parties' END,
               CASE WHEN l.at < $3 OR l.at >= $4 THEN 'line-of-another-day' END, CASE WHEN o.at < $3 OR o.at >= $4 THEN 'day' END], NULL) AS reasons
        FROM (SELECT *, row_number() OVER (PARTITION BY request_no ORDER BY line_no) AS nth FROM statement_line WHERE day = $1 AND file = $2) l LEFT JOIN (${ours[file]}) o USING (request_no)
    )
    INSERT INTO finding SELECT request_no, CASE WHEN found IS NOT TRUE THEN 'bank-only' WHEN reasons = '{day}' AND near THEN 'in-transit' ELSE 'different' END, reasons, ours, bank, doubted,
           CASE WHEN found IS NOT TRUE THEN bank_only_fen ELSE different_fen END FROM judged WHERE reasons <> '{}'`;
}

/** Ours of the day (or awaited since the day before) that no line shows. What ended just before midnight may be in the next file. */
function oursWithoutLine(file: StatementFile): string {
  const doubt = doubtOf(file);
  const user = file === 'transfers' ? 'o.to_user_no' : 'o.user_no';
  return `INSERT INTO finding
    SELECT o.request_no, CASE WHEN NOT o.awaited AND (o.at >= $4::timestamptz - make_interval(mins => $5) OR EXISTS (
             SELECT 1 FROM reconciliation_transit t WHERE t.file = $2 AND t.request_no = o.request_no AND t.state = 'met' AND t.day <> $1)) THEN 'in-transit' ELSE 'platform-only' END,
           '{missing}', ${side('o')}, NULL, ${user}, ${doubt.platformOnly}
      FROM (SELECT *, false AS awaited FROM (${ours[file]}) a WHERE state = 'done' AND at >= $3 AND at < $4
            UNION ALL
            SELECT a.*, true FROM (${ours[file]}) a JOIN reconciliation_transit t ON t.request_no = a.request_no AND t.file = $2 AND t.day = $1::date - 1 AND t.state = 'awaited') o
     WHERE NOT EXISTS (SELECT 1 FROM statement_line l WHERE l.day = $1 AND l.file = $2 AND l.request_no = o.request_no)`;
}

async function openCasesOf(tx: Transaction, file: StatementFile, { day, dueAt, asOf }: DayToMatch): Promise<void> {
  const found = await row<{ many: boolean; differences: number }>(tx, `SELECT count(*) > $1 AS many, count(*)::int AS differences FROM finding WHERE result <> 'in-transit'`, [mostCasesPerFile]);
  if (found?.many) return openFileCase(tx, { day, file, result: 'too-many', reasons: [`${found.differences} differences`], dueAt, asOf });
  await tx.query(
    `INSERT INTO reconciliation_case (day, file, request_no, result, reasons, ours, bank, user_no, doubt_fen, due_at, opened_at)
     SELECT $1, $2, request_no, result, reasons, ours, bank, user_no, doubt_fen, $3, $4 FROM finding WHERE result <> 'in-transit' ORDER BY request_no ON CONFLICT DO NOTHING`, [day, file, dueAt, asOf]);
}

/** A case about a file as a whole. */
export async function openFileCase(db: Db, input: { day: string; file: StatementFile; result: 'file-changed' | 'too-many'; reasons: string[]; dueAt: string; asOf: string }): Promise<void> {
  await db.query(
    'INSERT INTO reconciliation_case (day, file, request_no, result, reasons, due_at, opened_at) VALUES ($1, $2, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING',
    [input.day, input.file, input.result, input.reasons, input.dueAt, input.asOf]);
}
