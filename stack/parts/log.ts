import { existsSync, readFileSync } from 'node:fs';

/** The last lines of a log, shortened to what they say, for the message of somebody's failure. */
export function lastWords(logFile: string, lines = 6): string {
  if (!existsSync(logFile)) return '';
  const said = readFileSync(logFile, 'utf8').split('\n').filter((line) => line.trim() && !/^\s+at |^Node\.js v/.test(line));
  const text = said.slice(-lines).map((line) => {
    try {
      const { msg, err } = JSON.parse(line) as { msg?: string; err?: { message?: string } };
      return [msg, err?.message].filter(Boolean).join(': ') || line;
    } catch {
      return line;
    }
  });
  return text.map((line) => `  ${line}`).join('\n');
}
