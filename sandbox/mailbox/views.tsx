import type { VNode } from 'preact';
import { Page, showInstant } from '../frame/page.js';
import type { MailRow } from './mails.js';

const house = 'Mailbox';

/** The mails of everybody, or of one address, or with certain words. */
export function MailsPage(props: { mails: MailRow[]; receiver: string; words: string; limit: number }): VNode {
  const { mails, receiver, words } = props;
  return (
    <Page title={receiver === '' ? 'All mail' : `Mail for ${receiver}`} house={house} links={[{ href: '/', text: 'All mail' }]} refreshSeconds={5} wide>
      <form method="get" action="/" class="row">
        <div><label for="to">Address</label><input id="to" name="to" type="email" autocomplete="off" value={receiver} /></div>
        <div><label for="words">Words</label><input id="words" name="words" type="search" value={words} /></div>
        <button class="primary">Show mail</button>
      </form>
      {mails.length === 0 ? <p>Nothing here yet, because no mail {receiver === '' && words === '' ? 'was sent' : 'fits'}.</p> : (
        <div class="scroll">
          <table class="stack">
            <thead><tr><th>Subject</th><th>To</th><th>Received</th></tr></thead>
            <tbody>
              {mails.map((mail) => (
                <tr key={mail.id}>
                  <td data-label="Subject"><span><a href={`/mails/${mail.id}`}>{mail.subject || '(no subject)'}</a>{mail.copies > 1 ? <> <span class="badge">came {mail.copies} times</span></> : null}</span></td>
                  <td data-label="To"><a href={`/?to=${encodeURIComponent(mail.receiver)}`}>{mail.receiver}</a></td>
                  <td class="when" data-label="Received">{showInstant(mail.business_at)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {mails.length === props.limit ? <p class="small">Only the newest {props.limit} are shown.</p> : null}
    </Page>
  );
}

export function MailPage(props: { mail: MailRow }): VNode {
  const { mail } = props;
  const links = [{ href: '/', text: 'All mail' }, { href: `/?to=${encodeURIComponent(mail.receiver)}`, text: `Mail for ${mail.receiver}` }];
  return (
    <Page title={mail.subject || '(no subject)'} house={house} links={links}>
      <dl>
        <dt>From</dt><dd>{mail.sender}</dd>
        <dt>To</dt><dd>{mail.receiver}</dd>
        <dt>Received</dt><dd>{showInstant(mail.business_at)}</dd>
        <dt>Message-ID</dt><dd class="small">{mail.message_id}</dd>
        {mail.copies > 1 ? <><dt>Copies</dt><dd>came {mail.copies} times; shown once</dd></> : null}
      </dl>
      {mail.html === null ? null : (
        <>
          <h2>As it looks</h2>
          <iframe title="The mail as it looks" src={`/mails/${mail.id}/html`} sandbox="allow-popups allow-popups-to-escape-sandbox" />
        </>
      )}
      <h2>Text</h2>
      <pre><Linked text={mail.text} /></pre>
      <p><a href={`/mails/${mail.id}/raw`}>Source of the mail</a></p>
    </Page>
  );
}

/** Plain text in which addresses can be followed. */
function Linked(props: { text: string }): VNode {
  return <>{props.text.split(/(https?:\/\/[^\s<>"]+)/).map((part, index) => (index % 2 === 1 ? <a key={index} href={part}>{part}</a> : part))}</>;
}

export function NoMailPage(): VNode {
  return <Page title="No such mail" house={house} links={[{ href: '/', text: 'All mail' }]}><p>There is no mail with this number. It may have been deleted with the demo’s data.</p></Page>;
}
