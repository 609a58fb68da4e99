import { nextContactMoment } from '../../domain/contact-moment.js';
import { dateAt, isoInstant, parseInstant } from '../../domain/dates.js';
import type { IsoDate } from '../../domain/dates.js';
import type { LoanState } from '../../domain/loan.js';
import { profileOf } from '../../domain/regulation.js';
import { countContacts } from '../../db/contacts.js';
import { owedOn } from '../../db/owed.js';
import { contactHoldOf } from '../../db/pursuit.js';
import type { ContactStep } from '../../workflows/contract.js';
import type { ActivityDeps } from '../deps.js';
import { businessDateOf, loanOf } from './facts.js';

export type Gate = { open: true; loan: LoanState; dueFen: number; dueSince: IsoDate } | { open: false; step: ContactStep };

/**
 * Whether a debtor may be contacted now: something is owed, nothing stands against it (dispute, wrong number, hardship),
 * the hour and the frequency allow it. Everything is read at this moment.
 */
export async function contactGate(deps: Pick<ActivityDeps, 'pool'>, wish: { loanNo: string; episode: number; channel: 'sms' | 'call'; asOf: string }): Promise<Gate> {
  const loan = await loanOf(deps, wish.loanNo);
  const owed = await owedOn(deps.pool, wish.loanNo, businessDateOf(loan, wish.asOf));
  if (owed.dueFen === 0 || !owed.dueSince) return { open: false, step: { status: 'nothing-owed' } };
  const hold = await contactHoldOf(deps.pool, wish.loanNo, wish.episode);
  if (hold) return { open: false, step: { status: 'stopped', code: hold } };
  const now = parseInstant(wish.asOf);
  const { zoneOffsetMinutes } = profileOf(loan.profile);
  const today = dateAt(now, zoneOffsetMinutes);
  const counts = await countContacts(deps.pool, loan.borrowerId, today, zoneOffsetMinutes);
  const moment = nextContactMoment(loan.profile, wish.channel, counts, now, today);
  if (moment > now) return { open: false, step: { status: 'not-now', notBefore: isoInstant(moment) } };
  return { open: true, loan, dueFen: owed.dueFen, dueSince: owed.dueSince };
}
