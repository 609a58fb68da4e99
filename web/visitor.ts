/** Finds out, once a request, who is there and what day it is. */
import { randomUUID } from 'node:crypto';
import type { Request, RequestHandler, Response } from 'express';
import { bankUserNo } from '../db/accounts.js';
import { businessNow, currentSegment } from '../db/clock.js';
import { findPerson, openPerson, type Person } from '../db/people.js';
import { purseOf } from '../db/purse.js';
import { dateAt } from '../domain/dates.js';
import type { WebDeps } from './deps.js';
import type { StaticFiles } from './static.js';
import { newFormKey, type Visit } from './visit.js';

/** A number for each request, in its answer and in the log; a proxy's own is taken over when it looks like one. */
export const numberRequest: RequestHandler = (request, response, next) => {
  const given = request.get('x-request-id');
  const requestId = given && /^[\w-]{8,64}$/.test(given) ? given : randomUUID();
  response.locals['requestId'] = requestId;
  response.set('X-Request-Id', requestId);
  next();
};

export interface VisitorTools { files: StaticFiles; csrf: (request: Request, response: Response) => string }

export function knowVisitor(deps: WebDeps, tools: VisitorTools): RequestHandler {
  return async (request, response, next) => {
    const segment = await currentSegment(deps.pool);
    const now = businessNow(segment, deps.clock());
    const person = request.session.personId ? await findPerson(deps.pool, request.session.personId) : null;
    const { platformName, complaintsContact, temporalUi, zoneOffsetMinutes } = deps.settings;
    let token: string | undefined;
    const visit: Visit = {
      person, ...(await shownInHeader(deps, person)), now, asOf: new Date(now).toISOString(), today: dateAt(now, zoneOffsetMinutes), zoneOffsetMinutes, demo: segment.governed,
      platformName, complaintsContact, temporalUi, requestId: response.locals['requestId'] as string, path: request.path, address: request.originalUrl,
      asset: (name) => tools.files.address(name),
      csrf() {
        // A session without content is not kept, and its token would be worth nothing.
        if (!request.session.personId) request.session.begun = true;
        return (token ??= tools.csrf(request, response));
      },
      newKey: newFormKey,
    };
    response.locals['visit'] = visit;
    next();
  };
}

async function shownInHeader({ pool, vault }: WebDeps, person: Person | null): Promise<Pick<Visit, 'displayName' | 'availableFen' | 'doubtedFen'>> {
  if (!person) return { displayName: '', availableFen: null, doubtedFen: 0 };
  const { name } = await openPerson(pool, vault, person.id);
  const accounts = accountsIn(person);
  return { displayName: name ?? person.email, ...(accounts.length > 0 ? await purseOf(pool, accounts) : { availableFen: null, doubtedFen: 0 }) };
}

/** The person's own accounts at the bank, by role; none for staff. */
function accountsIn({ id, roles }: Person): string[] {
  return [...(roles.includes('borrower') ? [bankUserNo(id, 'BORROWERS')] : []), ...(roles.includes('lender') ? [bankUserNo(id, 'INVESTOR')] : [])];
}
