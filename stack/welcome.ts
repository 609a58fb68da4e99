import type { DemoPerson } from './demo-people.js';
import type { Stack } from './supervisor.js';

function table(rows: [string, string][]): string {
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`).join('\n');
}

/** What a newcomer sees when everything runs: where to look, and as whom. */
export function welcome(stack: Pick<Stack, 'urls' | 'dataFolder'>, people: readonly DemoPerson[]): string {
  const { urls } = stack;
  const addresses: [string, string | undefined][] = [
    ['Tributary', urls.platform],
    ['Temporal', urls.temporalUi],
    ['Mailbox', urls.mailbox],
    ['Phones', urls.phone],
    ['Custody bank', urls.bank],
    ['Logs', `${stack.dataFolder}/logs`],
  ];
  const shown = addresses.filter((row): row is [string, string] => Boolean(row[1]));
  const logins: [string, string][] = people.map(({ role, email, password }) => [role, `${email.padEnd(28)}${password}`]);
  return `\n${table(shown)}\n${logins.length ? `\nLog in with these addresses and passwords:\n${table(logins)}\n` : ''}\nCtrl-C ends everything; "npm start" goes on where it was.\n`;
}
