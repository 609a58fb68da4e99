-- Messages, calls, tasks of people, collection and legal cases.

CREATE TABLE message (
  id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  key         text NOT NULL UNIQUE,                        -- business key: LN42:i3:remind-3:sms
  person_id   text REFERENCES person,
  loan_no     text REFERENCES loan,
  channel     text NOT NULL CHECK (channel IN ('sms', 'mail')),
  template    text NOT NULL,
  to_cipher   text NOT NULL,
  to_last4    text NOT NULL DEFAULT '',
  subject     text,
  body        text NOT NULL,                               -- what was said, kept as proof
  state       text NOT NULL CHECK (state IN ('pending', 'sent', 'delivered', 'failed', 'held')),
  provider_no text,
  reason      text,
  tries       integer NOT NULL DEFAULT 0,
  business_at timestamptz NOT NULL,
  sent_at     timestamptz,
  ended_at    timestamptz,
  created_at  timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX message_person ON message (person_id, id DESC);
CREATE INDEX message_pending ON message (id) WHERE state = 'pending';

-- One attempt to reach a debtor (催收联系); the proof that it happened and what was said.
CREATE TABLE contact (
  id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  key         text NOT NULL UNIQUE,                        -- LN42:e1:call:8
  loan_no     text NOT NULL REFERENCES loan,
  episode     integer NOT NULL,
  person_id   text NOT NULL REFERENCES person,
  channel     text NOT NULL CHECK (channel IN ('sms', 'call', 'collector-call', 'letter', 'visit')),
  to_last4    text NOT NULL,
  state       text NOT NULL CHECK (state IN ('dialling', 'sent', 'answered', 'no-answer', 'failed', 'done')),
  outcome     text CHECK (outcome IN ('promised', 'not-me', 'already-paid', 'disputed', 'cannot-pay', 'operator', 'heard', 'none')),
  digits      text,
  transcript  text NOT NULL DEFAULT '',
  provider_no text,
  message_id  bigint REFERENCES message,
  by          text NOT NULL,                               -- workflow:… or a collector's person id
  business_at timestamptz NOT NULL,
  placed_at   timestamptz NOT NULL DEFAULT now(),          -- wall clock
  ended_at    timestamptz
);
CREATE INDEX contact_loan ON contact (loan_no, id);
CREATE INDEX contact_person ON contact (person_id, id);
CREATE INDEX contact_open ON contact (id) WHERE state = 'dialling' AND ended_at IS NULL;

CREATE TABLE promise (
  id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  loan_no     text NOT NULL REFERENCES loan,
  episode     integer NOT NULL,
  amount_fen  bigint NOT NULL CHECK (amount_fen > 0),
  promised_on date NOT NULL,
  due_on      date NOT NULL,
  state       text NOT NULL CHECK (state IN ('open', 'kept', 'partly', 'broken')),
  taken_by    text NOT NULL,
  key         text NOT NULL UNIQUE                         -- business key: the same promise is taken once
);

-- What a person has to decide or do; closed by an Update to the workflow that asked.
CREATE TABLE task (
  id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  key         text NOT NULL UNIQUE,
  kind        text NOT NULL CHECK (kind IN ('review', 'identity-review', 'stuck-step', 'collect', 'dispute', 'not-me', 'already-paid', 'hardship', 'legal', 'undelivered', 'case')),
  role        text NOT NULL,                               -- who works it
  workflow_id text NOT NULL,
  loan_no     text REFERENCES loan,
  person_id   text REFERENCES person,
  title       text NOT NULL,
  details     jsonb NOT NULL DEFAULT '{}',
  due_at      timestamptz,
  taken_by    text,
  state       text NOT NULL CHECK (state IN ('open', 'done', 'dropped')),
  decision    text,
  note        text,
  opened_at   timestamptz NOT NULL,
  closed_at   timestamptz
);
CREATE INDEX task_open ON task (role, due_at) WHERE state = 'open';

CREATE TABLE collection (
  workflow_id text PRIMARY KEY,                            -- collect:LN…:<episode>
  loan_no     text NOT NULL REFERENCES loan,
  episode     integer NOT NULL,
  state       text NOT NULL CHECK (state IN ('running', 'on-hold', 'cured', 'to-legal', 'ended')),
  hold_reason text,
  next_at     timestamptz,
  revision    bigint NOT NULL DEFAULT 0,
  opened_on   date NOT NULL,
  closed_on   date,
  UNIQUE (loan_no, episode)
);

CREATE TABLE legal_case (
  workflow_id text PRIMARY KEY,                            -- legal:LN…:<episode>
  loan_no     text NOT NULL REFERENCES loan,
  episode     integer NOT NULL,
  claimant    text NOT NULL,
  route       text NOT NULL CHECK (route IN ('court', 'arbitration', 'payment-order', 'notarised')),
  state       text NOT NULL CHECK (state IN ('preparing', 'filed', 'judgment', 'enforcing', 'closed')),
  principal_fen bigint NOT NULL,
  interest_fen bigint NOT NULL,
  late_interest_fen bigint NOT NULL,
  fee_fen     bigint NOT NULL,
  costs_fen   bigint NOT NULL DEFAULT 0,
  evidence    jsonb NOT NULL,                              -- list of {kind, reference, at}
  limitation_on date NOT NULL,
  next_deadline date,
  revision    bigint NOT NULL DEFAULT 0,
  opened_on   date NOT NULL,
  closed_on   date
);

CREATE TABLE write_off (
  loan_no     text PRIMARY KEY REFERENCES loan,
  on_date     date NOT NULL,
  principal_fen bigint NOT NULL,
  interest_fen bigint NOT NULL,
  days_past_due integer NOT NULL
);
