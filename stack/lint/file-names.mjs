/** A file is a noun of the field: names that say nothing are refused, and so are files too long to read. */
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { FOLDERS, listFiles, ROOT } from '../sources.mjs';

const SAYS_NOTHING = /^(utils?|helpers?|common|misc|managers?|shared|stuff)\b|[-.](utils?|helpers?|manager)\.[a-z.]+$/i;
const CODE = /\.(tsx?|mjs|cjs|js|sql)$/;
const LONGEST_LINES = 400;

/**
 * @param {string} [root]
 * @returns {string[]} one line per violation.
 */
export function checkFileNames(root = ROOT) {
  const files = listFiles(FOLDERS, root).filter((path) => CODE.test(path));
  const unnamed = files.filter((path) => path.split('/').some((part) => SAYS_NOTHING.test(part))).map((path) => `${path}: the name says nothing (file-name)`);
  const long = files
    .map((path) => ({ path, lines: readFileSync(join(root, path), 'utf8').split('\n').length }))
    .filter(({ path, lines }) => lines > LONGEST_LINES && !basename(path).includes('.min.'))
    .map(({ path, lines }) => `${path}: ${lines} lines, more than ${LONGEST_LINES} (file-length)`);
  return [...unnamed, ...long];
}
