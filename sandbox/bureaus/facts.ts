import { z } from 'zod';

/** What each bureau knows of a person. Money is in fen, utilisation in basis points of the limit. */
const count = z.number().int().nonnegative();

export const factsSchemas = {
  /** National identity register: do name and number belong together, and is the person alive. */
  identity: z.object({ match: z.boolean(), deceased: z.boolean() }),
  /** Mobile carrier: is the number registered to this person, in service, and for how long. */
  carrier: z.object({ match: z.boolean(), active: z.boolean(), monthsInNet: count }),
  /** Central credit report. Months since: null when there never was one. */
  credit: z.object({
    openAccounts: count, totalAccounts: count, revolvingBalanceFen: count, revolvingUtilisationBps: count,
    delinquencies2y: count, inquiries6m: count, monthsSinceDelinquency: count.nullable(), monthsSinceRecord: count.nullable(),
    publicRecords: count, creditAgeMonths: count, monthlyDebtPaymentsFen: count,
  }),
  /** Courts: the list of dishonest judgment debtors (失信被执行人) and cases under way. */
  court: z.object({ onEnforcementList: z.boolean(), openCases: count }),
  /** Loans on other platforms, by the data bureau of the trade. */
  platforms: z.object({ outstandingFen: count, platforms: count }),
};

export type Facts = { [B in keyof typeof factsSchemas]: z.output<(typeof factsSchemas)[B]> };
export type BureauName = keyof Facts;
export const bureauNames = Object.keys(factsSchemas) as BureauName[];

/** Facts that a person's file says otherwise than the derived ones, bureau by bureau, in part or whole. */
export const overridesSchema = z.strictObject({
  identity: factsSchemas.identity.partial().strict().optional(),
  carrier: factsSchemas.carrier.partial().strict().optional(),
  credit: factsSchemas.credit.partial().strict().optional(),
  court: factsSchemas.court.partial().strict().optional(),
  platforms: factsSchemas.platforms.partial().strict().optional(),
});
export type Overrides = z.output<typeof overridesSchema>;
