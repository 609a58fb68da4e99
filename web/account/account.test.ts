import { request } from 'node:http';
import { idCheckCharacter } from '../../domain/identity.js';
import { waitFor } from '../../stack/parts/waiting.js';
import { password, startTestWeb, type TestWeb } from '../../test/web.js';
import type { Visitor } from '../../stack/visitor.js';
import { findPerson, openPerson } from '../../db/people.js';
import { acceptancesOf } from '../../db/acceptances.js';
import { messagesOf } from '../../db/messages.js';
import { demonstrationLimits } from '../limits.js';

let web: TestWeb;
beforeAll(async () => { web = await startTestWeb({ limits: { ...demonstrationLimits, 'code-by-phone': { points: 3, seconds: 600 } } }); });
afterAll(() => web.close());

const boxes = { 'user-agreement': 'yes', 'privacy-policy': 'yes', 'risk-notice': 'yes' };
let serial = 0;
const newPhone = () => `137${String((serial += 1)).padStart(8, '0')}`;

/** The newest code sent to a phone, read from the record as the phone's owner would from the SMS. */
async function codeSentTo(last4: string): Promise<string> {
  const { rows } = await web.pool.query<{ body: string }>(`SELECT body FROM message WHERE to_last4 = $1 AND template = 'code' AND channel = 'sms' ORDER BY id DESC LIMIT 1`, [last4]);
  return /\d{6}/.exec(rows[0]!.body)![0];
}

async function signUp(visitor: Visitor, typed: Record<string, string> = {}, role = 'borrower') {
  const phone = newPhone();
  const details = await visitor.submit(await visitor.open(`/sign-up?role=${role}`), 'sign-up-phone', { phone });
  const email = `new${serial}@example.com`;
  const code = await codeSentTo(phone.slice(-4));
  return { phone, email, code, page: await visitor.submit(details, 'sign-up', { code, email, password, role, ...boxes, ...typed }) };
}

describe('signing up', () => {
  it('proves the phone, keeps who accepted what, and logs the person in', async () => {
    const { page, email, phone } = await signUp(web.visitor(), { language: 'zh' }, 'lender');
    expect(new URL(page.url).pathname).toBe('/lender');
    const { rows } = await web.pool.query(`SELECT id FROM person WHERE email = $1`, [email]);
    const person = await openPerson(web.pool, web.vault, rows[0].id);
    expect(person).toMatchObject({ phone, roles: ['lender'], language: 'zh', named: false });
    expect((await acceptancesOf(web.pool, person.id)).map((each) => [each.document, each.version, each.sha256.length])).toEqual([
      ['lender-risk-notice', '1', 64], ['privacy-policy', '1', 64], ['user-agreement', '1', 64],
    ]);
    const start = web.temporal.of('message').at(-1)!;
    expect(start).toMatchObject({ what: 'start', workflowId: expect.stringMatching(/^message:\d+$/), args: [{ messageIds: [expect.any(Number)], clock: expect.objectContaining({ governed: false }) }] });
  });

  it.each([
    ['a wrong code', { code: '000000' }, 'not the code'],
    ['no code', { code: '' }, 'Enter the code that we sent'],
    ['no password', { password: '' }, 'At least 10'],
    ['a short password', { password: 'short' }, 'At least 10'],
    ['a password of one character', { password: 'aaaaaaaaaaaaaaa' }, 'Too few different'],
    ['an address that is none', { email: 'nobody' }, 'not an e-mail address'],
    ['a huge address', { email: `${'a'.repeat(300)}@example.com` }, 'At most 200'],
    ['a staff role', { role: 'reviewer' }, 'borrow or to lend'],
    ['terms not accepted', { 'user-agreement': 'no' }, 'Without accepting the user agreement'],
    ['risks not read', { 'risk-notice': '' }, 'risk notice'],
  ])('refuses %s beside the field and opens no account', async (_, typed, says) => {
    const { page, email } = await signUp(web.visitor(), typed);
    expect(page.status).toBe(422);
    expect(page.summary()).toContain('Please look again');
    expect(page.text).toContain(says);
    expect((await web.pool.query('SELECT 1 FROM person WHERE email = $1', [email])).rowCount).toBe(0);
  });

  it('does not ask for the code again once it was right', async () => {
    const visitor = web.visitor();
    const known = await web.person('borrower');
    const first = await signUp(visitor, { email: known.email });
    expect(first.page.status).toBe(422);
    expect(first.page.text).toContain('account with this e-mail address already');
    const second = await visitor.submit(first.page, 'sign-up', { email: `other${serial}@example.com`, password, ...boxes });
    expect(new URL(second.url).pathname).toBe('/borrower');
  });

  it('answers only when the proved phone is kept, for a browser goes on as soon as the headers are there', async () => {
    const shown = await web.raw.get('/sign-up');
    const cookie = (shown.headers['set-cookie'] as unknown as string[]).map((each) => each.split(';')[0]).join('; ');
    const _csrf = /name="_csrf" value="([^"]+)"/.exec(shown.text)![1]!;
    const holder = await web.pool.connect();
    try {
      await holder.query('BEGIN');
      await holder.query('SELECT 1 FROM session FOR UPDATE');
      let headers = false;
      const sent = request(`${web.url}/sign-up/phone`, { method: 'POST', headers: { cookie, 'content-type': 'application/x-www-form-urlencoded' } });
      const answered = new Promise<number>((resolve, reject) => { sent.on('error', reject).on('response', (answer) => { headers = true; answer.resume().on('end', () => resolve(answer.statusCode ?? 0)); }); });
      sent.end(new URLSearchParams({ _csrf, key: 'a-key-of-a-form', phone: newPhone(), role: 'lender' }).toString());
      await waitFor('the session to be written', 20, async () => ((await web.pool.query(`SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND query ILIKE '%session%'`)).rowCount ? true : undefined));
      expect(headers).toBe(false);
      await holder.query('COMMIT');
      expect(await answered).toBe(303);
    } finally {
      await holder.query('ROLLBACK');
      holder.release();
    }
  });

  it('tells a stranger nothing about whose phone has an account, but tells its owner', async () => {
    const { id, phone } = await web.person('borrower');
    const visitor = web.visitor();
    const page = await visitor.submit(await visitor.open('/sign-up'), 'sign-up-phone', { phone });
    expect(page.status).toBe(200);
    expect(page.has('sign-up')).toBe(true);
    expect((await messagesOf(web.pool, id)).map((each) => each.template)).toEqual(['already-signed-up']);
    const guessed = await visitor.submit(page, 'sign-up', { code: '123456', email: 'thief@example.com', password, ...boxes });
    expect(guessed.status).toBe(422);
  });

  it.each(['', '12345', '02112345678', '+4915112345678'])('refuses the phone "%s"', async (phone) => {
    const visitor = web.visitor();
    expect((await visitor.submit(await visitor.open('/sign-up'), 'sign-up-phone', { phone })).status).toBe(422);
  });

  it('sends no more than so many codes to one phone', async () => {
    const phone = newPhone();
    const visitor = web.visitor();
    const statuses = [];
    for (let n = 0; n < 4; n += 1) statuses.push((await visitor.submit(await visitor.open('/sign-up'), 'sign-up-phone', { phone })).status);
    expect(statuses).toEqual([200, 200, 200, 429]);
  });
});

describe('a forgotten password', () => {
  it('is replaced by a code that went to phone and mail, and everybody is logged out', async () => {
    const { id, email } = await web.person('borrower');
    const inside = await web.loggedIn(id);
    const visitor = web.visitor();
    const asked = await visitor.submit(await visitor.open('/forgotten-password'), 'forgotten-password', { email });
    const messages = await messagesOf(web.pool, id);
    expect(messages.map((each) => [each.channel, each.template]).sort()).toEqual([['mail', 'code'], ['sms', 'code']]);
    const code = /\d{6}/.exec(messages[0]!.body)![0];
    expect((await visitor.submit(asked, 'new-password', { code: '000000', password: 'another long passphrase' })).status).toBe(422);
    expect((await visitor.submit(asked, 'new-password', { code, password: 'another long passphrase' })).status).toBe(200);
    expect(new URL((await inside.open('/account')).url).pathname).toBe('/log-in');
    expect((await visitor.submit(await visitor.open('/log-in'), 'log-in', { email, password })).status).toBe(422);
    expect((await visitor.submit(await visitor.open('/log-in'), 'log-in', { email, password: 'another long passphrase' })).status).toBe(200);
    expect((await messagesOf(web.pool, id)).filter((each) => each.template === 'password-changed')).toHaveLength(2);
  });

  it('keeps a code no longer in the record of messages once it was used', async () => {
    const { id, email } = await web.person('borrower');
    const visitor = web.visitor();
    const asked = await visitor.submit(await visitor.open('/forgotten-password'), 'forgotten-password', { email });
    const [message] = await messagesOf(web.pool, id);
    const code = /\d{6}/.exec(message!.body)![0];
    await web.pool.query(`UPDATE message SET state = 'sent' WHERE person_id = $1`, [id]);
    await visitor.submit(asked, 'new-password', { code, password: 'another long passphrase' });
    expect((await messagesOf(web.pool, id)).map((each) => each.body).join()).not.toContain(code);
  });

  it('answers nobody\'s address like somebody\'s, and sends nothing', async () => {
    const before = web.temporal.told.length;
    const visitor = web.visitor();
    const asked = await visitor.submit(await visitor.open('/forgotten-password'), 'forgotten-password', { email: 'nobody@example.com' });
    expect(asked.status).toBe(200);
    expect(asked.has('new-password')).toBe(true);
    expect(web.temporal.told).toHaveLength(before);
    expect((await visitor.submit(asked, 'new-password', { code: '123456', password: 'another long passphrase' })).status).toBe(422);
  });
});

const idNumberOf = (seventeen: string) => `${seventeen}${idCheckCharacter(seventeen)}`;

describe('my data', () => {
  it('takes name and ID number once, sealed, with consent', async () => {
    const { id } = await web.person('borrower');
    const visitor = await web.loggedIn(id);
    const number = idNumberOf('11010119900307101');
    const page = await visitor.submit(await visitor.open('/account/identity'), 'identity', { name: '王芳', idNumber: number.toLowerCase(), 'identity-consent': 'yes' });
    expect(new URL(page.url).pathname).toBe('/account');
    expect(page.text).toContain('王**');
    expect(page.text).not.toContain(number);
    expect(await openPerson(web.pool, web.vault, id)).toMatchObject({ name: '王芳', idNumber: number, birthDate: '1990-03-07' });
    expect((await acceptancesOf(web.pool, id)).map((each) => each.document)).toEqual(['identity-consent']);
  });

  it.each([
    ['nothing', {}, 'Enter your name'],
    ['a wrong check character', { name: 'Li Na', idNumber: '110101199003070010', 'identity-consent': 'yes' }, 'cannot be right'],
    ['no consent', { name: 'Li Na', idNumber: idNumberOf('11010119900307102') }, 'Without this consent'],
    ['markup for a name', { name: '<b>x</b>', idNumber: idNumberOf('11010119900307102'), 'identity-consent': 'yes' }, 'letters only'],
  ])('refuses %s and keeps what was typed', async (_, typed: Record<string, string>, says) => {
    const { id } = await web.person('borrower');
    const visitor = await web.loggedIn(id);
    const page = await visitor.submit(await visitor.open('/account/identity'), 'identity', typed);
    expect(page.status).toBe(422);
    expect(page.text).toContain(says);
    expect(page.form('identity').fields['name']).toBe(typed['name'] ?? '');
    expect((await findPerson(web.pool, id))?.named).toBe(false);
  });

  it('refuses an ID number that has an account', async () => {
    const number = idNumberOf('11010119850101201');
    const give = async () => {
      const { id } = await web.person('borrower');
      const visitor = await web.loggedIn(id);
      return visitor.submit(await visitor.open('/account/identity'), 'identity', { name: 'Li Na', idNumber: number, 'identity-consent': 'yes' });
    };
    expect((await give()).status).toBe(200);
    const second = await give();
    expect(second.status).toBe(422);
    expect(second.text).toContain('One person has one account');
  });

  it('lets a borrower also lend after reading the risks, and staff never', async () => {
    const { id } = await web.person('borrower');
    const visitor = await web.loggedIn(id);
    expect((await visitor.submit(await visitor.open('/account/role'), 'role')).status).toBe(422);
    await visitor.submit(await visitor.open('/account/role'), 'role', { 'risk-notice': 'yes' });
    expect((await findPerson(web.pool, id))?.roles).toEqual(['borrower', 'lender']);
    const staff = await web.person('reviewer');
    expect((await (await web.loggedIn(staff.id)).open('/account/role')).has('role')).toBe(false);
  });

  it('is closed to who is not logged in', async () => {
    expect(new URL((await web.visitor().open('/account')).url).pathname).toBe('/log-in');
    expect((await web.raw.get('/account').set('Accept', 'application/json')).status).toBe(401);
  });
});

describe('a change of phone without an account at the bank', () => {
  it('needs the code sent to the new phone, and tells the old one', async () => {
    const { id, phone } = await web.person('borrower');
    const visitor = await web.loggedIn(id);
    const next = newPhone();
    const asked = await visitor.submit(await visitor.open('/account/phone'), 'change-phone', { phone: next });
    expect((await visitor.submit(asked, 'change-phone-code', { code: '000000' })).status).toBe(422);
    expect((await openPerson(web.pool, web.vault, id)).phone).toBe(phone);
    const done = await visitor.submit(asked, 'change-phone-code', { code: await codeSentTo(next.slice(-4)) });
    expect(new URL(done.url).pathname).toBe('/account');
    expect((await openPerson(web.pool, web.vault, id)).phone).toBe(next);
    const notices = (await messagesOf(web.pool, id)).filter((each) => each.template === 'phone-changing' && each.channel === 'sms');
    expect(notices.map((each) => web.vault.open(each.toCipher))).toEqual([phone]);
  });

  it('refuses a number that is somebody\'s, and one that is none', async () => {
    const [{ id }, other] = [await web.person('borrower'), await web.person('borrower')];
    const visitor = await web.loggedIn(id);
    for (const phone of [other.phone, '123']) expect((await visitor.submit(await visitor.open('/account/phone'), 'change-phone', { phone })).status).toBe(422);
  });
});

describe('what leaves the pages', () => {
  it('carries no personal data to Temporal and to the log', () => {
    const said = `${JSON.stringify(web.temporal.told)}${web.logged()}`;
    expect(said.length).toBeGreaterThan(1_000);
    for (const personal of ['example.com', '王芳', 'Li Na', '1101011990', '1101011985', password]) expect(said).not.toContain(personal);
    expect(said).not.toMatch(/13[79]\d{8}/);
  });
});
