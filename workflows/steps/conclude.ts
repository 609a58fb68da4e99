/** 合同成立: full, screened afresh and under the cap on this day, the contract with every lender's share is sealed. From here on the borrower is bound. */
import { end, releaseHolds } from '../ending.js';
import { enter } from '../course.js';
import { noteAct, type Life } from '../life.js';
import { atBank } from '../retries.js';
import { attempt } from '../stuck.js';

export async function conclude(life: Life): Promise<void> {
  const { loan } = life;
  await enter(life, 'concluding', 'platform', 'Concluding the contract');
  const concluded = await attempt(life, 'The contract', () =>
    atBank('Concludes and seals the contract').conclude({ loanNo: loan.loanNo, asOf: life.today(), at: life.asOf() }));
  if (concluded.status === 'refused') {
    await releaseHolds(life, concluded.code);
    return end(life, 'declined', concluded.code, 'not-funded', 'everybody');
  }
  loan.concludedOn = concluded.concludedOn;
  noteAct(life, 'conclude', { after: { concludedOn: concluded.concludedOn } });
}
