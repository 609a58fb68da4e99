/** What a court holds of a person (司法冻结), told to that person alone: which court, since when, how much, until when. */
import type { VNode } from 'preact';
import { heldClaimsOf, restraintsOn, type HeldClaim } from '../../db/court-order-lists.js';
import type { CourtOrder } from '../../db/court-orders.js';
import type { Db } from '../../db/pool.js';
import { DateText, InstantText } from '../components/dates.js';
import { Money, moneyText } from '../components/money.js';
import { Notice } from '../components/state.js';

export interface HeldByCourts { restraints: CourtOrder[]; claims: HeldClaim[] }

export async function heldByCourts(db: Db, personId: string): Promise<HeldByCourts> {
  const restraints = await restraintsOn(db, personId);
  return { restraints, claims: restraints.length > 0 ? await heldClaimsOf(db, personId) : [] };
}

/** What a program is told, without what is for desks only. */
export const heldFacts = ({ restraints, claims }: HeldByCourts) => ({
  restraints: restraints.map(({ orderNo, court, caseNumber, covers, sumFen, heldFen, placedAt, expiresOn }) => ({ orderNo, court, caseNumber, covers, sumFen, heldFen, since: placedAt, expiresOn })),
  heldClaims: claims.map(({ loanNo, orderNo, heldAt }) => ({ loanNo, orderNo, since: heldAt })),
});

export function CourtNotice({ held: { restraints, claims } }: { held: HeldByCourts }): VNode | null {
  if (restraints.length === 0) return null;
  return (
    <Notice tone="warn">
      {restraints.map((order) => (
        <p key={order.orderNo}>
          By order of {order.court}, case {order.caseNumber}, {whatText(order)} {order.placedAt ? <>since <InstantText at={order.placedAt} /></> : 'from now on'}, until <DateText date={order.expiresOn} act /> unless the court renews or lifts it.
          {order.covers === 'claims' ? null : <> Held now: <Money fen={order.heldFen} />.</>}
        </p>
      ))}
      {claims.length > 0 ? <p>Claims held: {claims.map((claim, index) => <span key={claim.holdingId}>{index > 0 ? ', ' : ''}<a href={`/lender/claims/${claim.loanNo}`}>{claim.loanNo}</a></span>)}. They stay yours and cannot be sold meanwhile.</p> : null}
      <p>Money that is held stays yours, in your own custody account. What comes in, repayments too, is credited and held as the order says; it can be neither bid nor withdrawn. We only carry the order out: turn to the court with its case number.</p>
    </Notice>
  );
}

function whatText({ covers, sumFen, userNo }: CourtOrder): string {
  const money = sumFen === null ? 'the money in your custody accounts, with all that comes in,' : `${moneyText(sumFen)} of your account ${userNo ?? ''}`;
  if (covers === 'money') return `${money} is frozen`;
  const claims = sumFen === null ? 'your claims' : `your claims up to ${moneyText(sumFen)}`;
  return covers === 'claims' ? `${claims} are frozen` : `${money} and ${claims} are frozen`;
}
