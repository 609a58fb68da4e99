/**
 * The outside world's own handles (not part of the custody protocol): cards at other banks, and what a court does to an
 * account. Plain JSON with `Authorization: Bearer SANDBOX_TOKEN`; used by the demo, the replay and tests.
 */
import { Router, json } from 'express';
import type { Response } from 'express';
import type pg from 'pg';
import { z } from 'zod';
import { requireToken } from '../frame/control.js';
import { inTransaction } from '../frame/database.js';
import { dateOf } from './calendar.js';
import { isCardNumber, lockCard, profileOf, putCard } from './cards.js';
import type { Card } from './cards.js';
import { textsTo } from './texts.js';

const fen = z.int().min(0).max(1e14);
const cardSchema = z.object({
  number: z.string().refine(isCardNumber, 'not a card number (Luhn)'),
  bankName: z.string().min(1).max(60).default('Industrial Bank of the Sandbox'),
  balanceFen: fen.optional(), salaryFen: fen.optional(), salaryDay: z.int().min(1).max(31).optional(), expensesFen: fen.optional(),
  singleLimitFen: fen.optional(), dailyLimitFen: fen.optional(), open: z.boolean().default(true),
});

/** @param clock business time now in milliseconds */
export function createOutside(pool: pg.Pool, clock: () => Promise<number>, token: string): Router {
  const router = Router();
  router.use(['/cards', '/accounts', '/texts'], requireToken(token), json({ limit: '20kb' }));

  router.post('/cards', async (request, response) => {
    const input = cardSchema.safeParse(request.body);
    if (!input.success) return invalid(response, input.error);
    const { number, bankName, open, ...given } = input.data;
    const date = dateOf(await clock());
    const card = await inTransaction(pool, async (tx) => {
      await putCard(tx, number, { ...profileOf(number, bankName), ...given }, date, open);
      return lockCard(tx, number, date);
    });
    response.status(201).json(card && show(card));
  });

  router.get('/cards/:number', async (request, response) => {
    const date = dateOf(await clock());
    const card = await inTransaction(pool, (tx) => lockCard(tx, request.params.number, date));
    if (card) response.json(show(card));
    else noCard(response);
  });

  router.post('/cards/:number/balance', async (request, response) => {
    const input = z.object({ balanceFen: fen }).safeParse(request.body);
    if (!input.success) return invalid(response, input.error);
    const date = dateOf(await clock());
    const card = await inTransaction(pool, async (tx) => {
      const found = await lockCard(tx, request.params.number, date);
      if (found) await tx.query('UPDATE card SET balance_fen = $2 WHERE number = $1', [found.number, input.data.balanceFen]);
      return found && { ...found, balance_fen: input.data.balanceFen };
    });
    if (card) response.json(show(card));
    else noCard(response);
  });

  router.post('/cards/:number/open', async (request, response) => {
    const input = z.object({ open: z.boolean() }).safeParse(request.body);
    if (!input.success) return invalid(response, input.error);
    const { rowCount } = await pool.query('UPDATE card SET open = $2 WHERE number = $1', [request.params.number, input.data.open]);
    if (rowCount === 1) response.json({ number: request.params.number, open: input.data.open });
    else noCard(response);
  });

  router.post('/accounts/:userNo/state', async (request, response) => {
    const input = z.object({ state: z.enum(['ACTIVE', 'FROZEN', 'CLOSED']) }).safeParse(request.body);
    if (!input.success) return invalid(response, input.error);
    const { rowCount } = await pool.query("UPDATE account SET state = $2 WHERE user_no = $1 AND role NOT LIKE 'PLATFORM%'", [request.params.userNo, input.data.state]);
    if (rowCount === 1) response.json({ userNo: request.params.userNo, state: input.data.state });
    else response.status(404).json({ error: 'not-found', message: 'no such account' });
  });

  /** What this bank has texted to a phone, whether or not a phone network is there. */
  router.get('/texts/:mobile', async (request, response) => { response.json(await textsTo(pool, request.params.mobile)); });

  return router;
}

function show(card: Card): Record<string, unknown> {
  return {
    number: card.number, bankName: card.bank_name, balanceFen: card.balance_fen, salaryFen: card.salary_fen, salaryDay: card.salary_day, expensesFen: card.expenses_fen,
    singleLimitFen: card.single_limit_fen, dailyLimitFen: card.daily_limit_fen, open: card.open, livedUntil: card.lived_until,
  };
}

function invalid(response: Response, error: z.ZodError): void {
  response.status(400).json({ error: 'invalid-input', message: z.prettifyError(error) });
}

function noCard(response: Response): void {
  response.status(404).json({ error: 'not-found', message: 'no such card' });
}
