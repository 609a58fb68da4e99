/**
 * The platform's rules as questions in JSON: what each is asked, and which function of `domain/` or `risk/` answers. The command
 * line (`npm run -s rules`) and `POST /api/v1/rules/:rule` both come through here, and the loan's life calls the same functions.
 */
import { z } from 'zod';
import { apportion } from '../../domain/distribution.js';
import { apr, xirr, XIRR_DAY_COUNTS } from '../../domain/annual-rates.js';
import { waterfall } from '../../domain/allocation.js';
import { calendarOf } from '../../domain/calendar.js';
import { borrowerCap, lateCostCap, rateCap } from '../../domain/caps.js';
import { contactFrequency } from '../../domain/contact.js';
import { parseInstant } from '../../domain/dates.js';
import { disclosureDate, fundraisingDeadline, limitation, retention } from '../../domain/deadlines.js';
import { disclosure } from '../../domain/disclosure.js';
import { bankCard, idNumber, uscc } from '../../domain/identity.js';
import { lossSimulation, offerWarning, ownerLimit, reflection } from '../../domain/investor-protection.js';
import { lenderGate } from '../../domain/lender-gate.js';
import { allInCost } from '../../domain/rates.js';
import { buildSchedule, scheduleProblem } from '../../domain/schedule.js';
import { contactHoursAt } from '../../domain/zone.js';
import { scoreApplication, scoreProblem } from '../../risk/scorecard.js';
import { aprFlow, bps, calendar, count, date, decimal, disclosedLoan, fen, instant, list, maybe, month, profile, scheduleShape, scoreShape, signedFen, text, yesNo, zone } from './shapes.js';

/** Why a question has no answer. `code` is stable; the message says which field, what is wrong and what would be right. */
export class RuleError extends Error {
  override name = 'RuleError';
  constructor(readonly code: 'invalid-input' | 'unknown-rule' | 'not-in-profile' | 'no-rate' | 'no-cap-known', message: string) {
    super(message);
  }
}

/** Lenders times totals of one `share` question. */
const mostShared = 5_000_000;

type Rule = (input: unknown) => object;

/** Reads the input by its shape, then asks the rule. */
function rule<S extends z.ZodType>(shape: S, answer: (input: z.infer<S>) => object | undefined): Rule {
  return (input) => {
    const read = shape.safeParse(input);
    if (!read.success) throw new RuleError('invalid-input', problemOf(read.error));
    const output = answer(read.data);
    if (output === undefined) throw new RuleError('not-in-profile', 'profile: has no such rule');
    if ('refused' in output && !('allowed' in output)) throw refusalOf(String(output.refused));
    return output;
  };
}

function problemOf(error: z.ZodError): string {
  const first = error.issues[0];
  const field = first?.path.join('.') ?? '';
  return field === '' ? `input: ${first?.message ?? 'is not an object'}` : `${field}: ${first?.message ?? ''}`;
}

function refusalOf(code: string): RuleError {
  if (code === 'no-cap-known') return new RuleError('no-cap-known', 'contractDate: no cap is kept for contracts of that day');
  return new RuleError('no-rate', 'no rate makes what is received and what is paid equal');
}

/** Refuses what the rule itself finds wrong, said as `field: what it must be`. */
function refuse(problem: string | undefined): void {
  if (problem !== undefined) throw new RuleError('invalid-input', problem);
}

const ofProfile = { profile };
/** The rules of the European regulation, unless another profile is named. */
const european = { profile: profile.default('eu') };
const dayed = { ...ofProfile, calendar: maybe(calendar) };

function schedule(input: z.infer<typeof scheduleShape>): object {
  refuse(scheduleProblem(input));
  return { instalments: buildSchedule(input) };
}

function score(input: z.infer<typeof scoreShape>): object {
  refuse(scoreProblem(input));
  const { probabilityOfDefault, score: points, grade, reasons, version } = scoreApplication(input);
  return { probabilityOfDefault, score: points, grade, byModel: { scorecard: probabilityOfDefault }, reasons, version };
}

const rules: Readonly<Record<string, Rule>> = {
  'schedule': rule(scheduleShape, schedule),
  'apr': rule(z.object({ convention: z.literal('eu'), advances: list(aprFlow), payments: list(aprFlow) }), apr),
  'xirr': rule(z.object({ flows: list(z.object({ date, amount: decimal })), dayCount: maybe(z.enum(XIRR_DAY_COUNTS as [(typeof XIRR_DAY_COUNTS)[number]])) }), xirr),
  'id-number': rule(z.object({ number: text }), (input) => idNumber(input.number)),
  'uscc': rule(z.object({ code: text }), (input) => ({ valid: uscc(input.code) })),
  'bank-card': rule(z.object({ number: text }), (input) => ({ valid: bankCard(input.number) })),
  'borrower-cap': rule(z.object({ ...ofProfile, borrower: z.enum(['natural', 'legal']), platformBalanceFen: fen, raisingFen: fen, elsewhereBalanceFen: fen, applyFen: fen }), borrowerCap),
  'fundraising-deadline': rule(z.object({ ...dayed, publishedOn: date }), (input) => {
    const lastDay = fundraisingDeadline(input.profile, input.publishedOn, input.calendar ?? calendarOf(input.profile));
    return lastDay === undefined ? undefined : { lastDay };
  }),
  'disclosure-date': rule(z.object({ ...dayed, month }), (input) => disclosureDate(input.profile, input.month, input.calendar ?? calendarOf(input.profile))),
  'contact-hours': rule(z.object({ ...ofProfile, at: instant, zone: maybe(zone) }), (input) => ({ allowed: contactHoursAt(input.profile, parseInstant(input.at), input.zone) })),
  'contact-frequency': rule(
    z.object({ ...ofProfile, effectiveCallsToday: maybe(count), unansweredAttemptsToday: maybe(count), callDates: maybe(list(date)), conversationDates: maybe(list(date)), on: maybe(date) })
      .refine((input) => input.profile !== 'us' || input.on !== undefined, { path: ['on'], message: 'is needed: the day of the call that is planned' }),
    (input) => contactFrequency(input.profile, input)),
  'rate-cap': rule(z.object({ ...ofProfile, contractDate: date, annualRateBps: bps }), (input) => rateCap(input)),
  'late-cost-cap': rule(z.object({ ...ofProfile, contractDate: date, overdueInterestBps: bps, penaltyBps: bps, otherFeesBps: bps }), (input) => lateCostCap(input)),
  'waterfall': rule(z.object({ profile: maybe(profile), costsFen: fen, interestFen: fen, principalFen: fen, payFen: fen }), waterfall),
  'limitation': rule(z.object({ ...ofProfile, lastInstalmentDue: date, acceleratedOn: maybe(date), interruptions: list(date).default([]), on: date }), limitation),
  'all-in-cost': rule(z.object({ receivedFen: list(fen), paidFen: list(fen), feesFen: list(fen).default([]), periodsPerYear: z.number().positive('must be more than 0').max(366) }), allInCost),
  'share': rule(
    z.object({ sharesFen: list(fen), totalsFen: list(fen) })
      .refine((input) => input.sharesFen.some((each) => each > 0), { path: ['sharesFen'], message: 'must hold a share above 0' })
      .refine((input) => input.totalsFen.every((total, index) => index === 0 || total >= (input.totalsFen[index - 1] ?? 0)), { path: ['totalsFen'], message: 'must not fall: they are cumulative' })
      .refine((input) => input.sharesFen.length * input.totalsFen.length <= mostShared, { path: ['totalsFen'], message: `must not ask for more than ${mostShared} amounts at once` }),
    (input) => ({ steps: apportion(input.sharesFen, input.totalsFen) })),
  'lender-gate': rule(z.object({ ...ofProfile, riskDisclosureConfirmed: yesNo, riskAssessmentDone: yesNo, withinGradeLimit: yesNo, instructionAuthorised: yesNo }), lenderGate),
  'retention': rule(z.object({ ...ofProfile, contractEnds: date, on: date }), (input) => retention(input.profile, input.contractEnds, input.on)),
  'offer-warning': rule(z.object({ ...european, netWorthCents: signedFen, offerCents: fen }), (input) => offerWarning(input.profile, input.netWorthCents, input.offerCents)),
  'loss-simulation': rule(z.object({ ...european, netWorthCents: signedFen }), (input) => lossSimulation(input.profile, input.netWorthCents)),
  'owner-limit': rule(z.object({ ...european, last12MonthsCents: fen, newCents: fen }), (input) => ownerLimit(input.profile, input.last12MonthsCents, input.newCents)),
  'reflection': rule(z.object({ ...european, sophisticated: yesNo, offerAt: instant, revokeAt: instant }), (input) =>
    reflection(input.profile, input.sophisticated, parseInstant(input.offerAt), parseInstant(input.revokeAt))),
  'disclosure': rule(z.object({ ...ofProfile, asOf: date, loans: list(disclosedLoan) }), disclosure),
  'score': rule(scoreShape, score),
};

export const ruleNames: readonly string[] = Object.keys(rules);

/**
 * Asks one rule.
 * @param input the rule's fields as RULES says: minor units as integers, rates and amounts of `apr` and `xirr` as decimal strings
 * @throws RuleError when there is no such rule, a field is missing or absurd, or the rule has no answer
 */
export function askRule(name: string, input: unknown): object {
  const asked = Object.hasOwn(rules, name) ? rules[name] : undefined;
  if (!asked) throw new RuleError('unknown-rule', `rule: must be one of ${ruleNames.join(', ')}`);
  try {
    return asked(input);
  } catch (error) {
    // A rule refuses absurd input that no shape foresees (sums beyond what is exact, dates beyond the calendar) by RangeError.
    if (error instanceof RangeError) throw new RuleError('invalid-input', error.message);
    throw error;
  }
}
