/** One cell: one verb under one hostile mode, drawn by a seed, from fair weather to a reconciled day. */
import { createHash } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { addDays, instantAt, isoInstant } from '../../domain/dates.js';
import { createDice } from '../../stack/chaos/dice.js';
import { actAtBank, type Cast } from './cast.js';
import { allTerminal, balancesAtBank, bankConserves, booksAgree, doneOnce, executedOnce, markAtBank, moneyMoved, othersUntouched, unknownIsResolved, type Balances } from './checks.js';
import { closeDays } from './days.js';
import { todayOf } from './loans.js';
import { movesOf, type HostileMode } from './modes.js';
import type { Stage } from './stage.js';
import type { MoneyVerb, Scene } from './verb.js';

export interface Cell {
  verb: string;
  mode: string;
  status: 'ok' | 'not applicable' | 'violation';
  /** Why it is not applicable; what is wrong. */
  why: string[];
  /** Of this cell alone: with it the same is drawn again. */
  seed: string;
  ms: number;
}

const zone = 480;
const [morning, justBeforeClosing] = [600, 22 * 60 + 30];
const settleMs = 30_000;

const named = (verb: MoneyVerb, mode: HostileMode, seed: number): Pick<Cell, 'verb' | 'mode' | 'seed'> => ({ verb: verb.name, mode: mode.name, seed: `${seed}:${verb.name}:${mode.name}` });

/** The cell of a mode that cannot meet the verb; null when it can. */
export function notApplicable(verb: MoneyVerb, mode: HostileMode, seed: number): Cell | null {
  const why = mode.notFor(verb);
  return why === null ? null : { ...named(verb, mode, seed), status: 'not applicable', why: [why], ms: 0 };
}

export async function playCell(stage: Stage, cast: Cast, verb: MoneyVerb, mode: HostileMode, seed: number): Promise<Cell> {
  const cell = named(verb, mode, seed);
  const start = Date.now();
  let why: string[];
  try {
    why = await play(stage, cast, verb, mode, cell.seed);
  } catch (error) {
    why = [error instanceof Error ? error.message : String(error)];
  } finally {
    stage.onPending = async () => undefined;
  }
  return { ...cell, status: why.length === 0 ? 'ok' : 'violation', why, ms: Date.now() - start };
}

async function play(stage: Stage, cast: Cast, verb: MoneyVerb, mode: HostileMode, seed: string): Promise<string[]> {
  const dice = createDice(createHash('sha256').update(seed).digest().readUIntBE(0, 6));
  await stage.advanceTo(at(addDays(todayOf(stage.now()), 1), morning));
  const firstDay = todayOf(stage.now());
  const scene = await verb.prepare(stage, cast, dice);
  await settled(stage);
  if (mode.atNight) await stage.advanceAllTo(at(firstDay, justBeforeClosing));
  const [before, mark] = [await balancesAtBank(stage), await markAtBank(stage)];
  const wishes = mode.wishes(verb, dice);
  const unknown = new Set<string>();
  const wrong: string[] = [];
  if (!mode.files) {
    await stage.beHostile(wishes);
    if (mode.unknown) stage.onPending = (requestNo) => letSilencePass(stage, requestNo, unknown);
  }
  await scene.act({ askedFirst: mode.name === 'arrives-late' && verb.by === 'person' });
  const bystander = mode.name === 'notify-out-of-order' ? await payIn(stage, cast, scene) : null;
  if (mode.name === 'payout-returned') await daysLater(stage);
  await settled(stage);
  if (!mode.files) wrong.push(...idle(await stage.beKind()));
  wrong.push(...(await judge(stage, { scene, verb, mode, before, mark, bystander })), ...(await unknownIsResolved(stage, unknown)));
  wrong.push(...(await closeDays(stage, firstDay, mode, mode.files ? wishes : [])));
  if (mode.files) wrong.push(...idle(await stage.beKind()));
  return wrong;
}

const at = (day: string, minute: number): string => isoInstant(instantAt(day, minute, zone));
const idle = (wishes: readonly { mode: string; serviceName: string }[]): string[] => wishes.filter((wish) => wish.mode !== 'fail-before' || wish.serviceName !== 'QUERY_TRANSACTION').map((wish) => `the bank was never ${wish.mode} to ${wish.serviceName}: the cell proves nothing`);

interface Judged { scene: Scene; verb: MoneyVerb; mode: HostileMode; before: Balances; mark: string; bystander: string | null }

async function judge(stage: Stage, { scene, verb, mode, before, mark, bystander }: Judged): Promise<string[]> {
  const after = await balancesAtBank(stage);
  if (bystander) after.set(bystander, before.get(bystander) ?? { availableFen: 0, frozenFen: 0 });
  const moves = movesOf(scene, mode);
  const deposits = bystander && verb.service === 'RECHARGE' ? 1 : 0;
  return [
    ...moneyMoved(moves, before, after), ...othersUntouched(moves, before, after), ...(await executedOnce(stage, verb.counted ?? verb.service, mark, scene.times + deposits)),
    ...(await bankConserves(stage)), ...(await booksAgree(stage)), ...(await allTerminal(stage)), ...(await doneOnce(stage)),
  ];
}

/** Half a minute of the bank's silence, in which the outcome is called unknown; nobody waits for it here. */
async function letSilencePass(stage: Stage, requestNo: string, unknown: Set<string>): Promise<void> {
  const { rowCount } = await stage.pool.query(
    `UPDATE instruction SET sent_at = sent_at - interval '31 seconds', first_sent_at = first_sent_at - interval '31 seconds', sends = sends - 1 WHERE request_no = $1 AND state = 'sent'`, [requestNo]);
  if (rowCount === 1) unknown.add(requestNo);
}

/** Somebody else pays in, so that there is a later notification. @returns whose account it was */
async function payIn(stage: Stage, cast: Cast, scene: Scene): Promise<string | null> {
  const busy = new Set(scene.moves.flatMap((move) => move.accounts));
  const { userNo } = cast.lenders.find((lender) => !busy.has(lender.userNo)) ?? (await cast.newcomer('INVESTOR'));
  await actAtBank(stage, 'deposit', { act: 'deposit', userNo, amountFen: 100 });
  return userNo;
}

/** Six days go by: by then every payout that comes back has. */
async function daysLater(stage: Stage): Promise<void> {
  for (let day = 0; day < 6; day += 1) {
    await stage.advanceTo(at(addDays(todayOf(stage.now()), 1), 690));
    await settled(stage);
  }
  const { rowCount } = await stage.pool.query(`SELECT 1 FROM instruction WHERE verb = 'payout-returned' AND as_of > $1::timestamptz - interval '7 days'`, [stage.now()]);
  if (rowCount === 0) throw new Error('the payout never came back');
}

/** The bank has nothing more to say of its own accord, and nothing on its way to it. */
async function settled(stage: Stage): Promise<void> {
  let left = '';
  for (const end = Date.now() + settleMs; Date.now() < end; await setTimeout(20)) {
    const { rows } = await stage.bankRecord.query<{ what: string }>(
      `SELECT 'notification of ' || request_no AS what FROM delivery WHERE delivered_at IS NULL UNION ALL SELECT 'late order ' || number FROM late_call
       UNION ALL SELECT 'batch ' || request_no FROM request WHERE status = 'ACCEPT' AND service_name = 'ASYNC_TRANSACTION' UNION ALL SELECT 'returning ' || request_no FROM payout WHERE return_at <= $1 AND returned_at IS NULL`, [stage.now()]);
    if (rows.length === 0) return;
    left = rows.slice(0, 3).map(({ what }) => what).join(', ');
  }
  throw new Error(`the bank has not come to rest within ${settleMs / 1_000} s: ${left}`);
}
