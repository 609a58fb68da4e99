/**
 * The bank's own books. Every movement of money is a set of rows in `movement` that sum to zero over all accounts, the
 * outside world (`CARDS`) included; `account` keeps the running balances of the sub-accounts beside them.
 */
import { claims } from './schema-claims.js';

export const schema = `
CREATE TABLE IF NOT EXISTS account (
  user_no text PRIMARY KEY,
  role text NOT NULL CHECK (role IN ('BORROWERS','INVESTOR','GUARANTEECORP','PLATFORM_INCOME','PLATFORM_MARKETING','PLATFORM_FUNDS_TRANSFER')),
  state text NOT NULL DEFAULT 'ACTIVE' CHECK (state IN ('ACTIVE','FROZEN','CLOSED')),
  available_fen bigint NOT NULL DEFAULT 0 CHECK (available_fen >= 0),
  frozen_fen bigint NOT NULL DEFAULT 0 CHECK (frozen_fen >= 0),
  real_name text, id_card_no text, mobile text,
  password_hash text, failed_passwords int NOT NULL DEFAULT 0, locked_until timestamptz,
  opened_at timestamptz NOT NULL DEFAULT now(),
  CHECK (role LIKE 'PLATFORM%' OR (real_name IS NOT NULL AND id_card_no IS NOT NULL AND password_hash IS NOT NULL))
);
-- \`id_card_no\` identifies the owner: a person's ID number, an enterprise's unified social credit code. \`agent\`: who acts for an enterprise.
ALTER TABLE account ADD COLUMN IF NOT EXISTS user_type text NOT NULL DEFAULT 'PERSONAL' CHECK (user_type IN ('PERSONAL','ENTERPRISE')), ADD COLUMN IF NOT EXISTS agent text;
ALTER TABLE account DROP CONSTRAINT IF EXISTS account_role_check, DROP CONSTRAINT IF EXISTS account_role_known;
ALTER TABLE account ADD CONSTRAINT account_role_known CHECK (role IN ('BORROWERS','INVESTOR','GUARANTEECORP','SUPPLIERS','PLATFORM_INCOME','PLATFORM_MARKETING','PLATFORM_FUNDS_TRANSFER'));
CREATE UNIQUE INDEX IF NOT EXISTS account_one_per_person_and_role ON account (id_card_no, role) WHERE id_card_no IS NOT NULL;

INSERT INTO account (user_no, role) VALUES ('PLATFORM_INCOME','PLATFORM_INCOME'), ('PLATFORM_MARKETING','PLATFORM_MARKETING'),
  ('PLATFORM_FUNDS_TRANSFER','PLATFORM_FUNDS_TRANSFER') ON CONFLICT DO NOTHING;

CREATE TABLE IF NOT EXISTS card (
  number text PRIMARY KEY,
  bank_name text NOT NULL,
  balance_fen bigint NOT NULL CHECK (balance_fen >= 0),
  salary_fen bigint NOT NULL DEFAULT 0 CHECK (salary_fen >= 0),
  salary_day int NOT NULL DEFAULT 10 CHECK (salary_day BETWEEN 1 AND 31),
  expenses_fen bigint NOT NULL DEFAULT 0 CHECK (expenses_fen >= 0),
  single_limit_fen bigint NOT NULL, daily_limit_fen bigint NOT NULL,
  open boolean NOT NULL DEFAULT true,
  lived_until date NOT NULL,
  pulled_on date, pulled_fen bigint NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS bound_card (
  user_no text PRIMARY KEY REFERENCES account,
  card_number text NOT NULL REFERENCES card,
  bound_at timestamptz NOT NULL
);

CREATE TABLE IF NOT EXISTS authorisation (
  user_no text NOT NULL REFERENCES account, type text NOT NULL,
  max_fen bigint NOT NULL CHECK (max_fen > 0), used_fen bigint NOT NULL DEFAULT 0 CHECK (used_fen >= 0 AND used_fen <= max_fen),
  fail_time text NOT NULL, request_no text NOT NULL,
  PRIMARY KEY (user_no, type)
);

CREATE TABLE IF NOT EXISTS project (
  project_no text PRIMARY KEY, borrower_no text NOT NULL REFERENCES account, name text NOT NULL,
  amount_fen bigint NOT NULL CHECK (amount_fen > 0), released_fen bigint NOT NULL DEFAULT 0 CHECK (released_fen >= 0 AND released_fen <= amount_fen),
  repaid_fen bigint NOT NULL DEFAULT 0 CHECK (repaid_fen >= 0),
  annual_rate_bps int NOT NULL, term_months int NOT NULL,
  state text NOT NULL DEFAULT 'COLLECTING' CHECK (state IN ('COLLECTING','REPAYING','FINISH','MISCARRY')),
  established_at timestamptz NOT NULL
);

CREATE TABLE IF NOT EXISTS request (
  id bigint GENERATED ALWAYS AS IDENTITY,
  request_no text PRIMARY KEY,
  service_name text NOT NULL,
  user_no text, amount_fen bigint,
  status text NOT NULL CHECK (status IN ('INIT','CONFIRMING','ACCEPT','REMITING','SUCCESS','FAIL')),
  error_code text, reason_code text, error_message text,
  business_at timestamptz NOT NULL, received_at timestamptz NOT NULL DEFAULT now(), finished_at timestamptz,
  body jsonb NOT NULL DEFAULT '{}', page_token text UNIQUE, page_ends_at timestamptz,
  CHECK ((status IN ('SUCCESS','FAIL')) = (finished_at IS NOT NULL))
);
CREATE INDEX IF NOT EXISTS request_by_age ON request (id);
CREATE INDEX IF NOT EXISTS request_done ON request (finished_at, id) WHERE status = 'SUCCESS';
CREATE INDEX IF NOT EXISTS request_on_page ON request (page_ends_at) WHERE status = 'INIT' AND page_token IS NOT NULL;
CREATE INDEX IF NOT EXISTS request_batch_waiting ON request (id) WHERE status = 'ACCEPT' AND service_name = 'ASYNC_TRANSACTION';

CREATE TABLE IF NOT EXISTS hold (
  request_no text PRIMARY KEY REFERENCES request, project_no text NOT NULL REFERENCES project, user_no text NOT NULL REFERENCES account,
  biz_type text NOT NULL CHECK (biz_type IN ('TENDER','REPAYMENT')), authorisation_no text,
  amount_fen bigint NOT NULL CHECK (amount_fen > 0), remaining_fen bigint NOT NULL CHECK (remaining_fen >= 0 AND remaining_fen <= amount_fen)
);
CREATE INDEX IF NOT EXISTS hold_open ON hold (project_no, biz_type) WHERE remaining_fen > 0;

CREATE TABLE IF NOT EXISTS batch_detail (
  request_no text PRIMARY KEY REFERENCES request, batch_no text NOT NULL REFERENCES request, position int NOT NULL,
  hold_no text NOT NULL, source_no text NOT NULL, target_no text NOT NULL, biz_type text NOT NULL, amount_fen bigint NOT NULL
);
CREATE INDEX IF NOT EXISTS batch_detail_of ON batch_detail (batch_no, position);

CREATE TABLE IF NOT EXISTS payout (
  request_no text PRIMARY KEY REFERENCES request, user_no text NOT NULL REFERENCES account, card_number text NOT NULL REFERENCES card,
  amount_fen bigint NOT NULL CHECK (amount_fen > 0), authorisation_no text, remit_at timestamptz NOT NULL, due_at timestamptz NOT NULL, open boolean NOT NULL DEFAULT true
);
ALTER TABLE payout ADD COLUMN IF NOT EXISTS return_at timestamptz, ADD COLUMN IF NOT EXISTS returned_at timestamptz, ADD COLUMN IF NOT EXISTS backroll_id bigint GENERATED ALWAYS AS IDENTITY;
ALTER TABLE payout ADD COLUMN IF NOT EXISTS urgency text NOT NULL DEFAULT 'NORMAL' CHECK (urgency IN ('NORMAL','URGENT')), ADD COLUMN IF NOT EXISTS confirmed boolean NOT NULL DEFAULT true;
CREATE INDEX IF NOT EXISTS payout_returning ON payout (return_at) WHERE return_at IS NOT NULL AND returned_at IS NULL;
CREATE INDEX IF NOT EXISTS payout_returned ON payout (returned_at, backroll_id) WHERE returned_at IS NOT NULL;
CREATE INDEX IF NOT EXISTS payout_open ON payout (due_at) WHERE open;

CREATE TABLE IF NOT EXISTS movement (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  request_no text NOT NULL, at timestamptz NOT NULL, account_no text NOT NULL,
  available_fen bigint NOT NULL, frozen_fen bigint NOT NULL
);
CREATE INDEX IF NOT EXISTS movement_of_account ON movement (account_no, id);

-- A court's freeze: \`ordered_fen\` null is all; \`held_fen\` is frozen by it now, \`taken_fen\` was in all.
CREATE TABLE IF NOT EXISTS court_freeze (
  id bigint GENERATED ALWAYS AS IDENTITY, request_no text PRIMARY KEY REFERENCES request, user_no text NOT NULL REFERENCES account,
  ordered_fen bigint CHECK (ordered_fen > 0), held_fen bigint NOT NULL CHECK (held_fen >= 0 AND held_fen <= coalesce(ordered_fen, held_fen)),
  taken_fen bigint NOT NULL CHECK (taken_fen >= held_fen), open boolean NOT NULL DEFAULT true
);
CREATE INDEX IF NOT EXISTS court_freeze_open ON court_freeze (user_no, id) WHERE open;

CREATE TABLE IF NOT EXISTS closing (one boolean PRIMARY KEY DEFAULT true CHECK (one), open_from timestamptz NOT NULL);
-- The two statements must not share a snapshot: what a day-end wrote while this waited for it is seen.
CREATE OR REPLACE FUNCTION first_open_moment() RETURNS timestamptz LANGUAGE plpgsql VOLATILE AS $$
DECLARE moment timestamptz;
BEGIN
  PERFORM pg_advisory_xact_lock_shared(7204);
  SELECT open_from INTO moment FROM closing;
  RETURN moment;
END $$;

CREATE TABLE IF NOT EXISTS check_file (
  day date NOT NULL, file_type text NOT NULL, lines bigint, sha256 text, made_at timestamptz,
  confirmed_by text REFERENCES request, PRIMARY KEY (day, file_type)
);

CREATE TABLE IF NOT EXISTS delivery (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  service_name text NOT NULL, request_no text NOT NULL, body jsonb NOT NULL,
  attempts int NOT NULL DEFAULT 0, next_at timestamptz NOT NULL DEFAULT now(), delivered_at timestamptz, last_answer text
);
ALTER TABLE delivery ADD COLUMN IF NOT EXISTS held boolean NOT NULL DEFAULT false;
CREATE TABLE IF NOT EXISTS phone_code (request_no text PRIMARY KEY REFERENCES request, code text NOT NULL, wrong int NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS text_message (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, mobile text NOT NULL, body text NOT NULL, written_at timestamptz NOT NULL DEFAULT now(), sent_at timestamptz
);
CREATE INDEX IF NOT EXISTS text_message_of ON text_message (mobile, id);
CREATE INDEX IF NOT EXISTS text_message_unsent ON text_message (id) WHERE sent_at IS NULL;
CREATE TABLE IF NOT EXISTS hostile_mode (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, mode text NOT NULL, service_name text NOT NULL,
  calls int CHECK (calls >= 0), probability float8 CHECK (probability > 0 AND probability <= 1), delay_ms int NOT NULL, days int NOT NULL, from_hour int, to_hour int,
  seen int NOT NULL DEFAULT 0, used int NOT NULL DEFAULT 0,
  UNIQUE (mode, service_name), CHECK ((calls IS NULL) <> (probability IS NULL))
);
CREATE TABLE IF NOT EXISTS hostile_seed (one boolean PRIMARY KEY CHECK (one), seed bigint NOT NULL);
CREATE TABLE IF NOT EXISTS late_call (number text PRIMARY KEY, service_name text NOT NULL, data jsonb NOT NULL);
CREATE INDEX IF NOT EXISTS delivery_due ON delivery (next_at) WHERE delivered_at IS NULL;
${claims}`;
