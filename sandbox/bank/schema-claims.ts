/**
 * Who holds what of a project, what of it is for sale, and what a guarantor has paid. The share of a project that was released
 * before the bank kept shares is worked out once from its details.
 */
export const claims = `
ALTER TABLE hold DROP CONSTRAINT IF EXISTS hold_biz_type_check, DROP CONSTRAINT IF EXISTS hold_purpose_known;
ALTER TABLE hold ADD CONSTRAINT hold_purpose_known CHECK (biz_type IN ('TENDER','REPAYMENT','CREDIT_ASSIGNMENT','COMPENSATORY')) NOT VALID;
ALTER TABLE project ADD COLUMN IF NOT EXISTS entrusted_no text REFERENCES account;
ALTER TABLE batch_detail ALTER COLUMN hold_no DROP NOT NULL, ADD COLUMN IF NOT EXISTS share_fen bigint CHECK (share_fen > 0);

CREATE TABLE IF NOT EXISTS claim_share (
  project_no text NOT NULL REFERENCES project, user_no text NOT NULL REFERENCES account, fen bigint NOT NULL CHECK (fen >= 0), PRIMARY KEY (project_no, user_no)
);
INSERT INTO claim_share (project_no, user_no, fen)
  SELECT project_no, user_no, greatest(0, sum(fen)) FROM (
    SELECT b.body ->> 'projectNo' AS project_no, CASE b.body ->> 'bizType' WHEN 'TENDER' THEN d.source_no ELSE d.target_no END AS user_no, CASE b.body ->> 'bizType' WHEN 'TENDER' THEN d.amount_fen ELSE -d.amount_fen END AS fen
      FROM batch_detail d JOIN request r USING (request_no) JOIN request b ON b.request_no = d.batch_no
     WHERE r.status = 'SUCCESS' AND d.biz_type = 'PRINCIPAL' AND b.body ->> 'bizType' IN ('TENDER','REPAYMENT') AND NOT EXISTS (SELECT 1 FROM claim_share)
  ) moved GROUP BY 1, 2;

CREATE TABLE IF NOT EXISTS claim_sale (
  request_no text PRIMARY KEY REFERENCES request, project_no text NOT NULL REFERENCES project, user_no text NOT NULL REFERENCES account, authorisation_no text,
  share_fen bigint NOT NULL CHECK (share_fen > 0), remaining_fen bigint NOT NULL CHECK (remaining_fen >= 0 AND remaining_fen <= share_fen), open boolean NOT NULL DEFAULT true
);
CREATE INDEX IF NOT EXISTS claim_sale_open ON claim_sale (project_no, user_no) WHERE open;

CREATE TABLE IF NOT EXISTS compensation (
  project_no text NOT NULL REFERENCES project, user_no text NOT NULL REFERENCES account, principal_fen bigint NOT NULL CHECK (principal_fen >= 0),
  repaid_fen bigint NOT NULL CHECK (repaid_fen >= 0 AND repaid_fen <= principal_fen), PRIMARY KEY (project_no, user_no)
);
`;
