import type { VNode } from 'preact';
import type { Instruction } from '../../db/instructions.js';
import type { InstructionTotals, Standing } from '../../db/instruction-search.js';
import { InstantText } from '../components/dates.js';
import { Money } from '../components/money.js';
import { Badge, type Tone } from '../components/state.js';
import { Table, type TableProps } from '../components/table.js';
import { plainWords } from '../desk/words.js';
import { useVisit } from '../layout.js';
import { hasRole } from '../visit.js';
import { moneyRoles } from './roles.js';

const tones: Record<Standing, Tone> = { intended: 'warn', sent: 'warn', unknown: 'warn', accepted: 'warn', done: 'good', refused: 'bad' };

export function StandingBadge({ standing }: { standing: Standing }): VNode {
  return <Badge tone={tones[standing] ?? 'warn'}>{standing}</Badge>;
}

export const instructionAddress = (requestNo: string): string => `/operations/instructions/${encodeURIComponent(requestNo)}`;

type Row = Instruction & { standing?: Standing };

/** Instructions to the bank, and what became of each. `totals` are those of the whole list, not of the page. */
export function InstructionTable({ instructions, list, totals }: { instructions: Row[]; list?: TableProps<Row>['list']; totals?: InstructionTotals }): VNode {
  const mayOpen = hasRole(useVisit(), ...moneyRoles);
  return (
    <Table
      caption="Instructions" rows={instructions} list={list} empty="None here, because the bank has not been asked for anything yet or none fits the filter." {...(mayOpen ? { href: (each: Row) => instructionAddress(each.requestNo) } : {})}
      columns={[
        { heading: 'Request', sort: 'request', cell: (each) => each.requestNo, ...(totals ? { total: `All ${totals.instructions}` } : {}) }, { heading: 'What', cell: (each) => plainWords(each.verb) }, { heading: 'Account', cell: (each) => each.userNo ?? '' }, { heading: 'Loan', cell: (each) => each.loanNo ?? '' },
        { heading: 'Amount', sort: 'amount', number: true, cell: (each) => (each.amountFen > 0 ? <Money fen={each.amountFen} /> : ''), ...(totals ? { total: <Money fen={totals.amountFen} /> } : {}) },
        { heading: 'State', sort: 'state', cell: (each) => <><StandingBadge standing={each.standing ?? each.state} />{each.reason ? <span class="small"> {plainWords(each.reason)}</span> : null}</>, ...(totals ? { total: `${totals.open} not ended` } : {}) },
        { heading: 'As of', sort: 'day', cell: (each) => <InstantText at={each.asOf} /> }, { heading: "The bank's word", cell: (each) => (each.doneAt ? <InstantText at={each.doneAt} /> : each.waitsUntil ? <>expected <InstantText at={each.waitsUntil} /></> : 'not yet') },
      ]}
    />
  );
}
