/** Who may look at operations, and who may act there. */
import type { Role } from '../../db/people.js';
import { requireRole } from '../guard.js';
import { moneyRoles } from '../navigation.js';

export { moneyRoles };

export const lookRoles: readonly Role[] = ['operations', 'supervisor', 'finance', 'compliance', 'administrator', 'auditor'];
export const actRoles: readonly Role[] = ['operations', 'administrator'];

/** Who takes, notes and decides a difference with the bank. */
export const caseRoles: readonly Role[] = ['finance', 'operations', 'supervisor'];

export const mayLook = requireRole(...lookRoles);
export const mayAct = requireRole(...actRoles);
export const maySeeMoney = requireRole(...moneyRoles);
export const mayWorkCases = requireRole(...caseRoles);
