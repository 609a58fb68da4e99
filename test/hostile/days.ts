/** The close of the days of a cell, and their reconciliation with the bank's files, as `business-day` and `reconcile:<day>` do it. */
import { openCases, noteCase, reconciliationDay, takeCase } from '../../db/reconciliation.js';
import { addDays, compareDates, instantAt, isoInstant } from '../../domain/dates.js';
import { todayOf } from './loans.js';
import type { HostileMode } from './modes.js';
import type { Stage, Wish } from './stage.js';

const zoneOffsetMinutes = 480;
const hourMs = 3_600_000;
const mostTries = 12;

/** Closes and reconciles from `from` to today; the files of today are the hostile ones. @returns what is wrong */
export async function closeDays(stage: Stage, from: string, mode: HostileMode, wishes: readonly Wish[]): Promise<string[]> {
  const to = todayOf(stage.now());
  await stage.advanceAllTo(isoInstant(instantAt(addDays(to, 1), 30, zoneOffsetMinutes)));
  const { differences, trialBalanceFen } = await stage.persist(() => stage.activities.closeDays({ from, to, asOf: stage.now() }));
  const wrong = differences === 0 && trialBalanceFen === 0 ? [] : [`the close of ${to} finds ${differences} differences and a trial balance of ${trialBalanceFen} fen`];
  if (compareDates(from, to) < 0) wrong.push(...(await reconcile(stage, from, addDays(to, -1))).wrong);
  await stage.beHostile(wishes);
  const { wrong: more, met, cases } = await reconcile(stage, to, to, mode.files === 'cases');
  wrong.push(...more);
  if (mode.files && mode.files !== 'cases' && !met.has(mode.files)) wrong.push(`the files of ${to} were never ${mode.files}`);
  if (mode.files === 'cases' && cases === 0) wrong.push(`no case was opened about the lines too many of ${to}`);
  if (!mode.files && met.size > 0) wrong.push(`the files of ${to} were ${[...met].join(' and ')}`);
  for (let day = from; compareDates(day, to) <= 0; day = addDays(day, 1)) {
    const found = await reconciliationDay(stage.pool, day);
    if (found?.state !== 'confirmed') wrong.push(`${day} is ${found?.state ?? 'not reconciled'}, not confirmed`);
  }
  return wrong;
}

/** Every hour while the files are not here; cases about lines that nothing stands behind are explained by two people. */
async function reconcile(stage: Stage, from: string, to: string, strayExpected = false): Promise<{ wrong: string[]; met: Set<string>; cases: number }> {
  const met = new Set<string>();
  for (let tries = 0; tries < mostTries; tries += 1) {
    const { waiting, cases } = await stage.persist(() => stage.activities.reconcileDays({ from, to, asOf: stage.now(), zoneOffsetMinutes }));
    if (!waiting) return { met, cases: cases.length, wrong: await decideCases(stage, to, strayExpected) };
    met.add(waiting.status);
    await stage.advanceTo(new Date(Date.parse(stage.now()) + hourMs).toISOString());
  }
  return { met, cases: 0, wrong: [`the files of ${from} to ${to} were not here after ${mostTries} hours`] };
}

async function decideCases(stage: Stage, day: string, strayExpected: boolean): Promise<string[]> {
  const wrong: string[] = [];
  for (const each of await openCases(stage.pool)) {
    if (!strayExpected || !each.requestNo.startsWith('STRAY:') || each.result !== 'bank-only') wrong.push(`a case that nothing explains: ${each.requestNo} of ${each.day} is ${each.result} (${each.reasons.join(', ')})`);
    await takeCase(stage.pool, each.id, 'P900');
    await noteCase(stage.pool, { caseId: each.id, personId: 'P901', note: 'the bank takes the line back', businessAt: stage.now() });
    const decided = await stage.activities.resolveCase({ caseId: each.id, personId: 'P901', resolution: 'explained', asOf: stage.now() });
    if (decided.status !== 'resolved') wrong.push(`case ${each.id} cannot be decided: ${decided.code}`);
  }
  const { status } = await stage.persist(() => stage.activities.confirmDay({ day, asOf: stage.now() }));
  if (status !== 'confirmed') wrong.push(`${day} cannot be confirmed: ${status}`);
  return wrong;
}
