import type { RecordedAct } from '../../db/acts.js';
import { refusalText } from '../refusals.js';

/** What happened to a loan, in words; an act that has none here is shown by its own name. */
const words: Record<string, string> = {
  apply: 'Applied', refuse: 'Not accepted', 'identity-verified': 'Identity confirmed',
  'review-approve': 'Approved by a reviewer', 'review-decline': 'Declined by a reviewer', 'accept-offer': 'Offer accepted', 'cancel-loan': 'Withdrawn',
  'fully-funded': 'Fully funded (满标)', conclude: 'Contract concluded (合同成立)', disburse: 'Disbursed (放款)', 'pay-out': 'Paid out to the card', 'payout-returned': 'The payout came back',
  pay: 'Payment asked for', payment: 'Payment', overdue: 'Became late', cured: 'Arrears paid', 'collection-started': 'Collection began', 'legal-started': 'Handed over for legal action',
  'write-off': 'Written off (核销)', close: 'Closed', closed: 'Closed', refused: 'Not accepted', declined: 'Declined', cancelled: 'Cancelled', lapsed: 'Lapsed', notFunded: 'Not funded (流标)',
  'step-stopped': 'A step stopped; operations look at it', 'step-skipped': 'A step was skipped', 'step-retry': 'A step was tried again', 'step-skip': 'A step was skipped', 'step-end': 'Ended by operations', 'contact-policy': 'Contact was stopped or resumed', 'settle-loan': 'Settled', 'child-finished': 'A part of the work ended',
};

/** A reason that is a code is explained; one in a colleague's own words is for colleagues, not for the borrower. */
export function actText(act: Pick<RecordedAct, 'verb' | 'why'>, forBorrower: boolean): string {
  const said = words[act.verb] ?? act.verb.replaceAll('-', ' ');
  if (!act.why) return said;
  if (/^[a-z0-9-]+$/.test(act.why)) return `${said}: ${refusalText(act.why).what}`;
  return forBorrower ? said : `${said}: ${act.why}`;
}
