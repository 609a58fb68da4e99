/** `npm run -s rules < cases.jsonl > answers.jsonl`: puts cases to the platform's own rules, without a server or a database. */
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { answerLine } from '../web/rules/lines.js';

const lines = createInterface({ input: process.stdin, crlfDelay: Infinity });
// Whoever reads the answers may have gone (`| head`): then there is nothing left to do.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
for await (const line of lines) {
  if (line.trim() === '') continue;
  if (!process.stdout.write(`${answerLine(line)}\n`)) await once(process.stdout, 'drain');
}
