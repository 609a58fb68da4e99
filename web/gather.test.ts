import { jest } from '@jest/globals';
import { createGatherer } from './gather.js';

describe('gathered Signals', () => {
  beforeEach(() => { jest.useFakeTimers(); });
  afterEach(() => { jest.useRealTimers(); });

  it('go out at once, then at most once an interval, and the last news is not lost', async () => {
    const sent: string[] = [];
    const gatherer = createGatherer(async (workflowId) => { sent.push(workflowId); }, 1_000);
    gatherer.news('a');
    gatherer.news('a');
    gatherer.news('a');
    gatherer.news('b');
    expect(sent).toEqual(['a', 'b']);
    await jest.advanceTimersByTimeAsync(1_000);
    expect(sent).toEqual(['a', 'b', 'a']);
    await jest.advanceTimersByTimeAsync(5_000);
    expect(sent).toEqual(['a', 'b', 'a']);
    gatherer.news('a');
    expect(sent).toEqual(['a', 'b', 'a', 'a']);
    await gatherer.close();
  });

  it('are sent at the end if there is more to tell', async () => {
    const sent: string[] = [];
    const gatherer = createGatherer(async (workflowId) => { sent.push(workflowId); }, 1_000);
    gatherer.news('a');
    gatherer.news('a');
    await gatherer.close();
    expect(sent).toEqual(['a', 'a']);
    await jest.advanceTimersByTimeAsync(5_000);
    expect(sent).toEqual(['a', 'a']);
  });
});
