/** The collector's acts on a loan: each is written down, then the episode's workflow is told under the form's key. */
import { Router } from 'express';
import type { Request, Response } from 'express';
import { recordAct } from '../../db/acts.js';
import { insertHandContact, type ContactEnd, type HandContact } from '../../db/contacts.js';
import { findPerson } from '../../db/people.js';
import { inTransaction, type Transaction } from '../../db/pool.js';
import { closeTasksOf } from '../../db/tasks.js';
import { pokeWaiting } from '../../db/waiting.js';
import { longestPromiseDays } from '../../domain/contact.js';
import { addDays, isValidDate } from '../../domain/dates.js';
import { promiseToPay, recordContact, resolveHold } from '../../workflows/contract.js';
import type { AreaDeps } from '../area.js';
import { moneyText } from '../components/money.js';
import { actingRole } from '../desk/role.js';
import { PageError } from '../errors.js';
import { Input } from '../input.js';
import { outstandingPrincipalFen } from '../../domain/servicing.js';
import { answerTold, type SentForm } from '../told.js';
import { personOf, visitOf } from '../visit.js';
import { channels, holdDecisions, holdReasons, noteLength, outcomes } from './forms.js';
import { readView, sendLoan } from './loan.js';
import { mayWork, workRoles } from './roles.js';
import type { Arrears } from './standing.js';

/** An episode that runs; without one there is nothing to tell. */
type Pursued = Arrears & { workflowId: string; episode: number };

export function workRouter(deps: AreaDeps): Router {
  const { pool, workflows } = deps;
  const router = Router();

  router.post('/collector/loans/:loanNo/contact', mayWork, async (request, response) => {
    const view = await readView(deps, request, response);
    const loan = pursued(view.loan);
    const input = new Input(request.body);
    const { key } = input;
    const channel = input.choice('channel', channels, 'How was the debtor contacted?');
    const outcome = input.choice('outcome', outcomes, 'What came of it?');
    const note = input.text('note', { max: noteLength });
    if (!input.ok) return sendLoan(deps, response, view, { again: { form: 'record-contact', typed: input.typed, errors: input.errors } });
    const contactId = await write(response, loan, { channel, outcome, note }, key, { verb: 'record-contact', after: { channel, outcome } });
    const told = await workflows.update(loan.workflowId, recordContact, key, { collectorId: personOf(response).id, key, contactId, outcome });
    answerTold(response, told, sent(loan, 'record-contact', 'contact', 'Record the contact', input), () => back(loan));
  });

  router.post('/collector/loans/:loanNo/promise', mayWork, async (request, response) => {
    const view = await readView(deps, request, response);
    const loan = pursued(view.loan);
    const { today } = visitOf(response);
    const input = new Input(request.body);
    const { key } = input;
    const most = mostPromised(loan);
    const amountFen = input.amount('amount', { minFen: 1, maxFen: most, missing: 'How much is promised?', tooSmall: 'More than nothing, please.', tooLarge: `At most all that is still to be paid on the loan, ${moneyText(most)}.` });
    const dueOn = input.text('dueOn', { max: 10, missing: 'By which day?' });
    if (dueOn && (!isValidDate(dueOn) || dueOn < today || dueOn > addDays(today, longestPromiseDays))) input.wrong('dueOn', `A day from ${today} to ${addDays(today, longestPromiseDays)}.`);
    const channel = input.choice('promisedIn', channels, 'How was it given?');
    if (!input.ok) return sendLoan(deps, response, view, { again: { form: 'promise', typed: input.typed, errors: input.errors } });
    const told = await workflows.update(loan.workflowId, promiseToPay, key, { takenBy: personOf(response).id, key, amountFen, dueOn });
    if (told.status === 'done') await write(response, loan, { channel, outcome: 'promised', note: `Promised ${moneyText(amountFen)} by ${dueOn}` }, key, { verb: 'take-promise', after: { amountFen, dueOn } });
    answerTold(response, told, sent(loan, 'promise', 'promise', 'Take the promise', input), () => back(loan));
  });

  router.post('/collector/loans/:loanNo/hold', mayWork, (request, response) => decide(request, response, 'resolve-hold'));
  router.post('/collector/loans/:loanNo/legal', mayWork, (request, response) => decide(request, response, 'hand-to-legal'));
  return router;

  async function decide(request: Request, response: Response, form: 'resolve-hold' | 'hand-to-legal'): Promise<void> {
    const view = await readView(deps, request, response);
    const loan = pursued(view.loan);
    const input = new Input(request.body);
    const { key } = input;
    const decision = form === 'hand-to-legal' ? 'to-legal' : input.choice('decision', holdDecisions, 'How does it go on?');
    const reason = input.choice('reason', holdReasons, 'Choose a reason.');
    const why = input.text('why', { max: noteLength });
    if (reason === 'other' && why === '') input.wrong('why', 'Explain it in a sentence: the reason you chose says nothing by itself.');
    if (form === 'hand-to-legal') input.mustTick('confirmed', 'Confirm that the loan is to be handed over.');
    if (!input.ok) return sendLoan(deps, response, view, { again: { form, typed: input.typed, errors: input.errors } });
    await inTransaction(pool, async (tx) => {
      await act(tx, response, loan, { verb: form, before: { hold: loan.hold }, after: { decision, reason }, why: why || null });
      await pokeWaiting(tx, [loan.workflowId, loan.loanNo]);
    });
    const told = await workflows.update(loan.workflowId, resolveHold, key, { personId: personOf(response).id, decision, reason });
    answerTold(response, told, sent(loan, form, form === 'hand-to-legal' ? 'legal' : 'hold', form === 'hand-to-legal' ? 'Hand over to law' : 'Decide', input), () => back(loan));
  }

  /** The contact with its act, in one transaction; the tasks that asked for it are done. The same key is the same contact. */
  async function write(response: Response, loan: Pursued, contact: Pick<HandContact, 'channel' | 'note'> & { outcome: ContactEnd }, key: string, what: { verb: string; after: unknown }): Promise<number> {
    const person = personOf(response);
    const debtor = await findPerson(pool, loan.borrowerId);
    return inTransaction(pool, async (tx) => {
      const { contactId, created } = await insertHandContact(tx, {
        ...contact, key: `${loan.workflowId}:by-hand:${key}`, loanNo: loan.loanNo, episode: loan.episode, personId: loan.borrowerId, toLast4: debtor?.phoneLast4 ?? '', by: person.id, businessAt: visitOf(response).asOf,
      });
      if (created) {
        await act(tx, response, loan, { ...what, why: contact.note || null });
        await closeTasksOf(tx, { workflowId: loan.workflowId, kind: 'collect', decision: contact.outcome, by: person.id });
      }
      await pokeWaiting(tx, [loan.workflowId]);
      return contactId;
    });
  }
}

function act(tx: Transaction, response: Response, loan: Pursued, what: { verb: string; before?: unknown; after: unknown; why: string | null }): Promise<void> {
  const person = personOf(response);
  return recordAct(tx, { actor: person.id, role: actingRole(person, workRoles), subject: loan.loanNo, businessAt: visitOf(response).asOf, ...what });
}

function pursued(loan: Arrears): Pursued {
  const { workflowId, episode } = loan;
  if (workflowId === null || episode === null) {
    throw new PageError(409, { code: 'episode-ended', title: 'Nothing is pursued here', why: 'No collection episode runs for this loan: it is not late, or the law has taken over.', next: 'Go back to the queue.' });
  }
  return { ...loan, workflowId, episode };
}

/** All that the borrower may still have to pay: more than that nobody can promise. */
function mostPromised({ carried, dueFen }: Arrears): number {
  const interestFen = carried.instalments.reduce((sum, each) => sum + each.interestFen - each.paidInterestFen - each.forgivenInterestFen + each.feeFen - each.paidFeeFen, 0);
  return Math.max(dueFen, outstandingPrincipalFen(carried) + interestFen);
}

const back = ({ loanNo }: Arrears): string => `/collector/loans/${loanNo}`;

function sent(loan: Arrears, name: string, path: string, button: string, input: Input): SentForm {
  return { name, action: `${back(loan)}/${path}`, button, key: input.key, hidden: input.fields, back: { href: back(loan), text: 'The loan' } };
}
