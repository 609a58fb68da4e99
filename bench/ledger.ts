/**
 * Balanced two-posting journals per second through the platform's own posting function, with the real columns and
 * triggers: one by one, and in batches as bidding and repayment use them.
 */
import { migrate } from '../db/migrate.js';
import { outside, personal } from '../db/chart.js';
import { moved, postJournals, trialBalance, type Journal } from '../db/ledger.js';
import { createPool, inTransaction, type Pool } from '../db/pool.js';
import { figure, median, type BenchOptions, type Figure } from './figures.js';
import { pgbenchRate, preparePgbench } from './pgbench.js';
import { startBenchServer } from './postgres.js';

const connections = 8;
const lenders = 20_000;
const depositFen = 1_000_000_000;
const businessAt = '2026-01-05T02:00:00.000Z';

export async function bench({ seconds, say }: BenchOptions): Promise<Figure[]> {
  const server = await startBenchServer();
  try {
    say('filling pgbench’s tables (scale 20)');
    const baselineUrl = await server.database('pgbench');
    await preparePgbench(baselineUrl);
    const pool = await prepareLedger(await server.database('ledger'), say);
    try {
      const figures = await measure(pool, baselineUrl, seconds, say);
      const books = await trialBalance(pool);
      if (books.sumFen !== 0 || books.driftedAccounts.length > 0) throw new Error('the books do not add up after the bench');
      return figures;
    } finally {
      await pool.end();
    }
  } finally {
    await server.stop();
  }
}

async function measure(pool: Pool, baselineUrl: string, seconds: number, say: (line: string) => void): Promise<Figure[]> {
  say('pgbench: one client, then eight');
  const single = await pgbenchRate(baselineUrl, 1, seconds);
  const many = await pgbenchRate(baselineUrl, connections, seconds);
  say('journals: one at a time on one connection');
  const alone = await rateOf(pool, 1, 1, seconds);
  const baseline = { name: 'pgbench -c 8 -j 2', value: many };
  const figures = [
    figure({ name: 'one journal, one connection: latency', value: 1_000 / alone, unit: 'ms', baseline: { name: 'pgbench -c 1', value: 1_000 / single }, aim: { most: 1.2 } }),
  ];
  for (const [size, aim] of [[1, null], [100, 2], [500, 3]] as const) {
    say(`journals: batches of ${size} on ${connections} connections`);
    const rate = await rateOf(pool, connections, size, seconds);
    figures.push(figure({ name: `journals, ${size} a transaction, ${connections} connections`, value: rate, unit: 'per second', baseline, ...(aim ? { aim: { least: aim } } : {}) }));
  }
  return figures;
}

/** A ledger of many lenders with money; each has an instruction for its journals to name. */
async function prepareLedger(url: string, say: (line: string) => void): Promise<Pool> {
  await migrate(url);
  const pool = createPool(url, { name: 'bench', max: connections });
  say(`a ledger of ${lenders} lenders`);
  await pool.query(
    `INSERT INTO instruction (request_no, business_key, verb, user_no, amount_fen, workflow_id, step, state, as_of)
     SELECT 'BID' || n, 'BID' || n, 'hold', 'L-P' || n, 0, 'bench', 'bench', 'sent', now() FROM generate_series(0, $1::int - 1) n`, [lenders]);
  for (let start = 0; start < lenders; start += 500) {
    await inTransaction(pool, (tx) => postJournals(tx, Array.from({ length: 500 }, (_, index): Journal => {
      const n = start + index;
      return { key: `deposit:${n}`, kind: 'deposit', requestNo: `BID${n}`, businessAt, postings: moved(outside, personal(`L-P${n}`, 'available'), depositFen) };
    })));
  }
  await pool.query('VACUUM ANALYZE');
  return pool;
}

/** Journals per second: the median of three runs. */
async function rateOf(pool: Pool, lanes: number, batch: number, seconds: number): Promise<number> {
  const rates: number[] = [];
  for (let round = 0; round < 3; round += 1) {
    const milliseconds = (seconds * 1_000) / 3;
    const start = performance.now();
    const counts = await Promise.all(Array.from({ length: lanes }, (_, lane) => postUntil(pool, `${lanes}:${batch}:${round}:${lane}`, batch, start + milliseconds)));
    rates.push((counts.reduce((sum, count) => sum + count, 0) * 1_000) / (performance.now() - start));
  }
  return median(rates);
}

async function postUntil(pool: Pool, name: string, batch: number, until: number): Promise<number> {
  let posted = 0;
  while (performance.now() < until) {
    await inTransaction(pool, (tx) => postJournals(tx, Array.from({ length: batch }, (_, index) => reservationBy(Math.floor(Math.random() * lenders), `${name}:${posted + index}`))));
    posted += batch;
  }
  return posted;
}

function reservationBy(lender: number, key: string): Journal {
  const userNo = `L-P${lender}`;
  return { key, kind: 'reserve', requestNo: `BID${lender}`, businessAt, postings: moved(personal(userNo, 'available'), personal(userNo, 'reserved'), 1) };
}
