/** Screening costs money: courts, other platforms, the graph of people, devices and cards. What is unclear goes to a person. */
import { end } from '../ending.js';
import { enter } from '../course.js';
import type { Life } from '../life.js';
import { inRisk } from '../retries.js';
import { attempt } from '../stuck.js';

export async function screen(life: Life): Promise<void> {
  const { loan } = life;
  await enter(life, 'screening', 'platform', 'Screening the borrower');
  // Should operations have to leave this step, a person must look at the application.
  loan.referred = 'not-screened';
  const verdict = await attempt(life, 'Screening', () => inRisk('Screens the borrower').screen({ loanNo: loan.loanNo, asOf: life.today() }));
  loan.referred = verdict.status === 'needs-person' ? verdict.code : null;
  if (verdict.status === 'refused') await end(life, 'refused', verdict.code, 'refused');
}
