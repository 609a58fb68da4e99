import { addPerson } from '../../test/people-with-money.js';
import { task } from '../../test/desks.js';
import { refuse, startTestWeb, type TestWeb } from '../../test/web.js';
import type { ReconciliationCase, ReconciliationDay } from '../../db/reconciliation.js';
import type { Visitor } from '../../stack/visitor.js';
import { productionLimits } from '../limits.js';

let web: TestWeb;
let one: { id: string };
let two: { id: string };
let owner: Visitor;
let second: Visitor;
let auditor: Visitor;
let caseId: number;
beforeAll(async () => {
  web = await startTestWeb({ limits: { ...productionLimits, 'log-in-by-address': { points: 1_000, seconds: 900 } } });
  [one, two] = [await web.person('finance'), await web.person('supervisor')];
  [owner, second] = [await web.loggedIn(one.id), await web.loggedIn(two.id)];
  auditor = await web.loggedIn((await web.person('auditor')).id);
  await addPerson(web.pool, 'P901', 'lender');
});
afterAll(() => web.close());
beforeEach(() => { web.temporal.told.length = 0; web.temporal.answer = () => ({ ok: true }); });

const mainText = async (path: string) => (await auditor.open(path)).$('main').text().replace(/\s+/g, ' ');

it('before the first day has ended the lists say why they are empty', async () => {
  expect(await mainText('/operations/reconciliation')).toContain('No day here, because');
  expect(await mainText('/operations/cases')).toContain('No case here, because');
});

describe('with a day that differs', () => {
  beforeAll(async () => {
    await web.pool.query(`INSERT INTO reconciliation_day (day, state, reason, asked_at, matched_at, confirmed_at) VALUES
      ('2026-03-01', 'confirmed', NULL, '2026-03-02T01:00:00Z', '2026-03-02T01:00:00Z', '2026-03-02T01:00:00Z'), ('2026-03-02', 'differences', NULL, '2026-03-03T01:00:00Z', '2026-03-03T01:00:00Z', NULL), ('2026-03-03', 'late', 'deposits-late', '2026-03-04T01:00:00Z', NULL, NULL)`);
    await web.pool.query(`INSERT INTO reconciliation_file (day, file, sha256, lines, amount_fen, equal, in_transit, different, bank_only) VALUES ('2026-03-02', 'deposits', 'abcdef0123456789', 5, 55500, 2, 1, 1, 1), ('2026-03-02', 'payouts', 'ffff', 0, 0, 0, 0, 0, 0)`);
    const side = (amountFen: number) => JSON.stringify({ kind: 'deposit', amountFen, userNo: 'L-P901', toUserNo: null, at: '2026-03-02T02:00:00.000Z' });
    const { rows } = await web.pool.query<{ id: number }>(
      `INSERT INTO reconciliation_case (day, file, request_no, result, reasons, ours, bank, user_no, doubt_fen, due_at, opened_at) VALUES
         ('2026-03-02', 'deposits', 'D-901', 'different', '{amount}', $1, $2, 'L-P901', 300, '2030-03-05T10:00:00Z', '2026-03-03T01:00:00Z'), ('2026-03-02', 'deposits', '=D-902', 'bank-only', '{unknown}', NULL, $2, 'L-P901', 0, '2030-03-04T10:00:00Z', '2026-03-03T01:00:00Z') RETURNING id`, [side(1_300), side(1_000)]);
    caseId = rows[0]!.id;
  });
  const caseNow = async () => (await auditor.read<{ case: ReconciliationCase & { notes: { personId: string; note: string }[] } }>(`/operations/cases/${caseId}`)).case;

  it('days are listed with state and counts, and downloaded', async () => {
    const { days } = await auditor.read<{ days: ReconciliationDay[] }>('/operations/reconciliation');
    expect(days.map((day) => [day.day, day.state, day.lines, day.openCases])).toEqual([['2026-03-03', 'late', 0, 0], ['2026-03-02', 'differences', 5, 2], ['2026-03-01', 'confirmed', 0, 0]]);
    expect(await mainText('/operations/reconciliation')).toContain('Deposits late');
    expect((await auditor.open('/operations/reconciliation?format=csv')).text.trim().split('\r\n')[2]).toContain('2026-03-02,differences,,5,2,1,2,2');
  });

  it('days are narrowed by state and by day, in the list and in the download', async () => {
    const found = async (query: string) => (await auditor.read<{ days: ReconciliationDay[] }>(`/operations/reconciliation?${query}`)).days.map((day) => day.day.slice(-2));
    expect([await found('state=late'), await found('from=2026-03-02'), await found('to=2026-03-02'), await found('from=2026-03-02&to=2026-03-02&state=differences'), await found('state=explained')]).toEqual([['03'], ['03', '02'], ['02', '01'], ['02'], []]);
    const page = await auditor.open('/operations/reconciliation?state=late&from=2026-03-01');
    expect([page.form('filter').fields['state'], page.form('filter').fields['from'], page.text.includes('2026-03-02')]).toEqual(['late', '2026-03-01', false]);
    expect((await auditor.open('/operations/reconciliation?format=csv&state=confirmed')).text.trim().split('\r\n')).toHaveLength(2);
    expect(await mainText('/operations/reconciliation?state=explained')).toContain('none fits the filter');
  });

  it('a day shows what its state means, its files with sums, and its differences', async () => {
    const page = await auditor.open('/operations/reconciliation/2026-03-02');
    for (const words of ['Not every line is explained', 'Both have it, not equally', 'Only the bank has it', 'D-901', '¥555.00', 'abcdef012345…', '¥3.00']) expect(page.$('main').text()).toContain(words);
    expect(page.text).toContain('/workflows/reconcile%3A2026-03-02');
    expect((await auditor.open('/operations/reconciliation/2026-03-02?format=csv')).text).toContain('deposits,5,555.00,2,1,1,1,0,abcdef0123456789');
    for (const path of ['/operations/reconciliation/2026-03-09', '/operations/reconciliation/yesterday', '/operations/cases/0', '/operations/cases/x']) expect((await auditor.open(path)).status).toBe(404);
  });

  it('cases are searched, added up, and downloaded without a formula; the most urgent stands first', async () => {
    const found = async (query: string) => (await auditor.read<{ cases: ReconciliationCase[] }>(`/operations/cases?${query}`)).cases.map((each) => each.requestNo);
    expect(await found('state=open')).toEqual(['=D-902', 'D-901']);
    expect(await found('q=D-9')).toEqual(['D-901']);
    expect(await found('person=P901&result=bank-only&file=deposits&from=2026-03-02&to=2026-03-02')).toEqual(['=D-902']);
    for (const query of ['from=2026-03-03', 'to=2026-03-01', 'state=resolved', 'person=P902', 'owner=P1']) expect(await found(query)).toEqual([]);
    expect((await auditor.read<{ totals: unknown }>('/operations/cases')).totals).toEqual({ cases: 2, open: 2, doubtFen: 300 });
    expect((await auditor.open('/operations/cases?format=csv')).text).toContain(",'=D-902,bank-only,unknown,,10.00,L-P901,0.00,open,");
  });

  it('somebody takes a case, nobody else can, and the taking is recorded once', async () => {
    const page = await owner.open(`/operations/cases/${caseId}`);
    const others = await second.open(`/operations/cases/${caseId}`);
    for (let n = 0; n < 2; n += 1) await owner.submit(page, 'take-case');
    expect((await caseNow()).owner).toBe(one.id);
    const late = await second.submit(others, 'take-case');
    expect([late.status, late.text.includes('A colleague has taken this case')]).toEqual([409, true]);
    expect((await web.pool.query('SELECT actor, role FROM act WHERE verb = $1 AND subject = $2', ['take-case', `case:${caseId}`])).rows).toEqual([{ actor: one.id, role: 'finance' }]);
    expect((await owner.open(`/operations/cases/${caseId}`)).has('take-case')).toBe(false);
  });

  it('notes stay with who wrote them; an empty one is refused', async () => {
    const page = await owner.open(`/operations/cases/${caseId}`);
    const empty = await owner.submit(page, 'note-case', { note: '' });
    expect([empty.status, empty.text.includes('What was found out, or agreed')]).toEqual([422, true]);
    await owner.submit(page, 'note-case', { note: 'The bank confirms <3.00> less' });
    expect((await caseNow()).notes).toMatchObject([{ personId: one.id, note: 'The bank confirms <3.00> less' }]);
    expect((await auditor.open(`/operations/cases/${caseId}`)).text).toContain('&lt;3.00>');
  });

  it('a decision needs a choice, a reason and a tick, and goes to the case\'s workflow once with the reason in the record', async () => {
    const page = await second.open(`/operations/cases/${caseId}`);
    const bare = await second.submit(page, 'decide-case', {});
    expect(bare.status).toBe(422);
    for (const words of ['How is it decided?', 'Why? Whoever reads', 'Confirm it']) expect(bare.text).toContain(words);
    expect(web.temporal.of('decideCase')).toEqual([]);
    const decision = { resolution: 'accept-bank', why: 'Seen with the bank', confirmed: 'yes' };
    const [key, before] = [page.form('decide-case').fields['key'], (await caseNow()).notes.length];
    for (let n = 0; n < 2; n += 1) expect((await second.submit(page, 'decide-case', decision)).status).toBe(200);
    expect(web.temporal.of('decideCase').map(({ workflowId, args, updateId }) => ({ workflowId, args, updateId }))[0]).toEqual({ workflowId: `case:${caseId}`, args: [{ personId: two.id, resolution: 'accept-bank' }], updateId: key });
    const { notes } = await caseNow();
    expect([notes.length - before, notes.at(-1)]).toMatchObject([1, { personId: two.id, note: 'Seen with the bank' }]);
  });

  it.each([['second-person', 'This needs a second person'], ['short-of-money', 'not in the account any more'], ['cannot-be-posted', 'No entry of ours can make this good'], ['nothing-to-post', 'hold already what the bank says'], ['case-decided', 'decided already']])('a refusal with %s is said in words', async (code, words) => {
    web.temporal.answer = () => refuse(code);
    const page = await owner.submit(await owner.open(`/operations/cases/${caseId}`), 'decide-case', { resolution: 'accept-bank', why: 'It is so', confirmed: 'yes' });
    expect(page.status).toBe(409);
    expect(page.text).toContain(words);
  });

  it('a decided case shows how, by whom and why, and offers nothing more', async () => {
    await web.pool.query(`UPDATE reconciliation_case SET state = 'resolved', resolution = 'explained', resolved_by = $2, reason = 'Posted twice by the bank', resolved_at = '2026-03-04T01:00:00Z' WHERE id = $1`, [caseId, two.id]);
    const page = await owner.open(`/operations/cases/${caseId}`);
    for (const words of ['explained', two.id, 'Posted twice by the bank']) expect(page.$('main').text()).toContain(words);
    expect(page.formNames()).not.toEqual(expect.arrayContaining(['decide-case']));
  });

  it('auditors read, others see nothing, and nobody works a case about their own money', async () => {
    const open = (await auditor.read<{ cases: ReconciliationCase[] }>('/operations/cases?state=open')).cases[0]!.id;
    expect((await auditor.open(`/operations/cases/${open}`)).formNames()).not.toContain('decide-case');
    const page = await owner.open(`/operations/cases/${open}`);
    for (const form of ['take-case', 'note-case', 'decide-case']) {
      const sent = await auditor.submit({ form: () => ({ ...page.form(form), fields: {} }) } as unknown as typeof page, form);
      expect([form, sent.status]).toEqual([form, 403]);
    }
    for (const role of ['reviewer', 'administrator', 'lender'] as const) {
      const visitor = await web.loggedIn((await web.person(role)).id);
      for (const path of ['/operations/reconciliation', '/operations/reconciliation/2026-03-02', '/operations/cases', `/operations/cases/${open}`]) expect((await visitor.open(path)).status).toBe(403);
    }
    await web.pool.query(`UPDATE custody_account SET person_id = $1 WHERE user_no = 'L-P901'`, [one.id]);
    const own = await owner.submit(page, 'note-case', { note: 'Mine' });
    expect([own.status, own.text.includes('This is about yourself')]).toEqual([403, true]);
  });

  it('a task about a case leads to it', async () => {
    const open = (await auditor.read<{ cases: ReconciliationCase[] }>('/operations/cases?state=open')).cases[0]!.id;
    await task(web, { kind: 'case', role: 'operations', workflowId: `case:${open}`, loanNo: null, personId: null, details: { caseId: open, day: '2026-03-02' } });
    expect((await auditor.open('/operations/tasks')).text).toContain(`href="/operations/cases/${open}"`);
  });
});
