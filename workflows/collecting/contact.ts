/** One attempt to reach the debtor: an SMS, a call with the spoken menu, or a task for a collector. Hours, frequency and what is owed are judged by whoever sends. */
import { parseInstant } from '../../domain/dates.js';
import type { LadderStep } from '../../domain/contact.js';
import { waitWall } from '../clock.js';
import type { ContactOutcome, ContactStep } from '../contract.js';
import { persist } from '../errand.js';
import { byMessage, callPatience, inRecord, patience } from '../retries.js';
import { waitInEpisode, type Episode } from './episode.js';

/** Carries out a step of the ladder. @returns false when something came in between and the step is to be thought over. */
export async function reach(episode: Episode, step: LadderStep): Promise<boolean> {
  switch (step.channel) {
    case 'sms':
      return attempt(episode, step, 'sms');
    case 'call':
      return attempt(episode, step, 'call');
    case 'collector':
    case 'letter':
    case 'legal':
      await askCollector(episode, step.channel, String(step.afterDays));
      return true;
  }
}

async function attempt(episode: Episode, step: LadderStep, channel: 'sms' | 'call'): Promise<boolean> {
  const { loanNo, episode: number } = episode.input;
  const key = `${loanNo}:e${number}:${channel}:${episode.overdueSince}:${step.afterDays}`;
  for (;;) {
    const tried = await send(episode, channel, key);
    if (tried.status === 'started' && channel === 'call') await awaitCall(episode, tried.contactId);
    if (tried.status !== 'not-now') return true;
    const woken = await waitInEpisode(episode, {
      untilMs: parseInstant(tried.notBefore), summary: 'Contact is not allowed now: hours or frequency', otherwise: `the ${channel} goes out`,
    });
    if (woken === 'woken') return false;
  }
}

async function send(episode: Episode, channel: 'sms' | 'call', key: string): Promise<ContactStep> {
  const { loanNo, episode: number } = episode.input;
  const input = () => ({ key, loanNo, episode: number, asOf: episode.asOf() });
  if (channel === 'sms') return persist(episode, 'Collection SMS', () => byMessage('Collection SMS').sendCollectionSms(input()));
  return persist(episode, 'Call to the debtor', () => byMessage('Calls the debtor').callDebtor(input()));
}

/** The phone rings on the wall clock. Should nobody say how it ended, the network is asked. */
async function awaitCall(episode: Episode, contactId: number): Promise<void> {
  const told = () => episode.ended !== null || episode.contacts.some((contact) => contact.contactId === contactId);
  for (let looks = 0; looks < callPatience.length; looks += 1) {
    if (await waitWall(patience(callPatience, looks), 'The call', told)) return;
    const call = await persist(episode, 'How the call ended', () => byMessage('How did the call end?').lookAtContact({ contactId }));
    if (told()) return;
    if (call.ended) return void episode.contacts.push({ contactId, outcome: call.outcome, by: null });
  }
}

/** A person calls, writes or visits. */
export async function askCollector(episode: Episode, reason: string, suffix: string): Promise<void> {
  const { loanNo, borrowerId } = episode.input;
  await inRecord('A task for a collector').openTask({
    key: `${episode.workflowId}:collect:${suffix}`, kind: 'collect', role: 'collector', workflowId: episode.workflowId, loanNo, personId: borrowerId,
    title: `Reach the borrower of ${loanNo}`, details: { reason, overdueSince: episode.overdueSince }, dueAt: null, asOf: episode.asOf(),
  });
}

const holdTasks = { 'not-me': 'not-me', 'already-paid': 'already-paid', disputed: 'dispute', 'cannot-pay': 'hardship' } as const;
export type HoldOutcome = keyof typeof holdTasks;

/** What stops contact until a person has looked into it. */
export function holds(outcome: ContactOutcome): outcome is HoldOutcome {
  return outcome in holdTasks;
}

export const holdTaskKey = (episode: Episode, outcome: string, role: string): string => `${episode.workflowId}:hold:${outcome}:${role}`;

export async function askAboutHold(episode: Episode, outcome: HoldOutcome, role: 'collector' | 'operations' | 'supervisor'): Promise<void> {
  const { loanNo, borrowerId } = episode.input;
  await inRecord('A task: contact is on hold').openTask({
    key: holdTaskKey(episode, outcome, role), kind: holdTasks[outcome], role, workflowId: episode.workflowId, loanNo, personId: borrowerId,
    title: `Contact about ${loanNo} is on hold: ${outcome}`, details: { outcome }, dueAt: null, asOf: episode.asOf(),
  });
}
