/** The bank has the project, then the market sees the listing (标的). */
import { addWorkingDays, calendarOf } from '../../domain/calendar.js';
import { instantAt, isoInstant } from '../../domain/dates.js';
import type { Life } from '../life.js';
import { atBank, inRecord } from '../retries.js';
import { settle } from '../settle.js';
import { putRight } from '../stuck.js';

export async function list(life: Life): Promise<void> {
  const { loan } = life;
  await createProject(life);
  if (life.inbox.cancel) return;
  loan.fundraisingDeadline ??= deadlineFrom(life);
  const deadline = loan.fundraisingDeadline;
  await inRecord('Opens the listing').openListing({ loanNo: loan.loanNo, deadline, asOf: life.asOf() });
  loan.state = 'fundraising';
}

async function createProject(life: Life): Promise<void> {
  const { loanNo } = life.loan;
  for (;;) {
    const project = await settle(life, { what: 'The project at the bank', ask: () => atBank('Creates the project at the bank').createProject({ loanNo, asOf: life.asOf() }) });
    if (project.status === 'done') return;
    await putRight(life, 'The bank refused the project', project.code);
  }
}

function deadlineFrom(life: Life): string {
  const { profile, terms } = life.loan;
  const lastDay = addWorkingDays(life.today(), terms.fundraisingWorkingDays, calendarOf(profile));
  return isoInstant(instantAt(lastDay, terms.businessMinute, terms.zoneOffsetMinutes));
}
