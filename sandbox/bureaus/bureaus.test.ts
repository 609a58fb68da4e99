import { createHmac } from 'node:crypto';
import { createEmptyDatabase } from '../../test/database.js';
import type { TestDatabase } from '../../test/database.js';
import { createBureausServer } from './bureaus.js';
import type { BureausServer } from './bureaus.js';

const secret = 'a-secret-of-both-sides';
const token = 'the-control-token';
const person = { name: '王小明', idNumber: '11010519491231002X' };
let store: TestDatabase;
let bureaus: BureausServer;

async function start(): Promise<void> {
  bureaus = await createBureausServer({
    databaseUrl: store.url, port: 0, secret, token, slowMs: 20,
    clock: { now: async () => Date.parse('2027-03-01T02:00:00Z'), hold: async () => undefined, release: async () => undefined },
  });
}
beforeAll(async () => {
  store = await createEmptyDatabase();
  await start();
});
afterAll(async () => {
  await bureaus.close();
  await store.drop();
});

const hmac = (timestamp: string, body: string, key = secret): string => createHmac('sha256', key).update(`${timestamp}.${body}`).digest('hex');

interface Asked { status: number; body: { error?: string; reportNo?: string; reference?: string; bureau?: string; facts?: Record<string, unknown> }; signed: boolean }
async function ask(path: string, question: object, forged: { key?: string; at?: number; headers?: Record<string, string> } = {}): Promise<Asked> {
  const body = JSON.stringify(question);
  const timestamp = String(forged.at ?? Date.now());
  const response = await fetch(`${bureaus.url}/${path}`, {
    method: 'POST', body, headers: forged.headers ?? { 'x-bureau-timestamp': timestamp, 'x-bureau-signature': hmac(timestamp, body, forged.key) },
  });
  const raw = await response.text();
  const signed = response.headers.get('x-bureau-signature') === hmac(response.headers.get('x-bureau-timestamp') ?? '', raw);
  return { status: response.status, body: JSON.parse(raw) as Asked['body'], signed };
}
let last = 0;
const reference = (): string => `case-${last += 1}`;
const control = (path: string, body: object, bearer = token): Promise<Response> => fetch(`${bureaus.url}${path}`, {
  method: 'POST', headers: { 'content-type': 'application/json', authorization: `Bearer ${bearer}` }, body: JSON.stringify(body),
});

describe('the bureaus', () => {
  it.each([
    ['identity', { ...person }, ['match', 'deceased']],
    ['carrier', { ...person, mobile: '13800138000' }, ['match', 'active', 'monthsInNet']],
    ['credit', { ...person }, ['openAccounts', 'revolvingUtilisationBps', 'monthlyDebtPaymentsFen']],
    ['court', { ...person }, ['onEnforcementList', 'openCases']],
    ['platforms', { idNumber: person.idNumber }, ['outstandingFen', 'platforms']],
  ])('%s answers a signed question with a signed report', async (bureau, question, fields) => {
    const asked = reference();
    const answer = await ask(bureau, { ...question, reference: asked });
    expect(answer).toMatchObject({ status: 200, signed: true, body: { bureau, reference: asked, reportNo: expect.stringMatching(/^[A-Z]{2}20270301[0-9A-F]{10}$/) } });
    expect(Object.keys(answer.body.facts ?? {})).toEqual(expect.arrayContaining(fields));
  });

  it('give the same report for the same reference, also when asked at the same moment and after a restart', async () => {
    const question = { ...person, reference: reference() };
    const answers = await Promise.all(Array.from({ length: 8 }, () => ask('credit', question)));
    await bureaus.close();
    await start();
    answers.push(await ask('credit', question));
    expect(new Set(answers.map((answer) => answer.body.reportNo)).size).toBe(1);
  });

  it('refuse a reference that belongs to another question', async () => {
    const question = { ...person, reference: reference() };
    await ask('credit', question);
    expect(await ask('credit', { ...question, name: '李四' })).toMatchObject({ status: 409, signed: true, body: { error: 'reference-reused' } });
    expect(await ask('court', question)).toMatchObject({ status: 200 });
  });

  it.each([
    ['another secret', { key: 'not-the-secret' }],
    ['a stale timestamp', { at: Date.now() - 6 * 60_000 }],
    ['a timestamp from the future', { at: Date.now() + 6 * 60_000 }],
    ['no signature', { headers: {} }],
    ['an empty signature', { headers: { 'x-bureau-timestamp': String(Date.now()), 'x-bureau-signature': '' } }],
  ])('refuse a question with %s', async (_what, forged) => {
    expect(await ask('identity', { ...person, reference: reference() }, forged)).toMatchObject({ status: 401, signed: true, body: { error: 'bad-signature' } });
  });

  it.each([
    ['without a name', { idNumber: person.idNumber }],
    ['with half an ID number', { ...person, idNumber: '110105' }],
    ['made for another bureau', { ...person, bureau: 'court' }],
    ['with more than was asked for', { ...person, salary: 1 }],
  ])('refuse a question %s', async (_what, question) => {
    expect(await ask('identity', { ...question, reference: reference() })).toMatchObject({ status: 422, signed: true });
  });

  it('say what the person’s file says, where somebody wrote it, and derive the rest', async () => {
    const derived = (await ask('credit', { ...person, reference: reference() })).body.facts;
    expect((await control(`/people/${person.idNumber}`, { credit: { delinquencies2y: 3 } }, 'wrong')).status).toBe(401);
    expect((await control(`/people/${person.idNumber}`, { credit: { delinquencies: 3 } })).status).toBe(422);
    expect((await control('/people/12', { credit: {} })).status).toBe(422);
    await control(`/people/${person.idNumber}`, { credit: { delinquencies2y: 3, monthsSinceDelinquency: null }, court: { openCases: 1 } });
    await control(`/people/${person.idNumber}`, { court: { openCases: 2 } });
    expect((await ask('credit', { ...person, reference: reference() })).body.facts).toEqual({ ...derived, delinquencies2y: 3, monthsSinceDelinquency: null });
    expect((await ask('court', { ...person, reference: reference() })).body.facts).toEqual({ onEnforcementList: false, openCases: 2 });
  });

  it('can be down, slow, or sign wrongly, one or all, and be well again', async () => {
    const question = (): object => ({ ...person, reference: reference() });
    expect((await control('/outages', { bureau: 'identity', mode: 'exploded' })).status).toBe(422);
    expect((await control('/outages', { bureau: 'identity', mode: 'down' }, 'wrong')).status).toBe(401);
    await control('/outages', { bureau: 'identity', mode: 'down' });
    expect((await ask('identity', question())).status).toBe(503);
    expect((await ask('court', question())).status).toBe(200);
    await control('/outages', { bureau: 'identity', mode: 'bad-signature' });
    expect(await ask('identity', question())).toMatchObject({ status: 200, signed: false });
    await control('/outages', { bureau: 'identity', mode: 'slow' });
    expect(await ask('identity', question())).toMatchObject({ status: 200, signed: true });
    await control('/outages', { bureau: 'all', mode: 'down' });
    expect((await ask('court', question())).status).toBe(503);
    await control('/outages', { bureau: 'all', mode: 'ok' });
    expect(await ask('court', question())).toMatchObject({ status: 200, signed: true });
  });

  it('list the reports given, without showing a whole ID number', async () => {
    const { body } = await ask('platforms', { idNumber: person.idNumber, reference: reference() });
    const page = await (await fetch(`${bureaus.url}/?bureau=platforms`)).text();
    expect(page).toContain(body.reportNo);
    expect(page).toContain('110105********002X');
    expect(page).not.toContain(person.idNumber);
  });
});
