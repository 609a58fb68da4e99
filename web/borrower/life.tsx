/** A loan's life as a list of events: decisions on record, and facts that stand in other tables. */
import type { VNode } from 'preact';
import type { RecordedAct } from '../../db/acts.js';
import type { Listing } from '../../db/listings.js';
import type { LoanRow } from '../../db/loans.js';
import type { StoredOffer, StoredScore } from '../../db/reports.js';
import { instantAt, isoInstant } from '../../domain/dates.js';
import { DateText, InstantText } from '../components/dates.js';
import { Timeline } from '../components/facts.js';
import { moneyText } from '../components/money.js';
import { actText } from './act-words.js';

export interface LifeFacts {
  loan: LoanRow;
  acts: readonly RecordedAct[];
  score: StoredScore | null;
  offer: StoredOffer | null;
  listing: Listing | null;
  /** The borrower looks; otherwise staff, who see who did it and the reasons in full. */
  mine: boolean;
}

/** `rank`: its place among events of the same moment. */
interface LifeEvent { key: string; rank: number; at: VNode; what: string; by?: string }

/** The order of a life, for what the business clock puts into one moment. */
const order = ['apply', 'score', 'review-approve', 'offer', 'accept-offer', 'listing', 'fully-funded', 'conclude', 'disburse'];
const rankOf = (event: string): number => (order.includes(event) ? order.indexOf(event) : order.length);

/** Workflow and activity both note what happens once; the first note tells it. */
const onceOnly: ReadonlySet<string> = new Set(['apply', 'conclude', 'write-off', 'declined', 'refused', 'close']);
/** Of the machinery, and nothing to a borrower. */
const inner: ReadonlySet<string> = new Set(['child-finished', 'contact-policy', 'step-stopped', 'step-skipped', 'step-retry', 'step-skip', 'step-end']);

export function LoanLife({ facts, zoneOffsetMinutes }: { facts: LifeFacts; zoneOffsetMinutes: number }): VNode {
  return <Timeline events={lifeOf(facts, zoneOffsetMinutes)} />;
}

function lifeOf(facts: LifeFacts, zoneOffsetMinutes: number): LifeEvent[] {
  const events = [...onRecord(facts), ...elsewhere(facts, zoneOffsetMinutes)];
  return events.map((event, index) => ({ event, index })).sort((a, b) => a.event.key.localeCompare(b.event.key) || a.event.rank - b.event.rank || a.index - b.index).map(({ event }) => event);
}

function onRecord({ acts, loan, mine }: LifeFacts): LifeEvent[] {
  const told = new Set<string>();
  return acts.flatMap((act): LifeEvent[] => {
    if (mine && inner.has(act.verb)) return [];
    if (onceOnly.has(act.verb) && told.has(act.verb)) return [];
    told.add(act.verb);
    const at = act.businessAt ?? act.at;
    return [{ key: at, rank: rankOf(act.verb), at: <InstantText at={at} />, what: `${actText(act, mine)}${sumOf(act)}`, by: byWhom(act, loan, mine) }];
  });
}

/** What other tables know and no act tells: the score, the offer, the listing. A date alone never stands before the application. */
function elsewhere({ loan, acts, score, offer, listing }: LifeFacts, zoneOffsetMinutes: number): LifeEvent[] {
  // A listing may fill in the same breath in which it opens; it is told before what followed from it.
  const full = acts.find((act) => act.verb === 'fully-funded');
  const openedKey = [listing?.openedAt, full?.businessAt].filter((at) => typeof at === 'string').sort()[0] ?? '';
  const onDate = (date: string) => {
    const start = isoInstant(instantAt(date, 0, zoneOffsetMinutes));
    return start < loan.appliedAt ? loan.appliedAt : start;
  };
  return [
    ...(score ? [{ key: onDate(score.decidedOn), rank: rankOf('score'), at: <DateText date={score.decidedOn} />, what: `Checked and scored: grade ${score.grade}`, by: 'the platform' }] : []),
    ...(offer ? [{ key: onDate(offer.madeOn), rank: rankOf('offer'), at: <DateText date={offer.madeOn} />, what: `Offer made: ${moneyText(offer.amountFen)} for ${offer.termMonths} months`, by: 'the platform' }] : []),
    ...(listing ? [{ key: openedKey, rank: rankOf('listing'), at: <InstantText at={listing.openedAt} />, what: 'Put on the market', by: 'the platform' }] : []),
  ];
}

function sumOf({ after }: RecordedAct): string {
  const { frozenFen, amountFen, paidFen } = (after ?? {}) as { frozenFen?: unknown; amountFen?: unknown; paidFen?: unknown };
  const fen = [frozenFen, paidFen, amountFen].find((each) => typeof each === 'number');
  return typeof fen === 'number' && fen > 0 ? `, ${moneyText(fen)}` : '';
}

/** The borrower sees roles, staff see who. */
function byWhom(act: RecordedAct, loan: LoanRow, mine: boolean): string {
  if (act.actor === loan.borrowerId) return mine ? 'you' : `borrower ${act.actor}`;
  if (act.actor.startsWith('workflow:') || act.role === 'platform') return 'the platform';
  return mine ? act.role : `${act.role} ${act.actor}`;
}
