import type { VNode } from 'preact';
import type { CaseTotals } from '../../db/case-search.js';
import type { ReconciliationCase } from '../../db/reconciliation.js';
import { InstantText } from '../components/dates.js';
import { Money } from '../components/money.js';
import { Badge } from '../components/state.js';
import { Table, type TableProps } from '../components/table.js';
import { plainWords } from '../desk/words.js';

export const resultWords: Record<ReconciliationCase['result'], string> = {
  different: 'Both have it, not equally', 'bank-only': 'Only the bank has it', 'platform-only': 'Only we have it', 'file-changed': 'The file came a second time, changed', 'too-many': 'Too many differences: the file itself is looked into',
};

/** What differs, in words. */
export const reasonWords = (found: ReconciliationCase): string => found.reasons.map(plainWords).join(', ');

/** Differences with the bank; `totals` are those of the whole list. */
export function CaseTable({ cases, empty, list, totals }: { cases: ReconciliationCase[]; empty: string; list?: TableProps<ReconciliationCase>['list']; totals?: CaseTotals }): VNode {
  const doubtFen = totals?.doubtFen ?? cases.reduce((sum, each) => sum + (each.state === 'open' ? each.doubtFen : 0), 0);
  return (
    <Table
      caption="Cases" rows={cases} list={list} href={(each) => `/operations/cases/${each.id}`} empty={empty}
      columns={[
        { heading: 'Case', cell: (each) => each.id, total: totals ? `All ${totals.cases}, ${totals.open} open` : 'Total' }, { heading: 'Day', cell: (each) => each.day }, { heading: 'File', cell: (each) => plainWords(each.file) }, { heading: 'Movement', cell: (each) => each.requestNo },
        { heading: 'Difference', cell: (each) => <>{resultWords[each.result]}<span class="small"> {reasonWords(each)}</span></> },
        { heading: 'Ours', number: true, cell: (each) => (each.ours ? <Money fen={each.ours.amountFen} /> : 'nothing') }, { heading: 'The bank', number: true, cell: (each) => (each.bank ? <Money fen={each.bank.amountFen} /> : 'nothing') },
        { heading: 'In doubt', number: true, cell: (each) => (each.state === 'open' ? <Money fen={each.doubtFen} /> : ''), total: <Money fen={doubtFen} /> },
        { heading: 'State', cell: (each) => <Badge tone={each.state === 'open' ? 'bad' : 'good'}>{each.state === 'open' ? 'open' : plainWords(each.resolution ?? '')}</Badge> },
        { heading: 'Owner', cell: (each) => (each.state === 'open' ? each.owner ?? 'nobody' : each.resolvedBy ?? '') }, { heading: 'Due', cell: (each) => (each.state === 'open' ? <InstantText at={each.dueAt} act /> : '') },
      ]}
    />
  );
}
