import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSigners, readKeys } from '../gateways/custody/keys.js';
import { addKey, listKeys, withdrawKey } from './key-rotation.js';
import { ensureKeys, type KeyFiles } from './keys.js';

let folder: string;
let files: KeyFiles;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tributary keys-'));
  ({ files } = ensureKeys(folder));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const signer = (iso: string): string => createSigners('P1', readFileSync(files.platformPrivateKey, 'utf8'))(Date.parse(iso)).keySerial;
const known = (): string[] => [...readKeys(JSON.parse(readFileSync(files.platformKeys, 'utf8')) as Parameters<typeof readKeys>[0])].map(([serial, key]) => `${serial} ${Number.isFinite(key.withdrawnAtMs) ? new Date(key.withdrawnAtMs).toISOString() : 'in force'}`);

it('a new key is known at once, signs from its moment on, and the old one is withdrawn later', () => {
  expect(addKey(files, 'platform', '2026-11-22T10:00:00.000Z')).toBe('P2');
  expect([signer('2026-11-22T09:59:59.000Z'), signer('2026-11-22T10:00:00.000Z')]).toEqual(['P1', 'P2']);
  expect(known()).toEqual(['P1 in force', 'P2 in force']);
  expect(withdrawKey(files, 'P1', '2026-11-22T11:00:00.000Z')).toBe('platform');
  expect(known()).toEqual(['P1 2026-11-22T11:00:00.000Z', 'P2 in force']);
  expect(listKeys(files)).toEqual([
    { side: 'platform', serial: 'P1', signsFrom: null, withdrawnAt: '2026-11-22T11:00:00.000Z' }, { side: 'platform', serial: 'P2', signsFrom: '2026-11-22T10:00:00.000Z', withdrawnAt: null }, { side: 'bank', serial: 'B1', signsFrom: null, withdrawnAt: null },
  ]);
  expect(addKey(files, 'platform', '2026-11-23T10:00:00.000Z')).toBe('P3');
});

it('the last key that signs is not withdrawn', () => {
  expect(() => withdrawKey(files, 'B1', '2026-11-22T11:00:00.000Z')).toThrow('without a key');
  addKey(files, 'bank', '2026-11-22T12:00:00.000Z');
  expect(() => withdrawKey(files, 'B1', '2026-11-22T11:00:00.000Z')).toThrow('without a key');
  expect(withdrawKey(files, 'B1', '2026-11-22T12:00:00.000Z')).toBe('bank');
  expect(() => withdrawKey(files, 'B9', '2026-11-22T12:00:00.000Z')).toThrow('no key B9');
});

it('an installation keeps its keys when it starts again', () => {
  addKey(files, 'bank', '2026-11-22T12:00:00.000Z');
  const before = listKeys(files);
  expect(listKeys(ensureKeys(folder).files)).toEqual(before);
});
