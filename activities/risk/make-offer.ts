import { cnCalendar, weekendsOnly } from '../../domain/calendar.js';
import { addDays } from '../../domain/dates.js';
import { dueDay } from '../../domain/lateness.js';
import type { CarriedOffer } from '../../domain/loan.js';
import { makeOffer } from '../../domain/offer.js';
import type { Offer } from '../../domain/offer.js';
import { carriedState } from '../../db/loans.js';
import { inTransaction } from '../../db/pool.js';
import { findScore, latestOffer, saveOffer } from '../../db/reports.js';
import type { OfferedInstalment, StoredOffer } from '../../db/reports.js';
import type { RiskActivities } from '../../workflows/contract.js';
import type { ActivityDeps } from '../deps.js';
import { NotInRecord } from '../failures.js';
import { loanFacts } from './facts.js';
import type { LoanFacts } from './facts.js';

/** Prices the loan within the rate cap and writes the offer with its schedule (version 0, as if the value date were today). */
export function makeOfferActivity({ pool }: Pick<ActivityDeps, 'pool'>): RiskActivities['makeOffer'] {
  return async ({ loanNo, asOf, amountFen, termMonths, annualRateBps, grade }) => {
    const [facts, score, carried] = await Promise.all([loanFacts(pool, loanNo), findScore(pool, loanNo), carriedState(pool, loanNo)]);
    const usedGrade = grade ?? score?.grade;
    if (!usedGrade || !carried) throw new NotInRecord('score', loanNo);
    const made = makeOffer({
      product: facts.product, profile: facts.product.profile, contractDate: asOf, grade: usedGrade,
      amountFen: amountFen ?? facts.loan.requestedFen, termMonths: termMonths ?? facts.loan.termMonths, annualRateBps: annualRateBps ?? undefined,
    });
    if (!made.allowed) return { status: 'refused', code: made.refused };
    const offer = await inTransaction(pool, async (tx) => {
      await tx.query('SELECT 1 FROM loan WHERE loan_no = $1 FOR UPDATE', [loanNo]);
      const last = await latestOffer(tx, loanNo);
      if (last && isSame(last, made, asOf)) return last;
      const next = stored(loanNo, (last?.version ?? 0) + 1, made, asOf, addDays(asOf, carried.terms.offerDays));
      await saveOffer(tx, next, instalmentsOf(facts, made));
      return next;
    });
    return { status: 'made', offer: carriedOffer(offer) };
  };
}

/** A repeat of this activity on the same day makes the same offer, not a second one. */
function isSame(last: StoredOffer, made: Offer, on: string): boolean {
  return last.madeOn === on && last.amountFen === made.amountFen && last.termMonths === made.termMonths && last.annualRateBps === made.annualRateBps && last.grade === made.grade;
}

function stored(loanNo: string, version: number, made: Offer, madeOn: string, validUntil: string): StoredOffer {
  const { amountFen, termMonths, method, annualRateBps, grade, serviceFeeFen, allInCost, capBps } = made;
  return { loanNo, version, amountFen, termMonths, method, annualRateBps, grade, serviceFeeFen, allInPercent: allInCost, capBps, validUntil, madeOn };
}

function instalmentsOf({ product }: LoanFacts, made: Offer): OfferedInstalment[] {
  const calendar = product.profile === 'cn' || product.profile === 'institutional' ? cnCalendar : weekendsOnly;
  return made.schedule.map((row, index) => ({
    no: index + 1, dueDate: row.dueDate, dueDay: product.dueDayMoves ? dueDay(row.dueDate, calendar, product.profile) : row.dueDate,
    principalFen: row.principalMinor, interestFen: row.interestMinor, feeFen: made.serviceFeeFen,
  }));
}

function carriedOffer(offer: StoredOffer): CarriedOffer {
  const { version, amountFen, termMonths, annualRateBps, grade, serviceFeeFen, validUntil } = offer;
  return { version, amountFen, termMonths, method: offer.method as CarriedOffer['method'], annualRateBps, grade, serviceFeeFen, validUntil };
}
