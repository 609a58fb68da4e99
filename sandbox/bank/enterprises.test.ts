/** Enterprises that open accounts on the bank's page. */
import { createEmptyDatabase } from '../../test/database.js';
import type { TestDatabase } from '../../test/database.js';
import { openCounter } from './counter.js';
import type { Counter } from './counter.js';
import { isUnifiedCode } from './unified-code.js';
import { walkIn } from './walk-in.js';

let database: TestDatabase;
let at: Counter;
beforeAll(async () => {
  database = await createEmptyDatabase();
  at = await openCounter(database.url);
});
afterAll(async () => {
  await at.close();
  await database.drop();
});

const card = '6222020000000012344';
const typed = { password: '135790', passwordAgain: '135790', cardNumber: card, bankName: 'Merchants Bank of the Sandbox' };
const enterprise = (more: Record<string, unknown> = {}) => ({
  requestNo: at.next('e'), platformUserNo: at.next('G'), userRole: 'GUARANTEECORP', enterpriseName: 'Harbour Guarantee Co., Ltd.', unifiedCode: '91350100M000100Y43',
  contact: '王小明', contactIdCardNo: '11010119900307123X', contactPhone: '13800000000', ...more,
});

it('one account for each role of an enterprise, with its card, told by notification', async () => {
  const data = enterprise();
  const page = await walkIn(at, 'ENTERPRISE_REGISTER', data);
  for (const shown of ['Harbour Guarantee Co., Ltd.', '91350100M000100Y43', 'guarantor', '王**']) expect(page.said).toContain(shown);
  expect(page.said).not.toContain('王小明');
  expect((await page.press(typed)).back).toMatchObject({ status: 'SUCCESS', user: { platformUserNo: data.platformUserNo, userRole: 'GUARANTEECORP', userType: 'ENTERPRISE', accountState: 'ACTIVE', bankcardLast4: '2344', mobileLast4: '0000' } });
  expect(await at.until('the notification', () => at.heard.find((one) => one.data['requestNo'] === data.requestNo))).toMatchObject({ serviceName: 'ENTERPRISE_REGISTER', data: { status: 'SUCCESS' } });
  expect((await walkIn(at, 'ENTERPRISE_REGISTER', enterprise())).said).toContain('USER_EXISTS');
  for (const userRole of ['SUPPLIERS', 'INVESTOR', 'BORROWERS']) {
    const other = await walkIn(at, 'ENTERPRISE_REGISTER', enterprise({ userRole }));
    expect((await other.press(typed)).back).toMatchObject({ status: 'SUCCESS', user: { userRole } });
  }
});

it.each([
  ['a check character that does not fit', { unifiedCode: '91350100M000100Y44' }], ['a code too short', { unifiedCode: '91350100M000100Y4' }], ['small letters', { unifiedCode: '91350100m000100y43' }], ['no code', { unifiedCode: undefined }],
  ['a role that is the bank\'s own', { userRole: 'PLATFORM_INCOME' }], ['no name', { enterpriseName: '' }], ['nobody who acts', { contact: undefined }],
])('%s is turned away at the door, and takes no number', async (_, odd) => {
  const data = enterprise({ userRole: 'SUPPLIERS', ...odd });
  const page = await walkIn(at, 'ENTERPRISE_REGISTER', data);
  expect([page.status, page.said.includes('100002')]).toEqual([400, true]);
  expect(await at.ask('QUERY_TRANSACTION', { requestNo: data.requestNo })).toMatchObject({ errorCode: '100007' });
});

it('codes are checked as GB 32100 and GB 11714 have it: any changed character is found', () => {
  const right = '91350100M000100Y43';
  expect(isUnifiedCode(right)).toBe(true);
  for (let place = 0; place < right.length; place += 1) {
    for (const character of '0123456789ABCDEFGHJKLMNPQRTUWXY') {
      if (character !== right[place]) expect(isUnifiedCode(`${right.slice(0, place)}${character}${right.slice(place + 1)}`)).toBe(false);
    }
  }
});
