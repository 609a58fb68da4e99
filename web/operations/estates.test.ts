import { refuse, startTestWeb, type TestWeb } from '../../test/web.js';
import type { Estate } from '../../db/estates.js';
import { decideEstate } from '../../db/estates.js';
import type { Page, Visitor } from '../../stack/visitor.js';
import { productionLimits } from '../limits.js';

let web: TestWeb;
let one: { id: string };
let two: { id: string };
let person: { id: string };
let heirs: string[];
let officer: Visitor;
let supervisor: Visitor;
beforeAll(async () => {
  web = await startTestWeb({ limits: { ...productionLimits, 'log-in-by-address': { points: 1_000, seconds: 900 } } });
  [one, two, person] = [await web.person('compliance'), await web.person('supervisor'), await web.person('lender')];
  heirs = [(await web.person('lender')).id, (await web.person('lender')).id];
  [officer, supervisor] = [await web.loggedIn(one.id), await web.loggedIn(two.id)];
  for (const id of [person.id, ...heirs]) await web.pool.query(`INSERT INTO custody_account (user_no, person_id, bank_role, state, card_last4, card_bank, card_bound_at, opened_at) VALUES ('L-' || $1, $1, 'INVESTOR', 'active', '1234', 'Test Bank', now(), now())`, [id]);
});
afterAll(() => web.close());
beforeEach(() => { web.temporal.told.length = 0; web.temporal.answer = () => ({ ok: true }); });

const pdf = { name: '公证书.pdf', type: 'application/pdf', content: new TextEncoder().encode('%PDF-1.7 the heirs are') };
const wish = () => ({ person: person.id, notary: 'Hangzhou Notary Office', certificate: '(2026) Zhe Hang 77', heir1: heirs[0]!, fraction1: '1/3', heir2: heirs[1]!, fraction2: '2/3' });
const main = (page: Page): string => page.$('main').text().replace(/\s+/g, ' ');
let estateNo = '';
const shown = async () => (await officer.read<{ estate: Estate }>(`/operations/estates/${estateNo}`)).estate;

it('a certificate needs its document, people with accounts, and fractions of exactly the whole; nothing is written otherwise', async () => {
  const page = await officer.open('/operations/estates/new');
  const stranger = await web.person('lender');
  const sent = async (changes: Record<string, string>, files: Parameters<Visitor['submitFiles']>[3] = { document: pdf }) => officer.submitFiles(page, 'enter-estate', { ...wish(), ...changes }, files);
  for (const [changes, words] of [
    [{ fraction2: '1/3' }, 'have exactly the whole'], [{ heir2: heirs[0]! }, 'named twice'], [{ fraction1: '0.5' }, 'A fraction like 1/3'], [{ heir2: person.id }, 'Nobody inherits from themselves'],
    [{ heir2: stranger.id }, 'needs an open account'], [{ person: stranger.id }, 'has an account for lending'], [{ heir2: '' }, 'Who inherits?'], [{ notary: '' }, 'Which notary office'],
  ] as const) {
    const answer = await sent(changes);
    expect([words, answer.status, answer.text.includes(words)]).toEqual([words, 422, true]);
  }
  expect((await sent({}, {})).status).toBe(422);
  expect((await web.pool.query('SELECT 1 FROM estate')).rowCount).toBe(0);
  expect(web.temporal.told).toEqual([]);
});

it('it is entered once with its heirs, begins its workflow, and a second one of the same person is refused', async () => {
  const page = await officer.open('/operations/estates/new');
  await officer.submitFiles(page, 'enter-estate', wish(), { document: pdf });
  await officer.submitFiles(page, 'enter-estate', wish(), { document: pdf });
  const { rows } = await web.pool.query<{ estate_no: string }>('SELECT estate_no FROM estate');
  expect(rows).toHaveLength(1);
  estateNo = rows[0]!.estate_no;
  expect(web.temporal.told[0]).toMatchObject({ workflowId: `estate:${estateNo}` });
  expect(await shown()).toMatchObject({ state: 'entered', personId: person.id, heirs: [{ personId: heirs[0], numerator: 1, denominator: 3 }, { personId: heirs[1], numerator: 2, denominator: 3 }] });
  const again = await officer.submitFiles(await officer.open('/operations/estates/new'), 'enter-estate', wish(), { document: pdf });
  expect([again.status, again.text.includes('being passed on already')]).toEqual([409, true]);
});

it('whoever entered it has no form to decide, another has; the document is a download that is recorded', async () => {
  const [own, other] = [await officer.open(`/operations/estates/${estateNo}`), await supervisor.open(`/operations/estates/${estateNo}`)];
  expect([own.has('decide-estate'), other.has('decide-estate'), main(own).includes('you entered it')]).toEqual([false, true, true]);
  expect((await supervisor.open(`/operations/estates/${estateNo}/document`)).text).toContain('%PDF-1.7 the heirs are');
  expect((await web.pool.query(`SELECT actor FROM act WHERE verb = 'look-at-certificate'`)).rows).toEqual([{ actor: two.id }]);
  expect((await supervisor.submit(other, 'decide-estate', { decision: 'approve' })).status).toBe(422);
  await supervisor.submit(other, 'decide-estate', { decision: 'refuse', why: 'the number is another', confirmed: 'yes' });
  expect(web.temporal.of('decideEstate')).toMatchObject([{ workflowId: `estate:${estateNo}`, args: [{ personId: two.id, approve: false }] }]);
  expect((await web.pool.query('SELECT why FROM estate_reason')).rows).toEqual([{ why: 'the number is another' }]);
  web.temporal.answer = () => refuse('second-person');
  expect((await supervisor.submit(other, 'decide-estate', { decision: 'approve', confirmed: 'yes' })).status).toBe(409);
});

it('why not all of it has passed on stands on its page, and in the list', async () => {
  await decideEstate(web.pool, { estateNo, personId: two.id, approve: true, reasonKey: '', asOf: new Date(web.now.ms).toISOString() });
  await web.pool.query(`UPDATE estate SET waits_for = 'court-order'`);
  expect(main(await officer.open(`/operations/estates/${estateNo}`))).toContain('A court holds a claim.');
  const found = async (query: string) => (await officer.read<{ estates: Estate[] }>(`/operations/estates?${query}`)).estates.map((estate) => estate.estateNo);
  expect([await found(`q=${person.id}&state=passing`), await found('state=ended'), await found('q=ES9')]).toEqual([[estateNo], [], []]);
  expect((await officer.open('/operations/estates?format=csv')).text).toContain(`${estateNo},${person.id},Hangzhou Notary Office,(2026) Zhe Hang 77,${heirs[0]} 1/3; ${heirs[1]} 2/3,being passed on,court-order,`);
});

it('lenders and borrowers see no estates', async () => {
  expect((await (await web.loggedIn(heirs[0]!)).open(`/operations/estates/${estateNo}`)).status).toBe(403);
});
