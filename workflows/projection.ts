/** What the world can see of a loan: its row in the record, and its search attributes and details in the Temporal UI. */
import { setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';
import { defineSearchAttributeKey, SearchAttributeType, type SearchAttributeUpdatePair } from '@temporalio/common';
import { hasEnded, type LoanState } from '../domain/loan.js';
import { isoInstant, parseInstant } from '../domain/dates.js';
import { dateForSearch } from './clock.js';
import type { Projection } from './contract.js';
import type { Life, Shown } from './life.js';
import { inRecord } from './retries.js';

const keys = {
  state: defineSearchAttributeKey('LoanState', SearchAttributeType.KEYWORD),
  owner: defineSearchAttributeKey('LoanOwner', SearchAttributeType.KEYWORD),
  grade: defineSearchAttributeKey('Grade', SearchAttributeType.KEYWORD),
  segment: defineSearchAttributeKey('Segment', SearchAttributeType.KEYWORD),
  nextDate: defineSearchAttributeKey('NextDate', SearchAttributeType.DATETIME),
  daysPastDue: defineSearchAttributeKey('DaysPastDue', SearchAttributeType.INT),
};

export interface View {
  summary: string;
  /** What happens when nobody acts; null while the loan itself is at work. */
  otherwise: string | null;
  /** The date that lists show, where it is not the very next thing: a reminder announces the due day, which is what people look for. */
  listedMs?: number;
}

/** Writes the loan as it stands into the record (with a rising revision) and shows it. Answers the pokes in the record. */
export async function show(life: Life, view: View, takesAll = false): Promise<{ pokes: number }> {
  const { loan } = life;
  loan.revision += 1;
  loan.seen = life.clock.pokes;
  showAttributes(life, view.listedMs);
  setCurrentDetails(details(loan, view));
  const { acts, wakes } = life;
  life.acts = [];
  life.wakes = [];
  return writeProjection({ workflowId: loan.loanNo, summary: view.summary, nextAt: loan.nextAt, knownAt: life.asOf(), seen: loan.seen, takesAll, loan: { ...loan }, acts, wakes, closed: hasEnded(loan) });
}

export async function writeProjection(projection: Projection & { closed: boolean }): Promise<{ pokes: number }> {
  return inRecord(projection.summary).project(projection);
}

function showAttributes(life: Life, listedMs?: number): void {
  const { loan, shown } = life;
  const now: Required<Shown> = {
    state: loan.state, owner: loan.owner, grade: loan.offer?.grade ?? loan.grade ?? '', segment: loan.segment, nextDate: loan.nextAt, daysPastDue: loan.daysPastDue,
  };
  // Dates of the past are of no use in a list: while the loan is at work the last one stands.
  const next = listedMs === undefined ? loan.nextAt : isoInstant(listedMs);
  const nextDate = next && parseInstant(next) > life.clock.now() ? next : hasEnded(loan) ? null : shown.nextDate;
  const pairs: SearchAttributeUpdatePair[] = [];
  if (now.state !== shown.state) pairs.push({ key: keys.state, value: now.state });
  if (now.owner !== shown.owner) pairs.push({ key: keys.owner, value: now.owner });
  if (now.grade !== (shown.grade ?? '')) pairs.push({ key: keys.grade, value: now.grade });
  if (now.segment !== shown.segment) pairs.push({ key: keys.segment, value: now.segment });
  if (nextDate !== undefined && nextDate !== shown.nextDate) pairs.push({ key: keys.nextDate, value: nextDate === null ? null : dateForSearch(nextDate) });
  if (now.daysPastDue !== (shown.daysPastDue ?? 0)) pairs.push({ key: keys.daysPastDue, value: now.daysPastDue });
  if (pairs.length > 0) upsertSearchAttributes(pairs);
  life.shown = { ...now, nextDate: nextDate ?? shown.nextDate };
}

/** Markdown for the head of the workflow's page. */
function details(loan: LoanState, view: View): string {
  const paid = loan.instalments.filter((instalment) => instalment.paidPrincipalFen === instalment.principalFen).length;
  const lines = [`**${loan.state}**${loan.instalments.length > 0 ? ` · ${paid} of ${loan.instalments.length} instalments paid` : ''}${loan.reason ? ` · ${loan.reason}` : ''}`];
  lines.push(`- **Now:** ${view.summary}`);
  if (!hasEnded(loan)) lines.push(`- **Who acts:** ${loan.owner}${view.otherwise && loan.nextAt ? `, by ${loan.nextAt}` : ''}`);
  if (view.otherwise) lines.push(`- **Otherwise:** ${view.otherwise}`);
  if (loan.daysPastDue > 0) lines.push(`- **Days past due:** ${loan.daysPastDue}`);
  // Without the empty line the UI runs the list on in the paragraph.
  return `${lines[0]}\n\n${lines.slice(1).join('\n')}`;
}
