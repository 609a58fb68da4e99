import { borrowerCap } from './caps.js';
import { compareDates, type IsoDate } from './dates.js';
import { ageOn, idNumber, mobile, uscc } from './identity.js';
import type { Fen } from './money.js';
import type { Product } from './product.js';
import { checkPurpose, type PurposeRefusal } from './purposes.js';
import { profileOf, type BorrowerKind } from './regulation.js';
import { bannedWordsIn } from './wording.js';

/** What is known, without paying anybody, when somebody applies. */
export interface ApplicationFacts {
  product: Product;
  borrower: BorrowerKind;
  /** Identity number or unified social credit code. Undefined while the person has not given it. */
  idNumber?: string;
  uscc?: string;
  /** Checked as a mainland number where the profile's currency is the yuan. */
  mobile?: string;
  amountFen: Fen;
  termMonths: number;
  purpose: string;
  /** The borrower's own words for the listing. */
  purposeWords?: string;
  isStudent: boolean;
  platformBalanceFen: Fen;
  raisingFen: Fen;
  declaredElsewhereFen: Fen;
  blacklisted: boolean;
  /** The same person, phone or device has another application open. */
  duplicateOpen: boolean;
  /** Last day on which a new application is too early, after a refusal or a closed loan. */
  coolingUntil?: IsoDate | null;
  /** Platform entity, shareholder of 5 % or more, officer (Interim Measures, Art. 10(1)). */
  belongsToPlatform: boolean;
  asOf: IsoDate;
}

/** Text keys are `refusal.<code>`, each with what happened, why and what to do next. */
export type ScreeningRefusal =
  | 'id-number-invalid' | 'uscc-invalid' | 'mobile-invalid' | 'too-young' | 'too-old' | 'wrong-borrower' | 'amount-too-small' | 'amount-too-large'
  | 'amount-not-a-step' | 'term-not-offered' | 'platform-cap' | 'overall-cap' | 'blacklisted' | 'duplicate' | 'cooling-period' | 'student'
  | 'self-financing' | 'banned-words' | PurposeRefusal;

export type Screening = { accepted: true } | { refused: ScreeningRefusal; all: ScreeningRefusal[] };

/** The free checks before anything is paid for; `refused` is the first reason, `all` every one. */
export function preScreen(facts: ApplicationFacts): Screening {
  const all = [...identityRefusals(facts), ...amountRefusals(facts), ...personRefusals(facts), ...purposeRefusals(facts)];
  const [refused] = all;
  return refused === undefined ? { accepted: true } : { refused, all };
}

function identityRefusals(facts: ApplicationFacts): ScreeningRefusal[] {
  const found: ScreeningRefusal[] = [];
  if (facts.borrower !== facts.product.borrower) found.push('wrong-borrower');
  if (facts.uscc !== undefined && !uscc(facts.uscc)) found.push('uscc-invalid');
  const mainland = profileOf(facts.product.profile).currency === 'CNY';
  if (mainland && facts.mobile !== undefined && !mobile(facts.mobile)) found.push('mobile-invalid');
  return [...found, ...ageRefusals(facts)];
}

function ageRefusals({ idNumber: number, product, asOf }: ApplicationFacts): ScreeningRefusal[] {
  if (number === undefined) return [];
  const identity = idNumber(number, asOf);
  if (!identity.valid) return ['id-number-invalid'];
  const age = ageOn(identity.birthDate, asOf);
  if (age < product.minAge) return ['too-young'];
  return age > product.maxAge ? ['too-old'] : [];
}

function amountRefusals(facts: ApplicationFacts): ScreeningRefusal[] {
  const { product, amountFen } = facts;
  const found: ScreeningRefusal[] = [];
  if (amountFen < product.minAmountFen) found.push('amount-too-small');
  else if (amountFen > product.maxAmountFen) found.push('amount-too-large');
  else if (amountFen % product.amountStepFen !== 0) found.push('amount-not-a-step');
  if (!product.termMonths.includes(facts.termMonths)) found.push('term-not-offered');
  const cap = borrowerCap({
    profile: product.profile, borrower: facts.borrower, platformBalanceFen: facts.platformBalanceFen, raisingFen: facts.raisingFen,
    elsewhereBalanceFen: facts.declaredElsewhereFen, applyFen: amountFen,
  });
  return [...found, ...cap.violations];
}

function personRefusals(facts: ApplicationFacts): ScreeningRefusal[] {
  const found: ScreeningRefusal[] = [];
  if (facts.belongsToPlatform) found.push('self-financing');
  if (facts.blacklisted) found.push('blacklisted');
  if (facts.isStudent && profileOf(facts.product.profile).studentsRefused.value) found.push('student');
  if (facts.duplicateOpen) found.push('duplicate');
  if (facts.coolingUntil && compareDates(facts.asOf, facts.coolingUntil) <= 0) found.push('cooling-period');
  return found;
}

function purposeRefusals({ product, purpose, purposeWords = '' }: ApplicationFacts): ScreeningRefusal[] {
  const check = checkPurpose(product.profile, purpose, purposeWords);
  const found: ScreeningRefusal[] = 'refused' in check ? [check.refused] : [];
  if (bannedWordsIn(product.profile, purposeWords).length > 0) found.push('banned-words');
  return found;
}
