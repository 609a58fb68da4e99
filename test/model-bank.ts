/**
 * A custody bank in memory, for tests of the money side: it keeps balances and freezes as the real one does, executes each
 * request number once, and can be told to lose requests, lose answers, refuse, or take the platform down around a call.
 */
import { createHash } from 'node:crypto';
import type { BankUser, BatchOutcome, Custody, HoldPurpose, Outcome, RefusalCode, StatementFile, StatementLine, TradeDetail } from '../gateways/custody/port.js';

/**
 * What happens to one call. `crash-*`: our own process dies before sending, or after the bank has acted. `arrives-late`: not
 * before the next call comes. `arrives-twice`: the network repeats it, and the second answer is the one we get.
 */
export type Trouble = 'never-arrives' | 'answer-lost' | 'arrives-late' | 'arrives-twice' | 'crash-before' | 'crash-after' | { refuse: RefusalCode } | null;

interface Account { availableFen: number; frozenFen: number; state: BankUser['state'] }
type TradeKind = 'release' | 'repayment' | 'compensation' | 'guarantor-repayment' | 'purchase' | 'reward' | 'fee';
interface Hold { userNo: string; projectNo: string; leftFen: number }

export class Crash extends Error {
  override name = 'Crash';
}

export interface ModelBank {
  custody: Custody;
  accounts: Map<string, Account>;
  projects: Map<string, { borrower: string; state: 'COLLECTING' | 'REPAYING' | 'FINISH' | 'MISCARRY'; amountFen: number }>;
  /** Every order that reached the bank, as it was sent. */
  calls: { verb: string; input: Record<string, unknown> }[];
  /** Decides what happens to a call; nothing by default. */
  trouble: (verb: string, input: Record<string, unknown>) => Trouble;
  /** Claims up for sale, in fen of principal. */
  sales: Map<string, number>;
  /** What the card behind an account can give, in fen. */
  cards: Map<string, number>;
  open(userNo: string, availableFen?: number): void;
  /** A freeze typed by a person on the bank's page. */
  holdByHand(requestNo: string, projectNo: string, userNo: string, amountFen: number): void;
  /** A deposit or withdrawal that a person confirms on the bank's page; a repeat of the form changes nothing. */
  cashByHand(requestNo: string, userNo: string, amountFen: number): void;
  /** A withdrawal that the person confirms on the bank's page and that then waits for us (CONFIRMING). */
  withdrawToBeConfirmed(requestNo: string, userNo: string, amountFen: number): void;
  /** A payout that was done comes back days later. */
  comeBack(userNo: string, amountFen: number): void;
  /** What is still on its way to the bank arrives. */
  deliverLate(): void;
  /** Accepted payouts reach their cards, or come back. */
  finishPayouts(arrive?: boolean): void;
  /** Accepted batches are executed at once; with this off they wait for `finishBatches`. */
  batchesAtOnce: boolean;
  finishBatches(): void;
  /** The bank takes back so much of a detail that it has done; below zero, it does (more of) one. The check file is left as it is. */
  undo(requestNo: string, amountFen: number): void;
  /** What the check files say: a test may add, take away or change lines. */
  settled: { file: StatementFile; line: StatementLine }[];
  /** Days (Beijing) whose files are not made yet. */
  lateDays: Set<string>;
  /** Days that the platform has confirmed. */
  confirmedDays: string[];
}

export function createModelBank(): ModelBank {
  const accounts = new Map<string, Account>();
  const holds = new Map<string, Hold>();
  const courts = new Map<string, { userNo: string; heldFen: number }>();
  const ended = new Map<string, Outcome>();
  const late: (() => Outcome)[] = [];
  /** Authorisations taken back, `user type`. */
  const revoked = new Set<string>();
  const batches = new Map<string, { details: TradeDetail[]; outcomes: { requestNo: string; outcome: Outcome }[] | null; kind: TradeKind; projectNo: string; at: string }>();
  const confirming = new Map<string, { userNo: string; amountFen: number }>();
  const payouts = new Map<string, { userNo: string; amountFen: number; at: string; confirmed?: true }>();
  const done = (amountFen: number, at: string): Outcome => ({ status: 'done', amountFen, at, bankNo: `BK${ended.size}` });
  const no = (code: RefusalCode): Outcome => ({ status: 'refused', code, reason: code });
  const account = (userNo: string): Account => accounts.get(userNo) ?? { availableFen: 0, frozenFen: 0, state: 'closed' };

  const bank: ModelBank = {
    accounts, projects: new Map(), sales: new Map(), calls: [], cards: new Map(), trouble: () => null, batchesAtOnce: true, settled: [], lateDays: new Set(), confirmedDays: [],
    open: (userNo, availableFen = 0) => { accounts.set(userNo, { availableFen, frozenFen: 0, state: 'active' }); },
    holdByHand: (requestNo, projectNo, userNo, amountFen) => { ended.set(requestNo, freeze(requestNo, projectNo, userNo, amountFen, '2025-03-03T03:00:00.000Z')); },
    cashByHand(requestNo, userNo, amountFen) {
      if (ended.has(requestNo)) return;
      const to = account(userNo);
      const refused = amountFen < 0 && (to.state !== 'active' ? 'account-unusable' : to.availableFen < -amountFen ? 'insufficient-funds' : null);
      if (!refused) to.availableFen += amountFen;
      ended.set(requestNo, refused ? no(refused) : done(Math.abs(amountFen), '2025-03-03T03:00:00.000Z'));
    },
    withdrawToBeConfirmed(requestNo, userNo, amountFen) {
      const from = account(userNo);
      from.availableFen -= amountFen;
      from.frozenFen += amountFen;
      confirming.set(requestNo, { userNo, amountFen });
    },
    comeBack: (userNo, amountFen) => { account(userNo).availableFen += amountFen; },
    deliverLate() {
      for (const arrive of late.splice(0)) arrive();
    },
    finishPayouts(arrive = true) {
      for (const [requestNo, { userNo, amountFen, at }] of payouts) {
        account(userNo).frozenFen -= amountFen;
        if (!arrive) account(userNo).availableFen += amountFen;
        ended.set(requestNo, arrive ? done(amountFen, at) : no('card-refused'));
        if (arrive) bank.settled.push({ file: 'payouts', line: { requestNo, kind: 'payout', amountFen, userNo, toUserNo: null, at } });
      }
      payouts.clear();
    },
    undo(requestNo, amountFen) {
      const detail = [...batches.values()].flatMap((batch) => batch.details).find((each) => each.requestNo === requestNo);
      const hold = detail && holds.get(detail.holdRequestNo ?? '');
      if (!hold) throw new RangeError(`${requestNo} is no detail of a batch`);
      hold.leftFen += amountFen;
      account(detail.fromUserNo).frozenFen += amountFen;
      account(detail.toUserNo).availableFen -= amountFen;
    },
    finishBatches() {
      for (const batch of batches.values()) batch.outcomes ??= batch.details.map((detail) => ({ requestNo: detail.requestNo, outcome: settle(batch, detail) }));
    },
    custody: {
      createProject: (input) => order('createProject', input, () => {
        bank.projects.set(input.projectNo, { borrower: input.borrowerUserNo, state: 'COLLECTING', amountFen: input.amountFen });
        return done(input.amountFen, input.businessTime);
      }),
      changeProject: (input) => order('changeProject', input, () => changeProject(input.projectNo, input.state, input.businessTime)),
      hold: (input) => order('hold', input, () => freeze(input.requestNo, input.projectNo, input.userNo, input.amountFen, input.businessTime, input.purpose)),
      releaseHold: (input) => order('releaseHold', input, () => {
        const hold = holds.get(input.holdRequestNo);
        if (!hold || hold.leftFen < input.amountFen) return no('insufficient-funds');
        thaw(hold, input.amountFen);
        return done(input.amountFen, input.businessTime);
      }),
      settleBatch: (input) => order('settleBatch', { ...input, requestNo: input.batchNo }, () => {
        batches.set(input.batchNo, { details: input.details, outcomes: null, kind: input.kind, projectNo: input.projectNo, at: input.businessTime });
        if (bank.batchesAtOnce) bank.finishBatches();
        return { status: 'accepted' };
      }),
      settleNow: (input) => order('settleNow', input, () => settleNow(input.kind, 'projectNo' in input ? input.projectNo : '', input.details, input.businessTime)),
      transferFee: (input) => order('transferFee', input, () => settleNow('fee', '', [{ requestNo: input.detailNo, holdRequestNo: null, fromUserNo: input.fromUserNo, toUserNo: 'PLATFORM_INCOME', kind: 'commission', amountFen: input.amountFen }], input.businessTime)),
      sellClaim: (input) => order('sellClaim', input, () => {
        bank.sales.set(input.requestNo, input.shareFen);
        return done(input.shareFen, input.businessTime);
      }),
      cancelClaimSale: (input) => order('cancelClaimSale', input, () => {
        const leftFen = bank.sales.get(input.saleRequestNo);
        bank.sales.delete(input.saleRequestNo);
        return leftFen === undefined ? no('sale-ended') : done(leftFen, input.businessTime);
      }),
      pullFromCard: (input) => order('pullFromCard', input, () => {
        const ownFunds = input.userNo === 'PLATFORM_MARKETING';
        if (!ownFunds && (bank.cards.get(input.userNo) ?? 0) < input.amountFen) return no('card-refused');
        bank.cards.set(input.userNo, (bank.cards.get(input.userNo) ?? 0) - input.amountFen);
        account(input.userNo).availableFen += input.amountFen;
        bank.settled.push({ file: 'deposits', line: { requestNo: input.requestNo, kind: 'pull', amountFen: input.amountFen, userNo: input.userNo, toUserNo: null, at: input.businessTime } });
        return done(input.amountFen, input.businessTime);
      }),
      payOut: (input) => order('payOut', input, () => {
        const from = account(input.userNo);
        if (from.availableFen < input.amountFen) return no('insufficient-funds');
        from.availableFen -= input.amountFen;
        from.frozenFen += input.amountFen;
        payouts.set(input.requestNo, { userNo: input.userNo, amountFen: input.amountFen, at: input.businessTime });
        return { status: 'accepted' };
      }),
      confirmPayout: (input) => order('confirmPayout', input, () => {
        const held = confirming.get(input.payoutNo);
        if (!held) return no('refused');
        confirming.delete(input.payoutNo);
        payouts.set(input.payoutNo, { ...held, at: input.businessTime, confirmed: true });
        return done(held.amountFen, input.businessTime);
      }),
      recallPayout: (input) => order('recallPayout', input, () => {
        const held = confirming.get(input.payoutNo) ?? payouts.get(input.payoutNo);
        if (!held) return no('refused');
        confirming.delete(input.payoutNo);
        payouts.delete(input.payoutNo);
        account(held.userNo).frozenFen -= held.amountFen;
        account(held.userNo).availableFen += held.amountFen;
        ended.set(input.payoutNo, no('refused'));
        return done(held.amountFen, input.businessTime);
      }),
      // What comes in later is not frozen here: the sandbox bank's own tests cover that.
      freezeByCourt: (input) => order('freezeByCourt', input, () => {
        const from = account(input.userNo);
        const fen = Math.min(from.availableFen, input.amountFen ?? from.availableFen);
        from.availableFen -= fen;
        from.frozenFen += fen;
        courts.set(input.requestNo, { userNo: input.userNo, heldFen: fen });
        return done(fen, input.businessTime);
      }),
      releaseByCourt: (input) => order('releaseByCourt', input, () => {
        const freeze = courts.get(input.freezeRequestNo);
        if (!freeze || freeze.heldFen < (input.amountFen ?? 0)) return no('refused');
        const fen = input.amountFen ?? freeze.heldFen;
        freeze.heldFen -= fen;
        account(freeze.userNo).frozenFen -= fen;
        account(freeze.userNo).availableFen += fen;
        return done(fen, input.businessTime);
      }),
      cancelAuthorisation: (input) => order('cancelAuthorisation', input, () => {
        revoked.add(`${input.userNo} ${input.type}`);
        return done(0, input.businessTime);
      }),
      query: (requestNo) => Promise.resolve(confirming.has(requestNo) ? { status: 'accepted', stage: 'confirming' } : payouts.has(requestNo) ? { status: 'accepted', ...(payouts.get(requestNo)?.confirmed ? { stage: 'taken' as const } : {}) } : ended.get(requestNo) ?? { status: 'notFound' }),
      queryBatch: (batchNo) => Promise.resolve(batchOutcome(batchNo)),
      queryUser: (userNo) => {
        const found = accounts.get(userNo);
        return Promise.resolve(found ? {
          ...found, userNo, role: userNo.startsWith('L-') ? 'INVESTOR' : userNo.startsWith('G-') ? 'GUARANTEECORP' : 'BORROWERS', card: { last4: '1234', bankName: 'Test Bank' }, mobileLast4: '0000',
          authorisations: (userNo.startsWith('L-') ? ['TENDER' as const] : ['RECHARGE' as const, 'REPAYMENT' as const, 'WITHDRAW' as const]).filter((type) => !revoked.has(`${userNo} ${type}`)).map((type) => ({ type, maxFen: 10 ** 12, usedFen: 0, failTime: '2035-01-01T00:00:00Z' })),
        } : null);
      },
      queryProject: () => Promise.resolve(null),
      downloadBalances: () => Promise.resolve({ cutAt: '2025-03-03T10:00:00.000Z', balances: [...accounts].map(([userNo, { availableFen, frozenFen }]) => ({ userNo, availableFen, frozenFen })) }),
      downloadStatement: ({ day, file }) => Promise.resolve(bank.lateDays.has(day) ? { status: 'late' } : statement(day, file)),
      confirmStatement: (input) => order('confirmStatement', input, () => {
        bank.confirmedDays.push(input.day);
        return done(0, input.businessTime);
      }),
    },
  };
  return bank;

  /** A number is executed once, for ever; a repeat answers the first result, as the gateway makes of "duplicate". */
  async function order(verb: string, input: { requestNo: string } & Record<string, unknown>, act: () => Outcome): Promise<Outcome> {
    const trouble = bank.trouble(verb, input);
    if (trouble === 'crash-before') throw new Crash(verb);
    if (trouble === 'never-arrives') return { status: 'unknown', why: 'time-out' };
    bank.calls.push({ verb, input });
    const arrive = (): Outcome => {
      const outcome = known(input.requestNo) ?? (trouble !== null && typeof trouble === 'object' ? no(trouble.refuse) : act());
      if (outcome.status !== 'accepted') ended.set(input.requestNo, outcome);
      return outcome;
    };
    bank.deliverLate();
    if (trouble === 'arrives-late') {
      late.push(arrive);
      return { status: 'unknown', why: 'time-out' };
    }
    if (trouble === 'arrives-twice') arrive();
    const outcome = arrive();
    await Promise.resolve();
    if (trouble === 'crash-after') throw new Crash(verb);
    return trouble === 'answer-lost' ? { status: 'unknown', why: 'time-out' } : outcome;
  }

  function statement(day: string, file: StatementFile): Awaited<ReturnType<Custody['downloadStatement']>> {
    const lines = bank.settled.filter((each) => each.file === file && new Date(Date.parse(each.line.at) + 8 * 3_600_000).toISOString().startsWith(day)).map((each) => each.line);
    async function* stream(): AsyncGenerator<StatementLine> { yield* lines; }
    return { status: 'here', lineCount: lines.length, sha256: createHash('sha256').update(JSON.stringify(lines)).digest('hex'), lines: stream(), discard: () => undefined };
  }

  function known(requestNo: string): Outcome | undefined {
    return payouts.has(requestNo) || batches.has(requestNo) ? { status: 'accepted' } : ended.get(requestNo);
  }

  function freeze(requestNo: string, projectNo: string, userNo: string, amountFen: number, at: string, purpose?: HoldPurpose): Outcome {
    const from = account(userNo);
    const project = bank.projects.get(projectNo);
    if (from.state !== 'active') return no('account-unusable');
    const bids = purpose === undefined ? project?.borrower !== userNo : purpose === 'bid';
    if (project?.state !== (bids ? 'COLLECTING' : 'REPAYING')) return no('project-state');
    if (from.availableFen < amountFen) return no('insufficient-funds');
    from.availableFen -= amountFen;
    from.frozenFen += amountFen;
    holds.set(requestNo, { userNo, projectNo, leftFen: amountFen });
    return done(amountFen, at);
  }

  function thaw(hold: Hold, amountFen: number): void {
    hold.leftFen -= amountFen;
    account(hold.userNo).frozenFen -= amountFen;
    account(hold.userNo).availableFen += amountFen;
  }

  function changeProject(projectNo: string, state: 'REPAYING' | 'FINISH' | 'MISCARRY', at: string): Outcome {
    const project = bank.projects.get(projectNo);
    if (!project || project.state !== (state === 'FINISH' ? 'REPAYING' : 'COLLECTING')) return no('project-state');
    const under = [...holds.values()].filter((hold) => hold.projectNo === projectNo && hold.leftFen > 0);
    if (state !== 'MISCARRY' && under.length > 0) return no('project-state');
    project.state = state;
    let fen = 0;
    for (const hold of under) {
      fen += hold.leftFen;
      thaw(hold, hold.leftFen);
    }
    return done(fen, at);
  }

  function settle(batch: { kind: TradeKind; projectNo: string; at: string }, detail: TradeDetail): Outcome {
    const hold = detail.holdRequestNo === null ? undefined : holds.get(detail.holdRequestNo);
    const to = accounts.get(detail.toUserNo);
    if (to?.state !== 'active' || account(detail.fromUserNo).state !== 'active') return no('account-unusable');
    if (batch.kind !== 'fee' && batch.kind !== 'reward' && bank.projects.get(batch.projectNo)?.state !== (batch.kind === 'release' ? 'COLLECTING' : 'REPAYING')) return no('project-state');
    if (detail.holdRequestNo === null) {
      if (account(detail.fromUserNo).availableFen < detail.amountFen) return no('insufficient-funds');
      account(detail.fromUserNo).availableFen -= detail.amountFen;
    } else {
      if (!hold || hold.userNo !== detail.fromUserNo || hold.leftFen < detail.amountFen) return no('insufficient-funds');
      hold.leftFen -= detail.amountFen;
      account(hold.userNo).frozenFen -= detail.amountFen;
    }
    to.availableFen += detail.amountFen;
    const fee = detail.kind === 'commission';
    bank.settled.push({ file: fee ? 'commissions' : 'transfers', line: { requestNo: detail.requestNo, kind: detail.kind, amountFen: detail.amountFen, userNo: detail.fromUserNo, toUserNo: fee ? null : detail.toUserNo, at: batch.at } });
    return done(detail.amountFen, batch.at);
  }

  /** All of it or nothing: what cannot be paid whole leaves everything as it was. */
  function settleNow(kind: TradeKind, projectNo: string, details: readonly TradeDetail[], at: string): Outcome {
    const before = { accounts: structuredClone([...accounts]), holds: structuredClone([...holds]), settled: bank.settled.length };
    for (const detail of details) {
      const outcome = settle({ kind, projectNo, at }, detail);
      if (outcome.status === 'done') continue;
      for (const [userNo, was] of before.accounts) Object.assign(account(userNo), was);
      for (const [holdNo, was] of before.holds) Object.assign(holds.get(holdNo) ?? {}, was);
      bank.settled.length = before.settled;
      return outcome;
    }
    return done(details.reduce((sum, detail) => sum + detail.amountFen, 0), at);
  }

  function batchOutcome(batchNo: string): BatchOutcome {
    const refused = ended.get(batchNo);
    if (refused?.status === 'refused') return { status: 'refused', code: refused.code, reason: refused.reason, details: [] };
    const batch = batches.get(batchNo);
    if (!batch) return { status: 'notFound', details: [] };
    return { status: batch.outcomes ? 'done' : 'accepted', details: batch.outcomes ?? [] };
  }
}
