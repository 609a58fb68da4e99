import { createApplicants } from '../test/applicants.js';
import type { Applicants } from '../test/applicants.js';
import { contactsOfLoan, countContacts, endOf, findContact, insertContact, recordContactFailed, recordContactProgress } from './contacts.js';
import type { ContactChannel, ContactEvent, ContactProgress } from './contacts.js';
import { inTransaction } from './pool.js';
import { projectCollection } from './pursuit.js';
import { pokesOf } from './waiting.js';

describe('contacts with debtors', () => {
  let side: Applicants;
  let loanNo: string;
  let personId: string;
  let calls = 0;
  beforeEach(async () => {
    side = await createApplicants();
    personId = await side.person();
    loanNo = (await side.repaying(personId)).loanNo;
    await projectCollection(side.pool, {
      workflowId: `collect:${loanNo}:1`, loanNo, episode: 1, state: 'running', holdReason: null, openedOn: '2026-04-16', closedOn: null, revision: 1, nextAt: null, summary: 's', seen: 0,
    });
  });
  afterEach(() => side.close());

  const attempt = async (channel: ContactChannel = 'call', businessAt = '2026-04-23T03:00:00.000Z'): Promise<number> => {
    calls += 1;
    const { contact } = await insertContact(side.pool, {
      key: `${loanNo}:e1:${channel}:${calls}`, loanNo, episode: 1, personId, channel, toLast4: '0001', state: channel === 'call' ? 'dialling' : 'sent', messageId: null, by: 'workflow:x', businessAt,
    });
    return contact.id;
  };
  const happens = (id: number, event: ContactEvent): Promise<ContactProgress> => inTransaction(side.pool, (tx) => recordContactProgress(tx, id, event));

  it('keeps what was said and pressed, and tells the episode once, with the first key that means something', async () => {
    const id = await attempt();
    expect(await happens(id, { kind: 'said', sentences: ['Hello.', 'Press a key.'] })).toEqual({ tell: null, changed: true });
    expect(await happens(id, { kind: 'pressed', digits: '9' })).toEqual({ tell: null, changed: true });
    expect(await happens(id, { kind: 'pressed', digits: '4' })).toEqual({ tell: { workflowId: `collect:${loanNo}:1`, contactId: id, outcome: 'disputed' }, changed: true });
    expect(await happens(id, { kind: 'pressed', digits: '1' })).toEqual({ tell: null, changed: true });
    expect(await happens(id, { kind: 'ended', status: 'completed' })).toEqual({ tell: null, changed: true });
    expect(await findContact(side.pool, id)).toMatchObject({ state: 'done', outcome: 'disputed', digits: '941', transcript: '> Hello.\n> Press a key.\n< 9\n< 4\n< 1\n[completed]' });
    expect(await pokesOf(side.pool, `collect:${loanNo}:1`)).toBe(1);
  });

  it.each([
    ['1', 'promised'], ['2', 'already-paid'], ['3', 'not-me'], ['4', 'disputed'], ['5', 'cannot-pay'], ['0', 'operator'],
  ])('takes key %s as %s', async (digits, outcome) => {
    expect((await happens(await attempt(), { kind: 'pressed', digits })).tell?.outcome).toBe(outcome);
  });

  it.each([['no-answer', 'no-answer'], ['busy', 'no-answer'], ['failed', 'failed'], ['canceled', 'failed']] as const)('takes a call that ended %s as %s', async (status, outcome) => {
    expect((await happens(await attempt(), { kind: 'ended', status })).tell?.outcome).toBe(outcome);
  });

  it('takes a call that was heard to its end without a key as heard', async () => {
    const id = await attempt();
    await happens(id, { kind: 'said', sentences: ['Hello.'] });
    expect((await happens(id, { kind: 'ended', status: 'completed' })).tell?.outcome).toBe('heard');
  });

  it('changes nothing for repeats and for calls nobody knows', async () => {
    const id = await attempt();
    await happens(id, { kind: 'ended', status: 'no-answer' });
    expect(await happens(id, { kind: 'ended', status: 'no-answer' })).toEqual({ tell: null, changed: false });
    expect(await happens(id, { kind: 'pressed', digits: '3' })).toEqual({ tell: null, changed: false });
    expect(await happens(999_999, { kind: 'pressed', digits: '3' })).toEqual({ tell: null, changed: false });
    expect(await pokesOf(side.pool, `collect:${loanNo}:1`)).toBe(1);
  });

  it('says of an attempt that could not be made that it failed', async () => {
    const id = await attempt();
    await recordContactFailed(side.pool, id, 'invalid number');
    const contact = await findContact(side.pool, id);
    expect(contact && endOf(contact)).toBe('failed');
  });

  it('counts effective and unanswered calls by the day of the platform’s zone, over all loans of the person', async () => {
    const other = (await side.repaying(personId)).loanNo;
    await happens(await attempt('call', '2026-04-23T03:00:00.000Z'), { kind: 'pressed', digits: '1' });
    await happens(await attempt('call', '2026-04-22T17:00:00.000Z'), { kind: 'ended', status: 'no-answer' });
    await happens(await attempt('call', '2026-04-22T15:00:00.000Z'), { kind: 'pressed', digits: '2' });
    await attempt('sms', '2026-04-23T01:00:00.000Z');
    await insertContact(side.pool, { key: `${other}:x`, loanNo: other, episode: 1, personId, channel: 'collector-call', toLast4: '1', state: 'no-answer', messageId: null, by: 'P2', businessAt: '2026-04-23T05:00:00.000Z' });
    await attempt('call', '2026-04-10T05:00:00.000Z');
    expect(await countContacts(side.pool, personId, '2026-04-23', 480)).toEqual({
      effectiveCallsToday: 1, unansweredCallsToday: 2, unansweredSmsToday: 1,
      callDates: ['2026-04-23', '2026-04-23', '2026-04-22', '2026-04-23'], conversationDates: ['2026-04-23', '2026-04-22'],
    });
    expect(await contactsOfLoan(side.pool, loanNo)).toHaveLength(5);
  });

  it('finds an attempt again by its key', async () => {
    const id = await attempt();
    const { key } = (await findContact(side.pool, id)) ?? { key: '' };
    const again = await insertContact(side.pool, { key, loanNo, episode: 1, personId, channel: 'call', toLast4: '0001', state: 'dialling', messageId: null, by: 'workflow:x', businessAt: '2026-04-23T03:00:00.000Z' });
    expect(again).toMatchObject({ created: false, contact: { id } });
  });
});
