import { actsOn } from '../../db/acts.js';
import { findPerson } from '../../db/people.js';
import { findScore, latestOffer, reportsOfLoan } from '../../db/reports.js';
import { carriedState, project } from '../../db/loans.js';
import { rows } from '../../db/pool.js';
import { defaultProduct } from '../../domain/product.js';
import type { LoanStateName } from '../../domain/loan.js';
import { createApplicants, goodCredit, idNumberOf } from '../../test/applicants.js';
import type { Applicants } from '../../test/applicants.js';
import type { RiskActivities } from '../../workflows/contract.js';
import { createRiskActivities } from './index.js';

const asOf = '2026-03-02';
const at = '2026-03-02T02:00:00.000Z';
const silence = { status: 'unavailable', why: 'no answer within 10 ms' } as const;
const answer = (facts: object) => ({ status: 'answered', reportNo: 'R1', facts }) as const;

describe('who is this, and may they borrow', () => {
  let side: Applicants;
  let risk: RiskActivities;
  beforeEach(async () => {
    side = await createApplicants();
    risk = createRiskActivities(side.deps);
  });
  afterEach(() => side.close());

  const moveTo = async (loanNo: string, state: LoanStateName, more: object = {}): Promise<void> => {
    const loan = await carriedState(side.pool, loanNo);
    if (!loan) throw new Error('no loan');
    await project(side.pool, { workflowId: loanNo, summary: '', nextAt: null, seen: 1, loan: { ...loan, state, revision: loan.revision + 1, ...more }, acts: [], closed: false });
  };

  describe('the free checks', () => {
    it('pass an ordinary application', async () => {
      expect(await risk.preScreen({ loanNo: await side.application(await side.person()), asOf })).toEqual({ status: 'passed' });
      expect(side.asked).toEqual([]);
    });

    it.each([
      ['student', { facts: { student: true } }],
      ['purpose-prohibited', { purpose: 'stocks' }],
      ['banned-words', { facts: { description: '保本的好项目' } }],
      ['overall-cap', { facts: { elsewhereFen: 99_000_000 } }],
      ['term-not-offered', { termMonths: 7 }],
      ['amount-not-a-step', { requestedFen: 5_000_001 }],
    ])('refuse with %s', async (code, wish) => {
      expect(await risk.preScreen({ loanNo: await side.application(await side.person(), wish), asOf })).toEqual({ status: 'refused', code });
    });

    it('refuse the young, a wrong identity number, and who works for the platform', async () => {
      const young = await side.person({ idNumber: idNumberOf('2009-01-01') });
      expect(await risk.preScreen({ loanNo: await side.application(young), asOf })).toEqual({ status: 'refused', code: 'too-young' });
      const wrong = await side.person({ idNumber: `${idNumberOf('1990-05-17', 333).slice(0, 17)}x`.replace(/x$/, 'Y') });
      expect(await risk.preScreen({ loanNo: await side.application(wrong), asOf })).toEqual({ status: 'refused', code: 'id-number-invalid' });
      const staff = await side.person();
      await side.pool.query(`INSERT INTO person_role VALUES ($1, 'finance')`, [staff]);
      expect(await risk.preScreen({ loanNo: await side.application(staff), asOf })).toEqual({ status: 'refused', code: 'self-financing' });
    });

    it('refuse the later of two open applications and let the earlier go on', async () => {
      const person = await side.person();
      const [first, second] = [await side.application(person), await side.application(person)];
      expect(await risk.preScreen({ loanNo: first, asOf })).toEqual({ status: 'passed' });
      expect(await risk.preScreen({ loanNo: second, asOf })).toEqual({ status: 'refused', code: 'duplicate' });
    });

    it('refuse too soon after a decline, and who has not paid here before', async () => {
      const person = await side.person();
      await moveTo(await side.application(person), 'declined', { closedOn: '2026-02-20' });
      const again = await side.application(person);
      expect(await risk.preScreen({ loanNo: again, asOf })).toEqual({ status: 'refused', code: 'cooling-period' });
      expect(await risk.preScreen({ loanNo: again, asOf: '2026-03-23' })).toEqual({ status: 'passed' });
      const late = await side.person();
      await moveTo((await side.repaying(late)).loanNo, 'overdue', { daysPastDue: 45 });
      expect(await risk.preScreen({ loanNo: await side.application(late), asOf })).toEqual({ status: 'refused', code: 'blacklisted' });
    });

    it('count what is owed here and what is still being raised towards the cap', async () => {
      const person = await side.person();
      await side.repaying(person);
      await moveTo(await side.application(person, { requestedFen: 15_000_000 }), 'fundraising');
      expect(await risk.preScreen({ loanNo: await side.application(person, { requestedFen: 3_800_000 }), asOf })).toEqual({ status: 'passed' });
      await side.pool.query(`UPDATE loan SET state = 'cancelled' WHERE state = 'applied'`);
      expect(await risk.preScreen({ loanNo: await side.application(person, { requestedFen: 3_810_000 }), asOf })).toEqual({ status: 'refused', code: 'platform-cap' });
    });
  });

  describe('identification', () => {
    const identify = async (personId: string, attempt = 1): Promise<unknown> =>
      risk.verifyIdentity({ workflowId: `identify:${personId}:${attempt}`, personId, purpose: 'borrow', attempt, asOf: at });

    it('asks the identity bureau and the carrier, and keeps their answers', async () => {
      const personId = await side.person();
      expect(await identify(personId)).toEqual({ status: 'verified' });
      expect(await identify(personId)).toEqual({ status: 'verified' });
      expect(side.asked).toEqual([`identity identify:${personId}:1:identity`, `carrier identify:${personId}:1:carrier`]);
      expect(await findPerson(side.pool, personId)).toMatchObject({ identificationState: 'verified', identifiedAt: at, birthDate: '1990-05-17' });
      expect(await actsOn(side.pool, personId)).toEqual([expect.objectContaining({ verb: 'identity-verified', actor: `workflow:identify:${personId}:1` })]);
    });

    it('fails on a check digit before anybody is paid', async () => {
      const number = idNumberOf('1990-05-17', 444);
      const wrong = `${number.slice(0, 17)}${number.endsWith('1') ? '2' : '1'}`;
      const personId = await side.person({ idNumber: wrong });
      expect(await identify(personId)).toEqual({ status: 'failed', code: 'id-number-invalid' });
      expect(side.asked).toEqual([]);
    });

    it.each([
      ['identity-mismatch', 'identity', { match: false, deceased: false }],
      ['identity-deceased', 'identity', { match: true, deceased: true }],
      ['mobile-mismatch', 'carrier', { match: false, active: true, monthsInNet: 40 }],
      ['mobile-mismatch', 'carrier', { match: true, active: false, monthsInNet: 40 }],
    ] as const)('fails with %s when the %s bureau says so', async (code, bureau, facts) => {
      side.bureaus[bureau] = answer(facts);
      const personId = await side.person();
      expect(await identify(personId)).toEqual({ status: 'failed', code });
      expect((await findPerson(side.pool, personId))?.identificationState).toBe('failed');
    });

    it('sends silence and a brand-new number to a person, and writes what that person decides', async () => {
      side.bureaus.carrier = answer({ match: true, active: true, monthsInNet: 1 });
      const personId = await side.person();
      expect(await identify(personId)).toEqual({ status: 'needs-person', code: 'mobile-new' });
      side.bureaus.identity = silence;
      const other = await side.person();
      expect(await identify(other)).toEqual({ status: 'needs-person', code: 'identity-bureau-unavailable' });
      expect(side.asked.filter((asked) => asked.startsWith(`identity identify:${other}`))).toHaveLength(3);

      await risk.concludeIdentity({ workflowId: `identify:${personId}:1`, personId, status: 'verified', code: null, by: 'P9', why: 'spoke with her', asOf: at });
      await risk.concludeIdentity({ workflowId: `identify:${personId}:1`, personId, status: 'verified', code: null, by: 'P9', why: 'spoke with her', asOf: at });
      expect((await findPerson(side.pool, personId))?.identificationState).toBe('verified');
      expect((await actsOn(side.pool, personId)).map((act) => [act.verb, act.actor, act.why])).toEqual([
        ['identity-review', `workflow:identify:${personId}:1`, null], ['identity-verified', 'P9', 'spoke with her'],
      ]);
    });

    it('takes the answer when a silent bureau speaks up within the patience', async () => {
      const patient = { ...side.deps.bureaus };
      let times = 0;
      const flaky = createRiskActivities({ ...side.deps, bureaus: { ...patient, identity: async (input) => ((times += 1) < 3 ? silence : patient.identity(input)) } });
      const personId = await side.person();
      expect(await flaky.verifyIdentity({ workflowId: `identify:${personId}:1`, personId, purpose: 'lend', attempt: 1, asOf: at })).toEqual({ status: 'verified' });
    });
  });

  describe('the paid checks', () => {
    it('pass, ask each bureau once however often they are repeated, and keep every report', async () => {
      const loanNo = await side.application(await side.person());
      expect(await risk.screen({ loanNo, asOf })).toEqual({ status: 'passed' });
      expect(await risk.screen({ loanNo, asOf })).toEqual({ status: 'passed' });
      expect([...side.asked].sort()).toEqual([`court ${loanNo}:court`, `credit ${loanNo}:credit`, `platforms ${loanNo}:platforms`]);
      expect(await reportsOfLoan(side.pool, loanNo)).toEqual(expect.arrayContaining([expect.objectContaining({ bureau: 'credit', status: 'answered', facts: goodCredit, expiresOn: '2026-04-01' })]));
    });

    it('refuse who is listed for enforcement', async () => {
      side.bureaus.court = answer({ onEnforcementList: true, openCases: 3 });
      expect(await risk.screen({ loanNo: await side.application(await side.person()), asOf })).toEqual({ status: 'refused', code: 'enforcement-listed' });
    });

    it('take what is found elsewhere against what was declared, whichever is more', async () => {
      side.bureaus.platforms = answer({ outstandingFen: 95_500_000, platforms: 4 });
      expect(await risk.screen({ loanNo: await side.application(await side.person()), asOf })).toEqual({ status: 'refused', code: 'overall-cap' });
    });

    it.each([['court', 'court-unavailable'], ['platforms', 'platforms-unavailable'], ['credit', 'credit-unavailable']] as const)('go to a person when the %s bureau is silent', async (bureau, code) => {
      side.bureaus[bureau] = silence;
      expect(await risk.screen({ loanNo: await side.application(await side.person()), asOf })).toEqual({ status: 'needs-person', code });
    });
  });

  describe('score and offer', () => {
    const scored = async (wish: Parameters<Applicants['application']>[1] = {}): Promise<{ loanNo: string; score: Awaited<ReturnType<RiskActivities['score']>> }> => {
      const loanNo = await side.application(await side.person(), wish);
      await risk.screen({ loanNo, asOf });
      return { loanNo, score: await risk.score({ loanNo, asOf }) };
    };

    it('approve a good borrower and keep what the score was computed from', async () => {
      const { loanNo, score } = await scored();
      expect(score).toMatchObject({ decision: 'approve', code: null });
      expect(await risk.score({ loanNo, asOf: '2026-03-09' })).toEqual(score);
      expect(await findScore(side.pool, loanNo)).toMatchObject({ grade: score.grade, pdBps: score.pdBps, decidedOn: asOf, inputs: { score: { amount: 50_000, annualIncome: 240_000, revolvingUtilisation: 0.15 } } });
    });

    it('decline who cannot carry it, and refer what is unknown', async () => {
      expect((await scored({ facts: { annualIncomeFen: 1_000_000 } })).score).toMatchObject({ decision: 'decline', code: 'income-too-low' });
      side.bureaus.court = silence;
      expect((await scored()).score).toMatchObject({ decision: 'refer', code: 'source-unknown' });
    });

    it('leave recorded loans to the reviewer, at the reviewer’s rate', async () => {
      const replay = defaultProduct('replay');
      const loanNo = await side.application(await side.person(), { purpose: 'car', requestedFen: 500_000 }, replay);
      await risk.screen({ loanNo, asOf });
      expect(await risk.score({ loanNo, asOf })).toMatchObject({ decision: 'refer' });
      expect(await risk.makeOffer({ loanNo, asOf, amountFen: null, termMonths: null, annualRateBps: null, grade: null })).toEqual({ status: 'refused', code: 'rate-missing' });
      expect(await risk.makeOffer({ loanNo, asOf, amountFen: 497_500, termMonths: null, annualRateBps: 1_065, grade: 'B' })).toMatchObject({
        status: 'made', offer: { version: 1, amountFen: 497_500, termMonths: 36, annualRateBps: 1_065, grade: 'B', serviceFeeFen: 0 },
      });
    });

    it('make an offer with its schedule, the same one when repeated, the next version when changed', async () => {
      const { loanNo, score } = await scored();
      const wish = { loanNo, asOf, amountFen: null, termMonths: null, annualRateBps: null, grade: null };
      const made = await risk.makeOffer(wish);
      expect(made).toMatchObject({ status: 'made', offer: { version: 1, amountFen: 5_000_000, termMonths: 12, grade: score.grade, serviceFeeFen: 5_000, validUntil: '2026-03-09' } });
      expect(await risk.makeOffer(wish)).toEqual(made);
      expect(await risk.makeOffer({ ...wish, amountFen: 3_000_000 })).toMatchObject({ status: 'made', offer: { version: 2, amountFen: 3_000_000 } });
      expect(await latestOffer(side.pool, loanNo)).toMatchObject({ version: 2, madeOn: asOf, capBps: 1_200 });
      const schedule = await rows<{ principal: number; days: number }>(side.pool,
        `SELECT sum(principal_fen)::bigint AS principal, count(*) AS days FROM instalment WHERE loan_no = $1 AND version = 0`, [loanNo]);
      expect(schedule).toEqual([{ principal: 3_000_000, days: 12 }]);
    });

    it('refuse a grade that is not lent to', async () => {
      const { loanNo } = await scored();
      expect(await risk.makeOffer({ loanNo, asOf, amountFen: null, termMonths: null, annualRateBps: null, grade: 'F' })).toEqual({ status: 'refused', code: 'grade-not-offered' });
    });
  });
});
