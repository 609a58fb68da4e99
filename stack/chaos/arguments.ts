import { parseArgs } from 'node:util';
import { Advice } from '../advice.mjs';

export const USAGE = `npm run -s chaos -- [flags]
  --minutes M     how long parts are killed; default 5
  --kills N       at most so many kills; default 100
  --seed S        a whole number: which part dies, when, and for how long; default 1
  --json          the result as one JSON object on the last line
  --data DIR      where its installation is kept; a temporary folder by default, removed at the end`;

export interface ChaosArguments { minutes: number; kills: number; seed: number; json: boolean; data: string | null }

const limits = { minutes: 24 * 60, kills: 100_000, seed: 2 ** 31 };

/** @throws Advice when the arguments make no sense; null = asked for help. */
export function readArguments(args: string[]): ChaosArguments | null {
  const { help, minutes, kills, seed, json, data } = parse(args);
  if (help) return null;
  return {
    minutes: wholeNumber('minutes', minutes ?? '5', 1, limits.minutes), kills: wholeNumber('kills', kills ?? '100', 0, limits.kills),
    seed: wholeNumber('seed', seed ?? '1', 0, limits.seed), json: json ?? false, data: data ?? null,
  };
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args, strict: true,
      options: { minutes: { type: 'string' }, kills: { type: 'string' }, seed: { type: 'string' }, json: { type: 'boolean' }, data: { type: 'string' }, help: { type: 'boolean' } },
    }).values;
  } catch (error) {
    throw new Advice(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`, { cause: error });
  }
}

function wholeNumber(flag: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (!/^\d{1,10}$/.test(text) || value < least || value > most) throw new Advice(`--${flag} ${text}: give a whole number from ${least} to ${most}.`);
  return value;
}
