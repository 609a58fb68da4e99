/**
 * The web server: sessions, form tokens, headers, errors, and the routers of the areas.
 *
 * How an area is added (say, for lenders):
 *  1. `web/lender/routes.tsx` exports `lenderArea: Area`, a function that makes a Router from {@link AreaDeps}.
 *     Routes name their whole path (`router.get('/lender/bids', …)`) behind `requireRole('lender')` of `guard.ts`;
 *     what is another person's is `throw notFound()` of `errors.tsx`. Express 5 passes what an async route throws on.
 *  2. It is put into the list in `areas.ts`, and its links into `navigation.ts`.
 *  3. A page is `sendPage(response, <Layout title="…">…</Layout>)`; components are in `components/`. `visitOf(response)` says who
 *     is there and what day it is (business time); `personOf(response)` the person behind a guard.
 *  4. Every POST goes through `<Form name action button>` (token and idempotency key), is read with `Input` (`input.ts`),
 *     shown again with status 422 and its errors when something is wrong, and answered by `response.redirect(303, …)`.
 *  5. Workflows are told through `deps.workflows` (`updates.ts`), then `answerTold` (`told.tsx`) shows a refusal or "not confirmed yet".
 */
import express, { type Express, type RequestHandler } from 'express';
import helmet from 'helmet';
import { loansWithUnsentBids } from '../db/bids.js';
import { bidsWaiting, fundWorkflowId } from '../workflows/contract.js';
import type { AreaDeps } from './area.js';
import { areas } from './areas.js';
import { readCookies } from './cookies.js';
import type { WebDeps } from './deps.js';
import { answerErrors, answerNotFound } from './errors.js';
import { inboundRouter } from './inbound/routes.js';
import { rulesRouter } from './rules/routes.js';
import { createLimits } from './limits.js';
import { createCsrf, createSessions } from './session.js';
import { createStaticFiles } from './static.js';
import { createWorkflows, governedTime } from './updates.js';
import { readUploads } from './uploads.js';
import { knowVisitor, numberRequest } from './visitor.js';

export interface WebApp {
  app: Express;
  /** Tells the fundings of bids that a web server placed and died before saying so; at the start of each. */
  tellMissedBids(): Promise<void>;
  /** Ends timers; call it after the server is closed, before the pool. Resolves when gathered Signals are out. */
  close(): Promise<void>;
}

const formLimits = { extended: false, limit: '64kb', parameterLimit: 100 } as const;

export function createApp(deps: WebDeps): WebApp {
  const app = express();
  const files = createStaticFiles();
  const sessions = createSessions(deps);
  const csrf = createCsrf(deps);
  const inbound = inboundRouter(deps);
  const workflows = createWorkflows(deps.temporal, { confirmWithinMs: deps.settings.confirmWithinMs, log: deps.log, governedNow: governedTime(deps) });
  const limits = createLimits(deps.pool, deps.settings.limits);
  const areaDeps: AreaDeps = { ...deps, limits, workflows };

  app.disable('x-powered-by');
  app.set('trust proxy', deps.settings.proxies);
  app.set('query parser', 'simple');
  app.use(numberRequest);
  app.use(logRequests(deps));
  app.use(securityHeaders(deps));
  app.get('/alive', (_request, response) => { response.json({ alive: true }); });
  app.use(files.router);
  app.use(inbound.router);
  app.use(rulesRouter({ limits }));
  app.use(readCookies, sessions.handler, knowVisitor(deps, { files, csrf: (request, response) => csrf.generateCsrfToken(request, response) }));
  app.use(express.urlencoded(formLimits), readUploads, csrf.doubleCsrfProtection);
  for (const area of areas) app.use(area(areaDeps));
  app.use(answerNotFound);
  app.use(answerErrors(deps.log));

  return {
    app,
    async tellMissedBids() {
      for (const loanNo of await loansWithUnsentBids(deps.pool)) workflows.gather(fundWorkflowId(loanNo), bidsWaiting);
    },
    async close() {
      sessions.close();
      await Promise.all([inbound.close(), workflows.close()]);
    },
  };
}

/** One line for each request: path without query, never what was typed. */
function logRequests({ log, clock }: WebDeps): RequestHandler {
  return (request, response, next) => {
    const { method, path } = request;
    const began = clock();
    response.once('finish', () => log.debug({ requestId: response.locals['requestId'] as string, method, path, status: response.statusCode, ms: clock() - began }, 'request'));
    next();
  };
}

/** Scripts and styles only from here; forms go nowhere but here and to the bank. */
function securityHeaders({ settings }: WebDeps) {
  const https = settings.publicUrl.startsWith('https:');
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"], scriptSrc: ["'self'"], styleSrc: ["'self'"], imgSrc: ["'self'", 'data:'], objectSrc: ["'none'"], baseUri: ["'none'"],
        frameAncestors: ["'none'"], formAction: ["'self'", settings.custodyOrigin], connectSrc: ["'self'"],
      },
    },
    strictTransportSecurity: https ? undefined : false,
    referrerPolicy: { policy: 'same-origin' },
    crossOriginOpenerPolicy: { policy: 'same-origin' },
  });
}
