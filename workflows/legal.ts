/** The legal hand-off: a case with claimant, amounts and evidence; a person takes it from deadline to deadline, and no deadline passes unseen. */
import { allHandlersFinished, condition, setCurrentDetails, setHandler } from '@temporalio/workflow';
import { addDays, instantAt, isoInstant, type IsoDate } from '../domain/dates.js';
import { waitUntil } from './clock.js';
import { advanceCase, arrearsChanged, childFinished } from './contract.js';
import type { LegalInput } from './contract.js';
import { openErrand, persist, type Errand } from './errand.js';
import { refusal } from './failures.js';
import { tellWorkflow } from './neighbours.js';
import { inRecord } from './retries.js';

type CaseState = 'preparing' | 'filed' | 'judgment' | 'enforcing' | 'closed';
export interface Advance {
  personId: string; key: string; state: CaseState; route?: 'court' | 'arbitration' | 'payment-order' | 'notarised'; costsFen?: number; nextDeadline?: IsoDate; note: string;
}
interface LegalCase extends Errand {
  input: LegalInput; state: CaseState; route: string | null; costsFen: number | null; nextDeadline: IsoDate; revision: number;
  ended: 'cured' | 'closed' | null; endedByLoan: boolean; advances: Advance[]; keys: string[]; missed: number;
}

const ORDER: readonly CaseState[] = ['preparing', 'filed', 'judgment', 'enforcing', 'closed'];
/** A missed deadline is set anew so many days later. */
const GRACE_DAYS = 7;

export async function legal(input: LegalInput): Promise<{ result: 'cured' | 'closed' }> {
  const legalCase = openCase(input);
  const { workflowId } = legalCase;
  const opened = await persist(legalCase, 'The case', () =>
    inRecord('Opens the case').openLegalCase({ workflowId, loanNo: input.loanNo, episode: input.episode, asOf: legalCase.today() }));
  legalCase.nextDeadline = opened.nextDeadline;
  await askFor(legalCase, 'operations', 'opened');
  while (!legalCase.ended) await turn(legalCase);
  return finish(legalCase, legalCase.ended);
}

function openCase(input: LegalInput): LegalCase {
  const errand = openErrand(input);
  const legalCase: LegalCase = Object.assign(errand, {
    input, state: 'preparing' as const, route: null, costsFen: null, nextDeadline: errand.today(), revision: 0, ended: null, endedByLoan: false, advances: [], keys: [], missed: 0,
  });
  setHandler(arrearsChanged, ({ status }) => {
    if (status === 'partly') return;
    legalCase.endedByLoan = true;
    legalCase.ended ??= status;
  }, { description: 'The loan says how its arrears stand.' });
  setHandler(advanceCase, async (advance) => {
    if (!legalCase.keys.includes(advance.key)) {
      legalCase.keys.push(advance.key);
      legalCase.advances.push(advance);
    }
    await condition(() => legalCase.advances.length === 0 || legalCase.ended !== null);
    return { ok: true };
  }, { description: 'The case goes on.', validator: (advance: Advance) => mustAdvance(legalCase, advance) });
  return legalCase;
}

function mustAdvance(legalCase: LegalCase, advance: Advance): void {
  if (legalCase.keys.includes(advance.key)) return;
  if (legalCase.ended) throw refusal('case-closed');
  if (ORDER.indexOf(advance.state) < ORDER.indexOf(legalCase.state)) throw refusal('case-goes-back');
  if (advance.state !== 'closed' && !(advance.nextDeadline && advance.nextDeadline > legalCase.today())) throw refusal('deadline-missing');
  if (advance.costsFen !== undefined && (!Number.isSafeInteger(advance.costsFen) || advance.costsFen < 0)) throw refusal('not-an-amount');
}

async function turn(legalCase: LegalCase): Promise<void> {
  const advance = legalCase.advances[0];
  if (advance) {
    legalCase.state = advance.state;
    legalCase.route = advance.route ?? legalCase.route;
    legalCase.costsFen = advance.costsFen ?? legalCase.costsFen;
    legalCase.nextDeadline = advance.nextDeadline ?? legalCase.nextDeadline;
    if (advance.state === 'closed') legalCase.ended = 'closed';
    await show(legalCase, { nextAt: legalCase.ended ? null : legalCase.asOf(), summary: `The case is ${advance.state}` });
    legalCase.advances.shift();
    return;
  }
  const woken = await waitUntil(legalCase.clock, {
    untilMs: momentOf(legalCase), summary: `The case is ${legalCase.state}: next deadline ${legalCase.nextDeadline}`,
    wake: () => legalCase.ended !== null || legalCase.advances.length > 0,
    show: () => show(legalCase, { nextAt: isoInstant(momentOf(legalCase)), summary: `The case is ${legalCase.state}` }),
  });
  if (woken === 'reached') await missed(legalCase);
}

function momentOf({ nextDeadline, input }: LegalCase): number {
  return instantAt(nextDeadline, input.businessMinute, input.zoneOffsetMinutes);
}

async function missed(legalCase: LegalCase): Promise<void> {
  legalCase.missed += 1;
  await askFor(legalCase, 'supervisor', `missed:${legalCase.nextDeadline}`);
  legalCase.nextDeadline = addDays(legalCase.today(), GRACE_DAYS);
}

async function askFor(legalCase: LegalCase, role: 'operations' | 'supervisor', suffix: string): Promise<void> {
  const { input, workflowId, nextDeadline, state } = legalCase;
  await inRecord(`A task for ${role}`).openTask({
    key: `${workflowId}:${suffix}`, kind: 'legal', role, workflowId, loanNo: input.loanNo, personId: input.borrowerId,
    title: `Legal case of ${input.loanNo}`, details: { state, nextDeadline }, dueAt: isoInstant(momentOf(legalCase)), asOf: legalCase.asOf(),
  });
}

async function show(legalCase: LegalCase, view: { nextAt: string | null; summary: string; wakes?: string[] }): Promise<{ pokes: number }> {
  const { workflowId, state, route, costsFen, ended, clock } = legalCase;
  legalCase.revision += 1;
  setCurrentDetails(`**${state}** · ${legalCase.input.loanNo}\n- **Now:** ${view.summary}${view.nextAt ? `\n- **Next:** ${view.nextAt}\n- **Otherwise:** a supervisor is told of the missed deadline` : ''}`);
  const row = {
    workflowId, state: ended ? 'closed' : state, route, costsFen, nextDeadline: ended ? null : legalCase.nextDeadline, closedOn: ended ? legalCase.today() : null,
    revision: legalCase.revision, nextAt: view.nextAt, summary: view.summary, seen: clock.pokes, wakes: view.wakes ?? [],
  };
  return inRecord(view.summary).projectLegalCase(row);
}

async function finish(legalCase: LegalCase, result: 'cured' | 'closed'): Promise<{ result: 'cured' | 'closed' }> {
  const { workflowId, input } = legalCase;
  await inRecord('The case is closed: task closed').closeTask({ key: `${workflowId}:opened`, state: 'done', decision: result, by: `workflow:${workflowId}` });
  if (!legalCase.endedByLoan) await tellWorkflow(input.loanNo, childFinished, { workflowId, result });
  await show(legalCase, { nextAt: null, summary: `Ended: ${result}`, wakes: legalCase.endedByLoan ? [] : [input.loanNo] });
  await condition(allHandlersFinished);
  return { result };
}
