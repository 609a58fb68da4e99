/** The forms of deposit and withdrawal, and what is said instead when neither is possible. */
import type { VNode } from 'preact';
import { cashFeeFen, cashLimitText, recentlyChanged, secondLookText, type CashAct } from '../../domain/cash-limits.js';
import { InstantText } from '../components/dates.js';
import { Facts, MoneyAct } from '../components/facts.js';
import { AmountField, Form, Radios, type FormErrors } from '../components/form.js';
import { Money, moneyText } from '../components/money.js';
import { Notice } from '../components/state.js';
import { Layout, useVisit } from '../layout.js';
import type { CustodyState } from './custody-state.js';
import { InDoubt } from './in-doubt.js';

export const backToCustody = { href: '/account/custody', text: 'Back to the custody account' };
const costs = (act: CashAct): string => (cashFeeFen[act] === 0 ? 'Nothing: neither we nor the custody bank take a fee' : moneyText(cashFeeFen[act]));
const cardText = ({ account }: CustodyState): string => `your own bank card ending in ${account?.cardLast4 ?? '?'}`;

export interface CashPageProps { state: CustodyState; typed: Record<string, string>; errors: FormErrors; withdrawingFen: number; movedTodayFen: number }

/** Why nothing can be moved now, or null. Said before somebody types an amount, and again to who posts all the same. */
export function hindranceTo(act: CashAct, { account, restrained }: CustodyState, asOf: string): 'no-account' | 'frozen' | 'closed' | 'court' | 'no-card' | 'cooling' | null {
  if (!account || account.state === 'opening') return 'no-account';
  if (account.state !== 'active') return account.state;
  if (act === 'withdraw' && restrained) return 'court';
  if (!account.cardLast4) return 'no-card';
  return act === 'withdraw' && account.payoutsFrom !== null && account.payoutsFrom > asOf ? 'cooling' : null;
}

function Hindrance({ act, state }: { act: CashAct; state: CustodyState }): VNode {
  const { asOf } = useVisit();
  switch (hindranceTo(act, state, asOf)) {
    case null: return <></>;
    case 'no-account': return <Notice tone="warn"><p>You have no account at the custody bank yet. <a href="/account/custody">Open it first</a>.</p></Notice>;
    case 'frozen': return <Notice tone="warn"><p>The bank has frozen your custody account, so nothing can be moved. Ask the custody bank why; we are not told.</p></Notice>;
    case 'closed': return <Notice tone="warn"><p>The bank has closed your custody account, so nothing can be moved. Ask the custody bank why; we are not told.</p></Notice>;
    case 'court': return <Notice tone="warn"><p>A court has frozen the money in this account, so nothing can be withdrawn. <a href="/account/custody">Your custody account</a> says which court, and until when.</p></Notice>;
    case 'no-card': return <Notice tone="warn"><p>Bind a bank card first: money comes only from your own card and goes only back to it. <a href="/account/custody">Bind your card</a>.</p></Notice>;
    case 'cooling': return <Notice tone="warn"><p>Nothing is paid out yet, but from <InstantText at={state.account?.payoutsFrom ?? asOf} act /> on: a cooling period after a change of card or phone, so that a thief gains nothing. If you changed neither, write to our complaints address at once.</p></Notice>;
  }
}

export function DepositPage({ state, typed, errors, movedTodayFen }: CashPageProps): VNode {
  const blocked = hindranceTo('deposit', state, useVisit().asOf) !== null;
  return (
    <Layout title="Deposit">
      <Hindrance act="deposit" state={state} />
      {blocked ? <Back /> : (
        <>
          <Facts facts={[['Available now', <Money fen={state.availableFen} />], ['Deposited today', movedTodayFen > 0 ? <Money fen={movedTodayFen} /> : null]]} />
          <MoneyAct moves="The amount you enter" from={cardText(state)} to="your own custody account" costs={costs('deposit')} final="When the bank confirms it, usually at once" />
          <Form name="deposit" action={`/account/custody/${state.side}/deposit`} button="Deposit at the bank" errors={errors} back={backToCustody} hidden={{ returnTo: '/account/custody' }}>
            <AmountField name="amount" label="Amount in yuan" hint={cashLimitText('deposit')} value={typed['amount']} errors={errors} />
          </Form>
        </>
      )}
    </Layout>
  );
}

export function WithdrawPage({ state, typed, errors, withdrawingFen, movedTodayFen }: CashPageProps): VNode {
  const { asOf } = useVisit();
  const blocked = hindranceTo('withdraw', state, asOf) !== null;
  const changed = recentlyChanged({ changedAt: state.account?.changedAt ?? null, asOf });
  return (
    <Layout title="Withdraw">
      <Hindrance act="withdraw" state={state} />
      {blocked ? <Back /> : (
        <>
          <Facts facts={[
            ['Available', <Money fen={state.availableFen} />], ['Being withdrawn already', withdrawingFen > 0 ? <Money fen={withdrawingFen} /> : null],
            ['You can withdraw', <Money fen={Math.max(0, state.availableFen - withdrawingFen)} />], ['Withdrawn today', movedTodayFen > 0 ? <Money fen={movedTodayFen} /> : null],
          ]} />
          <InDoubt fen={state.doubtedFen} />
          {changed ? <Notice tone="warn"><p>{secondLookText()}</p></Notice> : null}
          <MoneyAct moves="The amount you enter" from="your custody account" to={cardText(state)} costs={costs('withdraw')} final="When it is on the card. If the card's bank sends it back, it is available in your custody account again, and this act's page says so" />
          <Form name="withdraw" action={`/account/custody/${state.side}/withdraw`} button="Withdraw at the bank" errors={errors} back={backToCustody} hidden={{ returnTo: '/account/custody' }}>
            <AmountField name="amount" label="Amount in yuan" hint={cashLimitText('withdraw')} value={typed['amount']} errors={errors} />
            <Radios name="urgency" label="How fast" value={typed['urgency']} errors={errors} options={[{ value: 'normal', text: 'By the next working day, 10:00' }, { value: 'urgent', text: 'Today' }]} />
          </Form>
        </>
      )}
    </Layout>
  );
}

const Back = (): VNode => <p><a href={backToCustody.href}>{backToCustody.text}</a></p>;
