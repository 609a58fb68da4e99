import { Router } from 'express';
import { recordAct } from '../../db/acts.js';
import { hideSentCodes, newCode, recordCode, useCode } from '../../db/codes.js';
import { changePassword, findPersonByEmail, openPerson } from '../../db/people.js';
import { inTransaction } from '../../db/pool.js';
import type { AreaDeps } from '../area.js';
import { Field, Form, type FormErrors } from '../components/form.js';
import { tooOften } from '../errors.js';
import { Input } from '../input.js';
import { Layout, sendPage } from '../layout.js';
import { visitOf } from '../visit.js';
import { codeProblem, codeTextOf } from './code.js';
import { sendText } from './messages.js';
import { hashPassword, passwordProblem } from './passwords.js';
import { passwordChangedText } from './texts.js';

/** A new password by a code that goes out by SMS and e-mail. Whether an address has an account is never said. */
export function forgottenPasswordRouter(deps: AreaDeps): Router {
  const { pool, vault, limits, clock, settings } = deps;
  const router = Router();
  const nowIso = () => new Date(clock()).toISOString();

  router.get('/forgotten-password', (_request, response) => sendPage(response, <AskPage email="" errors={{}} />));

  router.post('/forgotten-password', async (request, response) => {
    const input = new Input(request.body);
    const email = input.text('email', { max: 200, missing: 'Enter your e-mail address.' });
    if (!input.ok) return sendPage(response, <AskPage email={email.slice(0, 200)} errors={input.errors} />, 422);
    const wait = (await limits.waitFor('code-by-address', request.ip ?? '')) ?? (await limits.waitFor('code-by-phone', vault.index('email', email)));
    if (wait !== null) throw tooOften(wait);
    await sendCode(email, visitOf(response).asOf);
    sendPage(response, <NewPasswordPage email={email} errors={{}} />);
  });

  router.post('/forgotten-password/new', async (request, response) => {
    const input = new Input(request.body);
    const email = input.text('email', { max: 200, missing: 'Enter your e-mail address.' });
    const code = input.text('code', { max: 10, missing: 'Enter the code we sent.' });
    const password = input.secret('password');
    const problem = passwordProblem(password, [email, email.split('@')[0] ?? '']);
    if (problem) input.wrong('password', problem);
    if (input.ok) {
      const wait = await limits.waitFor('code-check-by-address', request.ip ?? '');
      if (wait !== null) throw tooOften(wait);
      await renew(email, code, password, input, visitOf(response).asOf);
    }
    if (!input.ok) return sendPage(response, <NewPasswordPage email={email.slice(0, 200)} errors={input.errors} />, 422);
    sendPage(response, (
      <Layout title="Password changed">
        <p>Your new password holds from now on, and everybody who was logged in is logged out.</p>
        <p><a class="button" href="/log-in">Log in</a></p>
      </Layout>
    ));
  });
  return router;

  async function sendCode(email: string, asOf: string): Promise<void> {
    const found = await findPersonByEmail(pool, vault, email);
    if (!found) return;
    const person = await openPerson(pool, vault, found.id);
    const code = newCode();
    await recordCode(pool, settings.sessionSecret, { purpose: 'reset-password', subject: person.id }, code, nowIso());
    await sendText(deps, { personId: person.id, phone: person.phone, email: person.email }, codeTextOf(settings, person.language, code), { key: `reset-password:${person.id}:${clock()}`, asOf });
  }

  /** Nobody's address and a wrong code get the same answer. */
  async function renew(email: string, code: string, password: string, input: Input, asOf: string): Promise<void> {
    const found = await findPersonByEmail(pool, vault, email);
    const verdict = found ? await useCode(pool, settings.sessionSecret, { purpose: 'reset-password', subject: found.id }, code, nowIso()) : 'wrong';
    const problem = codeProblem(verdict);
    if (problem || !found) return input.wrong('code', problem ?? '');
    const hash = await hashPassword(password);
    await inTransaction(pool, async (tx) => {
      await changePassword(tx, found.id, hash);
      await hideSentCodes(tx, `reset-password:${found.id}:`);
      await recordAct(tx, { actor: found.id, role: found.roles[0] ?? 'borrower', verb: 'change-password', subject: found.id, why: 'forgotten' });
    });
    const person = await openPerson(pool, vault, found.id);
    await sendText(deps, { personId: person.id, phone: person.phone, email: person.email }, passwordChangedText(person.language, settings), { key: `password-changed:${person.id}:${clock()}`, asOf });
  }
}

function AskPage({ email, errors }: { email: string; errors: FormErrors }) {
  return (
    <Layout title="Forgotten password">
      <p>We send a code to the phone and the e-mail address of the account; with it you choose a new password.</p>
      <Form name="forgotten-password" action="/forgotten-password" button="Send me a code" errors={errors}>
        <Field name="email" label="E-mail address" type="email" autocomplete="username" value={email} errors={errors} />
      </Form>
    </Layout>
  );
}

function NewPasswordPage({ email, errors }: { email: string; errors: FormErrors }) {
  return (
    <Layout title="Choose a new password">
      <p>If there is an account with this address, a code is on its way by SMS and e-mail.</p>
      <Form name="new-password" action="/forgotten-password/new" button="Change my password" errors={errors} hidden={{ email }}>
        <Field name="code" label="Code" inputMode="numeric" autocomplete="one-time-code" maxLength={10} errors={errors} />
        <Field name="password" label="New password" type="password" hint="At least ten characters." autocomplete="new-password" errors={errors} />
      </Form>
    </Layout>
  );
}
