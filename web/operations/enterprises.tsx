/** Enterprises with accounts at the custody bank: finance or an administrator notes who registers in which role; the enterprise's agent then opens the account on the bank's page. */
import { Router } from 'express';
import type { Response } from 'express';
import type { VNode } from 'preact';
import { enterpriseRoles, listEnterpriseAccounts, registerEnterprise, type EnterpriseAccount, type EnterpriseRefusal } from '../../db/enterprises.js';
import type { Role } from '../../db/people.js';
import { uscc as isCreditCode } from '../../domain/identity.js';
import type { AreaDeps } from '../area.js';
import { InstantText } from '../components/dates.js';
import { Field, Form, Select, type FormErrors } from '../components/form.js';
import { Badge } from '../components/state.js';
import { readListQuery, Table, type ListQuery } from '../components/table.js';
import { actingRole } from '../desk/role.js';
import { plainWords } from '../desk/words.js';
import { requireRole } from '../guard.js';
import { Input } from '../input.js';
import { Layout, sendPage } from '../layout.js';
import { hasRole, personOf, visitOf, wantsJson } from '../visit.js';
import { instructionAddress } from './instruction-table.js';
import { moneyRoles } from './roles.js';

const path = '/operations/enterprises';
const pageSize = 50;
const registerRoles: readonly Role[] = ['finance', 'administrator'];
const mayLook = requireRole(...new Set([...moneyRoles, ...registerRoles]));
const mayRegister = requireRole(...registerRoles);

interface Again { typed: Record<string, string>; errors: FormErrors }

export function enterprisesRouter({ pool }: AreaDeps): Router {
  const router = Router();

  router.get(path, mayLook, async (request, response) => {
    const list = readListQuery(request.query, ['newest']);
    const found = await listEnterpriseAccounts(pool, { limit: pageSize + 1, offset: (list.page - 1) * pageSize });
    if (wantsJson(request)) return void response.json({ accounts: found.slice(0, pageSize), page: list.page, hasMore: found.length > pageSize });
    send(response, found, list, null);
  });

  router.post(path, mayRegister, async (request, response) => {
    const input = new Input(request.body);
    void input.key;
    const name = input.text('name', { max: 120, missing: 'The enterprise\'s name, as in the register.' });
    const uscc = input.text('uscc', { max: 18, missing: 'The unified social credit code, 18 characters.' }).toUpperCase();
    const bankRole = input.choice('role', enterpriseRoles, 'In which role?');
    const agentId = input.text('agent', { max: 20, missing: 'Who acts for it at the bank?', pattern: /^P\d{1,15}$/, malformed: 'A person\'s number, for example P1001.' });
    if (uscc !== '' && !isCreditCode(uscc)) input.wrong('uscc', 'This is not a valid code: its check characters do not fit the others (GB 32100-2015). Compare it with the business licence.');
    if (input.ok) {
      const person = personOf(response);
      const result = await registerEnterprise(pool, { name, uscc, bankRole, agentId, registeredBy: person.id, role: actingRole(person, registerRoles), businessAt: visitOf(response).asOf });
      if ('userNo' in result) return response.redirect(303, path);
      input.wrong(fieldOf[result.refused], refusals[result.refused]);
    }
    send(response, await listEnterpriseAccounts(pool, { limit: pageSize + 1, offset: 0 }), readListQuery({}, ['newest']), { typed: input.typed, errors: input.errors });
  });
  return router;

  function send(response: Response, found: EnterpriseAccount[], list: ListQuery, again: Again | null): void {
    const mayStart = hasRole(visitOf(response), ...registerRoles);
    sendPage(response, <EnterprisesPage accounts={found.slice(0, pageSize)} list={list} hasMore={found.length > pageSize} mayStart={mayStart} again={again ?? { typed: {}, errors: {} }} />, again ? 422 : 200);
  }
}

const fieldOf: Record<EnterpriseRefusal, string> = { 'no-such-person': 'agent', 'agent-not-identified': 'agent', 'agent-is-staff': 'agent', 'other-agent': 'agent', 'registered-already': 'uscc' };
const refusals: Record<EnterpriseRefusal, string> = {
  'no-such-person': 'There is nobody with this number.',
  'agent-not-identified': 'This person is not identified yet: whoever acts for an enterprise is known by name and ID number.',
  'agent-is-staff': 'You cannot act for an enterprise that you register yourself: ask a colleague to register it.',
  'other-agent': 'Somebody else acts for this enterprise already.',
  'registered-already': 'This enterprise is registered in this role already.',
};

function standing(account: EnterpriseAccount): VNode {
  if (account.state !== 'opening') return <Badge tone={account.state === 'active' ? 'good' : 'bad'}>{account.state}</Badge>;
  if (account.requestState === 'refused') return <Badge tone="bad">{`refused: ${account.requestReason ?? ''}`}</Badge>;
  return <Badge tone="warn">{account.requestNo === null ? 'the agent has to open it' : 'at the bank'}</Badge>;
}

function EnterprisesPage({ accounts, list, hasMore, mayStart, again: { typed, errors } }: { accounts: EnterpriseAccount[]; list: ListQuery; hasMore: boolean; mayStart: boolean; again: Again }): VNode {
  return (
    <Layout title="Enterprises at the custody bank" wide>
      <p>Guarantors, and enterprises that lend, borrow or supply. Here it is noted who they are and who acts for them; the account itself is opened by the agent on the bank's page, under "Custody account".</p>
      <Table
        caption="Accounts of enterprises" rows={accounts} list={{ ...list, path, hasMore }} empty="None yet, because no enterprise has been registered."
        columns={[
          { heading: 'Account', cell: (each) => each.userNo }, { heading: 'Enterprise', cell: (each) => each.name }, { heading: 'Credit code', cell: (each) => each.uscc }, { heading: 'As', cell: (each) => plainWords(each.bankRole) },
          { heading: 'Agent', cell: (each) => each.agentId }, { heading: 'State', cell: standing }, { heading: 'Instruction', cell: (each) => (each.requestNo ? <a href={instructionAddress(each.requestNo)}>{each.requestNo}</a> : '') },
          { heading: 'Bank account', cell: (each) => (each.cardLast4 ? `ending in ${each.cardLast4}` : '') }, { heading: 'Registered', cell: (each) => <><InstantText at={each.registeredAt} /> by {each.registeredBy}</> },
        ]}
      />
      {mayStart ? (
        <>
          <h2>Register an enterprise</h2>
          <Form name="register-enterprise" action={path} button="Register it" formKey={typed['key']} errors={errors}>
            <Field name="name" label="Name" hint="As on the business licence." maxLength={120} value={typed['name']} errors={errors} />
            <Field name="uscc" label="Unified social credit code (统一社会信用代码)" hint="18 characters; the last one is a check." maxLength={18} value={typed['uscc']} errors={errors} />
            <Select name="role" label="As" value={typed['role'] ?? ''} errors={errors} options={[{ value: '', text: 'Choose' }, ...enterpriseRoles.map((value) => ({ value, text: plainWords(value) }))]} />
            <Field name="agent" label="Who acts for it" hint="The number of an identified person, for example P1001." maxLength={20} value={typed['agent']} errors={errors} />
          </Form>
        </>
      ) : null}
    </Layout>
  );
}
