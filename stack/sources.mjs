/** The project's own files: which they are, and one number that changes when any of them does. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's root folder. */
export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

/** The folders of the house; `dist/` has the same. */
export const FOLDERS = ['stack', 'web', 'activities', 'workflows', 'db', 'gateways', 'risk', 'domain', 'sandbox', 'test', 'bench'];

/** Tests, and the stages they are played on (`testing/` beside what they test): no part of what runs. */
export const isTest = (path) => /\.test\.tsx?$|\/testing\//.test(path);

/** @returns {string[]} paths relative to `root` of all files in `folders`, sorted. */
export function listFiles(folders, root = ROOT) {
  const files = [];
  const walk = (folder) => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) walk(path);
      else if (entry.isFile()) files.push(relative(root, path));
    }
  };
  for (const folder of folders) if (existsSync(join(root, folder))) walk(join(root, folder));
  return files.sort();
}

/** @returns {string} hash of the files' names and contents. */
export function hashFiles(files, root = ROOT) {
  const hash = createHash('sha256');
  for (const file of files) hash.update(`${file}\0`).update(readFileSync(join(root, file))).update('\0');
  return hash.digest('hex').slice(0, 32);
}
