import { overdue } from '../../test/desks.js';
import { addPerson, deposit } from '../../test/people-with-money.js';
import { startTestWeb, type TestWeb } from '../../test/web.js';
import { recordAct } from '../../db/acts.js';
import { inTransaction } from '../../db/pool.js';
import type { Visitor } from '../../stack/visitor.js';
import { productionLimits } from '../limits.js';

let web: TestWeb;
let auditor: Visitor;
beforeAll(async () => {
  web = await startTestWeb({ limits: { ...productionLimits, 'log-in-by-address': { points: 1_000, seconds: 900 } } });
  auditor = await web.loggedIn((await web.person('auditor')).id);
  await addPerson(web.pool, 'P501', 'lender');
  await deposit(web.pool, 'L-P501', 123_456, 'D-one');
  await deposit(web.pool, 'L-P501', 1_000, 'D-two');
});
afterAll(() => web.close());

const rowsOf = async (path: string, list: string) => (await auditor.read<Record<string, Record<string, unknown>[]>>(path))[list]!;

describe('money, read only', () => {
  it('lists instructions by number, person, loan and state, and downloads them', async () => {
    const numbers = async (query: string) => (await rowsOf(`/operations/instructions?${query}`, 'instructions')).map((each) => each['requestNo']);
    expect(await numbers('person=P501')).toEqual(['D-two', 'D-one']);
    expect(await numbers('person=L-P501&state=done&q=D-o')).toEqual(['D-one']);
    expect(await numbers('state=open')).toEqual([]);
    expect(await numbers('loan=LN1')).toEqual([]);
    const csv = (await auditor.open('/operations/instructions?person=P501&format=csv')).text.split('\r\n');
    expect(csv).toHaveLength(4);
    expect(csv[2]).toContain('D-one,deposit,L-P501,,,1234.56,done');
    const page = await auditor.open('/operations/instructions/D-one');
    for (const shown of ['¥1,234.56', 'BK-D-one', 'Deposit']) expect(page.text).toContain(shown);
    expect((await auditor.open('/operations/instructions/nothing')).status).toBe(404);
  });

  it('leads from the trial balance to an account, its entries, and a journal with its postings', async () => {
    const books = await auditor.read<{ trialBalance: { sumFen: number } }>('/operations/books');
    expect(books.trialBalance.sumFen).toBe(0);
    expect((await auditor.open('/operations/books')).text).toContain('Both books are balanced');
    const [account] = await rowsOf('/operations/accounts?q=P501', 'accounts');
    expect(account).toMatchObject({ code: 'L-P501:available', balanceFen: 124_456, postings: 2 });
    const entries = await rowsOf(`/operations/accounts/${String(account!['id'])}`, 'entries');
    expect(entries.map((each) => [each['amountFen'], each['balanceFen']])).toEqual([[1_000, 124_456], [123_456, 123_456]]);
    const journal = await auditor.read<{ postings: { amountFen: number }[] }>(`/operations/journals/${String(entries[0]!['journalId'])}`);
    expect(journal.postings.map((each) => each.amountFen)).toEqual([-1_000, 1_000]);
    expect((await auditor.open(`/operations/journals/${String(entries[0]!['journalId'])}`)).text).toContain('L-P501:available');
    expect((await rowsOf('/operations/journals?q=D-one', 'journals'))).toMatchObject([{ requestNo: 'D-one', movedFen: 123_456, postings: 2 }]);
    for (const path of ['/operations/accounts/0', '/operations/accounts/x', '/operations/journals/999999', '/operations/payments/none']) expect((await auditor.open(path)).status).toBe(404);
  });

  it('gives the trial balance now or at the end of a day, and as CSV', async () => {
    const sums = async (query: string) => (await auditor.open(`/operations/books?format=csv${query}`)).text.trim().split('\r\n').slice(1);
    expect(await sums('')).toContain('custody,lender-available,1,1244.56');
    expect(await sums('&day=2025-03-03')).toContain('custody,lender-available,1,1244.56');
    expect(await sums('&day=2025-03-02')).toEqual([]);
    const page = await auditor.open('/operations/books?day=2025-03-02');
    expect([page.$('title').text().includes('Books at the end of 2025-03-02'), page.text.includes('Empty, because nothing has been posted yet')]).toEqual([true, true]);
    expect((await auditor.open('/operations/books?day=2025-03-03')).$('tbody a.row').first().attr('href')).toContain('day=2025-03-03');
    await web.pool.query(`INSERT INTO day_close (day, trial_balance_fen, accounts_compared, differences, open_instructions, closed_at) VALUES ('2025-03-03', 0, 7, '[{"userNo":"L-P501","ours":{},"bank":{}}]', 2, now())`);
    expect((await auditor.open('/operations/books')).$('main').text()).toContain('L-P501');
    expect((await auditor.open('/operations/books?format=days')).text).toContain('2025-03-03,0.00,7,1,L-P501,2,');
  });

  it('sorts accounts and journals as asked', async () => {
    const balances = (await rowsOf('/operations/accounts?book=custody&sort=balance', 'accounts')).map((each) => Number(each['balanceFen']));
    expect(balances).toEqual([...balances].sort((a, b) => a - b));
    const moves = (await rowsOf('/operations/journals?sort=-moved', 'journals')).map((each) => Number(each['movedFen']));
    expect(moves).toEqual([123_456, 1_000]);
    expect((await rowsOf('/operations/custody-accounts?sort=-available', 'accounts'))[0]).toMatchObject({ userNo: 'L-P501' });
    expect((await auditor.open('/operations/accounts?sort=-balance')).$('th[aria-sort=descending]').text()).toContain('Balance');
  });

  it('shows shares that the bank refused, with the reason, and how a payment was shared', async () => {
    const { loan } = await overdue(web);
    const { loanNo } = loan;
    await web.pool.query(`INSERT INTO holding (id, loan_no, lender_id, user_no, principal_fen) OVERRIDING SYSTEM VALUE VALUES (7001, $1, 'P501', 'L-P501', 5000)`, [loanNo]);
    await web.pool.query(`INSERT INTO payment (payment_no, loan_no, n, source, asked_fen, frozen_fen, as_of, state, parts, principal_fen) VALUES ($1 || ':p1', $1, 1, 'debit', 5000, 5000, '2026-03-01', 'distributed', $2, 5000)`,
      [loanNo, JSON.stringify([{ no: 1, costsFen: 0, feeFen: 0, lateInterestFen: 0, interestFen: 0, principalFen: 5_000 }])]);
    await web.pool.query(`INSERT INTO distribution (payment_no, holding_id, principal_fen, interest_fen, late_interest_fen, state) VALUES ($1 || ':p1', 7001, 5000, 0, 0, 'undelivered')`, [loanNo]);
    await web.pool.query(`INSERT INTO instruction (request_no, business_key, verb, loan_no, payment_no, workflow_id, step, state, as_of) VALUES ($1 || '-p1-batch1', $1 || ':p1:batch1', 'batch-repayment', $1, $1 || ':p1', $1, 'service', 'done', now())`, [loanNo]);
    await web.pool.query(
      `INSERT INTO instruction_detail (request_no, batch_no, hold_request_no, from_user_no, to_user_no, kind, purpose, amount_fen, holding_id, state, reason)
       VALUES ($1 || '-p1-batch1-h7001-principal', $1 || '-p1-batch1', 'H', 'B-P1', 'L-P501', 'principal', 'principal', 5000, 7001, 'refused', 'account-unusable')`, [loanNo]);
    expect(await rowsOf('/operations/undelivered', 'shares')).toMatchObject([{ loanNo, lenderId: 'P501', principalFen: 5_000, reason: 'account-unusable' }]);
    expect((await auditor.open('/operations/undelivered')).text).toContain('Account unusable');
    const payment = await auditor.open(`/operations/payments/${loanNo}:p1`);
    for (const shown of ['2026-03-01', '¥50.00', 'undelivered']) expect(payment.text).toContain(shown);
    expect((await auditor.open(`/operations/loans/${loanNo}`)).text).toContain('1 undelivered');
  });
});

describe('the record of decisions', () => {
  it('is searched by subject, person, verb and role, and downloaded without becoming a formula', async () => {
    await inTransaction(web.pool, (tx) => recordAct(tx, { actor: 'P77', role: 'reviewer', verb: 'review-approve', subject: 'LN77', after: { amountFen: 5 }, why: '=HYPERLINK("x")' }));
    const found = async (query: string) => (await rowsOf(`/operations/acts?${query}`, 'acts')).map((each) => `${String(each['verb'])} ${String(each['subject'])}`);
    for (const query of ['q=LN77', 'actor=P77', 'verb=review-approve&role=reviewer']) expect(await found(query)).toEqual(['review-approve LN77']);
    expect(await found('q=LN77&verb=other')).toEqual([]);
    expect((await auditor.open('/operations/acts?q=LN77')).text).toContain('amount ¥0.05');
    expect((await auditor.open('/operations/acts?q=LN77&format=csv')).text).toContain(`"'=HYPERLINK(""x"")"`);
  });
});

describe('roles', () => {
  it('are given by one administrator and confirmed by another, never by the same or by the person', async () => {
    const [one, two, target] = [await web.person('administrator'), await web.person('administrator'), await web.person('reviewer')];
    const [first, second] = [await web.loggedIn(one.id), await web.loggedIn(two.id)];
    const form = await first.open('/operations/people');
    for (const [typed, says] of [[{}, 'Whose role?'], [{ person: 'P0', role: 'auditor', change: 'grant', why: 'x' }, 'There is nobody'], [{ person: one.id, role: 'auditor', change: 'grant', why: 'x' }, 'Nobody changes their own'],
      [{ person: target.id, role: 'reviewer', change: 'grant', why: 'x' }, 'has the role already'], [{ person: target.id, role: 'lender', change: 'grant', why: 'x' }, 'Which role?'], [{ person: target.id, role: 'auditor', change: 'grant', why: 'x'.repeat(600) }, 'At most 500']] as [Record<string, string>, string][]) {
      const page = await first.submit(form, 'request-role', typed);
      expect(page.status).toBe(422);
      expect(page.text).toContain(says);
    }
    for (let n = 0; n < 2; n += 1) await first.submit(form, 'request-role', { person: target.id, role: 'collector', change: 'grant', why: 'New in the team' });
    const { changes } = await first.read<{ changes: { id: number; personId: string }[] }>('/operations/people');
    expect(changes).toMatchObject([{ personId: target.id, role: 'collector', change: 'grant' }]);
    const confirm = `confirm-role-${changes[0]!.id}`;
    expect((await first.open('/operations/people')).has(confirm)).toBe(false);
    const page = await second.open('/operations/people');
    const own = await first.submit({ form: () => ({ ...page.form(confirm), fields: { ...form.form('request-role').fields, decision: 'confirm' } }) } as unknown as typeof page, confirm);
    expect(own.status).toBe(409);
    const roles = async () => (await web.pool.query<{ role: string }>('SELECT role FROM person_role WHERE person_id = $1 ORDER BY role', [target.id])).rows.map((each) => each.role);
    expect(await roles()).toEqual(['reviewer']);
    await second.submit(page, confirm);
    expect(await roles()).toEqual(['collector', 'reviewer']);
    expect((await second.submit(page, confirm)).status).toBe(409);
    const acts = (await web.pool.query('SELECT verb, actor, second_person FROM act WHERE subject = $1 ORDER BY id', [target.id])).rows;
    expect(acts).toEqual([{ verb: 'request-grant-role', actor: one.id, second_person: null }, { verb: 'grant-role', actor: one.id, second_person: two.id }]);
  });

  it('that are taken log the person out; two administrators are always left', async () => {
    const [one, two, target] = [await web.person('administrator'), await web.person('administrator'), await web.person('finance')];
    const [first, second, theirs] = [await web.loggedIn(one.id), await web.loggedIn(two.id), await web.loggedIn(target.id)];
    const revoke = async (personId: string, role: string) => {
      await first.submit(await first.open('/operations/people'), 'request-role', { person: personId, role, change: 'revoke', why: 'Left the team' });
      const { changes } = await first.read<{ changes: { id: number; personId: string }[] }>('/operations/people');
      const page = await second.open('/operations/people');
      return second.submit(page, `confirm-role-${changes.find((each) => each.personId === personId)!.id}`);
    };
    expect((await theirs.open('/operations')).status).toBe(200);
    expect((await revoke(target.id, 'finance')).status).toBe(200);
    expect((await theirs.open('/operations')).url).toContain('/log-in');
    await web.pool.query(`DELETE FROM person_role WHERE role = 'administrator' AND person_id NOT IN ($1, $2, $3)`, [one.id, two.id, target.id]);
    await web.pool.query(`INSERT INTO person_role VALUES ($1, 'administrator')`, [target.id]);
    expect((await revoke(target.id, 'administrator')).status).toBe(200);
    const third = await web.person('auditor');
    await web.pool.query(`INSERT INTO person_role VALUES ($1, 'administrator')`, [third.id]);
    await web.pool.query(`DELETE FROM person_role WHERE role = 'administrator' AND person_id = $1`, [one.id]);
    await web.pool.query(`INSERT INTO role_change (key, person_id, role, change, why, requested_by) VALUES ('last', $1, 'administrator', 'revoke', 'x', $2)`, [third.id, one.id]);
    const { changes } = await second.read<{ changes: { id: number; personId: string }[] }>('/operations/people');
    const last = await second.submit(await second.open('/operations/people'), `confirm-role-${changes.find((each) => each.personId === third.id)!.id}`);
    expect(last.status).toBe(409);
    expect(last.text).toContain('Two administrators must be left');
  });

  it('are changed by administrators only', async () => {
    const visitor = await web.loggedIn((await web.person('operations')).id);
    expect((await visitor.open('/operations/people')).has('request-role')).toBe(false);
    const administrators = await web.loggedIn((await web.person('administrator')).id);
    const page = await administrators.open('/operations/people');
    expect((await visitor.submit({ form: () => ({ ...page.form('request-role'), fields: {} }) } as unknown as typeof page, 'request-role')).status).toBe(403);
    expect((await web.raw.post('/operations/people/roles').type('form').send({ person: 'P1' })).status).toBe(403);
  });

  it('people are found by number and by whole e-mail address, which is not shown', async () => {
    const sought = await web.person('borrower');
    for (const query of [sought.id, sought.email.toUpperCase()]) expect((await rowsOf(`/operations/people?q=${encodeURIComponent(query)}`, 'people')).map((each) => each['id'])).toEqual([sought.id]);
    expect((await auditor.open(`/operations/people?q=${sought.id}`)).text).not.toContain(sought.email);
  });
});
