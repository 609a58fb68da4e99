/** One request as pages see it: who is there, what day it is, and the tokens that its forms carry. */
import { randomUUID } from 'node:crypto';
import { createContext } from 'preact';
import type { Request, Response } from 'express';
import type { Person, Role } from '../db/people.js';
import type { IsoDate } from '../domain/dates.js';

export interface Visit {
  /** Null for a stranger. */
  person: Person | null;
  /** The person's name, or e-mail address while there is none; for the header only. */
  displayName: string;
  /** What the person can use of what is in custody, for the header; null when there is no account. */
  availableFen: number | null;
  /** What waits beside it because an open case with the bank doubts it. */
  doubtedFen: number;
  /** Business time in ms, as an ISO instant, and its date in the platform's zone. */
  now: number;
  asOf: string;
  today: IsoDate;
  zoneOffsetMinutes: number;
  /** The business clock is not the wall clock (demonstration, tests). */
  demo: boolean;
  platformName: string;
  complaintsContact: string;
  temporalUi: { url: string; namespace: string } | null;
  requestId: string;
  path: string;
  /** Path and query of this page, as it can be asked for again. */
  address: string;
  /** Address of a static file by its name, e.g. `site.css`. */
  asset(name: string): string;
  /** The token of this session's forms; showing one begins a session. */
  csrf(): string;
  /** A new idempotency key for a form. */
  newKey(): string;
}

/** Components ask here for the visit; {@link sendPage} provides it. */
export const VisitContext = createContext<Visit | null>(null);

export const newFormKey = (): string => randomUUID();

/** The visit of a request, there after the middleware of `createApp`. */
export function visitOf(response: Response): Visit {
  const visit = response.locals['visit'] as Visit | undefined;
  if (!visit) throw new Error('this route stands before the middleware that knows the visitor');
  return visit;
}

/** The person logged in; routes behind `requireRole` or `requirePerson` have one. */
export function personOf(response: Response): Person {
  const { person } = visitOf(response);
  if (!person) throw new Error('this route is not behind a guard');
  return person;
}

export function hasRole(visit: Visit, ...roles: Role[]): boolean {
  return visit.person?.roles.some((role) => roles.includes(role)) ?? false;
}

/** A program asks, not a browser. */
export function wantsJson(request: Request): boolean {
  return request.accepts(['html', 'json']) === 'json';
}
