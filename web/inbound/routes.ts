/** What the world outside sends: no session, no form token; each message proves itself by its signature. */
import express, { Router } from 'express';
import type { WebDeps } from '../deps.js';
import { bankRouter } from './bank.js';
import { phoneRouter } from './phone.js';

export interface Inbound {
  router: Router;
  /** Sends what was gathered. */
  close(): Promise<void>;
}

/** A batch of a thousand details is one message. */
const bodyLimits = { extended: false, limit: '4mb', parameterLimit: 100 } as const;

export function inboundRouter(deps: WebDeps): Inbound {
  const router = Router();
  const bank = bankRouter(deps);
  router.use(['/bank', '/phone'], express.urlencoded(bodyLimits));
  router.use(bank.router);
  router.use(phoneRouter(deps));
  return { router, close: () => bank.close() };
}
