/** Who may look at operations, and who may act there. */
import type { Role } from '../../db/people.js';
import { requireRole } from '../guard.js';
import { moneyRoles } from '../navigation.js';

export { moneyRoles };

/** Whose desk is here at all: an administrator has the clock, people and their roles, and no money, loan or decision. */
export const lookRoles: readonly Role[] = ['operations', 'supervisor', 'finance', 'compliance', 'administrator', 'auditor'];
/** Who tries steps and shares again and settles tasks. */
export const actRoles: readonly Role[] = ['operations'];

/** Who governs the business clock, where it is governed. */
export const governRoles: readonly Role[] = ['operations', 'administrator'];

/** Who takes, notes and decides a difference with the bank. */
export const caseRoles: readonly Role[] = ['finance', 'operations', 'supervisor'];

export const mayLook = requireRole(...lookRoles);
export const mayAct = requireRole(...actRoles);
export const mayGovern = requireRole(...governRoles);
export const maySeeMoney = requireRole(...moneyRoles);
export const mayWorkCases = requireRole(...caseRoles);
