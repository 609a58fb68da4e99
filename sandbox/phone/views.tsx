import type { VNode } from 'preact';
import { Page, showInstant } from '../frame/page.js';
import { durationSeconds } from './calls.js';
import type { HeardCall } from './calls.js';
import type { MessageRow } from './messages.js';

const house = 'Phone network';
const links = [{ href: '/', text: 'All phones' }];

export interface PhoneSummary { number: string; messages: number; calls: number; ringing: boolean; last: number }

/** All phones that have been reached so far, and the way to one of them. */
export function PhonesPage(props: { phones: PhoneSummary[]; refused: string | null }): VNode {
  return (
    <Page title="Pick up a phone" house={house} refreshSeconds={5}>
      <p>Every text message and call of the platform ends here. Type the phone number of a demo person, or choose one that was reached before.</p>
      {props.refused === null ? null : <p class="error" role="alert">{`“${props.refused}” is not a phone number. Write it like 138 0013 8000 or +8613800138000.`}</p>}
      <form method="get" action="/phone" class="row">
        <div>
          <label for="number">Phone number</label>
          <input id="number" name="number" inputMode="tel" autocomplete="off" required value={props.refused ?? ''} />
        </div>
        <button class="primary">Open this phone</button>
      </form>
      <h2>Phones reached so far</h2>
      {props.phones.length === 0 ? <p>None yet: the platform has sent no message and placed no call.</p> : <Phones phones={props.phones} />}
    </Page>
  );
}

function Phones(props: { phones: PhoneSummary[] }): VNode {
  return (
    <div class="scroll">
      <table class="stack">
        <thead><tr><th>Number</th><th class="number">SMS</th><th class="number">Calls</th><th>Last reached</th></tr></thead>
        <tbody>
          {props.phones.map((phone) => (
            <tr key={phone.number}>
              <td data-label="Number"><span><a href={pathOf(phone.number)}>{phone.number}</a> {phone.ringing ? <span class="badge warn">in a call</span> : null}</span></td>
              <td class="number" data-label="SMS">{phone.messages}</td>
              <td class="number" data-label="Calls">{phone.calls}</td>
              <td class="when" data-label="Last">{showInstant(phone.last)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** One phone: what rings, what is said, the SMS, the calls of the past. */
export function PhonePage(props: { number: string; messages: MessageRow[]; calls: HeardCall[] }): VNode {
  const open = props.calls.filter((call) => call.next.at !== 'over');
  const past = props.calls.filter((call) => call.next.at === 'over');
  return (
    <Page title={`${stateOf(open)}${props.number}`} house={house} links={links} refreshSeconds={2}>
      <p class="small">While this page is open, calls to this number ring until somebody answers, and the demo’s days stand still during a call.</p>
      {open.map((call) => <OpenCall key={call.sid} call={call} />)}
      <h2>Text messages</h2>
      {props.messages.length === 0 ? <p>Nothing here yet, because nothing was sent to this number.</p> : null}
      <ol class="list">
        {props.messages.map((message) => (
          <li key={message.sid}>
            <span class="small">{showInstant(message.business_at)} · from {message.from_number}{message.status === 'delivered' ? '' : ` · ${message.status}`}</span>
            <p class="said">{message.body}</p>
          </li>
        ))}
      </ol>
      <h2>Calls</h2>
      {past.length === 0 ? <p>No finished calls.</p> : null}
      <ol class="list">
        {past.map((call) => (
          <li key={call.sid}>
            <span class="small">{showInstant(call.business_at)} · from {call.from_number} · </span>
            <span class="badge">{endOf(call)}</span>
            <Transcript call={call} />
          </li>
        ))}
      </ol>
    </Page>
  );
}

function stateOf(open: HeardCall[]): string {
  if (open.some((call) => call.next.at === 'ring')) return 'Ringing: ';
  return open.length > 0 ? 'On the line: ' : '';
}

function OpenCall(props: { call: HeardCall }): VNode {
  const { call } = props;
  const base = `${pathOf(call.to_number)}/calls/${call.sid}`;
  if (call.next.at === 'ring') {
    return (
      <section class="call" aria-live="polite">
        <h2>{call.from_number} is calling</h2>
        <form method="post" action={`${base}/answer`} class="inline"><button class="primary" data-key="answer">Answer</button></form>{' '}
        <form method="post" action={`${base}/hang-up`} class="inline"><button class="stop" data-key="decline">Decline</button></form>
      </section>
    );
  }
  const asked = call.next.at === 'gather' ? call.next : null;
  return (
    <section class="call" aria-live="polite">
      <h2>On the line with {call.from_number}</h2>
      <Transcript call={call} />
      {asked ? <Keys base={base} typed={asked.typed} finishOnKey={asked.gather.numDigits === 1 ? '' : asked.gather.finishOnKey} /> : <p class="small">Listening…</p>}
      <form method="post" action={`${base}/hang-up`}><button class="stop" data-key="hang-up">Hang up</button></form>
    </section>
  );
}

function Keys(props: { base: string; typed: string; finishOnKey: string }): VNode {
  return (
    <form method="post" action={`${props.base}/press`}>
      <p>{props.typed === '' ? 'Press a key.' : `Pressed so far: ${props.typed}.`}{props.finishOnKey === '' ? '' : ` End with ${props.finishOnKey}.`}</p>
      <div class="keys">
        {['1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '0', '#'].map((key) => (
          <button key={key} name="key" value={key} data-key={`key-${key === '*' ? 'star' : key === '#' ? 'hash' : key}`} aria-label={`Press ${key}`}>{key}</button>
        ))}
      </div>
    </form>
  );
}

function Transcript(props: { call: HeardCall }): VNode {
  const speaker = { platform: 'Caller:', person: 'This phone', note: 'Network:' };
  return <>{props.call.transcript.map((line, index) => <p key={index} class="said"><span class="small">{speaker[line.who]}</span> {line.text}</p>)}</>;
}

function endOf(call: HeardCall): string {
  const words: Record<string, string> = {
    completed: `talked ${durationSeconds(call)} s`, 'no-answer': 'not answered', busy: 'busy or declined', failed: 'could not be reached', canceled: 'cancelled by the caller',
  };
  return words[call.status] ?? call.status;
}

export function pathOf(number: string): string {
  return `/phone/${encodeURIComponent(number)}`;
}
