-- Instructions: one money movement (or act) asked of the bank, and what became of it.

CREATE TABLE instruction (
  request_no   text PRIMARY KEY,
  business_key text NOT NULL,                              -- e.g. LN42:p7:hold ; several tries share it
  try          integer NOT NULL DEFAULT 1,
  verb         text NOT NULL CHECK (verb IN ('register', 'bind-card', 'unbind-card', 'change-mobile', 'authorise', 'cancel-authorisation', 'deposit', 'withdraw', 'pull', 'payout', 'payout-returned',
                 'create-project', 'change-project', 'hold', 'release-hold', 'batch-release', 'batch-repayment')),
  user_no      text,
  loan_no      text REFERENCES loan,
  bid_id       bigint REFERENCES bid,
  payment_no   text REFERENCES payment,
  amount_fen   bigint NOT NULL DEFAULT 0 CHECK (amount_fen >= 0),
  workflow_id  text NOT NULL,                              -- who is Signalled
  step         text NOT NULL,
  details      jsonb NOT NULL DEFAULT '{}',                -- what the verb needs beyond the columns; ids and codes only
  state        text NOT NULL CHECK (state IN ('intended', 'sent', 'accepted', 'done', 'refused')),
  reason       text,
  bank_no      text,
  as_of        timestamptz NOT NULL,                       -- business time of the wish
  done_at      timestamptz,                                -- business time of the bank's final word
  waits_until  timestamptz,                                -- business moment before which no end is expected (payout)
  awaited      boolean NOT NULL DEFAULT false,             -- its workflow waits to be told of the end
  intended_at  timestamptz NOT NULL DEFAULT now(),
  sent_at      timestamptz,
  ended_at     timestamptz,
  UNIQUE (business_key, try)
);
CREATE INDEX instruction_open ON instruction (workflow_id) WHERE state NOT IN ('done', 'refused');
CREATE INDEX instruction_loan ON instruction (loan_no);
CREATE INDEX instruction_user ON instruction (user_no);

-- Details of a batch. holding_id: the lender served by a repayment; bid_id: the freeze used by a release.
CREATE TABLE instruction_detail (
  request_no   text PRIMARY KEY,
  batch_no     text NOT NULL REFERENCES instruction,
  hold_request_no text NOT NULL,
  from_user_no text NOT NULL,
  to_user_no   text NOT NULL,
  kind         text NOT NULL CHECK (kind IN ('principal', 'interest', 'commission')),
  purpose      text NOT NULL CHECK (purpose IN ('release', 'principal', 'interest', 'service-fee', 'lender-fee', 'costs')),
  amount_fen   bigint NOT NULL CHECK (amount_fen > 0),
  holding_id   bigint REFERENCES holding,
  bid_id       bigint REFERENCES bid,
  state        text NOT NULL CHECK (state IN ('sent', 'done', 'refused')),
  reason       text
);
CREATE INDEX instruction_detail_batch ON instruction_detail (batch_no);

-- Every message of the bank, as received; repeated ones are recognised here.
CREATE TABLE bank_message (
  id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  request_no  text NOT NULL,
  act         text NOT NULL,
  via         text NOT NULL,
  outcome     text NOT NULL,
  received_at timestamptz NOT NULL DEFAULT now()
);
