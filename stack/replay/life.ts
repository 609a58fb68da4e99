/**
 * What a row's borrower does and when, told from what really happened to the loan.
 *
 * The file knows months, the platform days. Everybody applies on the first of the issue month, so instalment k falls due
 * on the first of month k after it, and whatever a borrower does besides is done on a due day after the debit.
 */
import { monthsBetween, type BookRow } from './book.js';

export interface Life {
  /** Instalments paid by the due-day debit from the card: 1 to this number. */
  onTime: number;
  /** Repays everything in this month after the issue month, early, once that month's instalment is debited; null = never early. */
  payOffAfterMonths: number | null;
  /** Pays what is open in this month after the issue month; the debits before it find an empty card. */
  catchUpAfterMonths: number | null;
  /** Besides whole instalments, this much principal of the next one (with its interest) is in custody on its due day. */
  lastPartPrincipalFen: number;
  /** Six months after the write-off, in one payment. */
  recoveryFen: number;
}

/** The schedule as the platform agreed it, in order. */
export interface AgreedInstalment { no: number; principalFen: number; interestFen: number }

/** The life of one row, given the schedule that the platform made of its amount, rate and term. */
export function lifeOf(row: BookRow, schedule: AgreedInstalment[]): Life {
  return row.chargedOff ? chargedOffLife(row, schedule) : fullyPaidLife(row);
}

function fullyPaidLife(row: BookRow): Life {
  // A row that was paid but does not say when is taken as paid on time.
  const months = row.lastPaidIn === null ? row.termMonths : Math.max(0, monthsBetween(row.issuedIn, row.lastPaidIn));
  const base: Life = { onTime: row.termMonths, payOffAfterMonths: null, catchUpAfterMonths: null, lastPartPrincipalFen: 0, recoveryFen: 0 };
  if (months < row.termMonths) return { ...base, onTime: months, payOffAfterMonths: months };
  if (months > row.termMonths) return { ...base, onTime: row.termMonths - 1, catchUpAfterMonths: months };
  return base;
}

function chargedOffLife(row: BookRow, schedule: AgreedInstalment[]): Life {
  // No date of a last payment means that nothing was ever paid, whatever else the row says.
  let left = row.lastPaidIn === null ? 0 : Math.min(row.paidPrincipalFen, row.principalFen);
  let onTime = 0;
  for (const instalment of schedule) {
    if (instalment.principalFen > left) break;
    left -= instalment.principalFen;
    onTime += 1;
  }
  // A borrower who paid everything cannot be written off; the last fen stays open, and the row is listed.
  if (onTime === schedule.length) {
    onTime -= 1;
    left = (schedule.at(-1)?.principalFen ?? 1) - 1;
  }
  return { onTime, payOffAfterMonths: null, catchUpAfterMonths: null, lastPartPrincipalFen: left, recoveryFen: row.recoveredFen };
}
