/** What will be posted if the ledger follows the bank in a case, line by line, before anybody decides. */
import type { VNode } from 'preact';
import type { CorrectionPlan, Unplannable } from '../../db/case-plan.js';
import type { Posting } from '../../db/ledger.js';
import { Money } from '../components/money.js';
import { Table } from '../components/table.js';
import { plainWords } from '../desk/words.js';
import { refusalText } from '../refusals.js';

interface EntryLine { entry: string; account: string; fen: number }

/** Reversals first; then what the bank says, and what the claims follow with. */
export function correctionLines(plan: CorrectionPlan, caseId: number): EntryLine[] {
  const of = (entry: string, postings: readonly Posting[]): EntryLine[] => postings.map(({ account, amountFen }) => ({ entry, account: account.code, fen: amountFen }));
  return [
    ...plan.reverse.flatMap(({ key, postings }) => postings.map(({ code, fen }) => ({ entry: `${key}:reversed`, account: code, fen: -fen }))),
    ...[...plan.post, ...plan.delivered].flatMap(({ key, kind, postings }) => of(`${key} (${plainWords(kind).toLowerCase()})`, postings)),
    ...of(`case-${caseId}:owed-again (delivery corrected)`, plan.owedAgain),
  ];
}

export function Correction({ plan, caseId }: { plan: CorrectionPlan | Unplannable; caseId: number }): VNode {
  if ('refused' in plan) {
    const { what, next } = refusalText(plan.refused);
    return <p>{what} {next}</p>;
  }
  const lines = correctionLines(plan, caseId);
  const sum = (pick: (line: EntryLine) => number): VNode => <Money fen={lines.reduce((total, line) => total + pick(line), 0)} />;
  const [taken, given] = [(line: EntryLine) => Math.max(0, -line.fen), (line: EntryLine) => Math.max(0, line.fen)];
  return (
    <>
      <Table
        caption="What will be posted" rows={lines} empty="Nothing, because our books hold already what the bank says."
        columns={[
          { heading: 'Entry', cell: (line) => <span class="small">{line.entry}</span>, total: 'All' }, { heading: 'Account', cell: (line) => line.account },
          { heading: 'Takes from (debit)', number: true, cell: (line) => (line.fen < 0 ? <Money fen={taken(line)} /> : ''), total: sum(taken) },
          { heading: 'Gives to (credit)', number: true, cell: (line) => (line.fen > 0 ? <Money fen={given(line)} /> : ''), total: sum(given) },
        ]}
      />
      {consequences(plan).map((words) => <p key={words} class="small">{words}</p>)}
    </>
  );
}

function consequences({ unasked, spent, missingFen, instruction, detail, reverse }: CorrectionPlan): string[] {
  return [
    ...(unasked ? [`We never asked for it: it gets the instruction ${unasked.instruction.requestNo}, ended on the bank's day, so that its entries have one to name.`] : []),
    ...(spent ? [`The bank has used ${spent.userNo}'s available money: bids that only reserve it give way, the newest first.`] : []),
    ...(missingFen > 0 && instruction?.paymentNo ? ['What its receiver did not get counts as undelivered and is sent again under a number of its own.'] : []),
    ...(detail?.purpose === 'release' && reverse.length > 0 ? ['The contract stays as it is concluded: the lender is owed what the contract says, and the bank is asked to release what is frozen.'] : []),
  ];
}
