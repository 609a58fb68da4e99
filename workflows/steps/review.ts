/** A reviewer decides what the rules may not decide alone. Nobody's application hangs: a supervisor is reminded, then it lapses. */
import { addDays, instantAt, isoInstant } from '../../domain/dates.js';
import { end } from '../ending.js';
import { enter, showBusy, standBy } from '../course.js';
import { answerDone, noteAct, type Life } from '../life.js';
import { inRecord } from '../retries.js';

export async function review(life: Life): Promise<void> {
  const { loan, inbox } = life;
  if (loan.referred === null) return;
  loan.reason = loan.referred;
  await enter(life, 'inReview', 'reviewer', 'Waiting for a reviewer');
  await askFor(life, 'reviewer');
  if (await undecided(life, 'a supervisor is reminded')) {
    await askFor(life, 'supervisor');
    if (await undecided(life, 'the application lapses')) {
      await closeTasks(life, 'dropped', 'lapsed', `workflow:${loan.loanNo}`);
      return end(life, 'lapsed', 'review-timeout', 'refused');
    }
  }
  if (inbox.cancel) return closeTasks(life, 'dropped', 'withdrawn', `workflow:${loan.loanNo}`);
  await takeUpReview(life);
}

async function takeUpReview(life: Life): Promise<void> {
  const { loan, inbox } = life;
  const asked = inbox.review;
  inbox.review = undefined;
  if (!asked) return;
  const { decision, reviewerId, reason, amountFen, termMonths, annualRateBps, grade } = asked.input;
  noteAct(life, `review-${decision}`, { actor: reviewerId, role: 'reviewer', why: reason, after: { decision, amountFen, termMonths, annualRateBps, grade } });
  await closeTasks(life, 'done', decision, reviewerId);
  loan.referred = null;
  loan.reason = null;
  if (decision === 'decline') {
    await end(life, 'declined', 'declined-by-reviewer', 'refused');
  } else {
    loan.approved = { amountFen: amountFen ?? null, termMonths: termMonths ?? null, annualRateBps: annualRateBps ?? null, grade: grade ?? null };
    await showBusy(life, 'platform', 'Approved by a reviewer');
  }
  answerDone(life, asked);
}

/** @returns whether the review's days went by without a decision. */
async function undecided(life: Life, otherwise: string): Promise<boolean> {
  const woken = await standBy(life, {
    untilMs: deadlineMs(life),
    owner: 'reviewer', summary: 'A reviewer decides', otherwise, wake: () => life.inbox.review !== undefined,
  });
  return woken === 'reached';
}

function deadlineMs(life: Life): number {
  const { terms } = life.loan;
  return instantAt(addDays(life.today(), terms.reviewDays), terms.businessMinute, terms.zoneOffsetMinutes);
}

const taskKey = (life: Life, role: string) => `${life.loan.loanNo}:review:${role}`;

async function askFor(life: Life, role: 'reviewer' | 'supervisor'): Promise<void> {
  const { loan } = life;
  await inRecord(`A task for the ${role}`).openTask({
    key: taskKey(life, role), kind: 'review', role, workflowId: loan.loanNo, loanNo: loan.loanNo, personId: loan.borrowerId,
    title: `Review of ${loan.loanNo}`, details: { code: loan.referred, grade: loan.grade, requestedFen: loan.requestedFen },
    dueAt: isoInstant(deadlineMs(life)), asOf: life.asOf(),
  });
}

async function closeTasks(life: Life, state: 'done' | 'dropped', decision: string, by: string): Promise<void> {
  for (const role of ['reviewer', 'supervisor']) await inRecord('Review task closed').closeTask({ key: taskKey(life, role), state, decision, by });
}
