import { closeTask, openTask } from '../../db/tasks.js';
import type { RecordActivities } from '../../workflows/contract.js';
import type { ActivityDeps } from '../deps.js';

/** Opens a person's task, or finds the one with this key. */
export function openTaskActivity({ pool }: Pick<ActivityDeps, 'pool'>): RecordActivities['openTask'] {
  return (input) => openTask(pool, input);
}

/** Closes a task that is still open. */
export function closeTaskActivity({ pool }: Pick<ActivityDeps, 'pool'>): RecordActivities['closeTask'] {
  return (input) => closeTask(pool, input);
}
