import { addDays } from '../../domain/dates.js';
import type { IsoDate } from '../../domain/dates.js';
import { findReport, saveReport } from '../../db/reports.js';
import type { BureauName } from '../../db/reports.js';
import type { BureauAnswer } from '../../gateways/bureaus/port.js';
import type { ActivityDeps } from '../deps.js';

/** How long a report may be used, in days. */
const reportDays = 30;
/** A bureau that restarts is asked again before a person is troubled. */
const attempts = 3;

export interface Question<T> {
  personId: string;
  loanNo: string | null;
  bureau: BureauName;
  reference: string;
  on: IsoDate;
  ask(): Promise<BureauAnswer<T>>;
}

/**
 * Asks a bureau once per reference and keeps the answer: a repeat reads the record instead of paying again. Null when
 * the bureau gave no trustworthy answer, which is kept too.
 */
export async function askBureau<T>(deps: Pick<ActivityDeps, 'pool' | 'settings' | 'log'>, question: Question<T>): Promise<T | null> {
  const { personId, loanNo, bureau, reference } = question;
  const known = await findReport(deps.pool, reference);
  if (known?.status === 'answered') return known.facts as T;
  const answer = await patiently(question.ask, deps.settings.bureauPauseMs);
  if (answer.status === 'unavailable') {
    deps.log.warn({ bureau, reference, why: answer.why }, 'a bureau gave no trustworthy answer');
    await saveReport(deps.pool, { personId, loanNo, bureau, reference, status: 'unavailable', reportNo: null, facts: null, why: answer.why, expiresOn: null });
    return null;
  }
  await saveReport(deps.pool, {
    personId, loanNo, bureau, reference, status: 'answered', reportNo: answer.reportNo, facts: answer.facts, why: null, expiresOn: addDays(question.on, reportDays),
  });
  return answer.facts;
}

async function patiently<T>(ask: () => Promise<BureauAnswer<T>>, pauseMs: number): Promise<BureauAnswer<T>> {
  let answer = await ask();
  for (let attempt = 1; attempt < attempts && answer.status === 'unavailable'; attempt += 1) {
    await new Promise((resolve) => setTimeout(resolve, pauseMs * attempt));
    answer = await ask();
  }
  return answer;
}
