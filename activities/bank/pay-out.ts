import { findAccountByUserNo } from '../../db/accounts.js';
import { payeeOf } from '../../db/entrusted-payments.js';
import { availableFen } from '../../db/outcomes/cash.js';
import { expectAt, intend, isPutOff, latestTry, payoutKey, type Instruction } from '../../db/instructions.js';
import { firstWorkingDayOnOrAfter } from '../../domain/calendar.js';
import { addDays, dateAt, instantAt, isoInstant, parseInstant } from '../../domain/dates.js';
import type { BankActivities } from '../../workflows/contract.js';
import { carryOut, unlessDone, type BankDeps } from './carry-out.js';
import { calendarOf, loanFacts, type LoanFacts } from './loan-facts.js';

/** Pays the loan out to the borrower's own card. "Paid out to your card" is the end, not "disbursed". */
export function payOutActivity(deps: BankDeps): BankActivities['payOut'] {
  return async ({ loanNo, attempt, asOf }) => {
    const loan = await loanFacts(deps.pool, loanNo);
    const instruction = await intendPayout(deps, loan, attempt, asOf);
    if (!instruction) return { status: 'done', paidFen: 0 };
    const cooling = await coolingUntil(deps, loan, instruction, asOf);
    if (cooling) return { status: 'pending', requestNo: instruction.requestNo, expectedAt: cooling };
    if (instruction.try > 1 && instruction.state === 'intended' && !isPutOff(instruction, asOf)) await expectAt(deps.pool, instruction.requestNo, nextWorkingDay(loan, instruction.asOf));
    const after = await carryOut(deps, instruction, ({ requestNo, amountFen, asOf: businessTime }) => deps.custody.payOut({ requestNo, userNo: loan.borrowerUserNo, amountFen, urgency: 'normal', businessTime }), asOf);
    return unlessDone(await laterThanExpected(deps, loan, after, asOf)) ?? { status: 'done', paidFen: after.amountFen };
  };
}

/** After a change of card or phone nothing is paid out for a while; null when the payout may go or has gone. */
async function coolingUntil({ pool }: BankDeps, { borrowerUserNo }: LoanFacts, instruction: Instruction, asOf: string): Promise<string | null> {
  const until = (await findAccountByUserNo(pool, borrowerUserNo))?.payoutsFrom;
  if (instruction.state !== 'intended' || !until || parseInstant(until) <= parseInstant(asOf)) return null;
  await expectAt(pool, instruction.requestNo, until);
  return until;
}

/** The principal received, or what is left of it when the borrower has drawn some by hand; null when nothing is, or a supplier has received it. */
async function intendPayout({ pool }: BankDeps, loan: LoanFacts, attempt: number, asOf: string): Promise<Instruction | null> {
  const { loanNo, borrowerUserNo, offer } = loan;
  const businessKey = payoutKey(loanNo, attempt);
  const known = await latestTry(pool, businessKey);
  if (known) return known;
  if (await payeeOf(pool, loanNo)) return null;
  const amountFen = Math.min(offer.amountFen, await availableFen(pool, borrowerUserNo));
  if (amountFen === 0) return null;
  return intend(pool, { businessKey, verb: 'payout', userNo: borrowerUserNo, loanNo, amountFen, workflowId: loanNo, step: 'payOut', asOf, waitsUntil: nextWorkingDay(loan, asOf) });
}

/** The bank has it and has not finished when it should have, perhaps because it got it late: it is expected on the next working day. */
async function laterThanExpected({ pool }: BankDeps, loan: LoanFacts, payout: Instruction, asOf: string): Promise<Instruction> {
  const late = payout.state === 'accepted' && payout.waitsUntil !== null && parseInstant(payout.waitsUntil) <= parseInstant(asOf);
  if (!late) return payout;
  const waitsUntil = nextWorkingDay(loan, asOf);
  await expectAt(pool, payout.requestNo, waitsUntil);
  return { ...payout, waitsUntil };
}

/** A normal payout is on the card on the next working day; the business clock need not wait for it before. */
function nextWorkingDay({ profile, zoneOffsetMinutes }: LoanFacts, asOf: string): string {
  const tomorrow = addDays(dateAt(parseInstant(asOf), zoneOffsetMinutes), 1);
  // The bank works by its own country's calendar, whatever profile the loan is under.
  const day = firstWorkingDayOnOrAfter(tomorrow, calendarOf(profile === 'us' ? 'cn' : profile));
  return isoInstant(instantAt(day, arrivalMinute, zoneOffsetMinutes));
}
const arrivalMinute = 600;
