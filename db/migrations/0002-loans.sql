-- A loan from application to close. state, owner, next_at, revision and carried are written only by the loan's own
-- workflow, with a rising revision.

CREATE SEQUENCE loan_no START 1001;

CREATE TABLE loan (
  loan_no       text PRIMARY KEY,                          -- LN…
  borrower_id   text NOT NULL REFERENCES person,
  idempotency_key text NOT NULL UNIQUE,
  profile       text NOT NULL CHECK (profile IN ('cn', 'institutional', 'eu', 'us')),
  product_id    text NOT NULL,
  product_version integer NOT NULL,
  segment       text NOT NULL DEFAULT 'consumer',
  requested_fen bigint NOT NULL CHECK (requested_fen > 0),
  term_months   integer NOT NULL CHECK (term_months BETWEEN 1 AND 360),
  purpose       text NOT NULL,
  applied_at    timestamptz NOT NULL,                      -- business time
  state         text NOT NULL,
  owner         text NOT NULL,
  next_at       timestamptz,
  revision      bigint NOT NULL DEFAULT 0,
  reason        text,                                      -- code of a refusal, failure or stop
  carried       jsonb,                                     -- the workflow's whole state: `npm run resume` starts from it
  grade         text,
  amount_fen    bigint,                                    -- accepted principal
  annual_rate_bps integer,
  outstanding_fen bigint NOT NULL DEFAULT 0 CHECK (outstanding_fen >= 0),
  days_past_due integer NOT NULL DEFAULT 0,
  value_date    date,
  closed_on     date
);
CREATE INDEX loan_borrower ON loan (borrower_id);
CREATE INDEX loan_state ON loan (state, next_at);

-- What the applicant said. Free text and employer stay here, never in a workflow.
CREATE TABLE application (
  loan_no          text PRIMARY KEY REFERENCES loan,
  annual_income_fen bigint NOT NULL CHECK (annual_income_fen >= 0),
  employment_years numeric(4, 1),
  employer_cipher  text,
  home_ownership   text NOT NULL CHECK (home_ownership IN ('RENT', 'OWN', 'MORTGAGE', 'OTHER')),
  debt_to_income_bps integer,
  elsewhere_fen    bigint NOT NULL DEFAULT 0,
  student          boolean NOT NULL DEFAULT false,
  description      text NOT NULL DEFAULT '',
  region           text NOT NULL DEFAULT ''
);

CREATE TABLE bureau_report (
  id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  person_id   text NOT NULL REFERENCES person,
  loan_no     text REFERENCES loan,
  bureau      text NOT NULL CHECK (bureau IN ('identity', 'carrier', 'credit', 'court', 'platforms')),
  reference   text NOT NULL UNIQUE,
  report_no   text,
  status      text NOT NULL CHECK (status IN ('answered', 'unavailable')),
  facts       jsonb,
  why         text,
  asked_at    timestamptz NOT NULL DEFAULT now(),
  expires_on  date
);
CREATE INDEX bureau_report_person ON bureau_report (person_id, bureau, id DESC);

CREATE TABLE identification (
  workflow_id text PRIMARY KEY,                            -- identify:<person>:<n>
  person_id   text NOT NULL REFERENCES person,
  attempt     integer NOT NULL,
  purpose     text NOT NULL CHECK (purpose IN ('borrow', 'lend')),
  state       text NOT NULL CHECK (state IN ('running', 'review', 'verified', 'failed')),
  reason      text,
  UNIQUE (person_id, attempt)
);

CREATE TABLE score (
  loan_no     text PRIMARY KEY REFERENCES loan,
  model       text NOT NULL,
  points      integer NOT NULL,
  pd_bps      integer NOT NULL,
  grade       text NOT NULL,
  reasons     jsonb NOT NULL,
  inputs      jsonb NOT NULL,
  decision    text NOT NULL CHECK (decision IN ('approve', 'refer', 'decline')),
  decided_on  date NOT NULL
);

CREATE TABLE offer (
  loan_no        text NOT NULL REFERENCES loan,
  version        integer NOT NULL,
  amount_fen     bigint NOT NULL CHECK (amount_fen > 0),
  term_months    integer NOT NULL,
  method         text NOT NULL,
  annual_rate_bps integer NOT NULL,
  grade          text NOT NULL,
  service_fee_fen bigint NOT NULL DEFAULT 0,               -- per instalment
  all_in_percent text NOT NULL,
  cap_bps        integer,
  valid_until    date NOT NULL,
  made_on        date NOT NULL,
  PRIMARY KEY (loan_no, version)
);

-- Schedules are versions, never edited; version 0 is the offer's, version 1 starts on the value date.
CREATE TABLE instalment (
  loan_no       text NOT NULL REFERENCES loan,
  version       integer NOT NULL,
  no            integer NOT NULL,
  due_date      date NOT NULL,
  due_day       date NOT NULL,                             -- moved by the calendar; the day that counts
  principal_fen bigint NOT NULL CHECK (principal_fen >= 0),
  interest_fen  bigint NOT NULL CHECK (interest_fen >= 0),
  fee_fen       bigint NOT NULL DEFAULT 0 CHECK (fee_fen >= 0),
  paid_principal_fen bigint NOT NULL DEFAULT 0,
  paid_interest_fen  bigint NOT NULL DEFAULT 0,
  paid_fee_fen       bigint NOT NULL DEFAULT 0,
  paid_late_interest_fen bigint NOT NULL DEFAULT 0,
  forgiven_interest_fen  bigint NOT NULL DEFAULT 0,        -- interest not owed after early repayment (Civil Code 677)
  paid_on       date,
  PRIMARY KEY (loan_no, version, no),
  CHECK (paid_principal_fen BETWEEN 0 AND principal_fen),
  CHECK (paid_interest_fen + forgiven_interest_fen BETWEEN 0 AND interest_fen),
  CHECK (paid_fee_fen BETWEEN 0 AND fee_fen)
);

-- The listing on the market, with the sums that many people change at once.
CREATE TABLE listing (
  loan_no      text PRIMARY KEY REFERENCES loan,
  project_no   text NOT NULL UNIQUE,                       -- at the bank
  target_fen   bigint NOT NULL CHECK (target_fen > 0),
  reserved_fen bigint NOT NULL DEFAULT 0 CHECK (reserved_fen >= 0),
  frozen_fen   bigint NOT NULL DEFAULT 0 CHECK (frozen_fen >= 0),
  min_bid_fen  bigint NOT NULL DEFAULT 10000,
  step_fen     bigint NOT NULL DEFAULT 10000,
  max_share_bps integer NOT NULL DEFAULT 3000,
  opened_at    timestamptz NOT NULL,
  deadline     timestamptz NOT NULL,
  state        text NOT NULL CHECK (state IN ('open', 'full', 'concluded', 'failed')),
  CHECK (reserved_fen + frozen_fen <= target_fen)
);
CREATE INDEX listing_open ON listing (state, deadline);

CREATE TABLE bid (
  id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  loan_no      text NOT NULL REFERENCES listing,
  lender_id    text NOT NULL REFERENCES person,
  user_no      text NOT NULL REFERENCES custody_account,
  amount_fen   bigint NOT NULL CHECK (amount_fen > 0),
  idempotency_key text NOT NULL,
  request_no   text NOT NULL UNIQUE,                       -- of the freeze
  by           text NOT NULL CHECK (by IN ('password', 'authorisation')),
  state        text NOT NULL CHECK (state IN ('reserved', 'frozen', 'refused', 'expired', 'released', 'lent')),
  reason       text,
  risk_notice_version text,
  placed_at    timestamptz NOT NULL DEFAULT now(),         -- wall clock: rules the reservation
  expires_at   timestamptz NOT NULL,
  business_at  timestamptz NOT NULL,
  UNIQUE (lender_id, idempotency_key)
);
CREATE INDEX bid_loan ON bid (loan_no, state);
CREATE INDEX bid_lender ON bid (lender_id, id DESC);

CREATE TABLE contract (
  loan_no      text PRIMARY KEY REFERENCES loan,
  concluded_on date NOT NULL,
  body         text NOT NULL,
  sha256       text NOT NULL,
  sealed_at    timestamptz NOT NULL DEFAULT now()
);

-- A lender's part of a loan (债权). Shares are by contract; paid sums move with each distribution.
CREATE TABLE holding (
  id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  loan_no       text NOT NULL REFERENCES loan,
  lender_id     text NOT NULL REFERENCES person,
  user_no       text NOT NULL REFERENCES custody_account,
  principal_fen bigint NOT NULL CHECK (principal_fen > 0),
  paid_principal_fen bigint NOT NULL DEFAULT 0 CHECK (paid_principal_fen >= 0),
  paid_interest_fen  bigint NOT NULL DEFAULT 0 CHECK (paid_interest_fen >= 0),
  paid_late_interest_fen bigint NOT NULL DEFAULT 0 CHECK (paid_late_interest_fen >= 0),
  fees_fen      bigint NOT NULL DEFAULT 0,
  UNIQUE (loan_no, lender_id),
  CHECK (paid_principal_fen <= principal_fen)
);
CREATE INDEX holding_lender ON holding (lender_id);

-- A payment of the borrower: counts at the bank's time of freezing, then is distributed.
CREATE TABLE payment (
  payment_no   text PRIMARY KEY,                           -- LN…:p<n>
  loan_no      text NOT NULL REFERENCES loan,
  n            integer NOT NULL,
  source       text NOT NULL CHECK (source IN ('debit', 'manual', 'payoff', 'recovery')),
  asked_fen    bigint NOT NULL CHECK (asked_fen > 0),
  frozen_fen   bigint NOT NULL DEFAULT 0,
  as_of        date NOT NULL,
  parts        jsonb,                                      -- allocation by instalment
  principal_fen bigint NOT NULL DEFAULT 0,
  interest_fen bigint NOT NULL DEFAULT 0,
  late_interest_fen bigint NOT NULL DEFAULT 0,
  fee_fen      bigint NOT NULL DEFAULT 0,
  costs_fen    bigint NOT NULL DEFAULT 0,
  after_write_off boolean NOT NULL DEFAULT false,
  state        text NOT NULL CHECK (state IN ('asked', 'frozen', 'distributing', 'distributed', 'refused')),
  reason       text,
  UNIQUE (loan_no, n)
);

-- A lender's part of a payment.
CREATE TABLE distribution (
  payment_no   text NOT NULL REFERENCES payment,
  holding_id   bigint NOT NULL REFERENCES holding,
  principal_fen bigint NOT NULL CHECK (principal_fen >= 0),
  interest_fen bigint NOT NULL CHECK (interest_fen >= 0),
  late_interest_fen bigint NOT NULL CHECK (late_interest_fen >= 0),
  fee_fen      bigint NOT NULL DEFAULT 0 CHECK (fee_fen >= 0),
  state        text NOT NULL CHECK (state IN ('sending', 'delivered', 'undelivered')),
  PRIMARY KEY (payment_no, holding_id)
);
