/** Reconciliation (对账) of closed days: the bank's files are fetched, matched line by line, and the day is confirmed when every line is explained. */
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { allHandlersFinished, condition, ParentClosePolicy, setHandler, startChild } from '@temporalio/workflow';
import type { IsoDate } from '../domain/dates.js';
import { caseDecided, caseWorkflowId, taskQueues, type ReconcileInput } from './contract.js';
import { difference } from './difference.js';
import { endErrand, openErrand, persist, showErrand, waitOn, type Errand } from './errand.js';
import { atBank, inRecord, reconciling } from './retries.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** A file that is late or broken is asked for every hour; after so many hours operations look into it, and it is asked for daily. */
const HOURS_OF_PATIENCE = 12;

interface OpenCase { caseId: number; day: IsoDate; dueAt: string }

export async function reconcile(input: ReconcileInput): Promise<void> {
  const errand = openErrand(input);
  let decided = 0;
  setHandler(caseDecided, () => void (decided += 1), { description: 'A case of these days is decided.' });
  const openDays = await fetchAndMatch(errand, input);
  while (openDays.size > 0) {
    const heard = decided;
    for (const day of openDays) {
      const { status } = await persist(errand, `Confirming ${day}`, () => atBank(`Is ${day} explained?`).confirmDay({ day, asOf: errand.asOf() }));
      if (status === 'confirmed') openDays.delete(day);
    }
    if (openDays.size > 0 && decided === heard) {
      await waitOn(errand, { untilMs: errand.clock.now() + DAY_MS, strideMs: DAY_MS, summary: `Cases of ${[...openDays].join(', ')} are open`, otherwise: 'it is looked at again', wake: () => decided !== heard });
    }
  }
  await endErrand(errand, `${input.from} to ${input.to} are confirmed`);
  await condition(allHandlersFinished);
}

/** Goes through the days until all files were here; answers the days that have open cases. */
async function fetchAndMatch(errand: Errand, { from, to, zoneOffsetMinutes }: ReconcileInput): Promise<Set<IsoDate>> {
  await showErrand(errand, { nextAt: errand.asOf(), summary: `Reconciling ${from} to ${to}` });
  const cases = new Map<number, OpenCase>();
  let next = from;
  for (let tries = 0; ; tries += 1) {
    const result = await persist(errand, `Reconciling ${next}`, () => reconciling(`Files of ${next} to ${to}`).reconcileDays({ from: next, to, asOf: errand.asOf(), zoneOffsetMinutes }));
    for (const found of result.cases) {
      if (!cases.has(found.caseId)) await openDifference(errand, found, zoneOffsetMinutes);
      cases.set(found.caseId, found);
    }
    const { waiting } = result;
    if (!waiting) break;
    if (waiting.day !== next) tries = 0;
    next = waiting.day;
    if (tries === HOURS_OF_PATIENCE) await tellOperations(errand, waiting);
    await waitOn(errand, {
      untilMs: errand.clock.now() + (tries < HOURS_OF_PATIENCE ? HOUR_MS : DAY_MS), summary: `The bank's files of ${next} are ${waiting.status} (${waiting.code})`, otherwise: 'they are asked for again',
    });
  }
  return new Set([...cases.values()].map((each) => each.day));
}

async function openDifference(errand: Errand, { caseId, day, dueAt }: OpenCase, zoneOffsetMinutes: number): Promise<void> {
  try {
    await startChild(difference, {
      workflowId: caseWorkflowId(caseId), taskQueue: taskQueues.loans, parentClosePolicy: ParentClosePolicy.ABANDON, staticSummary: `A difference with the bank on ${day}`,
      args: [{ caseId, day, dueAt, reconcileId: errand.workflowId, zoneOffsetMinutes, clock: errand.clock.segment() }],
    });
  } catch (error) {
    // The day is reconciled again while the case is still being looked into.
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}

async function tellOperations(errand: Errand, { day, status, code }: { day: IsoDate; status: string; code: string }): Promise<void> {
  await inRecord('A case: the files do not come').openTask({
    key: `${errand.workflowId}:files:${day}`, kind: 'case', role: 'operations', workflowId: errand.workflowId, loanNo: null, personId: null,
    title: `The bank's files of ${day} are ${status}`, details: { day, code }, dueAt: null, asOf: errand.asOf(),
  });
}
