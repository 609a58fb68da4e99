/** 催收: one episode of arrears, from the first friendly SMS to the legal hand-off. It ends when the arrears are paid, or the law takes over. */
import { allHandlersFinished, condition } from '@temporalio/workflow';
import { collectionLadder, ladderStepsDue, nextLadderDay } from '../domain/contact.js';
import { addDays, daysBetween, instantAt, type IsoDate } from '../domain/dates.js';
import { askAboutHold, askCollector, holds, reach } from './collecting/contact.js';
import { hasWord, openEpisode, showEpisode, waitInEpisode, type Episode } from './collecting/episode.js';
import { takeUpWord, tellLoan } from './collecting/words.js';
import { childFinished, type CollectInput } from './contract.js';
import { tellWorkflow } from './neighbours.js';
import { inRecord } from './retries.js';

export interface CollectResult { result: 'cured' | 'to-legal' | 'closed' }

/** A hold is looked into for so long, then a supervisor is asked. */
const HOLD_DAYS = 10;

export async function collect(input: CollectInput): Promise<CollectResult> {
  const episode = openEpisode(input);
  await showEpisode(episode, { nextAt: episode.asOf(), summary: 'The episode begins' });
  while (!episode.ended) await turn(episode);
  return finish(episode, episode.ended);
}

/** One thing at a time: what was said, then what is on hold, then what was promised, then the ladder. */
async function turn(episode: Episode): Promise<void> {
  if (hasWord(episode)) return takeUpWord(episode);
  if (episode.hold) return heldBack(episode);
  if (episode.promise) return awaitPromise(episode, episode.promise);
  const late = daysBetween(episode.overdueSince, episode.today());
  if (late >= episode.input.legalAfterDays) return void (episode.ended = 'to-legal');
  const step = ladderStepsDue(collectionLadder, episode.doneThroughDays, late).at(-1);
  if (!step) return awaitNextStep(episode);
  const since = episode.overdueSince;
  if ((await reach(episode, step)) && episode.overdueSince === since) episode.doneThroughDays = Math.max(episode.doneThroughDays, late);
}

async function awaitNextStep(episode: Episode): Promise<void> {
  const late = daysBetween(episode.overdueSince, episode.today());
  const { legalAfterDays } = episode.input;
  const next = Math.min(nextLadderDay(collectionLadder, late) ?? legalAfterDays, legalAfterDays);
  await waitInEpisode(episode, {
    untilMs: momentOf(episode, addDays(episode.overdueSince, next)), summary: 'The debtor pays',
    otherwise: next >= legalAfterDays ? 'the case is handed over to law' : `the next step of the ladder, day ${next}`,
  });
}

/** Contact rests until a person has decided; nobody's dispute is forgotten. */
async function heldBack(episode: Episode): Promise<void> {
  const { hold } = episode;
  const woken = await waitInEpisode(episode, {
    untilMs: momentOf(episode, addDays(episode.today(), HOLD_DAYS)), summary: `On hold: ${hold}`, otherwise: 'a supervisor is asked',
  });
  if (woken === 'reached' && hold && holds(hold)) await askAboutHold(episode, hold, 'supervisor');
}

/** A promise is judged on the day after its own. */
async function awaitPromise(episode: Episode, promise: { id: number; dueOn: IsoDate }): Promise<void> {
  const woken = await waitInEpisode(episode, {
    untilMs: momentOf(episode, addDays(promise.dueOn, 1)), summary: `The debtor promised to pay by ${promise.dueOn}`, otherwise: 'the promise is judged',
  });
  if (woken !== 'reached') return;
  const { state } = await inRecord('Was the promise kept?').judgePromise({ promiseId: promise.id, asOf: promise.dueOn });
  episode.promise = null;
  if (state !== 'kept') await askCollector(episode, `promise-${state}`, `promise:${promise.id}`);
  await tellLoan(episode);
}

function momentOf({ input }: Episode, day: IsoDate): number {
  return instantAt(day, input.businessMinute, input.zoneOffsetMinutes);
}

/** The loan hears of it by Signal: it may have continued as new since it began the episode. */
async function finish(episode: Episode, result: CollectResult['result']): Promise<CollectResult> {
  const { workflowId, input } = episode;
  if (!episode.endedByLoan) await tellWorkflow(input.loanNo, childFinished, { workflowId, result });
  await showEpisode(episode, { nextAt: null, summary: `Ended: ${result}`, wakes: episode.endedByLoan ? [] : [input.loanNo] });
  await condition(allHandlersFinished);
  return { result };
}
