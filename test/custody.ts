/** A platform's side of the custody bank for tests: the real client, a door for notifications, and people who act at the bank. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createCustodyClient } from '../gateways/custody/client.js';
import { createCustodyForms } from '../gateways/custody/forms.js';
import { createCustodyInbound } from '../gateways/custody/inbound.js';
import type { BankMessage, BatchDetail, Custody, PersonalAct } from '../gateways/custody/port.js';
import { cardNumber, startBank, visitBank } from './bank.js';
import type { TestBank, TypedAtBank } from './bank.js';

/** The business moment of everything done here, unless a test says otherwise: a Monday morning. */
export const businessTime = '2026-03-02T02:00:00.000Z';
export const returnUrl = 'http://platform.example/return';
export const password = '135790';

type ActFields<A> = A extends PersonalAct ? Omit<A, 'returnUrl' | 'businessTime' | 'requestNo'> & { requestNo?: string } : never;

export interface CustodySide {
  bank: TestBank;
  custody: Custody;
  /** Every verified notification so far. */
  told: BankMessage[];
  /** What the platform answers to the next notifications; SUCCESS when empty. */
  answers: string[];
  /** A number never used before. */
  next(kind: string): string;
  sign(act: ActFields<PersonalAct>): { action: string; fields: Record<string, string> };
  /** A person goes to the bank, acts, and comes back: the callback's message. */
  person(act: ActFields<PersonalAct>, typed?: TypedAtBank): Promise<BankMessage>;
  /** Opens an account with a wealthy card and all authorisations, and pays in. @returns userNo */
  open(role: 'BORROWERS' | 'INVESTOR', depositFen?: number): Promise<string>;
  project(borrower: string, amountFen: number): Promise<string>;
  hold(userNo: string, projectNo: string, amountFen: number, purpose?: 'bid' | 'repayment'): Promise<string>;
  detail(from: string, to: string, holdRequestNo: string, amountFen: number, kind?: BatchDetail['kind']): BatchDetail;
  /** Waits for the notification that a request stands so. */
  notified(requestNo: string, status: string): Promise<BankMessage>;
  /** Sends a batch and waits for its end. */
  settle(projectNo: string, kind: 'release' | 'repayment' | 'compensation', details: BatchDetail[]): Promise<BankMessage>;
  /** [available, frozen] in fen, as the bank says. */
  balance(userNo: string): Promise<[number, number]>;
  /** The outside world's handles (cards, courts). */
  outside(path: string, body: object): Promise<void>;
  /** The number of the card that `open` bound. */
  cardOf(userNo: string): string;
  stop(): Promise<void>;
}

/** Looks until there is something to see; thirty seconds at most. */
export async function until<T>(what: string, look: () => T | undefined | Promise<T | undefined>): Promise<T> {
  for (const end = Date.now() + 30_000; Date.now() < end;) {
    const seen = await look();
    if (seen !== undefined) return seen;
    await new Promise((resolve) => { setTimeout(resolve, 20); });
  }
  throw new Error(`not within thirty seconds: ${what}`);
}

/** @param options.clockUrl the bank's business clock; without it business time is wall time */
export async function startCustodySide(options: { clockUrl?: string } = {}): Promise<CustodySide> {
  const told: BankMessage[] = [];
  const answers: string[] = [];
  const door = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => { body += chunk.toString(); });
    request.on('end', () => {
      told.push(inbound.verify(Object.fromEntries(new URLSearchParams(body))));
      response.end(answers.shift() ?? 'SUCCESS');
    });
  });
  await new Promise<void>((resolve) => { door.listen(0, resolve); });
  const bank = await startBank({ notifyUrl: `http://127.0.0.1:${(door.address() as AddressInfo).port}/bank/notify`, ...options }).catch((error: unknown) => {
    door.close();
    throw error;
  });
  const inbound = createCustodyInbound({ ...bank.platform, now: Date.now });
  const forms = createCustodyForms({ ...bank.platform, now: Date.now });
  const custody = createCustodyClient({ ...bank.platform, timeoutMs: 10_000, now: Date.now });
  const cards = new Map<string, string>();
  let serial = 0;
  const next = (kind: string): string => `${kind}:${++serial}`;

  const sign: CustodySide['sign'] = (act) => forms.sign({ requestNo: next(act.act), ...act, returnUrl, businessTime });

  async function person(act: ActFields<PersonalAct>, typed: TypedAtBank = { password }): Promise<BankMessage> {
    const visit = await visitBank(sign(act), typed);
    if (!('back' in visit)) throw new Error(`still at the bank: ${visit.page.replace(/<[^>]+>/g, ' ')}`);
    if (visit.back.action !== returnUrl) throw new Error(`the bank leads back to ${visit.back.action}`);
    return inbound.verify(visit.back.fields);
  }

  function mustBeDone(message: { outcome: BankMessage['outcome'] }): void {
    if (message.outcome.status !== 'done') throw new Error(`not done: ${JSON.stringify(message.outcome)}`);
  }

  async function notified(requestNo: string, status: string): Promise<BankMessage> {
    return until(`a notification that ${requestNo} is ${status}`, () => told.find((message) => message.requestNo === requestNo && message.outcome.status === status));
  }

  return {
    bank, custody, told, answers, next, sign, person, notified,
    async open(role, depositFen = 0) {
      const userNo = next('U');
      const card = cardNumber(9, serial);
      cards.set(userNo, card);
      const idNumber = `11010119900307${String(1000 + serial)}`;
      mustBeDone(await person({ act: 'register', userNo, role, realName: '王小明', idNumber, mobile: '13800000000' }, { password, passwordAgain: password, cardNumber: card, bankName: 'Merchants Bank of the Sandbox' }));
      mustBeDone(await person({ act: 'authorise', userNo, types: ['RECHARGE', 'TENDER', 'REPAYMENT', 'WITHDRAW'], maxFen: 100_000_000, failTime: '2030-01-01' }));
      if (depositFen > 0) mustBeDone(await person({ act: 'deposit', userNo, amountFen: depositFen }));
      return userNo;
    },
    async project(borrowerUserNo, amountFen) {
      const projectNo = next('LN');
      mustBeDone({ outcome: await custody.createProject({ requestNo: next('project'), projectNo, borrowerUserNo, name: 'Working capital for a bakery', amountFen, annualRateBps: 1200, termMonths: 12, businessTime }) });
      return projectNo;
    },
    async hold(userNo, projectNo, amountFen, purpose = 'bid') {
      const requestNo = next('hold');
      mustBeDone({ outcome: await custody.hold({ requestNo, projectNo, userNo, purpose, amountFen, businessTime }) });
      return requestNo;
    },
    detail: (fromUserNo, toUserNo, holdRequestNo, amountFen, kind = 'principal') => ({ requestNo: next('detail'), holdRequestNo, fromUserNo, toUserNo, kind, amountFen }),
    async settle(projectNo, kind, details) {
      const batchNo = next('batch');
      const answer = await custody.settleBatch({ batchNo, kind, projectNo, details, businessTime });
      if (answer.status !== 'accepted') throw new Error(`batch ${batchNo}: ${JSON.stringify(answer)}`);
      return notified(batchNo, 'done');
    },
    async balance(userNo) {
      const user = await custody.queryUser(userNo);
      if (!user) throw new Error(`no user ${userNo}`);
      return [user.availableFen, user.frozenFen];
    },
    async outside(path, body) {
      const response = await fetch(`${bank.url}${path}`, { method: 'POST', headers: { 'content-type': 'application/json', authorization: `Bearer ${bank.sandboxToken}` }, body: JSON.stringify(body) });
      if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    },
    cardOf: (userNo) => cards.get(userNo) ?? '',
    async stop() {
      await bank.stop();
      await new Promise((resolve) => { door.close(resolve); });
    },
  };
}
