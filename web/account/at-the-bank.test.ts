import { cardNumber, startBank, type TestBank } from '../../test/bank.js';
import { startTestWeb, type TestWeb } from '../../test/web.js';
import { recordIdentityData, type Role } from '../../db/people.js';
import { idCheckCharacter } from '../../domain/identity.js';
import type { Page, Visitor } from '../../stack/visitor.js';
import { demonstrationLimits } from '../limits.js';

let web: TestWeb;
let bank: TestBank;
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

const secret = { password: '135790' };
let serial = 700;

/** The person presses a button here, types at the bank, and comes back; answers the page once the bank's own word has come. */
async function goToBank(visitor: Visitor, path: string, form: string, here: Record<string, string>, there: Record<string, string>): Promise<Page> {
  const atBank = await visitor.submit(await visitor.open(path), form, here);
  expect(new URL(atBank.url).origin).toBe(bank.url);
  const back = await visitor.submit(atBank, 'bank-act', { decision: 'confirm', ...there });
  expect(`${new URL(back.url).pathname} ${back.summary()}`).toMatch(/^\/account\/bank\//);
  return decided(visitor, new URL(back.url).pathname);
}

async function decided(visitor: Visitor, path: string): Promise<Page> {
  for (let looks = 0; looks < 600; looks += 1) {
    const page = await visitor.open(path);
    if (!page.text.includes('Waiting for the bank')) return page;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`the bank has not spoken about ${path} within a minute`);
}

describe.each<[Role & ('borrower' | 'lender')]>([['borrower'], ['lender']])('a %s at the bank\'s own pages', (role) => {
  it('opens an account with a card, authorises, deposits and withdraws, and the balance here is the bank\'s', async () => {
    const { id } = await web.person(role);
    const seventeen = `11010119900307${String((serial += 1)).padStart(3, '0')}`;
    await recordIdentityData(web.pool, web.vault, id, { name: '王小明', idNumber: `${seventeen}${idCheckCharacter(seventeen)}`, birthDate: '1990-03-07' });
    const visitor = await web.loggedIn(id);
    const custody = '/account/custody';
    await goToBank(visitor, custody, `open-account-${role}`, {}, { ...secret, passwordAgain: secret.password, cardNumber: cardNumber(9, serial) });
    const authorised = await goToBank(visitor, `${custody}/${role}/authorise`, 'authorise', { max: '100,000', years: '2' }, secret);
    expect(authorised.$('.badge').first().text()).toBe('Done');
    expect(await visitor.read(custody)).toMatchObject({ accounts: [{ state: 'active', missing: [] }] });
    await goToBank(visitor, `${custody}/${role}/deposit`, 'deposit', { amount: '1,234.56' }, secret);
    expect(await visitor.read(custody)).toMatchObject({ accounts: [{ availableFen: 123_456 }] });
    const wrong = await visitor.submit(await visitor.open(`${custody}/${role}/withdraw`), 'withdraw', { amount: '234.56', urgency: 'urgent' });
    const refused = await visitor.submit(wrong, 'bank-act', { decision: 'confirm', password: '000000' });
    expect(new URL(refused.url).origin).toBe(bank.url);
    expect(await visitor.read(custody)).toMatchObject({ accounts: [{ availableFen: 123_456 }] });
  });
});

it('who turns back at the bank has done nothing', async () => {
  const { id } = await web.person('lender');
  const seventeen = `11010119900307${String((serial += 1)).padStart(3, '0')}`;
  await recordIdentityData(web.pool, web.vault, id, { name: 'Ada Li', idNumber: `${seventeen}${idCheckCharacter(seventeen)}`, birthDate: '1990-03-07' });
  const visitor = await web.loggedIn(id);
  const atBank = await visitor.submit(await visitor.open('/account/custody'), 'open-account-lender');
  const back = await visitor.submit(atBank, 'bank-act', { decision: 'cancel' });
  const page = await decided(visitor, new URL(back.url).pathname);
  expect(page.text).toContain('Not done');
  expect(await visitor.read('/account/custody')).toMatchObject({ accounts: [{ missing: ['account', 'card', 'TENDER', 'WITHDRAW'] }] });
});
