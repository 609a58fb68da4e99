import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Advice } from '../advice.mjs';

export const USAGE = `npm run replay -- FILE [flags]
  FILE            LendingClub's public loan book, CSV or .csv.gz
  --loans N       at most so many loans, in the file's order; default all
  --from YYYY-MM  only loans issued in or after this month
  --json          the result as one JSON object on the last line
  --data DIR      where its installation is kept; an own folder by default, removed when the replay has ended
  --out FILE      writes the result as JSON into this file too
  --kills N       meanwhile kills worker, web server and bank of its own installation so many times; nothing in the result may change
  --seed S        which of them, and when; default 1
  --url URL       a running installation instead of an own one (its settings in the environment, its clock stepped)`;

export interface ReplayArguments { file: string; loans: number | null; from: string | null; json: boolean; data: string; ownFolder: boolean; out: string | null; url: string | null; kills: number; seed: number }

/** @throws Advice when the arguments make no sense; null = asked for help. */
export function readArguments(args: string[], baseFolder: string): ReplayArguments | null {
  const parsed = parse(args);
  if (parsed.values.help) return null;
  const [file, ...more] = parsed.positionals;
  if (!file || more.length > 0) throw new Advice(`Say which file to replay.\n${USAGE}`);
  const { loans, from, data, out, url, json, kills, seed } = parsed.values;
  if (loans !== undefined && !/^[1-9]\d{0,5}$/.test(loans)) throw new Advice(`--loans ${loans}: give a whole number from 1 on.`);
  if (from !== undefined && !/^\d{4}-(0[1-9]|1[0-2])$/.test(from)) throw new Advice(`--from ${from}: give a month such as 2008-01.`);
  for (const [flag, text] of Object.entries({ kills, seed })) if (text !== undefined && !/^\d{1,6}$/.test(text)) throw new Advice(`--${flag} ${text}: give a whole number.`);
  if (kills !== undefined && url !== undefined) throw new Advice('--kills is for the replay\'s own installation, not for a running one.');
  const name = createHash('sha256').update(JSON.stringify([file, loans, from])).digest('hex').slice(0, 10);
  return {
    file, loans: loans === undefined ? null : Number(loans), from: from ?? null, json: json ?? false,
    data: data ?? join(baseFolder, `replay-${name}`), ownFolder: data === undefined, out: out ?? null, url: url ?? null, kills: Number(kills ?? 0), seed: Number(seed ?? 1),
  };
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args, allowPositionals: true, strict: true,
      options: { loans: { type: 'string' }, from: { type: 'string' }, json: { type: 'boolean' }, data: { type: 'string' }, out: { type: 'string' }, url: { type: 'string' }, kills: { type: 'string' }, seed: { type: 'string' }, help: { type: 'boolean' } },
    });
  } catch (error) {
    throw new Advice(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`, { cause: error });
  }
}
