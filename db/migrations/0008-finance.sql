-- What finance looks up: the life of an instruction in full, people by name, and the indexes behind the searches.

-- Wall clock. `sent_at` says when it was sent last; these say when first, how often, and when the bank took it on.
ALTER TABLE instruction ADD COLUMN first_sent_at timestamptz, ADD COLUMN sends integer NOT NULL DEFAULT 0, ADD COLUMN accepted_at timestamptz;
UPDATE instruction SET first_sent_at = sent_at, sends = 1 WHERE sent_at IS NOT NULL;

-- Kept by the record itself, whoever sends or records.
CREATE FUNCTION note_instruction_life() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.sent_at IS NOT NULL AND (TG_OP = 'INSERT' OR NEW.sent_at IS DISTINCT FROM OLD.sent_at) THEN
    NEW.first_sent_at := coalesce(NEW.first_sent_at, NEW.sent_at);
    NEW.sends := NEW.sends + 1;
  END IF;
  IF NEW.state = 'accepted' AND NEW.accepted_at IS NULL THEN NEW.accepted_at := clock_timestamp(); END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER note_instruction_life BEFORE INSERT OR UPDATE OF state, sent_at ON instruction FOR EACH ROW EXECUTE FUNCTION note_instruction_life();

CREATE INDEX instruction_newest ON instruction (intended_at);
CREATE INDEX instruction_detail_to ON instruction_detail (to_user_no);
CREATE INDEX instruction_detail_from ON instruction_detail (from_user_no);
CREATE INDEX bank_message_request ON bank_message (request_no);

-- Days: rows come in the order of their days, so that a few bytes for many pages are enough and writing costs nothing.
CREATE INDEX instruction_as_of ON instruction USING brin (as_of) WITH (pages_per_range = 32, autosummarize = on);
CREATE INDEX instruction_done_at ON instruction USING brin (done_at) WITH (pages_per_range = 32, autosummarize = on);
CREATE INDEX journal_contract ON journal (contract_no) WHERE contract_no IS NOT NULL;
CREATE INDEX journal_act ON journal (act_id) WHERE act_id IS NOT NULL;

-- Blind index of the name (db/vault.ts); filled when the identity is given.
ALTER TABLE person ADD COLUMN name_index text;
CREATE INDEX person_name ON person (name_index) WHERE name_index IS NOT NULL;
