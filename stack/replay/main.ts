/** `npm run -s replay -- FILE`: lives the public loan book again, and holds the platform against it. */
import { rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SingleBar, Presets } from 'cli-progress';
import { compareBooks } from '../../db/books.js';
import { createPool } from '../../db/pool.js';
import { instantAt, isoInstant } from '../../domain/dates.js';
import { Advice } from '../advice.mjs';
import { createDice } from '../chaos/dice.js';
import { disturb } from '../chaos/disturb.js';
import { demoPeople, ensureDemoPeople } from '../demo-people.js';
import { createGateways } from '../gateways.js';
import { BusinessClock } from '../persons/business-clock.js';
import { Reviewer } from '../persons/staff.js';
import { worldOf } from '../persons/world.js';
import { readSettings } from '../settings.js';
import { startStack, type Stack } from '../supervisor.js';
import { readArguments, USAGE, type ReplayArguments } from './arguments.js';
import { readBook, UnreadableBook, type BookRow } from './book.js';
import { makeLenders } from './cast.js';
import { compare } from './compare.js';
import { livedLoans } from './lived.js';
import { Player } from './player.js';
import { describe, resultOf, type ReplayResult } from './report.js';
import { ProgressStore } from './store.js';

const dist = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const say = (line: string): void => void process.stderr.write(`${line}\n`);
const zoneOffsetMinutes = 480;
const writeOffAfterDays = 150;
/** The morning of the first row's month, before anybody applies. */
const firstMinute = 8 * 60;

/** Long enough that people get something done between two kills, short enough for a hundred of them in a replay of 25 loans. */
const betweenKillsMs = [500, 8_000] as const;

interface Installation { settings: Record<string, string | undefined>; stack: Stack | null; stop(): Promise<void> }

async function install(asked: ReplayArguments, rows: BookRow[]): Promise<Installation> {
  if (asked.url !== null) return { settings: { ...process.env, PUBLIC_URL: asked.url }, stack: null, stop: () => Promise.resolve() };
  const month = rows.map((row) => row.issuedIn).sort()[0] ?? '';
  const stack: Stack = await startStack({
    dataFolder: asked.data, dist, ports: 'free', profile: 'us', stepped: true, people: false, startAt: isoInstant(instantAt(`${month}-01`, firstMinute, zoneOffsetMinutes)),
    env: { WRITE_OFF_AFTER_DAYS: String(writeOffAfterDays), ZONE_OFFSET_MINUTES: String(zoneOffsetMinutes) }, logLevel: 'warn', temporalCli: process.env['TRIBUTARY_TEMPORAL_CLI'], say,
  });
  say(`Its pages: ${stack.urls.platform} — Temporal: ${stack.urls.temporalUi ?? ''}`);
  return { settings: stack.settings, stack, stop: () => stack.stop() };
}

function need(settings: Record<string, string | undefined>, name: string): string {
  const value = settings[name];
  if (!value) throw new Advice(`To replay against a running installation, ${name} has to be set as it is there.`);
  return value;
}

async function replay(asked: ReplayArguments, rows: BookRow[], { settings }: Installation): Promise<ReplayResult> {
  const store = await ProgressStore.open(join(asked.data, 'replay.json'), { file: asked.file, loans: asked.loans, from: asked.from });
  const password = need(settings, 'DEMO_PASSWORD');
  await ensureDemoPeople({ databaseUrl: need(settings, 'DATABASE_URL'), dataKeysFile: need(settings, 'DATA_KEYS_FILE'), password });
  const reviewer = demoPeople(password).find((person) => person.role === 'reviewer');
  const world = worldOf(settings);
  const bar = new SingleBar({ format: 'Replaying {bar} {percentage} % · {value} of about {total} events · {day}', stream: process.stderr, noTTYOutput: false }, Presets.shades_classic);
  bar.start(rows.length, 0, { day: '' });
  const player = new Player({
    world, clock: new BusinessClock(need(settings, 'CLOCK_URL'), need(settings, 'CLOCK_TOKEN')), lenders: makeLenders(world),
    reviewer: new Reviewer(world, { email: reviewer?.email ?? '', password }), rows, store, zoneOffsetMinutes, writeOffAfterDays, disturbed: asked.kills > 0,
    say: process.stderr.isTTY ? () => undefined : say,
    onProgress: ({ businessNow, events, waiting }) => {
      bar.setTotal(events + waiting);
      bar.update(events, { day: isoInstant(businessNow).slice(0, 10) });
    },
    onWait: (waitingFor) => say(`The clock waits for ${waitingFor.join('; ')}`),
  });
  await player.play();
  bar.stop();
  return await hold(rows, store, settings);
}

/** With `--kills` parts die while the replay lives; how often each did is said. What the replay finds at its end must be the same. */
async function disturbed<T>({ kills, seed }: ReplayArguments, stack: Stack | null, live: () => Promise<T>): Promise<T> {
  if (kills === 0 || !stack) return live();
  let living = true;
  const dying = disturb({ stack, dice: createDice(seed), kills, goesOn: () => living, calmMs: betweenKillsMs, say });
  try {
    return await live();
  } finally {
    living = false;
    say(`Killed meanwhile: ${Object.entries(await dying).map(([part, times]) => `${part} ${times} times`).join(', ')}`);
  }
}

/** Read-only: the record, and one download of the bank's balances. */
async function hold(rows: BookRow[], store: ProgressStore, settings: Record<string, string | undefined>): Promise<ReplayResult> {
  const pool = createPool(need(settings, 'DATABASE_URL'), { name: 'replay', max: 2 });
  const gateways = createGateways(readSettings(settings, 'worker'));
  try {
    const loans = new Map(rows.flatMap((row): [string, number][] => { const { loanNo } = store.of(row.line); return loanNo === null ? [] : [[loanNo, row.line]]; }));
    const books = await compareBooks(pool, () => gateways.custody.downloadBalances());
    return resultOf(compare(rows, await livedLoans(pool, loans)), books);
  } finally {
    gateways.mail.close();
    await pool.end();
  }
}

async function run(): Promise<number> {
  const asked = readArguments(process.argv.slice(2), join(dirname(dist), '.data'));
  if (!asked) {
    say(USAGE);
    return 0;
  }
  const rows = await readBook(asked.file, { loans: asked.loans ?? undefined, from: asked.from ?? undefined });
  say(`${rows.length} loans of ${asked.file}`);
  const installation = await install(asked, rows);
  const interrupted = new Promise<never>((_, reject) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => reject(new Advice('Stopped; the same command goes on from here.')));
  });
  let ended = false;
  try {
    const result = await Promise.race([disturbed(asked, installation.stack, () => replay(asked, rows, installation)), interrupted]);
    ended = true;
    process.stdout.write(`${describe(result)}\n`);
    if (asked.out !== null) await writeFile(asked.out, `${JSON.stringify(result, null, 2)}\n`);
    if (asked.json) process.stdout.write(`${JSON.stringify(result)}\n`);
    return result.agree ? 0 : 1;
  } finally {
    await installation.stop();
    if (ended && asked.ownFolder && asked.url === null) await rm(asked.data, { recursive: true });
  }
}

try {
  process.exit(await run());
} catch (error) {
  const expected = error instanceof Advice || error instanceof UnreadableBook;
  say(expected ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error));
  process.exit(1);
}
