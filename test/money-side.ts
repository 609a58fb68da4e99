/** The money side for tests: a database of its own, a bank in memory, the bank activities, and a loan's life by hand. */
import { createBankActivities } from '../activities/bank/index.js';
import { openListingActivity } from '../activities/record/open-listing.js';
import { placeBids } from '../db/bids.js';
import { compareBooks, type Books } from '../db/books.js';
import { createPool, type Pool } from '../db/pool.js';
import type { BankActivities, PaymentPart, RecordActivities, TradeActivities } from '../workflows/contract.js';
import type { CarriedInstalment } from '../domain/loan.js';
import { createTestDatabase } from './database.js';
import { Crash, createModelBank, type ModelBank } from './model-bank.js';
import { addLoan, addPerson, deposit, someMoment } from './people-with-money.js';

export interface MoneySide {
  pool: Pool;
  bank: ModelBank;
  /** Asked after each statement and commit of an activity: whether its process dies there. Never by default. */
  dies: () => boolean;
  activities: BankActivities & TradeActivities & Pick<RecordActivities, 'openListing'>;
  /** Somebody with money both at the bank and in our books. */
  person(personId: string, role: 'lender' | 'borrower', fen?: number): Promise<string>;
  /** A loan whose listing is open: project made, no bids, one lender may take it all. */
  listed(loan: Parameters<typeof addLoan>[1]): Promise<void>;
  /** Bids by authorisation. */
  bid(loanNo: string, lenderId: string, amountFen: number, key?: string): ReturnType<typeof placeBids>;
  /** From the open listing to the value date. */
  disburse(loanNo: string): Promise<CarriedInstalment[]>;
  /** Takes and shares a payment, every other one in one go as a debit does; answers how it went. */
  pay(loanNo: string, n: number, parts: PaymentPart[], options?: { pull?: boolean; asOf?: string }): Promise<'paid' | { refused: string }>;
  /** The business moment at which something is asked for the n-th time (from 0); by default always the same. */
  moment: (at: string, attempt: number) => string;
  /** `moment` of the attempt that `persist` is at. */
  at(moment: string): string;
  /** Calls until it neither throws a crash of ours or says that the bank is silent, nor is pending. */
  persist<T>(call: () => Promise<T>): Promise<T>;
  books(): Promise<Books>;
  /** `[available, reserved, frozen]` of a person in our books. */
  money(userNo: string): Promise<[number, number, number]>;
  close(): Promise<void>;
}

export const deadline = '2025-03-31T10:00:00.000Z';

export async function createMoneySide(): Promise<MoneySide> {
  const database = await createTestDatabase();
  const pool = createPool(database.url, { name: 'money-side', max: 20 });
  const bank = createModelBank();
  bank.open('PLATFORM_INCOME');
  const mortalPool = mortal(pool, () => side.dies());
  let attempts = 0;
  const activities = { ...createBankActivities({ pool: mortalPool, custody: bank.custody }), openListing: openListingActivity({ pool: mortalPool }) };
  const side: MoneySide = {
    pool, bank, activities, dies: () => false, moment: (at) => at,
    at: (moment) => side.moment(moment, attempts),
    async person(personId, role, fen = 0) {
      const { userNo } = await addPerson(pool, personId, role);
      bank.open(userNo, fen);
      if (fen > 0) {
        await deposit(pool, userNo, fen);
        bank.settled.push({ file: 'deposits', line: { requestNo: `D-${userNo}-${fen}`, kind: 'deposit', amountFen: fen, userNo, toUserNo: null, at: someMoment } });
      }
      return userNo;
    },
    async listed(loan) {
      await addLoan(pool, loan);
      await side.persist(() => activities.createProject({ loanNo: loan.loanNo, asOf: side.at(someMoment) }));
      await side.persist(() => activities.openListing({ loanNo: loan.loanNo, deadline, asOf: someMoment }));
      await pool.query('UPDATE listing SET max_share_bps = 10000 WHERE loan_no = $1', [loan.loanNo]);
    },
    bid: (loanNo, lenderId, amountFen, key = `${lenderId}-${amountFen}`) =>
      placeBids(pool, loanNo, [{ key, lenderId, userNo: `L-${lenderId}`, amountFen, by: 'authorisation', riskNoticeVersion: '1' }], someMoment),
    async disburse(loanNo) {
      await side.persist(async () => {
        const sums = await activities.freezeBids({ loanNo, asOf: someMoment });
        return sums.waiting > 0 ? { status: 'pending' } : sums;
      });
      await side.persist(() => activities.conclude({ loanNo, asOf: '2025-03-03', at: someMoment }));
      const released = await side.persist(() => activities.release({ loanNo, attempt: 1, asOf: someMoment }));
      if (released.status !== 'done') throw new Error(`released: ${JSON.stringify(released)}`);
      return released.instalments;
    },
    async pay(loanNo, n, parts, { pull = true, asOf = '2025-04-03T02:00:00.000Z' } = {}) {
      const paymentNo = `${loanNo}:p${n}`;
      const amountFen = parts.reduce((sum, part) => sum + part.costsFen + part.feeFen + part.interestFen + part.lateInterestFen + part.principalFen, 0);
      const whole = n % 2 === 0 ? { parts, forgivenInterest: [], afterWriteOff: false, countsOn: asOf.slice(0, 10) } : null;
      const taken = await side.persist(() => activities.takePayment({ loanNo, paymentNo, n, source: 'debit', amountFen, pull, partial: false, whole, asOf: side.at(asOf) }));
      if (taken.status !== 'done') return { refused: taken.status === 'refused' ? taken.code : taken.status };
      if (taken.shared) return 'paid';
      const shared = await side.persist(() => activities.distribute({ loanNo, paymentNo, parts, forgivenInterest: [], afterWriteOff: false, asOf: side.at(asOf) }));
      if (shared.status !== 'done') throw new Error(`distributed: ${JSON.stringify(shared)}`);
      return 'paid';
    },
    async persist(call) {
      for (attempts = 0; attempts < 100; attempts += 1) {
        try {
          const result = await call();
          if ((result as { status?: string } | undefined)?.status !== 'pending') return result;
        } catch (error) {
          if ((error as Error).name !== 'Crash' && (error as Error).message !== 'no-answer') throw error;
        }
      }
      throw new Error('not done after a hundred calls');
    },
    books: () => compareBooks(pool, () => bank.custody.downloadBalances()),
    async money(userNo) {
      const { rows } = await pool.query<{ kind: string; balance: number }>('SELECT kind, balance FROM account WHERE owner = $1', [userNo]);
      const of = (bucket: string) => rows.find((each) => each.kind.endsWith(`-${bucket}`))?.balance ?? 0;
      return [of('available'), of('reserved'), of('frozen')];
    },
    async close() {
      await pool.end();
      await database.drop();
    },
  };
  return side;
}

/** A pool whose user may die right after the database has done what was asked, and does not hear of it. */
function mortal(pool: Pool, dies: () => boolean): Pool {
  const after = async <T>(work: Promise<T>, what: unknown): Promise<T> => {
    const result = await work;
    if (dies()) throw new Crash(String(what).slice(0, 40));
    return result;
  };
  const own: Partial<Record<string | symbol, unknown>> = {
    query: (...args: unknown[]) => after((pool.query as (...all: unknown[]) => Promise<unknown>).apply(pool, args), args[0]),
    connect: async () => {
      const client = await pool.connect();
      return new Proxy(client, {
        get: (target, key) => {
          const value: unknown = Reflect.get(target, key, target);
          if (typeof value !== 'function') return value;
          if (key !== 'query') return value.bind(target) as unknown;
          return (...args: unknown[]): unknown => (args[0] === 'COMMIT' ? after(value.apply(target, args) as Promise<unknown>, 'COMMIT') : value.apply(target, args));
        },
      });
    },
  };
  return new Proxy(pool, { get: (target, key): unknown => own[key] ?? Reflect.get(target, key, target) });
}

/** What one whole instalment is paid with. */
export const wholeInstalment = ({ no, principalFen, interestFen, feeFen }: CarriedInstalment): PaymentPart => ({ no, principalFen, interestFen, feeFen, lateInterestFen: 0, costsFen: 0 });
