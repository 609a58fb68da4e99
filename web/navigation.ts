/** The links at the top, by role, and those inside operations. A founder of a new area adds its links here. */
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

/** Who sees the money: instructions, accounts, journals, fees, days and cases. */
export const moneyRoles: readonly Role[] = ['finance', 'operations', 'supervisor', 'compliance', 'auditor'];

/** Who sees the orders of courts. */
export const orderRoles: readonly Role[] = ['compliance', 'operations', 'supervisor', 'finance', 'auditor'];

/** The pages of operations, shown above each of them; some are for those who see the money. */
const operationsLinks: readonly (Link & { roles?: readonly Role[] })[] = [
  { href: '/operations/loans', text: 'Loans', roles: moneyRoles }, { href: '/operations/tasks', text: 'Tasks', roles: moneyRoles }, { href: '/operations/instructions', text: 'Instructions', roles: moneyRoles }, { href: '/operations/undelivered', text: 'Undelivered shares', roles: moneyRoles },
  { href: '/operations/books', text: 'Books', roles: moneyRoles }, { href: '/operations/reconciliation', text: 'Reconciliation', roles: moneyRoles }, { href: '/operations/cases', text: 'Cases', roles: moneyRoles },
  { href: '/operations/withdrawals', text: 'Withdrawals to confirm', roles: moneyRoles }, { href: '/operations/enterprises', text: 'Enterprises', roles: [...moneyRoles, 'administrator'] },
  { href: '/operations/custody-accounts', text: 'Custody accounts', roles: moneyRoles }, { href: '/operations/accounts', text: 'Accounts of the ledger', roles: moneyRoles }, { href: '/operations/journals', text: 'Journals', roles: moneyRoles },
  { href: '/operations/fees', text: 'Fees and costs', roles: moneyRoles }, { href: '/operations/orders', text: 'Orders of courts', roles: orderRoles }, { href: '/operations/estates', text: 'Estates', roles: orderRoles }, { href: '/operations/acts', text: 'Record of decisions', roles: moneyRoles }, { href: '/operations/people', text: 'People' },
];

/** The links of the desk on which a page stands; none elsewhere, nor for who may not come in. */
export function deskLinksFor(roles: readonly Role[], path: string): Link[] {
  const mayLook = linksFor(roles).some(({ href }) => href === '/operations');
  if (!mayLook || (path !== '/operations' && !path.startsWith('/operations/'))) return [];
  return operationsLinks.filter((link) => !link.roles || link.roles.some((role) => roles.includes(role)));
}

/** The link under which a path stands: its own, or the nearest above it. */
export function linkAbove(links: readonly Link[], path: string): Link | null {
  const above = links.filter(({ href }) => path === href || path.startsWith(`${href}/`));
  return above.reduce<Link | null>((nearest, link) => (nearest && nearest.href.length >= link.href.length ? nearest : link), null);
}

/** Links of all of a person's roles, each once. */
export function linksFor(roles: readonly Role[]): Link[] {
  const all = roles.flatMap((role) => linksOf[role]);
  return all.filter((link, index) => all.findIndex((other) => other.href === link.href) === index);
}
