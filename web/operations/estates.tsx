/** Estates (继承): the list, and entering what a notarised certificate of inheritance says. */
import { Router } from 'express';
import type { Response } from 'express';
import type { VNode } from 'preact';
import { findAccount } from '../../db/accounts.js';
import { segmentNow } from '../../db/clock.js';
import { keepDocument } from '../../db/documents.js';
import { countEstates, eachEstate, enterEstate, findEstate, knownEstate, listEstates, type Estate } from '../../db/estates.js';
import { findPerson } from '../../db/people.js';
import { inTransaction } from '../../db/pool.js';
import { poke } from '../../db/waiting.js';
import { mostHeirs, readFraction, refuseHeirs, type HeirShare } from '../../domain/inheritance.js';
import { estateWorkflowId, taskQueues, workflowTypes, type EstateInput } from '../../workflows/contract.js';
import type { AreaDeps } from '../area.js';
import { InstantText } from '../components/dates.js';
import { FileField } from '../components/file-field.js';
import { Field, Form, type FormErrors } from '../components/form.js';
import { Badge } from '../components/state.js';
import { readListQuery, Table, type ListQuery } from '../components/table.js';
import { streamCsv } from '../desk/csv.js';
import { FilterForm, readFilters, type Filter } from '../desk/filters.js';
import { ownCase } from '../desk/own-case.js';
import { actingRole } from '../desk/role.js';
import { notFound } from '../errors.js';
import { Input } from '../input.js';
import { Layout, sendPage, useVisit } from '../layout.js';
import { answerTold, sendRefusal } from '../told.js';
import type { Told } from '../updates.js';
import { hasRole, personOf, visitOf, wantsJson, type Visit } from '../visit.js';
import { courtRoles, maySeeOrders, mayWorkOrders } from './court-roles.js';
import { fileHint } from './court-words.js';
import { estateAddress, estatesPath, estateTones, estateWords, fractionText, heirsRefusals } from './estate-words.js';
import { decisionDueAt, readDocument } from './orders.js';

const pageSize = 50;
const filters: readonly Filter[] = [{ name: 'state', label: 'State', options: Object.entries(estateWords).map(([value, text]) => ({ value, text })) }];
const places = Array.from({ length: mostHeirs }, (_, index) => index + 1);

export function estatesRouter(deps: AreaDeps): Router {
  const { pool, vault } = deps;
  const router = Router();

  router.get(estatesPath, maySeeOrders, async (request, response) => {
    const list = readListQuery(request.query, ['newest']);
    const values = readFilters(request.query, filters);
    const by = { search: list.search.trim().toUpperCase() || undefined, state: values['state'] };
    if (list.csv) return streamCsv(response, 'estates', csvHeadings, eachEstate(pool, by), csvCells);
    const [found, count] = await Promise.all([listEstates(pool, { ...by, limit: pageSize + 1, offset: (list.page - 1) * pageSize }), countEstates(pool, by)]);
    const estates = found.slice(0, pageSize);
    if (wantsJson(request)) return void response.json({ estates, count, page: list.page, hasMore: found.length > pageSize });
    sendPage(response, <EstatesPage estates={estates} count={count} list={list} values={values} hasMore={found.length > pageSize} />);
  });

  router.get(`${estatesPath}/new`, mayWorkOrders, (_request, response) => sendPage(response, <EnterPage typed={{}} errors={{}} />));

  router.post(estatesPath, mayWorkOrders, async (request, response) => {
    const input = new Input(request.body);
    const known = await knownEstate(pool, { key: input.key });
    const wish = known ? null : await readEstate(response, input);
    if (wish && (await knownEstate(pool, { personId: wish.personId }))) return sendRefusal(response, 'estate-known', { href: `${estatesPath}?q=${wish.personId}`, text: 'The estate' });
    const estateNo = known?.estateNo ?? (wish && input.ok ? await enter(response, input.key, wish) : null);
    if (estateNo === null) return sendPage(response, <EnterPage typed={input.typed} errors={input.errors} />, 422);
    const told = await begin(visitOf(response), estateNo);
    answerTold(response, told, { name: 'enter-estate', action: estatesPath, button: 'Enter it', key: input.key, hidden: {}, back: { href: estateAddress(estateNo), text: 'The estate' } }, () => estateAddress(estateNo));
  });
  return router;

  async function readEstate(response: Response, input: Input): Promise<Wish> {
    const personId = readNumber(input, 'person', 'Who has died? Type the person\'s number, P….');
    const notary = input.text('notary', { max: 120, missing: 'Which notary office (公证处)?' });
    const certificate = input.text('certificate', { max: 80, missing: 'Which number has the certificate?' });
    const heirs = readHeirs(input);
    if (personId && !(await findAccount(pool, personId, 'INVESTOR'))) input.wrong('person', 'Nobody with this number has an account for lending at the custody bank.');
    for (const [index, heir] of heirs.entries()) await checkHeir(input, index + 1, heir, personId);
    const refused = input.ok ? refuseHeirs(heirs) : null;
    if (refused) input.wrong('fraction1', heirsRefusals[refused]);
    const document = readDocument(response, input);
    const { id } = personOf(response);
    if (id === personId || heirs.some((heir) => heir.personId === id)) throw ownCase();
    return { personId, notary, certificate, heirs, document };
  }

  async function checkHeir(input: Input, place: number, heir: HeirShare, personId: string): Promise<void> {
    if (heir.personId === '') return;
    if (heir.personId === personId) return input.wrong(`heir${place}`, 'Nobody inherits from themselves.');
    const [person, account] = await Promise.all([findPerson(pool, heir.personId), findAccount(pool, heir.personId, 'INVESTOR')]);
    if (!person || account?.state !== 'active') input.wrong(`heir${place}`, 'An heir needs an open account for lending at the custody bank first: the instalments are paid into it.');
  }

  async function enter(response: Response, key: string, { document, ...wish }: Wish): Promise<string> {
    const [visit, by] = [visitOf(response), personOf(response)];
    return inTransaction(pool, async (tx) => {
      const { id: documentId } = await keepDocument(tx, vault, { ...document, uploadedBy: by.id, at: visit.asOf });
      const estateNo = await enterEstate(tx, { ...wish, key, documentId, enteredBy: by.id, enteredRole: actingRole(by, courtRoles), enteredAt: visit.asOf, dueAt: decisionDueAt(visit) });
      await poke(tx, estateWorkflowId(estateNo));
      return estateNo;
    });
  }

  /** The estate's workflow; one that runs already is as good. */
  async function begin({ zoneOffsetMinutes }: Visit, estateNo: string): Promise<Told<null>> {
    const estate = await findEstate(pool, estateNo);
    if (!estate) throw notFound();
    const input: EstateInput = { estateNo, personId: estate.personId, dueAt: estate.dueAt, zoneOffsetMinutes, clock: await segmentNow(pool, deps.clock()) };
    return deps.workflows.start(workflowTypes.estate, { workflowId: estateWorkflowId(estateNo), taskQueue: taskQueues.loans, args: [input], staticSummary: `Estate ${estateNo}` });
  }
}

type Wish = Pick<Estate, 'personId' | 'notary' | 'certificate' | 'heirs'> & { document: ReturnType<typeof readDocument> };

function readNumber(input: Input, name: string, missing: string): string {
  return input.text(name, { max: 20, missing, pattern: /^P\d{1,15}$/i, malformed: 'A person\'s number looks like P1001; look it up under “People”.' }).toUpperCase();
}

/** Rows left empty are no heirs; the first is asked for. */
function readHeirs(input: Input): HeirShare[] {
  const filled = places.filter((place) => place === 1 || [`heir${place}`, `fraction${place}`].some((name) => (input.typed[name] ?? '').trim() !== ''));
  return filled.map((place) => {
    const fraction = readFraction(input.typed[`fraction${place}`] ?? '');
    if (!fraction) input.wrong(`fraction${place}`, 'A fraction like 1/3, or 1 for everything.');
    return { personId: readNumber(input, `heir${place}`, 'Who inherits? Type the person\'s number, P….'), ...(fraction ?? { numerator: 0, denominator: 1 }) };
  });
}

const csvHeadings = ['estate', 'person', 'notary', 'certificate', 'heirs', 'state', 'waits for', 'entered', 'decided', 'ended'];
const csvCells = (estate: Estate) => [
  estate.estateNo, estate.personId, estate.notary, estate.certificate, estate.heirs.map((heir) => `${heir.personId} ${fractionText(heir)}`).join('; '), estateWords[estate.state], estate.waitsFor, estate.enteredAt, estate.decidedAt, estate.endedAt,
];

function EstatesPage({ estates, count, list, values, hasMore }: { estates: Estate[]; count: number; list: ListQuery; values: Record<string, string>; hasMore: boolean }): VNode {
  return (
    <Layout title="Estates" wide>
      {hasRole(useVisit(), ...courtRoles) ? <p class="actions"><a class="button" href={`${estatesPath}/new`}>Enter a certificate of inheritance</a></p> : null}
      <FilterForm action={estatesPath} filters={filters} values={values} search={{ label: 'Estate or person', list }} />
      <Table
        caption="Estates" rows={estates} href={(estate) => estateAddress(estate.estateNo)} empty="No estate here, because nobody has inherited anything or none fits the filter." list={{ ...list, path: estatesPath, hasMore, download: true, filters: values }}
        columns={[
          { heading: 'Estate', cell: (estate) => estate.estateNo, total: `All ${count}` }, { heading: 'Of', cell: (estate) => estate.personId }, { heading: 'Certificate', cell: (estate) => <>{estate.notary} <span class="small">{estate.certificate}</span></> },
          { heading: 'Heirs', number: true, cell: (estate) => estate.heirs.length }, { heading: 'Entered', cell: (estate) => <InstantText at={estate.enteredAt} /> }, { heading: 'State', cell: (estate) => <Badge tone={estateTones[estate.state]}>{estateWords[estate.state]}</Badge> },
        ]}
      />
    </Layout>
  );
}

function EnterPage({ typed, errors }: { typed: Record<string, string>; errors: FormErrors }): VNode {
  return (
    <Layout title="Enter a certificate of inheritance">
      <p>Type what the notarised certificate (继承权公证书) says. A colleague compares it and approves it. Then the claims pass to the heirs, with every instalment still to come; the money goes to the card of the person who has died, where the card's bank hands it over by the same certificate.</p>
      <Form name="enter-estate" action={estatesPath} button="Enter it" files formKey={typed['key']} errors={errors} back={{ href: estatesPath, text: 'All estates' }}>
        <Field name="person" label="Who has died" hint={<>The number, like P1001. <a href="/operations/people">Look it up</a>.</>} value={typed['person']} errors={errors} maxLength={20} autocomplete="off" />
        <Field name="notary" label="Notary office (公证处)" value={typed['notary']} errors={errors} maxLength={120} autocomplete="off" />
        <Field name="certificate" label="Number of the certificate" value={typed['certificate']} errors={errors} maxLength={80} autocomplete="off" />
        {places.map((place) => (
          <div key={place}>
            <Field name={`heir${place}`} label={`Heir ${place}`} hint={place === 1 ? 'The number, like P1001.' : undefined} value={typed[`heir${place}`]} errors={errors} maxLength={20} autocomplete="off" />
            <Field name={`fraction${place}`} label={`Heir ${place} has`} hint={place === 1 ? 'A fraction like 1/3; together exactly the whole.' : undefined} value={typed[`fraction${place}`]} errors={errors} maxLength={9} autocomplete="off" />
          </div>
        ))}
        <FileField name="document" label="The certificate" hint={fileHint} errors={errors} />
      </Form>
    </Layout>
  );
}
