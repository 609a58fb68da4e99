/**
 * Check files (对账文件): what moved money on one closed day, each movement in exactly one file. They are read from the
 * record page by page, twice the first time (the headers name lines and hash before the body), so that size is no matter.
 */
import { createHash } from 'node:crypto';
import type pg from 'pg';
import { instantOf } from './calendar.js';
import type { FileType } from './closing.js';
import { writeYuan } from './money.js';
import { bankNo } from './requests.js';
import { timestampOf } from './wire.js';

export interface CheckFile { day: string; fileType: FileType; lines: number; sha256: string }

interface Row {
  id: number; request_no: string; user_no: string; amount_fen: number; service_name: string; at: Date;
  batch_no: string; source_no: string; target_no: string; biz_type: string; hold_no: string | null; trade_type: string; project_no: string | null; share_fen: number | null;
}

const pageLines = 5_000;
const cashColumns = ['平台请求流水号', '平台用户编号', '金额', '业务类型', '完成时间', '银行流水号'];
const tradeColumns = ['发生时间', '平台商编', '平台请求流水号', '订单号', '业务类型', '金额', '利息金额', '币种', '发起方会员编号', '发起方平台用户编号', '接收方会员编号', '接收方平台用户编号', '标的号', '原订单号', '备注', '债权份额', '自定义参数'];

const finished = "r.status = 'SUCCESS' AND r.finished_at >= $1 AND r.finished_at < $2 AND (r.finished_at, r.id) > ($3, $4::bigint)";
const page = 'ORDER BY r.finished_at, r.id LIMIT $5';
const cash = (verbs: string) => `SELECT r.id, r.request_no, r.user_no, r.amount_fen, r.service_name, r.finished_at AS at FROM request r WHERE ${finished} AND r.service_name IN (${verbs}) ${page}`;
const details = (columns: string, which: string) => `SELECT r.id, r.request_no, r.finished_at AS at, d.source_no AS user_no, d.amount_fen, ${columns} FROM request r JOIN batch_detail d USING (request_no)
  JOIN request b ON b.request_no = d.batch_no WHERE ${finished} AND ${which} ${page}`;

const queries: Record<FileType, string> = {
  RECHARGE: cash("'RECHARGE','DIRECT_RECHARGE'"),
  WITHDRAW: cash("'WITHDRAW','AUTO_WITHDRAW'"),
  COMMISSION: details("'COMMISSION' AS service_name", "d.biz_type = 'COMMISSION'"),
  TRANSACTION: details("d.batch_no, d.source_no, d.target_no, d.biz_type, d.hold_no, b.body ->> 'bizType' AS trade_type, b.body ->> 'projectNo' AS project_no, d.share_fen", "d.biz_type <> 'COMMISSION'"),
  BACKROLL_RECHARGE: `SELECT p.backroll_id AS id, p.request_no, p.user_no, p.amount_fen, 'BACKROLL_RECHARGE' AS service_name, p.returned_at AS at FROM payout p
    WHERE p.returned_at >= $1 AND p.returned_at < $2 AND (p.returned_at, p.backroll_id) > ($3, $4::bigint) ORDER BY p.returned_at, p.backroll_id LIMIT $5`,
};

/** The file as text, header line first, some thousand lines at a time. */
export async function* readCheckFile(pool: pg.Pool, platformNo: string, day: string, fileType: FileType): AsyncGenerator<{ text: string; lines: number }> {
  const write = fileType === 'TRANSACTION' ? (row: Row) => tradeLine(platformNo, row) : cashLine;
  yield { text: csvLine(fileType === 'TRANSACTION' ? tradeColumns : cashColumns), lines: 0 };
  const [from, until] = [new Date(instantOf(day, 0)), new Date(instantOf(day, 24))];
  for (let last: { at: Date; id: number } = { at: from, id: 0 }; ;) {
    const { rows } = await pool.query<Row>(queries[fileType], [from, until, last.at, last.id, pageLines]);
    if (rows.length > 0) yield { text: rows.map(write).join(''), lines: rows.length };
    const end = rows.at(-1);
    if (!end || rows.length < pageLines) return;
    last = end;
  }
}

/** Makes the file of a closed day, once: its length and hash are kept, and every download gives the same. */
export async function makeCheckFile(pool: pg.Pool, platformNo: string, day: string, fileType: FileType): Promise<CheckFile> {
  const known = await pool.query<{ lines: number; sha256: string }>('SELECT lines, sha256 FROM check_file WHERE day = $1 AND file_type = $2 AND sha256 IS NOT NULL', [day, fileType]);
  if (known.rows[0]) return { day, fileType, ...known.rows[0] };
  const hash = createHash('sha256');
  let lines = 0;
  for await (const part of readCheckFile(pool, platformNo, day, fileType)) {
    hash.update(part.text);
    lines += part.lines;
  }
  const sha256 = hash.digest('hex');
  await pool.query('UPDATE check_file SET lines = $3, sha256 = $4, made_at = now() WHERE day = $1 AND file_type = $2 AND sha256 IS NULL', [day, fileType, lines, sha256]);
  return { day, fileType, lines, sha256 };
}

/** A line that nothing stands behind, for a hostile day. */
export function strayLine(platformNo: string, day: string, fileType: FileType): string {
  const requestNo = `STRAY:${day}:${fileType}`;
  const at = `${day.replaceAll('-', '')}120000`;
  return fileType === 'TRANSACTION'
    ? csvLine([at, platformNo, requestNo, `STRAY:${day}`, 'REPAYMENT', '1.00', '', 'CNY', '', 'STRAY:A', '', 'STRAY:B', 'STRAY:P', 'STRAY:H', 'PRINCIPAL', '', ''])
    : csvLine([requestNo, 'STRAY:A', '1.00', fileType, at, 'BK9999999999']);
}

function cashLine(row: Row): string {
  const serial = row.service_name === 'BACKROLL_RECHARGE' ? backrollNo(row.id) : bankNo(row);
  return csvLine([row.request_no, row.user_no, writeYuan(row.amount_fen), row.service_name, timestampOf(row.at.getTime()), serial]);
}

/** The sandbox bank has no member numbers of its own, so those columns stay empty; so does the custom parameter. */
function tradeLine(platformNo: string, row: Row): string {
  const interest = row.biz_type === 'INTEREST' ? writeYuan(row.amount_fen) : '';
  const share = row.share_fen === null ? '' : writeYuan(row.share_fen);
  return csvLine([timestampOf(row.at.getTime()), platformNo, row.request_no, row.batch_no, row.trade_type, writeYuan(row.amount_fen), interest, 'CNY',
    '', row.source_no, '', row.target_no, row.project_no ?? '', row.hold_no ?? '', row.biz_type, share, '']);
}

/** The bank's serial of a payout that came back. */
export function backrollNo(id: number): string {
  return `BR${String(id).padStart(10, '0')}`;
}

/** One record of RFC 4180. */
export function csvLine(values: readonly string[]): string {
  return `${values.map((value) => (/[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value)).join(',')}\r\n`;
}
