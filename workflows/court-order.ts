/**
 * A court's order (司法冻结): a second person approves the paper, the bank freezes, and what it holds waits until the order runs
 * out or the court lifts it. Nobody's money is held a day longer than the court has said; before the end people are told.
 */
import { allHandlersFinished, condition, setHandler } from '@temporalio/workflow';
import { expiryWarningDays } from '../domain/court-order.js';
import { addDays, instantAt, isoInstant, parseInstant, type IsoDate } from '../domain/dates.js';
import { decidePaper, instructionDone, paperEntered, type BankStep, type CourtOrderInput, type DecidedPaper } from './contract.js';
import { endErrand, openErrand, persist, showErrand, waitOn, type Errand } from './errand.js';
import { refusal } from './failures.js';
import { atBank, bankPatience, inRecord, patience } from './retries.js';

const DAY_MS = 24 * 3_600_000;
const WEEK_MS = 7 * DAY_MS;

export type OrderEnd = 'refused' | 'expired' | 'released';

interface Paper { paperId: number; dueAt: string; asked: boolean; escalated: boolean }
interface Order extends Errand {
  input: CourtOrderInput;
  /** Entered and not decided, as far as we have heard. */
  pending: Paper | null;
  /** Decided, and not taken up yet. */
  decided: DecidedPaper[];
  known: number[];
  /** The bank's words. */
  words: number;
}

export async function courtOrder(input: CourtOrderInput): Promise<{ ended: OrderEnd }> {
  const order = openOrder(input);
  await showErrand(order, { nextAt: order.asOf(), summary: `Order ${input.orderNo} was entered` });
  const first = await firstDecision(order);
  if (!first.approved) return finish(order, 'refused');
  if ((await untilFirstDay(order, first.fromDate)) === 'reached') {
    await carry(order, 'Freeze at the bank', () => atBank(`Freezes what ${input.orderNo} orders`).placeOrder({ orderNo: input.orderNo, asOf: order.asOf() }));
    const endedBy = await stand(order, first.expiresOn);
    await carry(order, 'Release at the bank', () => atBank(`Gives back what ${input.orderNo} held`).liftOrder({ orderNo: input.orderNo, endedBy, asOf: order.asOf() }));
    return finish(order, endedBy);
  }
  await carry(order, 'End of the order', () => atBank(`Ends ${input.orderNo}`).liftOrder({ orderNo: input.orderNo, endedBy: 'released', asOf: order.asOf() }));
  return finish(order, 'released');
}

function openOrder(input: CourtOrderInput): Order {
  const order: Order = Object.assign(openErrand(input), { input, pending: { paperId: input.paperId, dueAt: input.dueAt, asked: false, escalated: false }, decided: [], known: [], words: 0 });
  setHandler(instructionDone, () => void (order.words += 1), { description: 'The bank has decided.' });
  setHandler(paperEntered, ({ paperId, dueAt }) => {
    if (order.pending?.paperId !== paperId && !order.known.includes(paperId)) order.pending = { paperId, dueAt, asked: false, escalated: false };
  }, { description: 'Somebody has entered another paper of the court.' });
  setHandler(decidePaper, async (decision) => {
    const answer = await atBank(`Paper ${decision.paperId} is ${decision.approve ? 'approved' : 'refused'}`).decidePaper({ ...decision, asOf: order.asOf() });
    if (answer.status === 'refused') throw refusal(answer.code);
    takeDecision(order, answer.paper);
    for (const role of ['operations', 'supervisor']) {
      await inRecord('The paper is decided: task closed').closeTask({ key: taskKey(order.workflowId, decision.paperId, role), state: 'done', decision: decision.approve ? 'approved' : 'refused', by: decision.personId });
    }
    return { ok: true } as const;
  }, {
    description: 'A second person approves or refuses what a court has written.',
    validator: ({ paperId }: { paperId: number }) => {
      if (order.known.includes(paperId)) throw refusal('paper-decided');
    },
  });
  return order;
}

/** Once per paper, however often its decision is told. */
function takeDecision(order: Order, paper: DecidedPaper): void {
  if (order.known.includes(paper.paperId)) return;
  order.known.push(paper.paperId);
  order.decided.push(paper);
  if (order.pending?.paperId === paper.paperId) order.pending = null;
}

const taskKey = (workflowId: string, paperId: number, role: string): string => `${workflowId}:paper${paperId}:${role}`;

async function askToDecide({ input, workflowId, asOf }: Order, paper: Paper, role: 'operations' | 'supervisor'): Promise<void> {
  const { paperId, dueAt } = paper;
  if (role === 'operations') paper.asked = true;
  else paper.escalated = true;
  await inRecord(`A task for ${role}`).openTask({
    key: taskKey(workflowId, paperId, role), kind: 'case', role, workflowId, loanNo: null, personId: input.personId,
    title: `A second person decides a court's paper on ${input.orderNo}`, details: { orderNo: input.orderNo, paperId }, dueAt: role === 'operations' ? dueAt : null, asOf: asOf(),
  });
}

interface Wait { untilMs: number; strideMs?: number; summary: string; otherwise: string }

/** Waits for a moment or for a decision; a paper that is entered meanwhile gets its task, and its deadline too. */
async function awaitNews(order: Order, wait: Wait): Promise<'reached' | 'decided'> {
  for (;;) {
    if (order.decided.length > 0) return 'decided';
    const paper = order.pending;
    if (paper && !paper.asked) await askToDecide(order, paper, 'operations');
    const dueMs = paper && !paper.escalated ? parseInstant(paper.dueAt) : Infinity;
    const first = Math.min(wait.untilMs, dueMs);
    const woken = await waitOn(order, {
      ...wait, untilMs: first, summary: paper ? `${wait.summary}; paper ${paper.paperId} waits for a second person` : wait.summary, otherwise: first === dueMs ? 'a supervisor is asked to decide' : wait.otherwise,
      wake: () => order.decided.length > 0 || order.pending !== paper,
    });
    if (woken !== 'reached' || order.decided.length > 0) continue;
    if (first === wait.untilMs) return 'reached';
    if (paper) await askToDecide(order, paper, 'supervisor');
  }
}

/** It stays on the supervisor's desk until somebody decides: a court's order is never forgotten. */
async function firstDecision(order: Order): Promise<DecidedPaper> {
  const { orderNo } = order.input;
  for (;;) {
    const summary = `${orderNo}: operations, compliance or a supervisor decide`;
    await awaitNews(order, { untilMs: order.clock.now() + WEEK_MS, strideMs: WEEK_MS, summary, otherwise: 'it stays on the supervisor’s desk' });
    const paper = order.decided.shift();
    if (paper) return paper;
  }
}

/** An order may be for a later day; the court may lift it before. */
async function untilFirstDay(order: Order, fromDate: IsoDate): Promise<'reached' | 'released'> {
  for (;;) {
    const news = await awaitNews(order, { untilMs: startOf(order, fromDate), summary: `${order.input.orderNo} is approved for ${fromDate}`, otherwise: 'the bank freezes' });
    if (news === 'reached') return 'reached';
    const paper = order.decided.shift();
    if (paper?.approved && paper.kind === 'release') return 'released';
  }
}

/** The order holds. Some days before its end operations are told: without a renewal what it holds is free again. */
async function stand(order: Order, until: IsoDate): Promise<'expired' | 'released'> {
  const { orderNo } = order.input;
  let expiresOn = until;
  let warnedOf: IsoDate | null = null;
  for (;;) {
    const endMs = startOf(order, addDays(expiresOn, 1));
    const warningMs = warnedOf === expiresOn ? endMs : Math.min(endMs, startOf(order, addDays(expiresOn, -expiryWarningDays)));
    const untilMs = Math.max(warningMs, order.clock.now());
    const news = await awaitNews(order, {
      untilMs, summary: `${orderNo} stands until ${expiresOn}`, otherwise: warningMs < endMs ? 'operations are told that it runs out' : 'the bank gives back what it holds',
    });
    if (news === 'reached' && order.clock.now() >= endMs) return 'expired';
    if (news === 'reached') {
      await warn(order, expiresOn, endMs);
      warnedOf = expiresOn;
      continue;
    }
    const paper = order.decided.shift();
    if (!paper?.approved) continue;
    if (paper.kind === 'renewal') {
      await inRecord('The order is renewed: task closed').closeTask({ key: warningKey(order, expiresOn), state: 'done', decision: 'renewed', by: `workflow:${order.workflowId}` });
      expiresOn = paper.expiresOn;
    }
    if (paper.kind === 'release' && paper.amountFen === null) return 'released';
    if (paper.kind === 'release') await carry(order, `Part ${paper.paperId} at the bank`, () => atBank(`Gives back a part of ${orderNo}`).releasePart({ paperId: paper.paperId, asOf: order.asOf() }));
  }
}

const startOf = ({ input }: Order, date: IsoDate): number => instantAt(date, 0, input.zoneOffsetMinutes);
const warningKey = ({ workflowId }: Order, expiresOn: IsoDate): string => `${workflowId}:runs-out:${expiresOn}`;

async function warn(order: Order, expiresOn: IsoDate, endMs: number): Promise<void> {
  const { orderNo, personId } = order.input;
  await inRecord('A task: the order runs out').openTask({
    key: warningKey(order, expiresOn), kind: 'case', role: 'operations', workflowId: order.workflowId, loanNo: null, personId,
    title: `${orderNo} runs out on ${expiresOn} unless the court renews it`, details: { orderNo, reason: 'runs-out' }, dueAt: isoInstant(endMs), asOf: order.asOf(),
  });
}

/** Asks for a step until the bank has done it. What it refuses is operations' to look into; it is tried again the next day, or when they say so. */
async function carry(order: Order, what: string, ask: () => Promise<BankStep>): Promise<void> {
  for (let tries = 0; ; tries += 1) {
    const [heard, lookedAt] = [order.words, order.clock.pokes];
    const step = await persist(order, what, ask);
    if (step.status === 'done') return;
    const tomorrow = order.clock.now() + DAY_MS;
    const expectedMs = step.status === 'pending' && step.expectedAt !== null ? parseInstant(step.expectedAt) : 0;
    if (expectedMs > order.clock.now()) {
      await waitOn(order, { untilMs: expectedMs, summary: `${what}: the bank is closed`, otherwise: 'the bank is asked again', wake: () => order.words !== heard });
      continue;
    }
    if (step.status === 'pending') {
      await waitOn(order, { untilMs: tomorrow, summary: `${what}: the bank's word`, otherwise: 'the bank is asked', wake: () => order.words !== heard, lookedAt, silenceMs: patience(bankPatience, tries) });
      continue;
    }
    await refused(order, what, step.code);
    order.stuck = true;
    await waitOn(order, { untilMs: tomorrow, summary: `${what}: the bank refused (${step.code}), operations look into it`, otherwise: 'it is tried again', wake: () => order.retryAsked });
    order.stuck = order.retryAsked = false;
  }
}

async function refused(order: Order, what: string, code: string): Promise<void> {
  const { orderNo, personId } = order.input;
  await inRecord('A task: the bank refused').openTask({
    key: `${order.workflowId}:refused:${what}`, kind: 'case', role: 'operations', workflowId: order.workflowId, loanNo: null, personId,
    title: `${orderNo}: the bank refused. ${what}`, details: { orderNo, code }, dueAt: null, asOf: order.asOf(),
  });
}

/** The record has ended with it, and what was still asked of people has left the desks. */
async function finish(order: Order, ended: OrderEnd): Promise<{ ended: OrderEnd }> {
  await endErrand(order, `${order.input.orderNo} has ended: ${ended}`);
  await condition(allHandlersFinished);
  return { ended };
}
