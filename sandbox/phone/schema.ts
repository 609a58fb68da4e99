/** What the phone network remembers. Instants ending in `_ms` are wall clock; `business_at` is what people see. */
export const schema = `
CREATE TABLE IF NOT EXISTS numbers (
  number text PRIMARY KEY,
  behaviour text,
  digits text NOT NULL DEFAULT '',
  after_seconds double precision,
  seen_ms bigint NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS messages (
  sid text PRIMARY KEY,
  n bigint GENERATED ALWAYS AS IDENTITY,
  to_number text NOT NULL,
  from_number text NOT NULL,
  body text NOT NULL,
  status text NOT NULL,
  error_code integer,
  status_callback text,
  created_ms bigint NOT NULL,
  sent_ms bigint,
  updated_ms bigint NOT NULL,
  business_at bigint NOT NULL
);
CREATE INDEX IF NOT EXISTS messages_of_number ON messages (to_number, n DESC);
CREATE INDEX IF NOT EXISTS messages_in_order ON messages (n DESC);
CREATE TABLE IF NOT EXISTS calls (
  sid text PRIMARY KEY,
  n bigint GENERATED ALWAYS AS IDENTITY,
  to_number text NOT NULL,
  from_number text NOT NULL,
  voice_url text NOT NULL,
  voice_method text NOT NULL,
  status_callback text,
  status_events text[] NOT NULL,
  status text NOT NULL,
  next jsonb NOT NULL,
  answered_by text,
  digits_left text NOT NULL DEFAULT '',
  spoken_seconds double precision NOT NULL DEFAULT 0,
  fetches integer NOT NULL DEFAULT 0,
  ring_limit_seconds integer NOT NULL,
  created_ms bigint NOT NULL,
  answered_ms bigint,
  ended_ms bigint,
  updated_ms bigint NOT NULL,
  business_at bigint NOT NULL
);
CREATE INDEX IF NOT EXISTS calls_of_number ON calls (to_number, n DESC);
CREATE INDEX IF NOT EXISTS calls_in_order ON calls (n DESC);
CREATE INDEX IF NOT EXISTS calls_open ON calls (n) WHERE ended_ms IS NULL;
CREATE TABLE IF NOT EXISTS call_lines (
  n bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  call_sid text NOT NULL REFERENCES calls,
  who text NOT NULL,
  text text NOT NULL,
  business_at bigint NOT NULL
);
CREATE INDEX IF NOT EXISTS lines_of_call ON call_lines (call_sid, n);
CREATE TABLE IF NOT EXISTS callbacks (
  n bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  subject text NOT NULL,
  url text NOT NULL,
  params jsonb NOT NULL,
  due_ms bigint NOT NULL,
  attempts integer NOT NULL DEFAULT 0,
  ended text
);
CREATE INDEX IF NOT EXISTS callbacks_open ON callbacks (subject, n) WHERE ended IS NULL;
CREATE TABLE IF NOT EXISTS requests (
  n bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  subject text NOT NULL,
  method text NOT NULL,
  url text NOT NULL,
  params jsonb NOT NULL,
  response_code integer,
  at_ms bigint NOT NULL
);
CREATE INDEX IF NOT EXISTS requests_of_subject ON requests (subject, n);
`;
