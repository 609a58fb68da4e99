/** The clock on the wire: everybody may read it, whoever has the token may hold, step and set it. */
import { timingSafeEqual } from 'node:crypto';
import express from 'express';
import type { Express, NextFunction, Request, Response } from 'express';
import type { Logger } from 'pino';
import { z } from 'zod';
import type { Governor } from './governor.js';
import { longestHoldSeconds } from './holds.js';

const holdBody = z.object({ id: z.string().min(1).max(200), reason: z.string().min(1).max(200), seconds: z.number().positive().max(longestHoldSeconds) });
const releaseBody = z.object({ id: z.string().min(1).max(200) });
const speedBody = z.object({ speed: z.number().min(0).max(1_000_000) });
const stepBody = z.object({ until: z.iso.datetime({ offset: true }).optional() });

/** A step whose work is not finished answers after so long (wall time) with `quiet: false`; asked again it waits on. */
const longestStepMs = 240_000;

/** @param options.token what callers must show; without one nobody may change anything. */
export function createClockApp(governor: Governor, options: { token: string | undefined; log: Logger; wallNow: () => number }): Express {
  const app = express();
  app.disable('x-powered-by');
  app.use(express.json({ limit: '10kb' }));
  app.get('/clock', (_request, response) => void response.json(governor.read()));

  const guard = (request: Request, response: Response, next: NextFunction): void => {
    if (mayGovern(request.get('authorization'), options.token)) next();
    else response.status(401).json({ error: { code: 'not-authorised', message: 'Show the clock’s token as Bearer.' } });
  };
  const post = (path: string, act: (request: Request, response: Response) => Promise<object> | object): void => {
    app.post(path, guard, async (request, response) => void response.json(await act(request, response)));
  };

  post('/clock/hold', ({ body }) => {
    const { id, reason, seconds } = holdBody.parse(body);
    governor.holds.hold(id, reason, seconds);
    return governor.look().then(() => governor.read());
  });
  post('/clock/release', ({ body }) => {
    governor.holds.release(releaseBody.parse(body).id);
    return governor.read();
  });
  post('/clock/pause', () => governor.order({ mode: 'paused' }).then(governor.read));
  post('/clock/resume', () => governor.order({ mode: 'running', ...(governor.read().pace > 0 ? {} : { pace: 1 }) }).then(governor.read));
  post('/clock/speed', ({ body }) => governor.order({ pace: speedBody.parse(body).speed }).then(governor.read));
  post('/clock/step', ({ body }, response) => {
    const { until } = stepBody.parse(body ?? {});
    const started = options.wallNow();
    let left = false;
    response.on('close', () => { left = !response.writableEnded; });
    return governor.step(until ? Date.parse(until) : null, () => left || options.wallNow() - started > longestStepMs);
  });

  app.use((error: unknown, _request: Request, response: Response, _next: NextFunction) => {
    if (error instanceof z.ZodError || error instanceof SyntaxError) {
      const message = error instanceof z.ZodError ? error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ') : 'the body is not JSON';
      return void response.status(400).json({ error: { code: 'invalid-input', message } });
    }
    options.log.error({ err: error }, 'the clock could not answer');
    response.status(503).json({ error: { code: 'unavailable', message: 'The clock cannot reach the record or Temporal at present.' } });
  });
  return app;
}

function mayGovern(header: string | undefined, token: string | undefined): boolean {
  const given = Buffer.from(header?.startsWith('Bearer ') ? header.slice(7) : '', 'utf8');
  const wanted = Buffer.from(token ?? '', 'utf8');
  return wanted.length > 0 && given.length === wanted.length && timingSafeEqual(given, wanted);
}
