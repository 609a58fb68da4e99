import { decimalYuan } from '../../domain/money.js';
import { percentOfBps } from '../../domain/percent.js';
import { UnexpectedPage, Visitor } from '../visitor.js';
import type { World } from './world.js';

interface Queue { tasks: { taskId: number; kind: string; loanNo: string | null }[] }
export interface Approval { amountFen?: number; termMonths?: number; annualRateBps?: number; grade?: string; note: string }

/** Somebody of the platform at their desk. */
export class Reviewer {
  private readonly visitor: Visitor;
  constructor(world: World, private readonly logIn: { email: string; password: string }) {
    this.visitor = new Visitor(world.platform);
  }

  async arrive(): Promise<void> {
    const page = await this.visitor.submit(await this.visitor.open('/log-in'), 'log-in', this.logIn);
    if (page.has('log-in')) throw new UnexpectedPage(page, 'to be logged in');
  }

  async queue(): Promise<Queue['tasks']> {
    return (await this.visitor.read<Queue>('/reviewer')).tasks;
  }

  /** Approves an application with the figures given; the others are the product's. */
  async approve(taskId: number, approval: Approval, key: string): Promise<void> {
    const { amountFen, termMonths, annualRateBps, grade, note } = approval;
    const typed: Record<string, string> = { key, decision: 'approve', note };
    if (amountFen !== undefined) typed['amount'] = decimalYuan(amountFen);
    if (termMonths !== undefined) typed['termMonths'] = String(termMonths);
    if (annualRateBps !== undefined) typed['ratePercent'] = percentOfBps(annualRateBps);
    if (grade !== undefined) typed['grade'] = grade;
    const done = await this.visitor.submit(await this.visitor.open(`/reviewer/tasks/${taskId}`), 'decide-review', typed);
    // A decision leads on to the next task, which has the same form.
    const stayed = new URL(done.url).pathname.startsWith(`/reviewer/tasks/${taskId}`);
    if (done.status >= 400 || stayed) throw new UnexpectedPage(done, 'the decision to be recorded');
  }
}
