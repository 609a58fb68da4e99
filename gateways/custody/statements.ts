/**
 * Check files (对账文件) over the wire: `POST /download` (docs/custody-protocol.md). The header is signed and verified before
 * the first line is believed; lines are counted and hashed as they pass, and at the end both must be what was signed.
 */
import { createHash, randomUUID } from 'node:crypto';
import { parse, CsvError } from 'csv-parse';
import type { KnownKeys, Signers } from './keys.js';
import { CustodyUnavailable, StatementFault } from './port.js';
import type { Custody, StatementFile, StatementLine } from './port.js';
import { notFoundCode } from './refusals.js';
import { columnsOf, lineOf } from './statement-columns.js';
import { openEnvelope, signRequest, verifyText, WireError } from './wire.js';

export const fileTypes: Record<StatementFile, string> = {
  deposits: 'RECHARGE', payouts: 'WITHDRAW', 'returned-payouts': 'BACKROLL_RECHARGE', commissions: 'COMMISSION', transfers: 'TRANSACTION',
};

/** More in one file than a day can hold: such a file is refused by its header, and whatever is longer than its header says at that line. */
export const maxStatementLines = 5_000_000;
const maxLineBytes = 4_096;
/** A stream that is silent for so long has broken off. */
const silenceMs = 60_000;

/** `2025-03-03` → `20250303`. */
export const fileDateOf = (day: string): string => day.replaceAll('-', '');

interface Settings { url: string; platformNo: string; timeoutMs: number; now: () => number }
interface Header { lineCount: number; sha256: string }

export function createStatements(settings: Settings, signers: Signers, bankKeys: KnownKeys): { download: Custody['downloadStatement'] } {
  const address = `${settings.url.replace(/\/$/, '')}/download`;

  return {
    async download({ day, file }) {
      const nonce = randomUUID();
      const { response, watch } = await post({ fileDate: fileDateOf(day), fileType: fileTypes[file], nonce });
      const isFile = (response.headers.get('content-type') ?? '').startsWith('text/csv');
      try {
        if (!isFile) return await refusalIn(response, nonce);
        const header = verified(response.headers, [fileTypes[file], fileDateOf(day)], nonce);
        if (!response.body) throw new StatementFault('truncated', 'no body');
        watch.seen();
        return { status: 'here', ...header, lines: linesOf(response.body, file, header, watch), discard: watch.stop };
      } catch (error) {
        watch.stop();
        throw error;
      }
    },
  };

  async function post(data: Record<string, unknown>): Promise<{ response: Response; watch: Watch }> {
    const watch = startWatch(settings.timeoutMs);
    try {
      const response = await fetch(address, { method: 'POST', body: new URLSearchParams(signRequest('DOWNLOAD_CHECKFILE', settings.platformNo, data, signers(settings.now()), settings.now())), signal: watch.signal });
      if (!response.ok) throw new Error(`HTTP ${response.status}`);
      return { response, watch };
    } catch (error) {
      watch.stop();
      throw new CustodyUnavailable(`DOWNLOAD_CHECKFILE: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  /** A refusal is the usual signed answer; only "not made yet" is one that passes by itself. */
  async function refusalIn(response: Response, nonce: string): Promise<{ status: 'late' }> {
    const opened = await response.json().then((body: unknown) => openEnvelope(body, { platformNo: settings.platformNo, bankKeys, nowMs: settings.now() })).catch((error: unknown) => {
      throw new CustodyUnavailable(`DOWNLOAD_CHECKFILE: ${error instanceof Error ? error.message : String(error)}`);
    });
    const { data, responseType, serviceName } = opened;
    const answersThis = responseType === 'ANSWER' && serviceName === 'DOWNLOAD_CHECKFILE' && data['nonce'] === nonce;
    if (!answersThis || data['errorCode'] !== notFoundCode) throw new CustodyUnavailable(`DOWNLOAD_CHECKFILE: the bank answered ${answersThis ? String(data['errorCode']) : 'something else'}`);
    return { status: 'late' };
  }

  /** @throws StatementFault unless the bank has signed exactly this header for exactly this question. */
  function verified(headers: Headers, names: readonly string[], nonce: string): Header {
    const [lines, sha256] = [headers.get('x-file-lines') ?? '', headers.get('x-file-sha256') ?? ''];
    try {
      verifyText([settings.platformNo, ...names, lines, sha256, nonce].join('|'), { keySerial: headers.get('x-key-serial'), sign: headers.get('x-sign') }, { bankKeys, nowMs: settings.now() });
    } catch (error) {
      throw error instanceof WireError ? new StatementFault(error.fault === 'unsigned' || error.fault === 'unknown-key' || error.fault === 'withdrawn-key' ? error.fault : 'wrong-signature', error.message) : error;
    }
    if (!/^\d{1,10}$/.test(lines) || !/^[0-9a-f]{64}$/.test(sha256)) throw new StatementFault('garbled', 'the signed header is no header');
    if (Number(lines) > maxStatementLines) throw new StatementFault('oversized', `${lines} lines; at most ${maxStatementLines} are read`);
    return { lineCount: Number(lines), sha256 };
  }
}

/** Reads as fast as the reader takes the lines, and no faster. */
async function* linesOf(body: AsyncIterable<Uint8Array>, file: StatementFile, header: Header, watch: Watch): AsyncGenerator<StatementLine> {
  const parser = parse({ bom: false, columns: false, record_delimiter: ['\r\n', '\n'], max_record_size: maxLineBytes });
  const hash = createHash('sha256');
  const fed = feed(body, parser, hash, header, watch);
  let count = -1;
  try {
    for await (const record of parser as AsyncIterable<string[]>) {
      count += 1;
      if (count === 0) checkColumns(record, file);
      else if (count > header.lineCount) throw new StatementFault('too-long', `more than the ${header.lineCount} lines that were signed`);
      else yield lineOf(file, record, count);
    }
    await fed;
  } catch (error) {
    throw error instanceof CsvError ? new StatementFault(error.code === 'CSV_MAX_RECORD_SIZE' ? 'oversized' : 'garbled', error.message) : error;
  } finally {
    watch.stop();
    parser.destroy();
    await fed.catch(() => undefined);
  }
  if (count < header.lineCount) throw new StatementFault('truncated', `${Math.max(count, 0)} of ${header.lineCount} lines`);
  if (hash.digest('hex') !== header.sha256) throw new StatementFault('hash-differs', 'the lines are not those that were signed');
}

/** Hands the bytes to the parser; what breaks off on the way breaks the parser too. */
async function feed(body: AsyncIterable<Uint8Array>, parser: ReturnType<typeof parse>, hash: ReturnType<typeof createHash>, header: Header, watch: Watch): Promise<void> {
  const mostBytes = (header.lineCount + 1) * maxLineBytes;
  let bytes = 0;
  try {
    for await (const chunk of body) {
      watch.seen();
      bytes += chunk.length;
      if (bytes > mostBytes) throw new StatementFault('oversized', `more than ${mostBytes} bytes`);
      hash.update(chunk);
      if (parser.destroyed) return;
      if (parser.write(chunk)) continue;
      watch.hold();
      await drained(parser);
      watch.seen();
    }
    parser.end();
  } catch (error) {
    const fault = error instanceof StatementFault || error instanceof CsvError ? error : new StatementFault('truncated', `the stream broke off: ${error instanceof Error ? error.message : String(error)}`);
    parser.destroy(fault);
  }
}

function drained(parser: ReturnType<typeof parse>): Promise<void> {
  return new Promise((resolve) => {
    const go = (): void => {
      parser.off('drain', go).off('close', go);
      resolve();
    };
    parser.on('drain', go).on('close', go);
  });
}

function checkColumns(record: readonly string[], file: StatementFile): void {
  const expected = columnsOf(file);
  if (record.length !== expected.length || expected.some((name, index) => record[index] !== name)) throw new StatementFault('garbled', 'the header line names other columns');
}

interface Watch {
  signal: AbortSignal;
  /** Something came. */
  seen(): void;
  /** It is we who are slow. */
  hold(): void;
  /** Nothing more is wanted. */
  stop(): void;
}

/** Aborts when the header does not come in time, and later when the stream is silent too long. */
function startWatch(headerMs: number): Watch {
  const controller = new AbortController();
  let timer = setTimeout(() => controller.abort(new Error('no answer in time')), headerMs).unref();
  return {
    signal: controller.signal,
    seen: () => {
      clearTimeout(timer);
      timer = setTimeout(() => controller.abort(new Error('silent for too long')), silenceMs).unref();
    },
    hold: () => clearTimeout(timer),
    stop: () => {
      clearTimeout(timer);
      controller.abort(new Error('nothing more is wanted'));
    },
  };
}
