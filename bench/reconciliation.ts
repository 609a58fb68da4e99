/** A day's check file against our record: lines a second from the stream to the confirmed match, and how much memory it takes. */
import { createPool, type Pool } from '../db/pool.js';
import { migrate } from '../db/migrate.js';
import { matchDay } from '../db/matching.js';
import { statementFiles } from '../db/reconciliation.js';
import { takeInFile, type StatedMovement } from '../db/statement-lines.js';
import { figure, type BenchOptions, type Figure } from './figures.js';
import { startBenchServer } from './postgres.js';

const day = '2026-01-05';
const [from, until] = ['2026-01-04T16:00:00.000Z', '2026-01-05T16:00:00.000Z'];
const at = '2026-01-05T02:00:00.000Z';
/** "In minutes": a day of a million lines. */
const mostSeconds = 600;

export async function bench({ lines = 1_000_000, say }: BenchOptions): Promise<Figure[]> {
  const server = await startBenchServer();
  try {
    const url = await server.database('reconciliation');
    await migrate(url);
    const pool = createPool(url, { name: 'bench', max: 2 });
    try {
      say(`${lines} instructions of one day`);
      await fill(pool, lines);
      return await measure(pool, lines, say);
    } finally {
      await pool.end();
    }
  } finally {
    await server.stop();
  }
}

async function fill(pool: Pool, lines: number): Promise<void> {
  await pool.query(
    `INSERT INTO instruction (request_no, business_key, verb, user_no, amount_fen, workflow_id, step, state, as_of, done_at, ended_at)
     SELECT 'D' || n, 'D' || n, 'deposit', 'L-P' || n % 20000, 100 + n % 1000, 'D' || n, 'deposit', 'done', $2, $2, now() FROM generate_series(1, $1::int) n`, [lines, at]);
  await pool.query('VACUUM ANALYZE instruction');
}

async function* stated(lines: number): AsyncGenerator<StatedMovement> {
  for (let n = 1; n <= lines; n += 1) yield { requestNo: `D${n}`, kind: 'deposit', amountFen: 100 + (n % 1_000), userNo: `L-P${n % 20_000}`, toUserNo: null, at };
}

async function measure(pool: Pool, lines: number, say: (line: string) => void): Promise<Figure[]> {
  let peakBytes = process.memoryUsage().rss;
  const watch = setInterval(() => { peakBytes = Math.max(peakBytes, process.memoryUsage().rss); }, 50);
  const start = performance.now();
  try {
    say('taking the file in');
    for (const file of statementFiles) await takeInFile(pool, { day, file, sha256: file, lines: stated(file === 'deposits' ? lines : 0) });
    const takenIn = performance.now();
    say('matching');
    const { openCases } = await matchDay(pool, { day, from, until, dueAt: until, asOf: until });
    if (openCases > 0) throw new Error(`${openCases} differences where there is none`);
    const end = performance.now();
    return [
      figure({ name: `a day of ${lines} lines`, value: (end - start) / 1_000, unit: 's', aim: { most: mostSeconds } }),
      figure({ name: 'taking lines in', value: (lines * 1_000) / (takenIn - start), unit: 'per second' }),
      figure({ name: 'matching lines', value: (lines * 1_000) / (end - takenIn), unit: 'per second' }),
      figure({ name: 'peak memory of the process', value: peakBytes / 2 ** 20, unit: 'MiB', aim: { most: 512 } }),
    ];
  } finally {
    clearInterval(watch);
  }
}
