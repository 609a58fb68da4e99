import { SETTINGS } from './settings.js';
import type { SettingName } from './settings.js';

function fallback(name: SettingName): string {
  const { schema } = SETTINGS[name];
  const none = schema.safeParse(undefined);
  if (!none.success) return 'required';
  return none.data === undefined ? 'none' : `\`${String(none.data)}\``;
}

/** docs/settings.md: every setting with its default and the processes that read it. */
export function settingsDocument(): string {
  const rows = (Object.keys(SETTINGS) as SettingName[]).map((name) => {
    const { about, of } = SETTINGS[name];
    return `| \`${name}\` | ${about} | ${fallback(name)} | ${of.join(', ')} |`;
  });
  return `# Settings

All settings are environment variables, checked when a process starts; whatever is wrong is listed at once. \`npm start\` gives
every process what it needs; a variable that you set yourself comes first, and each of these replaces an embedded part:
\`DATABASE_URL\`, \`TEMPORAL_ADDRESS\`, \`CUSTODY_URL\`, \`BUREAUS_URL\`, \`TWILIO_ACCOUNT_SID\`, \`SMTP_URL\`, \`CLOCK_URL\`.

This page is made from \`stack/settings.ts\`: \`npm run -s settings > docs/settings.md\`.

| name | what it is | when not given | read by |
|---|---|---|---|
${rows.join('\n')}

## Of \`npm start\` itself

| | what it is | when not given |
|---|---|---|
| \`--data DIR\`, \`TRIBUTARY_DATA\` | where everything is kept | \`.data\` in the project |
| \`--port N\` | the platform's port; the other parts take the ten after it | 8080 |
| \`--speed N\` | business seconds per wall second | 17280, a day in five seconds |
| \`--stepped\` | the clock moves only when told to | |
| \`--no-people\` | no demo borrowers and lenders | |
| \`--profile P\` | whose law holds: cn, institutional, eu, us | cn |
| \`TRIBUTARY_CACHE\` | where the Temporal server and the like are kept for all checkouts | \`~/.cache/tributary\` |
`;
}
