-- Inheritance (继承): a notarised certificate, two people, and the claims of somebody who has died pass to the heirs.

-- The estate of a person, workflow `estate:<estate_no>`. The money is the bank's to hand over (see db/estates.ts).
CREATE SEQUENCE estate_no START 1001;
CREATE TABLE estate (
  estate_no    text PRIMARY KEY,                           -- ES…
  person_id    text NOT NULL REFERENCES person,            -- who has died
  notary       text NOT NULL,
  certificate  text NOT NULL,
  key          text NOT NULL UNIQUE,                       -- of the form: the same form is the same estate
  document_id  bigint NOT NULL REFERENCES document,
  state        text NOT NULL CHECK (state IN ('entered', 'refused', 'passing', 'ended')),
  entered_by   text NOT NULL REFERENCES person,
  entered_role text NOT NULL,
  entered_at   timestamptz NOT NULL,                       -- business time, as all moments here
  due_at       timestamptz NOT NULL,
  decision     text CHECK (decision IN ('approved', 'refused')),
  decided_by   text REFERENCES person CHECK (decided_by <> entered_by),
  decided_at   timestamptz,
  why          text,
  waits_for    text,                                       -- a code: why not all of it is passed on yet
  ended_at     timestamptz,
  CHECK (num_nulls(decision, decided_by, decided_at) IN (0, 3)),
  CHECK ((state = 'entered') = (decision IS NULL))
);
CREATE UNIQUE INDEX estate_of_person ON estate (person_id) WHERE state <> 'refused';

CREATE TABLE estate_heir (
  estate_no   text NOT NULL REFERENCES estate,
  place       integer NOT NULL,                            -- as the certificate names them
  heir_id     text NOT NULL REFERENCES person,
  numerator   integer NOT NULL CHECK (numerator > 0),
  denominator integer NOT NULL CHECK (denominator >= numerator),
  PRIMARY KEY (estate_no, place),
  UNIQUE (estate_no, heir_id)
);
CREATE TABLE estate_reason (
  key       text PRIMARY KEY,
  estate_no text NOT NULL REFERENCES estate,
  person_id text NOT NULL REFERENCES person,
  why       text NOT NULL
);

ALTER TABLE journal_kind DISABLE TRIGGER chart_is_fixed;
ALTER TABLE posting_rule DISABLE TRIGGER chart_is_fixed;
INSERT INTO journal_kind (kind, book, same_owner) VALUES ('inherited', 'claims', false);
INSERT INTO posting_rule (journal_kind, account_kind, book, sign) VALUES ('inherited', 'claim-principal', 'claims', -1), ('inherited', 'claim-principal', 'claims', 1);
ALTER TABLE journal_kind ENABLE TRIGGER chart_is_fixed;
ALTER TABLE posting_rule ENABLE TRIGGER chart_is_fixed;
