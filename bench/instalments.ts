/**
 * Our equal instalment against the one that LendingClub's public loan book states for each row (equal instalments, periodic,
 * half-up): how many rows agree to the cent, how many differ by how much, and the rows that its own rounding cannot explain.
 */
import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { parse } from 'csv-parse';
import { Decimal } from 'decimal.js';
import { buildSchedule } from '../domain/schedule.js';
import { Advice } from '../stack/advice.mjs';
import { figure, type BenchOptions, type Figure } from './figures.js';

/** More than this is beyond any rounding of a rate or an instalment. */
const explainedFen = 6;
const needed = ['funded_amnt', 'term', 'int_rate', 'installment'] as const;

/** Differences of a book: rows by whole fen apart (sign left out), and the lines that are too far apart. */
export interface Compared { rows: number; byFen: Map<number, number>; listed: { line: number; fileFen: number; oursFen: number }[] }

export async function bench({ file, say }: BenchOptions): Promise<Figure[]> {
  if (!file) throw new Advice('--file FILE: the loan book (CSV or .csv.gz) whose instalments are compared.');
  const { rows, byFen, listed } = await compareInstalments(file);
  for (const { line, fileFen, oursFen } of listed) say(`  row ${line}: ${fileFen} fen in the file, ${oursFen} here`);
  return [
    figure({ name: 'instalments compared', value: rows, unit: 'rows' }),
    ...[...byFen].sort(([a], [b]) => a - b).map(([fen, count]) => figure({ name: fen === 0 ? 'equal to the cent' : `apart by ${fen}`, value: count, unit: `rows (${((count * 100) / rows).toFixed(2)} %)` })),
    figure({ name: `apart by more than ${explainedFen}, listed above`, value: listed.length, unit: 'rows' }),
  ];
}

/** @param file path of the book; @throws Advice when it has not the columns. Amounts in fen, dollars taken as yuan. */
export async function compareInstalments(file: string): Promise<Compared> {
  const source = file.endsWith('.gz') ? createReadStream(file).pipe(createGunzip()) : createReadStream(file);
  const compared: Compared = { rows: 0, byFen: new Map(), listed: [] };
  for await (const row of source.pipe(parse({ columns: true })) as AsyncIterable<Record<string, string>>) {
    const missing = needed.filter((column) => row[column] === undefined);
    if (missing.length > 0) throw new Advice(`${file} has no column ${missing.join(', ')}: it is not the loan book's format.`);
    compared.rows += 1;
    const [fileFen, oursFen] = [fenOf(row['installment'] ?? ''), instalmentOf(row)];
    const apart = Math.abs(fileFen - oursFen);
    if (apart > explainedFen) compared.listed.push({ line: compared.rows, fileFen, oursFen });
    else compared.byFen.set(apart, (compared.byFen.get(apart) ?? 0) + 1);
  }
  return compared;
}

const fenOf = (text: string): number => new Decimal(text).times(100).toDecimalPlaces(0, Decimal.ROUND_HALF_UP).toNumber();

function instalmentOf(row: Record<string, string>): number {
  const first = buildSchedule({
    principalMinor: fenOf(row['funded_amnt'] ?? ''), annualRatePercent: new Decimal(row['int_rate'] ?? '').times(100).toFixed(), method: 'equal-instalments', every: { months: 1 },
    count: Number.parseInt(row['term'] ?? '', 10), startDate: '2010-01-01',
  })[0];
  if (!first) throw new Error('a schedule without instalments');
  return first.principalMinor + first.interestMinor;
}
