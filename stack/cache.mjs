/** Where large things that outlive a checkout are kept: the Temporal server, the time-skipping test server, bundles. */
import { homedir } from 'node:os';
import { join } from 'node:path';

/** @returns {string} the folder, by XDG_CACHE_HOME where that is set. */
export function cacheFolder() {
  return join(process.env.TRIBUTARY_CACHE ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'tributary'));
}
