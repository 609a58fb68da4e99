import { readFileSync } from 'node:fs';
import { PROCESSES, readSettings, SETTINGS, WrongSettings } from './settings.js';
import { settingsDocument } from './settings-document.js';

const CLOCK = { DATABASE_URL: 'postgres://a:b@localhost:5432/tributary', TEMPORAL_ADDRESS: 'localhost:7233' };

describe('settings', () => {
  it('are read with their defaults, and only those that the process needs', () => {
    const settings = readSettings({ ...CLOCK, SMTP_URL: 'nonsense', CLOCK_SPEED: '17280' }, 'clock');
    expect(settings).toMatchObject({ DATABASE_URL: CLOCK.DATABASE_URL, TEMPORAL_NAMESPACE: 'default', TEMPORAL_TLS: false, CLOCK_SPEED: 17280, ZONE: 'Asia/Shanghai', ZONE_OFFSET_MINUTES: 480 });
    expect(settings).not.toHaveProperty('SMTP_URL');
  });

  it('are refused all at once, each with what is wrong and what it is for', () => {
    const read = (): unknown => readSettings({ DATABASE_URL: 'mysql://x', TEMPORAL_ADDRESS: ' ', PROFILE: 'mars', CLOCK_SPEED: 'fast' }, 'clock');
    expect(read).toThrow(WrongSettings);
    try {
      read();
    } catch (error) {
      const { lines } = error as WrongSettings;
      expect(lines).toHaveLength(4);
      expect(lines[0]).toBe("DATABASE_URL: must be postgres://user:password@host:port/database. The platform's PostgreSQL (15 or later).");
      expect(lines[1]).toBe('TEMPORAL_ADDRESS is missing: The Temporal server, as host:port.');
      expect(lines.join()).toContain('PROFILE');
      expect(lines.join()).toContain('CLOCK_SPEED');
    }
  });

  it('lose the slash at the end of the public address, so that paths can be appended', () => {
    const people = readSettings({ PUBLIC_URL: 'https://example.org/', CUSTODY_URL: 'http://localhost:1', BUREAUS_URL: 'http://localhost:2' }, 'people');
    expect(people.PUBLIC_URL).toBe('https://example.org');
  });

  it('each belong to a process and say what they are', () => {
    for (const { about, of } of Object.values(SETTINGS)) {
      expect(about).toMatch(/\.$/);
      expect(of.length).toBeGreaterThan(0);
      for (const process of of) expect(PROCESSES).toContain(process);
    }
  });

  it('stand in docs/settings.md as they are (renew it with: npm run -s settings > docs/settings.md)', () => {
    expect(readFileSync(new URL('../docs/settings.md', import.meta.url), 'utf8')).toBe(settingsDocument());
  });
});
