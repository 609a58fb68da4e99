/**
 * The chart of accounts (科目表) and what each business event may do to it, as data.
 *
 * The same rows stand in the database (0004-ledger.sql and later), which refuses every posting that is not here; a test compares
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
  'guarantor-available': { book: 'custody', side: 1 },
  'guarantor-frozen': { book: 'custody', side: 1 },
  'supplier-available': { book: 'custody', side: 1 },
  'in-transit': { book: 'custody', side: 1 },
  'court-frozen': { book: 'custody', side: 1 },
  'platform-income': { book: 'custody', side: 1 },
  'platform-costs': { book: 'custody', side: 1 },
  'platform-marketing': { book: 'custody', side: 1 },
  outside: { book: 'custody', side: 0 },
  'own-funds': { book: 'custody', side: 0 },
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
  'subrogated-principal': { book: 'claims', side: 1 },
  'subrogated-interest': { book: 'claims', side: 1 },
  'subrogated-late-interest': { book: 'claims', side: 1 },
} as const satisfies Record<string, { book: Book; side: -1 | 0 | 1 }>;
export type AccountKind = keyof typeof accountKinds;

/** One kind of business event: what it takes from and gives to, and whether all its personal accounts are one person's. */
export interface JournalRule { book: Book; sameOwner: boolean; takesFrom: readonly AccountKind[]; givesTo: readonly AccountKind[] }

/** Lenders' and borrowers': who is a person here, and what a court's order can be entered for. */
const peoples = ['lender-available', 'borrower-available'] as const;
const available = ['lender-available', 'borrower-available', 'guarantor-available', 'supplier-available'] as const;
const debts = ['debt-principal', 'debt-interest', 'debt-late-interest', 'debt-fee', 'debt-costs'] as const;
const lendersClaims = ['claim-principal', 'claim-interest', 'claim-late-interest'] as const;
const subrogated = ['subrogated-principal', 'subrogated-interest', 'subrogated-late-interest'] as const;
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
  'court-frozen': { book: 'custody', sameOwner: true, takesFrom: peoples, givesTo: ['court-frozen'] },
  'court-released': { book: 'custody', sameOwner: true, takesFrom: ['court-frozen'], givesTo: peoples },
  reserve: { book: 'custody', sameOwner: true, takesFrom: ['lender-available'], givesTo: ['lender-reserved'] },
  unreserve: { book: 'custody', sameOwner: true, takesFrom: ['lender-reserved'], givesTo: ['lender-available'] },
  'bid-frozen': { book: 'custody', sameOwner: true, takesFrom: ['lender-reserved'], givesTo: ['lender-frozen'] },
  'late-freeze': { book: 'custody', sameOwner: true, takesFrom: ['lender-available'], givesTo: ['lender-frozen'] },
  'bid-released': { book: 'custody', sameOwner: true, takesFrom: ['lender-frozen'], givesTo: ['lender-available'] },
  /** Disbursement (放款): from the lender straight to the borrower, or to the supplier whom the borrower has authorised (受托支付). */
  release: { book: 'custody', sameOwner: false, takesFrom: ['lender-frozen'], givesTo: ['borrower-available', 'supplier-available'] },
  'repayment-frozen': { book: 'custody', sameOwner: true, takesFrom: ['borrower-available'], givesTo: ['borrower-frozen'] },
  'repayment-unfrozen': { book: 'custody', sameOwner: true, takesFrom: ['borrower-frozen'], givesTo: ['borrower-available'] },
  repayment: { book: 'custody', sameOwner: false, takesFrom: ['borrower-frozen'], givesTo: ['lender-available'] },
  /** The borrower's agreed fee of the instalment (COMMISSION of the repayment batch). */
  'service-fee': { book: 'custody', sameOwner: false, takesFrom: ['borrower-frozen'], givesTo: ['platform-income'] },
  /** The lender's agreed share of interest really received, kept back from the borrower's payment or the guarantor's. */
  'lender-fee': { book: 'custody', sameOwner: false, takesFrom: ['borrower-frozen', 'guarantor-frozen'], givesTo: ['platform-income'] },
  /** Costs of enforcement that were advanced for the lenders, passed on to third parties. */
  costs: { book: 'custody', sameOwner: false, takesFrom: ['borrower-frozen'], givesTo: ['platform-costs'] },
  /** A fee that a borrower has agreed to beside the instalments (PLATFORM_SERVICE_DEDUCT). */
  'agreed-fee': { book: 'custody', sameOwner: false, takesFrom: ['borrower-available'], givesTo: ['platform-income'] },
  /** The platform brings in money of its own (自有资金), which is all that rewards are paid from. */
  'own-funds': { book: 'custody', sameOwner: true, takesFrom: ['own-funds'], givesTo: ['platform-marketing'] },
  reward: { book: 'custody', sameOwner: false, takesFrom: ['platform-marketing'], givesTo: peoples },
  /** A claim is bought (债权转让): from the buyer straight to the seller. */
  'purchase-frozen': { book: 'custody', sameOwner: true, takesFrom: ['lender-available'], givesTo: ['lender-frozen'] },
  'purchase-unfrozen': { book: 'custody', sameOwner: true, takesFrom: ['lender-frozen'], givesTo: ['lender-available'] },
  purchase: { book: 'custody', sameOwner: false, takesFrom: ['lender-frozen'], givesTo: ['lender-available'] },
  'sale-fee': { book: 'custody', sameOwner: false, takesFrom: ['lender-frozen'], givesTo: ['platform-income'] },
  /** A guarantor pays in the borrower's place (代偿): straight to the lenders. */
  'compensation-frozen': { book: 'custody', sameOwner: true, takesFrom: ['guarantor-available'], givesTo: ['guarantor-frozen'] },
  'compensation-unfrozen': { book: 'custody', sameOwner: true, takesFrom: ['guarantor-frozen'], givesTo: ['guarantor-available'] },
  compensation: { book: 'custody', sameOwner: false, takesFrom: ['guarantor-frozen'], givesTo: ['lender-available'] },
  /** The borrower repays the guarantor. */
  'guarantor-repaid': { book: 'custody', sameOwner: false, takesFrom: ['borrower-frozen'], givesTo: ['guarantor-available'] },
  lent: { book: 'claims', sameOwner: false, takesFrom: ['debt-principal'], givesTo: ['claim-principal'] },
  /** Interest, late interest, fees and costs become owed when a payment that covers them is allocated. */
  earned: { book: 'claims', sameOwner: false, takesFrom: debts.slice(1), givesTo: claims.slice(1) },
  settled: { book: 'claims', sameOwner: false, takesFrom: claims, givesTo: debts },
  /** The bank refuses a share: the borrower owes it no longer, the money held under the loan does. */
  undelivered: { book: 'claims', sameOwner: false, takesFrom: ['held'], givesTo: debts },
  'delivered-later': { book: 'claims', sameOwner: false, takesFrom: claims, givesTo: ['held'] },
  /** By decision of a case: the bank did not deliver what we counted as delivered, so its holder is owed it again. */
  'delivery-corrected': { book: 'claims', sameOwner: false, takesFrom: ['held'], givesTo: claims },
  /** Outstanding principal has another holder. */
  'claim-sold': { book: 'claims', sameOwner: false, takesFrom: ['claim-principal'], givesTo: ['claim-principal'] },
  /** The claim of somebody who has died is the heirs'. */
  inherited: { book: 'claims', sameOwner: false, takesFrom: ['claim-principal'], givesTo: ['claim-principal'] },
  /** Subrogation (代位): what a guarantor has paid of a claim is the guarantor's; the borrower owes it all the same. */
  subrogated: { book: 'claims', sameOwner: false, takesFrom: lendersClaims, givesTo: subrogated },
  'recourse-settled': { book: 'claims', sameOwner: false, takesFrom: subrogated, givesTo: ['debt-principal', 'debt-interest', 'debt-late-interest'] },
} as const satisfies Record<string, JournalRule>;
export type JournalKind = keyof typeof journalKinds;

/** The fees that a lender or borrower has agreed to: the only events by which somebody's money comes to the platform. */
export const agreedFees: readonly JournalKind[] = ['service-fee', 'lender-fee', 'costs', 'agreed-fee', 'sale-fee'];

/** The bank's user number of the platform's own income account. */
export const platformIncomeUser = 'PLATFORM_INCOME';
export const platformMarketingUser = 'PLATFORM_MARKETING';

/** An account by name: everything the database needs to open it at its first posting. */
export interface AccountName { book: Book; code: string; kind: AccountKind; owner: string | null; loanNo: string | null }

export type Bucket = 'available' | 'reserved' | 'frozen' | 'in-transit' | 'court-frozen';

/** Somebody's money at the bank. `userNo` is the bank's: `L-…` a lender, `B-…` a borrower, `G-…` a guarantor, `S-…` a supplier. */
export function personal(userNo: string, bucket: Bucket): AccountName {
  const kind = bucket === 'in-transit' || bucket === 'court-frozen' ? bucket : `${sideOf(userNo)}-${bucket}`;
  if (!(kind in accountKinds)) throw new RangeError(`${userNo} has no account for ${bucket} money`);
  return { book: 'custody', code: `${userNo}:${bucket}`, kind: kind as AccountKind, owner: userNo, loanNo: null };
}

const sides = { 'L-': 'lender', 'B-': 'borrower', 'G-': 'guarantor', 'S-': 'supplier' } as const;

function sideOf(userNo: string): (typeof sides)[keyof typeof sides] {
  const side = (sides as Partial<Record<string, (typeof sides)[keyof typeof sides]>>)[userNo.slice(0, 2)];
  if (!side) throw new RangeError(`${userNo} is neither a lender's, a borrower's, a guarantor's nor a supplier's account`);
  return side;
}

const platformAccount = (code: string, kind: AccountKind, owner: string): AccountName => ({ book: 'custody', code, kind, owner, loanNo: null });

/** The world of cards and banks outside custody; may be below zero, because that is where all the money came from. */
export const outside: AccountName = { book: 'custody', code: 'outside', kind: 'outside', owner: null, loanNo: null };
export const platformIncome = platformAccount('platform:income', 'platform-income', platformIncomeUser);
/** Also kept on the bank's income account, but owed on to courts and agents. */
export const platformCosts = platformAccount('platform:costs', 'platform-costs', platformIncomeUser);
export const platformMarketing = platformAccount('platform:marketing', 'platform-marketing', platformMarketingUser);

/** The platform's own company account at other banks; as far below zero as it has brought in. */
export const ownFunds: AccountName = { book: 'custody', code: 'own-funds', kind: 'own-funds', owner: null, loanNo: null };

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

/** What a guarantor is owed who has paid in the borrower's place. */
export function subrogatedClaim(loanNo: string, guarantorUserNo: string, component: 'principal' | 'interest' | 'late-interest'): AccountName {
  return { book: 'claims', code: `${loanNo}:${guarantorUserNo}:${component}`, kind: `subrogated-${component}`, owner: null, loanNo };
}
