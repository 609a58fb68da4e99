import { lenderGate, type LenderGateInput } from './lender-gate.js';

const ready: LenderGateInput = { profile: 'cn', riskDisclosureConfirmed: true, riskAssessmentDone: true, withinGradeLimit: true, instructionAuthorised: true };

describe('the lender gate', () => {
  it('opens when notice, assessment, limit and instruction are there', () => {
    expect(lenderGate(ready)).toEqual({ allowed: true });
  });

  it.each([
    [{ riskDisclosureConfirmed: false }, 'risk-notice-not-confirmed'],
    [{ riskAssessmentDone: false }, 'not-assessed'],
    [{ withinGradeLimit: false }, 'above-grade-limit'],
    [{ instructionAuthorised: false }, 'not-authorised'],
    [{ riskAssessmentDone: false, instructionAuthorised: false }, 'not-assessed'],
  ])('stays shut with %j: %s', (change, refused) => expect(lenderGate({ ...ready, ...change })).toEqual({ allowed: false, refused }));
});
