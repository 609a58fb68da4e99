-- More of what people and enterprises do at the bank, and withdrawals that wait for a second look.

-- Each migration adds the verbs it needs and repeats nobody else's: SELECT allow_instruction_verbs('this', 'that').
ALTER TABLE instruction RENAME CONSTRAINT instruction_verb_check TO instruction_verb_known;
CREATE FUNCTION allow_instruction_verbs(VARIADIC added text[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE known text[];
BEGIN
  SELECT array_agg(verb[1]) INTO known
    FROM pg_constraint c, regexp_matches(pg_get_constraintdef(c.oid), '''([a-z-]+)''', 'g') AS verb
   WHERE c.conrelid = 'instruction'::regclass AND c.conname = 'instruction_verb_known';
  ALTER TABLE instruction DROP CONSTRAINT instruction_verb_known;
  EXECUTE format('ALTER TABLE instruction ADD CONSTRAINT instruction_verb_known CHECK (verb IN (%s))',
    (SELECT string_agg(quote_literal(verb), ', ' ORDER BY verb) FROM (SELECT DISTINCT unnest(known || added) AS verb) AS every));
END $$;
SELECT allow_instruction_verbs('reset-password', 'open-enterprise', 'confirm-withdrawal', 'cancel-withdrawal');

-- What an accepted payout waits for at the bank: our confirmation, its moment, or the card's bank.
ALTER TABLE instruction ADD COLUMN stage text CHECK (stage IN ('confirming', 'taken', 'remitting'));

-- An enterprise (legal person) with accounts at the bank. One of our people acts for it there; who that is, and who wrote it down.
CREATE SEQUENCE enterprise_no START 1001;
CREATE TABLE enterprise (
  enterprise_no text PRIMARY KEY,                          -- E…
  name          text NOT NULL,                             -- public, as in the register of enterprises
  uscc          text NOT NULL UNIQUE CHECK (uscc ~ '^[0-9A-HJ-NPQRTUWXY]{18}$'),
  agent_id      text NOT NULL REFERENCES person,
  registered_by text NOT NULL REFERENCES person,
  registered_at timestamptz NOT NULL                       -- business time
);

-- A sub-account is a person's own, or an enterprise's for which the person acts. `changed_at` (business time): the last change of card, phone or trading password.
ALTER TABLE custody_account ADD COLUMN enterprise_no text REFERENCES enterprise, ADD COLUMN changed_at timestamptz;
ALTER TABLE custody_account DROP CONSTRAINT custody_account_person_id_bank_role_key, DROP CONSTRAINT custody_account_bank_role_check;
ALTER TABLE custody_account ADD CONSTRAINT custody_account_bank_role_check CHECK (bank_role IN ('BORROWERS', 'INVESTOR', 'GUARANTEECORP', 'SUPPLIERS'));
CREATE UNIQUE INDEX custody_account_of_person ON custody_account (person_id, bank_role) WHERE enterprise_no IS NULL;
CREATE UNIQUE INDEX custody_account_of_enterprise ON custody_account (enterprise_no, bank_role) WHERE enterprise_no IS NOT NULL;

-- A withdrawal that is sent to be confirmed: why it is held, until when, and how it was decided.
CREATE TABLE withdrawal_look (
  request_no text PRIMARY KEY REFERENCES instruction,
  changed_at timestamptz NOT NULL,                         -- business time of the change after which it came
  due_at     timestamptz NOT NULL,                         -- business time at which it is cancelled if nobody decides
  decision   text CHECK (decision IN ('confirm', 'cancel')),
  decided_by text,                                         -- a person, or workflow:<id>
  why        text,
  decided_at timestamptz,                                  -- business time
  CHECK (num_nulls(decision, decided_by, why, decided_at) IN (0, 4))
);
CREATE INDEX withdrawal_look_open ON withdrawal_look (due_at) WHERE decision IS NULL;

-- What a person gave as reason, under the key of the form: the workflow hears only the key.
CREATE TABLE withdrawal_reason (
  key         text PRIMARY KEY,
  request_no  text NOT NULL REFERENCES withdrawal_look,
  person_id   text NOT NULL REFERENCES person,
  role        text NOT NULL,                               -- in which the person decides
  why         text NOT NULL
);
