import { load } from 'cheerio';
import { insertContact } from '../../db/contacts.js';
import { insertMessages } from '../../db/messages.js';
import { recordLanguage } from '../../db/people.js';
import { startTestWeb, type TestWeb } from '../../test/web.js';

let web: TestWeb;
beforeAll(async () => { web = await startTestWeb(); });
afterAll(() => web.close());

const network = (path: string, params: Record<string, string>, signature?: string) =>
  web.raw.post(path).type('form').set('X-Twilio-Signature', signature ?? web.phoneSignature(path, params)).send(params);

let serial = 0;
async function call(language: 'en' | 'zh' = 'en'): Promise<{ contactId: number; loanNo: string; workflowId: string }> {
  const { id } = await web.person('borrower');
  await recordLanguage(web.pool, id, language);
  const loanNo = `LN90${(serial += 1)}`;
  await web.pool.query(`INSERT INTO loan (loan_no, borrower_id, idempotency_key, profile, product_id, product_version, requested_fen, term_months, purpose, applied_at, state, owner)
    VALUES ($1, $2, $1, 'cn', 'consumer', 1, 100000, 3, 'car', now(), 'overdue', 'borrower')`, [loanNo, id]);
  const workflowId = `collect:${loanNo}:1`;
  await web.pool.query(`INSERT INTO collection (workflow_id, loan_no, episode, state, opened_on) VALUES ($1, $2, 1, 'running', '2026-01-01')`, [workflowId, loanNo]);
  const { contact } = await insertContact(web.pool, { key: `${loanNo}:e1:call:1`, loanNo, episode: 1, personId: id, channel: 'call', toLast4: '0000', state: 'dialling', messageId: null, by: `workflow:${workflowId}`, businessAt: '2026-01-02T02:00:00.000Z' });
  return { contactId: contact.id, loanNo, workflowId };
}
const signalsTo = (workflowId: string) => web.temporal.told.filter((told) => told.workflowId === workflowId);

describe('a call', () => {
  it('says who calls and what can be pressed, and never the debt', async () => {
    const { contactId, loanNo } = await call();
    const answer = await network(`/phone/calls/${contactId}/voice`, { CallSid: 'CA1', CallStatus: 'in-progress' });
    expect(answer.status).toBe(200);
    expect(answer.headers['content-type']).toContain('text/xml');
    const spoken = load(answer.text, { xml: true });
    expect(spoken('Gather').attr()).toMatchObject({ numDigits: '1', method: 'POST', action: `/phone/calls/${contactId}/digits?round=1` });
    expect(spoken('Say').text()).toContain(loanNo.split('').join(' '));
    expect(spoken('Say').text()).toContain('press 1');
    expect(spoken('Say').text()).not.toMatch(/¥|1000/);
  });

  it('speaks the person\'s language', async () => {
    const { contactId } = await call('zh');
    const answer = await network(`/phone/calls/${contactId}/voice`, { CallSid: 'CA1', CallStatus: 'in-progress' });
    expect(answer.text).toContain('请按 1');
    expect(answer.text).toContain('cmn-CN');
  });

  it('takes the key that was pressed, tells the collection episode once, and says goodbye with the way to complain', async () => {
    const { contactId, workflowId } = await call();
    await network(`/phone/calls/${contactId}/voice`, { CallSid: 'CA1', CallStatus: 'in-progress' });
    const path = `/phone/calls/${contactId}/digits?round=1`;
    const answer = await network(path, { CallSid: 'CA1', CallStatus: 'in-progress', Digits: '4' });
    expect(answer.text).toContain('dispute');
    expect(answer.text).toContain('complaints@tributary.test');
    expect(answer.text).toContain('<Hangup/>');
    await network(path, { CallSid: 'CA1', CallStatus: 'in-progress', Digits: '4' });
    await network(`/phone/calls/${contactId}/status`, { CallSid: 'CA1', CallStatus: 'completed', CallDuration: '20' });
    expect(signalsTo(workflowId)).toEqual([{ what: 'signal', workflowId, name: 'contactEnded', args: [{ contactId, outcome: 'disputed' }] }]);
    expect((await web.pool.query('SELECT state, outcome, digits FROM contact WHERE id = $1', [contactId])).rows[0]).toMatchObject({ state: 'done', outcome: 'disputed' });
  });

  it('asks again after no key or a wrong one, and then ends', async () => {
    const { contactId } = await call();
    await network(`/phone/calls/${contactId}/voice`, { CallSid: 'CA1', CallStatus: 'in-progress' });
    const again = await network(`/phone/calls/${contactId}/digits?round=1`, { CallSid: 'CA1', CallStatus: 'in-progress', Digits: '9' });
    expect(again.text).toContain(`/phone/calls/${contactId}/digits?round=2`);
    const end = await network(`/phone/calls/${contactId}/digits?round=2`, { CallSid: 'CA1', CallStatus: 'in-progress' });
    expect(end.text).toContain('<Hangup/>');
    expect(end.text).not.toContain('<Gather');
  });

  it('that nobody answers is told', async () => {
    const { contactId, workflowId } = await call();
    expect((await network(`/phone/calls/${contactId}/status`, { CallSid: 'CA1', CallStatus: 'ringing' })).status).toBe(204);
    expect(signalsTo(workflowId)).toEqual([]);
    await network(`/phone/calls/${contactId}/status`, { CallSid: 'CA1', CallStatus: 'no-answer' });
    expect(signalsTo(workflowId)).toMatchObject([{ name: 'contactEnded', args: [{ contactId, outcome: 'no-answer' }] }]);
  });

  it('that is not ours ends politely', async () => {
    const answer = await network('/phone/calls/999999/voice', { CallSid: 'CA1', CallStatus: 'in-progress' });
    expect(answer.text).toContain('<Hangup/>');
  });

  it.each(['voice', 'digits', 'status'])('whose %s message is not signed by the network changes nothing', async (step) => {
    const { contactId, workflowId } = await call();
    const params = { CallSid: 'CA1', CallStatus: 'completed', Digits: '1' };
    expect((await network(`/phone/calls/${contactId}/${step}`, params, 'forged')).status).toBe(403);
    expect((await web.raw.post(`/phone/calls/${contactId}/${step}`).type('form').send(params)).status).toBe(403);
    expect(signalsTo(workflowId)).toEqual([]);
  });
});

describe('a receipt of an SMS', () => {
  it('is kept with the message; a late one changes nothing', async () => {
    const [id] = await insertMessages(web.pool, [{ key: 'm1', personId: null, loanNo: null, channel: 'sms', template: 'code', toCipher: 'x', toLast4: '0000', subject: null, body: 'b', businessAt: '2026-01-01T00:00:00.000Z' }]);
    const path = `/phone/messages/${id}/status`;
    expect((await network(path, { MessageSid: 'SM1', MessageStatus: 'delivered' })).status).toBe(204);
    await network(path, { MessageSid: 'SM1', MessageStatus: 'sent' });
    expect((await web.pool.query('SELECT state, provider_no FROM message WHERE id = $1', [id])).rows[0]).toEqual({ state: 'delivered', provider_no: 'SM1' });
  });
});
