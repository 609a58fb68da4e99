/** A verb that moves money, as the table plays it. */
import type { Dice } from '../../stack/chaos/dice.js';
import type { Cast } from './cast.js';
import type { Stage } from './stage.js';

/** What of the bank's balances has changed when the verb was done once; accounts of which only the sum is known stand together. */
export interface Move { accounts: readonly string[]; availableFen: number; frozenFen: number }

export interface Scene {
  /** Does it until it has ended. `askedFirst`: the bank is asked before the person gets there. */
  act(mishap: { askedFirst: boolean }): Promise<void>;
  moves: readonly Move[];
  /** How often the bank must have executed the verb. */
  times: number;
  /** Where a payout that comes back leads: the moves then. */
  returned?: readonly Move[];
}

export interface MoneyVerb {
  /** As the table names it. */
  name: string;
  /** The bank's name of what is disturbed. */
  service: string;
  /** Under which name the bank counts executions, where that is another: the details of a batch. */
  counted?: string;
  by: 'person' | 'platform';
  /** Under which name the bank tells its end of its own accord; null: only by its answer. */
  told: string | null;
  /** Everything up to the act, in fair weather. */
  prepare(stage: Stage, cast: Cast, dice: Dice): Promise<Scene>;
}
