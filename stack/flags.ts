import { parseArgs } from 'node:util';
import { Advice } from './advice.mjs';
import type { StackOptions } from './supervisor.js';

const PROFILES = ['cn', 'institutional', 'eu', 'us'];

export const USAGE = `npm start -- [flags]
  --data DIR      where everything is kept (or TRIBUTARY_DATA); default: .data in the project
  --port N        the platform's port, the other parts take the ten after it; default 8080
  --speed N       business seconds per wall second; default 17280, a day in five seconds
  --stepped       the clock moves only when told to
  --real-time     business time is wall time
  --no-people     no demo borrowers and lenders
  --profile P     whose law holds: ${PROFILES.join(', ')}; default cn
  --start INSTANT business instant of the very first start, such as 2026-01-01T00:00:00Z`;

const FLAGS = {
  data: { type: 'string' },
  port: { type: 'string' },
  speed: { type: 'string' },
  stepped: { type: 'boolean' },
  'real-time': { type: 'boolean' },
  'no-people': { type: 'boolean' },
  profile: { type: 'string' },
  start: { type: 'string' },
  help: { type: 'boolean' },
} as const;

type Values = { [F in keyof typeof FLAGS]?: (typeof FLAGS)[F]['type'] extends 'string' ? string : boolean };

function parse(args: string[]): Values {
  try {
    return parseArgs({ args, options: FLAGS, strict: true }).values;
  } catch (error) {
    throw new Advice(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`, { cause: error });
  }
}

function number(flag: string, text: string | undefined, from: number, to: number): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!text.trim() || !(value >= from && value <= to)) throw new Advice(`--${flag} ${text}: give a number from ${from} to ${to}.`);
  return value;
}

function port(text: string | undefined): number | undefined {
  const value = number('port', text, 1, 65_500);
  if (value !== undefined && !Number.isInteger(value)) throw new Advice(`--port ${text}: give a whole number.`);
  return value;
}

function profile(text: string | undefined): string | undefined {
  if (text !== undefined && !PROFILES.includes(text)) throw new Advice(`--profile ${text}: give one of ${PROFILES.join(', ')}.`);
  return text;
}

function instant(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const ms = Date.parse(text);
  if (!Number.isFinite(ms)) throw new Advice(`--start ${text}: give an instant such as 2026-01-01T00:00:00Z.`);
  return new Date(ms).toISOString();
}

/** What `npm start` was asked for; undefined when it was asked for help. */
export function readFlags(args: string[], env: NodeJS.ProcessEnv, defaultDataFolder: string): Omit<StackOptions, 'dist'> | undefined {
  const values = parse(args);
  if (values.help) return undefined;
  return {
    dataFolder: values.data ?? (env.TRIBUTARY_DATA?.trim() || defaultDataFolder),
    env,
    ports: port(values.port),
    speed: number('speed', values.speed, 0.001, 1_000_000),
    stepped: values.stepped,
    realTime: values['real-time'],
    people: !values['no-people'],
    profile: profile(values.profile),
    startAt: instant(values.start),
  };
}
