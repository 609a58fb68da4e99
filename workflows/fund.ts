/** Raising a loan's money: freezes bids as they come, until Σ frozen is the amount, time is over, or the borrower withdraws. */
import { allHandlersFinished, condition, continueAsNew, setHandler, workflowInfo } from '@temporalio/workflow';
import { parseInstant } from '../domain/dates.js';
import { waitWall } from './clock.js';
import { bidsChanged, bidsWaiting, instructionDone, stopFunding } from './contract.js';
import type { FundInput, FundingSums, FundResult } from './contract.js';
import { endErrand, openErrand, persist, showErrand, waitOn, type Errand } from './errand.js';
import { atBank, bankPatience, bidPatienceMs, patience, quietListingMs } from './retries.js';

interface Funding extends Errand { input: FundInput; news: number; bankWords: number; stopped: boolean }

export async function fund(input: FundInput): Promise<FundResult> {
  const funding = openFunding(input);
  const sums = await raise(funding);
  if (sums.frozenFen !== input.targetFen) await release(funding, funding.stopped ? 'cancelled' : 'not-funded-in-time');
  await endErrand(funding, 'Funding has ended', [input.loanNo]);
  await condition(allHandlersFinished);
  if (sums.frozenFen === input.targetFen) return { status: 'full', frozenFen: sums.frozenFen };
  return { status: funding.stopped ? 'cancelled' : 'failed', frozenFen: 0 };
}

function openFunding(input: FundInput): Funding {
  const funding: Funding = Object.assign(openErrand({ clock: input.clock, loanNo: input.loanNo }), { input, news: 0, bankWords: 0, stopped: false });
  setHandler(bidsWaiting, () => void (funding.news += 1), { description: 'Bids with authorisation wait to be frozen.' });
  setHandler(bidsChanged, () => void (funding.news += 1), { description: 'Bids were frozen, refused or cancelled.' });
  setHandler(instructionDone, () => void (funding.bankWords += 1), { description: 'The bank has ended an instruction of the listing.' });
  setHandler(stopFunding, () => void (funding.stopped = true), { description: 'The borrower has withdrawn.' });
  return funding;
}

/** Looks at the sums at every news, and freezes what waits. @returns the sums when it is full, over or stopped. */
async function raise(funding: Funding): Promise<FundingSums> {
  const { input, clock } = funding;
  const deadline = parseInstant(input.deadline);
  for (;;) {
    const [news, lookedAt] = [funding.news, clock.pokes];
    const sums = await persist(funding, 'Freezing of bids', () => atBank('Freezes waiting bids').freezeBids({ loanNo: input.loanNo, asOf: funding.asOf() }));
    if (sums.frozenFen === sums.targetFen || funding.stopped || clock.now() >= deadline) return sums;
    if (sums.waiting > 0) continue;
    const { putOff } = sums;
    await waitOn(funding, {
      // A bank that is closed is asked again when it opens.
      untilMs: putOff ? Math.min(deadline, parseInstant(putOff.until)) : deadline, summary: `${sums.frozenFen} of ${sums.targetFen} fen frozen`, otherwise: 'the listing fails and every hold is released',
      wake: () => funding.news !== news || funding.stopped, lookedAt,
      // Bids in flight, or being paid by hand: their reservations run on the wall clock.
      silenceMs: sums.reservedFen > (putOff?.fen ?? 0) ? bidPatienceMs : quietListingMs,
    });
    await renewWhenLong(funding);
  }
}

/** 流标: every hold is released at the bank before anybody is told that it is over. */
async function release(funding: Funding, code: string): Promise<void> {
  const { input } = funding;
  await showErrand(funding, { nextAt: funding.asOf(), summary: 'Releasing every hold of the listing' });
  for (let asks = 0; ; asks += 1) {
    const words = funding.bankWords;
    const step = await persist(funding, 'Release of holds', () => atBank('Fails the listing and releases every hold').failListing({ loanNo: input.loanNo, code, asOf: funding.asOf() }));
    if (step.status === 'done') return;
    await waitWall(patience(bankPatience, asks), "Release of holds: the bank's word", () => funding.bankWords !== words);
  }
}

async function renewWhenLong(funding: Funding): Promise<void> {
  if (!workflowInfo().continueAsNewSuggested) return;
  await condition(allHandlersFinished);
  if (!funding.stopped) await continueAsNew<typeof fund>({ ...funding.input, clock: funding.clock.segment() });
}
