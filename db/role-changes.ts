/** Roles are given and taken by two administrators: one asks, another confirms. */
import { recordAct } from './acts.js';
import type { Role } from './people.js';
import { inTransaction, row, rows, type Db, type Pool } from './pool.js';

/** Roles that are given by administrators; borrowers and lenders take theirs by signing up. */
export const staffRoles = ['reviewer', 'operations', 'collector', 'supervisor', 'finance', 'compliance', 'administrator', 'auditor'] as const satisfies readonly Role[];
export type StaffRole = (typeof staffRoles)[number];

export interface RoleChange {
  id: number;
  personId: string;
  role: StaffRole;
  change: 'grant' | 'revoke';
  why: string;
  requestedBy: string;
  decidedBy: string | null;
  state: 'open' | 'done' | 'refused';
  requestedAt: string;
}

const columns = `id, person_id AS "personId", role, change, why, requested_by AS "requestedBy", decided_by AS "decidedBy", state, requested_at AS "requestedAt"`;

export function openRoleChanges(db: Db): Promise<RoleChange[]> {
  return rows<RoleChange>(db, `SELECT ${columns} FROM role_change WHERE state = 'open' ORDER BY id`);
}

export type RoleRequest = Pick<RoleChange, 'personId' | 'role' | 'change' | 'why' | 'requestedBy'> & { key: string; businessAt: string };

/** Asks for a change; the same key is the same request. Refused where it would change nothing, or is asked for already. */
export function requestRoleChange(pool: Pool, request: RoleRequest): Promise<'requested' | 'no-such-person' | 'changes-nothing' | 'requested-already'> {
  return inTransaction(pool, async (tx) => {
    if (await row(tx, 'SELECT 1 FROM role_change WHERE key = $1', [request.key])) return 'requested';
    if (!(await row(tx, 'SELECT 1 FROM person WHERE id = $1 FOR UPDATE', [request.personId]))) return 'no-such-person';
    const has = (await row(tx, 'SELECT 1 FROM person_role WHERE person_id = $1 AND role = $2', [request.personId, request.role])) !== null;
    if (has === (request.change === 'grant')) return 'changes-nothing';
    const written = await tx.query(
      `INSERT INTO role_change (key, person_id, role, change, why, requested_by) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`,
      [request.key, request.personId, request.role, request.change, request.why, request.requestedBy]);
    if (written.rowCount !== 1) return 'requested-already';
    await recordAct(tx, { actor: request.requestedBy, role: 'administrator', verb: `request-${request.change}-role`, subject: request.personId, after: { role: request.role }, why: request.why, businessAt: request.businessAt });
    return 'requested';
  });
}

export interface RoleDecision { id: number; decidedBy: string; confirm: boolean; businessAt: string }

/**
 * Another administrator confirms or refuses. The last administrator is never taken away, for then nobody could give roles
 * any more; whoever loses a role is logged out.
 */
export function decideRoleChange(pool: Pool, decision: RoleDecision): Promise<'done' | 'refused' | 'not-open' | 'own-request' | 'last-administrator'> {
  return inTransaction(pool, async (tx) => {
    const found = await row<RoleChange>(tx, `SELECT ${columns} FROM role_change WHERE id = $1 FOR UPDATE`, [decision.id]);
    if (found?.state !== 'open') return 'not-open';
    if (found.requestedBy === decision.decidedBy || found.personId === decision.decidedBy) return 'own-request';
    const { personId, role, change } = found;
    if (decision.confirm && change === 'revoke' && role === 'administrator') {
      const left = await row<{ n: number }>(tx, `SELECT count(*)::int AS n FROM (SELECT 1 FROM person_role WHERE role = 'administrator' AND person_id <> $1 FOR UPDATE) others`, [personId]);
      // Two are needed for any later change.
      if ((left?.n ?? 0) < 2) return 'last-administrator';
    }
    if (decision.confirm && change === 'grant') await tx.query('INSERT INTO person_role (person_id, role) VALUES ($1, $2) ON CONFLICT DO NOTHING', [personId, role]);
    if (decision.confirm && change === 'revoke') {
      await tx.query('DELETE FROM person_role WHERE person_id = $1 AND role = $2', [personId, role]);
      await tx.query(`DELETE FROM session WHERE sess ->> 'personId' = $1`, [personId]);
    }
    const state = decision.confirm ? 'done' : 'refused';
    await tx.query('UPDATE role_change SET state = $2, decided_by = $3, decided_at = now() WHERE id = $1', [decision.id, state, decision.decidedBy]);
    await recordAct(tx, {
      actor: found.requestedBy, role: 'administrator', verb: decision.confirm ? `${change}-role` : `refuse-${change}-role`, subject: personId, after: { role }, why: found.why, secondPerson: decision.decidedBy, businessAt: decision.businessAt,
    });
    return state;
  });
}

export interface ListedPerson { id: string; email: string; roles: Role[]; identificationState: string; lockedUntil: string | null; createdAt: string }

/** People by number, by the blind index of an e-mail address, or by role; the newest first. */
export function listPeople(db: Db, query: { id: string | null; emailIndex: string | null; role: string | null; limit: number; offset: number }): Promise<ListedPerson[]> {
  return rows<ListedPerson>(db,
    `SELECT p.id, p.email, p.identification_state AS "identificationState", p.locked_until AS "lockedUntil", p.created_at AS "createdAt",
       ARRAY(SELECT r.role FROM person_role r WHERE r.person_id = p.id ORDER BY r.role) AS roles
     FROM person p
     WHERE ($1::text IS NULL OR p.id = $1 OR p.email_index = $2) AND ($3::text IS NULL OR EXISTS (SELECT 1 FROM person_role r WHERE r.person_id = p.id AND r.role = $3))
     ORDER BY length(p.id) DESC, p.id DESC LIMIT $4 OFFSET $5`, [query.id, query.emailIndex, query.role, query.limit, query.offset]);
}
