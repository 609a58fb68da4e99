/** Lists as CSV (RFC 4180), for spreadsheets. */
import type { Response } from 'express';

export type CsvCell = string | number | null;

/** A download holds at most so many rows; narrower filters give the rest. */
export const maxCsvRows = 20_000;

/** Sends rows under their headings. Amounts are given as decimal yuan by the caller. */
export function sendCsv(response: Response, name: string, headings: readonly string[], rows: readonly (readonly CsvCell[])[]): void {
  const lines = [headings, ...rows].map((cells) => cells.map(csvCell).join(','));
  response.set({ 'Cache-Control': 'no-store', 'Content-Disposition': `attachment; filename="${name}.csv"` }).type('text/csv; charset=utf-8').send(`\uFEFF${lines.join('\r\n')}\r\n`);
}

/** Texts that a spreadsheet would take for a formula are given an apostrophe in front. */
function csvCell(cell: CsvCell): string {
  if (cell === null) return '';
  if (typeof cell === 'number') return String(cell);
  const text = /^[=+\-@\t\r]/.test(cell) && !/^-?\d+(\.\d+)?$/.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
