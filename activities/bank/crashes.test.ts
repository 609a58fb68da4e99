import fc from 'fast-check';
import { rows } from '../../db/pool.js';
import { createMoneySide, wholeInstalment, type MoneySide } from '../../test/money-side.js';
import type { Trouble } from '../../test/model-bank.js';
import { someMoment } from '../../test/people-with-money.js';

let side: MoneySide;
let serial = 0;
beforeAll(async () => { side = await createMoneySide(); });
afterAll(() => side.close());

interface Life { amounts: number[]; months: number; extra: number }

/** One loan from listing to the last payment under whatever the bank's wire does; answers who has what at the end. */
async function live({ amounts, months, extra }: Life, trouble: (verb: string) => Trouble): Promise<unknown> {
  const no = (serial += 1);
  const [loanNo, borrower] = [`LN${no}`, await side.person(`Q${no}`, 'borrower')];
  side.bank.trouble = trouble;
  for (const [index] of amounts.entries()) await side.person(`Q${no}-${index}`, 'lender', 1_000_000);
  const amountFen = amounts.reduce((sum, fen) => sum + fen, 0);
  await side.listed({ loanNo, borrowerId: `Q${no}`, amountFen, productId: 'consumer', termMonths: months, annualRateBps: 900, serviceFeeFen: 77 });
  for (const [index, fen] of amounts.entries()) await side.bid(loanNo, `Q${no}-${index}`, fen);
  const instalments = await side.disburse(loanNo);
  await side.persist(async () => {
    const step = await side.activities.payOut({ loanNo, attempt: 1, asOf: someMoment });
    side.bank.finishPayouts();
    return step;
  });
  side.bank.cards.set(borrower, 100_000_000);
  for (const instalment of instalments) {
    const parts = [wholeInstalment(instalment)];
    if (instalment.no === 1) parts.push({ ...parts[0]!, principalFen: 0, interestFen: 0, feeFen: 0, lateInterestFen: extra });
    expect(await side.pay(loanNo, instalment.no, parts)).toBe('paid');
  }
  await side.persist(() => side.activities.finish({ loanNo, asOf: '2025-12-01', at: someMoment }));
  side.bank.trouble = () => null;
  const lenders = await Promise.all(amounts.map((_, index) => side.money(`L-Q${no}-${index}`)));
  const holdings = await rows(side.pool, 'SELECT principal_fen AS lent, paid_principal_fen AS back, paid_interest_fen AS interest, paid_late_interest_fen AS late, fees_fen AS fees FROM holding WHERE loan_no = $1 ORDER BY id', [loanNo]);
  const orders = await rows(side.pool, `SELECT replace(request_no, $1, 'LN') AS "requestNo", verb, amount_fen AS fen, state FROM instruction WHERE loan_no = $2 AND verb <> 'hold' ORDER BY 1`, [loanNo, loanNo]);
  return { lenders, holdings, orders, borrower: await side.money(borrower), card: side.bank.cards.get(borrower) };
}

async function expectSound(): Promise<void> {
  expect(await side.books()).toMatchObject({ trialBalanceFen: 0, bankDifferences: [], unbalancedJournals: [], openInstructions: 0 });
  expect(await rows(side.pool, `SELECT code FROM account WHERE book = 'claims' AND balance <> 0`)).toEqual([]);
  const wrong = await rows(side.pool, `SELECT p.payment_no FROM payment p WHERE p.frozen_fen <> p.principal_fen + p.interest_fen + p.late_interest_fen + p.fee_fen + p.costs_fen
     OR p.principal_fen <> (SELECT sum(principal_fen) FROM distribution d WHERE d.payment_no = p.payment_no) OR p.interest_fen <> (SELECT sum(interest_fen) FROM distribution d WHERE d.payment_no = p.payment_no)
     OR p.frozen_fen <> (SELECT sum(d.amount_fen) FROM instruction i JOIN instruction_detail d ON d.batch_no = i.request_no WHERE i.payment_no = p.payment_no AND d.state = 'done')`);
  expect(wrong).toEqual([]);
}

const life = fc.record({ amounts: fc.array(fc.integer({ min: 1, max: 20 }).map((n) => n * 10_000), { minLength: 2, maxLength: 6 }), months: fc.constantFrom(3, 6), extra: fc.integer({ min: 0, max: 999 }) });
const troubles: Trouble[] = ['crash-before', 'crash-after', 'answer-lost', 'never-arrives', null];

describe('whatever goes wrong on the way to the bank', () => {
  it('a loan of any shape pays every lender exactly what a quiet day would, sends nothing twice and leaves nothing open', async () => {
    await fc.assert(fc.asyncProperty(life, fc.infiniteStream(fc.constantFrom(...troubles)), async (shape, bad) => {
      const quiet = await live(shape, () => null);
      const rough = await live(shape, () => (bad.next().value as Trouble | undefined) ?? null);
      expect(rough).toEqual(quiet);
      await expectSound();
      for (const { lent, back } of (quiet as { holdings: { lent: number; back: number }[] }).holdings) expect(back).toBe(lent);
    }), { numRuns: 8 });
  });

  it('our process dying after any statement or commit changes nothing either', async () => {
    const shape: Life = { amounts: [70_000, 30_000, 50_000], months: 3, extra: 5 };
    const quiet = await live(shape, () => null);
    for (const seed of [1, 2, 3]) {
      let [state, deaths] = [seed, 0];
      side.dies = () => {
        state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
        const now = state / 2_147_483_648 < 1 / 12;
        deaths += now ? 1 : 0;
        return now;
      };
      const rough = await live(shape, () => null).finally(() => { side.dies = () => false; });
      expect(rough).toEqual(quiet);
      expect(deaths).toBeGreaterThan(3);
    }
    await expectSound();
  });
});
