import type { VNode } from 'preact';
import type { ScheduleRow } from '../../db/loan-page.js';
import { DateText } from '../components/dates.js';
import { Money } from '../components/money.js';
import { Badge } from '../components/state.js';
import { Table } from '../components/table.js';
import { useVisit } from '../layout.js';

/** The repayment schedule (还款计划) with its totals; `paid` adds what was paid of each instalment. Of a loan that is `closed`, nothing more is to come. */
export function ScheduleTable({ rows, paid, closed = false }: { rows: ScheduleRow[]; paid: boolean; closed?: boolean }): VNode {
  const { today } = useVisit();
  const next = closed ? undefined : rows.find((row) => openOf(row) > 0);
  const sum = (pick: (row: ScheduleRow) => number) => <Money fen={rows.reduce((total, row) => total + pick(row), 0)} />;
  return (
    <Table
      caption="Repayment schedule" rows={rows} empty="No schedule yet, because there is no offer."
      columns={[
        { heading: 'No.', cell: (row) => row.no, total: 'Total' },
        { heading: 'Due', cell: (row) => <><DateText date={row.dueDate} act={paid && row === next} />{row.dueDay === row.dueDate ? null : <span class="small"> (in time until {row.dueDay})</span>}</> },
        { heading: 'Principal', number: true, cell: (row) => <Money fen={row.principalFen} />, total: sum((row) => row.principalFen) },
        { heading: 'Interest', number: true, cell: (row) => <Money fen={row.interestFen} />, total: sum((row) => row.interestFen) },
        { heading: 'Fee', number: true, cell: (row) => <Money fen={row.feeFen} />, total: sum((row) => row.feeFen) },
        { heading: 'To pay', number: true, cell: (row) => <Money fen={toPay(row)} />, total: sum(toPay) },
        ...(paid ? [
          { heading: 'Paid', number: true, cell: (row: ScheduleRow) => <Money fen={paidOf(row)} />, total: sum(paidOf) },
          { heading: 'State', cell: (row: ScheduleRow) => <RowState row={row} today={today} closed={closed} /> },
        ] : []),
      ]}
    />
  );
}

const toPay = (row: ScheduleRow): number => row.principalFen + row.interestFen + row.feeFen;
const paidOf = (row: ScheduleRow): number => row.paidPrincipalFen + row.paidInterestFen + row.paidFeeFen + row.paidLateInterestFen;
/** What is still to pay of an instalment, late interest aside. */
export const openOf = (row: ScheduleRow): number => toPay(row) - row.paidPrincipalFen - row.paidInterestFen - row.paidFeeFen - row.forgivenInterestFen;

function RowState({ row, today, closed }: { row: ScheduleRow; today: string; closed: boolean }): VNode {
  if (closed && openOf(row) > 0) return <Badge tone="good">{row.paidPrincipalFen === row.principalFen ? 'paid early' : 'ended'}</Badge>;
  if (openOf(row) <= 0) return <Badge tone="good">paid{row.paidOn ? ` ${row.paidOn}` : ''}</Badge>;
  if (row.dueDay < today) return <Badge tone="bad">late</Badge>;
  return row.dueDate <= today ? <Badge tone="warn">due</Badge> : <Badge>to come</Badge>;
}
