import { createHash } from 'node:crypto';
import type { BureauName, Facts } from './facts.js';
import { readIdNumber } from './identity.js';

/**
 * What a person's file says when nobody wrote it: derived from the number alone, the same on every machine, so that a demo
 * person, a test and a replay meet the same answers again.
 *
 * Digits 15 and 16 of the number (the first two of the sequence; the 17th is the sex) choose the kind of file:
 *
 * | digits 15–16 | file |
 * |---|---|
 * | 99 | identity: name and number do not belong together |
 * | 98 | identity: deceased |
 * | 97 | carrier: the mobile is registered to somebody else |
 * | 96 | carrier: the mobile is out of service |
 * | 95 | court: on the enforcement list (失信被执行人), two open cases |
 * | 94 | court: three open cases, not on the list |
 * | 93 | credit: poor (delinquent two months ago, four times in two years, 96 % used, two public records) |
 * | 92 | credit: no file yet (no accounts at all) |
 * | 91 | platforms: ¥ 900,000 on six other platforms (near the cap of ¥ 1,000,000) |
 * | 90 | platforms: ¥ 1,200,000 on nine other platforms (above the cap) |
 * | 80–89 | credit: fair (a delinquency or two, high use, several inquiries) |
 * | 00–79 | nothing special: identity, carrier and courts clean; credit figures spread as in a real loan book |
 *
 * A number whose check digit is wrong, or whose owner is not born yet, matches nobody.
 */
export type FileKind =
  | 'no-match' | 'deceased' | 'foreign-mobile' | 'dead-mobile' | 'enforcement' | 'litigant'
  | 'poor-credit' | 'no-credit' | 'near-cap' | 'above-cap' | 'fair-credit' | 'ordinary';

const special: Record<number, FileKind> = {
  99: 'no-match', 98: 'deceased', 97: 'foreign-mobile', 96: 'dead-mobile', 95: 'enforcement',
  94: 'litigant', 93: 'poor-credit', 92: 'no-credit', 91: 'near-cap', 90: 'above-cap',
};

export function fileKind(idNumber: string): FileKind {
  const digits = Math.floor(readIdNumber(idNumber).sequence / 10);
  return special[digits] ?? (digits >= 80 ? 'fair-credit' : 'ordinary');
}

export interface Question { idNumber: string; mobile?: string | undefined; asOf: number }

/** Everything the bureaus would say of this person, before what their file says otherwise. `asOf`: business time, ms. */
export function deriveFacts<B extends BureauName>(bureau: B, question: Question): Facts[B] {
  const derive: { [K in BureauName]: (question: Question, kind: FileKind) => Facts[K] } = { identity, carrier, credit, court, platforms };
  return derive[bureau](question, fileKind(question.idNumber));
}

function identity(question: Question, kind: FileKind): Facts['identity'] {
  const read = readIdNumber(question.idNumber);
  const born = read.valid && Date.parse(`${read.birthDate}T00:00:00Z`) <= question.asOf;
  return { match: born && kind !== 'no-match', deceased: kind === 'deceased' };
}

function carrier(question: Question, kind: FileKind): Facts['carrier'] {
  const random = sourceOf(`carrier ${question.mobile ?? ''}`);
  // Most people keep a number for years; one in ten has a new one.
  const monthsInNet = random() < 0.1 ? Math.floor(random() * 6) : 6 + Math.floor(random() * 150);
  return { match: kind !== 'foreign-mobile', active: kind !== 'dead-mobile', monthsInNet };
}

function court(_question: Question, kind: FileKind): Facts['court'] {
  if (kind === 'enforcement') return { onEnforcementList: true, openCases: 2 };
  return { onEnforcementList: false, openCases: kind === 'litigant' ? 3 : 0 };
}

function platforms(question: Question, kind: FileKind): Facts['platforms'] {
  if (kind === 'near-cap') return { outstandingFen: 90_000_000, platforms: 6 };
  if (kind === 'above-cap') return { outstandingFen: 120_000_000, platforms: 9 };
  const random = sourceOf(`platforms ${question.idNumber}`);
  if (random() < 0.7) return { outstandingFen: 0, platforms: 0 };
  const number = 1 + Math.floor(random() * 3);
  return { outstandingFen: number * hundreds(300_000 + random() * 1_200_000), platforms: number };
}

const noCredit: Facts['credit'] = {
  openAccounts: 0, totalAccounts: 0, revolvingBalanceFen: 0, revolvingUtilisationBps: 0, delinquencies2y: 0, inquiries6m: 1,
  monthsSinceDelinquency: null, monthsSinceRecord: null, publicRecords: 0, creditAgeMonths: 0, monthlyDebtPaymentsFen: 0,
};

function credit(question: Question, kind: FileKind): Facts['credit'] {
  if (kind === 'no-credit') return noCredit;
  const base = spreadCredit(question);
  const random = sourceOf(`credit kind ${question.idNumber}`);
  if (kind === 'poor-credit') {
    return {
      ...base, revolvingUtilisationBps: 9_600, delinquencies2y: 4, inquiries6m: 8, monthsSinceDelinquency: 2, monthsSinceRecord: 30, publicRecords: 2,
      monthlyDebtPaymentsFen: base.monthlyDebtPaymentsFen * 2,
    };
  }
  if (kind === 'fair-credit') {
    return {
      ...base, revolvingUtilisationBps: 6_500 + Math.floor(random() * 2_500), delinquencies2y: 1 + Math.floor(random() * 2),
      inquiries6m: 2 + Math.floor(random() * 3), monthsSinceDelinquency: 5 + Math.floor(random() * 18),
    };
  }
  return base;
}

/** Medians and tails near those of LendingClub's book of 2007–2011; one in ten has had a delinquency in two years. */
function spreadCredit({ idNumber, asOf }: Question): Facts['credit'] {
  const random = sourceOf(`credit ${idNumber}`);
  const openAccounts = 3 + Math.floor(bell(random) * 12);
  const totalAccounts = openAccounts + Math.floor(bell(random) * 25);
  const revolvingUtilisationBps = Math.floor(bell(random) * 9_800);
  const revolvingBalanceFen = hundreds(Math.exp(13.6 + normal(random) * 0.9) * (0.2 + revolvingUtilisationBps / 6_000));
  const luck = random();
  const delinquencies2y = luck < 0.89 ? 0 : luck < 0.97 ? 1 : 2;
  const monthsSinceDelinquency = delinquencies2y > 0 ? 3 + Math.floor(random() * 20) : random() < 0.3 ? 25 + Math.floor(random() * 55) : null;
  const record = random() < 0.05;
  return {
    openAccounts, totalAccounts, revolvingBalanceFen, revolvingUtilisationBps, delinquencies2y,
    inquiries6m: Math.floor(-Math.log(1 - random() * 0.98) * 0.9),
    monthsSinceDelinquency, monthsSinceRecord: record ? 40 + Math.floor(random() * 70) : null, publicRecords: record ? 1 : 0,
    creditAgeMonths: creditAge(idNumber, asOf, 20 + random() * 12),
    monthlyDebtPaymentsFen: hundreds(30_000 + revolvingBalanceFen * 0.03 + random() * 250_000),
  };
}

const monthMs = (365.25 / 12) * 86_400_000;

/** Months since the first account, opened at `startAge` years or, if that has not come yet, a year ago at most. */
function creditAge(idNumber: string, asOf: number, startAge: number): number {
  const born = Date.parse(`${readIdNumber(idNumber).birthDate}T00:00:00Z`);
  if (Number.isNaN(born)) return 0;
  const ageMonths = (asOf - born) / monthMs;
  const sinceStart = Math.floor(ageMonths - startAge * 12);
  if (sinceStart >= 12) return sinceStart;
  return Math.max(0, Math.min(12, Math.floor(ageMonths - 18 * 12)));
}

/** A stream of numbers in [0, 1) that depends on the text alone. */
function sourceOf(seed: string): () => number {
  let block = createHash('sha256').update(seed).digest();
  let at = 0;
  return () => {
    if (at + 4 > block.length) {
      block = createHash('sha256').update(block).digest();
      at = 0;
    }
    const value = block.readUInt32BE(at) / 2 ** 32;
    at += 4;
    return value;
  };
}

function bell(random: () => number): number {
  return (random() + random() + random()) / 3;
}

function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** Whole yuan. */
function hundreds(fen: number): number {
  return Math.round(fen / 100) * 100;
}
