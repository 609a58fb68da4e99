/**
 * The world around one loan, scripted: every activity answers well by itself, each answer can be replaced, and every call is
 * kept with its arguments. A script is asked with the input and the number of the call (from 0).
 */
import { addMonths, dateAt, isoInstant, parseInstant } from '../../domain/dates.js';
import type { CarriedInstalment, CarriedOffer } from '../../domain/loan.js';
import { buildSchedule } from '../../domain/schedule.js';
import type { BankActivities, MessageActivities, RecordActivities, RiskActivities, Sharing } from '../contract.js';

export type Activities = RecordActivities & RiskActivities & BankActivities & MessageActivities;
export type ActivityName = keyof Activities;
type Input<N extends ActivityName> = Parameters<Activities[N]>[0];
type Output<N extends ActivityName> = Awaited<ReturnType<Activities[N]>>;
export type Script<N extends ActivityName> = (input: Input<N>, n: number) => Output<N> | Promise<Output<N>>;

export interface Call<N extends ActivityName = ActivityName> { name: N; input: Input<N>; output?: Output<N> }
/** How a payment was shared, whether with its taking or after. */
export interface Shared extends Sharing { paymentNo: string }

export interface Counterparts {
  calls: Call[];
  /** Pokes of the record, by workflow. */
  pokes: Map<string, number>;
  /** Replaces an answer from now on. */
  on<N extends ActivityName>(name: N, script: Script<N>): void;
  /** Answers for the next calls, then the default again. */
  next<N extends ActivityName>(name: N, ...scripts: Script<N>[]): void;
  /** From now on everything answers well again. */
  heal(): void;
  inputs<N extends ActivityName>(name: N): Input<N>[];
  count(name: ActivityName): number;
  /** The payments that were shared, in order; one that was asked for twice appears twice. */
  sharings(): Shared[];
  answer(name: ActivityName, input: unknown): Promise<unknown>;
}

export function createCounterparts(offered: Partial<CarriedOffer> = {}): Counterparts {
  const scripts = new Map<ActivityName, Script<never>>();
  const queued = new Map<ActivityName, Script<never>[]>();
  const counterparts: Counterparts = {
    calls: [],
    pokes: new Map(),
    on: (name, script) => void scripts.set(name, script),
    next: (name, ...more) => void queued.set(name, [...(queued.get(name) ?? []), ...(more as Script<never>[])]),
    heal: () => {
      scripts.clear();
      queued.clear();
    },
    inputs: (name) => counterparts.calls.filter((call) => call.name === name).map((call) => call.input as never),
    count: (name) => counterparts.inputs(name).length,
    answer: async (name, input) => {
      const n = counterparts.count(name);
      const call: Call = { name, input: input as never };
      counterparts.calls.push(call);
      const script = queued.get(name)?.shift() ?? scripts.get(name) ?? (defaults(counterparts, offered)[name]);
      const output = await script(input as never, n);
      call.output = output;
      return output;
    },
    sharings: () => sharingsOf(counterparts.calls),
  };
  return counterparts;
}

/** Of calls to `distribute`, and of payments that were shared with their taking. */
export function sharingsOf(calls: readonly Call[]): Shared[] {
  return calls.flatMap(({ name, input, output }) => {
    if (name === 'distribute') {
      const { paymentNo, parts, forgivenInterest, afterWriteOff } = input as Input<'distribute'>;
      return [{ paymentNo, parts, forgivenInterest, afterWriteOff }];
    }
    const { paymentNo, whole } = input as Input<'takePayment'>;
    const taken = output as Output<'takePayment'> | undefined;
    if (name !== 'takePayment' || !whole || taken?.status !== 'done' || !taken.shared) return [];
    const { parts, forgivenInterest, afterWriteOff } = whole;
    return [{ paymentNo, parts, forgivenInterest, afterWriteOff }];
  });
}

const dateOfAsOf = (asOf: string): string => dateAt(parseInstant(asOf), ZONE);
export const ZONE = 480;

export const offerFigures: CarriedOffer = {
  version: 1, amountFen: 1_200_000, termMonths: 12, method: 'equal-instalments', annualRateBps: 1200, grade: 'B', serviceFeeFen: 1_000, validUntil: '2025-01-20',
};

/** The schedule that the bank step writes on the value date. */
export function instalmentsOf(offer: CarriedOffer, valueDate: string): CarriedInstalment[] {
  const rows = buildSchedule({
    principalMinor: offer.amountFen, annualRatePercent: String(offer.annualRateBps / 100), method: offer.method, every: { months: 1 }, count: offer.termMonths, startDate: valueDate,
  });
  return rows.map((row, index) => ({
    no: index + 1, dueDate: addMonths(valueDate, index + 1), dueDay: addMonths(valueDate, index + 1),
    principalFen: row.principalMinor, interestFen: row.interestMinor, feeFen: offer.serviceFeeFen,
    paidPrincipalFen: 0, paidInterestFen: 0, paidFeeFen: 0, paidLateInterestFen: 0, forgivenInterestFen: 0, latePrincipalDays: 0, lateComputedTo: null, reminded: [], debited: [],
  }));
}

/** What a healthy world answers. */
function defaults(counterparts: Counterparts, offered: Partial<CarriedOffer>): { [N in ActivityName]: Script<N> } {
  const offer = { ...offerFigures, ...offered };
  const pokesOf = (workflowId: string) => ({ pokes: counterparts.pokes.get(workflowId) ?? 0 });
  const sums = { targetFen: offer.amountFen, reservedFen: 0, frozenFen: offer.amountFen, waiting: 0, byHand: 0 };
  return {
    project: (input) => pokesOf(input.workflowId),
    openTask: () => ({ taskId: counterparts.count('openTask') }),
    closeTask: () => undefined,
    identityState: () => ({ verified: false, nextAttempt: 1 }),
    lookAtPayment: () => ({ state: 'distributed', undelivered: 0 }),
    lookAtPayout: () => ({ paidFen: offer.amountFen }),
    projectCollection: (input) => pokesOf(input.workflowId),
    recordPromise: () => ({ promiseId: counterparts.count('recordPromise') }),
    judgePromise: () => ({ state: 'kept' }),
    openLegalCase: () => ({ limitationOn: '2029-01-01', nextDeadline: '2025-08-01' }),
    projectLegalCase: (input) => pokesOf(input.workflowId),
    preScreen: () => ({ status: 'passed' }),
    verifyIdentity: () => ({ status: 'verified' }),
    concludeIdentity: () => undefined,
    screen: () => ({ status: 'passed' }),
    score: () => ({ grade: 'B', pdBps: 300, decision: 'approve', code: null }),
    makeOffer: () => ({ status: 'made', offer }),
    borrowerReady: () => ({ ready: true, missing: [] }),
    createProject: () => ({ status: 'done' }),
    openListing: () => ({ targetFen: offer.amountFen }),
    freezeBids: () => sums,
    fundingSums: () => sums,
    failListing: () => ({ status: 'done' }),
    conclude: ({ asOf }) => ({ status: 'done', concludedOn: asOf }),
    release: ({ asOf }) => ({ status: 'done', valueDate: dateOfAsOf(asOf), instalments: instalmentsOf(offer, dateOfAsOf(asOf)) }),
    payOut: () => ({ status: 'done', paidFen: offer.amountFen }),
    takePayment: ({ amountFen, whole, asOf }) => ({ status: 'done', frozenFen: amountFen, countsOn: dateOfAsOf(asOf), shared: whole && { undelivered: 0 } }),
    distribute: () => ({ status: 'done', undelivered: 0 }),
    redeliver: () => ({ undelivered: 0 }),
    writeOff: () => undefined,
    finish: () => ({ status: 'done' }),
    followMovement: () => ({ status: 'done', expectedAt: null }),
    decideWithdrawal: () => ({ status: 'decided' }),
    closeDays: () => ({ trialBalanceFen: 0, differences: 0 }),
    reconcileDays: () => ({ waiting: null, cases: [] }),
    confirmDay: () => ({ status: 'confirmed' }),
    resolveCase: () => ({ status: 'resolved' }),
    decidePaper: ({ paperId, approve }) => ({ status: 'decided', paper: { paperId, kind: 'freeze', approved: approve, amountFen: null, fromDate: '2025-01-06', expiresOn: '2025-03-06' } }),
    placeOrder: () => ({ status: 'done' }),
    liftOrder: () => ({ status: 'done' }),
    releasePart: () => ({ status: 'done' }),
    decideEstate: ({ approve }) => ({ status: 'decided', approved: approve }),
    settleEstate: () => ({ status: 'done' }),
    tell: () => undefined,
    tellPerson: () => undefined,
    remind: () => ({ status: 'sent' }),
    sendCollectionSms: () => ({ status: 'sent', contactId: counterparts.count('sendCollectionSms') }),
    callDebtor: () => ({ status: 'nothing-owed' }),
    lookAtContact: () => ({ ended: true, outcome: 'no-answer' }),
    deliver: () => ({ pending: 0 }),
  };
}

export const activityNames: readonly ActivityName[] = Object.keys(defaults(createCountless(), {})) as ActivityName[];

function createCountless(): Counterparts {
  return { pokes: new Map() } as Counterparts;
}

/** An instant `days` later, as an ISO text. */
export const later = (instant: string, days: number): string => isoInstant(parseInstant(instant) + days * 86_400_000);
