/** People and loans for tests of the record, of risk and of messages: real PostgreSQL, scripted world outside. */
import { randomBytes } from 'node:crypto';
import type { Client } from '@temporalio/client';
import pino from 'pino';
import type { ActivityDeps } from '../activities/deps.js';
import { insertApplication, project } from '../db/loans.js';
import type { ApplicationFacts, NewApplication } from '../db/loans.js';
import { addPerson, recordIdentityData } from '../db/people.js';
import { createPool, inTransaction } from '../db/pool.js';
import type { Pool } from '../db/pool.js';
import { createVault } from '../db/vault.js';
import type { Vault } from '../db/vault.js';
import { loanTerms } from '../domain/loan-terms.js';
import { newLoan } from '../domain/loan.js';
import type { CarriedInstalment, LoanState } from '../domain/loan.js';
import { idCheckCharacter } from '../domain/identity.js';
import { defaultProduct } from '../domain/product.js';
import type { Product } from '../domain/product.js';
import type { BureauAnswer, Bureaus } from '../gateways/bureaus/port.js';
import type { Custody } from '../gateways/custody/port.js';
import type { Mail } from '../gateways/mail/port.js';
import type { Phone, SendOutcome } from '../gateways/phone/port.js';
import { createTestDatabase } from './database.js';

export interface Sent { channel: 'sms' | 'mail' | 'call'; to: string; text: string; reference: string; repeat: boolean }
export interface Signalled { workflowId: string; signal: string; argument: unknown }

export interface Applicants {
  pool: Pool;
  vault: Vault;
  deps: ActivityDeps;
  /** What went out, in order. */
  sent: Sent[];
  signals: Signalled[];
  /** What the next sends answer; then everything is `sent`. */
  answers: SendOutcome[];
  /** What bureaus answer; replace single ones. */
  bureaus: { [B in keyof Bureaus]: BureauAnswer<unknown> };
  /** Questions to bureaus, as `bureau reference`. */
  asked: string[];
  person(options?: { idNumber?: string; name?: string; language?: 'en' | 'zh'; phone?: string }): Promise<string>;
  application(borrowerId: string, wish?: Partial<Omit<NewApplication, 'facts'>> & { facts?: Partial<ApplicationFacts> }, product?: Product): Promise<string>;
  /** A loan that is being repaid: twelve equal rows of 1,000.00 principal and 10.00 interest, due on the 15th from `2026-04-15`. */
  repaying(borrowerId: string): Promise<LoanState>;
  /** Writes a changed state as the workflow would. */
  show(loan: LoanState): Promise<void>;
  close(): Promise<void>;
}

export const appliedAt = '2026-03-02T02:00:00.000Z';

const answered = <T>(facts: T): BureauAnswer<T> => ({ status: 'answered', reportNo: `R${randomBytes(4).toString('hex')}`, facts });

export const goodCredit = {
  openAccounts: 6, totalAccounts: 14, revolvingBalanceFen: 800_000, revolvingUtilisationBps: 1_500, delinquencies2y: 0, inquiries6m: 0,
  monthsSinceDelinquency: null, monthsSinceRecord: null, publicRecords: 0, creditAgeMonths: 120, monthlyDebtPaymentsFen: 50_000,
};

let people = 0;

/** A valid number of somebody born on that day. */
export function idNumberOf(born: string, sequence = 100 + (people % 800)): string {
  const seventeen = `110105${born.replaceAll('-', '')}${String(sequence).padStart(3, '0')}`;
  return `${seventeen}${idCheckCharacter(seventeen)}`;
}

export async function createApplicants(): Promise<Applicants> {
  const database = await createTestDatabase();
  const pool = createPool(database.url, { name: 'applicants' });
  const key = (): string => randomBytes(32).toString('base64');
  const vault = createVault({ active: 'k1', keys: { k1: key() }, indexKey: key() });
  const side: Script = {
    sent: [], signals: [], answers: [], asked: [],
    bureaus: {
      identity: answered({ match: true, deceased: false }), carrier: answered({ match: true, active: true, monthsInNet: 40 }), credit: answered(goodCredit),
      court: answered({ onEnforcementList: false, openCases: 0 }), platforms: answered({ outstandingFen: 0, platforms: 0 }),
    },
  };
  const deps: ActivityDeps = {
    pool, vault, custody: {} as Custody, ...networks(side), bureaus: bureausOf(side), temporal: temporalOf(side), log: pino({ level: 'silent' }),
    settings: { platformName: 'Tributary', publicUrl: 'https://tributary.example', complaintsContact: '400-000-0000', zoneOffsetMinutes: 480, bureauPauseMs: 1 },
  };

  const applicants: Applicants = {
    ...side, pool, vault, deps,
    async person({ idNumber = idNumberOf('1990-05-17'), name = '王小明', language = 'zh', phone } = {}) {
      people += 1;
      return inTransaction(pool, async (tx) => {
        const added = await addPerson(tx, vault, {
          email: `p${people}@example.org`, phone: phone ?? `138${String(10_000_000 + people)}`, passwordHash: 'x', roles: ['borrower'], language, phoneProvedAt: appliedAt,
        });
        if (!('id' in added)) throw new Error(added.refused);
        await recordIdentityData(tx, vault, added.id, { name, idNumber, birthDate: '1990-05-17' });
        return added.id;
      });
    },
    async application(borrowerId, wish = {}, product = productOf('consumer')) {
      const { facts, ...rest } = wish;
      const { application } = await inTransaction(pool, (tx) => insertApplication(tx, { ...plainApplication(borrowerId, product), ...rest, facts: { ...plainFacts, ...facts } }));
      return application.loanNo;
    },
    async repaying(borrowerId) {
      const loanNo = await applicants.application(borrowerId, { requestedFen: 1_200_000 });
      const loan = repayingLoan(loanNo, borrowerId);
      for (const row of loan.instalments) {
        await pool.query('INSERT INTO instalment (loan_no, version, no, due_date, due_day, principal_fen, interest_fen) VALUES ($1, 1, $2, $3, $4, $5, $6)',
          [loanNo, row.no, row.dueDate, row.dueDay, row.principalFen, row.interestFen]);
      }
      await applicants.show(loan);
      return loan;
    },
    async show(loan) {
      loan.revision += 1;
      await project(pool, { workflowId: loan.loanNo, summary: 'test', nextAt: loan.nextAt, seen: 1, loan, acts: [], closed: false });
    },
    close: async () => {
      await pool.end();
      await database.drop();
    },
  };
  return applicants;
}

function productOf(id: string): Product {
  const product = defaultProduct(id);
  if (!product) throw new Error(`no product ${id}`);
  return product;
}

const plainFacts: ApplicationFacts = {
  annualIncomeFen: 24_000_000, employmentYears: 6, employerCipher: null, homeOwnership: 'MORTGAGE', debtToIncomeBps: 1_000, elsewhereFen: 0, student: false,
  description: 'A new kitchen', region: 'Beijing',
};

function plainApplication(borrowerId: string, product: Product): NewApplication {
  return {
    key: randomBytes(8).toString('hex'), borrowerId, profile: product.profile, productId: product.id, productVersion: product.version, segment: product.segment,
    requestedFen: 5_000_000, termMonths: product.termMonths.includes(12) ? 12 : 36, purpose: 'home_improvement', appliedAt, terms: loanTerms(product), facts: plainFacts,
  };
}

function repayingLoan(loanNo: string, borrowerId: string): LoanState {
  const { key: _key, facts: _facts, ...asked } = plainApplication(borrowerId, productOf('consumer'));
  return {
    ...newLoan({ ...asked, loanNo, requestedFen: 1_200_000 }),
    state: 'repaying', step: 'service', owner: 'borrower', valueDate: '2026-03-15', nextAt: '2026-04-12T02:00:00.000Z',
    offer: { version: 1, amountFen: 1_200_000, termMonths: 12, method: 'equal-principal', annualRateBps: 720, grade: 'A', serviceFeeFen: 0, validUntil: '2026-03-20' },
    instalments: Array.from({ length: 12 }, (_, index) => instalment(index + 1)),
  };
}

function instalment(no: number): CarriedInstalment {
  const month = 3 + no;
  const dueDate = `${2026 + Math.floor((month - 1) / 12)}-${String(((month - 1) % 12) + 1).padStart(2, '0')}-15`;
  return {
    no, dueDate, dueDay: dueDate, principalFen: 100_000, interestFen: 1_000, feeFen: 0, paidPrincipalFen: 0, paidInterestFen: 0, paidFeeFen: 0, paidLateInterestFen: 0,
    forgivenInterestFen: 0, latePrincipalDays: 0, lateComputedTo: null, reminded: [], debited: [],
  };
}

type Script = Pick<Applicants, 'sent' | 'signals' | 'answers' | 'asked' | 'bureaus'>;

function networks(side: Script): { phone: Phone; mail: Mail } {
  const take = (sent: Sent): SendOutcome => {
    const outcome = side.answers.shift() ?? { status: 'sent' as const, providerNo: `N${side.sent.length + 1}` };
    if (outcome.status === 'sent') side.sent.push(sent);
    return outcome;
  };
  return {
    phone: {
      sendSms: async ({ to, body, reference, repeat }) => take({ channel: 'sms', to, text: body, reference, repeat }),
      call: async ({ to, reference, repeat }) => take({ channel: 'call', to, text: '', reference, repeat }),
    },
    mail: { send: async ({ to, subject, text, reference }) => take({ channel: 'mail', to, text: `${subject}\n${text}`, reference, repeat: false }) },
  };
}

function bureausOf(side: Script): Bureaus {
  const ask = (bureau: keyof Bureaus) => async ({ reference }: { reference: string }) => {
    side.asked.push(`${bureau} ${reference}`);
    return side.bureaus[bureau] as never;
  };
  return { identity: ask('identity'), carrier: ask('carrier'), credit: ask('credit'), court: ask('court'), platforms: ask('platforms') };
}

function temporalOf(side: Script): Client {
  const getHandle = (workflowId: string): object => ({
    signal: async (signal: { name: string }, argument: unknown) => void side.signals.push({ workflowId, signal: signal.name, argument }),
  });
  return { workflow: { getHandle } } as unknown as Client;
}
