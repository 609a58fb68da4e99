import { ApplicationFailure } from '@temporalio/common';
import { isGone } from './neighbours.js';

describe('a workflow that is told something', () => {
  it('may have ended: that is no trouble', () => {
    expect(isGone(ApplicationFailure.create({ message: 'Unable to signal external workflow because it was not found', type: 'ExternalWorkflowExecutionNotFound' }))).toBe(true);
  });

  it.each([
    ApplicationFailure.create({ message: 'Unable to signal external workflow because The per-workflow signal limit was exceeded', type: 'SignalCountLimitExceeded' }),
    ApplicationFailure.create({ message: 'Unable to signal external workflow because unknown' }), new TypeError('argument not found'),
  ])('any other failure is trouble: %s', (error) => {
    expect(isGone(error)).toBe(false);
  });
});
