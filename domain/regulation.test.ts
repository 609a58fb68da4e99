import { readdirSync, readFileSync } from 'node:fs';
import { PROFILE_IDS, PROFILES, isProfileId } from './regulation.js';

describe('regulation profiles', () => {
  it('are the four, each under its own name and with a source for every rule', () => {
    expect(Object.keys(PROFILES).sort()).toEqual([...PROFILE_IDS].sort());
    for (const id of PROFILE_IDS) {
      const profile = PROFILES[id];
      expect(profile.id).toBe(id);
      const sourced = Object.values(profile).filter((rule): rule is { value: unknown; source: string } => typeof rule === 'object' && rule !== null && 'value' in rule);
      expect(sourced.length).toBeGreaterThan(8);
      expect(sourced.filter((rule) => rule.source.length < 5)).toEqual([]);
    }
  });

  it('know each other apart', () => {
    expect([isProfileId('cn'), isProfileId('CN'), isProfileId(undefined)]).toEqual([true, false, false]);
  });

  it('keep the LPR table in order, so that the last value before a date is the one in force', () => {
    const dates = PROFILES.cn.rateCap!.value.lpr.map((value) => value.from);
    expect(dates).toEqual([...dates].sort());
  });
});

describe('the domain', () => {
  it('reads no clock, no locale, no environment and no chance, but for the file on zones', () => {
    const files = readdirSync('domain').filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts') && name !== 'zone.ts');
    const impure = files.filter((name) => /\bnew Date\b|\bDate\.|\bIntl\b|Math\.random|process\.env|toLocale/.test(readFileSync(`domain/${name}`, 'utf8')));
    expect(files.length).toBeGreaterThan(20);
    expect(impure).toEqual([]);
  });
});
