/** Codes and keys of the record as staff read them. */
import type { ComponentChildren, VNode } from 'preact';
import type { Payment } from '../../db/payments.js';
import { Facts } from '../components/facts.js';
import { Money } from '../components/money.js';
import { percentText } from '../components/rate.js';
import { Badge, type Tone } from '../components/state.js';

/** `identity-review`, `monthsSinceRecord` → `Identity review`, `Months since record`. */
export function plainWords(code: string): string {
  const words = code.replace(/([a-z\d])([A-Z])/g, '$1 $2').replace(/[-_:]+/g, ' ').toLowerCase().trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** One value of a JSON fact in words: amounts by the ending `Fen`, rates by `Bps`. */
export function factText(key: string, value: unknown): ComponentChildren {
  if (value === null || value === undefined) return 'unknown';
  if (typeof value === 'number' && key.endsWith('Fen')) return <Money fen={value} />;
  if (typeof value === 'number' && key.endsWith('Bps')) return percentText(value);
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return typeof value === 'string' || typeof value === 'number' ? String(value) : JSON.stringify(value);
}

/** The members of a JSON object as a list of facts. */
export function JsonFacts({ of, empty = 'Nothing was said.' }: { of: unknown; empty?: string }): VNode {
  const entries = typeof of === 'object' && of !== null ? Object.entries(of).filter(([, value]) => value !== undefined) : [];
  if (entries.length === 0) return <p class="small">{empty}</p>;
  return <Facts facts={entries.map(([key, value]): [string, ComponentChildren] => [plainWords(key.replace(/(Fen|Bps)$/, '')), factText(key, value)])} />;
}

/** Why a task was opened: its code, reason or outcome, in words; empty where none was given. */
export function taskReason(details: Record<string, unknown>): string {
  const code = [details['code'], details['reason'], details['outcome']].find((each) => typeof each === 'string');
  return typeof code === 'string' ? plainWords(code) : '';
}

const sourceWords: Record<Payment['source'], string> = { debit: 'Debited on its day', manual: 'Paid by the borrower', payoff: 'Paid off', recovery: 'Recovered', compensation: 'Paid by a guarantor in the borrower\'s place', recourse: 'Repaid to the guarantor' };
/** How a payment came about, as staff read it. */
export const paymentSource = (source: Payment['source']): string => sourceWords[source];

const paymentTones: Record<Payment['state'], Tone> = { asked: 'warn', frozen: 'warn', distributing: 'warn', distributed: 'good', refused: 'bad' };
const paymentWords: Record<Payment['state'], string> = { asked: 'asked of the bank', frozen: 'frozen', distributing: 'being shared', distributed: 'shared', refused: 'refused' };

/** How a payment stands, with the bank's reason when it was refused. */
export function PaymentState({ payment }: { payment: Pick<Payment, 'state' | 'reason'> }): VNode {
  return <><Badge tone={paymentTones[payment.state]}>{paymentWords[payment.state]}</Badge>{payment.reason ? <span class="small"> {plainWords(payment.reason)}</span> : null}</>;
}
