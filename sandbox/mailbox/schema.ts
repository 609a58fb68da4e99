/** One row per mail and receiver. A repeat (same Message-ID) is counted, not shown twice, as mail programs do. */
export const schema = `
CREATE TABLE IF NOT EXISTS mails (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  receiver text NOT NULL,
  message_id text NOT NULL,
  sender text NOT NULL,
  subject text NOT NULL,
  text text NOT NULL,
  html text,
  raw text NOT NULL,
  copies integer NOT NULL DEFAULT 1,
  business_at bigint NOT NULL,
  UNIQUE (receiver, message_id)
);
CREATE INDEX IF NOT EXISTS mails_of_receiver ON mails (receiver, id DESC);
CREATE TABLE IF NOT EXISTS refused (receiver text PRIMARY KEY, code integer NOT NULL);
`;
