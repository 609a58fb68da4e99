-- Court freeze (司法冻结) of a person's money and claims: the papers that order it, two people, an expiry.

SELECT allow_instruction_verbs('court-freeze', 'court-release');
CREATE INDEX instruction_court ON instruction (workflow_id) WHERE verb IN ('court-freeze', 'court-release');

-- Money that a court holds back stays the person's own, at the bank frozen.
ALTER TABLE account_kind DISABLE TRIGGER chart_is_fixed;
ALTER TABLE journal_kind DISABLE TRIGGER chart_is_fixed;
ALTER TABLE posting_rule DISABLE TRIGGER chart_is_fixed;
INSERT INTO account_kind (kind, book, side) VALUES ('court-frozen', 'custody', 1);
INSERT INTO journal_kind (kind, book, same_owner) VALUES ('court-frozen', 'custody', true), ('court-released', 'custody', true);
INSERT INTO posting_rule (journal_kind, account_kind, book, sign) VALUES
  ('court-frozen', 'lender-available', 'custody', -1), ('court-frozen', 'borrower-available', 'custody', -1), ('court-frozen', 'court-frozen', 'custody', 1),
  ('court-released', 'court-frozen', 'custody', -1), ('court-released', 'lender-available', 'custody', 1), ('court-released', 'borrower-available', 'custody', 1);
ALTER TABLE account_kind ENABLE TRIGGER chart_is_fixed;
ALTER TABLE journal_kind ENABLE TRIGGER chart_is_fixed;
ALTER TABLE posting_rule ENABLE TRIGGER chart_is_fixed;

-- A paper that was handed in: what it says is sealed (db/vault.ts), its hash is of what was handed in.
CREATE TABLE document (
  id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  sha256         text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
  media_type     text NOT NULL CHECK (media_type IN ('application/pdf', 'image/png', 'image/jpeg')),
  bytes          integer NOT NULL CHECK (bytes > 0),
  content_cipher text NOT NULL,
  uploaded_by    text NOT NULL REFERENCES person,
  uploaded_at    timestamptz NOT NULL                      -- business time
);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON document FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- An order, workflow `order:<order_no>`. `user_no`: the account of which a sum is taken; without a sum, all of the person's.
CREATE SEQUENCE court_order_no START 1001;
CREATE TABLE court_order (
  order_no    text PRIMARY KEY,                            -- CO…
  person_id   text NOT NULL REFERENCES person,
  court       text NOT NULL,
  case_number text NOT NULL,
  covers      text NOT NULL CHECK (covers IN ('money', 'claims', 'both')),
  user_no     text REFERENCES custody_account,
  sum_fen     bigint CHECK (sum_fen >= 0),                 -- null: all
  from_date   date NOT NULL,
  expires_on  date NOT NULL CHECK (expires_on > from_date),
  state       text NOT NULL CHECK (state IN ('entered', 'refused', 'approved', 'placing', 'standing', 'lifting', 'ended')),
  ended_by    text CHECK (ended_by IN ('refused', 'expired', 'released')),
  entered_at  timestamptz NOT NULL,                        -- business time, as all moments here
  placed_at   timestamptz,
  ended_at    timestamptz,
  CHECK ((state IN ('refused', 'ended')) = (ended_by IS NOT NULL)),
  CHECK (covers = 'claims' OR sum_fen IS NULL OR user_no IS NOT NULL)
);
CREATE INDEX court_order_person ON court_order (person_id);
CREATE INDEX court_order_open ON court_order (expires_on) WHERE state NOT IN ('refused', 'ended');

-- What a court has written about an order, entered by one person and decided by another; one undecided at a time.
CREATE TABLE court_paper (
  id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  order_no     text NOT NULL REFERENCES court_order,
  kind         text NOT NULL CHECK (kind IN ('freeze', 'renewal', 'release')),
  key          text NOT NULL UNIQUE,                       -- of the form: the same form is the same paper
  document_id  bigint NOT NULL REFERENCES document,
  expires_on   date CHECK ((kind = 'renewal') = (expires_on IS NOT NULL)),
  amount_fen   bigint CHECK (amount_fen IS NULL OR (amount_fen > 0 AND kind = 'release')),
  entered_by   text NOT NULL REFERENCES person,
  entered_role text NOT NULL,
  entered_at   timestamptz NOT NULL,
  due_at       timestamptz NOT NULL,
  decision     text CHECK (decision IN ('approved', 'refused')),
  decided_by   text REFERENCES person CHECK (decided_by <> entered_by),
  decided_at   timestamptz,
  why          text,
  executed_at  timestamptz,                                -- a release of a part: done at the bank
  CHECK (num_nulls(decision, decided_by, decided_at) IN (0, 3))
);
CREATE INDEX court_paper_order ON court_paper (order_no, id);
CREATE UNIQUE INDEX court_paper_undecided ON court_paper (order_no) WHERE decision IS NULL;

-- What a person gave as reason, under the key of the form: the workflow hears only the key.
CREATE TABLE court_reason (
  key       text PRIMARY KEY,
  paper_id  bigint NOT NULL REFERENCES court_paper,
  person_id text NOT NULL REFERENCES person,
  why       text NOT NULL
);

-- Claims that an order holds back: they cannot be sold until it ends.
CREATE TABLE held_claim (
  order_no    text NOT NULL REFERENCES court_order,
  holding_id  bigint NOT NULL REFERENCES holding,
  held_at     timestamptz NOT NULL,
  released_at timestamptz,
  PRIMARY KEY (order_no, holding_id)
);
CREATE INDEX held_claim_holding ON held_claim (holding_id) WHERE released_at IS NULL;
