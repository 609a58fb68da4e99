import { randomBytes } from 'node:crypto';
import { createTestDatabase, type TestDatabase } from '../test/database.js';
import { acceptancesOf, hasAccepted, recordAcceptance } from './acceptances.js';
import { actsOn, recordAct } from './acts.js';
import { recordAssessment, validAssessment } from './assessments.js';
import { codeAttempts, newCode, recordCode, useCode } from './codes.js';
import { addPerson, changePassword, findLogIn, findPerson, findPersonByEmail, findPersonByPhone, openPerson, peopleInRole, recordFailedLogIn, recordIdentityData, recordLogIn } from './people.js';
import { beginPhoneChange, currentPhoneChange, endPhoneChange, provePhoneChange } from './phone-changes.js';
import { authorisationsOf, beginAccount, findAccount, mirrorBankUser, missingOf } from './accounts.js';
import { createPool, type Pool } from './pool.js';
import { createVault } from './vault.js';

const key = () => randomBytes(32).toString('base64');
const vault = createVault({ active: 'k1', keys: { k1: key() }, indexKey: key() });
const now = '2026-03-02T02:00:00.000Z';
let database: TestDatabase;
let pool: Pool;
let serial = 0;

beforeAll(async () => {
  database = await createTestDatabase();
  pool = createPool(database.url, { name: 'people-test', max: 4 });
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

async function somebody(roles: Parameters<typeof addPerson>[2]['roles'] = ['borrower']): Promise<string> {
  serial += 1;
  const added = await addPerson(pool, vault, { email: `p${serial}@example.com`, phone: `1380000${String(serial).padStart(4, '0')}`, passwordHash: 'h', roles, phoneProvedAt: now });
  if ('refused' in added) throw new Error(added.refused);
  return added.id;
}

describe('people', () => {
  it('are found by number, e-mail address and phone, with their roles', async () => {
    const id = await somebody(['lender']);
    const person = await findPerson(pool, id);
    expect(person).toMatchObject({ id, roles: ['lender'], named: false, identificationState: 'none', language: 'en' });
    expect(await findPersonByEmail(pool, vault, person!.email.toUpperCase())).toEqual(person);
    expect(await findPersonByPhone(pool, vault, (await openPerson(pool, vault, id)).phone)).toEqual(person);
    expect((await peopleInRole(pool, 'lender')).map((each) => each.id)).toContain(id);
    expect(await findPerson(pool, 'P0')).toBeNull();
  });

  it('cannot share an e-mail address or a phone', async () => {
    const { email, phone } = await openPerson(pool, vault, await somebody());
    const another = { passwordHash: 'h', roles: ['borrower' as const], phoneProvedAt: null };
    expect(await addPerson(pool, vault, { ...another, email: email.toUpperCase(), phone: '13999999999' })).toEqual({ refused: 'email-taken' });
    expect(await addPerson(pool, vault, { ...another, email: 'new@example.com', phone: `+86 ${phone}` })).toEqual({ refused: 'phone-taken' });
  });

  it('have name, number and phone sealed in their row', async () => {
    const id = await somebody();
    expect(await recordIdentityData(pool, vault, id, { name: '王芳', idNumber: '11010119900307002X', birthDate: '1990-03-07' })).toBe('recorded');
    expect(await openPerson(pool, vault, id)).toMatchObject({ name: '王芳', idNumber: '11010119900307002X', birthDate: '1990-03-07', named: true });
    const raw = JSON.stringify((await pool.query('SELECT * FROM person WHERE id = $1', [id])).rows);
    expect(raw).not.toContain('王芳');
    expect(raw).not.toContain('199003070');
    expect(raw).not.toContain((await openPerson(pool, vault, id)).phone);
  });

  it('cannot take somebody else\'s ID number, nor change their own once identified', async () => {
    const [first, second] = [await somebody(), await somebody()];
    const data = { name: '李娜', idNumber: '110101198501010029', birthDate: '1985-01-01' };
    expect(await recordIdentityData(pool, vault, first, data)).toBe('recorded');
    expect(await recordIdentityData(pool, vault, second, data)).toBe('id-number-taken');
    await pool.query(`UPDATE person SET identification_state = 'verified' WHERE id = $1`, [first]);
    expect(await recordIdentityData(pool, vault, first, { ...data, name: '李四' })).toBe('already-identified');
  });

  it('are locked out after so many wrong passwords in a row, and a right one forgets the wrong ones', async () => {
    const id = await somebody();
    const { email } = (await findPerson(pool, id))!;
    const policy = { limit: 3, lockMinutes: 15 };
    expect(await recordFailedLogIn(pool, id, now, policy)).toEqual({ locked: false });
    await recordLogIn(pool, id);
    expect([await recordFailedLogIn(pool, id, now, policy), await recordFailedLogIn(pool, id, now, policy), await recordFailedLogIn(pool, id, now, policy)])
      .toEqual([{ locked: false }, { locked: false }, { locked: true }]);
    expect(await findLogIn(pool, vault, email)).toEqual({ id, passwordHash: 'h', failedLogins: 0, lockedUntil: '2026-03-02T02:15:00.000Z' });
  });

  it('are logged out everywhere by a new password', async () => {
    const [id, other] = [await somebody(), await somebody()];
    await pool.query(`INSERT INTO session (sid, sess, expire) VALUES ('mine', $1, now()), ('other', $2, now())`, [{ personId: id }, { personId: other }]);
    await changePassword(pool, id, 'new');
    expect((await pool.query(`SELECT sid FROM session`)).rows).toEqual([{ sid: 'other' }]);
  });
});

describe('a one-time code', () => {
  const codeFor = { purpose: 'sign-up', subject: 'somebody' } as const;

  it('is right once, and never again', async () => {
    await recordCode(pool, 'pepper', codeFor, '123456', now);
    expect(await useCode(pool, 'pepper', codeFor, ' 123456 ', now)).toBe('right');
    expect(await useCode(pool, 'pepper', codeFor, '123456', now)).toBe('expired');
  });

  it('is void after ten minutes, for another purpose, after a newer one, and under another pepper', async () => {
    await recordCode(pool, 'pepper', codeFor, '222222', now);
    expect(await useCode(pool, 'pepper', codeFor, '222222', '2026-03-02T02:10:00.000Z')).toBe('expired');
    expect(await useCode(pool, 'pepper', { ...codeFor, purpose: 'reset-password' }, '222222', now)).toBe('expired');
    expect(await useCode(pool, 'salt', codeFor, '222222', now)).toBe('wrong');
    await recordCode(pool, 'pepper', codeFor, '333333', now);
    expect(await useCode(pool, 'pepper', codeFor, '222222', now)).toBe('wrong');
  });

  it(`can be guessed at ${codeAttempts} times, counted also when guesses come at once`, async () => {
    const guessed = { purpose: 'change-phone', subject: 'P1' } as const;
    await recordCode(pool, 'pepper', guessed, '444444', now);
    const verdicts = await Promise.all(Array.from({ length: codeAttempts + 2 }, () => useCode(pool, 'pepper', guessed, '000000', now)));
    expect(verdicts.filter((each) => each === 'wrong')).toHaveLength(codeAttempts);
    expect(await useCode(pool, 'pepper', guessed, '444444', now)).toBe('too-many-attempts');
  });

  it('has six digits and stands in the table only as a hash', async () => {
    expect(newCode()).toMatch(/^\d{6}$/);
    await recordCode(pool, 'pepper', codeFor, '555555', now);
    expect(JSON.stringify((await pool.query('SELECT * FROM one_time_code')).rows)).not.toContain('555555');
  });
});

describe('what people accept and decide', () => {
  it('is kept with version, hash and the first time', async () => {
    const id = await somebody();
    const document = { document: 'user-agreement', version: '1', sha256: 'ab' } as const;
    await recordAcceptance(pool, id, document, now);
    await recordAcceptance(pool, id, document, '2027-01-01T00:00:00.000Z');
    expect(await acceptancesOf(pool, id)).toEqual([{ ...document, acceptedAt: now }]);
    expect(await hasAccepted(pool, id, 'user-agreement', '1')).toBe(true);
    expect(await hasAccepted(pool, id, 'user-agreement', '2')).toBe(false);
  });

  it('is written as acts, oldest first', async () => {
    await recordAct(pool, { actor: 'P1', role: 'borrower', verb: 'apply', subject: 'LN7', after: { amountFen: 5 }, businessAt: now });
    await recordAct(pool, { actor: 'workflow:LN7', role: 'platform', verb: 'refuse', subject: 'LN7', why: 'below-age' });
    expect(await actsOn(pool, 'LN7')).toMatchObject([
      { actor: 'P1', verb: 'apply', after: { amountFen: 5 }, before: null, businessAt: now, why: null },
      { actor: 'workflow:LN7', verb: 'refuse', why: 'below-age', secondPerson: null },
    ]);
  });

  it('makes an assessment valid until its last day; a newer one replaces it', async () => {
    const id = await somebody(['lender']);
    const assessment = { answers: { loss: 'half' }, grade: 'C3' as const, limitFen: 10_000_000, assessedAt: now, validUntil: '2027-03-02' };
    expect(await validAssessment(pool, id, '2026-03-02')).toBeNull();
    await recordAssessment(pool, id, assessment);
    expect(await validAssessment(pool, id, '2027-03-02')).toEqual(assessment);
    expect(await validAssessment(pool, id, '2027-03-03')).toBeNull();
    await recordAssessment(pool, id, { ...assessment, grade: 'C1', validUntil: '2026-04-01' });
    expect(await validAssessment(pool, id, '2026-05-01')).toBeNull();
  });
});

describe('an account at the bank', () => {
  const needed = ['REPAYMENT', 'RECHARGE', 'WITHDRAW'] as const;
  const failTime = '2030-01-01T00:00:00.000Z';

  it('lacks everything, then the card, then the authorisations, then nothing, then what has run out', async () => {
    const id = await somebody();
    const missing = async (at = now) => {
      const account = await findAccount(pool, id, 'BORROWERS');
      return missingOf(account, account ? await authorisationsOf(pool, account.userNo) : [], needed, at);
    };
    expect(await missing()).toEqual(['account', 'card', ...needed]);
    const userNo = await beginAccount(pool, id, 'BORROWERS');
    expect(userNo).toBe(`B-${id}`);
    expect(await missing()).toEqual(['account', 'card', ...needed]);
    const facts = { userNo, state: 'active' as const, card: null, authorisations: [] };
    await mirrorBankUser(pool, facts, now);
    expect(await missing()).toEqual(['card', ...needed]);
    const card = { last4: '1234', bankName: 'River Bank' };
    await mirrorBankUser(pool, { ...facts, card }, now);
    await mirrorBankUser(pool, { ...facts, card, authorisations: needed.map((type) => ({ type, maxFen: 100, failTime })) }, now);
    expect(await missing()).toEqual([]);
    expect(await missing('2031-01-01T00:00:00.000Z')).toEqual([...needed]);
    await mirrorBankUser(pool, { ...facts, card, authorisations: [{ type: 'RECHARGE', maxFen: 100, failTime }] }, now);
    expect(await missing()).toEqual(['REPAYMENT', 'WITHDRAW']);
  });

  it('pays out at once after its first card, and only after a day after another one', async () => {
    const id = await somebody();
    const userNo = await beginAccount(pool, id, 'BORROWERS');
    const facts = { userNo, state: 'active' as const, authorisations: [] };
    await mirrorBankUser(pool, { ...facts, card: { last4: '1111', bankName: 'A' } }, now);
    expect((await findAccount(pool, id, 'BORROWERS'))?.payoutsFrom).toBeNull();
    await mirrorBankUser(pool, { ...facts, card: null }, now);
    await mirrorBankUser(pool, { ...facts, card: { last4: '2222', bankName: 'A' } }, now);
    expect(await findAccount(pool, id, 'BORROWERS')).toMatchObject({ cardLast4: '2222', payoutsFrom: '2026-03-03T02:00:00.000Z' });
  });
});

describe('a change of phone', () => {
  it('counts only when proved, once, and cools payouts', async () => {
    const id = await somebody();
    await beginAccount(pool, id, 'BORROWERS');
    expect(await beginPhoneChange(pool, vault, id, '13777777777')).toBe('begun');
    const change = (await currentPhoneChange(pool, id))!;
    expect(await endPhoneChange(pool, { id: change.id }, now)).toEqual({ changed: false, personId: null });
    await provePhoneChange(pool, change.id);
    expect(await endPhoneChange(pool, { id: change.id }, now)).toEqual({ changed: true, personId: id });
    expect(await endPhoneChange(pool, { id: change.id }, now)).toEqual({ changed: false, personId: null });
    expect((await openPerson(pool, vault, id)).phone).toBe('13777777777');
    expect((await findAccount(pool, id, 'BORROWERS'))?.payoutsFrom).toBe('2026-03-03T02:00:00.000Z');
  });

  it('is refused for a number that is somebody\'s', async () => {
    const { phone } = await openPerson(pool, vault, await somebody());
    expect(await beginPhoneChange(pool, vault, await somebody(), phone)).toBe('phone-taken');
  });
});
