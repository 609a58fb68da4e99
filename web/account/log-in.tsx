import { Router } from 'express';
import { recordAct } from '../../db/acts.js';
import { findLogIn, findPerson, recordFailedLogIn, recordLogIn } from '../../db/people.js';
import type { AreaDeps } from '../area.js';
import { Field, Form, type FormErrors } from '../components/form.js';
import { tooOften } from '../errors.js';
import { safePath } from '../guard.js';
import { Input } from '../input.js';
import { Layout, sendPage } from '../layout.js';
import { linksFor } from '../navigation.js';
import { logIn, logOut } from '../session.js';
import { visitOf } from '../visit.js';
import { isPassword, passwordLimits } from './passwords.js';

/** Wrong passwords in a row before the account is locked, and for how long. */
export const lockPolicy = { limit: 8, lockMinutes: 15 };

export function logInRouter({ pool, vault, limits, clock }: AreaDeps): Router {
  const router = Router();

  router.get('/log-in', (request, response) => {
    if (visitOf(response).person) return response.redirect(303, '/');
    sendPage(response, <LogInPage email="" next={safePath(request.query['next'])} errors={{}} />);
  });

  router.post('/log-in', async (request, response) => {
    const input = new Input(request.body);
    const email = input.text('email', { max: 200, missing: 'Enter your e-mail address.' });
    const password = input.secret('password');
    if (password === '') input.wrong('password', 'Enter your password.');
    const next = safePath(input.typed['next']);
    const again = (errors: FormErrors) => sendPage(response, <LogInPage email={email.slice(0, 200)} next={next} errors={errors} />, 422);
    if (!input.ok) return again(input.errors);
    const wait = (await limits.waitFor('log-in-by-address', request.ip ?? '')) ?? (await limits.waitFor('log-in-by-email', vault.index('email', email)));
    if (wait !== null) throw tooOften(wait);
    const personId = await check(email, password);
    if (personId === null) return again({ form: wrongText });
    await logIn(request, personId);
    response.redirect(303, next === '/' ? await homeOf(personId) : next);
  });

  router.post('/log-out', async (request, response) => {
    await logOut(request);
    response.redirect(303, '/log-in');
  });
  return router;

  /** The person's id, or null; a locked account answers like a wrong password, right or not. */
  async function check(email: string, password: string): Promise<string | null> {
    const found = await findLogIn(pool, vault, email);
    const now = new Date(clock()).toISOString();
    const right = await isPassword(found?.passwordHash ?? null, password.slice(0, passwordLimits.max));
    if (!found) return null;
    if (found.lockedUntil !== null && found.lockedUntil > now) return null;
    if (right) {
      await recordLogIn(pool, found.id);
      return found.id;
    }
    const { locked } = await recordFailedLogIn(pool, found.id, now, lockPolicy);
    if (locked) await recordAct(pool, { actor: 'platform', role: 'platform', verb: 'lock-account', subject: found.id, why: 'wrong-passwords' });
    return null;
  }

  async function homeOf(personId: string): Promise<string> {
    const person = await findPerson(pool, personId);
    return linksFor(person?.roles ?? [])[0]?.href ?? '/account';
  }
}

const wrongText = `E-mail address and password do not belong together. After ${lockPolicy.limit} wrong passwords in a row the account is closed for ${lockPolicy.lockMinutes} minutes, also for the right one.`;

function LogInPage({ email, next, errors }: { email: string; next: string; errors: FormErrors }) {
  return (
    <Layout title="Log in">
      <Form name="log-in" action="/log-in" button="Log in" errors={errors} hidden={{ next }}>
        <Field name="email" label="E-mail address" type="email" autocomplete="username" value={email} errors={errors} />
        <Field name="password" label="Password" type="password" autocomplete="current-password" errors={errors} />
      </Form>
      <p><a href="/forgotten-password">I have forgotten my password</a> · <a href="/sign-up">I have no account yet</a></p>
    </Layout>
  );
}
