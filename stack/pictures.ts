/** `npm run pictures`: takes the pictures of the README, docs/pictures/*.png, of an installation with demo people. */
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Advice } from './advice.mjs';
import { findBrowser } from './browser.mjs';
import { installationSettings } from './installation.js';
import { openCamera } from './pictures/camera.js';
import { logIn, sights } from './pictures/subjects.js';
import type { Place } from './pictures/subjects.js';
import { startStack } from './supervisor.js';

const USAGE = `npm run pictures               of an installation of its own, which ends with it; takes some minutes
npm run pictures -- --data DIR of the one that runs from this folder
npm run pictures -- --url URL --password P [--temporal-ui URL]
  --minutes N                  how long to wait for something worth a picture; default 10
  --to DIR                     where the pictures go; default docs/pictures`;

const dist = dirname(dirname(fileURLToPath(import.meta.url)));
const say = (line: string): void => void process.stderr.write(`${line}\n`);

interface Visited extends Omit<Place, 'patienceMs'> { leave(): Promise<void> }

function placeOf(settings: Record<string, string | undefined>, leave: () => Promise<void>): Visited {
  const { PUBLIC_URL: platform, TEMPORAL_UI_URL: temporalUi, DEMO_PASSWORD: password } = settings;
  if (!platform || !password) throw new Advice('This installation has no demo people to look as.');
  return { platform, temporalUi: temporalUi ?? null, password, leave };
}

/** An installation that lives as long as the pictures are taken. */
async function startOne(): Promise<Visited> {
  const folder = mkdtempSync(join(tmpdir(), 'tributary-pictures-'));
  const stack = await startStack({ dataFolder: folder, dist, ports: 'free', temporalCli: process.env.TRIBUTARY_TEMPORAL_CLI, say });
  return placeOf(stack.settings, async () => {
    await stack.stop();
    rmSync(folder, { recursive: true, force: true });
  });
}

async function take(place: Place, folder: string): Promise<void> {
  const browser = await findBrowser();
  if (!browser) throw new Advice('There is no browser to look with: install chromium.');
  mkdirSync(folder, { recursive: true });
  const camera = await openCamera(browser);
  try {
    for (const { name, as, find } of sights) {
      const page = await camera.visit();
      if (as !== 'anybody') await logIn(page, place, as);
      if (!(await find(page, place))) {
        say(`${name}: nothing to be seen`);
        continue;
      }
      const file = join(folder, `${name}.png`);
      say(`${file}: ${Math.round((await camera.take(page, file)) / 1000)} kB`);
    }
  } finally {
    await camera.close();
  }
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      url: { type: 'string' }, 'temporal-ui': { type: 'string' }, password: { type: 'string' }, data: { type: 'string' },
      minutes: { type: 'string', default: '10' }, to: { type: 'string' }, help: { type: 'boolean' },
    },
  });
  if (values.help) throw new Advice(USAGE);
  const patienceMs = Number(values.minutes) * 60_000;
  if (!(patienceMs >= 0)) throw new Advice(`--minutes ${values.minutes}: give a number.`);
  const stays = (): Promise<void> => Promise.resolve();
  const place = values.url
    ? placeOf({ PUBLIC_URL: values.url.replace(/\/+$/, ''), TEMPORAL_UI_URL: values['temporal-ui'], DEMO_PASSWORD: values.password ?? process.env.DEMO_PASSWORD }, stays)
    : values.data ? placeOf(await installationSettings(values.data, process.env), stays) : await startOne();
  try {
    const project = dirname(dist);
    await take({ ...place, patienceMs }, resolve(values.to ?? join(existsSync(join(project, 'docs')) ? project : '.', 'docs', 'pictures')));
  } finally {
    await place.leave();
  }
}

try {
  await main();
} catch (error) {
  say(error instanceof Advice ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error));
  process.exitCode = 1;
}
