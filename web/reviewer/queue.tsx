import type { VNode } from 'preact';
import type { DeskTask } from '../../db/desk.js';
import { purposeText } from '../public/listing.js';
import { InstantText } from '../components/dates.js';
import { Money } from '../components/money.js';
import { Badge, Notice } from '../components/state.js';
import { Table } from '../components/table.js';
import { plainWords, taskReason } from '../desk/words.js';
import { Layout } from '../layout.js';

/** The reviewer's queue, the most urgent first. */
export function QueuePage({ tasks, viewerId, decided, page, hasMore }: { tasks: DeskTask[]; viewerId: string; decided: string | null; page: number; hasMore: boolean }): VNode {
  const first = tasks.find((task) => task.takenBy === viewerId) ?? tasks.find((task) => task.takenBy === null);
  return (
    <Layout title="Review queue" wide>
      {decided ? <Notice tone="good"><p>Task {decided} is decided. {tasks.length === 0 ? 'That was the last one.' : ''}</p></Notice> : null}
      {first ? <p><a class="button" href={`/reviewer/tasks/${first.id}`} accessKey="j">Next: {first.title}</a></p> : null}
      <Table
        caption="Open tasks" rows={tasks} href={(task) => `/reviewer/tasks/${task.id}`} empty="Nothing waits for a reviewer, because the rules decided everything by themselves or it has been decided already."
        list={{ path: '/reviewer', sort: 'due', descending: false, page, search: '', csv: false, hasMore }}
        columns={[
          { heading: 'Task', cell: (task) => task.title },
          { heading: 'Kind', cell: (task) => plainWords(task.kind) },
          { heading: 'Why', cell: (task) => taskReason(task.details) || 'not said' },
          { heading: 'Amount', number: true, cell: (task) => (task.requestedFen === null ? '' : <Money fen={task.requestedFen} />) },
          { heading: 'Grade', cell: (task) => task.grade ?? '' },
          { heading: 'For', cell: (task) => (task.purpose ? purposeText(task.purpose) : '') },
          { heading: 'Due', cell: (task) => (task.dueAt ? <InstantText at={task.dueAt} act /> : 'no date') },
          { heading: 'Taken by', cell: (task) => <Taken task={task} viewerId={viewerId} /> },
        ]}
      />
    </Layout>
  );
}

export function Taken({ task, viewerId }: { task: DeskTask; viewerId: string }): VNode {
  if (task.takenBy === null) return <span class="small">nobody</span>;
  return <Badge tone={task.takenBy === viewerId ? 'good' : 'warn'}>{task.takenBy === viewerId ? 'you' : task.takenBy}</Badge>;
}
