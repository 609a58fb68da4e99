/** What was found out about a borrower: identifications, bureau reports, scores and offers. */
import type { IsoDate } from '../domain/dates.js';
import { row, rows } from './pool.js';
import type { Db, Transaction } from './pool.js';

export type BureauName = 'identity' | 'carrier' | 'credit' | 'court' | 'platforms';

export interface BureauReport {
  personId: string;
  loanNo: string | null;
  bureau: BureauName;
  /** Our reference: the same question has the same one, so that nobody pays twice for an answer. */
  reference: string;
  status: 'answered' | 'unavailable';
  reportNo: string | null;
  facts: unknown;
  why: string | null;
  expiresOn: IsoDate | null;
}

const reportColumns = `person_id AS "personId", loan_no AS "loanNo", bureau, reference, status, report_no AS "reportNo", facts, why, expires_on AS "expiresOn"`;

/** Keeps a bureau's answer; silence is replaced by a later answer, an answer never by silence. */
export async function saveReport(db: Db, report: BureauReport): Promise<void> {
  await db.query(
    `INSERT INTO bureau_report (person_id, loan_no, bureau, reference, status, report_no, facts, why, expires_on)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
     ON CONFLICT (reference) DO UPDATE SET status = EXCLUDED.status, report_no = EXCLUDED.report_no, facts = EXCLUDED.facts, why = EXCLUDED.why,
       expires_on = EXCLUDED.expires_on, asked_at = now()
     WHERE bureau_report.status = 'unavailable'`,
    [report.personId, report.loanNo, report.bureau, report.reference, report.status, report.reportNo,
      report.facts === null ? null : JSON.stringify(report.facts), report.why, report.expiresOn],
  );
}

export async function findReport(db: Db, reference: string): Promise<BureauReport | null> {
  return row<BureauReport>(db, `SELECT ${reportColumns} FROM bureau_report WHERE reference = $1`, [reference]);
}

/** Reports asked for a loan, in the order of asking. */
export async function reportsOfLoan(db: Db, loanNo: string): Promise<BureauReport[]> {
  return rows<BureauReport>(db, `SELECT ${reportColumns} FROM bureau_report WHERE loan_no = $1 ORDER BY id`, [loanNo]);
}

// ── Identification ───────────────────────────────────────────────────────────────────────────────────────────────────

export type IdentificationState = 'running' | 'review' | 'verified' | 'failed';

export interface Identification { workflowId: string; personId: string; attempt: number; purpose: 'borrow' | 'lend'; state: IdentificationState; reason: string | null }

/** Begins an identification, or finds it; the person is `running` unless already verified. */
export async function beginIdentification(tx: Transaction, begun: Pick<Identification, 'workflowId' | 'personId' | 'attempt' | 'purpose'>): Promise<Identification> {
  await tx.query(
    `INSERT INTO identification (workflow_id, person_id, attempt, purpose, state) VALUES ($1, $2, $3, $4, 'running') ON CONFLICT DO NOTHING`,
    [begun.workflowId, begun.personId, begun.attempt, begun.purpose],
  );
  const found = await findIdentification(tx, begun.workflowId);
  if (!found) throw new RangeError(`${begun.personId} has an attempt ${begun.attempt} under another workflow than ${begun.workflowId}`);
  if (found.state === 'running') {
    await tx.query(`UPDATE person SET identification_state = 'running' WHERE id = $1 AND identification_state <> 'verified'`, [begun.personId]);
  }
  return found;
}

export async function findIdentification(db: Db, workflowId: string): Promise<Identification | null> {
  return row<Identification>(db,
    `SELECT workflow_id AS "workflowId", person_id AS "personId", attempt, purpose, state, reason FROM identification WHERE workflow_id = $1`, [workflowId]);
}

/** Writes how an identification stands. A verified person is never made less by a later attempt. Answers whether something changed. */
export async function recordIdentification(tx: Transaction, result: { workflowId: string; personId: string; state: 'review' | 'verified' | 'failed'; reason: string | null; at: string; birthDate?: IsoDate }): Promise<boolean> {
  const changed = await tx.query(
    `UPDATE identification SET state = $2, reason = $3 WHERE workflow_id = $1 AND state IN ('running', 'review') AND state <> $2`,
    [result.workflowId, result.state, result.reason],
  );
  if (changed.rowCount !== 1) return false;
  await tx.query(
    `UPDATE person SET identification_state = $2, identified_at = CASE WHEN $2 = 'verified' THEN $3::timestamptz ELSE identified_at END,
       birth_date = COALESCE($4::date, birth_date)
     WHERE id = $1 AND identification_state <> 'verified'`,
    [result.personId, result.state, result.at, result.birthDate ?? null],
  );
  return true;
}

/** Number of the next attempt to identify a person. */
export async function nextIdentification(db: Db, personId: string): Promise<number> {
  return ((await row<{ last: number }>(db, 'SELECT COALESCE(max(attempt), 0) AS last FROM identification WHERE person_id = $1', [personId]))?.last ?? 0) + 1;
}

// ── Score and offer ──────────────────────────────────────────────────────────────────────────────────────────────────

export interface StoredScore {
  loanNo: string; model: string; points: number; pdBps: number; grade: string; reasons: unknown; inputs: unknown;
  decision: 'approve' | 'refer' | 'decline'; decidedOn: IsoDate;
}

/** Keeps a score with what it was computed from; the first one stands. Answers the one that stands. */
export async function saveScore(db: Db, score: StoredScore): Promise<StoredScore> {
  await db.query(
    `INSERT INTO score (loan_no, model, points, pd_bps, grade, reasons, inputs, decision, decided_on) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
     ON CONFLICT (loan_no) DO NOTHING`,
    [score.loanNo, score.model, score.points, score.pdBps, score.grade, JSON.stringify(score.reasons), JSON.stringify(score.inputs), score.decision, score.decidedOn],
  );
  return (await findScore(db, score.loanNo)) ?? score;
}

export async function findScore(db: Db, loanNo: string): Promise<StoredScore | null> {
  return row<StoredScore>(db,
    `SELECT loan_no AS "loanNo", model, points, pd_bps AS "pdBps", grade, reasons, inputs, decision, decided_on AS "decidedOn" FROM score WHERE loan_no = $1`, [loanNo]);
}

export interface StoredOffer {
  loanNo: string; version: number; amountFen: number; termMonths: number; method: string; annualRateBps: number; grade: string;
  serviceFeeFen: number; allInPercent: string; capBps: number | null; validUntil: IsoDate; madeOn: IsoDate;
}

export interface OfferedInstalment { no: number; dueDate: IsoDate; dueDay: IsoDate; principalFen: number; interestFen: number; feeFen: number }

/** Keeps an offer with its schedule (version 0 of the loan's schedules, replaced by a newer offer). The same version again changes nothing. */
export async function saveOffer(tx: Transaction, offer: StoredOffer, instalments: readonly OfferedInstalment[]): Promise<void> {
  const made = await tx.query(
    `INSERT INTO offer (loan_no, version, amount_fen, term_months, method, annual_rate_bps, grade, service_fee_fen, all_in_percent, cap_bps, valid_until, made_on)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT (loan_no, version) DO NOTHING`,
    [offer.loanNo, offer.version, offer.amountFen, offer.termMonths, offer.method, offer.annualRateBps, offer.grade, offer.serviceFeeFen,
      offer.allInPercent, offer.capBps, offer.validUntil, offer.madeOn],
  );
  if (made.rowCount !== 1) return;
  await tx.query('DELETE FROM instalment WHERE loan_no = $1 AND version = 0', [offer.loanNo]);
  await tx.query(
    `INSERT INTO instalment (loan_no, version, no, due_date, due_day, principal_fen, interest_fen, fee_fen)
     SELECT $1, 0, * FROM unnest($2::int[], $3::date[], $4::date[], $5::bigint[], $6::bigint[], $7::bigint[])`,
    [offer.loanNo, instalments.map((i) => i.no), instalments.map((i) => i.dueDate), instalments.map((i) => i.dueDay),
      instalments.map((i) => i.principalFen), instalments.map((i) => i.interestFen), instalments.map((i) => i.feeFen)],
  );
}

/** The newest offer of a loan. */
export async function latestOffer(db: Db, loanNo: string): Promise<StoredOffer | null> {
  return row<StoredOffer>(db,
    `SELECT loan_no AS "loanNo", version, amount_fen AS "amountFen", term_months AS "termMonths", method, annual_rate_bps AS "annualRateBps", grade,
       service_fee_fen AS "serviceFeeFen", all_in_percent AS "allInPercent", cap_bps AS "capBps", valid_until AS "validUntil", made_on AS "madeOn"
     FROM offer WHERE loan_no = $1 ORDER BY version DESC LIMIT 1`, [loanNo]);
}

// ── What the platform knows of an applicant without asking anybody ───────────────────────────────────────────────────

export interface OwnRecord {
  /** Principal not yet repaid here, and own loans accepted but not yet paid out; this loan left out. */
  platformBalanceFen: number;
  raisingFen: number;
  /** An earlier application that nobody has decided yet. */
  duplicateOpen: boolean;
  /** Business date of the last decline on the merits. */
  lastDeclinedOn: IsoDate | null;
  /** A loan of this person was written off, is in legal hands, or is more than thirty days late. */
  defaultedHere: boolean;
  /** Works for the platform (Interim Measures, Art. 10(1)). */
  staff: boolean;
  applicationsLast30Days: number;
}

/** The platform's own record of a borrower, as of a date, for the application `loanNo`. */
export async function ownRecord(db: Db, borrowerId: string, loanNo: string, asOf: IsoDate): Promise<OwnRecord> {
  const found = await row<OwnRecord>(db,
    `WITH own AS (SELECT * FROM loan WHERE borrower_id = $1 AND loan_no <> $2), this AS (SELECT applied_at FROM loan WHERE loan_no = $2)
     SELECT
       COALESCE((SELECT sum(outstanding_fen) FROM own), 0)::bigint AS "platformBalanceFen",
       COALESCE((SELECT sum(COALESCE(amount_fen, requested_fen)) FROM own
         WHERE state IN ('preparing', 'fundraising', 'concluding', 'disbursing') AND value_date IS NULL), 0)::bigint AS "raisingFen",
       EXISTS (SELECT 1 FROM own, this WHERE state IN ('applied', 'identifying', 'screening', 'inReview', 'offered')
         AND (own.applied_at, own.loan_no) < (this.applied_at, $2)) AS "duplicateOpen",
       (SELECT max(COALESCE(closed_on, applied_at::date)) FROM own WHERE state = 'declined') AS "lastDeclinedOn",
       EXISTS (SELECT 1 FROM own WHERE state IN ('writtenOff', 'inLegal') OR days_past_due > 30) AS "defaultedHere",
       EXISTS (SELECT 1 FROM person_role WHERE person_id = $1 AND role NOT IN ('borrower', 'lender')) AS "staff",
       (SELECT count(*) FROM loan WHERE borrower_id = $1 AND applied_at > $3::date - 30) AS "applicationsLast30Days"`,
    [borrowerId, loanNo, asOf]);
  if (!found) throw new RangeError('the record of a borrower gave no row');
  return found;
}
