/** The people of the demo: a small population that lives on the platform over HTTP, as anybody could. */
import { setMaxListeners } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import type { Logger } from 'pino';
import { demoEmail, demoPhone } from './demo-people.js';
import { identity, type Identity } from './identities.js';
import { DemoBorrower } from './people/borrowers.js';
import { DemoLender } from './people/lenders.js';
import { DemoReviewer } from './people/reviewer.js';
import { Reviewer } from './persons/staff.js';
import { worldOf } from './persons/world.js';
import { serve, type Serving } from './serve.js';
import type { SettingsOf } from './settings.js';

const borrowerCount = 12;
const lenderCount = 8;
const borrowerFamily = 60;
const lenderFamily = 61;
/** The demo's own borrower and lender, with whom a newcomer logs in. */
const newcomerFamily = 62;
const credentials = { password: 'small-streams-2', tradingPassword: '246813' };
/** Wall time between two looks of one person, and after something went wrong. */
const lookMs = 1_500;
const troubleMs = 5_000;
/** Borrowers come one after the other, so that the first minutes show every step. */
const betweenBorrowersMs = 15_000;

interface Actor { act(): Promise<void> }

async function start(settings: SettingsOf<'people'>, log: Logger): Promise<Serving> {
  const world = worldOf(settings);
  const password = settings.DEMO_PASSWORD ?? credentials.password;
  const ofRole = (role: 'borrower' | 'lender', number: number): Identity => ({
    ...identity({ family: newcomerFamily, number, ...credentials }), email: demoEmail(role), mobile: demoPhone(role), password,
  });
  const actors: { name: string; actor: Actor; afterMs: number }[] = [
    { name: 'reviewer', actor: new DemoReviewer(new Reviewer(world, { email: demoEmail('reviewer'), password })), afterMs: 0 },
    { name: 'the demo lender', actor: new DemoLender(world, ofRole('lender', 1), 0, false), afterMs: 0 },
    ...Array.from({ length: lenderCount }, (_, n) => ({ name: `lender ${n}`, actor: new DemoLender(world, identity({ family: lenderFamily, number: n, ...credentials }), n, true), afterMs: n * 500 })),
    ...Array.from({ length: borrowerCount }, (_, n) => ({ name: `borrower ${n}`, actor: new DemoBorrower(world, identity({ family: borrowerFamily, number: n, ...credentials }), n), afterMs: n * betweenBorrowersMs })),
  ];
  const ending = new AbortController();
  setMaxListeners(actors.length + 1, ending.signal);
  const lives = actors.map(({ name, actor, afterMs }) => live(name, actor, afterMs, ending.signal, log));
  return {
    close: async () => {
      ending.abort();
      await Promise.all(lives);
    },
  };
}

/** One person's life: look, act, rest; trouble is said and tried again. */
async function live(name: string, actor: Actor, afterMs: number, ending: AbortSignal, log: Logger): Promise<void> {
  await rest(afterMs, ending);
  while (!ending.aborted) {
    const pause = await actor.act().then(() => lookMs, (error: unknown) => {
      log.warn({ name, why: error instanceof Error ? error.message : String(error) }, 'somebody could not do what they wanted');
      return troubleMs;
    });
    await rest(pause, ending);
  }
}

/** Ends early, and without complaint, when everybody is to end. */
async function rest(ms: number, ending: AbortSignal): Promise<void> {
  await setTimeout(ms, undefined, { signal: ending }).catch((error: Error) => {
    if (error.name !== 'AbortError') throw error;
  });
}

await serve('people', start);
