-- Daily reconciliation (对账): the bank's check files of a day against our instructions, line by line.

CREATE TABLE reconciliation_day (
  day          date PRIMARY KEY,
  state        text NOT NULL CHECK (state IN ('late', 'faulty', 'differences', 'explained', 'confirmed')),
  reason       text,                                       -- which file is late or faulty, and how
  asked_at     timestamptz NOT NULL,                       -- business time of the last try
  matched_at   timestamptz,
  confirmed_at timestamptz
);

-- A file as it was accepted, and what its lines came to. A file that differs from this one is a case, never an overwrite.
CREATE TABLE reconciliation_file (
  day           date NOT NULL,
  file          text NOT NULL CHECK (file IN ('deposits', 'payouts', 'returned-payouts', 'commissions', 'transfers')),
  sha256        text NOT NULL,
  lines         integer NOT NULL,
  amount_fen    bigint NOT NULL,
  equal         integer NOT NULL DEFAULT 0,
  in_transit    integer NOT NULL DEFAULT 0,                -- ours and the bank's day differ at midnight: explained
  different     integer NOT NULL DEFAULT 0,
  bank_only     integer NOT NULL DEFAULT 0,
  platform_only integer NOT NULL DEFAULT 0,
  accepted_at   timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (day, file)
);

-- The lines while a day is being matched. Unlogged: after a crash the file is fetched again.
CREATE UNLOGGED TABLE statement_line (
  day          date NOT NULL,
  file         text NOT NULL,
  line_no      integer NOT NULL,
  request_no   text NOT NULL,
  kind         text NOT NULL,
  amount_fen   bigint NOT NULL,
  user_no      text NOT NULL,
  to_user_no   text,
  at           timestamptz NOT NULL
);
CREATE INDEX statement_line_file ON statement_line (day, file);

-- Done by us just before midnight and not in that day's file (`awaited`: the next one must have it), or in a neighbour's (`met`).
CREATE TABLE reconciliation_transit (
  day        date NOT NULL,                                -- the day whose matching found it
  file       text NOT NULL,
  request_no text NOT NULL,
  state      text NOT NULL CHECK (state IN ('awaited', 'met')),
  PRIMARY KEY (day, file, request_no)
);
CREATE INDEX reconciliation_transit_number ON reconciliation_transit (file, request_no);

-- A difference (差错), workflow `case:<id>`. `doubt_fen`: what our books may show too much of `user_no`'s money.
CREATE TABLE reconciliation_case (
  id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  day         date NOT NULL,
  file        text NOT NULL,
  request_no  text NOT NULL,
  result      text NOT NULL CHECK (result IN ('different', 'bank-only', 'platform-only', 'file-changed', 'too-many')),
  reasons     text[] NOT NULL,
  ours        jsonb,
  bank        jsonb,
  user_no     text,
  doubt_fen   bigint NOT NULL DEFAULT 0 CHECK (doubt_fen >= 0),
  state       text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'resolved')),
  owner       text,                                        -- the person who has taken it
  due_at      timestamptz NOT NULL,
  opened_at   timestamptz NOT NULL,
  resolution  text CHECK (resolution IN ('accept-bank', 'explained')),
  resolved_by text,
  reason      text,
  resolved_at timestamptz,
  UNIQUE (day, file, request_no, result),
  CHECK ((state = 'resolved') = (resolution IS NOT NULL AND resolved_by IS NOT NULL AND resolved_at IS NOT NULL))
);
CREATE INDEX reconciliation_case_open ON reconciliation_case (due_at) WHERE state = 'open';
CREATE INDEX reconciliation_case_doubt ON reconciliation_case (user_no) WHERE state = 'open' AND doubt_fen > 0;

CREATE TABLE reconciliation_note (
  id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  case_id     bigint NOT NULL REFERENCES reconciliation_case,
  person_id   text NOT NULL,
  note        text NOT NULL,
  business_at timestamptz NOT NULL,
  UNIQUE (case_id, person_id, note, business_at)
);

-- Ours of a day, found without reading the other years.
CREATE INDEX instruction_done ON instruction (done_at) WHERE state = 'done' AND verb IN ('deposit', 'pull', 'withdraw', 'payout', 'payout-returned');
CREATE INDEX journal_business_at ON journal USING brin (business_at);
