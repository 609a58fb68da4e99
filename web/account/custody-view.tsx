import type { VNode } from 'preact';
import { Badge, Notice } from '../components/state.js';
import { DateText, InstantText } from '../components/dates.js';
import { Facts } from '../components/facts.js';
import { Field, Form, type FormErrors } from '../components/form.js';
import { Money, moneyText } from '../components/money.js';
import { Table } from '../components/table.js';
import type { CashActRow } from '../../db/cash.js';
import { useVisit } from '../layout.js';
import { InDoubt } from './in-doubt.js';
import { cashStateTones, cashStateWords } from './cash-words.js';
import { authorisationLabels, authorisationWords, neededAuthorisations, type CustodyState, type Side } from './custody-state.js';

/** What is done and what is next, in the bank's order: account, card, authorisations. One button: the next thing. */
export function CustodySteps({ state, named, returnTo, errors }: { state: CustodyState; named: boolean; returnTo: string; errors?: FormErrors }): VNode {
  const { side, account, missing } = state;
  const open = !missing.includes('account');
  const card = open && !missing.includes('card');
  const authorised = open && !neededAuthorisations[side].some((type) => missing.includes(type));
  return (
    <ul class="checks">
      <Step done={open} title="Custody account (存管账户) at the bank" next={!open}>
        {open ? null : <OpenForm side={side} named={named} returnTo={returnTo} errors={errors} />}
      </Step>
      <Step done={card} title={account?.cardLast4 ? `Bank card of ${account.cardBank ?? 'a bank'} ending in ${account.cardLast4}` : 'Your own bank card: money comes from it and goes back to it'} next={open && !card}>
        {open && !card ? <Form name={`bind-card-${side}`} action={`/account/custody/${side}/card`} button="Bind my card" hidden={{ returnTo }} /> : null}
      </Step>
      <Step done={authorised} title="Standing authorisations" next={card && !authorised}>
        <p class="hint">You allow the platform to {neededAuthorisations[side].map((type) => authorisationWords[type]).join('; to ')}. Each has a limit and an end, and you can take it back at any time.</p>
        {card && !authorised ? <p><a class="button" href={`/account/custody/${side}/authorise?returnTo=${encodeURIComponent(returnTo)}`}>Authorise</a></p> : null}
      </Step>
    </ul>
  );
}

function Step({ done, title, next, children }: { done: boolean; title: string; next: boolean; children?: unknown }): VNode {
  return (
    <li>
      <Badge tone={done ? 'good' : next ? 'warn' : 'calm'}>{done ? 'done' : next ? 'next' : 'later'}</Badge>
      <div><strong>{title}</strong>{done ? null : children as VNode}</div>
    </li>
  );
}

function OpenForm({ side, named, returnTo, errors }: { side: Side; named: boolean; returnTo: string; errors?: FormErrors | undefined }): VNode {
  return (
    <>
      <p class="hint">The bank opens it in your own name, on its own page; nobody else can. Have your ID and your bank card at hand. It is free.</p>
      {named
        ? <Form name={`open-account-${side}`} action={`/account/custody/${side}/open`} button="Open my custody account" hidden={{ returnTo }} errors={errors} />
        : <p><a class="button" href={`/account/identity?returnTo=${encodeURIComponent(returnTo)}`}>First give your name and ID number</a></p>}
    </>
  );
}

/** One side's account with its money and what can be done with it. */
export function CustodyAccountView({ state, named }: { state: CustodyState; named: boolean }): VNode {
  const { side, account } = state;
  const { asOf } = useVisit();
  const cooling = account?.payoutsFrom && account.payoutsFrom > asOf;
  return (
    <section>
      <h2>{side === 'borrower' ? 'For borrowing' : 'For lending'} <span class="small">{state.userNo}</span></h2>
      {state.missing.length > 0 ? <CustodySteps state={state} named={named} returnTo="/account/custody" /> : null}
      {account && account.state !== 'opening' ? (
        <>
          <Facts facts={[
            ['Available', <Money fen={state.availableFen} />],
            ['Frozen', <Money fen={state.frozenFen} />],
            ['Bank card', account.cardLast4 ? `${account.cardBank ?? 'bank'}, ending in ${account.cardLast4}` : 'none'],
            ...state.authorisations.filter((each) => each.state === 'active').map((each): [string, VNode] => [authorisationLabels[each.type], <>up to {moneyText(each.maxFen)}, until <DateText date={each.failTime.slice(0, 10)} /></>]),
          ]} />
          <InDoubt fen={state.doubtedFen} />
          {cooling ? <Notice tone="warn"><p>Nothing is paid out before <InstantText at={account.payoutsFrom ?? asOf} act />: a cooling period after a change of card or phone, so that a thief gains nothing.</p></Notice> : null}
          <CashActs acts={state.cashActs} />
          <p class="actions">
            <a class="button" href={`/account/custody/${side}/deposit`}>Deposit</a>
            <a class="button plain" href={`/account/custody/${side}/withdraw`}>Withdraw</a>
            <a href={`/account/statement?account=${encodeURIComponent(state.userNo)}`}>Statement</a>
            <a href={`/account/custody/${side}/authorisations`}>Authorisations</a>
            <a href={`/account/custody/${side}/card/change`}>Change bank card</a>
            <a href={`/account/custody/${side}/password`}>Reset the trading password</a>
          </p>
        </>
      ) : null}
    </section>
  );
}

/** The latest deposits and withdrawals and how each stands; nothing while there are none. */
function CashActs({ acts }: { acts: CashActRow[] }): VNode | null {
  if (acts.length === 0) return null;
  return (
    <Table
      caption="Latest deposits and withdrawals" rows={acts} empty="" href={(each) => `/account/bank/${encodeURIComponent(each.requestNo)}`}
      columns={[
        { heading: 'What', cell: (each) => (each.verb === 'deposit' ? 'Deposit' : 'Withdrawal') }, { heading: 'When', cell: (each) => <InstantText at={each.asOf} /> },
        { heading: 'Amount', number: true, cell: (each) => <Money fen={each.amountFen} /> }, { heading: 'State', cell: (each) => <Badge tone={cashStateTones[each.state]}>{cashStateWords[each.state]}</Badge> },
      ]}
    />
  );
}

/** Name and ID number, asked for once. */
export function IdentityFields({ typed, errors }: { typed: Record<string, string>; errors: FormErrors }): VNode {
  return (
    <>
      <Field name="name" label="Full name, as on your ID card" autocomplete="name" maxLength={60} value={typed['name']} errors={errors} />
      <Field name="idNumber" label="ID number (公民身份号码)" hint="18 characters. Kept encrypted; the law asks for it, the bank and the identity bureau compare it." maxLength={18} autocomplete="off" value={typed['idNumber']} errors={errors} />
    </>
  );
}
