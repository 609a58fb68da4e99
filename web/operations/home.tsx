/** Operations at a glance: the clock, what is stuck, how many loans stand where. */
import { Router } from 'express';
import type { VNode } from 'preact';
import { deskTasks, type DeskTask } from '../../db/desk.js';
import { loanCounts, taskCounts, type StateCount } from '../../db/loan-lists.js';
import type { AreaDeps } from '../area.js';
import { InstantText } from '../components/dates.js';
import { Money } from '../components/money.js';
import { Badge } from '../components/state.js';
import { Table } from '../components/table.js';
import type { ClockReading } from '../deps.js';
import { stateTone, stateWord } from '../desk/state-words.js';
import { plainWords } from '../desk/words.js';
import { Layout, sendPage } from '../layout.js';
import { hasRole, visitOf, wantsJson } from '../visit.js';
import { ClockPanel, readClock } from './clock.js';
import { governRoles, mayLook, moneyRoles } from './roles.js';
import { taskAddress, workKinds } from './tasks.js';

const shownTasks = 10;

interface Home { clock: ClockReading | 'silent' | null; counts: StateCount[]; open: { kind: string; role: string; tasks: number }[]; stuck: DeskTask[] }

export function homeRouter(deps: AreaDeps): Router {
  const router = Router();
  router.get('/operations', mayLook, async (request, response) => {
    const { pool } = deps;
    const [clock, counts, open, stuck] = await Promise.all([
      readClock(deps), loanCounts(pool), taskCounts(pool), deskTasks(pool, { kinds: workKinds, roles: ['operations', 'supervisor'], limit: shownTasks }),
    ]);
    const seesMoney = hasRole(visitOf(response), ...moneyRoles);
    if (wantsJson(request)) return void response.json({ clock: clock === 'silent' ? null : clock, ...(seesMoney ? { loans: counts, tasks: open } : {}) });
    sendPage(response, <HomePage home={{ clock, counts, open, stuck }} mayGovern={hasRole(visitOf(response), ...governRoles)} seesMoney={seesMoney} />);
  });
  return router;
}

function HomePage({ home, mayGovern, seesMoney }: { home: Home; mayGovern: boolean; seesMoney: boolean }): VNode {
  return (
    <Layout title="Operations" wide>
      <ClockPanel reading={home.clock} mayGovern={mayGovern} />
      {seesMoney ? <Standing home={home} /> : <p>Give and take roles under <a href="/operations/people">People</a>. Loans, money and decisions are for other desks.</p>}
    </Layout>
  );
}

function Standing({ home: { counts, open, stuck } }: { home: Home }): VNode {
  return (
    <>
      <h2>What needs a person</h2>
      <Table
        caption="Open tasks of operations" rows={stuck} href={taskAddress} empty="Nothing has stopped, because every step went on by itself so far."
        columns={[
          { heading: 'Task', cell: (task) => task.title }, { heading: 'Kind', cell: (task) => plainWords(task.kind) }, { heading: 'For', cell: (task) => task.role },
          { heading: 'Due', cell: (task) => (task.dueAt ? <InstantText at={task.dueAt} act /> : 'no date') }, { heading: 'Since', cell: (task) => <InstantText at={task.openedAt} /> },
        ]}
      />
      <p class="small">{open.map((each) => `${each.role}: ${each.tasks} ${plainWords(each.kind).toLowerCase()}`).join(' · ') || 'No open tasks at any desk.'}</p>
      <h2>Loans by state</h2>
      <Table
        caption="Loans by state" rows={counts} href={(each) => `/operations/loans?state=${each.state}&owner=${each.owner}`} empty="No loans yet, because nobody has applied."
        columns={[
          { heading: 'State', cell: (each) => <Badge tone={stateTone(each.state)}>{stateWord[each.state]}</Badge>, total: 'Total' }, { heading: 'Who acts', cell: (each) => each.owner },
          { heading: 'Loans', number: true, cell: (each) => each.loans, total: counts.reduce((sum, each) => sum + each.loans, 0) },
          { heading: 'Outstanding', number: true, cell: (each) => <Money fen={each.outstandingFen} />, total: <Money fen={counts.reduce((sum, each) => sum + each.outstandingFen, 0)} /> },
        ]}
      />
    </>
  );
}
