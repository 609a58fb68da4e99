/** Accounts of enterprises, forgotten trading passwords, and withdrawals that wait for us, against the sandbox bank's own process. */
import { visitBank } from '../../test/bank.js';
import { businessTime, password, startCustodySide } from '../../test/custody.js';
import type { CustodySide } from '../../test/custody.js';

let side: CustodySide;
beforeAll(async () => { side = await startCustodySide(); });
afterAll(() => side.stop());

const texted = async (mobile: string): Promise<string> => {
  const response = await fetch(`${side.bank.url}/texts/${mobile}`, { headers: { authorization: `Bearer ${side.bank.sandboxToken}` } });
  return /\d{6}/.exec(((await response.json()) as { body: string }[])[0]?.body ?? '')?.[0] ?? '';
};

it('an enterprise opens its account on the bank\'s page', async () => {
  const userNo = side.next('G');
  const message = await side.person(
    { act: 'open-enterprise', userNo, role: 'GUARANTEECORP', name: 'Harbour Guarantee Co., Ltd.', creditCode: '91350100M000100Y43', agentName: '王小明', agentIdNumber: '11010119900307123X', agentMobile: '13800000000' },
    { password, passwordAgain: password, cardNumber: '6222020000000012344', bankName: 'Merchants Bank of the Sandbox' });
  expect(message).toMatchObject({ act: 'open-enterprise', outcome: { status: 'done' }, user: { userNo, role: 'GUARANTEECORP', state: 'active', card: { last4: '2344' } } });
  expect(await side.notified(message.requestNo, 'done')).toMatchObject({ via: 'notify', act: 'open-enterprise', user: { userNo } });
  expect(await side.custody.queryUser(userNo)).toMatchObject({ role: 'GUARANTEECORP', availableFen: 0 });
});

it('a trading password is reset by the phone\'s code, and only the new one moves money', async () => {
  const userNo = await side.open('INVESTOR', 10_000);
  const form = side.sign({ act: 'reset-password', userNo });
  expect(await visitBank(form, { code: '', password: '112233', passwordAgain: '112233' })).toMatchObject({ status: 422 });
  const message = await visitBank(form, { code: await texted('13800000000'), password: '112233', passwordAgain: '112233' });
  expect(message).toHaveProperty('back');
  const withdrawal = { act: 'withdraw', userNo, amountFen: 1_000, urgency: 'urgent' } as const;
  await expect(side.person(withdrawal)).rejects.toThrow('Wrong trading password');
  expect((await side.person(withdrawal, { password: '112233' })).outcome.status).toBe('done');
});

describe('a withdrawal that is sent to be confirmed', () => {
  const held = async (userNo: string): Promise<string> => {
    const requestNo = side.next('w');
    const message = await side.person({ act: 'withdraw', requestNo, userNo, amountFen: 4_000, urgency: 'urgent', toBeConfirmed: true });
    expect(message.outcome).toEqual({ status: 'accepted', stage: 'confirming' });
    expect(await side.custody.query(requestNo)).toEqual({ status: 'accepted', stage: 'confirming' });
    expect(await side.balance(userNo)).toEqual([6_000, 4_000]);
    return requestNo;
  };

  it('goes on when we confirm it; a repeat of the confirmation gets the first result', async () => {
    const userNo = await side.open('INVESTOR', 10_000);
    const payoutNo = await held(userNo);
    const confirmation = { requestNo: `${payoutNo}:confirm`, payoutNo, businessTime };
    expect(await side.custody.confirmPayout(confirmation)).toMatchObject({ status: 'done', amountFen: 4_000 });
    expect(await side.custody.confirmPayout(confirmation)).toMatchObject({ status: 'done', amountFen: 4_000 });
    expect(await side.notified(payoutNo, 'done')).toMatchObject({ act: 'withdraw' });
    expect(await side.balance(userNo)).toEqual([6_000, 0]);
  });

  it('ends when we call it back, and the money is available again', async () => {
    const userNo = await side.open('INVESTOR', 10_000);
    const payoutNo = await held(userNo);
    expect(await side.custody.recallPayout({ requestNo: side.next('cancel'), payoutNo, until: 'handed-on', businessTime })).toMatchObject({ status: 'done' });
    expect(await side.notified(payoutNo, 'refused')).toMatchObject({ outcome: { code: 'refused' } });
    expect(await side.balance(userNo)).toEqual([10_000, 0]);
    expect(await side.custody.confirmPayout({ requestNo: side.next('confirm'), payoutNo, businessTime })).toMatchObject({ status: 'refused', code: 'refused' });
  });
});
