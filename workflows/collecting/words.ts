/** What the debtor or a collector said, and what follows from it. */
import { addDays } from '../../domain/dates.js';
import { contactPolicyChanged } from '../contract.js';
import { tellWorkflow } from '../neighbours.js';
import { inRecord } from '../retries.js';
import { askAboutHold, askCollector, holds, holdTaskKey } from './contact.js';
import type { ContactWord, Episode, HoldDecision, PromiseGiven } from './episode.js';

/** "I will pay within three days", as the spoken menu says it. */
const MENU_PROMISE_DAYS = 3;

/** Deals with one word, if there is one. */
export async function takeUpWord(episode: Episode): Promise<void> {
  const promise = episode.promises[0];
  if (promise) {
    await takePromise(episode, promise);
    episode.promises.shift();
    return;
  }
  const contact = episode.contacts[0];
  if (contact) {
    await takeOutcome(episode, contact);
    episode.contacts.shift();
    return;
  }
  if (episode.decision) await takeDecision(episode);
}

async function takeOutcome(episode: Episode, { contactId, outcome, by }: ContactWord): Promise<void> {
  if (outcome === 'promised' && !episode.promise) {
    await takePromise(episode, { takenBy: by ?? `workflow:${episode.workflowId}`, key: `${episode.workflowId}:contact:${contactId}`, amountFen: null, dueOn: addDays(episode.today(), MENU_PROMISE_DAYS) });
  }
  if (outcome === 'operator') await askCollector(episode, 'call-back', `operator:${contactId}`);
  if (holds(outcome) && episode.hold === null) {
    episode.hold = outcome;
    await askAboutHold(episode, outcome, outcome === 'cannot-pay' ? 'collector' : 'operations');
    await tellLoan(episode);
  }
}

async function takePromise(episode: Episode, { takenBy, key, amountFen, dueOn }: PromiseGiven): Promise<void> {
  const { loanNo, episode: number } = episode.input;
  const { promiseId } = await inRecord('A promise to pay').recordPromise({ loanNo, episode: number, key, amountFen, promisedOn: episode.today(), dueOn, takenBy });
  episode.promise = { id: promiseId, dueOn };
  await tellLoan(episode);
}

async function takeDecision(episode: Episode): Promise<void> {
  const { decision, hold } = episode;
  if (!decision) return;
  if (hold) await closeHoldTasks(episode, hold, decision);
  episode.hold = null;
  if (decision.decision === 'to-legal') episode.ended ??= 'to-legal';
  if (decision.decision === 'stop') episode.ended ??= 'closed';
  episode.decision = null;
  await tellLoan(episode);
}

async function closeHoldTasks(episode: Episode, hold: string, { decision, personId }: HoldDecision): Promise<void> {
  for (const role of ['collector', 'operations', 'supervisor']) {
    await inRecord('Task about the hold closed').closeTask({ key: holdTaskKey(episode, hold, role), state: 'done', decision, by: personId });
  }
}

/** The loan stops and resumes its own debits and reminders with the contact. */
export async function tellLoan(episode: Episode): Promise<void> {
  const policy = { hold: episode.hold, promiseUntil: episode.promise?.dueOn ?? null };
  await tellWorkflow(episode.input.loanNo, contactPolicyChanged, policy);
}
