import { Router } from 'express';
import { nextInstalments, type NextInstalment } from '../../db/loan-page.js';
import { loansOfBorrower, type LoanRow } from '../../db/loans.js';
import { dateAt, parseInstant } from '../../domain/dates.js';
import { endStates } from '../../domain/loan.js';
import type { AreaDeps } from '../area.js';
import { DateText } from '../components/dates.js';
import { Money } from '../components/money.js';
import { Badge, Notice } from '../components/state.js';
import { Table } from '../components/table.js';
import { requireRole } from '../guard.js';
import { Layout, sendPage, useVisit } from '../layout.js';
import { personOf, wantsJson } from '../visit.js';
import { stateWords } from './state-words.js';

/** My loans, and what I have to do. */
export function homeRouter({ pool }: AreaDeps): Router {
  const router = Router();
  router.get('/borrower', requireRole('borrower'), async (request, response) => {
    const loans = await loansOfBorrower(pool, personOf(response).id);
    if (wantsJson(request)) {
      response.json({ loans: loans.map(({ loanNo, state, owner, nextAt, outstandingFen, daysPastDue }) => ({ loanNo, state, owner, nextAt, outstandingFen, daysPastDue })) });
      return;
    }
    sendPage(response, <HomePage loans={loans} next={await nextInstalments(pool, personOf(response).id)} named={personOf(response).named} />);
  });
  return router;
}

function HomePage({ loans, next, named }: { loans: LoanRow[]; next: NextInstalment[]; named: boolean }) {
  const { zoneOffsetMinutes, today } = useVisit();
  const shown = loans.map((loan) => {
    const due = endStates.includes(loan.state) ? undefined : next.find((each) => each.loanNo === loan.loanNo);
    return { loan, due, words: stateWords({ ...loan, today, by: loan.state === 'repaying' ? due?.dueDay ?? null : dateOf(loan.nextAt, zoneOffsetMinutes) }) };
  });
  const dueFen = shown.reduce((sum, { due }) => sum + (due?.openFen ?? 0), 0);
  const todo = shown.filter(({ loan, words }) => words.action !== null && words.tone !== 'good' && !endStates.includes(loan.state));
  return (
    <Layout title="My loans" wide>
      {todo.map(({ loan, words }) => (
        <Notice key={loan.loanNo} tone={words.tone}>
          <p><strong>{loan.loanNo}: {words.word}.</strong> {words.sentence}</p>
          {words.action ? <p><a class="button" href={words.action.href}>{words.action.text}</a></p> : null}
        </Notice>
      ))}
      <Table
        caption="My loans" rows={shown} href={({ loan }) => `/loans/${loan.loanNo}`} empty={<>No loans yet, because you have not applied. <a href="/borrower/calculator">See what one would cost</a>.</>}
        columns={[
          { heading: 'Loan', cell: ({ loan }) => loan.loanNo, total: 'Total' },
          { heading: 'State', cell: ({ words }) => <Badge tone={words.tone}>{words.word}</Badge> },
          { heading: 'Amount', number: true, cell: ({ loan }) => <Money fen={loan.amountFen ?? loan.requestedFen} /> },
          { heading: 'Outstanding', number: true, cell: ({ loan }) => <Money fen={loan.outstandingFen} />, total: <Money fen={loans.reduce((sum, loan) => sum + loan.outstandingFen, 0)} /> },
          { heading: 'Next instalment', number: true, cell: ({ due }) => (due ? <Money fen={due.openFen} /> : '—'), total: <Money fen={dueFen} /> },
          { heading: 'Next date', cell: ({ loan, due }) => <Next loan={loan} due={due} /> },
        ]}
      />
      {named ? null : <Notice tone="warn"><p>Before you apply we need your name and ID number. <a href="/account/identity?returnTo=/borrower/apply">Give them now</a></p></Notice>}
      <p class="actions"><a class="button" href="/borrower/apply">Apply for a loan</a> <a href="/borrower/calculator">What would it cost?</a> <a href="/account/custody">Custody account</a></p>
    </Layout>
  );
}

/** The due day; before there is one, the day on which something happens by itself. */
function Next({ loan, due }: { loan: LoanRow; due: NextInstalment | undefined }) {
  const { zoneOffsetMinutes } = useVisit();
  const date = due?.dueDay ?? (endStates.includes(loan.state) ? null : dateOf(loan.nextAt, zoneOffsetMinutes));
  return date ? <DateText date={date} act={due !== undefined || loan.owner === 'borrower'} /> : <>—</>;
}

export function dateOf(instant: string | null, zoneOffsetMinutes: number): string | null {
  return instant ? dateAt(parseInstant(instant), zoneOffsetMinutes) : null;
}
