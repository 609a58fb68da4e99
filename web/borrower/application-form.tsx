/** What an applicant is asked, read and shown. */
import type { VNode } from 'preact';
import { checkPurpose, prohibitedWordIn, PURPOSES, type Purpose } from '../../domain/purposes.js';
import type { Product } from '../../domain/product.js';
import { bannedWordsIn } from '../../domain/wording.js';
import { AmountField, Field, Form, Radios, Select, TextArea, type FormErrors } from '../components/form.js';
import { moneyText } from '../components/money.js';
import type { Input } from '../input.js';
import { refusalText } from '../refusals.js';
import { purposeWords } from './purposes.js';

export const housings = ['RENT', 'OWN', 'MORTGAGE', 'OTHER'] as const;
export const housingWords: Record<(typeof housings)[number], string> = { RENT: 'I rent', OWN: 'I own my home', MORTGAGE: 'I own it, with a mortgage', OTHER: 'Otherwise' };

export interface Asked {
  amountFen: number;
  termMonths: number;
  purpose: Purpose;
  annualIncomeFen: number;
  employmentYears: number | null;
  employer: string;
  homeOwnership: (typeof housings)[number];
  monthlyDebtsFen: number;
  elsewhereFen: number;
  student: boolean;
  description: string;
  region: string;
}

const aHundredMillionFen = 10_000_000_000;

/** Reads an application; what is wrong is in `input.errors`. */
export function readApplication(input: Input, product: Product): Asked {
  const sums = (what: string) => ({ minFen: 0, maxFen: aHundredMillionFen, missing: `Enter ${what}; 0 if there is nothing.`, tooSmall: `Enter ${what}; 0 if there is nothing.`, tooLarge: `This is more than we can work with: please check ${what}.` });
  const amountFen = input.amount('amount', {
    minFen: product.minAmountFen, maxFen: product.maxAmountFen, missing: 'Enter how much you want to borrow.',
    tooSmall: `We lend at least ${moneyText(product.minAmountFen)}.`, tooLarge: `We lend at most ${moneyText(product.maxAmountFen)} to one person.`,
  });
  if (amountFen % product.amountStepFen !== 0) input.wrong('amount', `In steps of ${moneyText(product.amountStepFen)}, please.`);
  const asked: Asked = {
    amountFen, termMonths: Number(input.choice('termMonths', product.termMonths.map(String), 'Choose a term.')),
    purpose: input.choice('purpose', PURPOSES, 'Say what the money is for; a loan needs a purpose.'),
    annualIncomeFen: input.amount('annualIncome', sums('your income a year')),
    employmentYears: input.typed['employmentYears'] ? input.number('employmentYears', { min: 0, max: 60, missing: 'Enter years, for example 3 or 0.5.', decimals: 1 }) : null,
    employer: input.text('employer', { max: 100 }),
    homeOwnership: input.choice('homeOwnership', housings, 'Say how you live.'),
    monthlyDebtsFen: input.amount('monthlyDebts', sums('what you pay on debts in a month')), elsewhereFen: input.amount('elsewhere', sums('what you owe on other platforms')),
    student: input.choice('student', ['no', 'yes'] as const, 'Say whether you are a student.') === 'yes',
    description: input.text('description', { max: 2000 }), region: input.text('region', { max: 60 }),
  };
  checkWords(input, product, asked);
  return asked;
}

function checkWords(input: Input, product: Product, asked: Asked): void {
  const purpose = checkPurpose(product.profile, asked.purpose, asked.description);
  const word = prohibitedWordIn(asked.description);
  if ('refused' in purpose && purpose.refused === 'purpose-missing') input.wrong('description', 'Describe what the money is for.');
  else if ('refused' in purpose && word !== null) input.wrong('description', `${refusalText(purpose.refused).what} Your words name “${word}”: if you mean something else, say it in other words.`);
  else if ('refused' in purpose) input.wrong('purpose', refusalText(purpose.refused).what);
  const banned = bannedWordsIn(product.profile, asked.description);
  if (banned.length > 0) input.wrong('description', `No listing may promise anything: leave out "${banned.join('", "')}".`);
}

/** Debts a month ÷ income a month, in basis points; null without an income. */
export function debtToIncomeBps({ monthlyDebtsFen, annualIncomeFen }: Asked): number | null {
  return annualIncomeFen > 0 ? Math.min(2_000_000_000, Math.round((monthlyDebtsFen * 12 * 10_000) / annualIncomeFen)) : null;
}

export function ApplicationForm({ product, typed, errors, formKey }: { product: Product; typed: Record<string, string>; errors: FormErrors; formKey?: string | undefined }): VNode {
  const field = (name: string) => ({ name, value: typed[name], errors });
  return (
    <Form name="apply" action="/borrower/apply/check" button="Check my application" errors={errors} formKey={formKey}>
      <h2>The loan</h2>
      <AmountField {...field('amount')} label="Amount in yuan" hint={`${moneyText(product.minAmountFen)} to ${moneyText(product.maxAmountFen)}, in steps of ${moneyText(product.amountStepFen)}`} />
      <Select {...field('termMonths')} label="Term" options={product.termMonths.map((months) => ({ value: String(months), text: `${months} months` }))} />
      <Select {...field('purpose')} label="What it is for" hint="Not for securities, futures, gambling, a down payment, or lending on: that is forbidden." options={[{ value: '', text: 'Please choose' }, ...PURPOSES.map((code) => ({ value: code, text: purposeWords[code] }))]} />
      <TextArea {...field('description')} label="In your own words" hint="Lenders read it. Leave out names, numbers and addresses." />
      <h2>You</h2>
      <p class="hint">We ask because the law makes us judge what you can repay. Your employer is kept encrypted and not shown to lenders.</p>
      <AmountField {...field('annualIncome')} label="Income a year, before tax, in yuan" />
      <Field {...field('employer')} label="Employer or business" maxLength={100} />
      <Field {...field('employmentYears')} label="Years there" inputMode="decimal" maxLength={5} />
      <Radios {...field('homeOwnership')} label="How you live" options={housings.map((code) => ({ value: code, text: housingWords[code] }))} />
      <Field {...field('region')} label="Province" maxLength={60} autocomplete="address-level1" />
      <AmountField {...field('monthlyDebts')} label="What you pay on all debts in a month, in yuan" hint="Mortgage, cards, other loans; 0 if none." />
      <AmountField {...field('elsewhere')} label="What you owe on other lending platforms, in yuan" hint="The law limits the total: ¥1,000,000 on all platforms together." />
      <Radios {...field('student')} label="Are you a student?" hint="Loans to students are forbidden; banks have state student loans." options={[{ value: 'no', text: 'No' }, { value: 'yes', text: 'Yes' }]} />
    </Form>
  );
}
