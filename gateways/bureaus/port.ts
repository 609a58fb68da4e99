/**
 * The bureaus that say who somebody is and what they owe. Every answer carries the bureau's report number.
 * `unavailable` (time-out, 5xx, bad signature) sends the application to a person, never silently on.
 */
export type BureauAnswer<T> = { status: 'answered'; reportNo: string; facts: T } | { status: 'unavailable'; why: string };

export interface IdentityFacts { match: boolean; deceased: boolean }
/** 四要素: name + ID + card or mobile. */
export interface CarrierFacts { match: boolean; active: boolean; monthsInNet: number }
export interface CreditFacts {
  openAccounts: number; totalAccounts: number; revolvingBalanceFen: number; revolvingUtilisationBps: number;
  delinquencies2y: number; inquiries6m: number; monthsSinceDelinquency: number | null; monthsSinceRecord: number | null;
  publicRecords: number; creditAgeMonths: number; monthlyDebtPaymentsFen: number;
}
export interface CourtFacts { onEnforcementList: boolean; openCases: number }
export interface PlatformsFacts { outstandingFen: number; platforms: number }

export interface Bureaus {
  identity(input: { name: string; idNumber: string; reference: string }): Promise<BureauAnswer<IdentityFacts>>;
  carrier(input: { name: string; idNumber: string; mobile: string; reference: string }): Promise<BureauAnswer<CarrierFacts>>;
  credit(input: { name: string; idNumber: string; reference: string }): Promise<BureauAnswer<CreditFacts>>;
  court(input: { name: string; idNumber: string; reference: string }): Promise<BureauAnswer<CourtFacts>>;
  platforms(input: { idNumber: string; reference: string }): Promise<BureauAnswer<PlatformsFacts>>;
}
