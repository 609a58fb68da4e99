/** A step that has stopped: done again, left out, or the loan is ended — with a reason, and confirmed. */
import { Router } from 'express';
import type { Request, Response } from 'express';
import type { VNode } from 'preact';
import { recordAct } from '../../db/acts.js';
import { findLoan, type LoanRow } from '../../db/loans.js';
import { inTransaction } from '../../db/pool.js';
import { closeTask, findTask, tasksOfLoan, type Task } from '../../db/tasks.js';
import { pokeWaiting } from '../../db/waiting.js';
import { decideStep, retryStep } from '../../workflows/contract.js';
import type { AreaDeps } from '../area.js';
import { Checkbox, Form, Radios, Select, TextArea, type FormErrors } from '../components/form.js';
import { ownCase } from '../desk/own-case.js';
import { actingRole } from '../desk/role.js';
import { notFound, PageError } from '../errors.js';
import { Input } from '../input.js';
import { Layout, sendPage } from '../layout.js';
import { answerTold } from '../told.js';
import { personOf, visitOf } from '../visit.js';
import { actRoles, mayAct } from './roles.js';

const noteLength = 2_000;
/** Workflows carry the code; the act also keeps the words. */
const reasons = ['counterpart-is-back', 'data-repaired', 'agreed-with-bank', 'done-by-hand', 'cannot-be-done', 'extinguished-by-law', 'other'] as const;
const reasonWords: Record<(typeof reasons)[number], string> = {
  'counterpart-is-back': 'The other side answers again', 'data-repaired': 'Data were repaired', 'agreed-with-bank': 'Agreed with the bank', 'done-by-hand': 'It was done by hand',
  'cannot-be-done': 'It cannot be done', 'extinguished-by-law': 'The debt is extinguished by law', other: 'Other, explained in the note',
};
/** Tasks that no workflow closes by itself: a person says that the matter is settled. */
const closedByHand = ['undelivered', 'case'];

export interface StepState { loan: LoanRow; tasks: Task[] }

export const isStuck = ({ tasks }: StepState): boolean => tasks.some((task) => task.kind === 'stuck-step' && task.state === 'open');
/** A written-off loan may be ended without a stopped step: its debt is extinguished by law. */
const mayEnd = (state: StepState): boolean => isStuck(state) || state.loan.state === 'writtenOff';

export function stepRouter({ pool, workflows }: AreaDeps): Router {
  const router = Router();

  router.post('/operations/loans/:loanNo/step', mayAct, async (request, response) => {
    const state = await stateOf(request, response);
    const { loanNo } = state.loan;
    const input = new Input(request.body);
    const { key } = input;
    const decision = input.choice('decision', ['retry', 'skip', 'end'] as const, 'How does it go on?');
    const { reason, note } = readReason(input);
    if (decision !== 'retry') input.mustTick('confirmed', 'Confirm it: this cannot be undone.');
    if (!input.ok) return sendForm(response, state, { typed: input.typed, errors: input.errors });
    await act(response, loanNo, { verb: `ask-${decision}-step`, after: { decision, reason }, why: note });
    const personId = personOf(response).id;
    const told = decision === 'retry' ? await workflows.update(loanNo, retryStep, key, { personId, reason }) : await workflows.update(loanNo, decideStep, key, { personId, decision, reason });
    const here = `/operations/loans/${loanNo}`;
    answerTold(response, told, { name: 'decide-step', action: `${here}/step`, button: 'Decide', key, hidden: input.fields, back: { href: here, text: 'The loan' } }, () => here);
  });

  router.post('/operations/tasks/:id/close', mayAct, async (request, response) => {
    const id = String(request.params['id']);
    const task = /^\d{1,15}$/.test(id) ? await findTask(pool, Number(id)) : null;
    if (!task?.loanNo || !closedByHand.includes(task.kind)) throw notFound();
    const input = new Input(request.body);
    const note = input.text('note', { max: noteLength, missing: 'What was done?' });
    if (!input.ok) throw new PageError(422, { code: 'note-missing', title: 'The task stays open', why: Object.values(input.errors)[0] ?? '', next: 'Go back and say in a sentence what was done.' });
    const person = personOf(response);
    await inTransaction(pool, async (tx) => {
      await closeTask(tx, { key: task.key, state: 'done', decision: 'settled', by: person.id, note });
      await recordAct(tx, { actor: person.id, role: actingRole(person, actRoles), verb: 'settle-task', subject: task.loanNo ?? task.key, after: { taskId: task.id, kind: task.kind }, why: note, businessAt: visitOf(response).asOf });
    });
    response.redirect(303, `/operations/loans/${task.loanNo}`);
  });
  return router;

  async function stateOf(request: Request, response: Response): Promise<StepState> {
    const loanNo = String(request.params['loanNo']);
    const loan = /^LN\d{1,12}$/.test(loanNo) ? await findLoan(pool, loanNo) : null;
    if (!loan) throw notFound();
    if (loan.borrowerId === personOf(response).id) throw ownCase();
    return { loan, tasks: await tasksOfLoan(pool, loanNo) };
  }

  /** What was asked, in the person's words, before the workflow is told; the clock waits for what the workflow makes of it. */
  function act(response: Response, loanNo: string, what: { verb: string; after: unknown; why: string }): Promise<void> {
    const person = personOf(response);
    return inTransaction(pool, async (tx) => {
      await recordAct(tx, { actor: person.id, role: actingRole(person, actRoles), subject: loanNo, businessAt: visitOf(response).asOf, ...what, why: what.why || null });
      await pokeWaiting(tx, [loanNo]);
    });
  }
}

function readReason(input: Input): { reason: string; note: string } {
  const reason = input.choice('reason', reasons, 'Choose a reason.');
  const note = input.text('note', { max: noteLength });
  if (reason === 'other' && note === '') input.wrong('note', 'Explain it in a sentence: the reason you chose says nothing by itself.');
  return { reason, note };
}

interface Again { typed: Record<string, string>; errors: FormErrors }

function sendForm(response: Response, state: StepState, again: Again): void {
  sendPage(response, (
    <Layout title={`Decide on ${state.loan.loanNo}`}>
      <StepForm state={state} again={again} />
      <p><a href={`/operations/loans/${state.loan.loanNo}`}>The loan</a></p>
    </Layout>
  ), 422);
}

/** The form for a stopped step, where one has stopped; a written-off loan can only be ended. */
export function StepForm({ state, again }: { state: StepState; again?: Again }): VNode | null {
  if (!mayEnd(state) && !again) return null;
  const { loanNo } = state.loan;
  const { typed, errors } = again ?? { typed: {}, errors: {} };
  const stuck = isStuck(state);
  return (
    <Form name="decide-step" action={`/operations/loans/${loanNo}/step`} button="Decide" formKey={typed['key']} errors={errors} accessKey="d">
      <Radios name="decision" label="How does it go on?" value={typed['decision']} errors={errors} options={[
        ...(stuck ? [{ value: 'retry', text: 'Do the step again now' }, { value: 'skip', text: 'Go on without this step' }] : []), { value: 'end', text: 'End the loan' },
      ]} />
      <Select name="reason" label="Reason" value={typed['reason'] ?? ''} errors={errors} options={[{ value: '', text: 'Choose' }, ...reasons.map((value) => ({ value, text: reasonWords[value] }))]} />
      <TextArea name="note" label="Note for the record" value={typed['note']} errors={errors} rows={2} maxLength={noteLength} accessKey="n" />
      <Checkbox name="confirmed" errors={errors} hint="Needed for going on without it and for ending: neither can be undone.">Yes, decide so for {loanNo}.</Checkbox>
    </Form>
  );
}

/** A matter that only a person can call settled. */
export function SettleForm({ task }: { task: Task }): VNode | null {
  if (task.state !== 'open' || !closedByHand.includes(task.kind)) return null;
  return (
    <Form name={`close-task-${task.id}`} action={`/operations/tasks/${task.id}/close`} button="Settled" tone="plain">
      <TextArea name="note" id={`note-${task.id}`} label="What was done" rows={1} maxLength={noteLength} />
    </Form>
  );
}
