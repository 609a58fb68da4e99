import type { RiskActivities } from '../../workflows/contract.js';
import type { ActivityDeps } from '../deps.js';
import { concludeIdentityActivity } from './conclude-identity.js';
import { makeOfferActivity } from './make-offer.js';
import { preScreenActivity } from './pre-screen.js';
import { scoreActivity } from './score.js';
import { screenActivity } from './screen.js';
import { verifyIdentityActivity } from './verify-identity.js';

/** Queue `risk`: who is this, and may they borrow. */
export function createRiskActivities(deps: ActivityDeps): RiskActivities {
  return {
    preScreen: preScreenActivity(deps),
    verifyIdentity: verifyIdentityActivity(deps),
    concludeIdentity: concludeIdentityActivity(deps),
    screen: screenActivity(deps),
    score: scoreActivity(deps),
    makeOffer: makeOfferActivity(deps),
  };
}
