/**
 * Cards: accounts at other banks, with a life of their own. A salary comes in once a month, expenses go out day by day;
 * both are worked out from the business date when somebody looks. So some pulls fail by themselves.
 */
import { createHash } from 'node:crypto';
import type pg from 'pg';
import { dateOf } from './calendar.js';
import { refuse } from './errors.js';
import type { Refusal } from './errors.js';

export interface Card {
  number: string; bank_name: string; balance_fen: number; salary_fen: number; salary_day: number; expenses_fen: number;
  single_limit_fen: number; daily_limit_fen: number; open: boolean; lived_until: string; pulled_on: string | null; pulled_fen: number;
}

export interface CardProfile {
  bankName: string; balanceFen: number; salaryFen: number; salaryDay: number; expensesFen: number; singleLimitFen: number; dailyLimitFen: number;
}

const columns = 'number, bank_name, balance_fen, salary_fen, salary_day, expenses_fen, single_limit_fen, daily_limit_fen, open, lived_until::text, pulled_on::text, pulled_fen';

/** Whether the last digit is right (ISO/IEC 7812-1, Luhn). */
export function isCardNumber(number: string): boolean {
  if (!/^\d{12,19}$/.test(number)) return false;
  const sum = [...number].reverse().reduce((total, digit, place) => {
    const doubled = Number(digit) * (place % 2 === 1 ? 2 : 1);
    return total + (doubled > 9 ? doubled - 9 : doubled);
  }, 0);
  return sum % 10 === 0;
}

/** A card that gets along (see {@link profileOf}), another one for each request: a visitor of the sandbox has none at hand. */
export function exampleCard(requestNo: string): string {
  const body = `622202${requestNo.replace(/\D/g, '').slice(-8).padStart(8, '0')}5`;
  return [...'0123456789'].map((digit) => body + digit).find(isCardNumber) ?? body;
}

const yuan = 100;
/**
 * What an unknown card is like, by the digit before its check digit, so that a demo works without preparing cards:
 * 0-2 lives from hand to mouth, 3-6 gets along, 7-8 is comfortable, 9 is wealthy. Salary day and figures vary with the
 * number (docs/custody-protocol.md, "Cards").
 */
export function profileOf(number: string, bankName: string): CardProfile {
  const wealth = Number(number.at(-2));
  const chance = createHash('sha256').update(number).digest();
  const vary = (byte: number) => 0.85 + (0.3 * (chance[byte] ?? 0)) / 255;
  const [salary, spent, saved] = wealth === 9 ? [60_000, 0.5, 40] : wealth >= 7 ? [20_000, 0.6, 6] : wealth >= 3 ? [12_000, 0.7, 2] : [7_000, 0.9, 0.4];
  const salaryFen = Math.round(salary * vary(0)) * yuan;
  const limit = wealth === 9 ? 2_000_000 : 50_000;
  return {
    bankName, salaryFen, salaryDay: [5, 10, 15, 25][(chance[1] ?? 0) % 4] ?? 10,
    expensesFen: Math.round(salaryFen * spent), balanceFen: Math.round(salaryFen * saved * vary(2)),
    singleLimitFen: limit * yuan, dailyLimitFen: 4 * limit * yuan,
  };
}

/** The balance after the days between `card.lived_until` (exclusive) and `date` (inclusive). */
export function balanceOn(card: Pick<Card, 'balance_fen' | 'salary_fen' | 'salary_day' | 'expenses_fen' | 'lived_until'>, date: string): number {
  let balance = card.balance_fen;
  for (let ms = Date.parse(card.lived_until) + 86_400_000; ms <= Date.parse(date); ms += 86_400_000) {
    const day = new Date(ms);
    const daysInMonth = new Date(Date.UTC(day.getUTCFullYear(), day.getUTCMonth() + 1, 0)).getUTCDate();
    const today = day.getUTCDate();
    if (today === Math.min(card.salary_day, daysInMonth)) balance += card.salary_fen;
    const spent = Math.floor((card.expenses_fen * today) / daysInMonth) - Math.floor((card.expenses_fen * (today - 1)) / daysInMonth);
    balance -= Math.min(balance, spent);
  }
  return balance;
}

/** Locks a card and lives it up to the business date (never back). Null when there is no such card. */
export async function lockCard(tx: pg.PoolClient, number: string, date: string): Promise<Card | null> {
  const { rows } = await tx.query<Card>({ name: 'lock-card', text: `SELECT ${columns} FROM card WHERE number = $1 FOR NO KEY UPDATE`, values: [number] });
  const card = rows[0];
  if (!card || card.lived_until >= date) return card ?? null;
  const balance = balanceOn(card, date);
  await tx.query({ name: 'live-card', text: 'UPDATE card SET balance_fen = $2, lived_until = $3 WHERE number = $1', values: [number, balance, date] });
  return { ...card, balance_fen: balance, lived_until: date };
}

/** Opens a card at another bank, or sets an existing one to this profile. */
export async function putCard(tx: pg.PoolClient, number: string, profile: CardProfile, date: string, open = true): Promise<void> {
  await tx.query(
    `INSERT INTO card (number, bank_name, balance_fen, salary_fen, salary_day, expenses_fen, single_limit_fen, daily_limit_fen, lived_until, open) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10)
     ON CONFLICT (number) DO UPDATE SET bank_name = excluded.bank_name, balance_fen = excluded.balance_fen, salary_fen = excluded.salary_fen, salary_day = excluded.salary_day,
       expenses_fen = excluded.expenses_fen, single_limit_fen = excluded.single_limit_fen, daily_limit_fen = excluded.daily_limit_fen, lived_until = excluded.lived_until, open = excluded.open`,
    [number, profile.bankName, profile.balanceFen, profile.salaryFen, profile.salaryDay, profile.expensesFen, profile.singleLimitFen, profile.dailyLimitFen, date, open]);
}

/** A card that nobody prepared comes into being when it is first bound. */
export async function openIfUnknown(tx: pg.PoolClient, number: string, bankName: string, date: string): Promise<void> {
  const { rowCount } = await tx.query('SELECT 1 FROM card WHERE number = $1', [number]);
  if (rowCount === 0) await putCard(tx, number, profileOf(number, bankName), date);
}

/** The person's bound card, locked and lived, if it can be used. */
export async function lockBoundCard(tx: pg.PoolClient, userNo: string, atMs: number): Promise<Card | Refusal> {
  const { rows } = await tx.query<{ card_number: string }>({ name: 'bound-card', text: 'SELECT card_number FROM bound_card WHERE user_no = $1', values: [userNo] });
  const card = rows[0] ? await lockCard(tx, rows[0].card_number, dateOf(atMs)) : null;
  return card ?? refuse('refused', 'CARD_MISSING', 'no card is bound');
}

/** Takes money off a locked card, within its limits. @returns why not, or null when done */
export async function takeFromCard(tx: pg.PoolClient, card: Card, amountFen: number, atMs: number): Promise<Refusal | null> {
  const date = dateOf(atMs);
  const pulledToday = card.pulled_on === date ? card.pulled_fen : 0;
  if (!card.open) return refuse('refused', 'CARD_CLOSED', 'the card is closed');
  if (amountFen > card.single_limit_fen || pulledToday + amountFen > card.daily_limit_fen) return refuse('refused', 'CARD_LIMIT', "above the card's limit");
  if (amountFen > card.balance_fen) return refuse('refused', 'CARD_FUNDS', 'insufficient funds on the card');
  await tx.query({ name: 'take-from-card', text: 'UPDATE card SET balance_fen = balance_fen - $2, pulled_on = $3, pulled_fen = $4 WHERE number = $1', values: [card.number, amountFen, date, pulledToday + amountFen] });
  return null;
}

/** Puts money on a locked card. */
export async function payToCard(tx: pg.PoolClient, card: Card, amountFen: number): Promise<Refusal | null> {
  if (!card.open) return refuse('refused', 'CARD_CLOSED', 'the card is closed');
  await tx.query('UPDATE card SET balance_fen = balance_fen + $2 WHERE number = $1', [card.number, amountFen]);
  return null;
}
