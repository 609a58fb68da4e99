/** Tasks of operations and supervisors: steps that have stopped, disputes, missed deadlines. */
import { Router } from 'express';
import type { VNode } from 'preact';
import { deskTasks, type DeskTask } from '../../db/desk.js';
import type { TaskKind } from '../../db/tasks.js';
import type { AreaDeps } from '../area.js';
import { InstantText } from '../components/dates.js';
import { readListQuery, Table } from '../components/table.js';
import { plainWords, taskReason } from '../desk/words.js';
import { Layout, sendPage } from '../layout.js';
import { wantsJson } from '../visit.js';
import { instructionAddress } from './instruction-table.js';
import { mayLook } from './roles.js';

const pageSize = 50;
/** Everything but reviews, which have a desk of their own. */
export const workKinds: readonly TaskKind[] = ['stuck-step', 'collect', 'dispute', 'not-me', 'already-paid', 'hardship', 'legal', 'undelivered', 'case'];

/** Where a task is worked. */
export function taskAddress(task: DeskTask): string {
  if (typeof task.details['caseId'] === 'number') return `/operations/cases/${task.details['caseId']}`;
  if (task.kind === 'case' && typeof task.details['requestNo'] === 'string') return instructionAddress(task.details['requestNo']);
  if (!task.loanNo) return '/operations/tasks';
  if (task.kind === 'legal') return `/collector/cases/${encodeURIComponent(task.workflowId)}`;
  return ['collect', 'dispute', 'not-me', 'already-paid', 'hardship'].includes(task.kind) ? `/collector/loans/${task.loanNo}` : `/operations/loans/${task.loanNo}`;
}

export function tasksRouter({ pool }: AreaDeps): Router {
  const router = Router();
  router.get('/operations/tasks', mayLook, async (request, response) => {
    const list = readListQuery(request.query, ['due']);
    const found = await deskTasks(pool, { kinds: workKinds, roles: ['operations', 'supervisor'], limit: pageSize + 1, offset: (list.page - 1) * pageSize });
    const tasks = found.slice(0, pageSize);
    if (wantsJson(request)) return void response.json({ tasks: tasks.map((task) => ({ taskId: task.id, kind: task.kind, role: task.role, loanNo: task.loanNo, workflowId: task.workflowId, title: task.title, details: task.details, dueAt: task.dueAt })) });
    sendPage(response, <TasksPage tasks={tasks} page={list.page} hasMore={found.length > pageSize} />);
  });
  return router;
}

function TasksPage({ tasks, page, hasMore }: { tasks: DeskTask[]; page: number; hasMore: boolean }): VNode {
  return (
    <Layout title="Tasks of operations" wide>
      <Table
        caption="Open tasks" rows={tasks} href={taskAddress} empty="Nothing to do, because no step has stopped and nothing is disputed."
        list={{ path: '/operations/tasks', sort: 'due', descending: false, page, search: '', csv: false, hasMore }}
        columns={[
          { heading: 'Task', cell: (task) => task.title }, { heading: 'Kind', cell: (task) => plainWords(task.kind) }, { heading: 'For', cell: (task) => task.role },
          { heading: 'Loan', cell: (task) => task.loanNo ?? '' }, { heading: 'Why', cell: (task) => taskReason(task.details) },
          { heading: 'Due', cell: (task) => (task.dueAt ? <InstantText at={task.dueAt} act /> : 'no date') }, { heading: 'Since', cell: (task) => <InstantText at={task.openedAt} /> },
        ]}
      />
    </Layout>
  );
}
