import { contactsOfLoan, findContact, insertContact } from '../../db/contacts.js';
import { insertMessages, messagesOfLoan } from '../../db/messages.js';
import { rows } from '../../db/pool.js';
import { projectCollection } from '../../db/pursuit.js';
import type { LoanState } from '../../domain/loan.js';
import { createApplicants } from '../../test/applicants.js';
import type { Applicants } from '../../test/applicants.js';
import type { MessageActivities } from '../../workflows/contract.js';
import { createMessageActivities } from './index.js';

const unknown = { status: 'unknown', why: 'the line broke' } as const;
const refused = { status: 'refused', code: '21211', reason: 'no such number' } as const;
/** 10:00 in Shanghai. */
const morning = (day: string): string => `${day}T02:00:00.000Z`;

describe('what people are told', () => {
  let side: Applicants;
  let messages: MessageActivities;
  let borrowerId: string;
  let loan: LoanState;
  beforeEach(async () => {
    side = await createApplicants();
    messages = createMessageActivities(side.deps);
    borrowerId = await side.person();
    loan = await side.repaying(borrowerId);
  });
  afterEach(() => side.close());

  const frozen = (n: number, fen: number, state = 'frozen'): Promise<unknown> => side.pool.query(
    `INSERT INTO payment (payment_no, loan_no, n, source, asked_fen, frozen_fen, as_of, state) VALUES ($1, $2, $3, 'debit', $4, $4, '2026-04-15', $5)`,
    [`${loan.loanNo}:p${n}`, loan.loanNo, n, fen, state]);
  const tell = (template: Parameters<MessageActivities['tell']>[0]['template'], audience: 'borrower' | 'lenders' | 'everybody' = 'borrower', key = `${loan.loanNo}:${template}`): Promise<void> =>
    messages.tell({ key, template, loanNo: loan.loanNo, audience, asOf: morning('2026-04-15') });
  const lender = async (shareFen: number): Promise<string> => {
    const id = await side.person({ language: 'en' });
    await side.pool.query(`INSERT INTO custody_account (user_no, person_id, bank_role, state) VALUES ($1, $2, 'INVESTOR', 'active')`, [`L-${id}`, id]);
    await side.pool.query('INSERT INTO holding (loan_no, lender_id, user_no, principal_fen) VALUES ($1, $2, $3, $4)', [loan.loanNo, id, `L-${id}`, shareFen]);
    return id;
  };

  it('names the day and the amount that the workflow knows before the record does', async () => {
    for (const [template, says] of [['offer-ready', '¥800.00，请于 2026-05-09 前'], ['disbursed', '¥800.00 已于 2026-05-09 到达'], ['prepare-account', '在 2026-05-09 前完成']] as const) {
      side.sent.length = 0;
      await messages.tell({ key: `named-${template}`, template, loanNo: loan.loanNo, audience: 'borrower', asOf: morning('2026-04-15'), on: '2026-05-09', amountFen: 80_000 });
      expect(side.sent.length).toBeGreaterThan(0);
      for (const { text } of side.sent) expect(text).toContain(says);
    }
  });

  it('tells an event on both channels in the person’s language, naming platform, loan and where to complain', async () => {
    await tell('paid-out');
    expect(side.sent.map(({ channel, repeat }) => ({ channel, repeat }))).toEqual(expect.arrayContaining([{ channel: 'sms', repeat: false }, { channel: 'mail', repeat: false }]));
    for (const { text } of side.sent) {
      for (const part of ['Tributary', loan.loanNo, '400-000-0000', '¥12,000.00']) expect(text).toContain(part);
      expect(text).toMatch(/[一-龥]/);
    }
    expect(await messagesOfLoan(side.pool, loan.loanNo)).toEqual(expect.arrayContaining([
      expect.objectContaining({ key: `${loan.loanNo}:paid-out:sms`, state: 'sent', personId: borrowerId, providerNo: expect.stringMatching(/^N/) }),
    ]));
  });

  it('sends nothing twice when the activity is repeated', async () => {
    await tell('closed');
    await tell('closed');
    expect(side.sent).toHaveLength(2);
  });

  it('keeps what was not clear pending, asks the network before a second try, and sends the rest once', async () => {
    side.answers.push(unknown, unknown);
    await expect(tell('closed')).rejects.toThrow('network-silent');
    await tell('closed');
    expect(side.sent.filter(({ channel }) => channel === 'sms').map(({ repeat }) => repeat)).toEqual([true]);
    expect(side.sent).toHaveLength(2);
  });

  it('keeps a refusal of the network with its reason and goes on', async () => {
    side.answers.push(refused, refused);
    await tell('closed');
    expect((await messagesOfLoan(side.pool, loan.loanNo)).map(({ state, reason }) => ({ state, reason }))).toEqual([{ state: 'failed', reason: '21211' }, { state: 'failed', reason: '21211' }]);
  });

  it('tells every lender by e-mail with the own share, and alarms by SMS too', async () => {
    await lender(700_000);
    await lender(500_000);
    await tell('concluded', 'lenders');
    expect(side.sent.map(({ channel }) => channel)).toEqual(['mail', 'mail']);
    expect(side.sent.map(({ text }) => /your share is (\S+)\. You bear the risk/.exec(text)?.[1]).sort()).toEqual(['¥5,000.00', '¥7,000.00']);
    side.sent.length = 0;
    await tell('written-off', 'lenders');
    expect(side.sent.filter(({ channel }) => channel === 'sms')).toHaveLength(2);
  });

  it('tells each holder the own part of a payment, and the borrower what was paid', async () => {
    await lender(700_000);
    await frozen(1, 101_000, 'distributed');
    await side.pool.query(`INSERT INTO distribution (payment_no, holding_id, principal_fen, interest_fen, late_interest_fen, state) SELECT $1, id, 58333, 583, 0, 'delivered' FROM holding`, [`${loan.loanNo}:p1`]);
    await tell('payment-received', 'everybody');
    expect(side.sent.map(({ text }) => /¥[\d,.]+\d/.exec(text)?.[0]).sort()).toEqual(['¥1,010.00', '¥1,010.00', '¥589.16']);
  });

  it('asks for no money that is not owed any more', async () => {
    await frozen(1, 101_000);
    await tell('debit-failed');
    expect(side.sent).toEqual([]);
  });

  it('reminds of what is open on an instalment, and of nothing once it is paid', async () => {
    const remind = (key: string, days: number): Promise<unknown> => messages.remind({ key, loanNo: loan.loanNo, instalmentNo: 1, days, asOf: morning('2026-04-12') });
    expect(await remind(`${loan.loanNo}:i1:remind-3`, -3)).toEqual({ status: 'sent' });
    expect(side.sent[0]?.text).toContain('¥1,010.00');
    await frozen(1, 101_000);
    expect(await remind(`${loan.loanNo}:i1:remind-0`, 0)).toEqual({ status: 'nothing-owed' });
    expect(side.sent).toHaveLength(2);
  });

  it('takes back a reminder that was written before the payment and not yet sent', async () => {
    const remind = (): Promise<unknown> => messages.remind({ key: 'r', loanNo: loan.loanNo, instalmentNo: 1, days: -1, asOf: morning('2026-04-14') });
    side.answers.push(unknown, unknown);
    await expect(remind()).rejects.toThrow('network-silent');
    await frozen(1, 101_000);
    expect(await remind()).toEqual({ status: 'nothing-owed' });
    expect((await messagesOfLoan(side.pool, loan.loanNo)).map(({ state }) => state)).toEqual(['held', 'held']);
  });

  it('delivers what others have written, and says how much still waits', async () => {
    const ids = await insertMessages(side.pool, ['a', 'b'].map((key) => ({
      key, personId: borrowerId, loanNo: null, channel: 'sms' as const, template: 'code', toCipher: side.vault.seal('13800000000'), toLast4: '0000', subject: null, body: key, businessAt: morning('2026-04-15'),
    })));
    side.answers.push(unknown);
    expect(await messages.deliver({ messageIds: ids, asOf: morning('2026-04-15') })).toEqual({ pending: 1 });
    expect(await messages.deliver({ messageIds: ids, asOf: morning('2026-04-15') })).toEqual({ pending: 0 });
    expect(side.sent.map(({ to }) => to)).toEqual(['13800000000', '13800000000']);
  });

  describe('contact with debtors', () => {
    const episode = (holdReason: string | null = null): Promise<unknown> => projectCollection(side.pool, {
      workflowId: `collect:${loan.loanNo}:1`, loanNo: loan.loanNo, episode: 1, state: holdReason ? 'on-hold' : 'running', holdReason, openedOn: '2026-04-16', closedOn: null,
      revision: holdReason ? 2 : 1, nextAt: null, summary: 's', seen: 0,
    });
    const sms = (key: string, asOf = morning('2026-04-18')): ReturnType<MessageActivities['sendCollectionSms']> => messages.sendCollectionSms({ key, loanNo: loan.loanNo, episode: 1, asOf });
    const call = (key: string, asOf = morning('2026-04-23')): ReturnType<MessageActivities['callDebtor']> => messages.callDebtor({ key, loanNo: loan.loanNo, episode: 1, asOf });
    const past = (key: string, at: string, outcome: string, channel = 'call'): Promise<unknown> => side.pool.query(
      `INSERT INTO contact (key, loan_no, episode, person_id, channel, to_last4, state, outcome, by, business_at, ended_at) VALUES ($1, $2, 1, $3, $4, '1', 'done', $5, 'x', $6, now())`,
      [key, loan.loanNo, borrowerId, channel, outcome, at]);
    beforeEach(() => episode());

    it('sends one collection SMS with its contact, however often it is repeated', async () => {
      const first = await sms('k1');
      expect(first).toMatchObject({ status: 'sent' });
      expect(await sms('k1')).toEqual(first);
      expect(side.sent).toHaveLength(1);
      expect(side.sent[0]?.text).toContain('¥1,010.90');
      expect(await contactsOfLoan(side.pool, loan.loanNo)).toEqual([expect.objectContaining({ key: 'k1', channel: 'sms', state: 'sent', by: `workflow:collect:${loan.loanNo}:1`, messageId: expect.any(Number) })]);
    });

    it('says nothing when nothing is owed, or something stands against it', async () => {
      await frozen(1, 110_000);
      expect(await sms('k1')).toEqual({ status: 'nothing-owed' });
      await side.pool.query('DELETE FROM payment');
      await episode('disputed');
      expect(await sms('k2')).toEqual({ status: 'stopped', code: 'disputed' });
      expect(await call('k3')).toEqual({ status: 'stopped', code: 'disputed' });
      expect(side.sent).toEqual([]);
    });

    it.each([
      ['2026-04-18T00:00:00.000Z', 'sent', null],
      ['2026-04-17T23:59:00.000Z', 'not-now', '2026-04-18T00:00:00.000Z'],
      ['2026-04-18T13:59:00.000Z', 'sent', null],
      ['2026-04-18T14:00:00.000Z', 'not-now', '2026-04-19T00:00:00.000Z'],
    ])('keeps to the hours: at %s it is %s', async (asOf, status, notBefore) => {
      expect(await sms('k1', asOf)).toMatchObject(notBefore ? { status, notBefore } : { status });
    });

    it('calls, with a contact whose number stands in the address the network asks', async () => {
      const called = await call('c1');
      if (called.status !== 'started') throw new Error(JSON.stringify(called));
      expect(side.sent).toEqual([{ channel: 'call', to: expect.stringMatching(/^138/), text: '', reference: String(called.contactId), repeat: false }]);
      expect(await findContact(side.pool, called.contactId)).toMatchObject({ state: 'dialling', providerNo: 'N1' });
      expect(await call('c1')).toEqual(called);
      expect(side.sent).toHaveLength(1);
      expect(await messages.lookAtContact({ contactId: called.contactId })).toEqual({ ended: false, outcome: 'no-answer' });
    });

    it('asks the network whether a call whose answer was lost was placed, before it calls again', async () => {
      side.answers.push(unknown);
      await expect(call('c1')).rejects.toThrow('network-silent');
      expect(await call('c1')).toMatchObject({ status: 'started' });
      expect(side.sent.map(({ repeat }) => repeat)).toEqual([true]);
    });

    it('tells the episode itself when the network does not call that number', async () => {
      side.answers.push(refused);
      const called = await call('c1');
      if (called.status !== 'started') throw new Error(JSON.stringify(called));
      expect(side.signals).toEqual([{ workflowId: `collect:${loan.loanNo}:1`, signal: 'contactEnded', argument: { contactId: called.contactId, outcome: 'failed' } }]);
      expect(await messages.lookAtContact({ contactId: called.contactId })).toEqual({ ended: true, outcome: 'failed' });
    });

    it('gives up a call of which the network has said nothing for long', async () => {
      const { contact } = await insertContact(side.pool, { key: 'old', loanNo: loan.loanNo, episode: 1, personId: borrowerId, channel: 'call', toLast4: '1', state: 'dialling', messageId: null, by: 'x', businessAt: morning('2026-04-23') });
      await side.pool.query(`UPDATE contact SET placed_at = now() - interval '1 hour' WHERE id = $1`, [contact.id]);
      expect(await messages.lookAtContact({ contactId: contact.id })).toEqual({ ended: true, outcome: 'failed' });
    });

    it('makes at most three effective calls a day, six unanswered ones, and counts all loans and all callers', async () => {
      for (const hour of ['00', '01', '02']) await past(`e${hour}`, `2026-04-23T${hour}:30:00.000Z`, 'promised', 'collector-call');
      expect(await call('c1', '2026-04-23T03:00:00.000Z')).toEqual({ status: 'not-now', notBefore: '2026-04-24T00:00:00.000Z' });
      await side.pool.query('DELETE FROM contact');
      for (let n = 0; n < 6; n += 1) await past(`u${n}`, `2026-04-23T0${n}:10:00.000Z`, 'none');
      expect(await call('c2', '2026-04-23T07:00:00.000Z')).toEqual({ status: 'not-now', notBefore: '2026-04-24T00:00:00.000Z' });
      expect(await call('c2', '2026-04-24T00:00:00.000Z')).toMatchObject({ status: 'started' });
    });

    it('keeps the American rules for American loans: seven in seven days, none within a week of a conversation, fine in every zone', async () => {
      await side.show({ ...loan, profile: 'us' });
      loan.revision += 1;
      // 10:00 in Shanghai is 22:00 in New York; 02:00 there is too early in Honolulu until 08:00 HST (18:00 UTC).
      expect(await call('c1', morning('2026-04-23'))).toEqual({ status: 'not-now', notBefore: '2026-04-23T18:00:00.000Z' });
      await past('talk', '2026-04-22T19:00:00.000Z', 'promised');
      expect(await call('c2', '2026-04-23T19:00:00.000Z')).toEqual({ status: 'not-now', notBefore: '2026-04-29T18:00:00.000Z' });
      await side.pool.query('DELETE FROM contact');
      for (let n = 0; n < 7; n += 1) await past(`w${n}`, `2026-04-${17 + n}T18:30:00.000Z`, 'none');
      expect(await call('c3', '2026-04-23T19:00:00.000Z')).toEqual({ status: 'not-now', notBefore: '2026-04-24T18:00:00.000Z' });
    });
  });

  it('never writes an address or a number unsealed', async () => {
    await tell('closed');
    const kept = JSON.stringify(await rows(side.pool, 'SELECT * FROM message'));
    for (const { to } of side.sent) expect(kept).not.toContain(to);
  });
});
