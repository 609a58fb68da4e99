/** Lists as CSV (RFC 4180), for spreadsheets. */
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Response } from 'express';

export type CsvCell = string | number | null;

/** A download holds at most so many rows; narrower filters give the rest. */
export const maxCsvRows = 20_000;

/** Sends rows under their headings. Amounts are given as decimal yuan by the caller. */
export function sendCsv(response: Response, name: string, headings: readonly string[], rows: readonly (readonly CsvCell[])[]): void {
  begin(response, name).send(`${mark}${[headings, ...rows].map(csvLine).join('')}`);
}

/** The same for any number of rows: they go out as they come, as fast as the other side takes them. */
export async function streamCsv<R>(response: Response, name: string, headings: readonly string[], rows: AsyncIterable<R>, cells: (row: R) => readonly CsvCell[]): Promise<void> {
  async function* lines(): AsyncGenerator<string> {
    yield `${mark}${csvLine(headings)}`;
    let gathered = '';
    for await (const row of rows) {
      gathered += csvLine(cells(row));
      if (gathered.length > chunkLength) {
        yield gathered;
        gathered = '';
      }
    }
    if (gathered) yield gathered;
  }
  begin(response, name);
  try {
    await pipeline(Readable.from(lines(), { objectMode: false }), response);
  } catch (error) {
    // Whoever was downloading has gone. Anything else has cut the download off, so that half a file is not taken for a whole.
    if ((error as { code?: string }).code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
  }
}

/** Spreadsheets know UTF-8 by it. */
const mark = '\uFEFF';
const chunkLength = 16_384;
const csvLine = (cells: readonly CsvCell[]): string => `${cells.map(csvCell).join(',')}\r\n`;

function begin(response: Response, name: string): Response {
  return response.set({ 'Cache-Control': 'no-store', 'Content-Disposition': `attachment; filename="${name}.csv"` }).type('text/csv; charset=utf-8');
}

/** Texts that a spreadsheet would take for a formula are given an apostrophe in front. */
function csvCell(cell: CsvCell): string {
  if (cell === null) return '';
  if (typeof cell === 'number') return String(cell);
  const text = /^[=+\-@\t\r\n＝＋－＠]/.test(cell) && !/^-?\d+(\.\d+)?$/.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
