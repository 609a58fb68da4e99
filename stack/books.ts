/** `npm run -s books`: adds the ledger up, and compares the custody book with the bank's balances of one signed download. */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { compareBooks } from '../db/books.js';
import type { Books } from '../db/books.js';
import { createPool } from '../db/pool.js';
import { decimalYuan } from '../domain/money.js';
import { Advice } from './advice.mjs';
import { openCustody } from './gateways.js';
import { installationSettings } from './installation.js';

const USAGE = `npm run -s books               compares our books with the bank's, also while everything runs
  --data DIR                  the installation's data folder; default: .data in the project, or TRIBUTARY_DATA
  --json                      the last line is one JSON object`;

/** True when nothing is wrong: what is under way is no difference. */
export function agree(books: Books): boolean {
  return books.trialBalanceFen === 0 && books.bankDifferences.length === 0 && books.unbalancedJournals.length === 0;
}

function describe(books: Books): string[] {
  return [
    `Trial balance          ${decimalYuan(books.trialBalanceFen)}`,
    `Accounts compared      ${books.accountsCompared}`,
    `Instructions under way ${books.openInstructions}`,
    ...books.unbalancedJournals.map((key) => `Not balanced: ${key}`),
    ...books.bankDifferences.map(({ userNo, ours, bank, openInstructions }) =>
      `Differs: ${userNo} has ${decimalYuan(bank.availableFen)} available and ${decimalYuan(bank.frozenFen)} frozen at the bank, ${decimalYuan(ours.availableFen)} and ${decimalYuan(ours.frozenFen)} in our books (${openInstructions} movements under way do not explain it)`),
    agree(books) ? 'The books agree with the bank.' : 'The books DO NOT agree with the bank.',
  ];
}

const NEEDED = ['CUSTODY_URL', 'CUSTODY_PLATFORM_NO', 'CUSTODY_KEY_SERIAL', 'CUSTODY_PRIVATE_KEY_FILE', 'CUSTODY_BANK_KEYS_FILE'] as const;

function custodySettings(settings: Record<string, string>): Parameters<typeof openCustody>[0] {
  const missing = NEEDED.filter((name) => !settings[name]);
  if (missing.length > 0) throw new Advice(`To ask the bank, these settings are needed as well: ${missing.join(', ')} (docs/settings.md).`);
  return Object.fromEntries(NEEDED.map((name) => [name, settings[name]])) as Parameters<typeof openCustody>[0];
}

async function main(): Promise<boolean> {
  const { values } = parseArgs({ options: { data: { type: 'string' }, json: { type: 'boolean' }, help: { type: 'boolean' } } });
  if (values.help) throw new Advice(USAGE);
  const project = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
  const settings = await installationSettings(values.data ?? process.env.TRIBUTARY_DATA ?? join(project, '.data'), process.env);
  const pool = createPool(settings.DATABASE_URL ?? '', { name: 'books', max: 2 });
  try {
    const custody = openCustody(custodySettings(settings));
    const books = await compareBooks(pool, () => custody.downloadBalances());
    for (const line of describe(books)) process.stdout.write(`${line}\n`);
    if (values.json) process.stdout.write(`${JSON.stringify(books)}\n`);
    return agree(books);
  } finally {
    await pool.end();
  }
}

try {
  if (!(await main())) process.exitCode = 1;
} catch (error) {
  process.stderr.write(`${error instanceof Advice ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = 1;
}
