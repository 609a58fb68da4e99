import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createEmptyDatabase } from '../../test/database.js';
import type { TestDatabase } from '../../test/database.js';
import { startSandboxPart } from '../../test/sandbox.js';
import type { SandboxPart } from '../../test/sandbox.js';
import { createBureaus } from './http.js';
import type { Bureaus } from './port.js';
import { sign, signatureHeader, timestampHeader } from './signature.js';

const secret = 'a-secret-of-both-sides';
const token = 'the-control-token';
const person = { name: '王小明', idNumber: '11010519491231002X' };
let store: TestDatabase;
let strangers: SandboxPart;
let bureaus: Bureaus;
/** Answers what a test tells it to, rightly signed unless told otherwise. */
let forger: Server;
let forged: { status: number; body: string; headers: (body: string) => Record<string, string> };
let asked: { body: string; headers: NodeJS.Dict<string | string[]> }[];

beforeAll(async () => {
  store = await createEmptyDatabase();
  strangers = await startSandboxPart('bureaus', { SANDBOX_DATABASE_URL: store.url, SANDBOX_TOKEN: token, BUREAUS_SECRET: secret });
  bureaus = createBureaus({ url: `${strangers.url}/`, secret, timeoutMs: 5_000, now: Date.now });
  forger = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => { body += chunk.toString(); }).on('end', () => {
      asked.push({ body, headers: request.headers });
      response.writeHead(forged.status, forged.headers(forged.body)).end(forged.body);
    });
  });
  await new Promise<void>((resolve) => { forger.listen(0, '127.0.0.1', resolve); });
});
beforeEach(() => {
  asked = [];
  forged = { status: 200, body: JSON.stringify(good), headers: signed };
});
afterAll(async () => {
  forger.closeAllConnections();
  await new Promise((resolve) => { forger.close(resolve); });
  await strangers.stop();
  await store.drop();
});

const good = { bureau: 'identity', reference: 'r1', reportNo: 'ID1', facts: { match: true, deceased: false } };
function signed(body: string, key = secret, at = Date.now()): Record<string, string> {
  return { [timestampHeader]: String(at), [signatureHeader]: sign(key, String(at), body) };
}
const control = (path: string, body: object): Promise<Response> => fetch(`${strangers.url}${path}`, {
  method: 'POST', headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` }, body: JSON.stringify(body),
});

describe('the bureaus', () => {
  it('answer each question with a report and its facts', async () => {
    const answered = (facts: object): object => ({ status: 'answered', reportNo: expect.stringMatching(/^[A-Z]{2}\d{8}/), facts });
    expect(await bureaus.identity({ ...person, reference: 'a1' })).toEqual(answered({ match: true, deceased: false }));
    expect(await bureaus.carrier({ ...person, mobile: '13800138000', reference: 'a1' })).toEqual(answered({ match: true, active: true, monthsInNet: expect.any(Number) }));
    expect(await bureaus.credit({ ...person, reference: 'a1' })).toEqual(answered(expect.objectContaining({ creditAgeMonths: expect.any(Number), publicRecords: 0 })));
    expect(await bureaus.court({ ...person, reference: 'a1' })).toEqual(answered({ onEnforcementList: false, openCases: 0 }));
    expect(await bureaus.platforms({ idNumber: person.idNumber, reference: 'a1' })).toEqual(answered({ outstandingFen: expect.any(Number), platforms: expect.any(Number) }));
  });

  it('give the report of the first time when asked again under the same reference', async () => {
    const first = await bureaus.credit({ ...person, reference: 'a2' });
    await control(`/people/${person.idNumber}`, { credit: { publicRecords: 9 } });
    expect(await bureaus.credit({ ...person, reference: 'a2' })).toEqual(first);
    expect(await bureaus.credit({ ...person, reference: 'a3' })).toMatchObject({ facts: { publicRecords: 9 } });
  });

  it.each([
    ['down', 'the bureau answered 503'], ['bad-signature', 'the signature does not hold'], ['slow', 'no answer within 200 ms'],
  ])('that are %s are unavailable', async (mode, why) => {
    await control('/outages', { bureau: 'court', mode });
    const impatient = createBureaus({ url: strangers.url, secret, timeoutMs: mode === 'slow' ? 200 : 5_000, now: Date.now });
    expect(await impatient.court({ ...person, reference: 'a4' })).toEqual({ status: 'unavailable', why });
    await control('/outages', { bureau: 'court', mode: 'ok' });
    expect(await impatient.court({ ...person, reference: 'a4' })).toMatchObject({ status: 'answered' });
  });

  it('that do not know our secret, or refuse the question, are unavailable', async () => {
    const stranger = createBureaus({ url: strangers.url, secret: 'another-secret-altogether', timeoutMs: 5_000, now: Date.now });
    expect(await stranger.court({ ...person, reference: 'a5' })).toEqual({ status: 'unavailable', why: 'the bureau answered 401' });
    expect(await bureaus.court({ name: '', idNumber: 'x', reference: 'a5' })).toEqual({ status: 'unavailable', why: 'the bureau answered 422' });
  });
});

describe('an answer', () => {
  const ask = (): ReturnType<Bureaus['identity']> =>
    createBureaus({ url: `http://127.0.0.1:${(forger.address() as AddressInfo).port}`, secret, timeoutMs: 5_000, now: Date.now }).identity({ ...person, reference: 'r1' });

  it('that is right is believed, and its question was signed', async () => {
    expect(await ask()).toEqual({ status: 'answered', reportNo: 'ID1', facts: { match: true, deceased: false } });
    const [question] = asked;
    expect(JSON.parse(question?.body ?? '')).toEqual({ bureau: 'identity', ...person, reference: 'r1' });
    expect(question?.headers[signatureHeader]).toBe(sign(secret, String(question?.headers[timestampHeader]), question?.body ?? ''));
  });

  it.each<[string, Partial<typeof forged>, string]>([
    ['without a signature', { headers: () => ({}) }, 'the answer is not signed'],
    ['signed with another secret', { headers: (body) => signed(body, 'x') }, 'the signature does not hold'],
    ['with a shortened signature', { headers: (body) => ({ ...signed(body), [signatureHeader]: 'ab' }) }, 'the signature does not hold'],
    ['of long ago', { headers: (body) => signed(body, secret, Date.now() - 600_000) }, 'the answer is stale'],
    ['without a proper time', { headers: (body) => ({ ...signed(body), [timestampHeader]: 'today' }) }, 'the answer is stale'],
    ['about another case', { body: JSON.stringify({ ...good, reference: 'r2' }) }, 'this answers another question'],
    ['of another bureau', { body: JSON.stringify({ ...good, bureau: 'court' }) }, 'this answers another question'],
    ['with facts of another shape', { body: JSON.stringify({ ...good, facts: { match: 'yes', deceased: false } }) }, 'the answer has another shape: match'],
    ['without a report number', { body: JSON.stringify({ ...good, reportNo: '' }) }, 'the answer has another shape: reportNo'],
    ['that is not JSON', { body: '<html>' }, 'the answer is not JSON'],
    ['that never ends', { body: JSON.stringify({ ...good, padding: 'x'.repeat(70_000) }) }, 'the answer is too long'],
    ['with an error status, though signed', { status: 500 }, 'the bureau answered 500'],
  ])('%s is not believed', async (_what, difference, why) => {
    forged = { ...forged, ...difference };
    expect(await ask()).toEqual({ status: 'unavailable', why });
  });

  it('that never comes, because nobody is there, is unavailable', async () => {
    const nowhere = createBureaus({ url: 'http://127.0.0.1:9', secret, timeoutMs: 5_000, now: Date.now });
    expect(await nowhere.identity({ ...person, reference: 'r1' })).toEqual({ status: 'unavailable', why: 'the bureau cannot be reached' });
  });
});
