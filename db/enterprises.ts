/** Enterprises (legal persons) with accounts at the custody bank: who they are, who acts for them, how their accounts stand. */
import { bankUserNo, type BankRole, type CustodyAccount } from './accounts.js';
import { recordAct } from './acts.js';
import { inTransaction, row, rows, type Db, type Pool } from './pool.js';

/** In which roles an enterprise can have an account. */
export const enterpriseRoles = ['GUARANTEECORP', 'INVESTOR', 'BORROWERS', 'SUPPLIERS'] as const satisfies readonly BankRole[];

export interface EnterpriseAccount {
  userNo: string;
  enterpriseNo: string;
  name: string;
  /** Unified social credit code (统一社会信用代码). */
  uscc: string;
  bankRole: BankRole;
  agentId: string;
  registeredBy: string;
  registeredAt: string;
  state: CustodyAccount['state'];
  cardLast4: string | null;
  openedAt: string | null;
  /** The latest try at the bank, and how it stands. */
  requestNo: string | null;
  requestState: string | null;
  requestReason: string | null;
}

const select = `SELECT a.user_no AS "userNo", e.enterprise_no AS "enterpriseNo", e.name, e.uscc, a.bank_role AS "bankRole", a.person_id AS "agentId", e.registered_by AS "registeredBy", e.registered_at AS "registeredAt",
    a.state, a.card_last4 AS "cardLast4", a.opened_at AS "openedAt", i.request_no AS "requestNo", i.state AS "requestState", i.reason AS "requestReason"
  FROM custody_account a JOIN enterprise e USING (enterprise_no)
  LEFT JOIN LATERAL (SELECT request_no, state, reason FROM instruction WHERE user_no = a.user_no AND verb = 'open-enterprise' ORDER BY intended_at DESC LIMIT 1) i ON true`;

export function listEnterpriseAccounts(db: Db, page: { limit: number; offset: number }): Promise<EnterpriseAccount[]> {
  return rows<EnterpriseAccount>(db, `${select} ORDER BY e.registered_at DESC, a.user_no LIMIT $1 OFFSET $2`, [page.limit, page.offset]);
}

/** The accounts for which a person acts. */
export function enterpriseAccountsOf(db: Db, agentId: string): Promise<EnterpriseAccount[]> {
  return rows<EnterpriseAccount>(db, `${select} WHERE a.person_id = $1 ORDER BY a.user_no`, [agentId]);
}

export interface NewEnterpriseAccount { name: string; uscc: string; bankRole: BankRole; agentId: string; registeredBy: string; role: string; businessAt: string }
export type EnterpriseRefusal = 'no-such-person' | 'agent-not-identified' | 'agent-is-staff' | 'registered-already' | 'other-agent';

/**
 * Notes an enterprise and the account that its agent is to open at the bank (state `opening`). The same enterprise may have
 * an account in several roles, always with the same agent. The same wish again is the same account.
 */
export function registerEnterprise(pool: Pool, wish: NewEnterpriseAccount): Promise<{ userNo: string } | { refused: EnterpriseRefusal }> {
  return inTransaction(pool, async (tx) => {
    const agent = await row<{ identified: boolean }>(tx, `SELECT identification_state = 'verified' AND name_cipher IS NOT NULL AND id_number_cipher IS NOT NULL AS identified FROM person WHERE id = $1`, [wish.agentId]);
    if (!agent) return { refused: 'no-such-person' };
    if (!agent.identified) return { refused: 'agent-not-identified' };
    if (wish.agentId === wish.registeredBy) return { refused: 'agent-is-staff' };
    const enterprise = await row<{ no: string; agentId: string }>(
      tx, `INSERT INTO enterprise (enterprise_no, name, uscc, agent_id, registered_by, registered_at) VALUES ('E' || nextval('enterprise_no'), $1, $2, $3, $4, $5)
           ON CONFLICT (uscc) DO UPDATE SET uscc = EXCLUDED.uscc RETURNING enterprise_no AS no, agent_id AS "agentId"`, [wish.name, wish.uscc, wish.agentId, wish.registeredBy, wish.businessAt]);
    if (!enterprise) throw new RangeError(`the enterprise ${wish.uscc} was neither written nor found`);
    if (enterprise.agentId !== wish.agentId) return { refused: 'other-agent' };
    const userNo = bankUserNo(enterprise.no, wish.bankRole);
    const opened = await tx.query(
      `INSERT INTO custody_account (user_no, person_id, enterprise_no, bank_role, state) VALUES ($1, $2, $3, $4, 'opening') ON CONFLICT DO NOTHING`, [userNo, wish.agentId, enterprise.no, wish.bankRole]);
    if (opened.rowCount !== 1) return { refused: 'registered-already' };
    await recordAct(tx, { actor: wish.registeredBy, role: wish.role, verb: 'register-enterprise', subject: enterprise.no, after: { userNo, uscc: wish.uscc, bankRole: wish.bankRole, agent: wish.agentId }, businessAt: wish.businessAt });
    return { userNo };
  });
}
