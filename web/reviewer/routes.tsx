import { Router } from 'express';
import type { Request, Response } from 'express';
import { deskTask, deskTasks, noteTask, type DeskTask } from '../../db/desk.js';
import { recordAct } from '../../db/acts.js';
import { inTransaction } from '../../db/pool.js';
import { returnTask, takeTask } from '../../db/tasks.js';
import { pokeWaiting } from '../../db/waiting.js';
import type { Role } from '../../db/people.js';
import { decideIdentity, decideReview } from '../../workflows/contract.js';
import type { Area } from '../area.js';
import { InstantText } from '../components/dates.js';
import { Form, type FormErrors } from '../components/form.js';
import { Notice, State } from '../components/state.js';
import { readListQuery } from '../components/table.js';
import { ownCase } from '../desk/own-case.js';
import { actingRole } from '../desk/role.js';
import { lookAtPerson, maskedPerson, type ShownPerson } from '../desk/personal.js';
import { plainWords, taskReason } from '../desk/words.js';
import { notFound, PageError } from '../errors.js';
import { requireRole } from '../guard.js';
import { Input } from '../input.js';
import { Layout, sendPage } from '../layout.js';
import { answerTold } from '../told.js';
import { personOf, visitOf, wantsJson } from '../visit.js';
import { DecisionForm, readDecision } from './decision.js';
import { readDossier, type Dossier } from './dossier.js';
import { Evidence } from './evidence.js';
import { IdentityForm, readIdentityDecision } from './identity.js';
import { QueuePage } from './queue.js';

const roles: readonly Role[] = ['reviewer', 'supervisor'];
const kinds = ['review', 'identity-review'] as const;
const pageSize = 50;
/** A program reads the whole queue at once. */
const maxListed = 1_000;

/** The reviewer's desk: the queue, the evidence, the decision. */
export const reviewerArea: Area = (deps) => {
  const { pool, vault, workflows } = deps;
  const router = Router();
  const reviewer = requireRole('reviewer', 'supervisor');

  router.get('/reviewer', reviewer, async (request, response) => {
    const list = readListQuery(request.query, ['due']);
    if (wantsJson(request)) return void response.json({ tasks: (await queue(response, maxListed, 0)).map(listed) });
    const tasks = await queue(response, pageSize + 1, (list.page - 1) * pageSize);
    sendPage(response, <QueuePage tasks={tasks.slice(0, pageSize)} viewerId={personOf(response).id} decided={decidedOf(request)} page={list.page} hasMore={tasks.length > pageSize} />);
  });

  router.get('/reviewer/tasks/:id', reviewer, async (request, response) => {
    const dossier = await dossierOf(request, response);
    if (wantsJson(request)) {
      const { task, loan, application, score, reports, otherLoans } = dossier;
      return void response.json({ task, loan, application: application && { ...application, employerCipher: undefined }, score, reports, otherLoans });
    }
    sendPage(response, <TaskPage dossier={dossier} shown={await maskedPerson(deps, dossier.personId)} viewerId={personOf(response).id} decided={decidedOf(request)} typed={{}} errors={{}} />);
  });

  /** Answered with the page itself, not by a redirect: what was opened is shown once, and looking again is recorded again. */
  router.post('/reviewer/tasks/:id/look', reviewer, async (request, response) => {
    const dossier = await dossierOf(request, response);
    const { task, personId } = dossier;
    const shown = await lookAtPerson(deps, visitOf(response), { personId, what: 'identity', role: actingRole(personOf(response), roles), because: `task ${task.id}${task.loanNo ? ` of ${task.loanNo}` : ''}` });
    const sealed = dossier.application?.employerCipher;
    sendPage(response, <TaskPage dossier={dossier} shown={shown} employer={sealed ? vault.open(sealed) : null} viewerId={personOf(response).id} typed={{}} errors={{}} />);
  });

  router.post('/reviewer/tasks/:id/take', reviewer, async (request, response) => {
    const { task } = await dossierOf(request, response);
    const taken = await inTransaction(pool, async (tx) => {
      if (!(await takeTask(tx, task.id, personOf(response).id))) return false;
      if (task.takenBy === null) await recordAct(tx, { actor: personOf(response).id, role: actingRole(personOf(response), roles), verb: 'take-task', subject: task.loanNo ?? task.personId ?? task.key, after: { taskId: task.id }, businessAt: visitOf(response).asOf });
      return true;
    });
    if (!taken) throw notYours(task);
    response.redirect(303, `/reviewer/tasks/${task.id}`);
  });

  router.post('/reviewer/tasks/:id/return', reviewer, async (request, response) => {
    const { task } = await dossierOf(request, response);
    const returned = await inTransaction(pool, async (tx) => {
      if (!(await returnTask(tx, task.id, personOf(response).id))) return false;
      await recordAct(tx, { actor: personOf(response).id, role: actingRole(personOf(response), roles), verb: 'return-task', subject: task.loanNo ?? task.personId ?? task.key, after: { taskId: task.id }, businessAt: visitOf(response).asOf });
      return true;
    });
    if (!returned) throw notYours(task);
    response.redirect(303, '/reviewer');
  });

  router.post('/reviewer/tasks/:id/decide', reviewer, async (request, response) => {
    const dossier = await dossierOf(request, response);
    const { task } = dossier;
    const [visit, person] = [visitOf(response), personOf(response)];
    const input = new Input(request.body);
    const { key } = input;
    const isReview = task.kind === 'review';
    const review = isReview ? readDecision(input, dossier, visit.today) : null;
    const identity = isReview ? null : readIdentityDecision(input);
    if (!input.ok) {
      return sendPage(response, <TaskPage dossier={dossier} shown={await maskedPerson(deps, dossier.personId)} viewerId={person.id} typed={input.typed} errors={input.errors} />, 422);
    }
    // A task that was decided meanwhile is told on all the same: the same key is answered as before, another is refused by the workflow.
    if (task.state === 'open') await begin(task, person.id, review?.note ?? identity?.note ?? '');
    const told = review
      ? await workflows.update(task.workflowId, decideReview, key, { reviewerId: person.id, ...review.figures })
      : await workflows.update(task.workflowId, decideIdentity, key, { reviewerId: person.id, approve: identity?.approve ?? false, reason: identity?.reason ?? '' });
    const next = told.status === 'done' ? await nextTask(response, task.id) : '/reviewer';
    answerTold<unknown>(response, told, {
      name: isReview ? 'decide-review' : 'decide-identity', action: `/reviewer/tasks/${task.id}/decide`, button: 'Record the decision', key, hidden: input.fields, back: { href: `/reviewer/tasks/${task.id}`, text: 'The task' },
    }, () => next);
  });
  return router;

  /** Open tasks that this person may work: none about themselves. */
  async function queue(response: Response, limit: number, offset: number): Promise<DeskTask[]> {
    const person = personOf(response);
    const tasks = await deskTasks(pool, { kinds, roles: roles.filter((role) => person.roles.includes(role)), limit, offset, notAbout: person.id });
    return tasks;
  }

  /** The task in the address, if it is one of this desk's and not about the reviewer. */
  async function dossierOf(request: Request, response: Response): Promise<Dossier> {
    const id = String(request.params['id']);
    const task = /^\d{1,15}$/.test(id) ? await deskTask(pool, Number(id)) : null;
    if (!task || !(kinds as readonly string[]).includes(task.kind) || !task.personId) throw notFound();
    if (task.personId === personOf(response).id) throw ownCase();
    return readDossier(pool, task, task.personId);
  }

  /** Takes the task for the decision, keeps the note, and lets the clock wait for the workflow that is about to be told. */
  async function begin(task: DeskTask, personId: string, note: string): Promise<void> {
    const taken = await inTransaction(pool, async (tx) => {
      if (!(await takeTask(tx, task.id, personId))) return false;
      if (note) await noteTask(tx, task.id, note);
      await pokeWaiting(tx, [task.workflowId]);
      return true;
    });
    if (!taken) throw notYours(task);
  }

  async function nextTask(response: Response, decidedId: number): Promise<string> {
    const person = personOf(response);
    const open = (await queue(response, pageSize, 0)).filter((task) => task.id !== decidedId);
    const next = open.find((task) => task.takenBy === person.id) ?? open.find((task) => task.takenBy === null);
    return next ? `/reviewer/tasks/${next.id}?decided=${decidedId}` : `/reviewer?decided=${decidedId}`;
  }
};

/** The task that was decided just before, for a word on the next page. */
function decidedOf(request: Request): string | null {
  const { decided } = request.query;
  return typeof decided === 'string' && /^\d{1,15}$/.test(decided) ? decided : null;
}

function listed(task: DeskTask) {
  return { taskId: task.id, kind: task.kind, loanNo: task.loanNo, personId: task.personId, dueAt: task.dueAt, takenBy: task.takenBy };
}

function notYours(task: DeskTask): PageError {
  return new PageError(409, {
    code: 'task-taken', title: 'Somebody else has this task', why: task.state === 'open' ? 'A colleague took it before you. Nothing was decided by you.' : `It has been decided already: ${task.decision ?? task.state}.`,
    next: 'Go back to the queue and take another one.',
  });
}

interface TaskPageProps { dossier: Dossier; shown: ShownPerson; employer?: string | null; viewerId: string; decided?: string | null; typed: Record<string, string>; errors: FormErrors }

function TaskPage({ dossier, shown, employer = null, viewerId, decided = null, typed, errors }: TaskPageProps) {
  const { task } = dossier;
  return (
    <Layout title={task.title} wide>
      {decided ? <Notice tone="good"><p>Task {decided} is decided; this is the next one.</p></Notice> : null}
      <div class="two">
        <Evidence dossier={dossier} shown={shown} employer={employer} />
        <section aria-label="Decision">
          <h2>Decision</h2>
          <Standing task={task} viewerId={viewerId} />
          {task.state === 'open' && (task.takenBy === null || task.takenBy === viewerId) ? (
            <>
              {task.kind === 'review' ? <DecisionForm dossier={dossier} typed={typed} errors={errors} /> : <IdentityForm dossier={dossier} typed={typed} errors={errors} />}
              {task.takenBy === viewerId
                ? <Form name="return" action={`/reviewer/tasks/${task.id}/return`} button="Put back into the queue" tone="plain" accessKey="u" />
                : <Form name="take" action={`/reviewer/tasks/${task.id}/take`} button="Take it" tone="plain" accessKey="t" />}
            </>
          ) : null}
          {task.note ? <Notice><p>Note: {task.note}</p></Notice> : null}
          <p><a href="/reviewer" accessKey="j">Queue</a></p>
          <p class="small">Keys, with Alt or as your browser has it: d decide, n note, t take, u put back, p papers, j queue and there the next one.</p>
        </section>
      </div>
    </Layout>
  );
}

function Standing({ task, viewerId }: { task: DeskTask; viewerId: string }) {
  const why = taskReason(task.details) ? ` because of: ${taskReason(task.details).toLowerCase()}` : '';
  if (task.state !== 'open') return <State tone="calm" word="Decided">{plainWords(task.decision ?? task.state)}{task.takenBy ? `, by ${task.takenBy}` : ''}.</State>;
  if (task.takenBy !== null && task.takenBy !== viewerId) return <State tone="warn" word={`With ${task.takenBy}`}>A colleague has taken this task{why}.</State>;
  return (
    <State tone="warn" word={task.takenBy ? 'With you' : 'Open'}>
      A {task.role} decides{task.dueAt ? <> by <InstantText at={task.dueAt} act /></> : null}{why}. If nobody does, a supervisor is asked, and then it lapses.
    </State>
  );
}
