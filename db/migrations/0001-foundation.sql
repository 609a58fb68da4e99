-- People, what they accepted, their accounts at the bank.
-- Encrypted columns hold `keyId:iv:tag:cipher` (db/vault); `*_index` columns are blind indexes (HMAC) for look-ups.

CREATE SEQUENCE person_no START 1001;

CREATE TABLE person (
  id              text PRIMARY KEY,                       -- P…
  kind            text NOT NULL DEFAULT 'natural' CHECK (kind IN ('natural', 'legal')),
  email           text NOT NULL,
  email_index     text NOT NULL UNIQUE,
  phone_cipher    text NOT NULL,
  phone_index     text NOT NULL,
  phone_last4     text NOT NULL,
  phone_proved_at timestamptz,
  password_hash   text NOT NULL,
  name_cipher     text,
  id_number_cipher text,
  id_number_index text,
  language        text NOT NULL DEFAULT 'en' CHECK (language IN ('en', 'zh')),
  birth_date      date,
  identified_at   timestamptz,                            -- business time of a passed identification
  identification_state text NOT NULL DEFAULT 'none' CHECK (identification_state IN ('none', 'running', 'verified', 'failed', 'review')),
  demo            boolean NOT NULL DEFAULT false,
  failed_logins   integer NOT NULL DEFAULT 0,
  locked_until    timestamptz,
  created_at      timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX person_phone ON person (phone_index);
CREATE UNIQUE INDEX person_id_number ON person (id_number_index) WHERE id_number_index IS NOT NULL;

CREATE TABLE person_role (
  person_id text NOT NULL REFERENCES person,
  role      text NOT NULL CHECK (role IN ('borrower', 'lender', 'reviewer', 'operations', 'collector', 'supervisor', 'finance', 'compliance', 'administrator', 'auditor')),
  PRIMARY KEY (person_id, role)
);

-- A role that an administrator wants given or taken; another administrator confirms or refuses it.
CREATE TABLE role_change (
  id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  key          text NOT NULL UNIQUE,
  person_id    text NOT NULL REFERENCES person,
  role         text NOT NULL CHECK (role IN ('reviewer', 'operations', 'collector', 'supervisor', 'finance', 'compliance', 'administrator', 'auditor')),
  change       text NOT NULL CHECK (change IN ('grant', 'revoke')),
  why          text NOT NULL,
  requested_by text NOT NULL REFERENCES person,
  decided_by   text REFERENCES person CHECK (decided_by <> requested_by),
  state        text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'done', 'refused')),
  requested_at timestamptz NOT NULL DEFAULT now(),
  decided_at   timestamptz
);
CREATE UNIQUE INDEX role_change_open ON role_change (person_id, role) WHERE state = 'open';

CREATE TABLE session (                                     -- connect-pg-simple's shape
  sid    varchar PRIMARY KEY,
  sess   json NOT NULL,
  expire timestamp(6) NOT NULL
);
CREATE INDEX session_expire ON session (expire);

-- One-time codes: phone proof, password reset, confirmation of a change. Only a hash is kept.
CREATE TABLE one_time_code (
  id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  purpose     text NOT NULL CHECK (purpose IN ('sign-up', 'reset-password', 'change-phone')),
  subject     text NOT NULL,                               -- blind index of the phone, or a person id
  code_hash   text NOT NULL,
  attempts    integer NOT NULL DEFAULT 0,
  expires_at  timestamptz NOT NULL,
  used_at     timestamptz,
  created_at  timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX one_time_code_subject ON one_time_code (subject, purpose, created_at DESC);

-- Attempts per address, person or phone within a window (rate-limiter-flexible's shape; expire in ms).
CREATE TABLE rate_limit (
  key    varchar(255) PRIMARY KEY,
  points integer NOT NULL DEFAULT 0,
  expire bigint
);

-- A new phone number on its way: proved by code, then changed at the bank (MODIFY_MOBILE_EXPAND), then here.
CREATE TABLE phone_change (
  id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  person_id    text NOT NULL REFERENCES person,
  phone_cipher text NOT NULL,
  phone_index  text NOT NULL,
  phone_last4  text NOT NULL,
  request_no   text UNIQUE,                                -- the bank act that carries it; null: no account at the bank, or not sent yet
  state        text NOT NULL CHECK (state IN ('unproved', 'proved', 'done', 'dropped')),
  created_at   timestamptz NOT NULL DEFAULT now(),
  ended_at     timestamptz
);
CREATE INDEX phone_change_person ON phone_change (person_id, id DESC);

-- Acceptance of a document's exact version.
CREATE TABLE acceptance (
  person_id   text NOT NULL REFERENCES person,
  document    text NOT NULL CHECK (document IN ('user-agreement', 'privacy-policy', 'borrower-risk-notice', 'lender-risk-notice', 'identity-consent', 'credit-consent')),
  version     text NOT NULL,
  sha256      text NOT NULL,
  accepted_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (person_id, document, version)
);

-- Suitability questionnaire of a lender (cn Art. 26): no assessment, no trade.
CREATE TABLE lender_assessment (
  id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  person_id     text NOT NULL REFERENCES person,
  answers       jsonb NOT NULL,
  grade         text NOT NULL CHECK (grade IN ('C1', 'C2', 'C3', 'C4', 'C5')),
  limit_fen     bigint NOT NULL CHECK (limit_fen >= 0),
  assessed_at   timestamptz NOT NULL,
  valid_until   date NOT NULL
);
CREATE INDEX lender_assessment_person ON lender_assessment (person_id, id DESC);

-- A person's sub-account at the bank; one per role there. What it holds is the bank's word, mirrored in the ledger.
CREATE TABLE custody_account (
  user_no       text PRIMARY KEY,                          -- the bank's platformUserNo: B-P… or L-P…
  person_id     text NOT NULL REFERENCES person,
  bank_role     text NOT NULL CHECK (bank_role IN ('BORROWERS', 'INVESTOR', 'GUARANTEECORP')),
  state         text NOT NULL CHECK (state IN ('opening', 'active', 'frozen', 'closed')),
  card_last4    text,
  card_bank     text,
  card_bound_at timestamptz,
  payouts_from  timestamptz,                               -- business time: no payout before it (cooling period after a change of card or phone)
  opened_at     timestamptz,
  UNIQUE (person_id, bank_role)
);

CREATE TABLE authorisation (
  user_no    text NOT NULL REFERENCES custody_account,
  type       text NOT NULL CHECK (type IN ('RECHARGE', 'TENDER', 'REPAYMENT', 'WITHDRAW', 'CREDIT_ASSIGNMENT', 'COMPENSATORY')),
  max_fen    bigint NOT NULL CHECK (max_fen > 0),
  fail_time  timestamptz NOT NULL,
  state      text NOT NULL CHECK (state IN ('active', 'cancelled')),
  PRIMARY KEY (user_no, type)
);

-- Every decision by a person or a workflow, in the transaction that does it.
CREATE TABLE act (
  id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at           timestamptz NOT NULL DEFAULT now(),         -- wall clock
  business_at  timestamptz,
  actor        text NOT NULL,                              -- person id, or workflow:<id>
  role         text NOT NULL,
  verb         text NOT NULL,
  subject      text NOT NULL,                              -- LN…, P…, requestNo …
  before       jsonb,
  after        jsonb,
  why          text,
  second_person text
);
CREATE INDEX act_subject ON act (subject, id);

-- The business clock: append-only segments, never turned back. Empty in production.
CREATE TABLE clock_segment (
  id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  wall_at     timestamptz NOT NULL,
  business_at timestamptz NOT NULL,
  speed       double precision NOT NULL CHECK (speed >= 0),
  until       timestamptz CHECK (until >= business_at),    -- business time stops here by itself; null = it goes on
  mode        text NOT NULL CHECK (mode IN ('running', 'paused', 'stepped')),
  pace        double precision NOT NULL CHECK (pace >= 0), -- the speed that was asked for, while nothing holds the clock
  reason      text NOT NULL
);

-- What each workflow waits for. `pokes` counts facts in the record that need its attention, `seen` those it has
-- taken in: the clock stands still while next_at has passed or seen < pokes.
CREATE TABLE waiting (
  workflow_id text PRIMARY KEY,
  next_at     timestamptz NOT NULL,
  stride      interval CHECK (stride > interval '0'),      -- a wait that returns so often and may be reached late
  known_at    timestamptz,                                 -- the business time that the workflow knew when it wrote this
  summary     text NOT NULL DEFAULT '',
  pokes       bigint NOT NULL DEFAULT 0,
  seen        bigint NOT NULL DEFAULT 0,
  poked_at    timestamptz,                                 -- wall clock of the last poke
  updated_at  timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX waiting_next ON waiting (next_at);
CREATE INDEX waiting_unseen ON waiting (workflow_id) WHERE seen < pokes;
