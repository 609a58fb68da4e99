/** What a collector does: records a contact, takes a promise, resolves a hold, hands over to law. */
import type { VNode } from 'preact';
import { longestPromiseDays } from '../../domain/contact.js';
import { addDays } from '../../domain/dates.js';
import { decimalYuan } from '../../domain/money.js';
import { AmountField, Checkbox, Field, Form, Select, TextArea, type FormErrors } from '../components/form.js';
import { moneyText } from '../components/money.js';
import { Notice } from '../components/state.js';
import { useVisit } from '../layout.js';
import type { Arrears } from './standing.js';
import { holdWords } from './words.js';

export const channels = ['collector-call', 'visit', 'letter'] as const;
export const outcomes = ['heard', 'no-answer', 'failed', 'not-me', 'already-paid', 'disputed', 'cannot-pay'] as const;
export const holdDecisions = ['resume', 'to-legal', 'stop'] as const;
/** Why a hold is ended, or the case handed over; workflows carry the code, the act the words. */
export const holdReasons = ['looked-into', 'papers-received', 'debtor-unreachable', 'agreement-reached', 'refuses-to-pay', 'fraud-suspected', 'wrong-person', 'other'] as const;

const channelWords = { 'collector-call': 'Call', visit: 'Visit', letter: 'Letter' } as const;
const outcomeWords: Record<(typeof outcomes)[number], string> = {
  heard: 'Spoke with the debtor', 'no-answer': 'Nobody answered', failed: 'The number or address does not work', 'not-me': 'Says: not me', 'already-paid': 'Says: already paid', disputed: 'Says: I dispute this', 'cannot-pay': 'Says: I cannot pay',
};
const decisionWords: Record<(typeof holdDecisions)[number], string> = {
  resume: 'Contact goes on', 'to-legal': 'Hand over to law', stop: 'End the episode: no more contact about these arrears',
};
const reasonWords: Record<(typeof holdReasons)[number], string> = {
  'looked-into': 'Looked into: it does not hold', 'papers-received': 'Papers received', 'debtor-unreachable': 'The debtor cannot be reached', 'agreement-reached': 'An agreement was reached',
  'refuses-to-pay': 'The debtor refuses to pay', 'fraud-suspected': 'Fraud is suspected', 'wrong-person': 'It is the wrong person', other: 'Other, explained in the note',
};

/** A form that is shown again, with what was wrong. */
export interface Again { form: string; typed: Record<string, string>; errors: FormErrors }

/** Longest note about a contact or a decision, characters. */
export const noteLength = 2_000;

export function WorkForms({ loan, again }: { loan: Arrears; again: Again | null }): VNode {
  if (!loan.workflowId) return <Notice><p>No collection episode runs for this loan, so there is nothing to record: it is not late, or the law has taken over.</p></Notice>;
  const of = (form: string): { typed: Record<string, string>; errors: FormErrors } => (again?.form === form ? again : { typed: {}, errors: {} });
  return (
    <>
      {loan.hold ? <HoldForm loan={loan} {...of('resolve-hold')} /> : null}
      <ContactForm loan={loan} {...of('record-contact')} />
      {loan.promise ? null : <PromiseForm loan={loan} {...of('promise')} />}
      {loan.hold ? null : <LegalForm loan={loan} {...of('hand-to-legal')} />}
      <p class="small">Keys, with Alt or as your browser has it: j queue, d record a contact, n its note, m promise, p number.</p>
    </>
  );
}

interface Part { loan: Arrears; typed: Record<string, string>; errors: FormErrors }

function ContactForm({ loan, typed, errors }: Part): VNode {
  return (
    <>
      <h3>Record a contact</h3>
      <Form name="record-contact" action={`/collector/loans/${loan.loanNo}/contact`} button="Record the contact" formKey={typed['key']} errors={errors} accessKey="d">
        <Select name="channel" label="How" value={typed['channel'] ?? 'collector-call'} errors={errors} options={channels.map((value) => ({ value, text: channelWords[value] }))} />
        <Select name="outcome" label="What came of it" value={typed['outcome'] ?? ''} errors={errors} options={[{ value: '', text: 'Choose' }, ...outcomes.map((value) => ({ value, text: outcomeWords[value] }))]} />
        <TextArea name="note" label="What was said" value={typed['note']} errors={errors} maxLength={noteLength} accessKey="n" />
      </Form>
    </>
  );
}

function PromiseForm({ loan, typed, errors }: Part): VNode {
  const { today } = useVisit();
  return (
    <>
      <h3>Promise to pay</h3>
      <Form name="promise" action={`/collector/loans/${loan.loanNo}/promise`} button="Take the promise" tone="plain" formKey={typed['key']} errors={errors} accessKey="m">
        <AmountField name="amount" label="Amount in yuan" value={typed['amount'] ?? decimalYuan(loan.dueFen)} errors={errors} hint={`Overdue: ${moneyText(loan.dueFen)}. Instalments that fall due meanwhile may be included.`} />
        <Field name="dueOn" label="To pay by" type="date" value={typed['dueOn']} errors={errors} hint={`From ${today} to ${addDays(today, longestPromiseDays)}. Nobody is called until the day after.`} />
        <Select name="promisedIn" label="Given in a" value={typed['promisedIn'] ?? 'collector-call'} errors={errors} options={[{ value: 'collector-call', text: 'Call' }, { value: 'visit', text: 'Visit' }, { value: 'letter', text: 'Letter' }]} />
      </Form>
    </>
  );
}

function HoldForm({ loan, typed, errors }: Part): VNode {
  return (
    <>
      <h3>Contact is on hold: {holdWords[loan.hold ?? ''] ?? loan.hold}</h3>
      <Form name="resolve-hold" action={`/collector/loans/${loan.loanNo}/hold`} button="Decide" formKey={typed['key']} errors={errors}>
        <Select name="decision" label="How it goes on" value={typed['decision'] ?? ''} errors={errors} options={[{ value: '', text: 'Choose' }, ...holdDecisions.map((value) => ({ value, text: decisionWords[value] }))]} />
        <Reason typed={typed} errors={errors} />
      </Form>
    </>
  );
}

function LegalForm({ loan, typed, errors }: Part): VNode {
  return (
    <details open={Object.keys(errors).length > 0}>
      <summary>Hand over to law</summary>
      <Form name="hand-to-legal" action={`/collector/loans/${loan.loanNo}/legal`} button="Hand over to law" tone="danger" formKey={typed['key']} errors={errors}>
        <p class="small">Collection ends, and a legal case is opened with what is owed and all evidence. Paying still ends it.</p>
        <Reason typed={typed} errors={errors} />
        <Checkbox name="confirmed" errors={errors}>Yes, hand loan {loan.loanNo} over to law.</Checkbox>
      </Form>
    </details>
  );
}

function Reason({ typed, errors }: { typed: Record<string, string>; errors: FormErrors }): VNode {
  return (
    <>
      <Select name="reason" label="Reason" value={typed['reason'] ?? ''} errors={errors} options={[{ value: '', text: 'Choose' }, ...holdReasons.map((value) => ({ value, text: reasonWords[value] }))]} />
      <TextArea name="why" label="Note for the record" value={typed['why']} errors={errors} rows={2} maxLength={noteLength} />
    </>
  );
}
