/** One loan in arrears: what is owed, what may be said and when, what was said so far; beside it what to do. */
import { Router } from 'express';
import type { Request, Response } from 'express';
import type { ComponentChildren, VNode } from 'preact';
import { arrearsOf, promisesOf, type ShownPromise } from '../../db/collector.js';
import { contactsOfLoan, type Contact } from '../../db/contacts.js';
import { messagesOfLoan, type Message } from '../../db/messages.js';
import type { AreaDeps } from '../area.js';
import { DateText, InstantText } from '../components/dates.js';
import { Facts } from '../components/facts.js';
import { Money } from '../components/money.js';
import { Badge, Empty, State } from '../components/state.js';
import { Table } from '../components/table.js';
import { ownCase } from '../desk/own-case.js';
import { lookAtPerson, maskedPerson, PersonFacts, type ShownPerson } from '../desk/personal.js';
import { actingRole } from '../desk/role.js';
import { stateTone, stateWord } from '../desk/state-words.js';
import { WorkflowLink } from '../desk/temporal-link.js';
import { plainWords, taskReason } from '../desk/words.js';
import { notFound, PageError } from '../errors.js';
import { Layout, sendPage } from '../layout.js';
import { hasRole, personOf, visitOf, wantsJson } from '../visit.js';
import { WorkForms, type Again } from './forms.js';
import { listed } from './queue.js';
import { mayLook, mayWork, workRoles } from './roles.js';
import { standingOf, type Arrears } from './standing.js';
import { contactSentence, SpeakingRules } from './words.js';

export interface CollectorView { loan: Arrears; contacts: Contact[]; promises: ShownPromise[]; messages: Message[] }

export function loanRouter(deps: AreaDeps): Router {
  const router = Router();
  router.get('/collector/loans/:loanNo', mayLook, async (request, response) => {
    const view = await readView(deps, request, response);
    if (wantsJson(request)) {
      const messages = view.messages.map(({ toCipher: _sealed, ...message }) => message);
      return void response.json({ loan: { ...listed(view.loan), dues: view.loan.dues }, contacts: view.contacts, promises: view.promises, messages });
    }
    await sendLoan(deps, response, view);
  });

  /** The number is shown only when the debtor may be called; each look is recorded. Answered with the page itself, so that it is shown once. */
  router.post('/collector/loans/:loanNo/number', mayWork, async (request, response) => {
    const view = await readView(deps, request, response);
    const { loan } = view;
    if (!loan.contact.allowed) {
      throw new PageError(409, { code: `contact-${loan.contact.why}`, title: 'The debtor must not be called now', why: `The number stays sealed, because contact is not allowed: ${plainWords(loan.contact.why ?? '').toLowerCase()}.`, next: 'The loan page says from when it is allowed, or who has to decide first.' });
    }
    const shown = await lookAtPerson(deps, visitOf(response), { personId: loan.borrowerId, what: 'phone', role: actingRole(personOf(response), workRoles), because: `arrears of ${loan.loanNo}` });
    await sendLoan(deps, response, view, { shown });
  });
  return router;
}

/** The loan in the address as it stands today. @throws PageError 404, or 403 when it is the viewer's own. */
export async function readView({ pool }: AreaDeps, request: Request, response: Response): Promise<CollectorView> {
  const loanNo = String(request.params['loanNo']);
  const found = /^LN\d{1,12}$/.test(loanNo) ? await arrearsOf(pool, loanNo) : null;
  if (!found) throw notFound();
  if (found.borrowerId === personOf(response).id) throw ownCase();
  const { now, today } = visitOf(response);
  const [standing, contacts, promises, messages] = await Promise.all([standingOf(pool, [found], now, today), contactsOfLoan(pool, loanNo), promisesOf(pool, loanNo), messagesOfLoan(pool, loanNo)]);
  return { loan: standing[0] as Arrears, contacts, promises, messages };
}

export async function sendLoan(deps: AreaDeps, response: Response, view: CollectorView, options: { shown?: ShownPerson; again?: Again } = {}): Promise<void> {
  const shown = options.shown ?? (await maskedPerson(deps, view.loan.borrowerId));
  sendPage(response, <CollectorPage view={view} shown={shown} works={hasRole(visitOf(response), ...workRoles)} again={options.again ?? null} />, options.again ? 422 : 200);
}

function CollectorPage({ view, shown, works, again }: { view: CollectorView; shown: ShownPerson; works: boolean; again: Again | null }): VNode {
  const { loan } = view;
  const { carried } = loan;
  return (
    <Layout title={`Arrears of ${loan.loanNo}`} wide>
      <div class="two">
        <section aria-label="Evidence">
          <State tone={stateTone(carried.state)} word={stateWord[carried.state]}>{loan.daysPastDue} days past due, <Money fen={loan.dueFen} /> overdue.{loan.summary ? ` ${loan.summary}.` : ''}</State>
          <Arrears loan={loan} />
          <h2>The debtor</h2>
          <PersonFacts shown={shown} reveal={works && loan.contact.allowed ? { action: `/collector/loans/${loan.loanNo}/number`, what: 'phone' } : undefined} />
          <h2>What may be said, and when</h2>
          <SpeakingRules profile={carried.profile} loanNo={loan.loanNo} />
          <h2>Contacts so far</h2>
          <Contacts contacts={view.contacts} messages={view.messages} />
          <h2>Promises</h2>
          <Promises promises={view.promises} />
          <p><a href={`/operations/loans/${loan.loanNo}`}>The whole loan</a>{loan.workflowId ? <> · <WorkflowLink id={loan.workflowId} text="The episode's workflow" /></> : null}</p>
        </section>
        <section aria-label="Decision">
          <h2>What to do</h2>
          <State tone={loan.contact.allowed ? 'good' : 'warn'} word={loan.contact.allowed ? 'May be called now' : 'Not to be called now'}>{contactSentence(loan)}</State>
          {loan.tasks.length > 0 ? <ul>{loan.tasks.map((task) => <li key={task.id}>{task.title} <span class="small">({task.role}: {(taskReason(task.details) || plainWords(task.kind)).toLowerCase()})</span></li>)}</ul> : null}
          {works ? <WorkForms loan={loan} again={again} /> : null}
          <p><a href="/collector" accessKey="j">Queue</a></p>
        </section>
      </div>
    </Layout>
  );
}

function Arrears({ loan }: { loan: Arrears }): VNode {
  const { dues } = loan;
  const total = (pick: (due: (typeof dues)[number]) => number) => <Money fen={dues.reduce((sum, due) => sum + pick(due), 0)} />;
  return (
    <>
      <h2>What is overdue</h2>
      <Table
        caption="Instalments overdue" rows={dues} empty="Nothing is overdue, because everything that was due has been paid."
        columns={[
          { heading: 'No.', cell: (due) => due.no, total: 'Total' }, { heading: 'Due', cell: (due) => <DateText date={due.dueDate} act /> },
          { heading: 'Principal', number: true, cell: (due) => <Money fen={due.principalFen} />, total: total((due) => due.principalFen) },
          { heading: 'Interest', number: true, cell: (due) => <Money fen={due.interestFen} />, total: total((due) => due.interestFen) },
          { heading: 'Late interest', number: true, cell: (due) => <Money fen={due.lateInterestFen} />, total: total((due) => due.lateInterestFen) },
          { heading: 'Fee', number: true, cell: (due) => <Money fen={due.feeFen} />, total: total((due) => due.feeFen) },
        ]}
      />
      {loan.frozenFen > 0 ? <Facts facts={[['Frozen at the bank, being shared out', <Money fen={loan.frozenFen} />], ['Still owed', <Money fen={loan.dueFen} />]]} /> : null}
    </>
  );
}

function Contacts({ contacts, messages }: { contacts: Contact[]; messages: Message[] }): VNode {
  if (contacts.length === 0) return <Empty>None yet, because the first step of the ladder has not been reached.</Empty>;
  const sent = new Map(messages.map((message) => [message.id, message]));
  return (
    <>
      {[...contacts].reverse().map((contact) => {
        const message = contact.messageId === null ? undefined : sent.get(contact.messageId);
        return (
          <details key={contact.id}>
            <summary><InstantText at={contact.businessAt} /> {plainWords(contact.channel)} to …{contact.toLast4}: {plainWords(contact.outcome && contact.outcome !== 'none' ? contact.outcome : contact.state)} <span class="small">by {contact.by.replace(/^workflow:/, '')}</span></summary>
            <Facts facts={receipts(contact, message)} />
            {message ? <pre>{message.body}</pre> : null}
            {contact.transcript ? <pre>{contact.transcript}</pre> : null}
          </details>
        );
      })}
    </>
  );
}

function receipts(contact: Contact, message: Message | undefined): [string, ComponentChildren][] {
  return [
    ["The network's receipt", message?.providerNo ?? contact.providerNo], ['Delivery', message ? `${message.state}${message.reason ? ` (${message.reason})` : ''}` : null],
    ['Keys pressed', contact.digits], ['Placed (wall clock)', <InstantText at={contact.placedAt} />], ['Ended (wall clock)', contact.endedAt ? <InstantText at={contact.endedAt} /> : 'under way'], ['Reference', contact.key],
  ];
}

function Promises({ promises }: { promises: ShownPromise[] }): VNode {
  return (
    <Table
      caption="Promises to pay" rows={promises} empty="None, because the debtor has not promised anything yet."
      columns={[
        { heading: 'Promised on', cell: (promise) => <DateText date={promise.promisedOn} /> }, { heading: 'Amount', number: true, cell: (promise) => <Money fen={promise.amountFen} /> },
        { heading: 'To pay by', cell: (promise) => <DateText date={promise.dueOn} act={promise.state === 'open'} /> },
        { heading: 'State', cell: (promise) => <Badge tone={promise.state === 'kept' ? 'good' : promise.state === 'broken' ? 'bad' : 'warn'}>{promise.state}</Badge> },
        { heading: 'Taken by', cell: (promise) => promise.takenBy.replace(/^workflow:/, '') },
      ]}
    />
  );
}
