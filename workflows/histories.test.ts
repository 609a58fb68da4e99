import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from '@temporalio/worker';
import { workflowBundle } from '../test/bundle.js';
import { historyOf, saveHistories, type SavedHistory } from './testing/save-histories.js';
import { openStage } from './testing/stage.js';

const folder = fileURLToPath(new URL('./histories', import.meta.url));

const read = (name: string): SavedHistory => JSON.parse(readFileSync(`${folder}/${name}`, 'utf8')) as SavedHistory;
const names = () => readdirSync(folder).filter((name) => name.endsWith('.json'));

/** What goes wrong when these histories are replayed with today's workflows. */
async function problemsOf(saved: SavedHistory[]): Promise<string[]> {
  const problems: string[] = [];
  const histories = saved.map((one) => ({ workflowId: one.workflowId, history: historyOf(one) }));
  for await (const { workflowId, error } of Worker.runReplayHistories({ workflowBundle: await workflowBundle() }, histories)) {
    if (error) problems.push(`${workflowId}: ${error.message}`);
  }
  return problems;
}

describe('saved histories', () => {
  beforeAll(async () => {
    if (!process.env.SAVE_HISTORIES) return;
    const stage = await openStage();
    try {
      await saveHistories(stage, folder);
    } finally {
      await stage.close();
    }
  }, 300_000);

  it('exist for every state in which a loan can rest, and for the workflows beside it', () => {
    expect(names()).toEqual(expect.arrayContaining([
      'loan-identifying', 'loan-in-review', 'loan-cancelled', 'loan-preparing', 'loan-fundraising', 'loan-not-funded', 'loan-disbursing', 'loan-paying-out', 'loan-repaying', 'loan-overdue',
      'loan-in-legal', 'loan-written-off', 'loan-closed', 'fund-open', 'fund-failed', 'identify-in-review', 'collect-running', 'collect-ended', 'legal-open', 'movement-pending', 'message-pending', 'business-day', 'reconcile-open', 'difference-open',
    ].map((name) => `${name}.json`)));
  });

  it('are replayed by today’s workflows without a difference', async () => {
    expect(await problemsOf(names().map(read))).toEqual([]);
  });

  it('catch a change that loans alive could not follow', async () => {
    const changed = read('loan-closed.json');
    const events = changed.history.events as { activityTaskScheduledEventAttributes?: { activityType: { name: string } } }[];
    events.find((event) => event.activityTaskScheduledEventAttributes?.activityType.name === 'takePayment')!.activityTaskScheduledEventAttributes!.activityType.name = 'takePaymentOfYore';
    const problems = await problemsOf([changed]);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(/LN710.*takePayment/s);
  });

  it('hold no personal data: ids, dates, fen and codes only', () => {
    for (const name of names()) {
      const payloads = [...JSON.stringify(read(name)).matchAll(/"data":"([A-Za-z0-9+/=]+)"/g)].map(([, data]) => Buffer.from(data!, 'base64').toString('utf8'));
      expect(payloads.filter((text) => /@|\b1[3-9]\d{9}\b|\b\d{17}[\dX]\b/.test(text.replaceAll(/"[^"]*(?:At|asOf|Ms)":\d+/g, '')))).toEqual([]);
    }
  });
});
