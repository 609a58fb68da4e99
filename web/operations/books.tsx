/** The trial balance, added up again from the postings, and how the days closed. */
import { Router } from 'express';
import type { VNode } from 'preact';
import { dayCloses, type DayClose } from '../../db/finance.js';
import { trialBalance, type TrialBalance } from '../../db/ledger.js';
import type { AreaDeps } from '../area.js';
import { InstantText } from '../components/dates.js';
import { Money } from '../components/money.js';
import { Badge, Notice } from '../components/state.js';
import { Table } from '../components/table.js';
import { plainWords } from '../desk/words.js';
import { Layout, sendPage } from '../layout.js';
import { wantsJson } from '../visit.js';
import { maySeeMoney } from './roles.js';

const shownDays = 30;

export function booksRouter({ pool }: AreaDeps): Router {
  const router = Router();
  router.get('/operations/books', maySeeMoney, async (request, response) => {
    const [balance, days] = await Promise.all([trialBalance(pool), dayCloses(pool, shownDays)]);
    if (wantsJson(request)) return void response.json({ trialBalance: balance, days });
    sendPage(response, <BooksPage balance={balance} days={days} />);
  });
  return router;
}

function BooksPage({ balance, days }: { balance: TrialBalance; days: DayClose[] }): VNode {
  const wrong = [...balance.driftedAccounts.map((code) => `account ${code} is not the sum of its postings`), ...balance.unbalancedJournals.map((key) => `journal ${key} does not sum to zero`)];
  return (
    <Layout title="Books" wide>
      {wrong.length > 0 || balance.sumFen !== 0
        ? <Notice tone="bad"><p>The books are wrong by <Money fen={balance.sumFen} />. {wrong.slice(0, 20).join('; ')}</p></Notice>
        : <Notice tone="good"><p>Both books are balanced: every journal sums to zero, every balance is the sum of its postings.</p></Notice>}
      <h2>Trial balance</h2>
      <Table
        caption="Trial balance" rows={balance.byKind} href={(each) => `/operations/accounts?book=${each.book}&kind=${each.kind}`} empty="Empty, because nothing has been posted yet."
        columns={[
          { heading: 'Kind of account', cell: (each) => plainWords(each.kind), total: 'Sum' }, { heading: 'Book', cell: (each) => each.book }, { heading: 'Accounts', number: true, cell: (each) => each.accounts, total: balance.byKind.reduce((sum, each) => sum + each.accounts, 0) },
          { heading: 'Balance', number: true, cell: (each) => <Money fen={each.sumFen} />, total: <Money fen={balance.sumFen} /> },
        ]}
      />
      <h2>How the days closed</h2>
      <Table
        caption="Day closes" rows={days} empty="No day has closed yet, because the first business day is still running."
        columns={[
          { heading: 'Day', cell: (day) => day.day }, { heading: 'Trial balance', number: true, cell: (day) => <Money fen={day.trialBalanceFen} /> }, { heading: 'Accounts compared with the bank', number: true, cell: (day) => day.accountsCompared },
          { heading: 'Differences', cell: (day) => <Badge tone={day.differences.length === 0 ? 'good' : 'bad'}>{day.differences.length === 0 ? 'none' : `${day.differences.length}: ${JSON.stringify(day.differences).slice(0, 200)}`}</Badge> },
          { heading: 'Open instructions', number: true, cell: (day) => day.openInstructions }, { heading: 'Closed', cell: (day) => <InstantText at={day.closedAt} /> },
        ]}
      />
    </Layout>
  );
}
