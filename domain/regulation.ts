import type { IsoDate } from './dates.js';
import type { Bps } from './percent.js';
import type { Fen } from './money.js';

/**
 * Regulation profiles (监管规则集) as data: every limit the platform enforces, with its source, so that a page can say why
 * something is refused. The functions that apply them are in `caps.ts`, `deadlines.ts`, `lender-gate.ts`, `contact.ts` and
 * `investor-protection.ts`.
 *
 * `cn` is the Interim Measures for online lending information intermediaries (网络借贷信息中介机构业务活动管理暂行办法, 2016).
 * No such platform operates in mainland China since November 2020: it is a rule set, not a licence.
 */
export type ProfileId = 'cn' | 'institutional' | 'eu' | 'us';

export const PROFILE_IDS: readonly ProfileId[] = ['cn', 'institutional', 'eu', 'us'];

export function isProfileId(text: unknown): text is ProfileId {
  return PROFILE_IDS.includes(text as ProfileId);
}

/** A rule's value with where it comes from. `article` is set only where the official text was read. */
export interface Sourced<T> {
  value: T;
  source: string;
  article?: string;
}

export type BorrowerKind = 'natural' | 'legal';

/** Highest principal balance, inclusive, here and over all platforms. */
export interface BorrowerCaps {
  platformFen: Record<BorrowerKind, Fen>;
  overallFen: Record<BorrowerKind, Fen>;
}

/** One published value of the one-year loan prime rate; in force from its date until the next. */
export interface LprValue {
  from: IsoDate;
  bps: Bps;
}

export interface RateCap {
  /** The cap is so many times the one-year LPR on the contract date; equal is allowed. */
  lprMultiple: number;
  lpr: LprValue[];
}

/** When people may be contacted, in minutes since midnight. */
export interface ContactHours {
  fromMinute: number;
  untilMinute: number;
  /** Whether the very minute `untilMinute` is still allowed. */
  untilIncluded: boolean;
  /** Whose clock counts; a consumer whose zone is unknown is contacted only when all zones of the country allow it. */
  clock: 'platform' | 'consumer';
  zonesIfUnknown: string[];
}

/** How often one debtor may be called. */
export type ContactFrequency =
  | { rule: 'per-day'; effectiveCallsPerDay: number; unansweredAttemptsPerDay: number }
  | { rule: 'seven-in-seven'; callsPerWindow: number; windowDays: number; daysAfterConversation: number };

/** Limits of the European crowdfunding regulation. */
export interface InvestorProtection {
  warningAboveCents: number;
  warningAbovePercentOfNetWorth: number;
  lossSimulationPercentOfNetWorth: number;
  ownerLimitCents: number;
  reflectionDays: number;
}

export interface RegulationProfile {
  id: ProfileId;
  name: string;
  currency: string;
  /** The platform's zone and its offset from UTC; where a zone has daylight saving the offset is that of winter. */
  zone: string;
  zoneOffsetMinutes: number;
  borrowerKinds: BorrowerKind[];
  borrowerCaps: Sourced<BorrowerCaps> | null;
  fundraisingWorkingDays: Sourced<number> | null;
  rateCap: Sourced<RateCap> | null;
  /** Whether the principal reaches the borrower whole. */
  feeFromPrincipalAllowed: Sourced<boolean>;
  paymentOrder: Sourced<readonly ['costs', 'interest', 'principal']>;
  limitationYears: Sourced<number> | null;
  retentionYears: Sourced<number>;
  disclosureWorkingDay: Sourced<number> | null;
  contactHours: Sourced<ContactHours>;
  contactFrequency: Sourced<ContactFrequency>;
  lenderGate: Sourced<boolean>;
  studentsRefused: Sourced<boolean>;
  purposeRequired: Sourced<boolean>;
  bannedWords: Sourced<string[]>;
  /** Whether due days, and with them days past due, move to a working day. */
  dueDayMoves: Sourced<boolean>;
  packagedTransfersAllowed: Sourced<boolean>;
  platformReserveAllowed: Sourced<boolean>;
  investorProtection: Sourced<InvestorProtection> | null;
  /** A person refused by the machine alone may ask for reasons and for a human. */
  automatedRefusalReview: Sourced<boolean>;
}

const INTERIM = 'Interim Measures for online lending information intermediaries, 2016';
const CIVIL_CODE = 'Civil Code';
const ECSPR = 'Regulation (EU) 2020/1503';
const REG_F = 'Regulation F, 12 CFR 1006';
const OWN_RULE = 'platform rule';

/** One-year LPR as published by the National Interbank Funding Center; the first value in force on 2020-08-20 is that of April 2020. */
const LPR_ONE_YEAR: LprValue[] = [
  { from: '2020-08-20', bps: 385 },
  { from: '2021-12-20', bps: 380 },
  { from: '2022-01-20', bps: 370 },
  { from: '2022-08-22', bps: 365 },
  { from: '2023-06-20', bps: 355 },
  { from: '2023-08-21', bps: 345 },
  { from: '2024-07-22', bps: 335 },
  { from: '2024-10-21', bps: 310 },
  { from: '2025-05-20', bps: 300 },
];

/** Promises that no listing and no message may make. */
const BANNED_WORDS = [
  '保本', '保息', '保收益', '零风险', '无风险', '没有风险', '稳赚', '稳赢', '只赚不赔', '刚性兑付', '刚兑', '包赔', '百分百兑付', '国家担保', '政府担保',
  '平台担保', '平台兜底', '本息保障', '保证本金', '保证收益', '承诺收益', '安全无忧',
  'guaranteed return', 'guaranteed principal', 'principal guaranteed', 'capital guaranteed', 'risk-free', 'risk free', 'no risk', 'zero risk',
  'cannot lose', "can't lose", 'state guaranteed', 'government guaranteed',
];

const US_ZONES = ['America/New_York', 'America/Chicago', 'America/Denver', 'America/Los_Angeles', 'America/Anchorage', 'Pacific/Honolulu'];

const cn: RegulationProfile = {
  id: 'cn',
  name: 'Mainland China',
  currency: 'CNY',
  zone: 'Asia/Shanghai',
  zoneOffsetMinutes: 480,
  borrowerKinds: ['natural', 'legal'],
  borrowerCaps: {
    value: {
      platformFen: { natural: 20_000_000, legal: 100_000_000 },
      overallFen: { natural: 100_000_000, legal: 500_000_000 },
    },
    source: INTERIM,
    article: '17',
  },
  fundraisingWorkingDays: { value: 20, source: INTERIM },
  rateCap: {
    value: { lprMultiple: 4, lpr: LPR_ONE_YEAR },
    source: "Supreme People's Court, interpretation on private lending",
    article: '25, 29',
  },
  feeFromPrincipalAllowed: { value: false, source: CIVIL_CODE, article: '670' },
  paymentOrder: { value: ['costs', 'interest', 'principal'], source: CIVIL_CODE, article: '561' },
  limitationYears: { value: 3, source: CIVIL_CODE, article: '188, 189, 195' },
  retentionYears: { value: 5, source: INTERIM },
  disclosureWorkingDay: { value: 5, source: 'Guidelines on information disclosure, 2017' },
  contactHours: {
    value: { fromMinute: 8 * 60, untilMinute: 22 * 60, untilIncluded: false, clock: 'platform', zonesIfUnknown: ['Asia/Shanghai'] },
    source: 'GB/T 45251-2025',
  },
  contactFrequency: {
    value: { rule: 'per-day', effectiveCallsPerDay: 3, unansweredAttemptsPerDay: 6 },
    source: 'GB/T 45251-2025; China Banking Association, 2026',
  },
  lenderGate: { value: true, source: INTERIM, article: '26' },
  studentsRefused: { value: true, source: 'CBRC notice 26 of 2017 (银监发〔2017〕26号)' },
  purposeRequired: { value: true, source: 'CBRC notice 26 of 2017 (银监发〔2017〕26号)' },
  bannedWords: { value: BANNED_WORDS, source: INTERIM, article: '10(3)' },
  dueDayMoves: { value: true, source: CIVIL_CODE, article: '203' },
  packagedTransfersAllowed: { value: false, source: INTERIM, article: '10(8)' },
  platformReserveAllowed: { value: false, source: 'Remediation notice 57 of 2017 (57号文)' },
  investorProtection: null,
  automatedRefusalReview: { value: true, source: 'Personal Information Protection Law', article: '24' },
};

const institutional: RegulationProfile = {
  ...cn,
  id: 'institutional',
  name: 'Institutional lenders',
  borrowerCaps: null,
  packagedTransfersAllowed: { value: true, source: 'qualified institutions only' },
  platformReserveAllowed: { value: true, source: 'qualified institutions only' },
};

const us: RegulationProfile = {
  ...cn,
  id: 'us',
  name: 'United States (replay of recorded loans)',
  zone: 'America/New_York',
  zoneOffsetMinutes: -300,
  currency: 'USD',
  borrowerKinds: ['natural'],
  borrowerCaps: null,
  fundraisingWorkingDays: null,
  rateCap: null,
  feeFromPrincipalAllowed: { value: true, source: 'Regulation Z, 12 CFR 1026 (counted in the APR)' },
  paymentOrder: { value: ['costs', 'interest', 'principal'], source: OWN_RULE },
  limitationYears: null,
  retentionYears: { value: 5, source: OWN_RULE },
  disclosureWorkingDay: null,
  contactHours: {
    value: { fromMinute: 8 * 60, untilMinute: 21 * 60, untilIncluded: true, clock: 'consumer', zonesIfUnknown: US_ZONES },
    source: REG_F,
    article: '1006.6(b)',
  },
  contactFrequency: {
    value: { rule: 'seven-in-seven', callsPerWindow: 7, windowDays: 7, daysAfterConversation: 7 },
    source: REG_F,
    article: '1006.14(b)',
  },
  lenderGate: { value: true, source: OWN_RULE },
  studentsRefused: { value: false, source: OWN_RULE },
  purposeRequired: { value: true, source: OWN_RULE },
  bannedWords: { value: BANNED_WORDS, source: OWN_RULE },
  dueDayMoves: { value: false, source: OWN_RULE },
  packagedTransfersAllowed: { value: true, source: OWN_RULE },
  platformReserveAllowed: { value: false, source: OWN_RULE },
  automatedRefusalReview: { value: true, source: OWN_RULE },
};

const eu: RegulationProfile = {
  ...us,
  id: 'eu',
  name: 'European Union, business loans',
  currency: 'EUR',
  zone: 'Europe/Brussels',
  zoneOffsetMinutes: 60,
  borrowerKinds: ['legal'],
  retentionYears: { value: 5, source: ECSPR, article: '26' },
  contactHours: { value: { ...cn.contactHours.value, zonesIfUnknown: ['Europe/Brussels'] }, source: OWN_RULE },
  contactFrequency: { value: cn.contactFrequency.value, source: OWN_RULE },
  lenderGate: { value: true, source: ECSPR, article: '21' },
  platformReserveAllowed: { value: false, source: OWN_RULE },
  investorProtection: {
    value: {
      warningAboveCents: 100_000,
      warningAbovePercentOfNetWorth: 5,
      lossSimulationPercentOfNetWorth: 10,
      ownerLimitCents: 500_000_000,
      reflectionDays: 4,
    },
    source: ECSPR,
    article: '1(2)(c), 21, 22',
  },
};

export const PROFILES: Readonly<Record<ProfileId, RegulationProfile>> = { cn, institutional, eu, us };

/** The profile's rules. */
export function profileOf(id: ProfileId): RegulationProfile {
  return PROFILES[id];
}
