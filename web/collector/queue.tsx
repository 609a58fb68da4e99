import { Router } from 'express';
import type { VNode } from 'preact';
import { arrears } from '../../db/collector.js';
import { decimalYuan } from '../../domain/money.js';
import type { AreaDeps } from '../area.js';
import { DateText, InstantText } from '../components/dates.js';
import { Money } from '../components/money.js';
import { readListQuery, Table } from '../components/table.js';
import { sendCsv } from '../desk/csv.js';
import { plainWords, taskReason } from '../desk/words.js';
import { Layout, sendPage } from '../layout.js';
import { personOf, visitOf, wantsJson } from '../visit.js';
import { mayLook } from './roles.js';
import { ranked, standingOf, type Arrears } from './standing.js';
import { ContactBadge } from './words.js';

const pageSize = 50;
/** The queue is ranked as a whole; beyond so many the longest overdue are taken. */
const maxRanked = 5_000;

/** Whom to call now. */
export function queueRouter({ pool }: AreaDeps): Router {
  const router = Router();
  router.get('/collector', mayLook, async (request, response) => {
    const { now, today } = visitOf(response);
    const list = readListQuery(request.query, ['rank']);
    const all = ranked(await standingOf(pool, await arrears(pool, personOf(response).id, maxRanked), now, today));
    if (wantsJson(request)) return void response.json({ loans: all.map(listed) });
    if (list.csv) {
      return sendCsv(response, 'arrears', ['rank', 'loan', 'borrower', 'days past due', 'due', 'principal', 'interest', 'late interest', 'fee', 'may be called', 'why not', 'not before', 'hold'], all.map((loan, index) => [
        index + 1, loan.loanNo, loan.borrowerId, loan.daysPastDue, decimalYuan(loan.dueFen), decimalYuan(loan.principalFen), decimalYuan(loan.interestFen), decimalYuan(loan.lateInterestFen), decimalYuan(loan.feeFen),
        loan.contact.allowed ? 'yes' : 'no', loan.contact.why, loan.contact.notBefore, loan.hold,
      ]));
    }
    const from = (list.page - 1) * pageSize;
    sendPage(response, <QueuePage all={all} shown={all.slice(from, from + pageSize)} page={list.page} hasMore={all.length > from + pageSize} />);
  });
  return router;
}

/** What programs read of a loan in arrears; nothing sealed. */
export function listed(loan: Arrears) {
  const { loanNo, borrowerId, daysPastDue, dueFen, principalFen, interestFen, lateInterestFen, feeFen, contact, hold, promise, lastContact, nextAt, workflowId, tasks } = loan;
  return { loanNo, borrowerId, daysPastDue, dueFen, principalFen, interestFen, lateInterestFen, feeFen, contact, hold, promise, lastContact, nextAt, workflowId, tasks };
}

function QueuePage({ all, shown, page, hasMore }: { all: Arrears[]; shown: Arrears[]; page: number; hasMore: boolean }): VNode {
  const first = all.find((loan) => loan.contact.allowed);
  const total = (pick: (loan: Arrears) => number) => <Money fen={all.reduce((sum, loan) => sum + pick(loan), 0)} />;
  return (
    <Layout title="Collection queue" wide>
      <p>
        {first ? <a class="button" href={`/collector/loans/${first.loanNo}`} accessKey="j">Next to call: {first.loanNo}</a> : 'Nobody may be called right now.'} <a href="/collector/cases">Legal cases</a>
      </p>
      <Table
        caption="Loans in arrears, whom to call first" rows={shown} href={(loan) => `/collector/loans/${loan.loanNo}`} empty="Nobody is late, because everything that is due has been paid."
        list={{ path: '/collector', sort: 'rank', descending: false, page, search: '', csv: false, hasMore, download: true }}
        columns={[
          { heading: 'Loan', cell: (loan) => loan.loanNo, total: 'All' },
          { heading: 'Contact', cell: (loan) => <ContactBadge loan={loan} /> },
          { heading: 'Days past due', number: true, cell: (loan) => loan.daysPastDue },
          { heading: 'Overdue', number: true, cell: (loan) => <Money fen={loan.dueFen} />, total: total((loan) => loan.dueFen) },
          { heading: 'Last contact', cell: (loan) => (loan.lastContact ? <span class="small"><InstantText at={loan.lastContact.at} /> {plainWords(loan.lastContact.channel)}: {plainWords(loan.lastContact.outcome ?? loan.lastContact.state)}</span> : 'none yet') },
          { heading: 'Promise, next step', cell: (loan) => <NextStep loan={loan} /> },
          { heading: 'Principal', number: true, cell: (loan) => <Money fen={loan.principalFen} />, total: total((loan) => loan.principalFen) },
          { heading: 'Interest', number: true, cell: (loan) => <Money fen={loan.interestFen} />, total: total((loan) => loan.interestFen) },
          { heading: 'Late interest', number: true, cell: (loan) => <Money fen={loan.lateInterestFen} />, total: total((loan) => loan.lateInterestFen) },
          { heading: 'Fee', number: true, cell: (loan) => <Money fen={loan.feeFen} />, total: total((loan) => loan.feeFen) },
        ]}
      />
    </Layout>
  );
}

function NextStep({ loan }: { loan: Arrears }): VNode {
  return (
    <span class="small">
      {loan.promise ? <>Promised <Money fen={loan.promise.amountFen} /> by <DateText date={loan.promise.dueOn} act />. </> : null}
      {loan.tasks[0] ? taskText(loan.tasks[0]) : (loan.summary ?? '')}{loan.nextAt ? <> <InstantText at={loan.nextAt} act /></> : null}
    </span>
  );
}

function taskText(task: Arrears['tasks'][number]): string {
  return task.kind === 'collect' ? `to do: ${(taskReason(task.details) || 'reach the debtor').toLowerCase()}. ` : `${plainWords(task.kind).toLowerCase()} with ${task.role}. `;
}
