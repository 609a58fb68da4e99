/** Freezes for bids and what becomes of them: by hand, by authorisation, released, given back. */
import { findBid } from '../../db/bids.js';
import { find } from '../../db/instructions.js';
import { bankClosed } from '../../db/outcomes.js';
import type { Person } from './cast.js';
import { bid, concludedLoan, freezeBids, listedLoan, mustBeDone, type Listed } from './loans.js';
import type { Stage } from './stage.js';
import type { MoneyVerb } from './verb.js';

export const userPreTransaction: MoneyVerb = {
  name: 'USER_PRE_TRANSACTION', service: 'USER_PRE_TRANSACTION', by: 'person', told: 'USER_PRE_TRANSACTION',
  async prepare(stage, cast, dice) {
    const loan = await listedLoan(stage, cast, dice);
    const lender = dice.one(cast.lenders);
    const amountFen = 10_000 * dice.between(1, 5);
    return {
      act: ({ askedFirst }) => bidByHand(stage, loan, lender, amountFen, askedFirst),
      moves: [{ accounts: [lender.userNo], availableFen: -amountFen, frozenFen: amountFen }], times: 1,
    };
  },
};

/** A lender pays on the bank's page; turned away by a closed bank, the lender comes again an hour later. */
async function bidByHand(stage: Stage, { loanNo }: Listed, lender: Person, amountFen: number, askedFirst: boolean): Promise<void> {
  for (let tries = 1; tries <= 24; tries += 1) {
    const requestNo = await bid(stage, loanNo, lender, amountFen, 'password', `${loanNo}-by-hand-${tries}`);
    const look = (): Promise<unknown> => stage.persist(() => stage.activities.fundingSums({ loanNo, asOf: stage.now() }));
    if (askedFirst && tries === 1) await afterSilence(stage, requestNo, look);
    await stage.press(stage.sign(requestNo, { act: 'hold', projectNo: loanNo, userNo: lender.userNo, purpose: 'bid', amountFen, expiresAt: new Date(Date.now() + 300_000).toISOString() }));
    for (let looks = 0; looks < 50 && !(await stage.listen(requestNo)); looks += 1) {
      await stage.onPending(requestNo);
      await afterSilence(stage, requestNo, look);
    }
    const ended = await find(stage.pool, requestNo);
    if (ended?.state === 'done' && ended.bidId !== null && (await findBid(stage.pool, ended.bidId))?.state === 'frozen') return;
    if (ended?.reason !== bankClosed) throw new Error(`${requestNo} is ${ended?.state} (${ended?.reason})`);
    await stage.advanceTo(new Date(Date.parse(stage.now()) + 3_600_000).toISOString());
  }
}

/** The platform asks about a freeze by hand after twenty seconds without a word; nobody waits for them here. */
async function afterSilence(stage: Stage, requestNo: string, look: () => Promise<unknown>): Promise<void> {
  await stage.pool.query(`UPDATE instruction SET sent_at = sent_at - interval '21 seconds', sends = sends - 1 WHERE request_no = $1 AND state NOT IN ('done', 'refused')`, [requestNo]);
  await look();
}

export const userAutoPreTransaction: MoneyVerb = {
  name: 'USER_AUTO_PRE_TRANSACTION (bids)', service: 'USER_AUTO_PRE_TRANSACTION', by: 'platform', told: null,
  async prepare(stage, cast, dice) {
    const loan = await listedLoan(stage, cast, dice);
    const shares = cast.lenders.map((lender) => ({ lender, amountFen: 10_000 * dice.between(1, 2) }));
    return {
      async act() {
        for (const { lender, amountFen } of shares) await bid(stage, loan.loanNo, lender, amountFen, 'authorisation');
        await freezeBids(stage, loan.loanNo);
      },
      moves: shares.map(({ lender, amountFen }) => ({ accounts: [lender.userNo], availableFen: -amountFen, frozenFen: amountFen })), times: shares.length,
    };
  },
};

export const release: MoneyVerb = {
  name: 'ASYNC_TRANSACTION (release)', service: 'ASYNC_TRANSACTION', counted: 'ASYNC_TRANSACTION_DETAIL', by: 'platform', told: 'ASYNC_TRANSACTION',
  async prepare(stage, cast, dice) {
    const { loanNo, amountFen, lenders, borrower } = await concludedLoan(stage, cast, dice);
    return {
      act: async () => void mustBeDone(await stage.carry((asOf) => stage.activities.release({ loanNo, attempt: 1, asOf }))),
      moves: [
        { accounts: lenders.map((lender) => lender.userNo), availableFen: 0, frozenFen: -amountFen },
        { accounts: [borrower.userNo], availableFen: amountFen, frozenFen: 0 },
      ], times: lenders.length,
    };
  },
};

export const miscarry: MoneyVerb = {
  name: 'MODIFY_PROJECT (MISCARRY)', service: 'MODIFY_PROJECT', by: 'platform', told: null,
  async prepare(stage, cast, dice) {
    const loan = await listedLoan(stage, cast, dice);
    const shares = cast.lenders.slice(0, 2).map((lender) => ({ lender, amountFen: 10_000 * dice.between(1, 2) }));
    for (const { lender, amountFen } of shares) await bid(stage, loan.loanNo, lender, amountFen, 'authorisation');
    await freezeBids(stage, loan.loanNo);
    return {
      act: async () => void mustBeDone(await stage.carry((asOf) => stage.activities.failListing({ loanNo: loan.loanNo, code: 'not-funded', asOf }))),
      moves: shares.map(({ lender, amountFen }) => ({ accounts: [lender.userNo], availableFen: amountFen, frozenFen: -amountFen })), times: 1,
    };
  },
};
