/** Tasks of operations and supervisors: steps that have stopped, disputes, missed deadlines. */
import { Router } from 'express';
import type { VNode } from 'preact';
import { deskTasks, taskSorts, type DeskTask } from '../../db/desk.js';
import type { TaskKind } from '../../db/tasks.js';
import type { AreaDeps } from '../area.js';
import { InstantText } from '../components/dates.js';
import { readListQuery, Table, type ListQuery } from '../components/table.js';
import { maxCsvRows, sendCsv } from '../desk/csv.js';
import { FilterForm, readFilters, type Filter } from '../desk/filters.js';
import { plainWords, taskReason } from '../desk/words.js';
import { Layout, sendPage } from '../layout.js';
import { wantsJson } from '../visit.js';
import { instructionAddress } from './instruction-table.js';
import { maySeeMoney } from './roles.js';

const pageSize = 50;
/** Everything but reviews, which have a desk of their own. */
export const workKinds: readonly TaskKind[] = ['stuck-step', 'collect', 'dispute', 'not-me', 'already-paid', 'hardship', 'legal', 'undelivered', 'case'];

/** Where a task is worked. */
export function taskAddress(task: DeskTask): string {
  if (typeof task.details['caseId'] === 'number') return `/operations/cases/${task.details['caseId']}`;
  if (typeof task.details['estateNo'] === 'string') return `/operations/estates/${task.details['estateNo']}`;
  if (typeof task.details['orderNo'] === 'string') return `/operations/orders/${task.details['orderNo']}`;
  if (task.kind === 'case' && typeof task.details['requestNo'] === 'string') return instructionAddress(task.details['requestNo']);
  if (!task.loanNo) return '/operations/tasks';
  if (task.kind === 'legal') return `/collector/cases/${encodeURIComponent(task.workflowId)}`;
  return ['collect', 'dispute', 'not-me', 'already-paid', 'hardship'].includes(task.kind) ? `/collector/loans/${task.loanNo}` : `/operations/loans/${task.loanNo}`;
}

const deskRoles = ['operations', 'supervisor'] as const;
const filters: readonly Filter[] = [
  { name: 'kind', label: 'Kind', options: workKinds.map((value) => ({ value, text: plainWords(value) })) }, { name: 'for', label: 'For', options: deskRoles.map((value) => ({ value, text: value })) },
];

export function tasksRouter({ pool }: AreaDeps): Router {
  const router = Router();
  router.get('/operations/tasks', maySeeMoney, async (request, response) => {
    const list = readListQuery(request.query, taskSorts);
    const values = readFilters(request.query, filters);
    const by = { kinds: workKinds.filter((kind) => !values['kind'] || kind === values['kind']), roles: deskRoles.filter((role) => !values['for'] || role === values['for']), sort: list.sort, descending: list.descending };
    if (list.csv) {
      return sendCsv(response, 'tasks', ['task', 'kind', 'for', 'loan', 'workflow', 'why', 'due', 'since', 'taken by'], (await deskTasks(pool, { ...by, limit: maxCsvRows })).map((task) => [
        task.title, task.kind, task.role, task.loanNo, task.workflowId, taskReason(task.details), task.dueAt, task.openedAt, task.takenBy,
      ]));
    }
    const found = await deskTasks(pool, { ...by, limit: pageSize + 1, offset: (list.page - 1) * pageSize });
    const tasks = found.slice(0, pageSize);
    if (wantsJson(request)) return void response.json({ tasks: tasks.map((task) => ({ taskId: task.id, kind: task.kind, role: task.role, loanNo: task.loanNo, workflowId: task.workflowId, title: task.title, details: task.details, dueAt: task.dueAt })) });
    sendPage(response, <TasksPage tasks={tasks} list={list} values={values} hasMore={found.length > pageSize} />);
  });
  return router;
}

function TasksPage({ tasks, list, values, hasMore }: { tasks: DeskTask[]; list: ListQuery; values: Record<string, string>; hasMore: boolean }): VNode {
  return (
    <Layout title="Tasks of operations" wide>
      <FilterForm action="/operations/tasks" filters={filters} values={values} />
      <Table
        caption="Open tasks" rows={tasks} href={taskAddress} empty="Nothing to do here, because no step has stopped and nothing is disputed, or none fits the filter."
        list={{ ...list, path: '/operations/tasks', hasMore, download: true, filters: values }}
        columns={[
          { heading: 'Task', cell: (task) => task.title }, { heading: 'Kind', sort: 'kind', cell: (task) => plainWords(task.kind) }, { heading: 'For', cell: (task) => task.role },
          { heading: 'Loan', sort: 'loan', cell: (task) => task.loanNo ?? '' }, { heading: 'Why', cell: (task) => taskReason(task.details) },
          { heading: 'Due', sort: 'due', cell: (task) => (task.dueAt ? <InstantText at={task.dueAt} act /> : 'no date') }, { heading: 'Since', sort: 'since', cell: (task) => <InstantText at={task.openedAt} /> },
        ]}
      />
    </Layout>
  );
}
