/** The two sides of the check files meet on the wire: the sandbox bank makes them, the client reads them. */
import { startCustodySide } from '../../test/custody.js';
import type { CustodySide } from '../../test/custody.js';
import type { StatementLine } from './port.js';

let side: CustodySide | undefined;
afterAll(() => side?.stop());

it('the bank’s file of a closed day is read and confirmed; a day that is not over is late', async () => {
  side = await startCustodySide();
  const { custody } = side;
  const userNo = await side.open('INVESTOR');
  const pulled = await custody.pullFromCard({ requestNo: 'PULL-1', userNo, amountFen: 12_345, businessTime: '2026-03-02T02:00:00.000Z' });
  expect(pulled.status).toBe('done');
  const confirm = (requestNo: string) => custody.confirmStatement({ requestNo, day: '2026-03-02', files: ['deposits'], businessTime: '2026-03-03T02:00:00.000Z' });

  const statement = await custody.downloadStatement({ day: '2026-03-02', file: 'deposits' });
  if (statement.status !== 'here') throw new Error('the day has long been over');
  const lines: StatementLine[] = [];
  for await (const line of statement.lines) lines.push(line);
  expect(lines).toEqual([{ requestNo: 'PULL-1', kind: 'pull', amountFen: 12_345, userNo, toUserNo: null, at: '2026-03-02T02:00:00.000Z' }]);
  expect((await confirm('CONFIRM-1')).status).toBe('done');
  expect((await confirm('CONFIRM-1')).status).toBe('done');
  expect((await confirm('CONFIRM-2')).status).toBe('done');
  expect(await custody.downloadStatement({ day: '2040-01-01', file: 'deposits' })).toEqual({ status: 'late' });
});
