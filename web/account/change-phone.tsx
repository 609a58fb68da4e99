import { Router } from 'express';
import { recordAct } from '../../db/acts.js';
import { findAccount, type BankRole } from '../../db/accounts.js';
import { hideSentCodes, newCode, recordCode, useCode } from '../../db/codes.js';
import { openPerson, type Person } from '../../db/people.js';
import { beginPhoneChange, currentPhoneChange, endPhoneChange, phoneCoolingHours, provePhoneChange, sendPhoneChange } from '../../db/phone-changes.js';
import { inTransaction } from '../../db/pool.js';
import { isTerminal } from '../../db/instructions.js';
import type { AreaDeps } from '../area.js';
import { Field, Form, type FormErrors } from '../components/form.js';
import { tooOften } from '../errors.js';
import { requirePerson } from '../guard.js';
import { Input } from '../input.js';
import { Layout, sendPage } from '../layout.js';
import { answerTold } from '../told.js';
import { personOf, visitOf } from '../visit.js';
import { beginBankAct, carryToBank } from './bank-act.js';
import { codeProblem, codeTextOf } from './code.js';
import { sendText } from './messages.js';
import { readPhone } from './phone-number.js';
import { phoneChangingText } from './texts.js';

/** Another phone: a code to the new one, a notice to the old one, the bank's own page, and a pause before payouts. */
export function changePhoneRouter(deps: AreaDeps): Router {
  const { pool, vault, settings, limits, clock } = deps;
  const router = Router();
  router.use('/account/phone', requirePerson);
  const nowIso = () => new Date(clock()).toISOString();

  router.get('/account/phone', (_request, response) => sendPage(response, <NumberPage phone="" errors={{}} />));

  router.post('/account/phone', async (request, response) => {
    const person = personOf(response);
    const input = new Input(request.body);
    const phone = readPhone(input, 'phone', settings.profile);
    if (input.ok) {
      const wait = (await limits.waitFor('code-by-address', request.ip ?? '')) ?? (await limits.waitFor('code-by-phone', vault.index('phone', phone)));
      if (wait !== null) throw tooOften(wait);
      const begun = await inTransaction(pool, (tx) => beginPhoneChange(tx, vault, person.id, phone));
      if (begun === 'phone-taken') input.wrong('phone', 'This number belongs to an account already.');
    }
    if (!input.ok) return sendPage(response, <NumberPage phone={input.typed['phone'] ?? ''} errors={input.errors} />, 422);
    const code = newCode();
    await recordCode(pool, settings.sessionSecret, { purpose: 'change-phone', subject: person.id }, code, nowIso());
    await sendText(deps, { personId: person.id, phone, email: null }, codeTextOf(settings, person.language, code), { key: `change-phone:${person.id}:${clock()}`, asOf: visitOf(response).asOf });
    response.redirect(303, '/account/phone/code');
  });

  router.get('/account/phone/code', async (_request, response) => {
    const change = await currentPhoneChange(pool, personOf(response).id);
    if (!change) return response.redirect(303, '/account/phone');
    sendPage(response, <CodePage last4={change.phoneLast4} proved={change.state === 'proved'} errors={{}} />);
  });

  router.post('/account/phone/code', async (request, response) => {
    const person = personOf(response);
    const visit = visitOf(response);
    const change = await currentPhoneChange(pool, person.id);
    if (!change) return response.redirect(303, '/account/phone');
    const input = new Input(request.body);
    // One act at the bank for one change, however often the button is pressed.
    const key = `phone-change-${change.id}`;
    if (change.state === 'unproved') await prove(person, change.id, change.phoneLast4, input, visit.asOf);
    if (!input.ok) return sendPage(response, <CodePage last4={change.phoneLast4} proved={change.state === 'proved'} errors={input.errors} />, 422);
    const bankRole = await accountToChange(person.id);
    if (!bankRole) {
      await inTransaction(pool, (tx) => endPhoneChange(tx, { id: change.id }, visit.asOf));
      return response.redirect(303, '/account');
    }
    const { instruction, told } = await beginBankAct(deps, visit, person, { verb: 'change-mobile', bankRole, key, amountFen: 0, details: { returnTo: '/account' } }, (tx, requestNo) => sendPhoneChange(tx, change.id, requestNo));
    if (told.status !== 'done') return answerTold(response, told, { name: 'change-phone', action: '/account/phone/code', button: 'Change it at the bank', key, hidden: {}, back: { href: '/account', text: 'My data' } }, () => '/account');
    if (isTerminal(instruction)) return response.redirect(303, `/account/bank/${instruction.requestNo}`);
    const form = deps.custodyForms.sign({
      act: 'change-mobile', requestNo: instruction.requestNo, userNo: instruction.userNo ?? '', mobile: vault.open(change.phoneCipher), returnUrl: `${settings.publicUrl}/bank/return`, businessTime: visit.asOf,
    });
    await carryToBank(deps, response, instruction.requestNo, form, 'Your phone is changed at the bank.');
  });
  return router;

  /** The right code proves the new number; the old one hears of it at once. */
  async function prove(person: Person, changeId: number, last4: string, input: Input, asOf: string): Promise<void> {
    const verdict = await useCode(pool, settings.sessionSecret, { purpose: 'change-phone', subject: person.id }, input.typed['code'] ?? '', nowIso());
    const problem = codeProblem(verdict);
    if (problem) return input.wrong('code', problem);
    await inTransaction(pool, async (tx) => {
      await provePhoneChange(tx, changeId);
      await hideSentCodes(tx, `change-phone:${person.id}:`);
      await recordAct(tx, { actor: person.id, role: person.roles[0] ?? 'borrower', verb: 'change-phone', subject: person.id, businessAt: asOf });
    });
    const old = await openPerson(pool, vault, person.id);
    await sendText(deps, { personId: person.id, phone: old.phone, email: old.email }, phoneChangingText(person.language, settings, last4, phoneCoolingHours), { key: `phone-changing:${changeId}`, asOf });
  }

  /** The account at the bank that knows the old number, if there is one. */
  async function accountToChange(personId: string): Promise<BankRole | null> {
    for (const bankRole of ['BORROWERS', 'INVESTOR'] as const) {
      const account = await findAccount(pool, personId, bankRole);
      if (account?.state === 'active' || account?.state === 'frozen') return bankRole;
    }
    return null;
  }
}

function NumberPage({ phone, errors }: { phone: string; errors: FormErrors }) {
  return (
    <Layout title="Change phone">
      <p>The new phone gets a code; the old one gets a notice. If you have a custody account, the bank asks you for your trading password. For {phoneCoolingHours} hours afterwards nothing is paid out.</p>
      <Form name="change-phone" action="/account/phone" button="Send a code to the new phone" errors={errors} back={{ href: '/account', text: 'My data' }}>
        <Field name="phone" label="New mobile number" type="tel" autocomplete="tel" maxLength={24} value={phone} errors={errors} />
      </Form>
    </Layout>
  );
}

function CodePage({ last4, proved, errors }: { last4: string; proved: boolean; errors: FormErrors }) {
  return (
    <Layout title="Prove the new phone">
      <Form name="change-phone-code" action="/account/phone/code" button={proved ? 'Go on at the bank' : 'Change my phone'} errors={errors} back={{ href: '/account/phone', text: 'Another number' }}>
        {proved ? <p>The phone ending in {last4} is proved; the bank's page is still to be done.</p>
          : <Field name="code" label="Code" hint={`Six digits, sent by SMS to the phone ending in ${last4}.`} inputMode="numeric" autocomplete="one-time-code" maxLength={10} errors={errors} />}
      </Form>
    </Layout>
  );
}
