/** How a loan in arrears stands today: what is overdue by component, and whether its debtor may be called now. */
import { countContactsOf, noContacts } from '../../db/contacts.js';
import type { ArrearsRow } from '../../db/collector.js';
import type { Db } from '../../db/pool.js';
import type { InstalmentDue } from '../../domain/allocation.js';
import { callRefusal, nextContactMoment, type ContactCounts } from '../../domain/contact-moment.js';
import { addDays, dateAt, instantAt, isoInstant, type IsoDate } from '../../domain/dates.js';
import { profileOf, type ProfileId } from '../../domain/regulation.js';
import { dueBy, totalFen } from '../../domain/servicing.js';

/** Why the debtor may not be called now. The first three are the case's own, the others the law's. */
export type ContactRefusal = 'nothing-owed' | 'hold' | 'promised' | 'outside-hours' | 'too-many-calls' | 'too-many-attempts' | 'just-spoken';

export interface ContactStanding {
  allowed: boolean;
  why: ContactRefusal | null;
  /** When it is allowed by itself; null where a person has to decide first, or it is allowed now. */
  notBefore: string | null;
}

export interface Arrears extends ArrearsRow {
  dues: InstalmentDue[];
  principalFen: number;
  interestFen: number;
  lateInterestFen: number;
  feeFen: number;
  dueFen: number;
  daysPastDue: number;
  contact: ContactStanding;
  counts: ContactCounts;
}

/** Adds today's figures to rows of the record. */
export async function standingOf(db: Db, found: readonly ArrearsRow[], now: number, today: IsoDate): Promise<Arrears[]> {
  const profiles = [...new Set(found.map((each) => each.carried.profile))];
  const counts = new Map<string, ContactCounts>();
  for (const profile of profiles) {
    const people = found.filter((each) => each.carried.profile === profile).map((each) => each.borrowerId);
    const { zoneOffsetMinutes } = profileOf(profile);
    for (const [id, counted] of await countContactsOf(db, people, dateAt(now, zoneOffsetMinutes), zoneOffsetMinutes)) counts.set(id, counted);
  }
  return found.map((each) => arrearsAt(each, counts.get(each.borrowerId) ?? noContacts(), now, today));
}

function arrearsAt(found: ArrearsRow, counts: ContactCounts, now: number, today: IsoDate): Arrears {
  const { carried } = found;
  const dues = dueBy(carried, today);
  const sum = (pick: (due: InstalmentDue) => number): number => dues.reduce((total, due) => total + pick(due), 0);
  const dueFen = Math.max(0, totalFen(dues) - found.frozenFen);
  return {
    ...found, dues, counts, dueFen, daysPastDue: carried.daysPastDue,
    principalFen: sum((due) => due.principalFen), interestFen: sum((due) => due.interestFen), lateInterestFen: sum((due) => due.lateInterestFen), feeFen: sum((due) => due.feeFen),
    contact: contactStanding(found, dueFen, counts, now, today),
  };
}

function contactStanding({ hold, promise, carried }: ArrearsRow, dueFen: number, counts: ContactCounts, now: number, today: IsoDate): ContactStanding {
  if (dueFen === 0) return { allowed: false, why: 'nothing-owed', notBefore: null };
  if (hold) return { allowed: false, why: 'hold', notBefore: null };
  if (promise && promise.dueOn >= today) return { allowed: false, why: 'promised', notBefore: openingOf(carried.profile, addDays(promise.dueOn, 1)) };
  const day = dateAt(now, profileOf(carried.profile).zoneOffsetMinutes);
  const refused = callRefusal(carried.profile, counts, now, day);
  if (!refused) return { allowed: true, why: null, notBefore: null };
  return { allowed: false, why: refused, notBefore: isoInstant(nextContactMoment(carried.profile, 'call', counts, now, day)) };
}

function openingOf(profile: ProfileId, day: IsoDate): string {
  const { contactHours, zoneOffsetMinutes } = profileOf(profile);
  return isoInstant(instantAt(day, contactHours.value.fromMinute, zoneOffsetMinutes));
}

/** Whom to call first: those who may be called now, then those who may not yet, those with a promise, those on hold; inside, the amount overdue times its days. */
export function ranked(all: readonly Arrears[]): Arrears[] {
  const group = ({ contact }: Arrears): number => (contact.allowed ? 0 : contact.why === 'promised' ? 2 : contact.why === 'hold' ? 3 : contact.why === 'nothing-owed' ? 4 : 1);
  const weight = ({ dueFen, daysPastDue }: Arrears): number => dueFen * Math.max(1, daysPastDue);
  return [...all].sort((a, b) => group(a) - group(b) || weight(b) - weight(a) || (a.loanNo < b.loanNo ? -1 : 1));
}
