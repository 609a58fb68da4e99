import type { WorkflowBundlePath } from '@temporalio/worker';
import { askRunServer } from './run-server-client.js';

/** The platform's workflows, bundled once for the whole run; give it to `Worker.create({ workflowBundle })`. */
export async function workflowBundle(): Promise<WorkflowBundlePath> {
  const { path } = await askRunServer<{ path: string }>('bundle');
  return { codePath: path };
}
