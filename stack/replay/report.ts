/** The result of a replay, for programs and for people. */
import type { Books } from '../../db/books.js';
import { formatFen } from '../../domain/money.js';
import { agrees, type Comparison } from './compare.js';

export interface ReplayResult extends Comparison {
  trialBalanceFen: number;
  accountsCompared: number;
  bankDifferences: Books['bankDifferences'];
  unbalancedJournals: string[];
  agree: boolean;
}

export function resultOf(comparison: Comparison, books: Books): ReplayResult {
  const { trialBalanceFen, accountsCompared, bankDifferences, unbalancedJournals } = books;
  return {
    ...comparison, trialBalanceFen, accountsCompared, bankDifferences, unbalancedJournals,
    agree: agrees(comparison) && trialBalanceFen === 0 && bankDifferences.length === 0 && unbalancedJournals.length === 0,
  };
}

/** A table a person can read. */
export function describe(result: ReplayResult): string {
  const line = (name: string, { file, platform }: { file: number; platform: number }): string =>
    `  ${name.padEnd(44)}${formatFen(file).padStart(18)}${formatFen(platform).padStart(18)}${formatFen(platform - file).padStart(16)}`;
  const count = (name: string, { file, platform }: { file: number; platform: number }): string => `  ${name.padEnd(44)}${String(file).padStart(18)}${String(platform).padStart(18)}`;
  const { interestDifferences: interest, beside } = result;
  return [
    `  ${''.padEnd(44)}${'file'.padStart(18)}${'platform'.padStart(18)}${'difference'.padStart(16)}`,
    ...Object.entries(result.byStatus).map(([status, pair]) => count(status, pair)),
    line('principal lent', result.lentFen), line('principal repaid', result.principalFen), line('interest repaid', result.interestFen),
    line('  of loans repaid early', interest.early), line('  of loans repaid on time', interest.onTime), line('  of loans repaid late', interest.late), line('  of loans charged off', interest.chargedOff),
    line('principal charged off', result.chargedOffFen), line('recovered after that', result.recoveredFen),
    '',
    '  The file counts days within a month and its own fees; here people act on due days. That is the difference in interest.',
    `  Beside, in the file only: late fees ${formatFen(beside.lateFeesFen)}, collection fees ${formatFen(beside.collectionFeesFen)}; late interest here: ${formatFen(beside.platformLateInterestFen)}.`,
    `  Known deviations: ${result.listed.length} rows (principal ${formatFen(result.listedFen.principalFen)}, charged off ${formatFen(result.listedFen.chargedOffFen)}, recovered ${formatFen(result.listedFen.recoveredFen)})`,
    ...result.listed.map((each) => `    row ${each.line} (${each.loanNo}) ${each.kind}: ${each.field} ${formatFen(each.fileFen)} in the file, ${formatFen(each.platformFen)} here`),
    ...result.unexplained.map((each) => `    NOT EXPLAINED: row ${each.line} (${each.loanNo}) ${each.field}: ${each.expected} in the file, ${each.platform} here`),
    `  Trial balance: ${formatFen(result.trialBalanceFen)}; custody book against bank: ${result.accountsCompared} accounts, ${result.bankDifferences.length} differences`,
    ...result.bankDifferences.map((each) => `    ${each.userNo}: ${JSON.stringify(each)}`),
    `  ${result.agree ? 'The platform agrees with the file.' : 'The platform does NOT agree with the file.'}`,
  ].join('\n');
}
