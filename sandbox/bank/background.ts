/** Work that nobody asked for at this moment: it sleeps until it is due or is woken, and one trouble never ends it. */
import type { Logger } from 'pino';

export interface Loop { wake(): void; stop(): Promise<void> }

const retryMs = 1_000;
const longestSleepMs = 60_000;

/** @param work does what is due and says in how many milliseconds it wants to be called again (Infinity = when woken) */
export function startLoop(name: string, log: Logger, work: () => Promise<number>): Loop {
  let stopped = false;
  let woken = false;
  let interrupt: () => void = () => undefined;
  const ended = run();
  return {
    wake() { woken = true; interrupt(); },
    async stop() { stopped = true; interrupt(); await ended; },
  };

  async function run(): Promise<void> {
    while (!stopped) {
      woken = false;
      const pauseMs = await attempt();
      if (!woken && !stopped && pauseMs > 0) await sleep(Math.min(pauseMs, longestSleepMs));
    }
  }

  async function attempt(): Promise<number> {
    try {
      return await work();
    } catch (error) {
      if (!stopped) log.error({ err: error }, `${name}: tried again in a second`);
      return retryMs;
    }
  }

  function sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      interrupt = () => { clearTimeout(timer); resolve(); };
    });
  }
}
