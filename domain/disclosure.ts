import { addDays, daysBetween, type IsoDate } from './dates.js';
import { proportionRounded, type Fen } from './money.js';
import type { ProfileId } from './regulation.js';

/** Who paid: the borrower, or a third party that is neither borrower nor platform (代偿). */
export type Payer = 'BORROWER' | 'THIRD_PARTY';

export interface DisclosedPayment {
  principalFen: Fen;
  interestFen: Fen;
  by: Payer;
  on: IsoDate;
}

export interface DisclosedInstalment {
  /** The day that counts, already moved by the calendar where it moves. */
  due: IsoDate;
  principalFen: Fen;
  interestFen: Fen;
  paidPrincipalFen?: Fen;
  paidInterestFen?: Fen;
  paidBy?: Payer | null;
  paidOn?: IsoDate | null;
  /** Instead of one payment: several. Those after the statistics date are ignored. */
  payments?: DisclosedPayment[];
}

export interface DisclosedHolding {
  lenderId: string;
  amountFen: Fen;
  /** First day held, and first day no longer held; absent: always. */
  from?: IsoDate | null;
  until?: IsoDate | null;
}

export interface DisclosedLoan {
  loanId: string;
  borrowerId: string;
  relatedParty: boolean;
  principalFen: Fen;
  disbursedOn: IsoDate;
  lenders: DisclosedHolding[];
  instalments: DisclosedInstalment[];
}

export interface DisclosureInput {
  profile: ProfileId;
  asOf: IsoDate;
  loans: DisclosedLoan[];
}

export type OverdueTier = '1-90' | '91-180' | '181+';

const LONG_AGO: IsoDate = '0001-01-01';
const TIERS: readonly OverdueTier[] = ['1-90', '91-180', '181+'];

/** The monthly figures of the disclosure guidelines (信息披露指引); money in fen, percentages as strings with two decimals. */
export interface Disclosure {
  cumulativeLoanAmountFen: Fen;
  cumulativeLoanCount: number;
  loanBalanceFen: Fen;
  loanBalanceCount: number;
  interestBalanceFen: Fen;
  cumulativeLenders: number;
  cumulativeBorrowers: number;
  currentLenders: number;
  currentBorrowers: number;
  top10BorrowerSharePct: string;
  top1BorrowerSharePct: string;
  relatedBalanceFen: Fen;
  relatedCount: number;
  overdueAmountFen: Fen;
  overdueCount: number;
  overdueOver90PrincipalBalanceFen: Fen;
  overdueOver90Count: number;
  cumulativeCompensationFen: Fen;
  cumulativeCompensationCount: number;
  amountOverdueRatePct: string;
  projectOverdueRatePct: string;
  amountTierPct: Record<OverdueTier, string>;
  projectTierPct: Record<OverdueTier, string>;
  badDebtRatePct: string;
  averageLentFen: Fen;
  averageBorrowedFen: Fen;
  top1LenderSharePct: string;
  top10LenderSharePct: string;
}

/** One loan as it stood on the statistics date. */
interface Standing {
  loan: DisclosedLoan;
  principalOpenFen: Fen;
  interestOpenFen: Fen;
  overdueFen: Fen;
  daysOverdue: number;
  compensationFen: Fen;
}

/**
 * The figures as of a day. A loan with any principal unpaid is in the balance; an instalment due on the day itself is not overdue; what a third
 * party paid has left the balance and counts as compensation.
 */
export function disclosure({ asOf, loans }: DisclosureInput): Disclosure {
  const standings = loans.filter((loan) => loan.disbursedOn <= asOf).map((loan) => standingOf(loan, asOf));
  const current = standings.filter((each) => each.principalOpenFen > 0);
  const overdue = standings.filter((each) => each.overdueFen > 0);
  const bad = overdue.filter((each) => each.daysOverdue > 90);
  const related = current.filter((each) => each.loan.relatedParty);
  const loanBalanceFen = sum(current, (each) => each.principalOpenFen);
  const owedFen = sum(standings, (each) => each.principalOpenFen + each.interestOpenFen);
  const overdueAmountFen = sum(overdue, (each) => each.overdueFen);
  const lentFen = sum(standings, (each) => each.loan.principalFen);
  const byBorrower = totals(current.map((each) => [each.loan.borrowerId, each.principalOpenFen]));
  const byLender = totals(current.flatMap((each) => lenderBalances(each, asOf)));
  const everLenders = new Set(standings.flatMap((each) => each.loan.lenders.filter((held) => !held.from || held.from <= asOf).map((held) => held.lenderId)));
  const everBorrowers = new Set(standings.map((each) => each.loan.borrowerId));
  const compensated = standings.filter((each) => each.compensationFen > 0);
  return {
    cumulativeLoanAmountFen: lentFen,
    cumulativeLoanCount: standings.length,
    loanBalanceFen,
    loanBalanceCount: current.length,
    interestBalanceFen: sum(standings, (each) => each.interestOpenFen),
    cumulativeLenders: everLenders.size,
    cumulativeBorrowers: everBorrowers.size,
    currentLenders: byLender.length,
    currentBorrowers: byBorrower.length,
    top10BorrowerSharePct: percent(largest(byBorrower, 10), loanBalanceFen),
    top1BorrowerSharePct: percent(largest(byBorrower, 1), loanBalanceFen),
    relatedBalanceFen: sum(related, (each) => each.principalOpenFen),
    relatedCount: related.length,
    overdueAmountFen,
    overdueCount: overdue.length,
    overdueOver90PrincipalBalanceFen: sum(bad, (each) => each.principalOpenFen),
    overdueOver90Count: bad.length,
    cumulativeCompensationFen: sum(compensated, (each) => each.compensationFen),
    cumulativeCompensationCount: compensated.length,
    amountOverdueRatePct: percent(overdueAmountFen, owedFen),
    projectOverdueRatePct: percent(overdue.length, current.length),
    amountTierPct: byTier((tier) => percent(sum(inTier(overdue, tier), (each) => each.overdueFen), owedFen)),
    projectTierPct: byTier((tier) => percent(inTier(overdue, tier).length, current.length)),
    badDebtRatePct: percent(sum(bad, (each) => each.principalOpenFen), loanBalanceFen),
    averageLentFen: average(lentFen, everLenders.size),
    averageBorrowedFen: average(lentFen, everBorrowers.size),
    top1LenderSharePct: percent(largest(byLender, 1), loanBalanceFen),
    top10LenderSharePct: percent(largest(byLender, 10), loanBalanceFen),
  };
}

function standingOf(loan: DisclosedLoan, asOf: IsoDate): Standing {
  const standing: Standing = { loan, principalOpenFen: 0, interestOpenFen: 0, overdueFen: 0, daysOverdue: 0, compensationFen: 0 };
  for (const instalment of loan.instalments) {
    const payments = paymentsOf(instalment).filter((payment) => payment.on <= asOf);
    const principalOpen = Math.max(0, instalment.principalFen - sum(payments, (payment) => payment.principalFen));
    const interestOpen = Math.max(0, instalment.interestFen - sum(payments, (payment) => payment.interestFen));
    standing.principalOpenFen += principalOpen;
    standing.interestOpenFen += interestOpen;
    standing.compensationFen += sum(payments.filter((payment) => payment.by === 'THIRD_PARTY'), (payment) => payment.principalFen + payment.interestFen);
    if (instalment.due < asOf && principalOpen + interestOpen > 0) {
      standing.overdueFen += principalOpen + interestOpen;
      standing.daysOverdue = Math.max(standing.daysOverdue, daysBetween(instalment.due, asOf));
    }
  }
  return standing;
}

/** A payment without a date was made: figures that name it knew of it. */
function paymentsOf(instalment: DisclosedInstalment): DisclosedPayment[] {
  if (instalment.payments) return instalment.payments;
  const principalFen = instalment.paidPrincipalFen ?? 0;
  const interestFen = instalment.paidInterestFen ?? 0;
  if (principalFen === 0 && interestFen === 0) return [];
  return [{ principalFen, interestFen, by: instalment.paidBy ?? 'BORROWER', on: instalment.paidOn ?? LONG_AGO }];
}

/** What each holder of the day is owed: the loan's open principal by the amounts held. */
function lenderBalances({ loan, principalOpenFen }: Standing, asOf: IsoDate): [string, Fen][] {
  const holders = loan.lenders.filter((held) => (!held.from || held.from <= asOf) && (!held.until || held.until > asOf));
  const held = sum(holders, (holder) => holder.amountFen);
  if (held === 0) return [];
  return holders.map((holder) => [holder.lenderId, (principalOpenFen * holder.amountFen) / held]);
}

/** Amounts by person, largest first, those with nothing left out. */
function totals(entries: [string, number][]): number[] {
  const byPerson = new Map<string, number>();
  for (const [person, amount] of entries) byPerson.set(person, (byPerson.get(person) ?? 0) + amount);
  return [...byPerson.values()].filter((amount) => amount > 0).sort((a, b) => b - a);
}

function largest(amounts: number[], count: number): number {
  return sum(amounts.slice(0, count), (amount) => amount);
}

function inTier(overdue: Standing[], tier: OverdueTier): Standing[] {
  return overdue.filter(({ daysOverdue }) => tierOf(daysOverdue) === tier);
}

function tierOf(days: number): OverdueTier {
  if (days <= 90) return '1-90';
  return days <= 180 ? '91-180' : '181+';
}

function byTier(figure: (tier: OverdueTier) => string): Record<OverdueTier, string> {
  return Object.fromEntries(TIERS.map((tier) => [tier, figure(tier)])) as Record<OverdueTier, string>;
}

function sum<T>(items: T[], amount: (item: T) => number): number {
  return items.reduce((total, item) => total + amount(item), 0);
}

function average(totalFen: Fen, people: number): Fen {
  return people === 0 ? 0 : proportionRounded(totalFen, 1, people);
}

/** Per cent with two decimals, rounded half up; 0.00 when there is nothing to divide by. */
function percent(part: number, whole: number): string {
  if (whole === 0) return '0.00';
  const hundredths = Number.isSafeInteger(part) ? proportionRounded(part, 10_000, whole) : Math.round((part / whole) * 10_000);
  return `${Math.floor(hundredths / 100)}.${String(hundredths % 100).padStart(2, '0')}`;
}

/** The statistics date of a month's figures: the last day of the month before the one they are published in. */
export function statisticsDate(publishingMonth: string): IsoDate {
  return addDays(`${publishingMonth}-01`, -1);
}
