/** One collection episode while it runs: how far the ladder has been climbed, what the debtor said, what people did. */
import { condition, setCurrentDetails, setHandler } from '@temporalio/workflow';
import { longestPromiseDays } from '../../domain/contact.js';
import { addDays, isoInstant, type IsoDate } from '../../domain/dates.js';
import { waitUntil, type Woken } from '../clock.js';
import { arrearsChanged, contactEnded, promiseToPay, recordContact, resolveHold } from '../contract.js';
import type { CollectInput, ContactOutcome } from '../contract.js';
import { openErrand, type Errand } from '../errand.js';
import { refusal } from '../failures.js';
import { inRecord } from '../retries.js';

export interface PromiseGiven { takenBy: string; key: string; amountFen: number | null; dueOn: IsoDate }
export interface HoldDecision { personId: string; decision: 'resume' | 'to-legal' | 'stop'; reason: string }
export interface ContactWord { contactId: number; outcome: ContactOutcome; by: string | null }

export interface Episode extends Errand {
  readonly input: CollectInput;
  readonly openedOn: IsoDate;
  /** The day that counts of the oldest open instalment. */
  overdueSince: IsoDate;
  /** Days past due up to which the ladder's steps are done. */
  doneThroughDays: number;
  hold: ContactOutcome | null;
  promise: { id: number; dueOn: IsoDate } | null;
  ended: 'cured' | 'to-legal' | 'closed' | null;
  /** The loan itself ended the episode: it need not be told. */
  endedByLoan: boolean;
  revision: number;
  /** Not yet dealt with. */
  contacts: ContactWord[];
  promises: PromiseGiven[];
  decision: HoldDecision | null;
  /** Keys of Updates that were dealt with, or are being. */
  keys: string[];
  done: string[];
}

/** Builds the episode and registers all handlers. */
export function openEpisode(input: CollectInput): Episode {
  const errand = openErrand(input);
  const episode: Episode = Object.assign(errand, {
    input, openedOn: errand.today(), overdueSince: input.overdueSince, doneThroughDays: 0, hold: null, promise: null, ended: null, endedByLoan: false, revision: 0,
    contacts: [], promises: [], decision: null, keys: [], done: [],
  });
  hearTheLoan(episode);
  hearPeople(episode);
  return episode;
}

function hearTheLoan(episode: Episode): void {
  setHandler(arrearsChanged, ({ status, overdueSince }) => {
    if (status !== 'partly') {
      episode.endedByLoan = true;
      episode.ended ??= status;
    } else if (overdueSince && overdueSince > episode.overdueSince) {
      episode.overdueSince = overdueSince;
      episode.doneThroughDays = 0;
    }
  }, { description: 'The loan says how its arrears stand.' });
  setHandler(contactEnded, ({ contactId, outcome }) => void episode.contacts.push({ contactId, outcome, by: null }), { description: 'A contact has ended.' });
}

function hearPeople(episode: Episode): void {
  setHandler(recordContact, async ({ collectorId, key, contactId, outcome }) => {
    if (once(episode, key)) episode.contacts.push({ contactId, outcome, by: collectorId });
    await dealtWith(episode, episode.contacts.length > 0 ? () => episode.contacts.length === 0 : () => true);
    return { ok: true };
  }, { description: 'A collector has spoken with the debtor.', validator: (_input) => mustRun(episode) });

  setHandler(promiseToPay, async (promise) => {
    if (once(episode, promise.key)) episode.promises.push(promise);
    await dealtWith(episode, () => episode.promises.length === 0);
    return { ok: true };
  }, {
    description: 'The debtor has promised to pay.',
    validator: (promise: PromiseGiven) => {
      mustRun(episode);
      if (episode.keys.includes(promise.key)) return;
      if (!Number.isSafeInteger(promise.amountFen) || (promise.amountFen ?? 0) <= 0) throw refusal('not-an-amount');
      if (promise.dueOn < episode.today() || promise.dueOn > addDays(episode.today(), longestPromiseDays)) throw refusal('promise-too-far');
      if (episode.promise || episode.promises.length > 0) throw refusal('promise-open');
    },
  });

  setHandler(resolveHold, async (decision) => {
    episode.decision = decision;
    await dealtWith(episode, () => episode.decision === null);
    return { ok: true };
  }, {
    description: 'A person decides how contact goes on.',
    validator: ({ decision }) => {
      mustRun(episode);
      // The law may take over at any time; the other decisions end a hold.
      if (episode.decision || (!episode.hold && decision !== 'to-legal')) throw refusal('nothing-on-hold');
    },
  });
}

function mustRun(episode: Episode): void {
  if (episode.ended) throw refusal('episode-ended');
}

/** @returns whether the key is new. */
function once(episode: Episode, key: string): boolean {
  if (episode.keys.includes(key)) return false;
  episode.keys.push(key);
  return true;
}

async function dealtWith(episode: Episode, done: () => boolean): Promise<void> {
  await condition(() => done() || episode.ended !== null);
}

/** Whether something came that is to be dealt with before anything else. */
export function hasWord(episode: Episode): boolean {
  return episode.ended !== null || episode.contacts.length > 0 || episode.promises.length > 0 || episode.decision !== null;
}

/** Waits for a business moment; any word ends the wait. */
export async function waitInEpisode(episode: Episode, wait: { untilMs: number; summary: string; otherwise: string; since?: { overdueSince: IsoDate } }): Promise<Woken> {
  const { overdueSince } = episode;
  return waitUntil(episode.clock, {
    untilMs: wait.untilMs, summary: wait.summary,
    wake: () => hasWord(episode) || episode.overdueSince !== overdueSince,
    show: () => showEpisode(episode, { nextAt: isoInstant(wait.untilMs), summary: wait.summary, otherwise: wait.otherwise }),
  });
}

export async function showEpisode(episode: Episode, view: { nextAt: string | null; summary: string; otherwise?: string; wakes?: string[] }): Promise<{ pokes: number }> {
  const { input, workflowId, hold, ended, openedOn, clock } = episode;
  episode.revision += 1;
  setCurrentDetails([
    `**${hold ? 'on hold' : 'running'}** · ${input.loanNo}, overdue since ${episode.overdueSince}`, `- **Now:** ${view.summary}`,
    ...(view.nextAt ? [`- **Next:** ${view.nextAt}`] : []), ...(view.otherwise ? [`- **Otherwise:** ${view.otherwise}`] : []),
  ].join('\n'));
  const row = {
    workflowId, loanNo: input.loanNo, episode: input.episode, state: stateOf(episode), holdReason: hold, openedOn, closedOn: ended ? episode.today() : null,
    revision: episode.revision, nextAt: view.nextAt, summary: view.summary, seen: clock.pokes, wakes: view.wakes ?? [],
  };
  return inRecord(view.summary).projectCollection(row);
}

function stateOf({ ended, hold }: Episode): 'running' | 'on-hold' | 'cured' | 'to-legal' | 'ended' {
  if (ended) return ended === 'closed' ? 'ended' : ended;
  return hold ? 'on-hold' : 'running';
}
