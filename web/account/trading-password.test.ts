import { cardNumber, startBank, type TestBank } from '../../test/bank.js';
import { startTestWeb, type TestWeb } from '../../test/web.js';
import { findAccountByUserNo } from '../../db/accounts.js';
import { recordIdentityData } from '../../db/people.js';
import { findLook } from '../../db/withdrawal-looks.js';
import { idCheckCharacter } from '../../domain/identity.js';
import type { Page, Visitor } from '../../stack/visitor.js';
import { demonstrationLimits } from '../limits.js';

let web: TestWeb;
let bank: TestBank;
let serial = 800;
beforeAll(async () => {
  web = await startTestWeb({
    limits: demonstrationLimits,
    bank: async (url) => {
      bank = await startBank({ notifyUrl: `${url}/bank/notify` });
      return bank.platform;
    },
  });
});
afterAll(async () => {
  await web.close();
  await bank.stop();
});

const custody = '/account/custody';
const texted = async (mobile: string): Promise<string> => {
  const response = await fetch(`${bank.url}/texts/${mobile}`, { headers: { authorization: `Bearer ${bank.sandboxToken}` } });
  return /\d{6}/.exec(((await response.json()) as { body: string }[])[0]?.body ?? '')?.[0] ?? '';
};

async function goToBank(visitor: Visitor, path: string, form: string, here: Record<string, string>, there: () => Promise<Record<string, string>> | Record<string, string>): Promise<Page> {
  const atBank = await visitor.submit(await visitor.open(path), form, here);
  expect(new URL(atBank.url).origin).toBe(bank.url);
  const back = await visitor.submit(atBank, 'bank-act', { decision: 'confirm', ...(await there()) });
  const at = new URL(back.url);
  if (at.origin === bank.url) return back;
  for (let looks = 0; looks < 600; looks += 1) {
    const page = await visitor.open(at.pathname);
    if (!page.text.includes('Waiting for the bank')) return page;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('the bank has not spoken within a minute');
}

async function named(id: string): Promise<string> {
  const seventeen = `11010119900307${String((serial += 1)).padStart(3, '0')}`;
  await recordIdentityData(web.pool, web.vault, id, { name: '王小明', idNumber: `${seventeen}${idCheckCharacter(seventeen)}`, birthDate: '1990-03-07' });
  return cardNumber(9, serial);
}

async function lender(): Promise<{ id: string; phone: string; visitor: Visitor }> {
  const { id, phone } = await web.person('lender');
  const card = await named(id);
  const visitor = await web.loggedIn(id);
  await goToBank(visitor, custody, 'open-account-lender', {}, () => ({ password: '135790', passwordAgain: '135790', cardNumber: card }));
  return { id, phone, visitor };
}

it('a person resets the trading password from the custody page, and a large withdrawal soon after is looked at first', async () => {
  const { id, phone, visitor } = await lender();
  await goToBank(visitor, `${custody}/lender/deposit`, 'deposit', { amount: '80,000' }, () => ({ password: '135790' }));
  expect((await visitor.open(custody)).$(`a[href="${custody}/lender/password"]`).text()).toBe('Reset the trading password');
  expect((await goToBank(visitor, `${custody}/lender/password`, 'reset-password', {}, async () => ({ code: await texted(phone), password: '246801', passwordAgain: '246801' }))).$('.badge').first().text()).toBe('Done');
  expect((await findAccountByUserNo(web.pool, `L-${id}`))?.changedAt).not.toBeNull();
  expect((await web.pool.query("SELECT 1 FROM act WHERE actor = $1 AND verb = 'ask-bank:reset-password'", [id])).rowCount).toBe(1);

  // What is withdrawn counts from the change on.
  web.now.ms = Date.now() + 1_000;
  const small = await goToBank(visitor, `${custody}/lender/withdraw`, 'withdraw', { amount: '100', urgency: 'urgent' }, () => ({ password: '246801' }));
  expect(small.$('.state .badge').text()).toBe('Done');
  const page = await visitor.open(`${custody}/lender/withdraw`);
  expect(page.text).toContain('withdrawals that come to ¥50,000.00 or more are looked at by a person');
  const refused = await goToBank(visitor, `${custody}/lender/withdraw`, 'withdraw', { amount: '50,000', urgency: 'urgent' }, () => ({ password: '135790' }));
  expect([new URL(refused.url).origin, refused.text.includes('Wrong trading password')]).toEqual([bank.url, true]);
  const held = await goToBank(visitor, `${custody}/lender/withdraw`, 'withdraw', { amount: '29,900', urgency: 'urgent' }, () => ({ password: '246801' }));
  expect(held.$('.state .badge').text()).toBe('Being looked at');
  expect(held.$('.state').text()).toContain('it is cancelled and the money is available again');
  const requestNo = new URL(held.url).pathname.split('/').at(-1)!;
  expect(await visitor.read(`/account/bank/${requestNo}`)).toMatchObject({ state: 'accepted', stage: 'confirming' });
  expect(await findLook(web.pool, requestNo)).toMatchObject({ decision: null, amountFen: 29_900_00, stage: 'confirming' });
});

it('without a change nothing is held, whatever the amount', async () => {
  const { visitor } = await lender();
  await goToBank(visitor, `${custody}/lender/deposit`, 'deposit', { amount: '90,000' }, () => ({ password: '135790' }));
  const page = await goToBank(visitor, `${custody}/lender/withdraw`, 'withdraw', { amount: '90,000', urgency: 'urgent' }, () => ({ password: '135790' }));
  expect(page.$('.state .badge').text()).toBe('Done');
});

it('finance registers an enterprise, its agent opens the account at the bank, and the page shows how it stands', async () => {
  const [finance, agent] = [await web.person('finance'), await web.person('lender')];
  const desk = await web.loggedIn(finance.id);
  const form = { name: 'Harbour Guarantee Co., Ltd.', uscc: '91350100m000100y43', role: 'GUARANTEECORP', agent: agent.id };
  const register = async (typed: Record<string, string>): Promise<Page> => desk.submit(await desk.open('/operations/enterprises'), 'register-enterprise', typed);
  expect((await register({ ...form, uscc: '91350100M000100Y44' })).$('#e-uscc').text()).toContain('GB 32100');
  expect((await register(form)).$('#e-agent').text()).toContain('not identified yet');
  const card = await named(agent.id);
  await web.pool.query("UPDATE person SET identification_state = 'verified' WHERE id = $1", [agent.id]);
  expect((await register({ ...form, agent: 'P999999' })).$('#e-agent').text()).toContain('nobody with this number');
  expect((await register(form)).status).toBe(200);
  expect((await register(form)).$('#e-uscc').text()).toContain('registered in this role already');
  const { accounts } = await desk.read<{ accounts: { userNo: string; uscc: string; state: string }[] }>('/operations/enterprises');
  expect(accounts).toMatchObject([{ uscc: '91350100M000100Y43', state: 'opening', agentId: agent.id }]);
  const { userNo } = accounts[0]!;

  const stranger = await web.loggedIn((await web.person('lender')).id);
  expect((await stranger.open(custody)).has(`open-enterprise-${userNo}`)).toBe(false);
  const visitor = await web.loggedIn(agent.id);
  const done = await goToBank(visitor, custody, `open-enterprise-${userNo}`, {}, () => ({ password: '135790', passwordAgain: '135790', cardNumber: card }));
  expect(done.$('.badge').first().text()).toBe('Done');
  expect(await desk.read('/operations/enterprises')).toMatchObject({ accounts: [{ userNo, state: 'active', cardLast4: card.slice(-4), requestState: 'done' }] });
  expect((await desk.open('/operations/enterprises')).text).toContain('Harbour Guarantee Co., Ltd.');
  expect((await visitor.open(custody)).has(`open-enterprise-${userNo}`)).toBe(false);
  expect((await web.pool.query("SELECT actor, role FROM act WHERE verb IN ('register-enterprise', 'ask-bank:open-enterprise') ORDER BY id")).rows).toEqual([{ actor: finance.id, role: 'finance' }, { actor: agent.id, role: 'enterprise-agent' }]);
  expect((await (await web.loggedIn((await web.person('collector')).id)).open('/operations/enterprises')).status).toBe(403);
});
