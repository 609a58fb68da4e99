/** No listing without an open custody account, a bound card and the authorisations. Looked for at the bank at every news, and daily. */
import { addDays, instantAt, dateAt, parseInstant } from '../../domain/dates.js';
import { end, tell } from '../ending.js';
import { enter, standBy } from '../course.js';
import type { Life } from '../life.js';
import { atBank } from '../retries.js';
import { attempt } from '../stuck.js';

export async function prepare(life: Life): Promise<void> {
  const { loan, inbox, clock } = life;
  if (loan.state !== 'preparing') await enter(life, 'preparing', 'platform', 'Looking at the custody account');
  const { zoneOffsetMinutes, businessMinute, preparationDays } = loan.terms;
  const acceptedOn = dateAt(loan.acceptedAt ? parseInstant(loan.acceptedAt) : clock.now(), zoneOffsetMinutes);
  const deadline = instantAt(addDays(acceptedOn, preparationDays), businessMinute, zoneOffsetMinutes);
  for (let looks = 0; !inbox.cancel; looks += 1) {
    const [news, lookedAt] = [inbox.accountNews, clock.pokes];
    const account = await attempt(life, 'The custody account', () => atBank('Is the custody account ready?').borrowerReady({ loanNo: loan.loanNo, asOf: life.asOf() }));
    if (account.ready) return;
    if (clock.now() >= deadline) return end(life, 'lapsed', 'account-not-prepared', 'offer-lapsed');
    if (looks === 0) await tell(life, 'prepare-account', 'borrower', '', { on: dateAt(deadline, zoneOffsetMinutes) });
    const tomorrow = instantAt(addDays(life.today(), 1), businessMinute, zoneOffsetMinutes);
    await standBy(life, {
      untilMs: Math.min(tomorrow, deadline), owner: 'borrower',
      summary: `The borrower prepares the custody account: ${account.missing.join(', ')}`,
      otherwise: tomorrow < deadline ? 'it is looked at again' : 'the loan lapses',
      wake: () => inbox.accountNews !== news, lookedAt,
    });
  }
}
