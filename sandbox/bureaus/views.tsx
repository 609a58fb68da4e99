import type { VNode } from 'preact';
import { Page, showInstant } from '../frame/page.js';
import { bureauNames, factsSchemas } from './facts.js';
import type { BureauName } from './facts.js';
import type { OutageMode, ReportRow } from './files.js';

const titles: Record<BureauName, string> = {
  identity: 'Identity register', carrier: 'Mobile carrier', credit: 'Credit report', court: 'Courts', platforms: 'Other platforms',
};
const states: Record<OutageMode, { word: string; kind: string }> = {
  ok: { word: 'open', kind: 'good' }, down: { word: 'out of service', kind: 'bad' }, slow: { word: 'slow', kind: 'warn' }, 'bad-signature': { word: 'signs wrongly', kind: 'bad' },
};

/** The reports given, newest first, and how each bureau is doing. */
export function ReportsPage(props: { reports: ReportRow[]; outages: Record<string, OutageMode>; bureau: BureauName | null; limit: number }): VNode {
  return (
    <Page title={props.bureau === null ? 'Reports given' : `Reports given: ${titles[props.bureau]}`} house="Bureaus" links={[{ href: '/', text: 'All reports' }]} refreshSeconds={5} wide>
      <p>The registers and bureaus the platform asks about people. Nobody here is real: answers are derived from the ID number.</p>
      <ul class="states">
        {bureauNames.map((bureau) => {
          const state = states[props.outages[bureau] ?? 'ok'];
          return <li key={bureau}><a href={`/?bureau=${bureau}`}>{titles[bureau]}</a> <span class={`badge ${state.kind}`}>{state.word}</span></li>;
        })}
      </ul>
      {props.reports.length === 0 ? <p>Nothing here yet, because nobody has asked.</p> : (
        <div class="scroll">
          <table class="stack">
            <thead><tr><th>Report</th><th>Bureau</th><th>About</th><th>Given</th><th>Answer</th><th>Asked as</th></tr></thead>
            <tbody>
              {props.reports.map((report) => (
                <tr key={report.n}>
                  <td data-label="Report" class="small">{report.report_no}</td>
                  <td data-label="Bureau">{titles[report.bureau]}</td>
                  <td data-label="About">{masked(report.id_number)}</td>
                  <td data-label="Given" class="when">{showInstant(report.business_at)}</td>
                  <td data-label="Answer" class="small"><span><Answer report={report} /></span></td>
                  <td data-label="Asked as" class="small">{report.reference}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {props.reports.length === props.limit ? <p class="small">Only the newest {props.limit} are shown.</p> : null}
    </Page>
  );
}

/** In the order of the report, which the database does not keep. */
function Answer({ report }: { report: ReportRow }): VNode {
  const names = Object.keys(factsSchemas[report.bureau].shape);
  return <>{names.map((name, index) => <span key={name}>{index === 0 ? '' : ' · '}{wordOf(name)} {shown(name, report.facts[name])}</span>)}</>;
}

/** `revolvingBalanceFen` → `revolving balance`. */
function wordOf(name: string): string {
  return name.replace(/(Fen|Bps)$/, '').replace(/[A-Z0-9]+/g, (part) => ` ${part.toLowerCase()}`);
}

function shown(name: string, value: unknown): string {
  if (value === null) return 'never';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (name.endsWith('Fen')) return `¥${(Number(value) / 100).toLocaleString('en', { minimumFractionDigits: 2 })}`;
  if (name.endsWith('Bps')) return `${(Number(value) / 100).toFixed(2)} %`;
  return typeof value === 'number' || typeof value === 'string' ? String(value) : '';
}

function masked(idNumber: string): string {
  return `${idNumber.slice(0, 6)}********${idNumber.slice(14)}`;
}
