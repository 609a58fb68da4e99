import { Router } from 'express';
import type { Area } from '../area.js';
import { casesRouter } from './cases.js';
import { loanRouter } from './loan.js';
import { queueRouter } from './queue.js';
import { workRouter } from './work.js';

/** The collector's desk: whom to call, what was said, what was promised, and the cases at law. */
export const collectorArea: Area = (deps) => {
  const router = Router();
  for (const part of [queueRouter, loanRouter, workRouter, casesRouter]) router.use(part(deps));
  return router;
};
