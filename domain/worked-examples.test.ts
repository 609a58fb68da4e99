/**
 * The cases that came with the rules: Apache Fineract's published tables, the European Commission's APR examples, XIRR suites and the
 * regulation's own limits. The file is not part of this repository; set WORKED_EXAMPLES or put it beside the clone.
 */
import { existsSync, readFileSync } from 'node:fs';
import { apr, xirr } from './annual-rates.js';
import { waterfall } from './allocation.js';
import { borrowerCap, lateCostCap, rateCap } from './caps.js';
import type { Calendar } from './calendar.js';
import { contactFrequency, type ContactHistory } from './contact.js';
import { parseInstant } from './dates.js';
import { disclosureDate, fundraisingDeadline, limitation, retention } from './deadlines.js';
import { disclosure } from './disclosure.js';
import { bankCard, idNumber, uscc } from './identity.js';
import { lossSimulation, offerWarning, ownerLimit, reflection } from './investor-protection.js';
import { lenderGate } from './lender-gate.js';
import type { ProfileId } from './regulation.js';
import { buildSchedule, type ScheduleInput } from './schedule.js';
import { contactHoursAt } from './zone.js';

interface Example { id: string; rule: string; input: never; expect: Record<string, unknown>; tolerance?: number | null }
interface Texts { number: string; code: string; at: string; zone: string; month: string; publishedOn: string; contractEnds: string; on: string }
interface European { netWorthCents: number; offerCents: number; last12MonthsCents: number; newCents: number; sophisticated: boolean; offerAt: string; revokeAt: string }
type Case<T> = T & { profile: ProfileId; calendar: Calendar };

/** How each rule's JSON reaches the function of the domain; `never` because the fields come from outside and are the rule's own. */
const rules: Record<string, (input: never) => unknown> = {
  'schedule': (input: ScheduleInput) => ({ instalments: buildSchedule(input) }),
  'apr': apr,
  'xirr': xirr,
  'id-number': (input: Texts) => idNumber(input.number),
  'uscc': (input: Texts) => ({ valid: uscc(input.code) }),
  'bank-card': (input: Texts) => ({ valid: bankCard(input.number) }),
  'contact-hours': (input: Case<Texts>) => ({ allowed: contactHoursAt(input.profile, parseInstant(input.at), input.zone) }),
  'contact-frequency': (input: Case<ContactHistory>) => contactFrequency(input.profile, input),
  'borrower-cap': borrowerCap,
  'rate-cap': rateCap,
  'late-cost-cap': lateCostCap,
  'waterfall': waterfall,
  'limitation': limitation,
  'lender-gate': lenderGate,
  'retention': (input: Case<Texts>) => retention(input.profile, input.contractEnds, input.on),
  'fundraising-deadline': (input: Case<Texts>) => ({ lastDay: fundraisingDeadline(input.profile, input.publishedOn, input.calendar) }),
  'disclosure-date': (input: Case<Texts>) => disclosureDate(input.profile, input.month, input.calendar),
  'offer-warning': (input: Case<European>) => offerWarning(input.profile, input.netWorthCents, input.offerCents),
  'loss-simulation': (input: Case<European>) => lossSimulation(input.profile, input.netWorthCents),
  'owner-limit': (input: Case<European>) => ownerLimit(input.profile, input.last12MonthsCents, input.newCents),
  'reflection': (input: Case<European>) =>
    reflection(input.profile, input.sophisticated, parseInstant(input.offerAt), parseInstant(input.revokeAt)),
  'disclosure': disclosure,
};

const path = process.env['WORKED_EXAMPLES'] ?? '../shared/data/worked-examples.jsonl';
const examples: Example[] = existsSync(path)
  ? readFileSync(path, 'utf8').split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as Example)
  : [];

describe('the worked examples', () => {
  if (examples.length === 0) {
    it.skip(`NOT RUN: there is no ${path}; the published cases were not checked`, () => undefined);
    return;
  }
  it.each(examples.map((example) => [example.id, example] as const))('%s comes out as published', (_, example) => {
    const rule = rules[example.rule];
    if (!rule) throw new Error(`no rule called ${example.rule}`);
    const output = rule(example.input);
    if (typeof example.tolerance !== 'number') expect(output).toMatchObject(example.expect);
    else expectNear(output as Record<string, string>, example.expect as Record<string, string>, example.tolerance);
  });
});

function expectNear(output: Record<string, string>, expected: Record<string, string>, tolerance: number): void {
  for (const [field, value] of Object.entries(expected)) {
    expect(Math.abs(Number(output[field]) - Number(value))).toBeLessThanOrEqual(tolerance);
  }
}
