/** People and their roles. An administrator asks for a change, another confirms it. */
import { Router } from 'express';
import type { Response } from 'express';
import type { VNode } from 'preact';
import { decideRoleChange, listPeople, openRoleChanges, requestRoleChange, staffRoles, type ListedPerson, type RoleChange } from '../../db/role-changes.js';
import type { AreaDeps } from '../area.js';
import { DateText, InstantText } from '../components/dates.js';
import { Field, Form, Radios, Select, TextArea, type FormErrors } from '../components/form.js';
import { Badge, Notice } from '../components/state.js';
import { readListQuery, Table, type ListQuery } from '../components/table.js';
import { FilterForm, readFilters, type Filter } from '../desk/filters.js';
import { PageError } from '../errors.js';
import { requireRole } from '../guard.js';
import { Input } from '../input.js';
import { Layout, sendPage, useVisit } from '../layout.js';
import { hasRole, personOf, visitOf, wantsJson } from '../visit.js';
import { mayLook } from './roles.js';

const pageSize = 50;
const whyLength = 500;
const filters: readonly Filter[] = [{ name: 'role', label: 'Role', options: ['borrower', 'lender', ...staffRoles].map((value) => ({ value, text: value })) }];
const administrator = requireRole('administrator');

interface Again { typed: Record<string, string>; errors: FormErrors }

export function peopleRouter({ pool, vault }: AreaDeps): Router {
  const router = Router();
  router.get('/operations/people', mayLook, async (request, response) => {
    const list = readListQuery(request.query, ['newest']);
    const values = readFilters(request.query, filters);
    const found = await listPeople(pool, {
      id: list.search ? list.search.toUpperCase() : null, emailIndex: list.search ? vault.index('email', list.search) : null, role: values['role'] ?? null, limit: pageSize + 1, offset: (list.page - 1) * pageSize,
    });
    const people = found.slice(0, pageSize);
    const changes = await openRoleChanges(pool);
    if (wantsJson(request)) return void response.json({ people: people.map(({ email: _email, ...person }) => person), changes, page: list.page, hasMore: found.length > pageSize });
    sendPage(response, <PeoplePage people={people} changes={changes} list={list} values={values} hasMore={found.length > pageSize} mayChange={hasRole(visitOf(response), 'administrator')} />);
  });

  router.post('/operations/people/roles', administrator, async (request, response) => {
    const input = new Input(request.body);
    const { key } = input;
    const personId = input.text('person', { max: 20, missing: 'Whose role?', pattern: /^P\d{1,15}$/, malformed: 'A person\'s number, for example P1001.' });
    const role = input.choice('role', staffRoles, 'Which role?');
    const change = input.choice('change', ['grant', 'revoke'] as const, 'Give or take it?');
    const why = input.text('why', { max: whyLength, missing: 'Why? The other administrator reads it.' });
    if (personId === personOf(response).id) input.wrong('person', 'Nobody changes their own roles: ask a colleague.');
    if (input.ok) {
      const result = await requestRoleChange(pool, { key, personId, role, change, why, requestedBy: personOf(response).id, businessAt: visitOf(response).asOf });
      if (result === 'requested') return response.redirect(303, '/operations/people');
      input.wrong('person', { 'no-such-person': 'There is nobody with this number.', 'changes-nothing': change === 'grant' ? 'This person has the role already.' : 'This person does not have the role.', 'requested-already': 'A change of this role is waiting for confirmation already.' }[result]);
    }
    await sendAgain(response, { typed: input.typed, errors: input.errors });
  });

  router.post('/operations/people/roles/:id', administrator, async (request, response) => {
    const id = String(request.params['id']);
    const decision = new Input(request.body).typed['decision'];
    if (!/^\d{1,15}$/.test(id) || (decision !== 'confirm' && decision !== 'refuse')) throw refusal('not-open');
    const result = await decideRoleChange(pool, { id: Number(id), decidedBy: personOf(response).id, confirm: decision === 'confirm', businessAt: visitOf(response).asOf });
    if (result === 'done' || result === 'refused') return response.redirect(303, '/operations/people');
    throw refusal(result);
  });
  return router;

  async function sendAgain(response: Response, again: Again): Promise<void> {
    const list = readListQuery({}, ['newest']);
    const people = await listPeople(pool, { id: null, emailIndex: null, role: null, limit: pageSize, offset: 0 });
    sendPage(response, <PeoplePage people={people} changes={await openRoleChanges(pool)} list={list} values={{}} hasMore={false} mayChange again={again} />, 422);
  }
}

function refusal(code: 'not-open' | 'own-request' | 'last-administrator'): PageError {
  const why = {
    'not-open': 'It has been decided already, or was never asked for.', 'own-request': 'You asked for it, or it is about yourself: the second person must be another one.', 'last-administrator': 'Two administrators must be left, for one asks and another confirms.',
  }[code];
  return new PageError(409, { code, title: 'The role was not changed', why, next: 'Go back to the people.' });
}

interface PeoplePageProps { people: ListedPerson[]; changes: RoleChange[]; list: ListQuery; values: Record<string, string>; hasMore: boolean; mayChange: boolean; again?: Again }

function PeoplePage({ people, changes, list, values, hasMore, mayChange, again }: PeoplePageProps): VNode {
  return (
    <Layout title="People and roles" wide>
      {changes.length > 0 ? <><h2>Waiting for a second administrator</h2><Changes changes={changes} mayChange={mayChange} /></> : null}
      <FilterForm action="/operations/people" filters={filters} values={values} search={{ label: 'Number or e-mail address', list }} />
      <Table
        caption="People" rows={people} empty="Nobody here, because none fits the filter: give a whole number such as P1001, or the whole e-mail address." list={{ ...list, path: '/operations/people', hasMore, filters: values }}
        columns={[
          { heading: 'Person', cell: (each) => each.id }, { heading: 'Roles', cell: (each) => each.roles.join(', ') || 'none' }, { heading: 'Identification', cell: (each) => each.identificationState },
          { heading: 'Locked', cell: (each) => (each.lockedUntil ? <InstantText at={each.lockedUntil} /> : '') }, { heading: 'Since', cell: (each) => <DateText date={each.createdAt.slice(0, 10)} /> },
        ]}
      />
      {mayChange ? <ChangeForm {...(again ?? { typed: {}, errors: {} })} /> : null}
    </Layout>
  );
}

function Changes({ changes, mayChange }: { changes: RoleChange[]; mayChange: boolean }): VNode {
  const { person } = useVisit();
  return (
    <>
      {changes.map((change) => (
        <Notice key={change.id} tone="warn">
          <p><Badge tone="warn">{change.change}</Badge> {change.role} {change.change === 'grant' ? 'to' : 'from'} {change.personId}, asked for by {change.requestedBy} at <InstantText at={change.requestedAt} />: {change.why}</p>
          {mayChange && change.requestedBy !== person?.id && change.personId !== person?.id ? (
            <div class="buttons">
              <Form name={`confirm-role-${change.id}`} action={`/operations/people/roles/${change.id}`} button={`Confirm: ${change.change} ${change.role}`} hidden={{ decision: 'confirm' }} />
              <Form name={`refuse-role-${change.id}`} action={`/operations/people/roles/${change.id}`} button="Refuse" tone="plain" hidden={{ decision: 'refuse' }} />
            </div>
          ) : <p class="small">Another administrator has to confirm it.</p>}
        </Notice>
      ))}
    </>
  );
}

function ChangeForm({ typed, errors }: Again): VNode {
  return (
    <>
      <h2>Give or take a role</h2>
      <Form name="request-role" action="/operations/people/roles" button="Ask for the change" formKey={typed['key']} errors={errors}>
        <Field name="person" label="Person" value={typed['person']} errors={errors} hint="Their number, for example P1001." maxLength={20} />
        <Select name="role" label="Role" value={typed['role'] ?? ''} errors={errors} options={[{ value: '', text: 'Choose' }, ...staffRoles.map((value) => ({ value, text: value }))]} />
        <Radios name="change" label="What" value={typed['change']} errors={errors} options={[{ value: 'grant', text: 'Give it' }, { value: 'revoke', text: 'Take it; the person is logged out' }]} />
        <TextArea name="why" label="Why" value={typed['why']} errors={errors} rows={2} maxLength={whyLength} />
      </Form>
      <p class="small">Nothing changes until another administrator confirms it.</p>
    </>
  );
}
