/** What must hold after everything that was done to a platform: read-only SQL, and one signed download of the bank's balances. */
import { compareBooks, type BankCut, type Books } from '../../db/books.js';
import { rows, type Pool } from '../../db/pool.js';
import { endStates } from '../../domain/loan.js';

export interface Violation { what: string; where: string[] }
export interface Checked {
  loans: number; loansFunded: number; payments: number; bids: number; journals: number; instructions: number;
  /** Of those, the ones that a person or a later business moment will end. */
  instructionsOpen: number;
  accountsCompared: number; trialBalanceFen: number;
}

/** Each finds the rows that break a rule of money; none may. A person's own act at the bank ends when the person or its workflow ends it. */
const rules: readonly (readonly [what: string, sql: string])[] = [
  ['an instruction has no end and nobody who will end it', `
    SELECT i.request_no FROM instruction i LEFT JOIN bid b ON b.id = i.bid_id
     WHERE i.state NOT IN ('done', 'refused') AND i.waits_until IS NULL
       AND i.workflow_id <> i.request_no AND b.by IS DISTINCT FROM 'password'`],
  ['a listing has more frozen than it asks for', `
    SELECT l.loan_no FROM listing l JOIN bid b USING (loan_no) WHERE b.state IN ('frozen', 'lent') AND l.state <> 'failed' GROUP BY l.loan_no, l.target_fen HAVING sum(b.amount_fen) > l.target_fen`],
  ['holdings do not add up to the loan', `
    SELECT l.loan_no FROM loan l JOIN holding h USING (loan_no) WHERE l.value_date IS NOT NULL GROUP BY l.loan_no, l.amount_fen HAVING sum(h.principal_fen) <> l.amount_fen`],
  ['a lender got more principal back than was lent', 'SELECT loan_no FROM holding WHERE paid_principal_fen > principal_fen'],
  ['a payment is not shared to the fen', `
    SELECT payment_no FROM payment p WHERE state = 'distributed' AND frozen_fen <> principal_fen + interest_fen + late_interest_fen + fee_fen + costs_fen`],
  ['lenders have not received what was shared', `
    SELECT p.payment_no FROM payment p JOIN distribution d USING (payment_no) WHERE p.state = 'distributed' GROUP BY p.payment_no, p.principal_fen, p.interest_fen
    HAVING sum(d.principal_fen) <> p.principal_fen OR sum(d.interest_fen) <> p.interest_fen`],
  ['a movement is booked with another sum than the bank moved', `
    SELECT i.request_no FROM instruction i
      LEFT JOIN (SELECT batch_no, sum(amount_fen) AS fen FROM instruction_detail WHERE state = 'done' GROUP BY batch_no) d ON d.batch_no = i.request_no
      LEFT JOIN (SELECT j.request_no, sum(p.amount_fen) FILTER (WHERE p.amount_fen > 0) AS fen FROM journal j JOIN posting p ON p.journal_id = j.id JOIN account a ON a.id = p.account_id
                  WHERE a.book = 'custody' GROUP BY j.request_no) booked ON booked.request_no = i.request_no
     WHERE i.state = 'done' AND i.bid_id IS NULL AND i.verb IN ('deposit', 'pull', 'hold', 'batch-release', 'batch-repayment') AND booked.fen IS DISTINCT FROM COALESCE(d.fen, i.amount_fen)`],
  ['a loan lives and nothing waits for it', `
    SELECT loan_no FROM loan l WHERE state NOT IN (${endStates.map((state) => `'${state}'`).join(', ')}) AND NOT EXISTS (SELECT 1 FROM waiting w WHERE w.workflow_id = l.loan_no)`],
  ['a step has stopped', `SELECT key FROM task WHERE kind = 'stuck-step' AND state = 'open'`],
];

const shownAtMost = 20;

/** @returns everything that is wrong, and how much was looked at. */
export async function holdAgainst(pool: Pool, download: () => Promise<BankCut>): Promise<{ checked: Checked; violations: Violation[] }> {
  const books = await compareBooks(pool, download);
  const violations = booksViolations(books);
  for (const [what, sql] of rules) {
    const found = await rows<Record<string, string>>(pool, sql);
    if (found.length > 0) violations.push({ what, where: found.slice(0, shownAtMost).map((each) => Object.values(each)[0] ?? '') });
  }
  const [counted] = await rows<Omit<Checked, 'accountsCompared' | 'trialBalanceFen'>>(pool, `
    SELECT (SELECT count(*)::int FROM loan) AS loans, (SELECT count(*)::int FROM loan WHERE value_date IS NOT NULL) AS "loansFunded", (SELECT count(*)::int FROM payment WHERE state = 'distributed') AS payments,
      (SELECT count(*)::int FROM bid) AS bids, (SELECT count(*)::int FROM journal) AS journals, (SELECT count(*)::int FROM instruction) AS instructions,
      (SELECT count(*)::int FROM instruction WHERE state NOT IN ('done', 'refused')) AS "instructionsOpen"`);
  if (!counted) throw new RangeError('the record could not be counted');
  return { checked: { ...counted, accountsCompared: books.accountsCompared, trialBalanceFen: books.trialBalanceFen }, violations };
}

function booksViolations(books: Books): Violation[] {
  return [
    ...(books.trialBalanceFen === 0 ? [] : [{ what: 'the ledger does not add up to zero', where: [`${books.trialBalanceFen} fen`] }]),
    ...(books.unbalancedJournals.length === 0 ? [] : [{ what: 'journals or accounts do not add up', where: books.unbalancedJournals.slice(0, shownAtMost) }]),
    ...(books.bankDifferences.length === 0 ? [] : [{
      what: 'the books differ from the bank',
      where: books.bankDifferences.slice(0, shownAtMost).map(({ userNo, ours, bank }) => `${userNo}: ours ${ours.availableFen}/${ours.frozenFen}, bank ${bank.availableFen}/${bank.frozenFen}`),
    }]),
  ];
}
