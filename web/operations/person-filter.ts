/** A person as a filter of money pages: by number or account; what is sealed (phone, e-mail, ID number, name) leads to the number first. */
import type { Request, Response } from 'express';
import { findPeople } from '../../db/person-search.js';
import type { AreaDeps } from '../area.js';
import type { Filter } from '../desk/filters.js';

export const personFilter: Filter = { name: 'person', label: 'Person (number, account, phone, e-mail, ID number or name)', size: 22 };

/** Stands in an address for a person whom nobody found. */
const nobody = 'nobody';
const number = /^P\d{1,15}$/i;
const account = /^([A-Z]-P\d{1,15}|PLATFORM_[A-Z_]{1,40})$/i;

export interface SoughtPerson { personIds?: string[]; userNo?: string }

/** Whom the filter means; undefined when it is something sealed that has to be looked up. */
export function readPerson(value: string | undefined): SoughtPerson | undefined {
  if (value === undefined) return {};
  if (value === nobody) return { personIds: [] };
  if (account.test(value)) return { userNo: value.toUpperCase() };
  const ids = value.split(',').map((each) => each.trim());
  return ids.every((id) => number.test(id)) ? { personIds: ids.map((id) => id.toUpperCase()) } : undefined;
}

/** Answers with the way to the same list by the person's number, so that no page's address keeps a phone number or a name. */
export async function redirectToNumber({ pool, vault }: AreaDeps, request: Request, response: Response, sought: string): Promise<void> {
  const found = await findPeople(pool, vault, sought);
  const query = new URLSearchParams(Object.entries(request.query).filter((each): each is [string, string] => typeof each[1] === 'string'));
  // A filter's value holds a hundred characters: enough for as many people as share a name with any sense.
  const value = found.reduce((list, id) => (list.length + id.length < 100 ? [...(list ? [list] : []), id].join(',') : list), '');
  query.set('person', value || nobody);
  response.redirect(303, `${request.path}?${query.toString()}`);
}
