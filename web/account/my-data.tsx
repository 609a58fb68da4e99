import { Router } from 'express';
import { acceptancesOf, recordAcceptance, type Acceptance } from '../../db/acceptances.js';
import { recordAct } from '../../db/acts.js';
import { addRole, openPerson, recordIdentityData, recordLanguage, type OpenPerson } from '../../db/people.js';
import { inTransaction } from '../../db/pool.js';
import { idNumber as checkIdNumber, maskIdNumber, maskMobile, maskName } from '../../domain/identity.js';
import type { AreaDeps } from '../area.js';
import { InstantText } from '../components/dates.js';
import { Facts } from '../components/facts.js';
import { Checkbox, Form, Select, type FormErrors } from '../components/form.js';
import { Table } from '../components/table.js';
import { acceptanceOf, documentNamed } from '../documents/texts.js';
import { requirePerson, safePath } from '../guard.js';
import { Input } from '../input.js';
import { Layout, sendPage } from '../layout.js';
import { personOf, visitOf, wantsJson } from '../visit.js';
import { IdentityFields } from './custody-view.js';

const identificationWords: Record<OpenPerson['identificationState'], string> = {
  none: 'not checked yet; it happens with your first application or before you lend', running: 'being checked', review: 'a person is looking at it', verified: 'confirmed', failed: 'could not be confirmed',
};

/** What a person keeps here, and may see and change. */
export function myDataRouter({ pool, vault, clock }: AreaDeps): Router {
  const router = Router();
  router.use('/account', requirePerson);

  router.get('/account', async (request, response) => {
    const { id, roles, identificationState, named } = personOf(response);
    if (wantsJson(request)) {
      response.json({ id, roles, named, identificationState });
      return;
    }
    const person = await openPerson(pool, vault, id);
    sendPage(response, <MyDataPage person={person} acceptances={await acceptancesOf(pool, id)} />);
  });

  router.post('/account/language', async (request, response) => {
    const input = new Input(request.body);
    const language = input.choice('language', ['en', 'zh'] as const, 'Choose a language.');
    if (input.ok) await recordLanguage(pool, personOf(response).id, language);
    response.redirect(303, '/account');
  });

  router.get('/account/identity', (request, response) => {
    if (personOf(response).identificationState === 'verified') return response.redirect(303, '/account');
    sendPage(response, <IdentityPage typed={{ returnTo: safePath(request.query['returnTo']) }} errors={{}} />);
  });

  router.post('/account/identity', async (request, response) => {
    const person = personOf(response);
    const visit = visitOf(response);
    const input = new Input(request.body);
    const name = input.text('name', { max: 60, missing: 'Enter your name as on your ID card.', pattern: /^[\p{L}\p{M}·.' -]{2,}$/u, malformed: 'A name has letters only.' });
    const number = input.text('idNumber', { max: 18, missing: 'Enter your ID number.' }).toUpperCase();
    const check = checkIdNumber(number, visit.today);
    if (number !== '' && !check.valid) input.wrong('idNumber', 'This number cannot be right: its last character must follow from the others. Compare it with your card.');
    input.mustTick('identity-consent', 'Without this consent we cannot know who you are, and the law then lets you neither borrow nor lend.');
    const again = () => sendPage(response, <IdentityPage typed={input.typed} errors={input.errors} />, 422);
    if (!input.ok || !check.valid) return again();
    const recorded = await inTransaction(pool, async (tx) => {
      const result = await recordIdentityData(tx, vault, person.id, { name, idNumber: number, birthDate: check.birthDate });
      if (result !== 'recorded') return result;
      await recordAcceptance(tx, person.id, acceptanceOf('identity-consent'), new Date(clock()).toISOString());
      await recordAct(tx, { actor: person.id, role: person.roles[0] ?? 'borrower', verb: 'give-identity-data', subject: person.id, businessAt: visit.asOf });
      return result;
    });
    if (recorded === 'id-number-taken') input.wrong('idNumber', 'There is an account with this ID number already. One person has one account: log in there, or complain if it is not yours.');
    if (recorded === 'already-identified') input.wrong('form', 'Your identity is confirmed or being checked; it can no longer be changed here.');
    if (!input.ok) return again();
    const next = safePath(input.typed['returnTo']);
    response.redirect(303, next === '/' ? '/account' : next);
  });

  router.get('/account/role', (_request, response) => sendPage(response, <RolePage errors={{}} other={otherRole(personOf(response).roles)} />));

  router.post('/account/role', async (request, response) => {
    const person = personOf(response);
    const role = otherRole(person.roles);
    const input = new Input(request.body);
    input.mustTick('risk-notice', 'Read the risk notice and tick the box.');
    if (!role || !input.ok) return sendPage(response, <RolePage errors={input.errors} other={role} />, 422);
    await inTransaction(pool, async (tx) => {
      await addRole(tx, person.id, role);
      await recordAcceptance(tx, person.id, acceptanceOf(`${role}-risk-notice`), new Date(clock()).toISOString());
      await recordAct(tx, { actor: person.id, role, verb: 'take-role', subject: person.id, after: { role } });
    });
    response.redirect(303, role === 'lender' ? '/lender' : '/borrower');
  });
  return router;
}

/** The other of borrower and lender, for who is exactly one of them. Staff do not trade. */
function otherRole(roles: readonly string[]): 'borrower' | 'lender' | null {
  if (roles.some((role) => role !== 'borrower' && role !== 'lender')) return null;
  const open = (['borrower', 'lender'] as const).filter((role) => !roles.includes(role));
  return open.length === 1 ? (open[0] ?? null) : null;
}

function MyDataPage({ person, acceptances }: { person: OpenPerson; acceptances: Acceptance[] }) {
  const other = otherRole(person.roles);
  return (
    <Layout title="My data">
      <Facts facts={[
        ['Number', person.id],
        ['Name', person.name ? maskName(person.name) : <>not given yet · <a href="/account/identity">give name and ID number</a></>],
        ['ID number', person.idNumber ? maskIdNumber(person.idNumber) : null],
        ['Identity', identificationWords[person.identificationState]],
        ['E-mail address', person.email],
        ['Password', <a href="/forgotten-password">choose a new one, by a code</a>],
        ['Phone', <>{maskMobile(person.phone)} · <a href="/account/phone">change</a></>],
        ['Role', <>{person.roles.join(', ')}{other ? <> · <a href="/account/role">also {other === 'lender' ? 'lend' : 'borrow'}</a></> : null}</>],
      ]} />
      {person.named && person.identificationState === 'failed' ? <p><a href="/account/identity">Correct name and ID number</a></p> : null}
      <p class="actions"><a class="button" href="/account/custody">Custody account</a> <a href="/account/statement">Statement</a></p>
      <h2>Language of messages</h2>
      <Form name="language" action="/account/language" button="Change the language" tone="plain">
        <Select name="language" label="Language" value={person.language} options={[{ value: 'en', text: 'English' }, { value: 'zh', text: '中文' }]} />
      </Form>
      <h2>What you have accepted</h2>
      <Table
        caption="Accepted documents" rows={acceptances} empty="Nothing yet, because you have not signed up for a role."
        columns={[
          { heading: 'Document', cell: (each) => <a href={`/documents/${each.document}`}>{documentNamed(each.document).title}</a> },
          { heading: 'Version', cell: (each) => each.version },
          { heading: 'Fingerprint', cell: (each) => <code title={each.sha256}>{each.sha256.slice(0, 12)}…</code> },
          { heading: 'Accepted', cell: (each) => <InstantText at={each.acceptedAt} /> },
        ]}
      />
    </Layout>
  );
}

function IdentityPage({ typed, errors }: { typed: Record<string, string>; errors: FormErrors }) {
  return (
    <Layout title="Who you are">
      <p>The bank opens an account only in the real name, and the law lets only identified people borrow and lend.</p>
      <Form name="identity" action="/account/identity" button="Keep my name and ID number" errors={errors} hidden={{ returnTo: typed['returnTo'] ?? '/account' }}>
        <IdentityFields typed={typed} errors={errors} />
        <Checkbox name="identity-consent" value={typed['identity-consent']} errors={errors}>I agree that they are checked as the <a href="/documents/identity-consent" target="_blank" rel="noopener">consent</a> says</Checkbox>
      </Form>
    </Layout>
  );
}

function RolePage({ other, errors }: { other: 'borrower' | 'lender' | null; errors: FormErrors }) {
  if (!other) return <Layout title="Roles"><p>You have both roles, or one that does not go with borrowing and lending.</p></Layout>;
  return (
    <Layout title={other === 'lender' ? 'Also lend' : 'Also borrow'}>
      <p>Borrowing and lending have separate accounts at the bank; money never passes between them by itself.</p>
      <Form name="role" action="/account/role" button={other === 'lender' ? 'I also want to lend' : 'I also want to borrow'} errors={errors}>
        <Checkbox name="risk-notice" errors={errors}>I have read the <a href={`/documents/${other}-risk-notice`} target="_blank" rel="noopener">risks for {other}s</a></Checkbox>
      </Form>
    </Layout>
  );
}
