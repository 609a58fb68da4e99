/** The bank's own pages for a person who has come to act. */
import type { ComponentChildren, VNode } from 'preact';
import { Page } from '../frame/page.js';
import { exampleCard } from './cards.js';
import type { Ask } from './personal-order.js';
import type { RequestRow } from './requests.js';
import type { Visit } from './visits.js';

const house = 'Harbour Custody Bank';

function BankPage(props: { title: string; children: ComponentChildren }): VNode {
  return <Page title={props.title} house={house}>{props.children}</Page>;
}

const banks = ['Industrial Bank of the Sandbox', 'Farmers Bank of the Sandbox', 'Merchants Bank of the Sandbox', 'Postal Savings Bank of the Sandbox'];

/** `message`: what the person has to correct. */
export function VisitPage({ visit, message, typed }: { visit: Visit; message: string | null; typed: { cardNumber: string; bankName: string } }): VNode {
  const { order } = visit;
  return (
    <BankPage title={order.title}>
      <p>You are at the bank now. The platform that sent you does not see what you type here.</p>
      {message === null ? null : <p class="badge bad" role="alert" style="white-space: normal">{message}</p>}
      <dl>{order.facts.map(([name, value]) => <><dt>{name}</dt><dd>{value}</dd></>)}<dt>Reference</dt><dd>{order.requestNo}</dd></dl>
      <form method="post" autocomplete="off" data-form="bank-act">
        {order.asks.map((ask) => <Field ask={ask} typed={typed} example={exampleCard(order.requestNo)} />)}
        <p style="margin-top: 24px">
          <button class="primary" type="submit" name="decision" value="confirm">{order.action}</button>{' '}
          <button type="submit" name="decision" value="cancel" formnovalidate>Cancel and go back</button>
        </p>
      </form>
      <p class="small">Nothing happens until you confirm. If you cancel, the platform is told so and nothing moves.</p>
    </BankPage>
  );
}

function Field({ ask, typed, example }: { ask: Ask; typed: { cardNumber: string; bankName: string }; example: string }): VNode {
  if (ask === 'card') return (
    <>
      <label for="cardNumber">Card number</label>
      <p class="hint">A debit card in your own name: money comes from it and goes to it. In this sandbox any number with a right last digit is one, for example {example}.</p>
      <input id="cardNumber" name="cardNumber" inputmode="numeric" required value={typed.cardNumber} />
      <label for="bankName">Bank of the card</label>
      <select id="bankName" name="bankName">{banks.map((bank) => <option value={bank} selected={bank === typed.bankName}>{bank}</option>)}</select>
    </>
  );
  if (ask === 'code') return (
    <>
      <label for="code">Code</label>
      <p class="hint">Six digits, just sent to the phone that this bank knows as yours.</p>
      <input id="code" name="code" inputmode="numeric" pattern="[0-9]{6}" maxLength={6} required autocomplete="one-time-code" />
    </>
  );
  if (ask === 'password') return <PasswordField name="password" label="Trading password" hint="Six digits, chosen when you opened the account." />;
  return (
    <>
      <PasswordField name="password" label="Choose a trading password" hint="Six digits. Only this bank knows it; you need it whenever money of yours is to move." />
      <PasswordField name="passwordAgain" label="The same again" hint="So that a slip of the finger does not lock you out." />
    </>
  );
}

function PasswordField({ name, label, hint }: { name: string; label: string; hint: string }): VNode {
  return (
    <>
      <label for={name}>{label}</label>
      <p class="hint">{hint}</p>
      <input id={name} name={name} type="password" inputmode="numeric" pattern="[0-9]{6}" maxLength={6} required autocomplete="off" />
    </>
  );
}

/** The way back: a form that posts the signed CALLBACK to the platform, by itself where there is JavaScript. */
export function ReturnPage({ row, redirectUrl, fields }: { row: RequestRow; redirectUrl: string; fields: Record<string, string> }): VNode {
  const { title, sentence } = endings(row);
  return (
    <BankPage title={title}>
      <p>{sentence}</p>
      <p class="small">Reference {row.request_no}</p>
      <form method="post" action={redirectUrl} id="return" data-handover>
        {Object.entries(fields).map(([name, value]) => <input type="hidden" name={name} value={value} />)}
        <button class="primary" type="submit">Back to the platform</button>
      </form>
      <script src="/bank/return.js" />
    </BankPage>
  );
}

function endings(row: RequestRow): { title: string; sentence: string } {
  if (row.status === 'SUCCESS') return { title: 'Done', sentence: 'The bank has done it. The platform is told at the same moment.' };
  if (row.status === 'CONFIRMING') return { title: 'Accepted, to be confirmed', sentence: 'The money is set aside. The platform looks at it once more, then confirms or cancels it, and tells you.' };
  if (row.status !== 'FAIL') return { title: 'Accepted', sentence: 'The bank has accepted it and tells the platform when it is finished.' };
  return { title: 'Not done', sentence: `Nothing has moved: ${row.error_message ?? 'refused'}. (${row.error_code ?? ''}${row.reason_code ? ` ${row.reason_code}` : ''})` };
}

/** Turned away at the door: there is nothing to go back with. */
export function DoorPage({ code, message }: { code: string; message: string }): VNode {
  return (
    <BankPage title="The bank cannot do this">
      <p>{message}</p>
      <p>Go back to the platform and begin again there. Nothing has moved.</p>
      <p class="small">Code {code}</p>
    </BankPage>
  );
}

export const returnScript = "document.getElementById('return').submit();\n";
