/** No failed activity ends a loan: a step that failed for good is put before operations and goes on when they say so. */
import { addDays, instantAt } from '../domain/dates.js';
import type { LoanState } from '../domain/loan.js';
import { stepFailureCode, StepLeft } from './failures.js';
import { showBusy, standBy } from './course.js';
import { answerDone, noteAct, type Life } from './life.js';
import { inRecord } from './retries.js';

/** Days after which a supervisor is asked as well. */
const SUPERVISOR_AFTER_TRIES = 3;

/**
 * Does one thing of a step. When it fails for good, owner is operations with a task; it is done again when they say so, and by
 * itself on the next day. Throws `StepLeft` when they decide otherwise, or the borrower withdraws.
 */
export async function attempt<T>(life: Life, what: string, act: () => Promise<T>): Promise<T> {
  let key: string | undefined;
  for (let tries = 1; ; tries += 1) {
    try {
      const result = await act();
      if (key) await inRecord('The step went on: task closed').closeTask({ key, state: 'done', decision: 'went-on', by: `workflow:${life.loan.loanNo}` });
      return result;
    } catch (error) {
      const code = stepFailureCode(error);
      if (code === undefined) throw error;
      key ??= `${life.loan.loanNo}:stuck:${life.loan.revision}`;
      await stopped(life, { key, what, code, tries });
    }
  }
}

/** As `attempt`, for an answer that is a final no where none should be: operations repair it, then it is asked again. */
export async function putRight(life: Life, what: string, code: string): Promise<void> {
  const key = `${life.loan.loanNo}:stuck:${life.loan.revision}`;
  await stopped(life, { key, what, code, tries: 1 });
  await inRecord('The step is tried again: task closed').closeTask({ key, state: 'done', decision: 'tried-again', by: `workflow:${life.loan.loanNo}` });
}

interface Stop { key: string; what: string; code: string; tries: number }

async function stopped(life: Life, stop: Stop): Promise<void> {
  const { loan, inbox } = life;
  const before: Pick<LoanState, 'owner' | 'reason'> = { owner: loan.owner, reason: loan.reason };
  const tomorrow = instantAt(addDays(life.today(), 1), loan.terms.businessMinute, loan.terms.zoneOffsetMinutes);
  loan.reason = stop.code;
  noteAct(life, 'step-stopped', { after: { step: loan.step, code: stop.code } });
  await openStuckTask(life, stop, 'operations');
  if (stop.tries > SUPERVISOR_AFTER_TRIES) await openStuckTask(life, { ...stop, key: `${stop.key}:supervisor` }, 'supervisor');
  life.stuck = true;
  await standBy(life, {
    untilMs: tomorrow, owner: 'operations', summary: `Stopped: ${stop.what} (${stop.code})`, otherwise: 'it is tried again by itself',
    wake: () => inbox.decision !== undefined,
  });
  life.stuck = false;
  Object.assign(loan, before);
  await takeUpDecision(life, stop);
}

async function openStuckTask(life: Life, stop: Stop, role: string): Promise<void> {
  const { loan } = life;
  await inRecord('A task for the stopped step').openTask({
    key: stop.key, kind: 'stuck-step', role, workflowId: loan.loanNo, loanNo: loan.loanNo, personId: null,
    title: `Step ${loan.step} has stopped: ${stop.what}`, details: { step: loan.step, code: stop.code }, dueAt: null, asOf: life.asOf(),
  });
}

async function takeUpDecision(life: Life, stop: Stop): Promise<void> {
  const { inbox } = life;
  if (inbox.cancel) throw new StepLeft('cancel');
  const decision = inbox.decision;
  if (!decision) return;
  inbox.decision = undefined;
  const { decision: way, personId, reason } = decision.input;
  noteAct(life, `step-${way}`, { actor: personId, role: 'operations', why: reason, after: { step: life.loan.step } });
  await showBusy(life, 'platform', `Operations decided: ${way}`);
  answerDone(life, decision);
  if (way === 'retry') return;
  await inRecord('Operations decided: task closed').closeTask({ key: stop.key, state: 'done', decision: way, by: personId });
  throw new StepLeft(way);
}
