/** The people of a hostile day, with accounts at the bank, and how they act there. */
import { beginAccount, bankUserNo } from '../../db/accounts.js';
import { find } from '../../db/instructions.js';
import { addDays, dateAt, instantAt, isoInstant } from '../../domain/dates.js';
import { bankClosed } from '../../db/outcomes.js';
import type { UserRole } from '../../gateways/custody/port.js';
import type { BankStep } from '../../workflows/contract.js';
import { cardNumber, type TypedAtBank } from '../bank.js';
import { addPerson } from '../people-with-money.js';
import { tradingPassword, type Act, type Stage } from './stage.js';

export interface Person { id: string; userNo: string }

export interface Cast {
  /** Rich enough for all cells. */
  lenders: Person[];
  /** Somebody new, with card and authorisations and nothing in the account. */
  newcomer(role: UserRole): Promise<Person>;
}

/** Somebody of finance, who decides what is not their own. */
export const decider = 'P9000';
/** Somebody of compliance, who writes papers down. */
export const clerk = 'P9001';
const lenderCount = 3;
const lenderFen = 100_000_000;
const hourMs = 3_600_000;

export async function gather(stage: Stage): Promise<Cast> {
  let serial = 0;
  const newcomer = (role: UserRole): Promise<Person> => openAccount(stage, role, (serial += 1));
  for (const id of [decider, clerk]) await addPerson(stage.pool, id, 'lender');
  const lenders: Person[] = [];
  for (let n = 0; n < lenderCount; n += 1) {
    const lender = await newcomer('INVESTOR');
    await actAtBank(stage, 'deposit', { act: 'deposit', userNo: lender.userNo, amountFen: lenderFen });
    lenders.push(lender);
  }
  return { lenders, newcomer };
}

async function openAccount(stage: Stage, role: UserRole, serial: number): Promise<Person> {
  const id = `H${serial}`;
  // The helper writes an account for the role that is not wanted; the wanted one is opened at the bank.
  await addPerson(stage.pool, id, role === 'BORROWERS' ? 'lender' : 'borrower');
  const userNo = await beginAccount(stage.pool, id, role);
  for (const table of ['authorisation', 'custody_account']) await stage.pool.query(`DELETE FROM ${table} WHERE user_no = $1`, [bankUserNo(id, role === 'BORROWERS' ? 'INVESTOR' : 'BORROWERS')]);
  const idNumber = `11010119900307${String(1_000 + serial)}`;
  await actAtBank(stage, 'register', { act: 'register', userNo, role, realName: '王小明', idNumber, mobile: '13800000000' },
    { password: tradingPassword, passwordAgain: tradingPassword, cardNumber: cardNumber(9, serial), bankName: 'Merchants Bank of the Sandbox' });
  await actAtBank(stage, 'authorise', { act: 'authorise', userNo, types: ['RECHARGE', 'TENDER', 'REPAYMENT', 'WITHDRAW', 'CREDIT_ASSIGNMENT', 'COMPENSATORY'], maxFen: 1_000_000_000_000, failTime: '2035-01-01' });
  return { id, userNo: bankUserNo(id, role) };
}

/**
 * A person's own act, followed as its workflow follows it, until it is done. Turned away by a closed bank the person comes
 * again an hour later, with a new form. `askedFirst`: we ask the bank before the person has got there.
 */
export async function actAtBank(stage: Stage, verb: 'register' | 'authorise' | 'deposit' | 'withdraw', act: Act, typed?: TypedAtBank, askedFirst = false): Promise<string> {
  for (let tries = 1; ; tries += 1) {
    const { requestNo, form } = await stage.form(verb, act);
    if (askedFirst && tries === 1) await follow(stage, requestNo);
    await stage.press(form, typed);
    const ended = await stage.carry((asOf) => follow(stage, requestNo, asOf));
    if (ended.status === 'done') return requestNo;
    if (ended.code !== bankClosed || tries > 24) throw new Error(`${requestNo} was refused: ${ended.code}`);
    await stage.advanceTo(new Date(Date.parse(stage.now()) + hourMs).toISOString());
  }
}

/** A form brought to the bank, and the bank's first word about it heard. @returns its number */
export async function beginAtBank(stage: Stage, verb: 'withdraw', act: Act): Promise<string> {
  const { requestNo, form } = await stage.form(verb, act);
  await stage.press(form);
  await stage.persist(() => follow(stage, requestNo));
  return requestNo;
}

/** One look, as the workflow of the act takes it. */
export async function follow(stage: Stage, requestNo: string, asOf = stage.now()): Promise<BankStep> {
  const { status, expectedAt } = await stage.activities.followMovement({ requestNo, attempts: 0, asOf });
  if (status === 'done') return { status };
  const instruction = await find(stage.pool, requestNo);
  if (status === 'refused') return { status, code: instruction?.reason ?? 'refused' };
  // A withdrawal that the bank has taken on arrives on a working morning.
  const onItsWay = instruction?.verb === 'withdraw' && instruction.state === 'accepted' && instruction.stage !== 'confirming';
  return { status, requestNo, expectedAt: expectedAt ?? (onItsWay ? nextMorning(asOf) : null) };
}

/** Ten o'clock of the next day in Beijing. */
function nextMorning(at: string): string {
  return isoInstant(instantAt(addDays(dateAt(Date.parse(at), 480), 1), 600, 480));
}
