/** What a page answers when a workflow has been told something. */
import type { Response } from 'express';
import { Form } from './components/form.js';
import { Notice } from './components/state.js';
import { Layout, sendPage } from './layout.js';
import { refusalText } from './refusals.js';
import type { Told } from './updates.js';

/** The form that was sent, so that it can be sent again under the same key. */
export interface SentForm {
  name: string;
  action: string;
  button: string;
  key: string;
  hidden: Record<string, string>;
  /** Where to look instead. */
  back: { href: string; text: string };
}

/**
 * Goes on when the workflow has taken it (303 to `done`); otherwise says why not (409), or "not confirmed yet; press again,
 * nothing happens twice" (503 with the same form and key).
 */
export function answerTold<T>(response: Response, told: Told<T>, sent: SentForm, done: (result: T) => string): void {
  if (told.status === 'done') return response.redirect(303, done(told.result));
  if (told.status === 'refused') return sendRefusal(response, told.code, sent.back);
  sendPage(response, (
    <Layout title="Not confirmed yet">
      <Notice tone="warn">
        <p>What you asked for has been sent, but the platform has not confirmed it within five seconds. It may be done already, or soon.</p>
      </Notice>
      <p>Press the button again: nothing happens twice, because the same act carries the same number. Or look at the page itself first.</p>
      <Form name={sent.name} action={sent.action} button={sent.button} formKey={sent.key} hidden={sent.hidden} back={sent.back} />
    </Layout>
  ), 503);
}

export function sendRefusal(response: Response, code: string, back: { href: string; text: string }): void {
  const { what, next } = refusalText(code);
  sendPage(response, (
    <Layout title="This could not be done">
      <div role="alert">
        <p>{what}</p>
        <p><strong>{next}</strong></p>
      </div>
      <p><a href={back.href}>{back.text}</a></p>
      <p class="small">Code {code}. Nothing was moved.</p>
    </Layout>
  ), 409);
}
