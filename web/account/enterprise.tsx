/** Enterprises for which a person acts: their custody accounts, which the person opens on the bank's page. */
import { Router } from 'express';
import type { VNode } from 'preact';
import { enterpriseAccountsOf, type EnterpriseAccount } from '../../db/enterprises.js';
import { isTerminal } from '../../db/instructions.js';
import { openPerson } from '../../db/people.js';
import type { AreaDeps } from '../area.js';
import { Facts } from '../components/facts.js';
import { Form } from '../components/form.js';
import { Badge } from '../components/state.js';
import { notFound } from '../errors.js';
import { requirePerson } from '../guard.js';
import { Input } from '../input.js';
import { answerTold, sendRefusal } from '../told.js';
import { personOf, visitOf } from '../visit.js';
import { beginBankAct, carryToBank } from './bank-act.js';
import { backToCustody } from './cash-pages.js';

const addressOf = (userNo: string): string => `/account/enterprise/${encodeURIComponent(userNo)}/open`;

export function enterpriseRouter(deps: AreaDeps): Router {
  const { pool, vault, settings } = deps;
  const router = Router();

  /** Nobody but the enterprise's own agent opens it, and nobody but the bank says that it is open. */
  router.post('/account/enterprise/:userNo/open', requirePerson, async (request, response) => {
    const person = personOf(response);
    const visit = visitOf(response);
    const account = (await enterpriseAccountsOf(pool, person.id)).find((each) => each.userNo === request.params['userNo']);
    if (!account) throw notFound();
    const input = new Input(request.body);
    const { key } = input;
    if (!input.ok) return sendRefusal(response, 'form-incomplete', backToCustody);
    if (account.state !== 'opening') return response.redirect(303, '/account/custody');
    const { instruction, told } = await beginBankAct(deps, visit, person, { verb: 'open-enterprise', bankRole: account.bankRole, userNo: account.userNo, key, amountFen: 0, details: { returnTo: '/account/custody' } });
    if (told.status !== 'done') return answerTold(response, told, { name: 'open-enterprise', action: addressOf(account.userNo), button: 'Open it at the bank', key, hidden: {}, back: backToCustody }, () => '/account/custody');
    if (isTerminal(instruction)) return response.redirect(303, `/account/bank/${instruction.requestNo}`);
    const { name, idNumber, phone } = await openPerson(pool, vault, person.id);
    const form = deps.custodyForms.sign({
      act: 'open-enterprise', requestNo: instruction.requestNo, userNo: account.userNo, role: account.bankRole, name: account.name, creditCode: account.uscc,
      agentName: name ?? '', agentIdNumber: idNumber ?? '', agentMobile: phone, returnUrl: `${settings.publicUrl}/bank/return`, businessTime: visit.asOf,
    });
    await carryToBank(deps, response, instruction.requestNo, form, `The custody account of ${account.name} is opened at the bank.`);
  });
  return router;
}

const roleWords: Record<EnterpriseAccount['bankRole'], string> = { GUARANTEECORP: 'Guarantor', INVESTOR: 'Lender', BORROWERS: 'Borrower', SUPPLIERS: 'Supplier' };

/** What an agent sees of the enterprises: one button where an account is still to be opened. */
export function EnterpriseAccounts({ accounts, named }: { accounts: EnterpriseAccount[]; named: boolean }): VNode {
  return (
    <section>
      <h2>Enterprises you act for</h2>
      {accounts.map((account) => (
        <section key={account.userNo} aria-label={account.name}>
          <h3>{account.name} <span class="small">{account.userNo}</span></h3>
          <p><Badge tone={account.state === 'active' ? 'good' : account.state === 'opening' ? 'warn' : 'bad'}>{account.state === 'opening' ? 'to be opened' : account.state}</Badge></p>
          <Facts facts={[['As', roleWords[account.bankRole]], ['Unified social credit code', account.uscc], ['Bank account', account.cardLast4 ? `ending in ${account.cardLast4}` : null]]} />
          {account.state === 'opening' && named ? (
            <Form name={`open-enterprise-${account.userNo}`} action={addressOf(account.userNo)} button="Open it at the bank">
              <p class="hint">On the bank's page you choose the enterprise's trading password and name its own bank account. The bank compares the enterprise with the register.</p>
            </Form>
          ) : null}
        </section>
      ))}
    </section>
  );
}
