-- Cases that post: what the bank's file says of a share is followed in both books.

-- A share that we counted as delivered and the bank did not deliver, or not whole: it is owed to its holder again, out of the
-- money that is held under the loan. The journal names the decision of the two people.
ALTER TABLE journal_kind DISABLE TRIGGER chart_is_fixed;
ALTER TABLE posting_rule DISABLE TRIGGER chart_is_fixed;
INSERT INTO journal_kind (kind, book, same_owner) VALUES ('delivery-corrected', 'claims', false);
INSERT INTO posting_rule (journal_kind, account_kind, book, sign) VALUES
  ('delivery-corrected', 'held', 'claims', -1),
  ('delivery-corrected', 'claim-principal', 'claims', 1), ('delivery-corrected', 'claim-interest', 'claims', 1), ('delivery-corrected', 'claim-late-interest', 'claims', 1),
  ('delivery-corrected', 'claim-fee', 'claims', 1), ('delivery-corrected', 'claim-costs', 'claims', 1);
ALTER TABLE journal_kind ENABLE TRIGGER chart_is_fixed;
ALTER TABLE posting_rule ENABLE TRIGGER chart_is_fixed;

-- The rest of a detail of which the bank delivered only a part: it is sent again by itself, under a number of its own.
ALTER TABLE instruction_detail ADD COLUMN rest_of text REFERENCES instruction_detail;

-- People named before their names were indexed: found without reading all people, and none once they are.
CREATE INDEX person_name_missing ON person (id) WHERE name_cipher IS NOT NULL AND name_index IS NULL;
CREATE INDEX instruction_detail_rest ON instruction_detail (rest_of) WHERE rest_of IS NOT NULL;
