/**
 * Makes the histories that every later version must replay: one per state of a loan, and of each workflow beside it.
 * `SAVE_HISTORIES=1 npx jest workflows/histories.test.ts` writes them anew; do so only when a state is new, for histories
 * of loans that live cannot be rewritten either.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import proto from '@temporalio/proto';
import { taskQueues } from '../contract.js';
import { acceptedLoan, APPLIED_AT, DAY, dismiss, reach, stateOf, type LoanHandle, type Stage } from './stage.js';

const { History } = proto.temporal.api.history.v1;

/** A history as it is kept: the server's own message, bytes as base64. */
export interface SavedHistory { workflowId: string; history: Record<string, unknown> }

/** The history as the worker replays it. */
export const historyOf = ({ history }: SavedHistory) => History.fromObject(history);

const noMoney = () => ({ status: 'refused', code: 'insufficient-funds' }) as const;

export async function saveHistories(stage: Stage, folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const save = async (name: string, workflowId: string) => {
    const history = History.fromObject(await stage.client.workflow.getHandle(workflowId).fetchHistory());
    const saved: SavedHistory = { workflowId, history: History.toObject(history, { bytes: String, longs: String, enums: String }) };
    writeFileSync(join(folder, `${name}.json`), `${JSON.stringify(saved)}\n`);
  };
  await saveBeforeTheContract(stage, save);
  await saveLending(stage, save);
  await saveLateness(stage, save);
  await saveBeside(stage, save);
}

type Save = (name: string, workflowId: string) => Promise<void>;

async function saveBeforeTheContract(stage: Stage, save: Save): Promise<void> {
  stage.world(701, { termMonths: 3 }).on('screen', () => ({ status: 'needs-person', code: 'thin-file' }));
  const inReview = await stage.startLoan(701);
  await reach(stage, inReview, 'inReview', 1000, 60);
  await stage.pass(1000);
  await save('loan-in-review', 'LN701');
  await dismiss(stage, inReview);
  await save('loan-cancelled', 'LN701');

  stage.world(703, { termMonths: 3 }).on('borrowerReady', () => ({ ready: false, missing: ['card'] }));
  const preparing = await acceptedLoan(stage, 703);
  await stage.pass(2 * DAY);
  await save('loan-preparing', 'LN703');
  await dismiss(stage, preparing);

  stage.world(704, { termMonths: 3 }).on('freezeBids', () => ({ targetFen: 1_200_000, reservedFen: 0, frozenFen: 400_000, waiting: 0, byHand: 0 }));
  const fundraising = await acceptedLoan(stage, 704);
  await reach(stage, fundraising, 'fundraising', 1000, 60);
  await stage.pass(1000);
  await save('loan-fundraising', 'LN704');
  await save('fund-open', 'fund:LN704');
  await fundraising.result();
  await save('loan-not-funded', 'LN704');
  await save('fund-failed', 'fund:LN704');
}

async function saveLending(stage: Stage, save: Save): Promise<void> {
  const world = stage.world(710, { termMonths: 3 });
  world.on('release', () => ({ status: 'pending', requestNo: 'LN710-release-a1-b1', expectedAt: null }));
  world.next('payOut', () => ({ status: 'pending', requestNo: 'LN710-payout-a1', expectedAt: '2025-01-08T01:00:00.000Z' }));
  const loan = await acceptedLoan(stage, 710);
  await reach(stage, loan, 'disbursing', 1000, 60);
  await stage.pass(6_000);
  await save('loan-disbursing', 'LN710');
  world.heal();
  world.next('payOut', () => ({ status: 'pending', requestNo: 'LN710-payout-a1', expectedAt: '2025-01-08T01:00:00.000Z' }));
  await reach(stage, loan, 'payingOut', 60_000, 60);
  await stage.pass(1000);
  await save('loan-paying-out', 'LN710');
  await reach(stage, loan, 'repaying');
  await stage.passUntil('one instalment is paid', () => world.sharings().length === 1, DAY);
  await save('loan-repaying', 'LN710');
  await loan.result();
  await save('loan-closed', 'LN710');
}

async function saveLateness(stage: Stage, save: Save): Promise<void> {
  stage.world(720, { termMonths: 3 }).on('takePayment', noMoney);
  const loan: LoanHandle = await acceptedLoan(stage, 720, { terms: { legalAfterDays: 12, writeOffAfterDays: 40 } });
  await stage.passUntil('it is collected', async () => (await stateOf(loan)).pursuit === 'collection', DAY);
  await stage.pass(9 * DAY);
  await save('loan-overdue', 'LN720');
  await save('collect-running', 'collect:LN720:1');
  await reach(stage, loan, 'inLegal', DAY);
  await stage.pass(1000);
  await save('loan-in-legal', 'LN720');
  await save('legal-open', 'legal:LN720:1');
  await save('collect-ended', 'collect:LN720:1');
  await reach(stage, loan, 'writtenOff', DAY);
  await stage.pass(35 * DAY);
  await save('loan-written-off', 'LN720');
}

async function saveBeside(stage: Stage, save: Save): Promise<void> {
  const start = async (type: string, workflowId: string, input: Record<string, unknown>) =>
    stage.client.workflow.start(type, { workflowId, taskQueue: taskQueues.loans, args: [{ ...input, clock: await stage.clockAt(APPLIED_AT) }] });
  stage.world(730).on('followMovement', () => ({ status: 'pending', expectedAt: null }));
  await start('movement', 'DP730', { requestNo: 'DP730', verb: 'deposit', personId: 'P730' });
  stage.world(732).on('followMovement', () => ({ status: 'pending', expectedAt: null, look: { held: true, confirmBy: '2025-02-09T16:00:00.000Z', decision: null, inTime: true } }));
  await start('movement', 'W732', { requestNo: 'W732', verb: 'withdraw', personId: 'P732' });
  stage.world(731).on('deliver', () => ({ pending: 1 }));
  await start('message', 'message:731', { messageIds: [731] });
  await start('businessDay', 'business-day', { day: '2025-01-06', zoneOffsetMinutes: 480 });
  await stage.pass(3 * 3_600_000);
  await save('movement-pending', 'DP730');
  await save('movement-held', 'W732');
  await save('message-pending', 'message:731');
  await stage.passUntil('a day is closed and reconciled', () => stage.world(2025).count('reconcileDays') === 1, 3_600_000, 48);
  await save('business-day', 'business-day');
  stage.world(3050).on('reconcileDays', () => ({ waiting: null, cases: [{ caseId: 850, day: '3050-01-05', dueAt: '2025-02-09T16:00:00.000Z' }] }));
  stage.world(3050).on('confirmDay', () => ({ status: 'open' }));
  await start('reconcile', 'reconcile:3050-01-05', { from: '3050-01-04', to: '3050-01-05', zoneOffsetMinutes: 480 });
  await stage.passUntil('the case has its task', () => stage.world(850).count('openTask') === 1, 1000, 60);
  await save('reconcile-open', 'reconcile:3050-01-05');
  await save('difference-open', 'case:850');
  // Last: the skipping server's clock stands still once an abandoned child outlives its parent.
  stage.world(702, { termMonths: 3 }).on('verifyIdentity', () => ({ status: 'needs-person', code: 'photo-unclear' }));
  await stage.startLoan(702);
  await stage.passUntil('a reviewer is asked', () => stage.world(702).count('openTask') === 1, 1000, 60);
  await save('loan-identifying', 'LN702');
  await save('identify-in-review', 'identify:P702:1');
}
