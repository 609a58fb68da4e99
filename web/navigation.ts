/** The links at the top, by role. A founder of a new area adds its links here. */
import type { Role } from '../db/people.js';

export interface Link { href: string; text: string }

/** What a stranger sees. */
export const publicLinks: Link[] = [{ href: '/market', text: 'Market' }, { href: '/figures', text: 'Figures' }];

export const linksOf: Record<Role, Link[]> = {
  borrower: [{ href: '/borrower', text: 'My loans' }, { href: '/borrower/apply', text: 'Apply' }],
  lender: [{ href: '/market', text: 'Market' }, { href: '/lender', text: 'Portfolio' }],
  reviewer: [{ href: '/reviewer', text: 'Review queue' }],
  operations: [{ href: '/operations', text: 'Operations' }, { href: '/collector', text: 'Collection queue' }],
  collector: [{ href: '/collector', text: 'Collection queue' }],
  supervisor: [{ href: '/collector', text: 'Collection queue' }, { href: '/reviewer', text: 'Review queue' }, { href: '/operations', text: 'Operations' }],
  finance: [{ href: '/operations', text: 'Operations' }],
  compliance: [{ href: '/operations', text: 'Operations' }, { href: '/collector', text: 'Collection queue' }],
  administrator: [{ href: '/operations', text: 'Operations' }],
  auditor: [{ href: '/operations', text: 'Operations' }, { href: '/collector', text: 'Collection queue' }],
};

/** Links of all of a person's roles, each once. */
export function linksFor(roles: readonly Role[]): Link[] {
  const all = roles.flatMap((role) => linksOf[role]);
  return all.filter((link, index) => all.findIndex((other) => other.href === link.href) === index);
}
