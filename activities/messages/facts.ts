import { dateAt, parseInstant } from '../../domain/dates.js';
import type { IsoDate } from '../../domain/dates.js';
import { profileOf } from '../../domain/regulation.js';
import { carriedState } from '../../db/loans.js';
import type { LoanState } from '../../domain/loan.js';
import type { ActivityDeps } from '../deps.js';
import { NotInRecord } from '../failures.js';
import type { TextFacts } from './texts.js';

/** The loan a message is about, as its workflow last told the record. @throws NotInRecord */
export async function loanOf(deps: Pick<ActivityDeps, 'pool'>, loanNo: string): Promise<LoanState> {
  const loan = await carriedState(deps.pool, loanNo);
  if (!loan) throw new NotInRecord('loan', loanNo);
  return loan;
}

/** The business date of an instant, in the loan's zone. */
export function businessDateOf(loan: LoanState, instant: string): IsoDate {
  return dateAt(parseInstant(instant), loan.terms.zoneOffsetMinutes);
}

/** What every text names; the event's own figures are added. */
export function baseFacts({ settings }: Pick<ActivityDeps, 'settings'>, loan: LoanState, page: 'loans' | 'portfolio' = 'loans'): TextFacts {
  return {
    platformName: settings.platformName,
    complaintsContact: settings.complaintsContact,
    loanNo: loan.loanNo,
    url: page === 'loans' ? `${settings.publicUrl}/loans/${loan.loanNo}` : `${settings.publicUrl}/portfolio`,
    currency: profileOf(loan.profile).currency,
    amountFen: loan.offer?.amountFen ?? loan.requestedFen,
    shareFen: 0,
    on: null,
    days: 0,
  };
}
