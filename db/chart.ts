/**
 * The chart of accounts (科目表) and what each business event may do to it, as data.
 *
 * The same rows stand in the database (0004-ledger.sql), which refuses every posting that is not here; a test compares
 * the two and walks all chains of events to prove that no lender's money can reach the platform but by the agreed fees
 * (no fund pool, 资金池). The table for people is docs/ledger.md.
 */

export type Book = 'custody' | 'claims';

/** `side`: the side of zero on which each balance of the kind stays (1 never below, -1 never above, 0 either). */
export const accountKinds = {
  'lender-available': { book: 'custody', side: 1 },
  'lender-reserved': { book: 'custody', side: 1 },
  'lender-frozen': { book: 'custody', side: 1 },
  'borrower-available': { book: 'custody', side: 1 },
  'borrower-frozen': { book: 'custody', side: 1 },
  'in-transit': { book: 'custody', side: 1 },
  'court-frozen': { book: 'custody', side: 1 },
  'platform-income': { book: 'custody', side: 1 },
  'platform-costs': { book: 'custody', side: 1 },
  'platform-marketing': { book: 'custody', side: 1 },
  outside: { book: 'custody', side: 0 },
  'claim-principal': { book: 'claims', side: 1 },
  'claim-interest': { book: 'claims', side: 1 },
  'claim-late-interest': { book: 'claims', side: 1 },
  'claim-fee': { book: 'claims', side: 1 },
  'claim-costs': { book: 'claims', side: 1 },
  'debt-principal': { book: 'claims', side: -1 },
  'debt-interest': { book: 'claims', side: -1 },
  'debt-late-interest': { book: 'claims', side: -1 },
  'debt-fee': { book: 'claims', side: -1 },
  'debt-costs': { book: 'claims', side: -1 },
  held: { book: 'claims', side: -1 },
} as const satisfies Record<string, { book: Book; side: -1 | 0 | 1 }>;
export type AccountKind = keyof typeof accountKinds;

/** One kind of business event: what it takes from and gives to, and whether all its personal accounts are one person's. */
export interface JournalRule { book: Book; sameOwner: boolean; takesFrom: readonly AccountKind[]; givesTo: readonly AccountKind[] }

const available = ['lender-available', 'borrower-available'] as const;
const debts = ['debt-principal', 'debt-interest', 'debt-late-interest', 'debt-fee', 'debt-costs'] as const;
const claims = ['claim-principal', 'claim-interest', 'claim-late-interest', 'claim-fee', 'claim-costs'] as const;

export const journalKinds = {
  /** Money comes from the person's own card: deposit on the bank's page, or a card pull by authorisation (代扣). */
  deposit: { book: 'custody', sameOwner: true, takesFrom: ['outside'], givesTo: available },
  /** To the person's own bound card, ordered by the person. */
  withdrawal: { book: 'custody', sameOwner: true, takesFrom: available, givesTo: ['outside'] },
  'payout-accepted': { book: 'custody', sameOwner: true, takesFrom: available, givesTo: ['in-transit'] },
  payout: { book: 'custody', sameOwner: true, takesFrom: ['in-transit'], givesTo: ['outside'] },
  'payout-refused': { book: 'custody', sameOwner: true, takesFrom: ['in-transit'], givesTo: available },
  'payout-returned': { book: 'custody', sameOwner: true, takesFrom: ['outside'], givesTo: available },
  /** A court's freeze (司法冻结): the money stays its owner's and waits. */
  'court-frozen': { book: 'custody', sameOwner: true, takesFrom: available, givesTo: ['court-frozen'] },
  'court-released': { book: 'custody', sameOwner: true, takesFrom: ['court-frozen'], givesTo: available },
  reserve: { book: 'custody', sameOwner: true, takesFrom: ['lender-available'], givesTo: ['lender-reserved'] },
  unreserve: { book: 'custody', sameOwner: true, takesFrom: ['lender-reserved'], givesTo: ['lender-available'] },
  'bid-frozen': { book: 'custody', sameOwner: true, takesFrom: ['lender-reserved'], givesTo: ['lender-frozen'] },
  'late-freeze': { book: 'custody', sameOwner: true, takesFrom: ['lender-available'], givesTo: ['lender-frozen'] },
  'bid-released': { book: 'custody', sameOwner: true, takesFrom: ['lender-frozen'], givesTo: ['lender-available'] },
  /** Disbursement (放款): from the lender straight to the borrower. */
  release: { book: 'custody', sameOwner: false, takesFrom: ['lender-frozen'], givesTo: ['borrower-available'] },
  'repayment-frozen': { book: 'custody', sameOwner: true, takesFrom: ['borrower-available'], givesTo: ['borrower-frozen'] },
  'repayment-unfrozen': { book: 'custody', sameOwner: true, takesFrom: ['borrower-frozen'], givesTo: ['borrower-available'] },
  repayment: { book: 'custody', sameOwner: false, takesFrom: ['borrower-frozen'], givesTo: ['lender-available'] },
  /** The borrower's agreed fee of the instalment (COMMISSION of the repayment batch). */
  'service-fee': { book: 'custody', sameOwner: false, takesFrom: ['borrower-frozen'], givesTo: ['platform-income'] },
  /** The lender's agreed share of interest really received, kept back from the borrower's payment. */
  'lender-fee': { book: 'custody', sameOwner: false, takesFrom: ['borrower-frozen'], givesTo: ['platform-income'] },
  /** Costs of enforcement that were advanced for the lenders, passed on to third parties. */
  costs: { book: 'custody', sameOwner: false, takesFrom: ['borrower-frozen'], givesTo: ['platform-costs'] },
  lent: { book: 'claims', sameOwner: false, takesFrom: ['debt-principal'], givesTo: ['claim-principal'] },
  /** Interest, late interest, fees and costs become owed when a payment that covers them is allocated. */
  earned: { book: 'claims', sameOwner: false, takesFrom: debts.slice(1), givesTo: claims.slice(1) },
  settled: { book: 'claims', sameOwner: false, takesFrom: claims, givesTo: debts },
  /** The bank refuses a share: the borrower owes it no longer, the money held under the loan does. */
  undelivered: { book: 'claims', sameOwner: false, takesFrom: ['held'], givesTo: debts },
  'delivered-later': { book: 'claims', sameOwner: false, takesFrom: claims, givesTo: ['held'] },
} as const satisfies Record<string, JournalRule>;
export type JournalKind = keyof typeof journalKinds;

/** The fees that a lender or borrower has agreed to: the only events that give to the platform. */
export const agreedFees: readonly JournalKind[] = ['service-fee', 'lender-fee', 'costs'];

/** The bank's user number of the platform's own income account. */
export const platformIncomeUser = 'PLATFORM_INCOME';
export const platformMarketingUser = 'PLATFORM_MARKETING';

/** An account by name: everything the database needs to open it at its first posting. */
export interface AccountName { book: Book; code: string; kind: AccountKind; owner: string | null; loanNo: string | null }

export type Bucket = 'available' | 'reserved' | 'frozen' | 'in-transit' | 'court-frozen';

/** A person's money at the bank. `userNo` is the bank's: `L-…` a lender, `B-…` a borrower. */
export function personal(userNo: string, bucket: Bucket): AccountName {
  const kind = bucket === 'in-transit' || bucket === 'court-frozen' ? bucket : `${sideOf(userNo)}-${bucket}`;
  if (!(kind in accountKinds)) throw new RangeError(`${userNo} has no account for ${bucket} money`);
  return { book: 'custody', code: `${userNo}:${bucket}`, kind: kind as AccountKind, owner: userNo, loanNo: null };
}

function sideOf(userNo: string): 'lender' | 'borrower' {
  if (userNo.startsWith('L-')) return 'lender';
  if (userNo.startsWith('B-')) return 'borrower';
  throw new RangeError(`${userNo} is neither a lender's nor a borrower's account`);
}

const platformAccount = (code: string, kind: AccountKind, owner: string): AccountName => ({ book: 'custody', code, kind, owner, loanNo: null });

/** The world of cards and banks outside custody; may be below zero, because that is where all the money came from. */
export const outside: AccountName = { book: 'custody', code: 'outside', kind: 'outside', owner: null, loanNo: null };
export const platformIncome = platformAccount('platform:income', 'platform-income', platformIncomeUser);
/** Also kept on the bank's income account, but owed on to courts and agents. */
export const platformCosts = platformAccount('platform:costs', 'platform-costs', platformIncomeUser);
export const platformMarketing = platformAccount('platform:marketing', 'platform-marketing', platformMarketingUser);

/** What a holder is owed. */
export function claim(loanNo: string, holdingId: number, component: 'principal' | 'interest' | 'late-interest'): AccountName {
  return { book: 'claims', code: `${loanNo}:h${holdingId}:${component}`, kind: `claim-${component}`, owner: null, loanNo };
}

/** What the platform is owed of a loan: its service fee, and costs it passes on. */
export function platformClaim(loanNo: string, component: 'fee' | 'costs'): AccountName {
  return { book: 'claims', code: `${loanNo}:platform:${component}`, kind: `claim-${component}`, owner: null, loanNo };
}

/** What the borrower owes. */
export function debt(loanNo: string, component: 'principal' | 'interest' | 'late-interest' | 'fee' | 'costs'): AccountName {
  return { book: 'claims', code: `${loanNo}:debt:${component}`, kind: `debt-${component}`, owner: null, loanNo };
}

/** Money paid by the borrower and frozen under the loan for lenders whom the bank cannot credit now. */
export function heldForLenders(loanNo: string): AccountName {
  return { book: 'claims', code: `${loanNo}:held`, kind: 'held', owner: null, loanNo };
}
