import { resolveCase } from '../../db/cases.js';
import type { BankActivities } from '../../workflows/contract.js';
import type { BankDeps } from './carry-out.js';

/** A person decides a difference; see `db/cases.ts`. */
export function resolveCaseActivity({ pool }: BankDeps): BankActivities['resolveCase'] {
  return (decision) => resolveCase(pool, decision);
}
