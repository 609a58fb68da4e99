/** What a hostile day looks like (custody-bank.md), told to the bank for one verb; and why some of it cannot meet some verbs. */
import type { Dice } from '../../stack/chaos/dice.js';
import { clientTimeoutMs, type Wish } from './stage.js';
import type { MoneyVerb, Scene } from './verb.js';

export interface HostileMode {
  name: string;
  /** In the words of the list. */
  what: string;
  /** Why this mode cannot meet the verb; null when it can. */
  notFor(verb: MoneyVerb): string | null;
  /** What the bank is told before the act. */
  wishes(verb: MoneyVerb, dice: Dice): Wish[];
  /** The outcome is unknown for a while: the questions about it fail, too. */
  unknown?: true;
  /** The act begins at this hour (Beijing), just before the bank closes. */
  atNight?: true;
  /** The day's check files are hostile: what reconciling must come to before it is well again. */
  files?: 'late' | 'faulty' | 'cases';
}

const always = (): null => null;
const toService = (mode: string, more: (dice: Dice) => Partial<Wish> = (dice) => ({ calls: dice.between(1, 3) })) => (verb: MoneyVerb, dice: Dice): Wish[] =>
  [{ mode, serviceName: verb.service, ...more(dice) }];

/** A verb that tells its end only by the answer is made to tell it by a notification as well. */
const toNotification = (mode: string, more: Partial<Wish> = {}) => (verb: MoneyVerb, dice: Dice): Wish[] => {
  const calls = dice.between(1, 2);
  if (verb.told !== null) return [{ mode, serviceName: verb.told, calls, ...more }];
  return [{ mode: 'notify-first', serviceName: verb.service, calls: 9 }, { mode, serviceName: verb.service, calls, ...more }];
};

/** The answer is lost, and so are the first answers to the questions about it. */
const andQuestions = (wishes: HostileMode['wishes']): HostileMode['wishes'] => (verb, dice) => [...wishes(verb, dice), { mode: 'fail-before', serviceName: 'QUERY_TRANSACTION', calls: dice.between(1, 3) }];

const pageHasNoAnswer = 'what a person does on the bank\'s page is told by notification only';
const onlyPayouts = 'only a payout that has arrived can come back';
const files = (mode: string) => (): Wish[] => [{ mode, serviceName: 'DOWNLOAD_CHECKFILE', calls: 5 }];

export const modes: readonly HostileMode[] = [
  { name: 'answer-lost', what: 'answer lost after the money moved', notFor: always, wishes: andQuestions(toService('answer-lost')), unknown: true },
  { name: 'fail-before', what: '5xx before it moved', notFor: always, wishes: toService('fail-before') },
  { name: 'arrives-late', what: 'arrives after its own QUERY was answered "not found"', notFor: always, wishes: (verb, dice) => (verb.by === 'person' ? [] : toService('arrives-late')(verb, dice)) },
  { name: 'slow-answer', what: 'slow answer', notFor: always, wishes: toService('slow-answer', (dice) => ({ calls: dice.between(1, 2), delayMs: dice.one([clientTimeoutMs / 4, clientTimeoutMs + 400]) })) },
  {
    name: 'bank-closed', what: 'bank closed for the night', notFor: always, atNight: true,
    wishes: toService('bank-closed', (dice) => dice.one<Partial<Wish>>([{ calls: dice.between(1, 3) }, { probability: 1, fromHour: 22, toHour: dice.one([2, 8]) }])),
  },
  { name: 'notify-first', what: 'notification before the answer', notFor: (verb) => (verb.by === 'person' ? pageHasNoAnswer : null), wishes: toService('notify-first') },
  { name: 'notify-twice', what: 'notification twice', notFor: always, wishes: toNotification('notify-twice') },
  { name: 'notify-out-of-order', what: 'notifications out of order', notFor: always, wishes: toNotification('notify-out-of-order', { delayMs: 2_000 }) },
  { name: 'notify-wrong-signature', what: 'notification with a wrong signature', notFor: always, wishes: toNotification('notify-wrong-signature') },
  { name: 'notify-without-signature', what: 'notification without a signature', notFor: always, wishes: toNotification('notify-without-signature') },
  { name: 'notify-lost', what: 'notification never sent', notFor: always, wishes: toNotification('notify-lost') },
  { name: 'payout-returned', what: 'payout returned days later', notFor: (verb) => (['WITHDRAW', 'AUTO_WITHDRAW'].includes(verb.name) ? null : onlyPayouts), wishes: toService('payout-returned', (dice) => ({ calls: 1, days: dice.between(1, 4) })) },
  { name: 'file-late', what: 'check file late', notFor: always, wishes: files('file-late'), files: 'late' },
  { name: 'file-truncated', what: 'check file truncated', notFor: always, wishes: files('file-truncated'), files: 'faulty' },
  { name: 'file-extra-line', what: 'check file with a line too many', notFor: always, wishes: files('file-extra-line'), files: 'cases' },
];

/** Where the money must be at last. */
export const movesOf = (scene: Scene, mode: HostileMode): Scene['moves'] => (mode.name === 'payout-returned' && scene.returned ? scene.returned : scene.moves);
