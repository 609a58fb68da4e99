-- The ledger, further: corrections that name their decision, journals that are whole in one statement, and a daily check
-- that reads only what is new.

-- A reversal (冲销) names the decision behind it, beside what the journal it reverses named.
ALTER TABLE journal DROP CONSTRAINT custody_names_its_instruction, DROP CONSTRAINT claims_name_their_reason;
ALTER TABLE journal
  ADD CONSTRAINT custody_names_its_instruction CHECK (book <> 'custody' OR (request_no IS NOT NULL AND num_nonnulls(contract_no, payment_no) = 0 AND (act_id IS NULL OR reverses IS NOT NULL))),
  ADD CONSTRAINT claims_name_their_reason CHECK (book <> 'claims' OR (request_no IS NULL AND num_nonnulls(contract_no, payment_no, act_id) = 1)),
  ADD CONSTRAINT reversals_name_their_decision CHECK (reverses IS NULL OR act_id IS NOT NULL);

-- Fewer writes for each journal: hardly any reverses another, and that its kind and book are in the chart is proved by the
-- rule of its first posting, without which it is refused at commit.
ALTER TABLE journal DROP CONSTRAINT journal_reverses_key, DROP CONSTRAINT journal_kind_book_fkey;
CREATE UNIQUE INDEX journal_reversed_once ON journal (reverses) WHERE reverses IS NOT NULL;

-- All postings of a journal come in one statement and balance in it; then `SET CONSTRAINTS … IMMEDIATE` opens no door.
CREATE OR REPLACE FUNCTION apply_postings() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
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

-- Whether two journals are of one kind and book and undo each other posting by posting; a reversal is not reversed.
CREATE FUNCTION is_opposite(one bigint, other bigint) RETURNS boolean LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
  SELECT EXISTS (SELECT 1 FROM journal a JOIN journal b ON b.id = other AND b.kind = a.kind AND b.book = a.book AND b.reverses IS NULL AND b.request_no IS NOT DISTINCT FROM a.request_no WHERE a.id = one)
     AND NOT EXISTS (SELECT 1 FROM (SELECT account_id, amount_fen FROM posting WHERE journal_id = one) a
                       FULL JOIN (SELECT account_id, amount_fen FROM posting WHERE journal_id = other) b USING (account_id)
                      WHERE coalesce(a.amount_fen, 0) + coalesce(b.amount_fen, 0) <> 0)
$$;

-- What only the end of the transaction can tell: that the journal has postings at all (whatever they are, they balance),
-- and that it does not wait for another transaction's. A reversal's decision was made by two people.
CREATE OR REPLACE FUNCTION check_journal() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
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

-- The daily check. Journals up to the mark are added up already; `xid` and not `id`, because journals are not committed in
-- the order of their numbers. What each account had by the postings up to there.
CREATE INDEX journal_xid ON journal (xid);
CREATE TABLE books_mark (
  single boolean PRIMARY KEY DEFAULT true CHECK (single),
  xid    xid8 NOT NULL,                                      -- all journals of older transactions are in `checked_balance`
  at     timestamptz NOT NULL
);
INSERT INTO books_mark (xid, at) VALUES ('0', now());
CREATE TABLE checked_balance (
  account_id bigint PRIMARY KEY,
  fen        bigint NOT NULL
);

-- Which movements were open lately is asked at every close; by block ranges, so that ending an instruction writes no more.
CREATE INDEX instruction_ended ON instruction USING brin (ended_at) WITH (pages_per_range = 32, autosummarize = on);
-- One journal, as most events post it: half the server's work of the general function, which unpacks three JSON arrays.
-- Accounts are found, or opened, in the order of their codes. Answers whether the key was new.
CREATE FUNCTION post_journal(new_key text, in_book text, of_kind text, request_no text, contract_no text, payment_no text, act_id bigint, business_at timestamptz,
  codes text[], kinds text[], owners text[], loan_nos text[], fens bigint[]) RETURNS boolean LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE journal_no bigint; account_no bigint; account_nos bigint[] := '{}';
BEGIN
  FOR i IN 1 .. cardinality(codes) LOOP
    SELECT a.id INTO account_no FROM account a WHERE a.book = in_book AND a.code = codes[i];
    IF account_no IS NULL THEN
      INSERT INTO account (book, code, kind, owner, loan_no) VALUES (in_book, codes[i], kinds[i], owners[i], loan_nos[i]) ON CONFLICT (book, code) DO NOTHING;
      SELECT a.id INTO account_no FROM account a WHERE a.book = in_book AND a.code = codes[i];
    END IF;
    account_nos := account_nos || account_no;
  END LOOP;
  INSERT INTO journal (key, book, kind, request_no, contract_no, payment_no, act_id, business_at)
  VALUES (new_key, in_book, of_kind, request_no, contract_no, payment_no, act_id, business_at)
      ON CONFLICT (key) DO NOTHING RETURNING id INTO journal_no;
  IF journal_no IS NULL THEN RETURN false; END IF;
  INSERT INTO posting (journal_id, account_id, amount_fen) SELECT journal_no, * FROM unnest(account_nos, fens);
  RETURN true;
END $$;
