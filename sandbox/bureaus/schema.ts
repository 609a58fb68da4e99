export const schema = `
CREATE TABLE IF NOT EXISTS people (
  id_number text PRIMARY KEY,
  facts jsonb NOT NULL
);
CREATE TABLE IF NOT EXISTS reports (
  n bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  bureau text NOT NULL,
  reference text NOT NULL,
  question text NOT NULL,
  id_number text NOT NULL,
  report_no text NOT NULL UNIQUE,
  facts jsonb NOT NULL,
  business_at bigint NOT NULL,
  UNIQUE (bureau, reference)
);
CREATE TABLE IF NOT EXISTS outages (
  bureau text PRIMARY KEY,
  mode text NOT NULL
);
`;
