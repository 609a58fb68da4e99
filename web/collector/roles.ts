/** Who sees arrears, and who works on them. */
import type { Role } from '../../db/people.js';
import { requireRole } from '../guard.js';

const lookRoles: readonly Role[] = ['collector', 'supervisor', 'operations', 'compliance', 'auditor'];
export const workRoles: readonly Role[] = ['collector', 'supervisor', 'operations'];

export const mayLook = requireRole(...lookRoles);
export const mayWork = requireRole(...workRoles);
