import { createHash, timingSafeEqual } from 'node:crypto';
import express from 'express';
import type { ErrorRequestHandler, Request, RequestHandler, Router } from 'express';
import type { Pool } from 'pg';
import type { Callbacks } from './callbacks.js';
import { findCall } from './calls.js';
import type { Call } from './course.js';
import type { Exchange } from './exchange.js';
import { acceptMessage } from './messages.js';
import type { MessageRow } from './messages.js';
import { findNumber, isE164 } from './numbers.js';
import type { PhoneNumber } from './numbers.js';
import { ApiError, callResource, eventResource, messageResource, pageOf } from './resources.js';
import type { RequestRow } from './resources.js';

export interface RestParts {
  database: Pool; exchange: Exchange; callbacks: Callbacks; accountSid: string; authToken: string;
  wallNow: () => number; businessNow: () => Promise<number>; onTrouble: (why: unknown) => void;
}

const maxBody = 1_600;
const usualRingLimitSeconds = 60;
const knownEvents = ['initiated', 'ringing', 'answered', 'completed'];

/** The part of Twilio's 2010-04-01 API that a lender needs: messages and calls, made, listed, read and ended. */
export function createRest(parts: RestParts): Router {
  const { database, exchange, accountSid } = parts;
  const api = express.Router();
  const account = `/2010-04-01/Accounts/${accountSid}`;
  api.use('/2010-04-01', authenticate(parts.accountSid, parts.authToken), express.urlencoded({ extended: false, limit: '64kb' }));

  api.get(`${account}.json`, (_request, response) => {
    response.json({ sid: accountSid, friendly_name: 'Tributary sandbox', status: 'active', type: 'Full', uri: `${account}.json` });
  });

  api.post(`${account}/Messages.json`, async (request, response) => {
    const form = formOf(request);
    const to = await receiver(database, form['To'], 21_604);
    const body = form['Body'] ?? '';
    if (body === '') throw new ApiError(400, 21_602, 'A text message body or media urls must be specified.');
    if (body.length > maxBody) throw new ApiError(400, 21_617, `The concatenated message body exceeds the ${maxBody} character limit.`);
    const row = await acceptMessage(parts, {
      to, from: sender(form['From'], 21_603), body, statusCallback: addressOf(form['StatusCallback'], 21_609),
    });
    response.status(201).json(messageResource(accountSid, row));
  });

  api.post(`${account}/Calls.json`, async (request, response) => {
    const form = formOf(request);
    const to = await receiver(database, form['To'], 21_201);
    const url = addressOf(form['Url'], 21_205);
    if (!url) throw new ApiError(400, 21_205, 'Url parameter is required.');
    const call = await exchange.place({
      to: to.number, from: sender(form['From'], 21_213), url, method: form['Method'] ?? 'POST',
      statusCallback: addressOf(form['StatusCallback'], 21_609), events: eventsOf(request), ringLimitSeconds: ringLimit(form['Timeout']),
    });
    response.status(201).json(callResource(accountSid, call));
  });

  api.post(`${account}/Calls/:sid.json`, async (request, response) => {
    const call = await existingCall(database, sidOf(request));
    const status = formOf(request)['Status'];
    if (status !== 'completed' && status !== 'canceled') throw new ApiError(400, 20_001, 'Only Status=completed or Status=canceled can be set here.');
    await exchange.cancel(call.sid);
    response.json(callResource(accountSid, await existingCall(database, call.sid)));
  });

  api.get(`${account}/Messages.json`, async (request, response) => {
    const found = await list<MessageRow>(database, request, 'messages', [
      ['To', 'to_number = $', text], ['From', 'from_number = $', text], ['DateSent>', 'sent_ms >= $', instant], ['DateSent<', 'sent_ms <= $', instant],
    ]);
    response.json(pageOf(`${account}/Messages.json`, found.query, 'messages', found.page, found.rows.map((row) => messageResource(accountSid, row))));
  });

  api.get(`${account}/Calls.json`, async (request, response) => {
    const found = await list<Call>(database, request, 'calls', [
      ['To', 'to_number = $', text], ['From', 'from_number = $', text], ['Status', 'status = $', text],
      ['StartTime>', 'answered_ms >= $', instant], ['StartTime<', 'answered_ms <= $', instant],
    ]);
    response.json(pageOf(`${account}/Calls.json`, found.query, 'calls', found.page, found.rows.map((row) => callResource(accountSid, row))));
  });

  api.get(`${account}/Messages/:sid.json`, async (request, response) => {
    const found = await database.query<MessageRow>('SELECT * FROM messages WHERE sid = $1', [sidOf(request)]);
    if (!found.rows[0]) throw notFound(request);
    response.json(messageResource(accountSid, found.rows[0]));
  });

  api.get(`${account}/Calls/:sid.json`, async (request, response) => {
    response.json(callResource(accountSid, await existingCall(database, sidOf(request))));
  });

  api.get(`${account}/Calls/:sid/Events.json`, async (request, response) => {
    const call = await existingCall(database, sidOf(request));
    const found = await list<RequestRow>(database, request, 'requests', [], ['subject = $1', call.sid]);
    const path = `${account}/Calls/${call.sid}/Events.json`;
    response.json(pageOf(path, found.query, 'events', found.page, found.rows.map(eventResource)));
  });

  api.use('/2010-04-01', (request) => { throw notFound(request); });
  api.use('/2010-04-01', errors(parts.onTrouble));
  return api;
}

function authenticate(accountSid: string, authToken: string): RequestHandler {
  const digest = (value: string): Buffer => createHash('sha256').update(value).digest();
  const expected = digest(`Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}`);
  return (request, response, next) => {
    if (timingSafeEqual(digest(request.headers.authorization ?? ''), expected)) next();
    else response.status(401).set('WWW-Authenticate', 'Basic realm="Twilio API"').json(new ApiError(401, 20_003, 'Authenticate').body);
  };
}

function errors(onTrouble: (why: unknown) => void): ErrorRequestHandler {
  return (error: unknown, _request, response, next) => {
    if (response.headersSent) next(error);
    else if (error instanceof ApiError) response.status(error.status).json(error.body);
    else {
      onTrouble(error);
      response.status(500).json(new ApiError(500, 20_500, 'An internal server error has occurred.').body);
    }
  };
}

function formOf(request: Request): Record<string, string> {
  const form: Record<string, string> = {};
  for (const [name, value] of Object.entries((request.body ?? {}) as Record<string, unknown>)) {
    if (typeof value === 'string') form[name] = value;
  }
  return form;
}

function sidOf(request: Request): string {
  return String(request.params['sid']);
}

function notFound(request: Request): ApiError {
  return new ApiError(404, 20_404, `The requested resource ${request.originalUrl.split('?')[0]} was not found`);
}

async function existingCall(database: Pool, sid: string): Promise<Call> {
  const call = await findCall(database, sid);
  if (!call) throw new ApiError(404, 20_404, `The requested resource /Calls/${sid}.json was not found`);
  return call;
}

async function receiver(database: Pool, to: string | undefined, missingCode: number): Promise<PhoneNumber> {
  if (!to) throw new ApiError(400, missingCode, "A 'To' phone number is required.");
  if (!isE164(to)) throw new ApiError(400, 21_211, `The 'To' number ${to} is not a valid phone number.`);
  const number = await findNumber(database, to);
  if (number.behaviour === 'invalid') throw new ApiError(400, 21_211, `The 'To' number ${to} is not a valid phone number.`);
  return number;
}

function sender(from: string | undefined, missingCode: number): string {
  if (!from) throw new ApiError(400, missingCode, "A 'From' phone number is required.");
  if (!isE164(from)) throw new ApiError(400, 21_212, `The 'From' number ${from} is not a valid phone number, shortcode, or alphanumeric sender ID.`);
  return from;
}

function addressOf(address: string | undefined, code: number): string | null {
  if (!address) return null;
  if (!/^https?:\/\//.test(address) || !URL.canParse(address)) throw new ApiError(400, code, `The address ${address} is not a valid URL.`);
  return address;
}

function eventsOf(request: Request): string[] {
  const asked: unknown = (request.body as Record<string, unknown>)['StatusCallbackEvent'];
  const names = (Array.isArray(asked) ? asked : [asked]).flatMap((one) => (typeof one === 'string' ? one.split(/\s+/) : []));
  const events = names.filter((name) => knownEvents.includes(name));
  return events.length > 0 ? events : ['completed'];
}

function ringLimit(timeout: string | undefined): number {
  const seconds = Number(timeout);
  return timeout !== undefined && Number.isInteger(seconds) && seconds > 0 ? Math.min(seconds, 600) : usualRingLimitSeconds;
}

type Filter = [parameter: string, condition: string, read: (value: string) => string | number];
const text = (value: string): string => value;
const instant = (value: string): number => {
  const ms = Date.parse(value);
  if (Number.isNaN(ms)) throw new ApiError(400, 20_001, `${value} is not a date.`);
  return ms;
};

interface Listed<Row> { rows: Row[]; query: Record<string, string>; page: { number: number; size: number; hasNext: boolean } }

/** Newest first, one page. */
async function list<Row>(database: Pool, request: Request, table: string, filters: Filter[], fixed?: [string, string]): Promise<Listed<Row>> {
  const asked = Object.fromEntries(new URL(request.originalUrl, 'http://network').searchParams);
  const size = Math.min(Math.max(Number(asked['PageSize']) || 50, 1), 1_000);
  const number = Math.max(Number(asked['Page']) || 0, 0);
  const values: (string | number)[] = fixed ? [fixed[1]] : [];
  const conditions = fixed ? [fixed[0]] : [];
  const query: Record<string, string> = {};
  for (const [parameter, condition, read] of filters) {
    const value = asked[parameter];
    if (!value) continue;
    query[parameter] = value;
    values.push(read(value));
    conditions.push(`${condition}${values.length}`);
  }
  const where = conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : '';
  const order = fixed ? 'ASC' : 'DESC';
  const found = await database.query<Record<string, unknown>>(
    `SELECT * FROM ${table} ${where} ORDER BY n ${order} LIMIT ${size + 1} OFFSET ${number * size}`, values,
  );
  return { rows: found.rows.slice(0, size) as Row[], query, page: { number, size, hasNext: found.rows.length > size } };
}
