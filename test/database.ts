import { randomBytes } from 'node:crypto';
import { Client } from 'pg';

/** A database of this test file alone. */
export interface TestDatabase {
  /** Connection string. */
  url: string;
  /** Closes whatever is still connected and removes it. Call it in `afterAll`. */
  drop(): Promise<void>;
}

function setting(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is missing: tests run under jest with this project's configuration, which starts a PostgreSQL`);
  return value;
}

async function onServer(sql: (quote: (name: string) => string) => string): Promise<void> {
  const admin = new Client({ connectionString: setting('TRIBUTARY_TEST_SERVER') });
  await admin.connect();
  try {
    await admin.query(sql((name) => admin.escapeIdentifier(name)));
  } finally {
    await admin.end();
  }
}

async function create(template: string | undefined): Promise<TestDatabase> {
  const name = `${setting('TRIBUTARY_TEST_PREFIX')}_${randomBytes(6).toString('hex')}`;
  await onServer((quote) => `CREATE DATABASE ${quote(name)}${template ? ` TEMPLATE ${quote(template)}` : ''}`);
  const url = new URL(setting('TRIBUTARY_TEST_SERVER'));
  url.pathname = `/${name}`;
  return {
    url: url.href,
    drop: () => onServer((quote) => `DROP DATABASE IF EXISTS ${quote(name)} WITH (FORCE)`),
  };
}

/** A clone of the platform's migrated database, empty of people and loans. */
export function createTestDatabase(): Promise<TestDatabase> {
  return create(`${setting('TRIBUTARY_TEST_PREFIX')}_template`);
}

/** A database without tables, for a server that makes its own (the sandbox). */
export function createEmptyDatabase(): Promise<TestDatabase> {
  return create(undefined);
}
