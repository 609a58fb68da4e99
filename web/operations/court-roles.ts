/** Who sees courts' orders, and who enters and decides them: two log-ins, never about oneself. */
import type { Role } from '../../db/people.js';
import { requireRole } from '../guard.js';
import { orderRoles } from '../navigation.js';

export const courtRoles: readonly Role[] = ['compliance', 'operations', 'supervisor'];

export const maySeeOrders = requireRole(...orderRoles);
export const mayWorkOrders = requireRole(...courtRoles);
