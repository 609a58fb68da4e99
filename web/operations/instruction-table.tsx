import type { VNode } from 'preact';
import type { Instruction } from '../../db/instructions.js';
import { InstantText } from '../components/dates.js';
import { Money } from '../components/money.js';
import { Badge, type Tone } from '../components/state.js';
import { Table, type TableProps } from '../components/table.js';
import { plainWords } from '../desk/words.js';

const tones: Record<Instruction['state'], Tone> = { intended: 'warn', sent: 'warn', accepted: 'warn', done: 'good', refused: 'bad' };

/** Instructions to the bank, and what became of each. */
export function InstructionTable({ instructions, list }: { instructions: Instruction[]; list?: TableProps<Instruction>['list'] }): VNode {
  return (
    <Table
      caption="Instructions" rows={instructions} list={list} href={(each) => `/operations/instructions/${encodeURIComponent(each.requestNo)}`} empty="None here, because the bank has not been asked for anything yet or none fits the filter."
      columns={[
        { heading: 'Request', cell: (each) => each.requestNo }, { heading: 'What', cell: (each) => plainWords(each.verb) }, { heading: 'Account', cell: (each) => each.userNo ?? '' }, { heading: 'Loan', cell: (each) => each.loanNo ?? '' },
        { heading: 'Amount', number: true, cell: (each) => (each.amountFen > 0 ? <Money fen={each.amountFen} /> : '') },
        { heading: 'State', cell: (each) => <><Badge tone={tones[each.state]}>{each.state}</Badge>{each.reason ? <span class="small"> {plainWords(each.reason)}</span> : null}</> },
        { heading: 'As of', cell: (each) => <InstantText at={each.asOf} /> }, { heading: "The bank's word", cell: (each) => (each.doneAt ? <InstantText at={each.doneAt} /> : each.waitsUntil ? <>expected <InstantText at={each.waitsUntil} /></> : 'not yet') },
      ]}
    />
  );
}
