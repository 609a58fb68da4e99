/** One person per role whom a newcomer can log in as; made at the first start of an installation with a sandbox. */
import { recordAcceptance, type DocumentName } from '../db/acceptances.js';
import { recordAct } from '../db/acts.js';
import { addPerson, findPersonByEmail, type Role } from '../db/people.js';
import { createPool, inTransaction, type Pool } from '../db/pool.js';
import type { Vault } from '../db/vault.js';
import { hashPassword } from '../web/account/passwords.js';
import { acceptanceOf } from '../web/documents/texts.js';
import { openVault } from './gateways.js';

export interface DemoPerson {
  role: Role;
  /** With which the person logs in. */
  email: string;
  password: string;
}

const roles: readonly Role[] = ['borrower', 'lender', 'reviewer', 'operations', 'collector', 'supervisor', 'finance', 'compliance', 'administrator', 'auditor'];
const accepted: Partial<Record<Role, DocumentName[]>> = {
  borrower: ['user-agreement', 'privacy-policy', 'borrower-risk-notice'], lender: ['user-agreement', 'privacy-policy', 'lender-risk-notice'],
};

export const demoEmail = (role: Role): string => `${role}@demo.example`;
export const demoPhone = (role: Role): string => `1380000000${roles.indexOf(role)}`;

/** Everybody whom {@link ensureDemoPeople} makes. */
export function demoPeople(password: string): DemoPerson[] {
  return roles.map((role) => ({ role, email: demoEmail(role), password }));
}

/** Makes the demo's people where they are missing; those who are there stay as they are. */
export async function ensureDemoPeople(options: { databaseUrl: string; dataKeysFile: string; password: string }): Promise<DemoPerson[]> {
  const pool = createPool(options.databaseUrl, { name: 'demo-people', max: 1 });
  try {
    const vault = openVault(options.dataKeysFile);
    for (const role of roles) {
      if (!(await findPersonByEmail(pool, vault, demoEmail(role)))) await make(pool, vault, role, options.password);
    }
    return demoPeople(options.password);
  } finally {
    await pool.end();
  }
}

async function make(pool: Pool, vault: Vault, role: Role, password: string): Promise<void> {
  const passwordHash = await hashPassword(password);
  const now = new Date().toISOString();
  await inTransaction(pool, async (tx) => {
    const person = await addPerson(tx, vault, { email: demoEmail(role), phone: demoPhone(role), passwordHash, roles: [role], phoneProvedAt: now, demo: true });
    if ('refused' in person) throw new Error(`the demo's ${role} cannot be made: ${person.refused}`);
    for (const document of accepted[role] ?? []) await recordAcceptance(tx, person.id, acceptanceOf(document), now);
    await recordAct(tx, { actor: 'platform', role: 'platform', verb: 'make-demo-person', subject: person.id, after: { role } });
  });
}
