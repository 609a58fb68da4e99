import { asyncLocalStorage } from '@temporalio/activity';
import { find } from '../../db/instructions.js';
import { openFileCase, matchDay, openOnStatement, writeDay } from '../../db/matching.js';
import { row, rows, type Pool } from '../../db/pool.js';
import { statementFiles, type StatementFile } from '../../db/reconciliation.js';
import { acceptedFile, forgetLines, takeInFile } from '../../db/statement-lines.js';
import { addWorkingDays, cnCalendar } from '../../domain/calendar.js';
import { addDays, compareDates, dateAt, instantAt, isoInstant, parseInstant } from '../../domain/dates.js';
import { CustodyUnavailable, StatementFault } from '../../gateways/custody/port.js';
import type { BankActivities } from '../../workflows/contract.js';
import { NotInRecord } from '../failures.js';
import { askAndRecord, eachOf, type BankDeps } from './carry-out.js';

/** Working days (the bank's) in which the owner of a case decides; then a second person does. */
const decisionWorkingDays = 3;
const askAtMost = 1_000;
const heartbeatMs = 10_000;

interface Day { day: string; asOf: string; zoneOffsetMinutes: number }

/** Day after day, up to the first whose files are not all here: fetch, ask about what we have not heard of, match, confirm. */
export function reconcileDaysActivity(deps: BankDeps): BankActivities['reconcileDays'] {
  return whileAlive(async ({ from, to, asOf, zoneOffsetMinutes }) => {
    for (let day = from; compareDates(day, to) <= 0; day = addDays(day, 1)) {
      const fetched = await fetchDay(deps, { day, asOf, zoneOffsetMinutes });
      if (fetched.status !== 'here') {
        await writeDay(deps.pool, { day, state: fetched.status, reason: fetched.code, asOf });
        return { waiting: { day, status: fetched.status, code: fetched.code }, cases: await casesOf(deps.pool, from, to) };
      }
      const judged = await judgeDay(deps, { day, asOf, zoneOffsetMinutes }, fetched.changed);
      if (judged === 'late') return { waiting: { day, status: 'late', code: 'confirmation' }, cases: await casesOf(deps.pool, from, to) };
    }
    return { waiting: null, cases: await casesOf(deps.pool, from, to) };
  });
}

/** Tells the server that this process lives while a long file is read; outside of Temporal nobody asks. */
function whileAlive<I, O>(act: (input: I) => Promise<O>): (input: I) => Promise<O> {
  return async (input) => {
    const beat = setInterval(() => asyncLocalStorage.getStore()?.heartbeat(), heartbeatMs);
    try {
      return await act(input);
    } finally {
      clearInterval(beat);
    }
  };
}

/** Confirms a day whose cases are all decided. */
export function confirmDayActivity(deps: BankDeps): BankActivities['confirmDay'] {
  return async ({ day, asOf }) => {
    const open = await row<{ open: number }>(deps.pool, `SELECT count(*)::int AS open FROM reconciliation_case WHERE day = $1 AND state = 'open'`, [day]);
    if (open?.open) return { status: 'open' };
    return { status: await confirm(deps, day, asOf) };
  };
}

async function judgeDay(deps: BankDeps, { day, asOf, zoneOffsetMinutes }: Day, changed: boolean): Promise<'judged' | 'late'> {
  // An accepted file is not matched again because the bank now gives out another one: that is for a person to look into.
  if (changed) {
    await writeDay(deps.pool, { day, state: 'differences', reason: 'file-changed', asOf });
    return 'judged';
  }
  await eachOf(await openOnStatement(deps.pool, day, askAtMost), 8, async (requestNo) => {
    const instruction = await find(deps.pool, requestNo);
    if (!instruction) throw new NotInRecord('instruction', requestNo);
    await askAndRecord(deps, instruction, asOf);
  });
  const [from, until] = [day, addDays(day, 1)].map((each) => isoInstant(instantAt(each, 0, zoneOffsetMinutes))) as [string, string];
  const { openCases } = await matchDay(deps.pool, { day, from, until, dueAt: dueAtOf({ day, asOf, zoneOffsetMinutes }), asOf });
  return openCases === 0 && (await confirm(deps, day, asOf)) === 'late' ? 'late' : 'judged';
}

/** The bank counts its own country's working days, whatever profile a loan is under. */
function dueAtOf({ asOf, zoneOffsetMinutes }: Day): string {
  const last = addWorkingDays(dateAt(parseInstant(asOf), zoneOffsetMinutes), decisionWorkingDays, cnCalendar);
  return isoInstant(instantAt(addDays(last, 1), 0, zoneOffsetMinutes));
}

type Fetched = { status: 'here'; changed: boolean } | { status: 'late' | 'faulty'; code: string };

/** The five files come side by side; what the day lacks is told of the first that is not here, when all have ended. */
async function fetchDay(deps: BankDeps, today: Day): Promise<Fetched> {
  const came = await Promise.allSettled(statementFiles.map((file) => fetchFile(deps, today, file)));
  let changed = false;
  for (const [index, file] of statementFiles.entries()) {
    const one = came[index] as PromiseSettledResult<'here' | 'late' | 'changed'>;
    if (one.status === 'rejected') {
      if (!(one.reason instanceof StatementFault)) throw one.reason;
      return { status: 'faulty', code: `${file}:${one.reason.code}` };
    }
    if (one.value === 'late') return { status: 'late', code: file };
    changed ||= one.value === 'changed';
  }
  return { status: 'here', changed };
}

async function fetchFile({ pool, custody }: BankDeps, today: Day, file: StatementFile): Promise<'here' | 'late' | 'changed'> {
  const { day, asOf } = today;
  const statement = await custody.downloadStatement({ day, file });
  if (statement.status === 'late') return 'late';
  const accepted = await acceptedFile(pool, day, file);
  if (accepted && (accepted.staged || accepted.sha256 !== statement.sha256)) {
    statement.discard();
    if (accepted.sha256 === statement.sha256) return 'here';
    await openFileCase(pool, { day, file, result: 'file-changed', reasons: ['hash-differs'], dueAt: dueAtOf(today), asOf });
    return 'changed';
  }
  await takeInFile(pool, { day, file, sha256: statement.sha256, lines: statement.lines });
  return 'here';
}

/** A refused number stays taken at the bank, so each try of the workflow has its own; a repeat of the same try does not. */
async function confirm({ pool, custody }: BankDeps, day: string, asOf: string): Promise<'confirmed' | 'late'> {
  const requestNo = `CONFIRM-${day}-${asOf.replace(/\D/g, '')}`;
  const outcome = await custody.confirmStatement({ requestNo, day, files: statementFiles, businessTime: asOf });
  if (outcome.status === 'refused') return 'late';
  if (outcome.status !== 'done') throw new CustodyUnavailable(`the confirmation of ${day} is ${outcome.status}`);
  await writeDay(pool, { day, state: 'confirmed', reason: null, asOf });
  await forgetLines(pool, day);
  return 'confirmed';
}

function casesOf(pool: Pool, from: string, to: string): Promise<{ caseId: number; day: string; dueAt: string }[]> {
  return rows(pool, `SELECT id AS "caseId", day, due_at AS "dueAt" FROM reconciliation_case WHERE day BETWEEN $1 AND $2 AND state = 'open' ORDER BY id`, [from, to]);
}
