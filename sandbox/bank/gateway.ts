/** POST /gateway and the pages behind it: where a person acts at the bank. */
import { Router, urlencoded } from 'express';
import type { ErrorRequestHandler, Response } from 'express';
import type pg from 'pg';
import type { ClockReader } from '../frame/clock.js';
import { sendPage } from '../frame/page.js';
import { closedNow, pause } from './badday.js';
import { DoorError } from './errors.js';
import { takeMode } from './hostility.js';
import type { Mode, ModeInForce } from './hostility.js';
import { DoorPage, ReturnPage, VisitPage, returnScript } from './pages.js';
import type { Typed } from './personal-order.js';
import type { Step, Visit, Visits } from './visits.js';
import type { Wire } from './wire.js';

/** The clock stands still while somebody reads a page, at most this long at a time. */
const holdSeconds = 120;

export interface GatewaySettings { pool: pg.Pool; visits: Visits; wire: Wire; clock: ClockReader }

export function createGateway({ pool, visits, wire, clock }: GatewaySettings): Router {
  const router = Router();
  const form = urlencoded({ extended: false, limit: '100kb', parameterLimit: 20 });

  router.get('/bank/return.js', (_request, response) => { response.type('js').send(returnScript); });

  router.post('/gateway', form, async (request, response) => {
    const token = await visits.begin(wire.open(request.body));
    response.redirect(303, `/pages/${token}`);
  });

  router.get('/pages/:token', async (request, response) => {
    const visit = await visits.find(request.params.token);
    if (!visit) return noPage(response);
    if (visit.row.status !== 'INIT') return sendReturn(response, visit);
    await stayOn(visit);
    sendPage(response, VisitPage({ visit, message: null, typed: { cardNumber: '', bankName: '' } }));
  });

  router.post('/pages/:token', form, async (request, response) => {
    const typed = readTyped(request.body);
    const token = request.params.token;
    const cancelled = field(request.body, 'decision') === 'cancel';
    const visit = cancelled ? null : await visits.find(token);
    const take = async (mode: Mode): Promise<ModeInForce | null> => (visit ? takeMode(pool, mode, visit.row.service_name, { atMs: await clock.now() }) : null);
    if (await take('fail-before')) return sendPage(response, DoorPage({ code: '100001', message: 'The bank has a problem. Nothing was done; try again.' }), 503);
    const closed = await take('bank-closed');
    const step: Step | null = cancelled ? await visits.cancel(token) : closed ? await visits.refuse(token, closedNow) : await visits.act(token, typed);
    if (!step) return noPage(response);
    if (step.ended && (await take('answer-lost'))) return void request.socket.destroy();
    await pause((step.ended ? await take('slow-answer') : null)?.delayMs ?? 0);
    if (!step.ended) {
      await stayOn(step.visit);
      return sendPage(response, VisitPage({ visit: step.visit, message: step.message, typed }), 422);
    }
    await clock.release(holdId(step.visit));
    await sendReturn(response, step.visit);
  });

  const turnAway: ErrorRequestHandler = (error: unknown, _request, response, next) => {
    if (error instanceof DoorError) sendPage(response, DoorPage({ code: error.errorCode, message: error.message }), 400);
    else next(error);
  };
  router.use(turnAway);
  return router;

  function stayOn(visit: Visit): Promise<void> {
    return clock.hold(holdId(visit), 'a person is on a page of the bank', holdSeconds);
  }

  async function sendReturn(response: Response, { row, order }: Visit): Promise<void> {
    const fields = wire.seal(row.service_name, 'CALLBACK', await visits.message(row, order));
    response.set('Referrer-Policy', 'no-referrer');
    sendPage(response, ReturnPage({ row, redirectUrl: order.redirectUrl, fields }));
  }
}

function noPage(response: Response): void {
  sendPage(response, DoorPage({ code: '100007', message: 'There is no such page at this bank.' }), 404);
}

function holdId(visit: Visit): string {
  return `bank-page:${visit.order.requestNo}`;
}

function readTyped(body: unknown): Typed {
  return {
    password: field(body, 'password'), passwordAgain: field(body, 'passwordAgain'), code: field(body, 'code'),
    cardNumber: field(body, 'cardNumber').replace(/[\s-]/g, '').slice(0, 30), bankName: field(body, 'bankName').replace(/\p{Cc}/gu, '').slice(0, 60) || 'A bank of the Sandbox',
  };
}

/** One text field of a form; a field given twice counts as missing. */
function field(body: unknown, name: string): string {
  const value: unknown = typeof body === 'object' && body !== null ? Object.getOwnPropertyDescriptor(body, name)?.value : undefined;
  return typeof value === 'string' ? value : '';
}
