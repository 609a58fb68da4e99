import { createApplicants, appliedAt } from '../test/applicants.js';
import type { Applicants } from '../test/applicants.js';
import { beginSending, countPending, holdMessage, insertMessages, messagesOf, recordFailed, recordMessageStatus, recordSent } from './messages.js';
import type { NewMessage } from './messages.js';

describe('messages in the record', () => {
  let side: Applicants;
  let personId: string;
  beforeAll(async () => {
    side = await createApplicants();
    personId = await side.person();
  });
  afterAll(() => side.close());

  const message = (key: string, channel: 'sms' | 'mail' = 'sms'): NewMessage =>
    ({ key, personId, loanNo: null, channel, template: 't', toCipher: 'x', toLast4: '0001', subject: null, body: 'said', businessAt: appliedAt });
  const one = async (key: string): Promise<number> => (await insertMessages(side.pool, [message(key)]))[0] ?? 0;
  const stateOf = async (id: number): Promise<unknown> => (await messagesOf(side.pool, personId)).find((each) => each.id === id)?.state;
  const status = (id: number, state: 'queued' | 'sent' | 'delivered' | 'undelivered' | 'failed'): Promise<{ changed: boolean }> =>
    recordMessageStatus(side.pool, { reference: String(id), providerNo: 'SM1', status: state, errorCode: null });

  it('writes each key once and answers all ids in the order asked', async () => {
    const [a, b] = await insertMessages(side.pool, [message('a'), message('b', 'mail')]);
    expect(await insertMessages(side.pool, [message('b', 'mail'), message('c'), message('a')])).toEqual([b, expect.any(Number), a]);
    expect(await countPending(side.pool, [a ?? 0, b ?? 0])).toBe(2);
  });

  it('counts tries, and nobody sends what is not pending', async () => {
    const id = await one('tries');
    expect(await beginSending(side.pool, id)).toMatchObject({ id, tries: 1 });
    expect(await beginSending(side.pool, id)).toMatchObject({ tries: 2 });
    await recordSent(side.pool, id, 'SM1');
    expect(await beginSending(side.pool, id)).toBeNull();
  });

  it('keeps a delivery report that was faster than the answer', async () => {
    const id = await one('faster');
    await beginSending(side.pool, id);
    expect(await status(id, 'delivered')).toEqual({ changed: true });
    await recordSent(side.pool, id, 'SM1');
    expect(await stateOf(id)).toBe('delivered');
  });

  it('takes reports once and in any order, and never makes a delivered message less', async () => {
    const id = await one('order');
    await recordSent(side.pool, id, 'SM1');
    expect(await status(id, 'queued')).toEqual({ changed: false });
    expect(await status(id, 'delivered')).toEqual({ changed: true });
    expect(await status(id, 'sent')).toEqual({ changed: false });
    expect(await status(id, 'failed')).toEqual({ changed: false });
    expect(await recordMessageStatus(side.pool, { reference: 'not-ours', providerNo: 'SM1', status: 'failed', errorCode: null })).toEqual({ changed: false });
    expect(await stateOf(id)).toBe('delivered');
  });

  it('says why a message failed or was held', async () => {
    const [failed, held] = [await one('failed'), await one('held')];
    await recordFailed(side.pool, failed, '21211');
    await holdMessage(side.pool, held, 'nothing-owed');
    expect((await messagesOf(side.pool, personId)).filter(({ id }) => id === failed || id === held).map(({ state, reason }) => ({ state, reason }))).toEqual([
      { state: 'held', reason: 'nothing-owed' }, { state: 'failed', reason: '21211' },
    ]);
  });
});
