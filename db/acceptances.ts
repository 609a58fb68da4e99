/** Which exact text a person accepted, and when: version and SHA-256 of the document as it was shown. */
import { row, rows, type Db } from './pool.js';

export type DocumentName = 'user-agreement' | 'privacy-policy' | 'borrower-risk-notice' | 'lender-risk-notice' | 'identity-consent' | 'credit-consent';

export interface AcceptedDocument { document: DocumentName; version: string; sha256: string }
export interface Acceptance extends AcceptedDocument { acceptedAt: string }

/** Writes an acceptance; the first time counts. `acceptedAt` is wall clock. */
export async function recordAcceptance(tx: Db, personId: string, accepted: AcceptedDocument, acceptedAt: string): Promise<void> {
  await tx.query(
    'INSERT INTO acceptance (person_id, document, version, sha256, accepted_at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING',
    [personId, accepted.document, accepted.version, accepted.sha256, acceptedAt],
  );
}

export function acceptancesOf(db: Db, personId: string): Promise<Acceptance[]> {
  return rows(db, 'SELECT document, version, sha256, accepted_at AS "acceptedAt" FROM acceptance WHERE person_id = $1 ORDER BY accepted_at, document', [personId]);
}

/** Whether the person has accepted this very version. */
export async function hasAccepted(db: Db, personId: string, document: DocumentName, version: string): Promise<boolean> {
  return (await row(db, 'SELECT 1 FROM acceptance WHERE person_id = $1 AND document = $2 AND version = $3', [personId, document, version])) !== null;
}
