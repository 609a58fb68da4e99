/** The right side of a review: the decision, read and checked against the product before the loan's workflow is told. */
import type { VNode } from 'preact';
import { decimalYuan } from '../../domain/money.js';
import { makeOffer, type OfferRefusal } from '../../domain/offer.js';
import { bpsOfPercent, percentOfBps } from '../../domain/percent.js';
import type { Product } from '../../domain/product.js';
import type { ReviewDecision } from '../../workflows/contract.js';
import { AmountField, Field, Form, Radios, Select, TextArea, type FormErrors } from '../components/form.js';
import { moneyText } from '../components/money.js';
import { percentText } from '../components/rate.js';
import type { Input } from '../input.js';
import type { Dossier } from './dossier.js';

/** Why a reviewer decides as they do; workflows carry the code, the record also the words of the note. */
const approvals = ['as-assessed', 'exception'] as const;
const declines = ['income-not-proved', 'debts-too-high', 'purpose-not-credible', 'data-contradictory', 'fraud-suspected', 'other'] as const;
const reasonWords: Record<(typeof approvals)[number] | (typeof declines)[number], string> = {
  'as-assessed': 'Approve: as assessed', exception: 'Approve: an exception, explained in the note',
  'income-not-proved': 'Decline: income not proved', 'debts-too-high': 'Decline: debts too high for the income', 'purpose-not-credible': 'Decline: purpose not credible',
  'data-contradictory': 'Decline: the data contradict each other', 'fraud-suspected': 'Decline: fraud suspected', other: 'Decline: other, explained in the note',
};
/** These say nothing without the reviewer's own words. */
const needNote: readonly string[] = ['exception', 'other'];

export const noteLength = 2_000;
const maxAmountFen = 1_000_000_000_00;
const maxTermMonths = 360;

export type Figures = Pick<ReviewDecision, 'decision' | 'reason' | 'amountFen' | 'termMonths' | 'annualRateBps' | 'grade'>;

/** Reads the form; what is wrong is in `input.errors`. With an approval the offer is tried on the product, so that its limits are said here and not by the workflow. */
export function readDecision(input: Input, dossier: Dossier, today: string): { figures: Figures; note: string } {
  const decision = input.choice('decision', ['approve', 'decline'] as const, 'Approve or decline?');
  const note = input.text('note', { max: noteLength });
  const reason = readReason(input, decision);
  if (needNote.includes(reason) && note === '') input.wrong('note', 'Explain it in a sentence: the reason you chose says nothing by itself.');
  if (decision === 'decline') return { figures: { decision, reason }, note };
  const product = dossier.product;
  const amountFen = input.amount('amount', { minFen: 1, maxFen: maxAmountFen, missing: 'How much is approved?', tooSmall: 'More than nothing, please.', tooLarge: 'That is more than any loan.' });
  const termMonths = input.number('termMonths', { min: 1, max: maxTermMonths, missing: 'Over how many whole months?' });
  const grade = input.text('grade', { max: 2, missing: 'Which grade?', pattern: /^[A-G]$/, malformed: 'A grade is one letter from A to G.' });
  const annualRateBps = product?.pricing.by === 'reviewer' ? readRate(input) : null;
  const figures: Figures = { decision, reason, amountFen, termMonths, grade, ...(annualRateBps === null ? {} : { annualRateBps }) };
  if (input.ok && product) tryOffer(input, product, figures, today);
  return { figures, note };
}

function readReason(input: Input, decision: 'approve' | 'decline'): string {
  const given = input.typed['reason'] ?? '';
  if (decision === 'approve' && given === '') return 'as-assessed';
  const allowed: readonly string[] = decision === 'approve' ? approvals : declines;
  if (!allowed.includes(given)) input.wrong('reason', decision === 'approve' ? 'Choose a reason for approving.' : 'Choose a reason for declining: the applicant may ask for it.');
  return given;
}

function readRate(input: Input): number {
  const text = input.text('ratePercent', { max: 12, missing: 'At which yearly rate?' });
  const bps = bpsOfPercent(text);
  if (text !== '' && bps === undefined) input.wrong('ratePercent', 'A yearly rate in per cent with at most two decimals, for example 10.65.');
  return bps ?? 0;
}

const fieldOf: Partial<Record<OfferRefusal, string>> = {
  'amount-too-small': 'amount', 'amount-too-large': 'amount', 'amount-not-a-step': 'amount', 'term-not-offered': 'termMonths', 'grade-not-offered': 'grade', 'rate-missing': 'ratePercent', 'rate-outside-product': 'ratePercent',
};

function tryOffer(input: Input, product: Product, figures: Figures, today: string): void {
  const made = makeOffer({ product, profile: product.profile, contractDate: today, amountFen: figures.amountFen ?? 0, termMonths: figures.termMonths ?? 0, grade: figures.grade ?? '', annualRateBps: figures.annualRateBps });
  if (!made.allowed) input.wrong(fieldOf[made.refused] ?? 'form', offerRefusal(made.refused, product, made.allInCost));
}

function offerRefusal(code: OfferRefusal, product: Product, cost: string | undefined): string {
  const words: Record<OfferRefusal, string> = {
    'amount-too-small': `The product lends from ${moneyText(product.minAmountFen)}.`, 'amount-too-large': `The product lends up to ${moneyText(product.maxAmountFen)}.`,
    'amount-not-a-step': `The product lends in steps of ${moneyText(product.amountStepFen)}.`, 'term-not-offered': `The product offers ${product.termMonths.join(', ')} months.`,
    'grade-not-offered': 'The product does not lend to this grade.', 'rate-missing': 'This product is priced by the reviewer: give a rate.', 'rate-outside-product': rateLimits(product),
    'rate-cap': `With its fees the loan would cost ${cost ?? '?'} % a year, which is above the legal cap (four times the LPR).`, 'no-cap-known': 'No legal cap is known for today: finance has to enter the LPR first.',
    'profile-mismatch': 'The product belongs to another regulation profile.',
  };
  return words[code];
}

function rateLimits({ pricing }: Product): string {
  return pricing.by === 'reviewer' ? `Between ${percentText(pricing.minRateBps)} and ${percentText(pricing.maxRateBps)}.` : 'The grade sets the rate.';
}

function pricingHint({ pricing }: Product): string {
  return pricing.by === 'reviewer' ? rateLimits({ pricing } as Product) : `The grade sets the yearly rate: ${Object.entries(pricing.annualRateBps).map(([grade, bps]) => `${grade} ${percentText(bps)}`).join(', ')}.`;
}

/** Approve or decline, prefilled with what was asked for and what the product says. */
export function DecisionForm({ dossier, typed, errors }: { dossier: Dossier; typed: Record<string, string>; errors: FormErrors }): VNode {
  const { task, loan, product, score } = dossier;
  const given = (name: string, prefilled: string): string => typed[name] ?? prefilled;
  return (
    <Form name="decide-review" action={`/reviewer/tasks/${task.id}/decide`} button="Record the decision" formKey={typed['key']} errors={errors} accessKey="d" back={{ href: '/reviewer', text: 'Queue' }}>
      <Radios name="decision" label="Decision" value={typed['decision']} errors={errors} options={[{ value: 'approve', text: 'Approve: an offer is made to the borrower' }, { value: 'decline', text: 'Decline: the application ends, and the borrower is told' }]} />
      <AmountField name="amount" label="Amount in yuan" value={given('amount', decimalYuan(loan?.requestedFen ?? 0))} errors={errors} hint={product ? `From ${moneyText(product.minAmountFen)} to ${moneyText(product.maxAmountFen)} in steps of ${moneyText(product.amountStepFen)}.` : undefined} />
      <Field name="termMonths" label="Term in months" inputMode="numeric" value={given('termMonths', String(loan?.termMonths ?? ''))} errors={errors} hint={product ? product.termMonths.join(', ') : undefined} />
      <Field name="grade" label="Grade" value={given('grade', loan?.grade ?? score?.grade ?? '')} errors={errors} hint={product ? pricingHint(product) : undefined} />
      {product?.pricing.by === 'reviewer' ? <Field name="ratePercent" label="Rate, per cent a year" inputMode="decimal" value={given('ratePercent', loan?.annualRateBps ? percentOfBps(loan.annualRateBps) : '')} errors={errors} /> : null}
      <Select name="reason" label="Reason" value={typed['reason'] ?? ''} errors={errors} options={[{ value: '', text: 'As assessed (to decline, choose one)' }, ...[...approvals, ...declines].map((code) => ({ value: code, text: reasonWords[code] }))]} />
      <TextArea name="note" label="Note for the record" value={typed['note']} errors={errors} maxLength={noteLength} accessKey="n" hint="Stays with us; the borrower may ask for it." />
    </Form>
  );
}
