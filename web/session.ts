/** Sessions: who is logged in, kept in PostgreSQL; the cookie carries only a signed number. */
import connectPgSimple from 'connect-pg-simple';
import { doubleCsrf } from 'csrf-csrf';
import type { Request, RequestHandler } from 'express';
import session from 'express-session';
import type { WebDeps } from './deps.js';

declare module 'express-session' {
  interface SessionData {
    personId: string;
    /** A form was shown to a stranger: its token belongs to this session. */
    begun: boolean;
    /** Sign-up under way: the blind index of the phone that was proved, until the form is sent. */
    provedPhone: string;
  }
}

/** Own names: cookies are shared by all ports of a host, and the bank of a demonstration stands on another port. */
export const sessionCookie = 'tributary_sid';
export const csrfCookie = 'tributary_csrf';

const sessionHours = 12;
const pruneEverySeconds = 900;

export function createSessions({ pool, settings, log }: WebDeps): { handler: RequestHandler; close(): void } {
  const Store = connectPgSimple(session);
  const store = new Store({
    pool, tableName: 'session', pruneSessionInterval: pruneEverySeconds,
    errorLog: (...what: unknown[]) => log.warn({ what: what.map((each) => (each instanceof Error ? each.message : String(each))) }, 'session store'),
  });
  const handler = session({
    store, name: sessionCookie, secret: settings.sessionSecret, resave: false, saveUninitialized: false, rolling: true,
    cookie: { httpOnly: true, sameSite: 'lax', secure: isHttps(settings.publicUrl), maxAge: sessionHours * 3_600_000, path: '/' },
  });
  return { handler, close: () => store.close() };
}

export function createCsrf({ settings }: WebDeps) {
  return doubleCsrf({
    getSecret: () => settings.sessionSecret,
    getSessionIdentifier: (request) => request.session.id,
    cookieName: csrfCookie,
    cookieOptions: { sameSite: 'lax', secure: isHttps(settings.publicUrl), httpOnly: true, path: '/' },
    getCsrfTokenFromRequest: (request) => (request.body as { _csrf?: string } | undefined)?._csrf,
  });
}

const isHttps = (url: string): boolean => url.startsWith('https:');

/** A new session number at each change of who is there, so that one planted before is worth nothing. */
export function logIn(request: Request, personId: string): Promise<void> {
  return new Promise((resolve, reject) => {
    request.session.regenerate((error) => {
      if (error) return reject(error instanceof Error ? error : new Error('the session could not be renewed'));
      request.session.personId = personId;
      keepSession(request).then(resolve, reject);
    });
  });
}

/**
 * Keeps what was put into the session before the answer begins. express-session sends the headers while it still writes, and
 * a browser follows a redirect as soon as it has them: the next page must find what this one has kept.
 */
export function keepSession(request: Request): Promise<void> {
  return new Promise((resolve, reject) => {
    request.session.save((error) => (error ? reject(error instanceof Error ? error : new Error('the session could not be kept')) : resolve()));
  });
}

export function logOut(request: Request): Promise<void> {
  return new Promise((resolve, reject) => {
    request.session.destroy((error) => (error ? reject(error instanceof Error ? error : new Error('the session could not be ended')) : resolve()));
  });
}
