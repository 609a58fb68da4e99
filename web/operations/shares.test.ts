import { WorkflowNotFoundError } from '@temporalio/client';
import { undeliveredShare } from '../../test/desks.js';
import { startTestWeb, type TestWeb } from '../../test/web.js';
import type { Share } from '../../db/finance.js';
import type { Visitor } from '../../stack/visitor.js';

let web: TestWeb;
let operations: Visitor;
let one: Awaited<ReturnType<typeof undeliveredShare>>;
let two: Awaited<ReturnType<typeof undeliveredShare>>;
const path = '/operations/undelivered';
beforeAll(async () => {
  web = await startTestWeb();
  operations = await web.loggedIn((await web.person('operations')).id);
  [one, two] = [await undeliveredShare(web, 'account-unusable'), await undeliveredShare(web, 'no-such-user')];
  await web.pool.query(`UPDATE payment SET as_of = '2026-03-05' WHERE loan_no = $1`, [two.loanNo]);
});
afterAll(() => web.close());
beforeEach(() => {
  web.temporal.told.length = 0;
  web.temporal.answer = () => undefined;
});

it('undelivered shares are found by loan, person, reason and day, added up, and downloaded with the reason and the next try', async () => {
  const found = async (query: string) => (await operations.read<{ shares: Share[] }>(`${path}?${query}`)).shares.map((share) => share.loanNo);
  expect(await found('')).toEqual([one.loanNo, two.loanNo]);
  for (const query of [`q=${two.loanNo.toLowerCase()}`, `person=${two.lenderId}`, `person=L-${two.lenderId}`, 'reason=no-such-user', 'from=2026-03-02', 'from=2026-03-05&to=2026-03-05']) expect([query, await found(query)]).toEqual([query, [two.loanNo]]);
  for (const query of ['q=LN0', 'person=P0', 'to=2026-02-28']) expect(await found(query)).toEqual([]);
  expect((await operations.read<{ totals: unknown }>(path)).totals).toEqual({ shares: 2, principalFen: 10_000, interestFen: 1_400, lateInterestFen: 0, feeFen: 140 });
  const lines = (await operations.open(`${path}?format=csv&reason=no-such-user`)).text.trim().split('\r\n');
  expect(lines.slice(1)).toEqual([`${two.loanNo},${two.loanNo}:p3,2026-03-05,${two.lenderId},L-${two.lenderId},50.00,7.00,0.00,0.70,no-such-user,${two.nextTryOn}`]);
  const page = await operations.open(`${path}?reason=account-unusable`);
  expect([page.form('filter').fields['reason'], page.text.includes('¥50.00'), page.text.includes('All 1')]).toEqual(['account-unusable', true, true]);
});

describe('sending them again', () => {
  it('tells the loan, twice if the form is sent twice, and is in the record once', async () => {
    const page = await operations.open(path);
    for (let n = 0; n < 2; n += 1) {
      const sent = await operations.submit(page, 'retry-shares', { loanNo: one.loanNo });
      expect([sent.status, new URL(sent.url).search]).toEqual([200, `?q=${one.loanNo}`]);
    }
    expect(web.temporal.told.map(({ what, workflowId, name }) => [what, workflowId, name])).toEqual([['signal', one.loanNo, 'sharesWaiting'], ['signal', one.loanNo, 'sharesWaiting']]);
    expect((await web.pool.query(`SELECT role, subject FROM act WHERE verb = 'retry-shares'`)).rows).toEqual([{ role: 'operations', subject: one.loanNo }]);
  });

  it('starts a workflow of its own for a loan that has ended', async () => {
    web.temporal.answer = ({ what }) => {
      if (what === 'signal') throw new WorkflowNotFoundError('ended', two.loanNo, undefined);
      return {};
    };
    const page = await operations.open(path);
    expect((await operations.submit(page, 'retry-shares', { loanNo: two.loanNo })).status).toBe(200);
    const [start] = web.temporal.told.filter(({ what }) => what === 'start');
    expect(start).toMatchObject({ name: 'delivery', workflowId: `deliver:${two.loanNo}:${page.form('retry-shares').fields['key']}`, args: [{ loanNo: two.loanNo, zoneOffsetMinutes: 480, clock: {} }] });
  });

  it('is refused beside the field for a loan that has none, and to people who only look', async () => {
    const page = await operations.open(path);
    for (const loanNo of ['', 'LN0']) expect((await operations.submit(page, 'retry-shares', { loanNo })).$('#e-loanNo').text()).toContain('Choose a loan');
    const auditor = await web.loggedIn((await web.person('auditor')).id);
    expect((await auditor.open(path)).has('retry-shares')).toBe(false);
    const forced = await auditor.submit({ form: () => ({ ...page.form('retry-shares'), fields: {} }) } as unknown as typeof page, 'retry-shares');
    expect([forced.status, web.temporal.told]).toEqual([403, []]);
  });
});
