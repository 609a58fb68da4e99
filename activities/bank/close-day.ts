import { compareBooks } from '../../db/books.js';
import { isByHand, openSilentFor, personalVerbs, type Instruction } from '../../db/instructions.js';
import { openTask } from '../../db/tasks.js';
import type { BankActivities } from '../../workflows/contract.js';
import { followStandingFreezes } from './court-orders.js';
import { askByHand, cancelFreeze } from './tend-freezes.js';
import { askAndRecord, eachOf, type BankDeps } from './carry-out.js';

const silenceSeconds = 30;
const atMost = 1_000;

/**
 * The close of a day, or of several that passed together: what has been silent is asked about, then the custody book is compared with the bank's balances of one
 * cut. A difference opens a case; nothing is fixed silently.
 */
export function closeDaysActivity(deps: BankDeps): BankActivities['closeDays'] {
  return async ({ from, to, asOf }) => {
    await eachOf(await openSilentFor(deps.pool, silenceSeconds, asOf, atMost), 8, (silent) => ask(deps, silent, asOf));
    await followStandingFreezes(deps, asOf);
    const books = await compareBooks(deps.pool, () => deps.custody.downloadBalances(), 'last-check');
    await deps.pool.query(
      `INSERT INTO day_close (day, trial_balance_fen, accounts_compared, differences, open_instructions, closed_at)
       SELECT day::date, $3, $4, $5, $6, $7 FROM generate_series($1::date, $2::date, interval '1 day') AS day
       ON CONFLICT (day) DO UPDATE SET trial_balance_fen = EXCLUDED.trial_balance_fen, accounts_compared = EXCLUDED.accounts_compared, differences = EXCLUDED.differences,
         open_instructions = EXCLUDED.open_instructions, closed_at = EXCLUDED.closed_at`,
      [from, to, books.trialBalanceFen, books.accountsCompared, JSON.stringify(books.bankDifferences), books.openInstructions, asOf]);
    const differences = books.bankDifferences.length + books.unbalancedJournals.length;
    if (differences > 0 || books.trialBalanceFen !== 0) await openCase(deps, to, asOf, differences);
    return { trialBalanceFen: books.trialBalanceFen, differences };
  };
}

/** What a workflow sends, it asks about itself; here are those that nobody waits for any more, and persons' own acts. */
function ask(deps: BankDeps, instruction: Instruction, at: string): Promise<unknown> {
  const released = instruction.verb === 'release-hold' && instruction.bidId !== null;
  if (released) return cancelFreeze(deps, instruction, at);
  // What was never sent its workflow will send; but a person's act may have lost its web server before anybody followed it.
  if (instruction.state === 'intended' && !personalVerbs.includes(instruction.verb)) return Promise.resolve();
  return isByHand(instruction) ? askByHand(deps, instruction, at) : askAndRecord(deps, instruction, at);
}

async function openCase({ pool }: BankDeps, day: string, asOf: string, differences: number): Promise<void> {
  await openTask(pool, {
    key: `books:${day}`, kind: 'case', role: 'operations', workflowId: `reconcile:${day}`, loanNo: null, personId: null,
    title: `The books of ${day} differ from the bank's in ${differences} place${differences === 1 ? '' : 's'}`, details: { day, differences }, dueAt: null, asOf,
  });
}
