import express from 'express';
import type { Request, Router } from 'express';
import type { Pool } from 'pg';
import { z } from 'zod';
import { requireToken } from '../frame/control.js';
import { sendPage } from '../frame/page.js';
import { callsOf, durationSeconds } from './calls.js';
import type { Exchange } from './exchange.js';
import { messagesOf } from './messages.js';
import type { MessageRow } from './messages.js';
import { findNumber, readNumber, seeNumber, setNumber, settingSchema } from './numbers.js';
import type { PhoneNumber } from './numbers.js';
import { PhonePage, PhonesPage, pathOf } from './views.js';
import type { PhoneSummary } from './views.js';

export interface DeskParts {
  database: Pool; exchange: Exchange; token: string; wallNow: () => number;
  /** Takes an SMS for a phone of this network. */
  accept(message: { to: PhoneNumber; from: string; body: string; statusCallback: null }): Promise<MessageRow>;
}

const shownMessages = 100;
const shownCalls = 30;
const shownPhones = 200;

/** Phones as people hold them: pages, JSON for scripts, and the control API that decides how a phone behaves. */
export function createDesk(parts: DeskParts): Router {
  const { database, exchange } = parts;
  const desk = express.Router();
  desk.use(express.urlencoded({ extended: false, limit: '8kb' }));

  desk.get('/', async (_request, response) => sendPage(response, PhonesPage({ phones: await phones(database), refused: null })));

  desk.get('/phone', async (request, response) => {
    const typed = typeof request.query['number'] === 'string' ? request.query['number'] : '';
    const number = readNumber(typed);
    if (number) response.redirect(303, pathOf(number));
    else sendPage(response, PhonesPage({ phones: await phones(database), refused: typed }), 422);
  });

  desk.get('/phone/:number', async (request, response) => {
    const number = numberOf(request);
    if (!number) { response.redirect(303, `/phone?number=${encodeURIComponent(String(request.params['number']))}`); return; }
    await seeNumber(database, number, parts.wallNow());
    const [messages, calls] = await Promise.all([messagesOf(database, number, shownMessages), callsOf(database, number, shownCalls)]);
    sendPage(response, PhonePage({ number, messages, calls }));
  });

  desk.post('/phone/:number/calls/:sid/:act', async (request, response) => {
    const { sid, act } = request.params as { sid: string; act: string };
    if (act === 'answer') await exchange.pickUp(sid);
    else if (act === 'hang-up') await exchange.hangUp(sid);
    else if (act === 'press') {
      const key = keyOf(request);
      if (key) await exchange.press(sid, key);
    }
    response.redirect(303, pathOf(numberOf(request) ?? ''));
  });

  desk.get('/numbers/:number/messages.json', async (request, response) => {
    const number = numberOf(request);
    const rows = number ? await messagesOf(database, number, limitOf(request)) : [];
    response.json(rows.map((row) => ({
      sid: row.sid, from: row.from_number, to: row.to_number, body: row.body, at: new Date(row.business_at).toISOString(), status: row.status,
    })));
  });

  desk.get('/numbers/:number/calls.json', async (request, response) => {
    const number = numberOf(request);
    const rows = number ? await callsOf(database, number, limitOf(request)) : [];
    response.json(rows.map((row) => ({
      sid: row.sid, from: row.from_number, to: row.to_number, at: new Date(row.business_at).toISOString(), status: row.status,
      asking: row.next.at === 'gather', durationSeconds: durationSeconds(row), transcript: row.transcript,
    })));
  });

  desk.get('/numbers/:number', requireToken(parts.token), async (request, response) => {
    const number = numberOf(request);
    if (!number) { response.status(422).json(noNumber); return; }
    response.json(await findNumber(database, number));
  });

  desk.post('/numbers/:number', requireToken(parts.token), express.json({ limit: '8kb' }), async (request, response) => {
    const number = numberOf(request);
    const setting = settingSchema.safeParse(request.body);
    if (!number) response.status(422).json(noNumber);
    else if (!setting.success) response.status(422).json({ error: 'invalid-setting', issues: setting.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`) });
    else {
      await setNumber(database, number, setting.data);
      response.json(await findNumber(database, number));
    }
  });

  /** Another house of the outside world (the bank, say) texts to a phone; it is no customer of the API. */
  desk.post('/numbers/:number/messages', requireToken(parts.token), express.json({ limit: '8kb' }), async (request, response) => {
    const number = numberOf(request);
    const to = number ? await findNumber(database, number) : null;
    const text = textSchema.safeParse(request.body);
    if (!to || to.behaviour === 'invalid') response.status(422).json(noNumber);
    else if (!text.success) response.status(400).json({ error: 'invalid-text', message: z.prettifyError(text.error) });
    else response.status(201).json({ sid: (await parts.accept({ to, ...text.data, statusCallback: null })).sid });
  });

  return desk;
}

const textSchema = z.object({ from: z.string().min(1).max(20), body: z.string().min(1).max(1_600) });

const noNumber = { error: 'invalid-number', message: 'Write the number like +8613800138000.' };

function numberOf(request: Request): string | null {
  return readNumber(String(request.params['number']));
}

function keyOf(request: Request): string | null {
  const key = (request.body as Record<string, unknown> | undefined)?.['key'];
  return typeof key === 'string' && /^[0-9*#]$/.test(key) ? key : null;
}

function limitOf(request: Request): number {
  return Math.min(Math.max(Number(request.query['limit']) || 50, 1), 1_000);
}

async function phones(database: Pool): Promise<PhoneSummary[]> {
  const found = await database.query<PhoneSummary>(
    `SELECT number, sum(messages)::int AS messages, sum(calls)::int AS calls, bool_or(open) AS ringing, max(last) AS last FROM (
       SELECT to_number AS number, count(*) AS messages, 0 AS calls, false AS open, max(business_at) AS last FROM messages GROUP BY 1
       UNION ALL
       SELECT to_number, 0, count(*), bool_or(ended_ms IS NULL), max(business_at) FROM calls GROUP BY 1
     ) AS reached GROUP BY number ORDER BY bool_or(open) DESC, max(last) DESC LIMIT $1`,
    [shownPhones],
  );
  return found.rows;
}
