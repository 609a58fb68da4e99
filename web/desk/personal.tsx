/** Sealed data of a person: shown masked, opened only on request, and every opening is an act. */
import type { VNode } from 'preact';
import { recordAct } from '../../db/acts.js';
import { findPerson, openPerson, type OpenPerson, type Person, type Role } from '../../db/people.js';
import { inTransaction } from '../../db/pool.js';
import type { AreaDeps } from '../area.js';
import { DateText } from '../components/dates.js';
import { Facts } from '../components/facts.js';
import { Form } from '../components/form.js';
import { notFound } from '../errors.js';
import type { Visit } from '../visit.js';

/** What of a person is looked at; the act names it. */
export type Looked = 'identity' | 'phone';

export type ShownPerson = { opened: null; person: Person } | { opened: Looked; person: OpenPerson };

/** A person with everything sealed left sealed. @throws PageError 404 */
export async function maskedPerson({ pool }: Pick<AreaDeps, 'pool'>, personId: string): Promise<ShownPerson> {
  const person = await findPerson(pool, personId);
  if (!person) throw notFound();
  return { opened: null, person };
}

/** Opens a person's data for somebody at a desk, and records who looked at what, and on whose behalf, in the same transaction. */
export async function lookAtPerson({ pool, vault }: AreaDeps, visit: Visit, look: { personId: string; what: Looked; role: Role; because: string }): Promise<ShownPerson> {
  const viewer = visit.person;
  if (!viewer) throw notFound();
  return inTransaction(pool, async (tx) => {
    await recordAct(tx, { actor: viewer.id, role: look.role, verb: `look-at-${look.what}`, subject: look.personId, why: look.because, businessAt: visit.asOf });
    return { opened: look.what, person: await openPerson(tx, vault, look.personId) };
  });
}

/** The ending of an e-mail address, enough to recognise it. */
function maskedEmail(email: string): string {
  const [name = '', house = ''] = email.split('@');
  return `${name.slice(0, 1)}…@${house}`;
}

/** Who this is. With `reveal`, the button that opens the rest and says that it is recorded. */
export function PersonFacts({ shown, reveal }: { shown: ShownPerson; reveal?: { action: string; what: Looked } }): VNode {
  const { person, opened } = shown;
  const all = opened === 'identity' ? shown.person : null;
  return (
    <>
      <Facts facts={[
        ['Person', person.id],
        ['Name', all ? (all.name ?? 'not given') : person.named ? 'sealed' : 'not given'],
        ['ID number', all ? (all.idNumber ?? 'not given') : person.named ? 'sealed' : 'not given'],
        ['Birth date', person.birthDate ? <DateText date={person.birthDate} /> : null],
        ['Phone', opened ? shown.person.phone : `…${person.phoneLast4}`],
        ['E-mail', all ? all.email : maskedEmail(person.email)],
        ['Identification', person.identificationState],
        ['Here since', <DateText date={person.createdAt.slice(0, 10)} />],
      ]} />
      {reveal && !opened ? (
        <Form name={`show-${reveal.what}`} action={reveal.action} button={reveal.what === 'identity' ? 'Show name and papers' : 'Show number'} tone="plain" accessKey="p">
          <p class="small">Looking is recorded with your name and the time.</p>
        </Form>
      ) : null}
      {opened ? <p class="small" role="status">Opened just now; the look was recorded.</p> : null}
    </>
  );
}
