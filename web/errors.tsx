/** What a page says when something cannot be done: what happened, why, what to do now, and a code for support. */
import type { ErrorRequestHandler, Request, RequestHandler, Response } from 'express';
import type { Logger } from 'pino';
import type { VNode } from 'preact';
import { Layout, sendPage, useVisit } from './layout.js';
import { linksFor } from './navigation.js';
import { wantsJson } from './visit.js';

export interface Explanation {
  /** Stable, for programs and for support. */
  code: string;
  title: string;
  why: string;
  next: string;
}

/** Thrown by a route; shown as a page, or as JSON to a program. */
export class PageError extends Error {
  override name = 'PageError';
  constructor(readonly status: number, readonly explanation: Explanation, readonly retryAfterSeconds: number | null = null) {
    super(explanation.code);
  }
}

/** The same answer for what does not exist and for what is another person's. */
export function notFound(): PageError {
  return new PageError(404, {
    code: 'not-found', title: 'There is no such page',
    why: 'The address is wrong, or what stood here is not yours to see.', next: 'Go back, or start again from the first page.',
  });
}

export function tooOften(seconds: number): PageError {
  const wait = seconds > 90 ? `${Math.ceil(seconds / 60)} minutes` : `${seconds} seconds`;
  return new PageError(429, {
    code: 'too-often', title: 'That was tried too often',
    why: 'To protect accounts from being guessed at, the number of tries in a while is limited. Nothing was changed.', next: `Please try again in ${wait}.`,
  }, seconds);
}

const known: Record<string, { status: number; explanation: Explanation }> = {
  EBADCSRFTOKEN: {
    status: 403,
    explanation: {
      code: 'form-expired', title: 'This form is no longer valid',
      why: 'It was opened in another session, before you logged in or out, or long ago. Nothing was done.', next: 'Go back, load the page again and send the form once more.',
    },
  },
  'entity.too.large': {
    status: 413,
    explanation: { code: 'too-much-data', title: 'That is more than this form takes', why: 'A field is far longer than it may be. Nothing was done.', next: 'Go back and shorten what you typed.' },
  },
  'parameters.too.many': {
    status: 413,
    explanation: { code: 'too-much-data', title: 'That is more than this form takes', why: 'There are more fields than the form has. Nothing was done.', next: 'Load the page again and use its own form.' },
  },
};

const unreadable: Explanation = {
  code: 'unreadable-request', title: 'The request could not be read', why: 'What arrived is not what a browser sends. Nothing was done.', next: 'Load the page again and use its own form.',
};
const unexpected: Explanation = {
  code: 'unexpected', title: 'This did not work', why: 'A part of the platform did not answer as it should. It has been noted with the number below.',
  next: 'Try again in a minute; pressing the same button twice does nothing twice. If it stays so, tell us the number.',
};

export const answerNotFound: RequestHandler = (_request, _response, next) => next(notFound());

export function answerErrors(log: Logger): ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    if (response.headersSent) return next(error);
    const { status, explanation, retryAfterSeconds } = described(error);
    if (status >= 500) log.error({ err: safeError(error), requestId: response.locals['requestId'] as string, path: pathOf(request) }, 'a request failed');
    if (retryAfterSeconds) response.set('Retry-After', String(retryAfterSeconds));
    answer(request, response, status, explanation);
  };
}

function described(error: unknown): { status: number; explanation: Explanation; retryAfterSeconds: number | null } {
  if (error instanceof PageError) return error;
  const { code, type, status } = (error ?? {}) as { code?: string; type?: string; status?: number };
  const found = known[code ?? ''] ?? known[type ?? ''];
  if (found) return { ...found, retryAfterSeconds: null };
  if (typeof status === 'number' && status >= 400 && status < 500) return { status, explanation: unreadable, retryAfterSeconds: null };
  return { status: 500, explanation: unexpected, retryAfterSeconds: null };
}

/** Without the message of a database error, whose detail repeats the values of a row. */
function safeError(error: unknown): Record<string, unknown> {
  const { name, message, stack, code } = error as { name?: string; message?: string; stack?: string; code?: string };
  const fromDatabase = typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code);
  return { name, code, message: fromDatabase ? 'database error' : message, stack: fromDatabase ? stack?.split('\n').slice(1).join('\n') : stack };
}

/** Without the query, which may carry what a person typed. */
function pathOf(request: Request): string {
  return request.path;
}

function answer(request: Request, response: Response, status: number, explanation: Explanation): void {
  const requestId = response.locals['requestId'] as string;
  if (wantsJson(request) || !response.locals['visit']) {
    response.status(status).json({ error: { code: explanation.code, message: `${explanation.title}. ${explanation.why} ${explanation.next}`, requestId } });
    return;
  }
  sendPage(response, (
    <Layout title={explanation.title}>
      <div role="alert">
        <p>{explanation.why}</p>
        <p><strong>{explanation.next}</strong></p>
      </div>
      <WaysOn />
      <p class="small">Code {explanation.code}, request {requestId}</p>
    </Layout>
  ), status);
}

/** Where somebody who stands before a closed door can go. */
function WaysOn(): VNode {
  const { person } = useVisit();
  const home = person ? linksFor(person.roles)[0] : { href: '/log-in', text: 'Log in' };
  return <p class="actions">{home ? <a class="button plain" href={home.href}>{home.text}</a> : null} <a href="/">First page</a></p>;
}
