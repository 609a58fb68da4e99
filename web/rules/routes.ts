import express, { Router, type ErrorRequestHandler, type Response } from 'express';
import type { AreaDeps } from '../area.js';
import { askRule, RuleError, ruleNames } from './rules.js';

const largestQuestion = '2mb';

/**
 * `POST /api/v1/rules/:rule` with the rule's input as JSON: `{ok: true, output}` or, with status 422 (404 for an unknown rule),
 * `{ok: false, error: {code, message}}`. For everybody, without a session: nothing is read or changed.
 */
export function rulesRouter({ limits }: Pick<AreaDeps, 'limits'>): Router {
  const router = Router();
  router.get('/api/v1/rules', (_request, response) => { response.json({ rules: ruleNames }); });
  router.post('/api/v1/rules/:rule', express.json({ limit: largestQuestion, type: () => true }), async (request, response) => {
    const wait = await limits.waitFor('rules-by-address', request.ip ?? '');
    if (wait !== null) return void answer(response.set('Retry-After', String(wait)), 429, { code: 'too-often', message: `address: has asked too often; ask again in ${wait} seconds` });
    try {
      response.json({ ok: true, output: askRule(request.params['rule'] ?? '', request.body) });
    } catch (error) {
      if (!(error instanceof RuleError)) throw error;
      answer(response, error.code === 'unknown-rule' ? 404 : 422, error);
    }
  });
  router.use('/api/v1/rules', unreadable);
  return router;
}

/** What is no JSON, or too much of it. */
const unreadable: ErrorRequestHandler = (error: { type?: string }, _request, response, next) => {
  if (error.type === 'entity.too.large') answer(response, 413, { code: 'too-long', message: `body: must be at most ${largestQuestion}` });
  else if (error.type === 'entity.parse.failed') answer(response, 400, { code: 'not-json', message: 'body: is not JSON' });
  else next(error);
};

function answer(response: Response, status: number, { code, message }: { code: string; message: string }): void {
  response.status(status).json({ ok: false, error: { code, message } });
}
