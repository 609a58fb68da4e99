/** Deciding who somebody is, where the bureaus could not. */
import type { VNode } from 'preact';
import { Form, Radios, Select, TextArea, type FormErrors } from '../components/form.js';
import type { Input } from '../input.js';
import { noteLength } from './decision.js';
import type { Dossier } from './dossier.js';

const reasons = ['papers-agree', 'papers-contradict', 'bureau-silent-papers-agree', 'other'] as const;
const words: Record<(typeof reasons)[number], string> = {
  'papers-agree': 'The papers agree', 'papers-contradict': 'The papers contradict each other', 'bureau-silent-papers-agree': 'The bureau is silent, the papers agree', other: 'Other, explained in the note',
};

export function readIdentityDecision(input: Input): { approve: boolean; reason: string; note: string } {
  const decision = input.choice('decision', ['approve', 'decline'] as const, 'Is this the person they say they are?');
  const reason = input.choice('reason', reasons, 'Choose a reason.');
  const note = input.text('note', { max: noteLength });
  if (reason === 'other' && note === '') input.wrong('note', 'Explain it in a sentence: the reason you chose says nothing by itself.');
  return { approve: decision === 'approve', reason, note };
}

export function IdentityForm({ dossier: { task }, typed, errors }: { dossier: Dossier; typed: Record<string, string>; errors: FormErrors }): VNode {
  return (
    <Form name="decide-identity" action={`/reviewer/tasks/${task.id}/decide`} button="Record the decision" formKey={typed['key']} errors={errors} accessKey="d" back={{ href: '/reviewer', text: 'Queue' }}>
      <Radios name="decision" label="Is this the person they say they are?" value={typed['decision']} errors={errors} options={[{ value: 'approve', text: 'Yes: the identification passes' }, { value: 'decline', text: 'No: the identification fails, and the person is told' }]} />
      <Select name="reason" label="Reason" value={typed['reason'] ?? ''} errors={errors} options={[{ value: '', text: 'Choose' }, ...reasons.map((code) => ({ value: code, text: words[code] }))]} />
      <TextArea name="note" label="Note for the record" value={typed['note']} errors={errors} maxLength={noteLength} accessKey="n" />
    </Form>
  );
}
