import { z } from 'zod';
import type { CarrierFacts, CourtFacts, CreditFacts, IdentityFacts, PlatformsFacts } from './port.js';

export interface FactsOf {
  identity: IdentityFacts;
  carrier: CarrierFacts;
  credit: CreditFacts;
  court: CourtFacts;
  platforms: PlatformsFacts;
}
export type BureauName = keyof FactsOf;

const count = z.number().int().nonnegative();

/** What an answer must look like to be believed. */
export const factsSchemas: { [B in BureauName]: z.ZodType<FactsOf[B]> } = {
  identity: z.object({ match: z.boolean(), deceased: z.boolean() }),
  carrier: z.object({ match: z.boolean(), active: z.boolean(), monthsInNet: count }),
  credit: z.object({
    openAccounts: count, totalAccounts: count, revolvingBalanceFen: count, revolvingUtilisationBps: count,
    delinquencies2y: count, inquiries6m: count, monthsSinceDelinquency: count.nullable(), monthsSinceRecord: count.nullable(),
    publicRecords: count, creditAgeMonths: count, monthlyDebtPaymentsFen: count,
  }),
  court: z.object({ onEnforcementList: z.boolean(), openCases: count }),
  platforms: z.object({ outstandingFen: count, platforms: count }),
};

export const answerSchema = z.object({
  bureau: z.string(),
  reference: z.string(),
  reportNo: z.string().min(1),
  facts: z.unknown(),
});
