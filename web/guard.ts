/** Who may come in. */
import type { Request, RequestHandler, Response } from 'express';
import type { Role } from '../db/people.js';
import { PageError } from './errors.js';
import { hasRole, visitOf, wantsJson } from './visit.js';

/** Somebody logged in; others are sent to log in and come back. */
export const requirePerson: RequestHandler = (request, response, next) => {
  if (visitOf(response).person) return next();
  return askToLogIn(request, response, next);
};

/** Somebody with one of these roles. */
export function requireRole(...roles: Role[]): RequestHandler {
  return (request, response, next) => {
    const visit = visitOf(response);
    if (!visit.person) return askToLogIn(request, response, next);
    if (hasRole(visit, ...roles)) return next();
    return next(new PageError(403, {
      code: 'wrong-role', title: 'This page is not for your role',
      why: `It is for people who are ${roles.join(' or ')} here; you are ${visit.person.roles.join(', ')}.`, next: 'Use the links at the top, or log in with the right account.',
    }));
  };
}

const askToLogIn: (request: Request, response: Response, next: (error: unknown) => void) => void = (request, response, next) => {
  if (wantsJson(request) || request.method !== 'GET') {
    next(new PageError(401, {
      code: 'not-logged-in', title: 'Please log in first',
      why: 'You are not logged in, or your session has ended. Nothing was done.', next: 'Log in and send the form again.',
    }));
    return;
  }
  response.redirect(303, `/log-in?next=${encodeURIComponent(request.originalUrl)}`);
};

/** A path of ours to go to after logging in; anything else leads to the first page. */
export function safePath(next: unknown): string {
  return typeof next === 'string' && /^\/(?![/\\])[^\s\\]*$/.test(next) && next.length <= 500 ? next : '/';
}
