import { password, startTestWeb, type TestWeb } from '../test/web.js';
import { lockPolicy } from './account/log-in.js';
import { productionLimits } from './limits.js';

let web: TestWeb;
beforeAll(async () => { web = await startTestWeb({ limits: { ...productionLimits, 'log-in-by-address': { points: 1_000, seconds: 900 } } }); });
afterAll(() => web.close());

describe('the frame of the pages', () => {
  it('sends headers that let nothing foreign in, and numbers each request', async () => {
    const answer = await web.raw.get('/log-in').set('X-Request-Id', 'from-the-proxy-1');
    expect(answer.status).toBe(200);
    expect(answer.headers['content-security-policy']).toContain("script-src 'self'");
    expect(answer.headers['content-security-policy']).toContain("form-action 'self' http://bank.test");
    expect(answer.headers['content-security-policy']).not.toContain('unsafe');
    expect(answer.headers['x-request-id']).toBe('from-the-proxy-1');
    expect(answer.headers['x-powered-by']).toBeUndefined();
    expect(answer.headers['cache-control']).toBe('no-store');
  });

  it('keeps its cookies from scripts and other sites, under names of its own', async () => {
    const cookies = (await web.raw.get('/log-in')).headers['set-cookie'] as unknown as string[];
    expect(cookies.map((cookie) => cookie.split('=')[0])).toEqual(['tributary_csrf', 'tributary_sid']);
    for (const cookie of cookies) expect(cookie).toMatch(/HttpOnly.*SameSite=Lax/);
  });

  it('begins no session for who only reads', async () => {
    const answer = await web.raw.get('/documents/user-agreement');
    expect(answer.status).toBe(200);
    expect(answer.headers['set-cookie']).toBeUndefined();
  });

  it('serves style and scripts by their content, for ever', async () => {
    const page = await web.visitor().open('/log-in');
    const addresses = [...page.$('link[rel=stylesheet]').map((_, each) => page.$(each).attr('href')).get(), ...page.$('script').map((_, each) => page.$(each).attr('src')).get()];
    expect(addresses).toHaveLength(3);
    for (const address of addresses) {
      const answer = await web.raw.get(address);
      expect(answer.status).toBe(200);
      expect(answer.headers['cache-control']).toContain('immutable');
    }
  });

  it('says what happened, why and what to do, with a code, for a page that is not there', async () => {
    const answer = await web.raw.get('/nowhere');
    expect(answer.status).toBe(404);
    expect(answer.text).toContain('There is no such page');
    expect(answer.text).toContain('Code not-found');
    expect((await web.raw.get('/nowhere').set('Accept', 'application/json')).body).toEqual({
      error: { code: 'not-found', message: expect.stringContaining('no such page'), requestId: expect.any(String) },
    });
  });

  it('refuses a form without its token, with another session\'s token, and one that is huge', async () => {
    const { email } = await web.person('borrower');
    expect((await web.raw.post('/log-in').type('form').send({ email, password, key: 'k'.repeat(20) })).status).toBe(403);
    const foreign = await web.visitor().open('/log-in');
    const stolen = foreign.form('log-in').fields['_csrf'];
    const answer = await web.raw.post('/log-in').type('form').send({ email, password, _csrf: stolen });
    expect(answer.status).toBe(403);
    expect(answer.text).toContain('form-expired');
    expect((await web.raw.post('/log-in').type('form').send({ email: 'x'.repeat(70_000) })).status).toBe(413);
    expect((await web.raw.post('/log-in').type('json').send('{"email":')).status).toBe(403);
  });
});

describe('logging in', () => {
  it('leads home by role, shows who is there, and out again', async () => {
    const { id, email } = await web.person('borrower');
    const visitor = web.visitor();
    const home = await visitor.submit(await visitor.open('/log-in'), 'log-in', { email: email.toUpperCase(), password });
    expect(new URL(home.url).pathname).toBe('/borrower');
    const sessions = await web.pool.query(`SELECT count(*)::int AS n FROM session WHERE sess ->> 'personId' = $1`, [id]);
    expect(sessions.rows[0].n).toBe(1);
    const account = await visitor.open('/documents');
    expect(account.text).toContain(email);
    const out = await visitor.submit(account, 'log-out');
    expect(new URL(out.url).pathname).toBe('/log-in');
    expect((await web.pool.query(`SELECT 1 FROM session WHERE sess ->> 'personId' = $1`, [id])).rowCount).toBe(0);
  });

  it('changes the session number, so that a planted one is worth nothing', async () => {
    const { email } = await web.person('borrower');
    const agent = web.raw;
    const shown = await agent.get('/log-in');
    const cookies = (shown.headers['set-cookie'] as unknown as string[]).map((cookie) => cookie.split(';')[0]!);
    const token = /name="_csrf" value="([^"]+)"/.exec(shown.text)![1]!;
    const answer = await agent.post('/log-in').set('Cookie', cookies.join('; ')).type('form').send({ _csrf: token, email, password });
    expect(answer.status).toBe(303);
    const renewed = (answer.headers['set-cookie'] as unknown as string[]).find((cookie) => cookie.startsWith('tributary_sid='))!;
    expect(renewed.split(';')[0]).not.toBe(cookies.find((cookie) => cookie.startsWith('tributary_sid=')));
  });

  it.each([
    ['an empty form', {}],
    ['a wrong password', { email: 'x', password: 'wrong wrong wrong' }],
    ['nobody\'s address', { email: 'nobody@example.com', password }],
  ])('refuses %s and keeps what was typed', async (_, typed: Record<string, string>) => {
    const visitor = web.visitor();
    const page = await visitor.submit(await visitor.open('/log-in'), 'log-in', typed);
    expect(page.status).toBe(422);
    expect(page.form('log-in').fields['email']).toBe(typed['email'] ?? '');
    expect(page.form('log-in').fields['password']).toBe('');
  });

  it('locks the account after so many wrong passwords, for the right one too, and opens it later', async () => {
    const { id, email } = await web.person('borrower');
    const visitor = web.visitor();
    const tryWith = async (typed: string) => (await visitor.submit(await visitor.open('/log-in'), 'log-in', { email, password: typed })).status;
    for (let n = 0; n < lockPolicy.limit; n += 1) expect(await tryWith('wrong wrong wrong')).toBe(422);
    expect(await tryWith(password)).toBe(422);
    expect((await web.pool.query(`SELECT verb FROM act WHERE subject = $1`, [id])).rows).toEqual([{ verb: 'lock-account' }]);
    web.now.ms += (lockPolicy.lockMinutes + 1) * 60_000;
    expect((await visitor.submit(await visitor.open('/log-in'), 'log-in', { email, password })).url).toContain('/borrower');
  });

  it('is limited by address of the person, and says for how long', async () => {
    const { email } = await web.person('lender');
    const visitor = web.visitor();
    let page = await visitor.open('/log-in');
    for (let n = 0; n <= productionLimits['log-in-by-email'].points; n += 1) page = await visitor.submit(await visitor.open('/log-in'), 'log-in', { email, password: 'wrong wrong wrong' });
    expect(page.status).toBe(429);
    expect(page.text).toContain('tried too often');
  });

  it('leads back to where one wanted to go, but never to another house', async () => {
    const { email } = await web.person('borrower');
    for (const [asked, expected] of [['/documents/privacy-policy', '/documents/privacy-policy'], ['//evil.test/', '/borrower'], ['https://evil.test', '/borrower'], ['/\\evil.test', '/borrower']] as const) {
      const visitor = web.visitor();
      const page = await visitor.submit(await visitor.open(`/log-in?next=${encodeURIComponent(asked)}`), 'log-in', { email, password });
      expect(new URL(page.url).pathname).toBe(expected);
    }
  });

  it('leaves no password and no address in the log', () => {
    expect(web.logged()).not.toContain(password);
    expect(web.logged()).not.toContain('@example.com');
  });
});
