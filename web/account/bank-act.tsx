/** What a person does on the bank's own pages: written down, followed by a workflow, then the browser is carried there. */
import { randomInt } from 'node:crypto';
import type { Response } from 'express';
import { recordAct } from '../../db/acts.js';
import { bankUserNo, type AuthorisationType, type BankRole } from '../../db/accounts.js';
import { segmentNow } from '../../db/clock.js';
import { intend, isTerminal, latestTry, markSent, type Instruction } from '../../db/instructions.js';
import { inTransaction, type Transaction } from '../../db/pool.js';
import { poke } from '../../db/waiting.js';
import type { Person } from '../../db/people.js';
import { movementWorkflowId, taskQueues, workflowTypes, type MovementInput } from '../../workflows/contract.js';
import type { AreaDeps } from '../area.js';
import { Layout, sendPage } from '../layout.js';
import type { Told } from '../updates.js';
import type { Visit } from '../visit.js';

export type BankVerb = 'register' | 'open-enterprise' | 'bind-card' | 'unbind-card' | 'change-mobile' | 'reset-password' | 'authorise' | 'cancel-authorisation' | 'deposit' | 'withdraw';

/** First letter of the request number; `R…` opens an account, `C…` is about a card, `A…` about authority and number. */
const letters: Record<BankVerb, string> = { register: 'R', 'open-enterprise': 'R', 'bind-card': 'C', 'unbind-card': 'C', 'change-mobile': 'A', 'reset-password': 'A', authorise: 'A', 'cancel-authorisation': 'A', deposit: 'D', withdraw: 'W' };

export interface BankWish {
  verb: BankVerb;
  bankRole: BankRole;
  /** The account that the person acts for; left out: their own in that role. */
  userNo?: string;
  /** The form's idempotency key. */
  key: string;
  amountFen: number;
  /** Ids, codes and amounts only; `returnTo` is the page to go on with. */
  details: { returnTo: string; types?: AuthorisationType[]; type?: AuthorisationType; maxFen?: number; failTime?: string; urgency?: 'normal' | 'urgent' };
}

/** The business key of an act: the same form is the same act. */
export const actKey = (personId: string, formKey: string): string => `${personId}:${formKey}`;

/** Runs in the transaction that writes the wish, when it is new. */
export type WithWish = (tx: Transaction, requestNo: string) => Promise<void>;

/**
 * Writes the wish and starts the workflow that follows it to its end. The same key finds the first one. `told` says whether
 * Temporal has taken it; until then the person is not sent to the bank.
 */
export async function beginBankAct(deps: AreaDeps, visit: Visit, person: Person, wish: BankWish, also: WithWish = () => Promise.resolve()): Promise<{ instruction: Instruction; told: Told<null> }> {
  const businessKey = actKey(person.id, wish.key);
  const instruction = await inTransaction(deps.pool, async (tx) => {
    await tx.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [businessKey]);
    const known = await latestTry(tx, businessKey);
    if (known) return known;
    const requestNo = `${letters[wish.verb]}${visit.today.replaceAll('-', '')}${String(randomInt(1_000_000_000)).padStart(9, '0')}`;
    const written = await intend(tx, {
      businessKey, requestNo, verb: wish.verb, amountFen: wish.amountFen, userNo: wish.userNo ?? bankUserNo(person.id, wish.bankRole), workflowId: movementWorkflowId(requestNo),
      step: 'movement', asOf: visit.asOf, details: { ...wish.details },
    });
    await poke(tx, movementWorkflowId(requestNo));
    await recordAct(tx, { actor: person.id, role: wish.userNo ? 'enterprise-agent' : wish.bankRole === 'INVESTOR' ? 'lender' : 'borrower', verb: `ask-bank:${wish.verb}`, subject: requestNo, after: { amountFen: wish.amountFen }, businessAt: visit.asOf });
    await also(tx, requestNo);
    return written;
  });
  if (isTerminal(instruction)) return { instruction, told: { status: 'done', result: null } };
  const input: MovementInput = { requestNo: instruction.requestNo, verb: instruction.verb, personId: person.id, clock: await segmentNow(deps.pool, deps.clock()) };
  const told = await deps.workflows.start(workflowTypes.movement, { workflowId: movementWorkflowId(instruction.requestNo), taskQueue: taskQueues.loans, args: [input] });
  return { instruction, told };
}

/** The signed form, fresh each time it is shown, for the bank refuses one older than ten minutes. */
export async function carryToBank(deps: AreaDeps, response: Response, requestNo: string, form: { action: string; fields: Record<string, string> }, doing: string): Promise<void> {
  await markSent(deps.pool, requestNo);
  sendPage(response, (
    <Layout title="To the custody bank" scripts={['handover.js']}>
      <p>{doing} You are being taken to the bank's own page; only there do you type your trading password. Afterwards the bank brings you back.</p>
      <form method="post" action={form.action} data-handover data-form="to-bank" id="to-bank">
        {Object.entries(form.fields).map(([name, value]) => <input key={name} type="hidden" name={name} value={value} />)}
        <p class="actions"><button class="primary">Continue at the bank</button> <a href={`/account/bank/${requestNo}`}>I have been there already</a></p>
      </form>
      <p class="small">Request {requestNo}</p>
    </Layout>
  ));
}
