/** The score gives a grade, and says whether rules may decide alone. */
import { end } from '../ending.js';
import type { Life } from '../life.js';
import { inRisk } from '../retries.js';
import { attempt } from '../stuck.js';

export async function score(life: Life): Promise<void> {
  const { loan } = life;
  const scored = await attempt(life, 'Scoring', () => inRisk('Scores the application').score({ loanNo: loan.loanNo, asOf: life.today() }));
  loan.grade = scored.grade;
  if (scored.decision === 'refer') loan.referred ??= scored.code ?? 'referred';
  if (scored.decision === 'decline') await end(life, 'declined', scored.code, 'refused');
}
