/** When the wire or the bank itself fails: nothing is lost, nothing happens twice. */
import { businessTime, startCustodySide, until } from '../../test/custody.js';
import type { CustodySide } from '../../test/custody.js';
let side: CustodySide | undefined;
let bank: CustodySide['bank'];
let custody: CustodySide['custody'];
let told: CustodySide['told'];
let answers: CustodySide['answers'];
let next: CustodySide['next'];
let person: CustodySide['person'];
let open: CustodySide['open'];
let project: CustodySide['project'];
let hold: CustodySide['hold'];
let detail: CustodySide['detail'];
let notified: CustodySide['notified'];
let balance: CustodySide['balance'];

beforeAll(async () => {
  side = await startCustodySide();
  ({ bank, custody, told, answers, next, person, open, project, hold, detail, notified, balance } = side);
});

afterAll(() => side?.stop());

describe('when things go wrong', () => {
  it('repeats a notification until the platform answers the literal SUCCESS', async () => {
    const userNo = await open('INVESTOR');
    const requestNo = next('deposit');
    await until('all earlier notifications taken', async () => ((await undelivered()) === 0 ? true : undefined));
    answers.push('OK', '', '<html>SUCCESS</html>');
    await person({ act: 'deposit', requestNo, userNo, amountFen: 100 });
    await until('four tellings', () => (told.filter((message) => message.requestNo === requestNo).length === 4 ? true : undefined));
    await until('the bank is content', async () => ((await undelivered()) === 0 ? true : undefined));
  });

  it('killed at any moment, it goes on: accepted batches are executed, notifications told, nothing twice', async () => {
    const [lender, borrower] = [await open('INVESTOR', 1_000_000), await open('BORROWERS')];
    const projectNo = await project(borrower, 1_000_000);
    const batches: string[] = [];
    for (let round = 0; round < 3; round += 1) {
      const holdNo = await hold(lender, projectNo, 20_000);
      const batchNo = next('batch');
      batches.push(batchNo);
      answers.push('NO');
      const details = Array.from({ length: 200 }, () => detail(lender, borrower, holdNo, 100));
      const sent = custody.settleBatch({ batchNo, kind: 'release', projectNo, details, businessTime });
      const waited = round === 0 ? sent : new Promise((resolve) => { setTimeout(resolve, 10 * round); });
      await waited;
      await bank.kill();
      await sent;
      await bank.start();
      const again = await custody.settleBatch({ batchNo, kind: 'release', projectNo, details, businessTime });
      expect(again).toEqual({ status: 'accepted' });
    }
    for (const batchNo of batches) expect((await notified(batchNo, 'done')).details).toHaveLength(200);
    expect(await balance(borrower)).toEqual([60_000, 0]);
    expect(await balance(lender)).toEqual([940_000, 0]);
    expect(await agreement()).toContain('agrees');
  });
});

const overview = async (): Promise<string> => (await (await fetch(bank.url)).text()).replace(/<[^>]+>/g, ' ');
const undelivered = async (): Promise<number> => Number(/not taken yet\s+(\d+)/.exec(await overview())?.[1]);
const agreement = async (): Promise<string> => /out to cards.{0,60}/.exec(await overview())?.[0] ?? '';
