import fc from 'fast-check';
import { affordableAmountFen, decide, policyFor, REPLAY_POLICY, type DecisionFacts } from './decision.js';
import type { RiskGrade } from './grades.js';

const score = (grade: RiskGrade) => ({ grade, probabilityOfDefault: 0.08, reasons: [] });
const good: DecisionFacts = {
  score: score('B'), amountFen: 3_000_000, termMonths: 12, annualRateBps: 780, monthlyIncomeFen: 1_000_000, monthlyDebtFen: 100_000, courtRecord: 'none',
  enforcementListed: false, fraudSuspected: false, overdueElsewhere: false, applicationsLast30Days: 1,
};

describe('the decision', () => {
  it('approves what has nothing against it, at the amount asked for', () => {
    expect(decide(good)).toMatchObject({ verdict: 'approve', codes: [], proposedFen: 3_000_000, policy: 'expert-1' });
  });

  it.each([
    [{ enforcementListed: true }, 'decline', 'enforcement-listed'],
    [{ score: score('F') }, 'decline', 'grade-not-lent'],
    [{ monthlyIncomeFen: 199_999 }, 'decline', 'income-too-low'],
    [{ monthlyDebtFen: 500_000 }, 'decline', 'income-too-low'],
    [{ fraudSuspected: true }, 'refer', 'fraud-suspected'],
    [{ overdueElsewhere: true }, 'refer', 'overdue-elsewhere'],
    [{ courtRecord: 'found' as const }, 'refer', 'court-record'],
    [{ courtRecord: 'unknown' as const }, 'refer', 'source-unknown'],
    [{ applicationsLast30Days: 6 }, 'refer', 'many-applications'],
    [{ score: score('D') }, 'refer', 'weak-grade'],
    [{ amountFen: 20_000_000 }, 'refer', 'above-ability'],
  ])('with %j: %s for %s', (change, verdict, code) => {
    const decision = decide({ ...good, ...change });
    expect(decision.verdict).toBe(verdict);
    expect(decision.codes).toContain(code);
  });

  it('lets a decline outweigh a referral and keeps both reasons', () => {
    expect(decide({ ...good, enforcementListed: true, courtRecord: 'found' })).toMatchObject({ verdict: 'decline', codes: ['enforcement-listed', 'court-record'] });
  });

  it('leaves every recorded loan to the reviewer', () => {
    expect(policyFor('us')).toBe(REPLAY_POLICY);
    expect(decide({ ...good, score: score('F'), enforcementListed: true }, policyFor('us')).verdict).toBe('refer');
    expect(decide(good, policyFor('us')).verdict).toBe('refer');
    expect(decide(good, policyFor('cn')).verdict).toBe('approve');
  });

  it('proposes no more than income carries', () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 5_000_000 }), fc.integer({ min: 0, max: 3_000_000 }), fc.constantFrom(3, 12, 36), (income, debt, termMonths) => {
      const facts = { ...good, monthlyIncomeFen: income, monthlyDebtFen: debt, termMonths };
      const affordable = affordableAmountFen(facts);
      const monthly = 780 / 120_000;
      const instalment = (affordable * monthly) / (1 - (1 + monthly) ** -termMonths);
      expect(instalment).toBeLessThanOrEqual(Math.max(0, income / 2 - debt) + 1);
      expect(decide(facts).proposedFen).toBeLessThanOrEqual(Math.min(affordable, facts.amountFen));
    }));
  });
});
