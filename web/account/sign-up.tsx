import { Router, type Request } from 'express';
import { recordAcceptance, type DocumentName } from '../../db/acceptances.js';
import { recordAct } from '../../db/acts.js';
import { codeMinutes, hideSentCodes, newCode, recordCode, useCode } from '../../db/codes.js';
import { addPerson, findPersonByPhone, type Language } from '../../db/people.js';
import { inTransaction } from '../../db/pool.js';
import type { AreaDeps } from '../area.js';
import { Checkbox, Field, Form, Radios, Select, type FormErrors } from '../components/form.js';
import { documentNamed, acceptanceOf } from '../documents/texts.js';
import { tooOften } from '../errors.js';
import { Input } from '../input.js';
import { Layout, sendPage } from '../layout.js';
import { keepSession, logIn } from '../session.js';
import { visitOf } from '../visit.js';
import { codeTextOf, codeProblem } from './code.js';
import { sendText } from './messages.js';
import { hashPassword, passwordProblem } from './passwords.js';
import { readPhone } from './phone-number.js';
import { alreadyText } from './texts.js';

declare module 'express-session' {
  interface SessionData {
    /** The phone of a sign-up under way, sealed, and whether its code was right. */
    signUp: { phone: string; proved: boolean };
  }
}

const roles = ['borrower', 'lender'] as const;
type SignUpRole = (typeof roles)[number];
const languages: readonly Language[] = ['en', 'zh'];

/** What each role accepts on signing up. */
const acceptedBy: Record<SignUpRole, DocumentName[]> = {
  borrower: ['user-agreement', 'privacy-policy', 'borrower-risk-notice'],
  lender: ['user-agreement', 'privacy-policy', 'lender-risk-notice'],
};

export function signUpRouter(deps: AreaDeps): Router {
  const { pool, vault, limits, clock, settings } = deps;
  const router = Router();
  const nowIso = () => new Date(clock()).toISOString();

  router.get('/sign-up', (request, response) => {
    if (visitOf(response).person) return response.redirect(303, '/account');
    sendPage(response, <PhonePage phone="" role={roleOf(request.query['role'])} errors={{}} />);
  });

  router.post('/sign-up/phone', async (request, response) => {
    const input = new Input(request.body);
    const phone = readPhone(input, 'phone', settings.profile);
    const role = roleOf(input.typed['role']);
    if (!input.ok) return sendPage(response, <PhonePage phone={input.typed['phone'] ?? ''} role={role} errors={input.errors} />, 422);
    const wait = (await limits.waitFor('code-by-address', request.ip ?? '')) ?? (await limits.waitFor('code-by-phone', vault.index('phone', phone)));
    if (wait !== null) throw tooOften(wait);
    await sendCode(phone, visitOf(response).asOf);
    request.session.signUp = { phone: vault.seal(phone), proved: false };
    await keepSession(request);
    response.redirect(303, `/sign-up/details?role=${role}`);
  });

  router.get('/sign-up/details', (request, response) => {
    const phone = pendingPhone(request);
    if (phone === null) return response.redirect(303, '/sign-up');
    sendPage(response, <DetailsPage last4={phone.slice(-4)} typed={{ role: roleOf(request.query['role']), language: 'en' }} proved={request.session.signUp?.proved ?? false} errors={{}} />);
  });

  router.post('/sign-up', async (request, response) => {
    const phone = pendingPhone(request);
    if (phone === null) return response.redirect(303, '/sign-up');
    const input = new Input(request.body);
    const details = readDetails(input, phone);
    if (!request.session.signUp?.proved) input.text('code', { max: 10, missing: 'Enter the code that we sent by SMS.' });
    const again = () => sendPage(response, <DetailsPage last4={phone.slice(-4)} typed={input.typed} proved={request.session.signUp?.proved ?? false} errors={input.errors} />, 422);
    if (!input.ok) return again();
    const wait = await limits.waitFor('sign-up-by-address', request.ip ?? '');
    if (wait !== null) throw tooOften(wait);
    await proveCode(request, input, phone);
    if (!input.ok) return again();
    const personId = await create(details, phone, input);
    if (personId === null) return again();
    await logIn(request, personId);
    // To what is still to do, which for a lender is not the market.
    response.redirect(303, `/${details.role}`);
  });
  return router;

  function pendingPhone(request: Request): string | null {
    const { signUp } = request.session;
    return signUp ? vault.open(signUp.phone) : null;
  }

  /** A phone that has an account gets a message that says so, and no code: the page does not tell strangers who has one. */
  async function sendCode(phone: string, asOf: string): Promise<void> {
    const owner = await findPersonByPhone(pool, vault, phone);
    const to = { personId: owner?.id ?? null, phone, email: null };
    const index = vault.index('phone', phone);
    const key = `${messageKey(index)}${clock()}`;
    if (owner) {
      await sendText(deps, to, alreadyText(owner.language, settings), { key, asOf });
      return;
    }
    const code = newCode();
    await recordCode(pool, settings.sessionSecret, { purpose: 'sign-up', subject: index }, code, nowIso());
    await sendText(deps, to, codeTextOf(settings, 'en', code), { key, asOf });
  }

  async function proveCode(request: Request, input: Input, phone: string): Promise<void> {
    if (request.session.signUp?.proved) return;
    const index = vault.index('phone', phone);
    const verdict = await useCode(pool, settings.sessionSecret, { purpose: 'sign-up', subject: index }, input.typed['code'] ?? '', nowIso());
    if (verdict === 'right' && request.session.signUp) {
      request.session.signUp = { ...request.session.signUp, proved: true };
      await hideSentCodes(pool, messageKey(index));
    }
    const problem = codeProblem(verdict);
    if (problem) input.wrong('code', problem);
  }

  function readDetails(input: Input, phone: string) {
    const role = input.choice('role', roles, 'Say whether you want to borrow or to lend.');
    const language = input.choice('language', languages, 'Choose the language of messages.');
    const email = input.text('email', { max: 200, missing: 'Enter your e-mail address.', pattern: /^[^\s@]+@[^\s@]+\.[^\s@]+$/, malformed: 'This is not an e-mail address.' });
    const password = input.secret('password');
    const problem = passwordProblem(password, [email, email.split('@')[0] ?? '', phone]);
    if (problem) input.wrong('password', problem);
    for (const name of ['user-agreement', 'privacy-policy'] as const) input.mustTick(name, `Without accepting the ${documentNamed(name).title.toLowerCase()} there is no account.`);
    input.mustTick('risk-notice', 'Read the risk notice of your role and tick the box.');
    return { role, language, email, password };
  }

  async function create(details: { role: SignUpRole; language: Language; email: string; password: string }, phone: string, input: Input): Promise<string | null> {
    const passwordHash = await hashPassword(details.password);
    const now = nowIso();
    return inTransaction(pool, async (tx) => {
      const added = await addPerson(tx, vault, { email: details.email, phone, passwordHash, roles: [details.role], language: details.language, phoneProvedAt: now });
      if ('refused' in added) {
        input.wrong(added.refused === 'email-taken' ? 'email' : 'form', added.refused === 'email-taken'
          ? 'There is an account with this e-mail address already: log in, or use another address.' : 'There is an account with this phone already: log in instead.');
        return null;
      }
      for (const name of acceptedBy[details.role]) await recordAcceptance(tx, added.id, acceptanceOf(name), now);
      await recordAct(tx, { actor: added.id, role: details.role, verb: 'sign-up', subject: added.id, after: { role: details.role, accepted: acceptedBy[details.role].map(acceptanceOf) } });
      return added.id;
    });
  }
}

/** How the keys of a sign-up's messages begin: enough of the blind index to tell phones apart, too little to find one. */
const messageKey = (phoneIndex: string): string => `sign-up:${phoneIndex.slice(0, 16)}:`;

function roleOf(text: unknown): SignUpRole {
  return text === 'lender' ? 'lender' : 'borrower';
}

function PhonePage({ phone, role, errors }: { phone: string; role: SignUpRole; errors: FormErrors }) {
  return (
    <Layout title="Sign up" heading={role === 'lender' ? 'Sign up to lend' : 'Sign up to borrow'}>
      <p>First we make sure that the phone is yours. You get a code by SMS; then you choose a password.</p>
      <Form name="sign-up-phone" action="/sign-up/phone" button="Send me a code" errors={errors} hidden={{ role }}>
        <Field name="phone" label="Mobile number" type="tel" hint="Codes, reminders and notices go there." autocomplete="tel" value={phone} errors={errors} maxLength={24} />
      </Form>
      <p><a href="/log-in">I have an account already</a></p>
    </Layout>
  );
}

function DetailsPage({ last4, typed, proved, errors }: { last4: string; typed: Record<string, string>; proved: boolean; errors: FormErrors }) {
  const box = (name: 'user-agreement' | 'privacy-policy') => (
    <Checkbox name={name} value={typed[name]} errors={errors}>I have read and accept the <a href={`/documents/${name}`} target="_blank" rel="noopener">{documentNamed(name).title.toLowerCase()}</a></Checkbox>
  );
  return (
    <Layout title="Sign up: your account">
      <Form name="sign-up" action="/sign-up" button="Open my account" errors={errors}>
        {proved ? <p>Your phone ending in {last4} is proved.</p>
          : <Field name="code" label="Code" hint={<>Six digits, sent by SMS to the phone ending in {last4}; it holds for {codeMinutes} minutes. <a href="/sign-up">Send it again, or to another phone</a></>} inputMode="numeric" autocomplete="one-time-code" value={typed['code']} errors={errors} maxLength={10} />}
        <Field name="email" label="E-mail address" type="email" hint="You log in with it, and get statements there." autocomplete="username" value={typed['email']} errors={errors} />
        <Field name="password" label="Password" type="password" hint="At least ten characters; a few words are easy to remember." autocomplete="new-password" errors={errors} />
        <Radios name="role" label="What do you want to do?" value={typed['role']} errors={errors} options={[{ value: 'borrower', text: 'Borrow (借款人)' }, { value: 'lender', text: 'Lend (出借人)' }]} />
        <Select name="language" label="Language of messages" value={typed['language']} errors={errors} options={[{ value: 'en', text: 'English' }, { value: 'zh', text: '中文' }]} />
        {box('user-agreement')}
        {box('privacy-policy')}
        <Checkbox name="risk-notice" value={typed['risk-notice']} errors={errors}>
          I have read what can go wrong: <a href="/documents/borrower-risk-notice" target="_blank" rel="noopener">risks for borrowers</a>, <a href="/documents/lender-risk-notice" target="_blank" rel="noopener">risks for lenders</a>
        </Checkbox>
      </Form>
    </Layout>
  );
}
