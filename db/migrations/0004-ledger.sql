-- The ledger: double entry, append only, whole fen. Two books that never meet in one journal: `custody` mirrors the
-- bank, `claims` says who owes whom. A posting above zero gives to its account, below zero takes from it.
-- The chart (db/chart.ts) stands here as data, so that the database itself refuses an entry the chart does not know.

CREATE TABLE account_kind (
  kind     text PRIMARY KEY,
  book     text NOT NULL CHECK (book IN ('custody', 'claims')),
  -- The side of zero on which every balance of this kind stays: 1 never below, -1 never above, 0 either.
  side     smallint NOT NULL CHECK (side IN (-1, 0, 1)),
  UNIQUE (kind, book)
);

CREATE TABLE journal_kind (
  kind       text PRIMARY KEY,
  book       text NOT NULL CHECK (book IN ('custody', 'claims')),
  -- All personal accounts of one journal belong to the same person: money only changes its state.
  same_owner boolean NOT NULL,
  UNIQUE (kind, book)
);

-- Which kinds of account a kind of journal may take from (-1) and give to (1).
CREATE TABLE posting_rule (
  journal_kind text NOT NULL,
  account_kind text NOT NULL,
  book         text NOT NULL,
  sign         smallint NOT NULL CHECK (sign IN (-1, 1)),
  PRIMARY KEY (journal_kind, account_kind, sign),
  FOREIGN KEY (journal_kind, book) REFERENCES journal_kind (kind, book),
  FOREIGN KEY (account_kind, book) REFERENCES account_kind (kind, book)
);

INSERT INTO account_kind (kind, book, side) VALUES
  ('lender-available', 'custody', 1), ('lender-reserved', 'custody', 1), ('lender-frozen', 'custody', 1),
  ('borrower-available', 'custody', 1), ('borrower-frozen', 'custody', 1), ('in-transit', 'custody', 1),
  ('platform-income', 'custody', 1), ('platform-costs', 'custody', 1), ('platform-marketing', 'custody', 1),
  ('outside', 'custody', 0),
  ('claim-principal', 'claims', 1), ('claim-interest', 'claims', 1), ('claim-late-interest', 'claims', 1),
  ('claim-fee', 'claims', 1), ('claim-costs', 'claims', 1),
  ('debt-principal', 'claims', -1), ('debt-interest', 'claims', -1), ('debt-late-interest', 'claims', -1),
  ('debt-fee', 'claims', -1), ('debt-costs', 'claims', -1), ('held', 'claims', -1);

INSERT INTO journal_kind (kind, book, same_owner) VALUES
  ('deposit', 'custody', true), ('withdrawal', 'custody', true), ('payout-accepted', 'custody', true), ('payout', 'custody', true),
  ('payout-refused', 'custody', true), ('payout-returned', 'custody', true),
  ('reserve', 'custody', true), ('unreserve', 'custody', true), ('bid-frozen', 'custody', true), ('late-freeze', 'custody', true),
  ('bid-released', 'custody', true), ('release', 'custody', false),
  ('repayment-frozen', 'custody', true), ('repayment-unfrozen', 'custody', true),
  ('repayment', 'custody', false), ('service-fee', 'custody', false), ('lender-fee', 'custody', false), ('costs', 'custody', false),
  ('lent', 'claims', false), ('earned', 'claims', false), ('settled', 'claims', false), ('undelivered', 'claims', false), ('delivered-later', 'claims', false);

INSERT INTO posting_rule (journal_kind, account_kind, book, sign) VALUES
  ('deposit', 'outside', 'custody', -1), ('deposit', 'lender-available', 'custody', 1), ('deposit', 'borrower-available', 'custody', 1),
  ('withdrawal', 'lender-available', 'custody', -1), ('withdrawal', 'borrower-available', 'custody', -1), ('withdrawal', 'outside', 'custody', 1),
  ('payout-accepted', 'lender-available', 'custody', -1), ('payout-accepted', 'borrower-available', 'custody', -1), ('payout-accepted', 'in-transit', 'custody', 1),
  ('payout', 'in-transit', 'custody', -1), ('payout', 'outside', 'custody', 1),
  ('payout-refused', 'in-transit', 'custody', -1), ('payout-refused', 'lender-available', 'custody', 1), ('payout-refused', 'borrower-available', 'custody', 1),
  ('payout-returned', 'outside', 'custody', -1), ('payout-returned', 'lender-available', 'custody', 1), ('payout-returned', 'borrower-available', 'custody', 1),
  ('reserve', 'lender-available', 'custody', -1), ('reserve', 'lender-reserved', 'custody', 1),
  ('unreserve', 'lender-reserved', 'custody', -1), ('unreserve', 'lender-available', 'custody', 1),
  ('bid-frozen', 'lender-reserved', 'custody', -1), ('bid-frozen', 'lender-frozen', 'custody', 1),
  ('late-freeze', 'lender-available', 'custody', -1), ('late-freeze', 'lender-frozen', 'custody', 1),
  ('bid-released', 'lender-frozen', 'custody', -1), ('bid-released', 'lender-available', 'custody', 1),
  ('release', 'lender-frozen', 'custody', -1), ('release', 'borrower-available', 'custody', 1),
  ('repayment-frozen', 'borrower-available', 'custody', -1), ('repayment-frozen', 'borrower-frozen', 'custody', 1),
  ('repayment-unfrozen', 'borrower-frozen', 'custody', -1), ('repayment-unfrozen', 'borrower-available', 'custody', 1),
  ('repayment', 'borrower-frozen', 'custody', -1), ('repayment', 'lender-available', 'custody', 1),
  ('service-fee', 'borrower-frozen', 'custody', -1), ('service-fee', 'platform-income', 'custody', 1),
  ('lender-fee', 'borrower-frozen', 'custody', -1), ('lender-fee', 'platform-income', 'custody', 1),
  ('costs', 'borrower-frozen', 'custody', -1), ('costs', 'platform-costs', 'custody', 1),
  ('lent', 'debt-principal', 'claims', -1), ('lent', 'claim-principal', 'claims', 1),
  ('earned', 'debt-interest', 'claims', -1), ('earned', 'claim-interest', 'claims', 1),
  ('earned', 'debt-late-interest', 'claims', -1), ('earned', 'claim-late-interest', 'claims', 1),
  ('earned', 'debt-fee', 'claims', -1), ('earned', 'claim-fee', 'claims', 1),
  ('earned', 'debt-costs', 'claims', -1), ('earned', 'claim-costs', 'claims', 1),
  ('settled', 'claim-principal', 'claims', -1), ('settled', 'debt-principal', 'claims', 1),
  ('settled', 'claim-interest', 'claims', -1), ('settled', 'debt-interest', 'claims', 1),
  ('settled', 'claim-late-interest', 'claims', -1), ('settled', 'debt-late-interest', 'claims', 1),
  ('settled', 'claim-fee', 'claims', -1), ('settled', 'debt-fee', 'claims', 1),
  ('settled', 'claim-costs', 'claims', -1), ('settled', 'debt-costs', 'claims', 1),
  ('undelivered', 'held', 'claims', -1), ('undelivered', 'debt-principal', 'claims', 1),
  ('undelivered', 'debt-interest', 'claims', 1), ('undelivered', 'debt-late-interest', 'claims', 1),
  ('undelivered', 'debt-fee', 'claims', 1), ('undelivered', 'debt-costs', 'claims', 1),
  ('delivered-later', 'held', 'claims', 1), ('delivered-later', 'claim-principal', 'claims', -1),
  ('delivered-later', 'claim-interest', 'claims', -1), ('delivered-later', 'claim-late-interest', 'claims', -1),
  ('delivered-later', 'claim-fee', 'claims', -1), ('delivered-later', 'claim-costs', 'claims', -1);

CREATE TABLE account (
  id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  book     text NOT NULL,
  code     text NOT NULL,                                  -- L-P7:available, LN42:h5:principal, outside …
  kind     text NOT NULL,
  owner    text,                                           -- the bank's user number, or null where nobody's
  loan_no  text REFERENCES loan,
  side     smallint NOT NULL,
  balance  bigint NOT NULL DEFAULT 0,
  UNIQUE (book, code),
  FOREIGN KEY (kind, book) REFERENCES account_kind (kind, book),
  CONSTRAINT balance_on_its_side CHECK (balance * side >= 0)
);
CREATE INDEX account_owner ON account (owner);
CREATE INDEX account_loan ON account (loan_no) WHERE loan_no IS NOT NULL;

CREATE TABLE journal (
  id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  key         text NOT NULL UNIQUE,                        -- the business event
  book        text NOT NULL,
  kind        text NOT NULL,
  request_no  text REFERENCES instruction,                 -- custody: what the bank was asked
  contract_no text REFERENCES contract,                    -- claims: the contract, payment or decision behind it
  payment_no  text REFERENCES payment,
  act_id      bigint REFERENCES act,
  reverses    bigint REFERENCES journal,
  business_at timestamptz NOT NULL,
  posted_at   timestamptz NOT NULL DEFAULT now(),
  xid         xid8 NOT NULL DEFAULT pg_current_xact_id(),
  -- No foreign key of kind and book: the rule of its first posting, without which it is refused at commit, proves that they are in the chart.
  -- A reversal (冲销) names the decision behind it, beside what the journal it reverses named.
  CONSTRAINT custody_names_its_instruction CHECK (book <> 'custody' OR (request_no IS NOT NULL AND num_nonnulls(contract_no, payment_no) = 0 AND (act_id IS NULL OR reverses IS NOT NULL))),
  CONSTRAINT claims_name_their_reason CHECK (book <> 'claims' OR (request_no IS NULL AND num_nonnulls(contract_no, payment_no, act_id) = 1)),
  CONSTRAINT reversals_name_their_decision CHECK (reverses IS NULL OR act_id IS NOT NULL)
);
CREATE UNIQUE INDEX journal_reversed_once ON journal (reverses) WHERE reverses IS NOT NULL;
CREATE INDEX journal_request ON journal (request_no) WHERE request_no IS NOT NULL;
CREATE INDEX journal_payment ON journal (payment_no) WHERE payment_no IS NOT NULL;

-- No foreign keys: `apply_postings` proves that journal and account exist, and neither can ever be deleted.
CREATE TABLE posting (
  journal_id bigint NOT NULL,
  account_id bigint NOT NULL,
  amount_fen bigint NOT NULL CHECK (amount_fen <> 0),
  PRIMARY KEY (journal_id, account_id)
);
CREATE INDEX posting_account ON posting (account_id, journal_id);

-- Checks a statement's postings and applies them to the balances; accounts are locked in the order of their ids,
-- because unordered updates deadlock. All postings of a journal come in one statement and balance in it; then `SET CONSTRAINTS …
-- IMMEDIATE` opens no door. It runs with the owner's rights: nobody else may write a balance. Always by index:
-- a plan kept from a batch of a thousand would read whole tables for the next single journal.
CREATE FUNCTION apply_postings() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
  SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off AS $$
DECLARE wrong text;
BEGIN
  SELECT CASE
           WHEN j.id IS NULL THEN 'names no journal'
           WHEN j.xid <> pg_current_xact_id() THEN 'belongs to a journal of another transaction'
           WHEN a.id IS NULL THEN 'names no account'
           WHEN a.book <> j.book THEN 'mixes the books'
           ELSE 'is not in the chart: ' || j.kind || ' may not ' || CASE WHEN p.amount_fen < 0 THEN 'take from ' ELSE 'give to ' END || a.kind
         END
    INTO wrong
    FROM added p
    LEFT JOIN journal j ON j.id = p.journal_id
    LEFT JOIN account a ON a.id = p.account_id
    LEFT JOIN posting_rule r ON r.journal_kind = j.kind AND r.account_kind = a.kind AND r.book = j.book AND r.sign = sign(p.amount_fen) * CASE WHEN j.reverses IS NULL THEN 1 ELSE -1 END
   WHERE j.id IS NULL OR j.xid <> pg_current_xact_id() OR a.id IS NULL OR r.sign IS NULL
   LIMIT 1;
  IF wrong IS NOT NULL THEN
    RAISE EXCEPTION 'a posting %', wrong USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  SELECT 'journal ' || j.key || CASE
           WHEN s.total <> 0 THEN ' is not balanced: ' || s.entries || ' postings, sum ' || s.total
           WHEN s.entries <> s.ever THEN ' is complete: nothing is added to it'
           WHEN j.reverses IS NOT NULL THEN ' is not the exact opposite of the journal it reverses'
           ELSE ' (' || j.kind || ') moves money between two persons'
         END
    INTO wrong
    FROM (SELECT p.journal_id, sum(p.amount_fen) AS total, count(*) AS entries, min(a.owner) IS DISTINCT FROM max(a.owner) AS owners,
                 (SELECT count(*) FROM posting e WHERE e.journal_id = p.journal_id) AS ever
            FROM added p JOIN account a ON a.id = p.account_id GROUP BY p.journal_id) AS s
    JOIN journal j ON j.id = s.journal_id
    JOIN journal_kind k ON k.kind = j.kind
   WHERE s.total <> 0 OR s.entries <> s.ever OR (s.owners AND k.same_owner) OR (j.reverses IS NOT NULL AND NOT is_opposite(j.id, j.reverses))
   LIMIT 1;
  IF wrong IS NOT NULL THEN
    RAISE EXCEPTION '%', wrong USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  PERFORM 1 FROM account WHERE id IN (SELECT account_id FROM added) ORDER BY id FOR NO KEY UPDATE;
  UPDATE account SET balance = balance + moved.fen
    FROM (SELECT account_id, sum(amount_fen)::bigint AS fen FROM added GROUP BY account_id) AS moved
   WHERE account.id = moved.account_id;
  RETURN NULL;
END $$;
CREATE TRIGGER apply_postings AFTER INSERT ON posting REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION apply_postings();

-- Whether two journals are of one kind and book and undo each other posting by posting; a reversal is not reversed.
CREATE FUNCTION is_opposite(one bigint, other bigint) RETURNS boolean LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
  SELECT EXISTS (SELECT 1 FROM journal a JOIN journal b ON b.id = other AND b.kind = a.kind AND b.book = a.book AND b.reverses IS NULL AND b.request_no IS NOT DISTINCT FROM a.request_no WHERE a.id = one)
     AND NOT EXISTS (SELECT 1 FROM (SELECT account_id, amount_fen FROM posting WHERE journal_id = one) a
                       FULL JOIN (SELECT account_id, amount_fen FROM posting WHERE journal_id = other) b USING (account_id)
                      WHERE coalesce(a.amount_fen, 0) + coalesce(b.amount_fen, 0) <> 0)
$$;

-- One check per journal at commit (on postings it is quadratic: 20,000 took 22.8 s, this 0.25 s): what only the end of the
-- transaction can tell: that the journal has postings at all (whatever they are, they balance),
-- and that it does not wait for another transaction's. A reversal's decision was made by two people.
CREATE FUNCTION check_journal() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF NEW.xid <> pg_current_xact_id() THEN
    RAISE EXCEPTION 'journal % is of another transaction', NEW.key USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF NOT EXISTS (SELECT 1 FROM posting WHERE journal_id = NEW.id) THEN
    RAISE EXCEPTION 'journal % is not balanced: 0 postings', NEW.key USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF NEW.reverses IS NOT NULL AND NOT EXISTS (
       SELECT 1 FROM act JOIN journal j ON j.id = NEW.reverses
        WHERE act.id = NEW.act_id AND act.verb = 'reverse-journal' AND act.subject = j.key AND act.second_person <> act.actor AND length(trim(act.why)) > 0) THEN
    RAISE EXCEPTION 'reversal % was not decided by two people who said why', NEW.key USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER check_journal AFTER INSERT ON journal DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION check_journal();

-- The account's side comes from the chart; its balance starts at zero and is written by `apply_postings` alone.
CREATE FUNCTION new_account() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF NEW.balance <> 0 THEN RAISE EXCEPTION 'an account starts at zero' USING ERRCODE = 'integrity_constraint_violation'; END IF;
  SELECT side INTO NEW.side FROM account_kind WHERE kind = NEW.kind;
  RETURN NEW;
END $$;
CREATE TRIGGER new_account BEFORE INSERT ON account FOR EACH ROW EXECUTE FUNCTION new_account();

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% of % is refused: %', TG_OP, TG_TABLE_NAME,
    CASE WHEN TG_TABLE_NAME = 'account' THEN 'balances follow postings' ELSE 'entries are never changed, corrections are new entries' END
    USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON journal FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON posting FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON act FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER chart_is_fixed BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON account_kind FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER chart_is_fixed BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON journal_kind FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER chart_is_fixed BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON posting_rule FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
-- Depth 0 is a person's or program's own statement; `apply_postings` works at depth 1.
CREATE TRIGGER balances_follow BEFORE UPDATE ON account FOR EACH STATEMENT WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION refuse_change();
CREATE TRIGGER accounts_stay BEFORE DELETE OR TRUNCATE ON account FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Posts many journals in one round trip. Journals whose key is there already are left alone (the event was recorded
-- before) with their postings. Answers the keys that were new.
--   accounts: [{book, code, kind, owner, loanNo}]  journals: [{key, book, kind, requestNo, contractNo, paymentNo, actId, businessAt}]
--   postings: [{key, book, code, fen}]
-- Accounts are looked up one by one: the planner takes every JSON array for a hundred rows and would read whole tables.
CREATE FUNCTION post_journals(accounts jsonb, journals jsonb, postings jsonb) RETURNS SETOF text LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE ids bigint[]; keys text[];
BEGIN
  INSERT INTO account (book, code, kind, owner, loan_no)
  SELECT w.book, w.code, w.kind, w.owner, w."loanNo"
    FROM jsonb_to_recordset(accounts) AS w(book text, code text, kind text, owner text, "loanNo" text)
   WHERE (SELECT a.id FROM account a WHERE a.book = w.book AND a.code = w.code) IS NULL
   ORDER BY w.book, w.code
      ON CONFLICT (book, code) DO NOTHING;
  WITH added AS (
    INSERT INTO journal (key, book, kind, request_no, contract_no, payment_no, act_id, reverses, business_at)
    SELECT w.key, w.book, w.kind, w."requestNo", w."contractNo", w."paymentNo", w."actId", w.reverses, w."businessAt"
      FROM jsonb_to_recordset(journals) AS w(key text, book text, kind text, "requestNo" text, "contractNo" text, "paymentNo" text, "actId" bigint, reverses bigint, "businessAt" timestamptz)
        ON CONFLICT (key) DO NOTHING
    RETURNING id, key
  )
  SELECT array_agg(added.id), array_agg(added.key) INTO ids, keys FROM added;
  INSERT INTO posting (journal_id, account_id, amount_fen)
  SELECT j.id, (SELECT a.id FROM account a WHERE a.book = w.book AND a.code = w.code), w.fen
    FROM unnest(ids, keys) AS j(id, key)
    JOIN jsonb_to_recordset(postings) AS w(key text, book text, code text, fen bigint) USING (key);
  RETURN QUERY SELECT unnest(keys);
END $$;

-- What each business day closed with.
CREATE TABLE day_close (
  day               date PRIMARY KEY,
  trial_balance_fen bigint NOT NULL,
  accounts_compared integer NOT NULL,
  differences       jsonb NOT NULL,
  open_instructions integer NOT NULL,
  closed_at         timestamptz NOT NULL
);

-- The application's own role, for installations whose platform does not connect as the owner: it can add entries and
-- never change them. Roles belong to the server, not to the database: another database may have made it already.
-- Where the owner may not create roles, the triggers above still refuse every change.
DO $$
BEGIN
  BEGIN
    CREATE ROLE tributary_app NOLOGIN;
  EXCEPTION
    WHEN duplicate_object OR unique_violation THEN NULL;
    WHEN insufficient_privilege THEN RAISE NOTICE 'role tributary_app was not created: the owner may not create roles'; RETURN;
  END;
  GRANT USAGE ON SCHEMA public TO tributary_app;
  GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO tributary_app;
  GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO tributary_app;
  ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO tributary_app;
  ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO tributary_app;
  REVOKE UPDATE, DELETE ON journal, posting, act, migration FROM tributary_app;
  REVOKE INSERT, UPDATE, DELETE ON account, account_kind, journal_kind, posting_rule FROM tributary_app;
  GRANT INSERT (book, code, kind, owner, loan_no) ON account TO tributary_app;
END $$;
