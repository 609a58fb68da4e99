/** Who plays in a replay: the lenders, the reviewer, and one borrower for each row. */
import { identity } from '../identities.js';
import { Borrower } from '../persons/borrower.js';
import { Lender } from '../persons/lender.js';
import { fillCardOf, longKnownMobile, quietCard, setCard, setFile, type World } from '../persons/world.js';
import type { BookRow } from './book.js';

export const lenderCount = 24;
const lenderFamily = 1;
/** Borrowers of rows 0 to 9,999 of the file are family 10, the next ten thousand family 11, and so on. */
const borrowerFamily = 10;
const familySize = 10_000;
const credentials = { password: 'many-streams-1', tradingPassword: '246813' };

export function makeLenders(world: World): Lender[] {
  return Array.from({ length: lenderCount }, (_, number) => new Lender(world, identity({ family: lenderFamily, number, ...credentials })));
}

export function fillCard(world: World, person: Lender | Borrower): Promise<void> {
  return fillCardOf(world, person.identity.cardNumber);
}

/** The card has exactly this much. */
export async function leaveOnCard(world: World, person: Borrower, balanceFen: number): Promise<void> {
  await setCard(world, person.identity.cardNumber, { balanceFen, ...quietCard });
}

export function makeBorrower(world: World, row: BookRow): Borrower {
  return new Borrower(world, identity({ family: borrowerFamily + Math.floor(row.line / familySize), number: row.line % familySize, ...credentials }));
}

/** The bureaus know what the row says its borrower's file said, and nothing against anybody's identity. */
export async function tellBureaus(world: World, person: Lender | Borrower, row?: BookRow): Promise<void> {
  await setFile(world, person.identity.idNumber, { carrier: longKnownMobile, ...(row ? { credit: row.credit } : {}) });
}

/**
 * Who bids what: equal parts in whole steps, the last lender the rest, so that every loan has many lenders.
 * A loan too small for that has fewer.
 */
export function bidsFor(principalFen: number, lenders: number, minBidFen: number, stepFen: number): number[] {
  const count = Math.max(1, Math.min(lenders, Math.floor(principalFen / minBidFen)));
  const part = Math.floor(principalFen / count / stepFen) * stepFen;
  return [...Array.from({ length: count - 1 }, () => part), principalFen - part * (count - 1)];
}
