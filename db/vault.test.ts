import { randomBytes } from 'node:crypto';
import { createVault } from './vault.js';

const key = () => randomBytes(32).toString('base64');
const settings = { active: 'k2', keys: { k1: key(), k2: key() }, indexKey: key() };

describe('the vault', () => {
  const vault = createVault(settings);

  it('opens what it sealed, and seals the same text differently each time', () => {
    const sealed = vault.seal('张伟 110101199003070011');
    expect(sealed).toMatch(/^k2:/);
    expect(sealed).not.toContain('1101');
    expect(vault.open(sealed)).toBe('张伟 110101199003070011');
    expect(vault.seal('a')).not.toBe(vault.seal('a'));
  });

  it('still opens what an older key sealed', () => {
    const old = createVault({ ...settings, active: 'k1' }).seal('old');
    expect(vault.open(old)).toBe('old');
  });

  it('refuses an altered value, an unknown key and a truncated tag', () => {
    const [id, iv, tag, text] = vault.seal('secret').split(':');
    expect(() => vault.open([id, iv, tag, Buffer.from('public').toString('base64url')].join(':'))).toThrow();
    expect(() => vault.open(['k9', iv, tag, text].join(':'))).toThrow('no key k9');
    expect(() => vault.open([id, iv, tag!.slice(0, 8), text].join(':'))).toThrow();
  });

  it('finds a value however it was typed, and no other kind with it', () => {
    expect(vault.index('phone', '+86 138-0013-8000')).toBe(vault.index('phone', '13800138000'));
    expect(vault.index('email', ' Li@Example.com')).toBe(vault.index('email', 'li@example.com'));
    expect(vault.index('id-number', '11010119900307001x')).toBe(vault.index('id-number', '11010119900307001X'));
    expect(vault.index('phone', '1')).not.toBe(vault.index('email', '1'));
    expect(createVault({ ...settings, indexKey: key() }).index('phone', '1')).not.toBe(vault.index('phone', '1'));
  });

  it('does not start with a missing or short key', () => {
    expect(() => createVault({ ...settings, active: 'k3' })).toThrow('k3');
    expect(() => createVault({ ...settings, indexKey: 'c2hvcnQ=' })).toThrow('32 bytes');
  });
});
