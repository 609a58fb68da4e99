/**
 * Looks again and again until `look` gives something else than undefined; after `seconds` it says what it waited for and
 * what it saw last. `look` may throw: that is what it saw.
 */
export async function waitFor<T>(what: string, seconds: number, look: () => Promise<T | undefined>, everyMs = 50): Promise<T> {
  const until = performance.now() + seconds * 1000;
  let seen = 'nothing yet';
  for (;;) {
    try {
      const found = await look();
      if (found !== undefined) return found;
    } catch (error) {
      seen = error instanceof Error ? error.message || String(error) : String(error);
    }
    if (performance.now() > until) throw new Error(`${what} did not happen within ${seconds} seconds; last seen: ${seen}`);
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}
