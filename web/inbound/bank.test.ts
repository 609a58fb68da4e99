import { beginAccount, findAccount, mirrorBankUser } from '../../db/accounts.js';
import { awaitWord, find, intend } from '../../db/instructions.js';
import { recordIdentityData, openPerson, type Role } from '../../db/people.js';
import { messagesOf } from '../../db/messages.js';
import { personal } from '../../db/chart.js';
import { balanceOf } from '../../db/ledger.js';
import { idCheckCharacter } from '../../domain/identity.js';
import type { Page, Visitor } from '../../stack/visitor.js';
import { startTestWeb, type TestWeb } from '../../test/web.js';
import { demonstrationLimits } from '../limits.js';

let web: TestWeb;
beforeAll(async () => { web = await startTestWeb({ limits: demonstrationLimits }); });
afterAll(() => web.close());

let serial = 500;
async function somebody(role: Role = 'borrower'): Promise<{ id: string; userNo: string; visitor: Visitor }> {
  const { id } = await web.person(role);
  const seventeen = `11010119900307${String((serial += 1)).padStart(3, '0')}`;
  await recordIdentityData(web.pool, web.vault, id, { name: 'Zhang Wei', idNumber: `${seventeen}${idCheckCharacter(seventeen)}`, birthDate: '1990-03-07' });
  return { id, userNo: `${role === 'lender' ? 'L' : 'B'}-${id}`, visitor: await web.loggedIn(id) };
}

/** Sends a form without following the handover, which would lead to a bank that is not there. */
async function press(visitor: Visitor, path: string, form: string, values: Record<string, string> = {}): Promise<Page> {
  return staying(visitor).submit(await visitor.open(path), form, values);
}

function staying(visitor: Visitor): Visitor {
  const stay = Object.create(visitor) as Visitor;
  Object.defineProperty(stay, 'arrive', { value: (arrived: Page) => Promise.resolve(arrived) });
  return stay;
}

function sentToBank(page: Page): { requestNo: string; data: Record<string, unknown>; service: string } {
  const { fields, action } = page.form('to-bank');
  expect(action).toBe('http://bank.test/gateway');
  const data = JSON.parse(fields['reqData']!) as Record<string, unknown>;
  return { requestNo: String(data['requestNo']), data, service: fields['serviceName']! };
}

const user = (userNo: string, change: Record<string, unknown> = {}) => ({
  platformUserNo: userNo, userRole: userNo.startsWith('L') ? 'INVESTOR' : 'BORROWERS', accountState: 'ACTIVE', availableAmount: '0.00', freezeAmount: '0.00',
  bankcardLast4: null, bankName: null, mobileLast4: '0000', authorizations: [], ...change,
});
const success = (requestNo: string, amount = '0.00') => ({ requestNo, status: 'SUCCESS', amount, finishedAt: new Date(web.now.ms).toISOString(), bankNo: `BK${requestNo}` });
const notify = (service: string, data: Record<string, unknown>, options?: Parameters<TestWeb['bankMessage']>[2]) =>
  web.raw.post('/bank/notify').type('form').send(web.bankMessage(service, data, options));

async function openAccount(role: Role = 'borrower') {
  const person = await somebody(role);
  const side = role === 'lender' ? 'lender' : 'borrower';
  const { requestNo } = sentToBank(await press(person.visitor, '/account/custody', `open-account-${side}`));
  await notify('PERSONAL_REGISTER_EXPAND', { ...success(requestNo), user: user(person.userNo) });
  const bind = sentToBank(await press(person.visitor, '/account/custody', `bind-card-${side}`));
  await notify('PERSONAL_BIND_BANKCARD_EXPAND', { ...success(bind.requestNo), user: user(person.userNo, { bankcardLast4: '1234', bankName: 'River Bank' }) });
  return { ...person, side };
}

describe('opening a custody account', () => {
  it('writes the wish, starts its workflow, and carries the person to the bank with a signed form', async () => {
    const { id, userNo, visitor } = await somebody();
    const { requestNo, data, service } = sentToBank(await press(visitor, '/account/custody', 'open-account-borrower'));
    expect(service).toBe('PERSONAL_REGISTER_EXPAND');
    expect(data).toMatchObject({ platformUserNo: userNo, userRole: 'BORROWERS', realName: 'Zhang Wei', mobile: (await openPerson(web.pool, web.vault, id)).phone, redirectUrl: `${web.url}/bank/return` });
    expect(requestNo).toMatch(/^R\d{17}$/);
    expect(await find(web.pool, requestNo)).toMatchObject({ verb: 'register', userNo, state: 'sent', workflowId: requestNo, amountFen: 0 });
    expect(await findAccount(web.pool, id, 'BORROWERS')).toMatchObject({ state: 'opening' });
    expect(web.temporal.told.filter((told) => told.workflowId === requestNo)).toEqual([
      { what: 'start', workflowId: requestNo, name: 'movement', args: [{ requestNo, verb: 'register', personId: id, clock: expect.objectContaining({ governed: false }) }] },
    ]);
    expect((await web.pool.query('SELECT pokes, seen FROM waiting WHERE workflow_id = $1', [requestNo])).rows).toEqual([{ pokes: 1, seen: 0 }]);
  });

  it('pressed twice asks the bank once', async () => {
    const { userNo, visitor } = await somebody();
    const page = await visitor.open('/account/custody');
    const stay = staying(visitor);
    const [first, second] = await Promise.all([stay.submit(page, 'open-account-borrower'), stay.submit(page, 'open-account-borrower')]);
    expect(sentToBank(first).requestNo).toBe(sentToBank(second).requestNo);
    expect((await web.pool.query('SELECT 1 FROM instruction WHERE user_no = $1', [userNo])).rowCount).toBe(1);
  });

  it('asks for name and ID number first, and is not for staff', async () => {
    const { id } = await web.person('lender');
    expect((await (await web.loggedIn(id)).open('/account/custody')).text).toContain('First give your name and ID number');
    const staff = await web.person('collector');
    const page = await (await web.loggedIn(staff.id)).open('/account/custody');
    expect(page.text).toContain('needs no custody account');
  });

  it('goes on to card and authorisations as the bank says, and then tells the loans that wait', async () => {
    const { id, userNo, visitor, side } = await openAccount();
    await web.pool.query(
      `INSERT INTO loan (loan_no, borrower_id, idempotency_key, profile, product_id, product_version, requested_fen, term_months, purpose, applied_at, state, owner) VALUES ('LN7001', $1, 'k7001', 'cn', 'consumer', 1, 100000, 3, 'car', now(), 'preparing', 'borrower')`, [id]);
    expect(await visitor.read('/account/custody')).toMatchObject({ accounts: [{ userNo, side, state: 'active', cardLast4: '1234', missing: ['REPAYMENT', 'RECHARGE', 'WITHDRAW'] }] });
    const { requestNo, data } = sentToBank(await press(visitor, `/account/custody/${side}/authorise`, 'authorise', { max: '50,000', years: '3' }));
    expect(data).toMatchObject({ authList: ['REPAYMENT', 'RECHARGE', 'WITHDRAW'], amount: '50000.00' });
    const authorizations = ['REPAYMENT', 'RECHARGE', 'WITHDRAW'].map((type) => ({ type, amount: '50000.00', usedAmount: '0.00', failTime: data['failTime'] }));
    expect((await notify('USER_AUTHORIZATION', { ...success(requestNo), user: user(userNo, { bankcardLast4: '1234', bankName: 'River Bank', authorizations }) })).text).toBe('SUCCESS');
    expect(await visitor.read('/account/custody')).toMatchObject({ accounts: [{ missing: [] }] });
    expect(web.temporal.told.filter((told) => told.workflowId === 'LN7001')).toEqual([{ what: 'signal', workflowId: 'LN7001', name: 'accountReady', args: [] }]);
  });

  it.each([['', 'Enter a limit'], ['50', 'At least'], ['nonsense', 'Type an amount'], ['999,999,999,999', 'At most']])('refuses the limit "%s"', async (max, says) => {
    const { visitor, side } = await openAccount();
    const page = await press(visitor, `/account/custody/${side}/authorise`, 'authorise', { max });
    expect(page.status).toBe(422);
    expect(page.text).toContain(says);
  });
});

describe('a notification of the bank', () => {
  it('is recorded once, whatever often it comes, tells the workflow once, and answers SUCCESS each time', async () => {
    const { userNo, visitor, side } = await openAccount();
    const { requestNo, data } = sentToBank(await press(visitor, `/account/custody/${side}/deposit`, 'deposit', { amount: '1,000.50' }));
    expect(data).toMatchObject({ amount: '1000.50' });
    for (let n = 0; n < 3; n += 1) {
      const answer = await notify('RECHARGE', success(requestNo, '1000.50'));
      expect([answer.status, answer.text]).toEqual([200, 'SUCCESS']);
    }
    expect(await balanceOf(web.pool, personal(userNo, 'available'))).toBe(100_050);
    expect(web.temporal.told.filter((told) => told.name === 'instructionDone' && told.workflowId === requestNo)).toEqual([{ what: 'signal', workflowId: requestNo, name: 'instructionDone', args: [{ requestNo }] }]);
    expect((await web.pool.query('SELECT 1 FROM bank_message WHERE request_no = $1', [requestNo])).rowCount).toBe(3);
    expect((await visitor.open('/account')).text).toContain('¥1,000.50');
  });

  it('unsigned, altered, of another platform, or a callback at this door changes nothing', async () => {
    const { userNo, visitor, side } = await openAccount();
    const { requestNo } = sentToBank(await press(visitor, `/account/custody/${side}/deposit`, 'deposit', { amount: '10' }));
    const good = web.bankMessage('RECHARGE', success(requestNo, '10.00'));
    const attempts = [
      web.bankMessage('RECHARGE', success(requestNo, '10.00'), { sign: false }), { ...good, respData: good['respData']!.replace('10.00', '90.00') }, { ...good, platformNo: 'SOMEBODY' },
      { ...good, keySerial: 'b9' }, web.bankMessage('RECHARGE', success(requestNo, '10.00'), { responseType: 'CALLBACK' }), {}, { respData: ['x'] },
    ];
    for (const body of attempts) {
      const answer = await web.raw.post('/bank/notify').type('form').send(body);
      expect([answer.status, answer.text]).toEqual([403, 'REFUSED']);
    }
    expect((await find(web.pool, requestNo))?.state).toBe('sent');
    expect(await balanceOf(web.pool, personal(userNo, 'available'))).toBe(0);
  });

  it('of an amount we did not ask for is not believed, and of a request we do not know not either', async () => {
    const { visitor, side } = await openAccount();
    const { requestNo } = sentToBank(await press(visitor, `/account/custody/${side}/deposit`, 'deposit', { amount: '10' }));
    expect((await notify('RECHARGE', success(requestNo, '11.00'))).status).toBe(409);
    expect((await notify('RECHARGE', success('D20260101000000000', '11.00'))).status).toBe(404);
    expect((await find(web.pool, requestNo))?.state).toBe('sent');
  });

  it('disturbs a loan only when its step waits to be told', async () => {
    const { userNo } = await openAccount();
    const pulled = async (requestNo: string, awaited: boolean): Promise<string[]> => {
      await intend(web.pool, { businessKey: requestNo, requestNo, verb: 'pull', userNo, amountFen: 500, workflowId: 'LN7002', step: 'service', asOf: '2026-03-02T02:00:00.000Z' });
      if (awaited) expect(await awaitWord(web.pool, requestNo)).toBe(true);
      expect((await notify('DIRECT_RECHARGE', success(requestNo, '5.00'))).text).toBe('SUCCESS');
      expect((await find(web.pool, requestNo))?.state).toBe('done');
      expect(await awaitWord(web.pool, requestNo)).toBe(false);
      return web.temporal.told.filter((told) => told.workflowId === 'LN7002').map((told) => told.name);
    };
    expect(await pulled('LN7002-p1-pull', false)).toEqual([]);
    expect(await pulled('LN7002-p2-pull', true)).toEqual(['instructionDone']);
  });

  it('whose workflow cannot be told is recorded all the same', async () => {
    const { userNo, visitor, side } = await openAccount();
    const { requestNo } = sentToBank(await press(visitor, `/account/custody/${side}/deposit`, 'deposit', { amount: '10' }));
    web.temporal.answer = () => { throw Object.assign(new Error('unavailable'), { name: 'ServiceError' }); };
    expect((await notify('RECHARGE', success(requestNo, '10.00'))).text).toBe('SUCCESS');
    web.temporal.answer = () => ({});
    expect(await balanceOf(web.pool, personal(userNo, 'available'))).toBe(1_000);
  });
});

describe('coming back from the bank', () => {
  it('works without a session and leads to a page that asks the record, not the callback', async () => {
    const { visitor, side } = await openAccount();
    const { requestNo } = sentToBank(await press(visitor, `/account/custody/${side}/deposit`, 'deposit', { amount: '10' }));
    const back = await web.raw.post('/bank/return').type('form').send(web.bankMessage('RECHARGE', success(requestNo, '10.00'), { responseType: 'CALLBACK' }));
    expect([back.status, back.headers['location']]).toEqual([303, `/account/bank/${requestNo}`]);
    expect(back.headers['set-cookie']).toBeUndefined();
    expect((await find(web.pool, requestNo))?.state).toBe('sent');
    expect((await visitor.open(`/account/bank/${requestNo}`)).text).toContain('Waiting for the bank');
    await notify('RECHARGE', success(requestNo, '10.00'));
    const done = await visitor.open(`/account/bank/${requestNo}`);
    expect(done.$('.badge').first().text()).toBe('Done');
    expect(done.text).toContain(requestNo);
    expect(await visitor.read(`/account/bank/${requestNo}`)).toMatchObject({ requestNo, state: 'done', amountFen: 1_000 });
  });

  it('shows a refusal with its reason, and another\'s request to nobody', async () => {
    const { visitor, side } = await openAccount();
    const { requestNo } = sentToBank(await press(visitor, `/account/custody/${side}/deposit`, 'deposit', { amount: '10' }));
    await notify('RECHARGE', { requestNo, status: 'FAIL', amount: '10.00', errorCode: '100008', reasonCode: 'CARD_REFUSED', errorMessage: 'no' });
    expect((await visitor.open(`/account/bank/${requestNo}`)).text).toContain('Failed');
    const other = await somebody();
    expect((await other.visitor.open(`/account/bank/${requestNo}`)).status).toBe(404);
    expect(new URL((await web.visitor().open(`/account/bank/${requestNo}`)).url).pathname).toBe('/log-in');
  });

  it('unsigned says so and changes nothing', async () => {
    const back = await web.raw.post('/bank/return').type('form').send({ respData: '{}' });
    expect([back.status, back.headers['location']]).toEqual([303, '/account/bank-unverified']);
  });
});

describe('withdrawing, and changing card and phone', () => {
  it('takes no more than is available', async () => {
    const { visitor, side } = await openAccount();
    const { requestNo } = sentToBank(await press(visitor, `/account/custody/${side}/deposit`, 'deposit', { amount: '100' }));
    await notify('RECHARGE', success(requestNo, '100.00'));
    expect((await press(visitor, `/account/custody/${side}/withdraw`, 'withdraw', { amount: '100.01' })).status).toBe(422);
    expect(sentToBank(await press(visitor, `/account/custody/${side}/withdraw`, 'withdraw', { amount: '100', urgency: 'urgent' })).data).toMatchObject({ amount: '100.00', withdrawType: 'URGENT' });
  });

  it('is closed for a day after another card was bound, and tells phone and mail before', async () => {
    const { id, userNo, visitor, side } = await openAccount('lender');
    const deposit = sentToBank(await press(visitor, `/account/custody/${side}/deposit`, 'deposit', { amount: '100' }));
    await notify('RECHARGE', success(deposit.requestNo, '100.00'));
    const openedBefore = await visitor.open(`/account/custody/${side}/withdraw`);
    const unbind = sentToBank(await press(visitor, `/account/custody/${side}/card/change`, 'unbind-card'));
    expect(unbind.service).toBe('UNBIND_BANKCARD');
    expect((await messagesOf(web.pool, id)).map((each) => [each.template, each.channel])).toEqual(expect.arrayContaining([['card-changing', 'sms'], ['card-changing', 'mail']]));
    await notify('UNBIND_BANKCARD', { ...success(unbind.requestNo), user: user(userNo) });
    const bind = sentToBank(await press(visitor, '/account/custody', `bind-card-${side}`));
    await notify('PERSONAL_BIND_BANKCARD_EXPAND', { ...success(bind.requestNo), user: user(userNo, { bankcardLast4: '9999', bankName: 'Other Bank' }) });
    expect((await visitor.open(`/account/custody/${side}/withdraw`)).text).toContain('Nothing is paid out yet');
    const refused = await staying(visitor).submit(openedBefore, 'withdraw', { amount: '50' });
    expect(refused.status).toBe(422);
    expect(refused.text).toContain('cooling period');
    web.now.ms += 25 * 3_600_000;
    const renewed = await web.loggedIn(id);
    expect(sentToBank(await press(renewed, `/account/custody/${side}/withdraw`, 'withdraw', { amount: '50' })).requestNo).toMatch(/^W/);
  });

  it('changes the phone only when the bank has changed it', async () => {
    const { id, visitor } = await openAccount();
    const before = (await openPerson(web.pool, web.vault, id)).phone;
    await press(visitor, '/account/phone', 'change-phone', { phone: '13611112222' });
    const { rows } = await web.pool.query<{ body: string }>(`SELECT body FROM message WHERE person_id = $1 AND template = 'code' ORDER BY id DESC LIMIT 1`, [id]);
    const page = await press(visitor, '/account/phone/code', 'change-phone-code', { code: /\d{6}/.exec(rows[0]!.body)![0] });
    const { requestNo, data, service } = sentToBank(page);
    expect([service, data['mobile']]).toEqual(['MODIFY_MOBILE_EXPAND', '13611112222']);
    expect((await openPerson(web.pool, web.vault, id)).phone).toBe(before);
    await notify('MODIFY_MOBILE_EXPAND', success(requestNo));
    expect((await openPerson(web.pool, web.vault, id)).phone).toBe('13611112222');
    expect((await findAccount(web.pool, id, 'BORROWERS'))?.payoutsFrom).not.toBeNull();
    expect((await messagesOf(web.pool, id)).filter((each) => each.template === 'phone-changing' && each.channel === 'sms').map((each) => web.vault.open(each.toCipher))).toEqual([before]);
  });
});

describe('bids told by the bank', () => {
  it('reach the fund\'s workflow gathered, as news to look at', async () => {
    const lender = await somebody('lender');
    await beginAccount(web.pool, lender.id, 'INVESTOR');
    await mirrorBankUser(web.pool, { userNo: lender.userNo, state: 'active', card: null, authorisations: [] }, new Date(web.now.ms).toISOString());
    for (let n = 1; n <= 5; n += 1) {
      await web.pool.query(`INSERT INTO instruction (request_no, business_key, verb, user_no, amount_fen, workflow_id, step, state, as_of) VALUES ($1, $1, 'create-project', NULL, 0, 'fund:LN8001', 'fund', 'sent', now())`, [`X${n}`]);
    }
    for (let n = 1; n <= 5; n += 1) expect((await notify('ESTABLISH_PROJECT', success(`X${n}`))).text).toBe('SUCCESS');
    const told = () => web.temporal.told.filter((each) => each.workflowId === 'fund:LN8001');
    expect(told()[0]).toEqual({ what: 'signal', workflowId: 'fund:LN8001', name: 'bidsChanged', args: [] });
    expect(new Set(told().map((each) => each.name))).toEqual(new Set(['bidsChanged']));
  });
});

it('nothing personal reaches Temporal or the log', () => {
  const said = `${JSON.stringify(web.temporal.told)}${web.logged()}`;
  for (const personal of ['Zhang Wei', '1101011990', 'example.com', '13611112222', '139100']) expect(said).not.toContain(personal);
});
