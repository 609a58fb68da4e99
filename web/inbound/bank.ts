/** The custody bank calls back: its server's notifications, and the browser that it sends home. */
import { Router, type Response } from 'express';
import { accountReady, bidsChanged, instructionDone } from '../../workflows/contract.js';
import { businessNow, currentSegment } from '../../db/clock.js';
import { AmountDiffers, OutOfOrder, UnknownInstruction, recordOutcome, type Recorded } from '../../db/outcomes.js';
import { recordReturnedPayout } from '../../db/outcomes/cash.js';
import { find } from '../../db/instructions.js';
import { findAccountByUserNo } from '../../db/accounts.js';
import { inTransaction, rows } from '../../db/pool.js';
import { poke } from '../../db/waiting.js';
import { InvalidBankMessage } from '../../gateways/custody/inbound.js';
import type { WebDeps } from '../deps.js';
import { createWorkflows, governedTime } from '../updates.js';
import { createGatherer } from '../gather.js';

type BankMessage = ReturnType<WebDeps['custodyInbound']['verify']>;

/** A workflow takes a handful of messages a second in comfort: bids and batch details are gathered. */
const gatherMs = 1_000;
const fundPrefix = 'fund:';
/** Acts after which a borrower's account may be ready for a loan that waits for it. */
const preparing: ReadonlySet<string> = new Set(['register', 'bind-card', 'authorise']);

export function bankRouter(deps: WebDeps): { router: Router; close(): Promise<void> } {
  const { pool, custodyInbound, log, settings } = deps;
  const workflows = createWorkflows(deps.temporal, { confirmWithinMs: settings.confirmWithinMs, log });
  /** For what a person has done at the bank: on a governed clock the loan is told the time first. The bank's own word comes at moments that the loan waits for. */
  const people = createWorkflows(deps.temporal, { confirmWithinMs: settings.confirmWithinMs, log, governedNow: governedTime(deps) });
  const lastRequest = new Map<string, string>();
  const gatherer = createGatherer(tellGathered, gatherMs);
  const router = Router();

  router.post('/bank/notify', async (request, response) => {
    const message = verified(request.body, response);
    if (!message) return;
    try {
      await take(message);
      response.type('text/plain').send('SUCCESS');
    } catch (error) {
      answerFault(error, message, response);
    }
  });

  /** No session comes with this cross-site POST, and it proves nothing by itself: it only leads to a page that asks the record. */
  router.post('/bank/return', (request, response) => {
    try {
      const message = custodyInbound.verify(request.body);
      response.redirect(303, `/account/bank/${encodeURIComponent(message.requestNo)}`);
    } catch (error) {
      if (!(error instanceof InvalidBankMessage)) throw error;
      log.warn({ fault: error.fault }, 'a return from the bank was not signed as it should be');
      response.redirect(303, '/account/bank-unverified');
    }
  });
  return { router, close: () => gatherer.close() };

  function verified(body: unknown, response: Response): BankMessage | null {
    try {
      const message = custodyInbound.verify(body);
      // A callback is for the browser's way home; here it would be believed as the server's word.
      if (message.via !== 'notify') throw new InvalidBankMessage('relabelled', 'a callback at the door for notifications');
      return message;
    } catch (error) {
      if (!(error instanceof InvalidBankMessage)) throw error;
      log.warn({ fault: error.fault }, 'a message in the name of the bank was refused');
      response.status(403).type('text/plain').send('REFUSED');
      return null;
    }
  }

  /** Verify → record the outcome → tell the workflow on the row; then SUCCESS. Without it the bank repeats. */
  async function take(message: BankMessage): Promise<void> {
    const at = new Date(businessNow(await currentSegment(pool), deps.clock())).toISOString();
    const { requestNo, outcome, details, user } = message;
    await pool.query('INSERT INTO bank_message (request_no, act, via, outcome) VALUES ($1, $2, $3, $4)', [requestNo, message.act, message.via, outcome.status]);
    if (message.act === 'payout-returned') {
      if (outcome.status !== 'done') return;
      const { workflowId } = await recordReturnedPayout(pool, { requestNo, at: outcome.at, bankNo: outcome.bankNo });
      return tell(workflowId, requestNo);
    }
    const recorded = await recordOutcome(pool, { requestNo, outcome, details, at, user });
    if (recorded.changed) await tellRecorded(recorded, requestNo, message.act === 'batch');
    if (recorded.terminal && preparing.has(recorded.verb)) await tellPreparingLoans(requestNo);
  }

  /** A workflow that has the outcome from the answer, or will find it in the record at its next step, is not disturbed. */
  async function tellRecorded(recorded: Recorded, requestNo: string, batch: boolean): Promise<void> {
    const funding = recorded.workflowId.startsWith(fundPrefix);
    if (!funding && !recorded.awaited) return;
    if (funding || batch) {
      lastRequest.set(recorded.workflowId, requestNo);
      gatherer.news(recorded.workflowId);
      return;
    }
    await tell(recorded.workflowId, requestNo);
  }

  async function tellGathered(workflowId: string): Promise<void> {
    const requestNo = lastRequest.get(workflowId) ?? '';
    lastRequest.delete(workflowId);
    try {
      if (!workflowId.startsWith(fundPrefix)) return await tell(workflowId, requestNo);
      note(workflowId, await workflows.signal(workflowId, bidsChanged));
    } catch (error) {
      log.error({ workflowId, error: (error as Error).message }, 'a workflow could not be told of the bank\'s word and will ask');
    }
  }

  async function tell(workflowId: string, requestNo: string): Promise<void> {
    note(workflowId, await workflows.signal(workflowId, instructionDone, { requestNo }));
  }

  /** Loans of this borrower that wait for an open account, a card and authorisations look again. */
  async function tellPreparingLoans(requestNo: string): Promise<void> {
    const instruction = await find(pool, requestNo);
    const account = instruction?.userNo ? await findAccountByUserNo(pool, instruction.userNo) : null;
    if (account?.bankRole !== 'BORROWERS') return;
    const waiting = await rows<{ loanNo: string }>(pool, `SELECT loan_no AS "loanNo" FROM loan WHERE borrower_id = $1 AND state = 'preparing'`, [account.personId]);
    for (const { loanNo } of waiting) {
      await inTransaction(pool, (tx) => poke(tx, loanNo));
      note(loanNo, await people.signal(loanNo, accountReady));
    }
  }

  /** The outcome is recorded; a workflow that could not be told finds it when its wait is over. */
  function note(workflowId: string, told: { status: string }): void {
    if (told.status !== 'done') log.warn({ workflowId, told: told.status }, 'a workflow was not told of the bank\'s word and will ask');
  }

  function answerFault(error: unknown, message: BankMessage, response: Response): void {
    const { requestNo } = message;
    if (error instanceof UnknownInstruction) {
      log.warn({ requestNo }, 'the bank speaks of a request that we do not know');
      response.status(404).type('text/plain').send('UNKNOWN REQUEST');
    } else if (error instanceof OutOfOrder) {
      response.status(503).type('text/plain').send('LATER');
    } else if (error instanceof AmountDiffers) {
      log.error({ requestNo, askedFen: error.askedFen, saidFen: error.saidFen }, 'the bank says another amount than it was asked for');
      response.status(409).type('text/plain').send('AMOUNT DIFFERS');
    } else throw error;
  }
}
