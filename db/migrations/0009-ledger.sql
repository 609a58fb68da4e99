-- The ledger, further: a daily check that reads only what is new, and single journals posted quickly.

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
