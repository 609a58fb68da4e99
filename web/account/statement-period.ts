/** Which account and which days a statement is asked for. */
import { addDays, instantAt, isValidDate, isoInstant, type IsoDate } from '../../domain/dates.js';
import type { CustodyAccount } from '../../db/accounts.js';
import { notFound } from '../errors.js';
import type { FormErrors } from '../components/form.js';

export interface Asked { account: CustodyAccount; from: IsoDate; to: IsoDate; errors: FormErrors }

/** Both days included; the month until today where nothing valid was asked for. Somebody else's account is not found. */
export function readAsked(query: Record<string, unknown>, accounts: readonly CustodyAccount[], today: IsoDate): Asked | null {
  const number = typeof query['account'] === 'string' ? query['account'] : '';
  const account = number === '' ? accounts[0] : accounts.find((each) => each.userNo === number);
  if (!account && number !== '') throw notFound();
  if (!account) return null;
  const errors: FormErrors = {};
  const day = (name: string, usual: IsoDate): IsoDate => {
    const value = query[name];
    if (value === undefined || value === '') return usual;
    if (isValidDate(value)) return value;
    errors[name] = 'Write the day as 2026-11-22. The usual period is shown instead.';
    return usual;
  };
  const from = day('from', `${today.slice(0, 7)}-01`);
  const to = day('to', today);
  if (from <= to) return { account, from, to, errors };
  return { account, from: to, to: from, errors: { ...errors, to: 'The last day was before the first: the two are exchanged.' } };
}

/** The period in instants of business time. */
export function periodOf({ account, from, to }: Asked, zoneOffsetMinutes: number): { userNo: string; fromAt: string; untilAt: string } {
  return { userNo: account.userNo, fromAt: isoInstant(instantAt(from, 0, zoneOffsetMinutes)), untilAt: isoInstant(instantAt(addDays(to, 1), 0, zoneOffsetMinutes)) };
}
