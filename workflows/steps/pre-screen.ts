/** Pre-screening costs nothing: checksums, age, blacklist, declared caps, duplicates, cooling period, purpose, words. Who fails here is not looked up anywhere. */
import { end } from '../ending.js';
import { enter } from '../course.js';
import type { Life } from '../life.js';
import { inRisk } from '../retries.js';
import { attempt } from '../stuck.js';

export async function preScreen(life: Life): Promise<void> {
  const { loanNo } = life.loan;
  await enter(life, 'applied', 'platform', 'Pre-screening the application');
  const verdict = await attempt(life, 'Pre-screening', () => inRisk('Pre-screens the application').preScreen({ loanNo, asOf: life.today() }));
  if (verdict.status === 'refused') await end(life, 'refused', verdict.code, 'refused');
}
