/** One estate: who inherits what, why not all of it has passed on, and its decision by a second person. */
import { Router } from 'express';
import type { Request, Response } from 'express';
import type { VNode } from 'preact';
import { actsOn, recordAct, type RecordedAct } from '../../db/acts.js';
import { openDocument } from '../../db/documents.js';
import { findEstate, keepEstateReason, type Estate } from '../../db/estates.js';
import { decideEstate, estateWorkflowId } from '../../workflows/contract.js';
import type { AreaDeps } from '../area.js';
import { InstantText } from '../components/dates.js';
import { Facts, MoneyAct } from '../components/facts.js';
import { Checkbox, Form, Radios, TextArea, type FormErrors } from '../components/form.js';
import { State } from '../components/state.js';
import { Table } from '../components/table.js';
import { ActsTimeline } from '../desk/acts.js';
import { ownCase } from '../desk/own-case.js';
import { WorkflowLink } from '../desk/temporal-link.js';
import { notFound } from '../errors.js';
import { Input } from '../input.js';
import { Layout, sendPage, useVisit } from '../layout.js';
import { answerTold } from '../told.js';
import { hasRole, personOf, visitOf, wantsJson } from '../visit.js';
import { courtRoles, maySeeOrders, mayWorkOrders } from './court-roles.js';
import { reasonLength } from './order-page.js';
import { estateAddress, estatesPath, estateTones, estateWords, fractionText, waitingWords } from './estate-words.js';

const openings: Readonly<Record<string, string>> = { 'application/pdf': 'pdf', 'image/png': 'png', 'image/jpeg': 'jpg' };

export function estateRouter({ pool, vault, workflows }: AreaDeps): Router {
  const router = Router();

  router.get(`${estatesPath}/:no`, maySeeOrders, async (request, response) => {
    const estate = await estateOf(request);
    if (wantsJson(request)) return void response.json({ estate, acts: await actsOn(pool, estate.estateNo) });
    await sendEstate(response, estate);
  });

  /** Whoever opens it is recorded; it is a download, never a page of ours. */
  router.get(`${estatesPath}/:no/document`, maySeeOrders, async (request, response) => {
    const estate = await estateOf(request);
    const person = personOf(response);
    const document = await openDocument(pool, vault, estate.documentId);
    if (!document) throw notFound();
    await recordAct(pool, { actor: person.id, role: person.roles[0] ?? 'operations', verb: 'look-at-certificate', subject: estate.estateNo, after: { sha256: document.sha256 }, businessAt: visitOf(response).asOf });
    response.set({ 'Cache-Control': 'no-store', 'Content-Disposition': `attachment; filename="${estate.estateNo}.${openings[document.mediaType]}"` }).type(document.mediaType).send(document.content);
  });

  router.post(`${estatesPath}/:no/decision`, mayWorkOrders, async (request, response) => {
    const estate = await estateOf(request);
    const { estateNo } = estate;
    const person = personOf(response);
    if (concerns(estate, person.id)) throw ownCase();
    const input = new Input(request.body);
    const { key } = input;
    const decision = input.choice('decision', ['approve', 'refuse'] as const, 'Approve it or refuse it.');
    const why = input.text('why', { max: reasonLength, ...(decision === 'refuse' ? { missing: 'Why is it refused? The heirs may ask.' } : {}) });
    input.mustTick('confirmed', 'Open the certificate and compare it first.');
    if (!input.ok) return sendEstate(response, estate, input.typed, input.errors);
    if (why) await keepEstateReason(pool, { key, estateNo, personId: person.id, why });
    const told = await workflows.update(estateWorkflowId(estateNo), decideEstate, key, { personId: person.id, approve: decision === 'approve', reasonKey: key });
    answerTold(response, told, { name: 'decide-estate', action: `${estateAddress(estateNo)}/decision`, button: 'Decide', key, hidden: input.fields, back: { href: estateAddress(estateNo), text: 'The estate' } }, () => estateAddress(estateNo));
  });
  return router;

  async function estateOf(request: Request): Promise<Estate> {
    const estate = await findEstate(pool, String(request.params['no']));
    if (!estate) throw notFound();
    return estate;
  }

  async function sendEstate(response: Response, estate: Estate, typed: Record<string, string> = {}, errors: FormErrors = {}): Promise<void> {
    const acts = await actsOn(pool, estate.estateNo);
    sendPage(response, <EstatePage estate={estate} acts={acts} mayWork={hasRole(visitOf(response), ...courtRoles)} typed={typed} errors={errors} />, Object.keys(errors).length > 0 ? 422 : 200);
  }
}

const concerns = ({ personId, heirs }: Estate, id: string): boolean => id === personId || heirs.some((heir) => heir.personId === id);

interface EstatePageProps { estate: Estate; acts: RecordedAct[]; mayWork: boolean; typed: Record<string, string>; errors: FormErrors }

function EstatePage({ estate, acts, mayWork, typed, errors }: EstatePageProps): VNode {
  const { estateNo, personId, state } = estate;
  return (
    <Layout title={`Estate ${estateNo} of ${personId}`} wide>
      <div class="two">
        <section aria-label="What passes on">
          <State tone={estateTones[state]} word={estateWords[state]}><Standing estate={estate} /></State>
          <Facts facts={[
            ['Of', <a href={`/operations/people?q=${encodeURIComponent(personId)}`}>{personId}</a>], ['Notary office', estate.notary], ['Certificate', <a href={`${estateAddress(estateNo)}/document`}>{estate.certificate}</a>],
            ['Entered', <><InstantText at={estate.enteredAt} /> ({estate.enteredBy})</>], ['Decided', estate.decidedAt ? <><InstantText at={estate.decidedAt} /> ({estate.decidedBy}{estate.why ? `: ${estate.why}` : ''})</> : null],
            ['Ended', estate.endedAt ? <InstantText at={estate.endedAt} /> : null], ['At the bank', <a href={`/operations/instructions?q=estate-${estateNo}-`}>Instructions of this estate</a>], ['Workflow', <WorkflowLink id={estateWorkflowId(estateNo)} />],
          ]} />
          <h2>Decisions</h2>
          <ActsTimeline acts={acts} />
        </section>
        <section aria-label="Heirs">
          <h2>Heirs</h2>
          <Table caption="Heirs" rows={estate.heirs} empty="None, which cannot be." columns={[{ heading: 'Heir', cell: (heir) => heir.personId }, { heading: 'Has', number: true, cell: fractionText }]} />
          {state !== 'entered' ? null : mayWork ? <Decide estate={estate} typed={typed} errors={errors} /> : <p class="small">Compliance, operations and supervisors decide on estates.</p>}
        </section>
      </div>
    </Layout>
  );
}

function Standing({ estate }: { estate: Estate }): VNode {
  switch (estate.state) {
    case 'entered': return <>Nothing has passed on yet. Another person than {estate.enteredBy} compares it with the certificate, by <InstantText at={estate.dueAt} act />; then a supervisor is asked.</>;
    case 'refused': return <>A second person did not approve it; nothing has passed on.</>;
    case 'passing': return <>{estate.waitsFor === null ? 'Claims pass to the heirs now.' : (waitingWords[estate.waitsFor] ?? `The bank refused the payout (${estate.waitsFor}).`)} What is left is tried again every day.</>;
    case 'ended': return <>The claims are the heirs', and the money has gone to the card of the person who has died.</>;
  }
}

function Decide({ estate, typed, errors }: { estate: Estate; typed: Record<string, string>; errors: FormErrors }): VNode {
  const { person } = useVisit();
  if (!person || person.id === estate.enteredBy || concerns(estate, person.id)) return <p class="small">Somebody else than {person?.id} decides: {person?.id === estate.enteredBy ? 'you entered it' : 'it is about you'}.</p>;
  return (
    <>
      <h2>Decide</h2>
      <MoneyAct moves="every claim, and the money in custody" from={estate.personId} to="the heirs (claims), and the person's own card (money)" costs="nothing" final="At once when approved; it cannot be taken back here" />
      <Form name="decide-estate" action={`${estateAddress(estate.estateNo)}/decision`} button="Decide" formKey={typed['key']} errors={errors}>
        <Radios name="decision" label="Does the certificate say this, about these people?" value={typed['decision']} errors={errors} options={[{ value: 'approve', text: 'Yes: approve it' }, { value: 'refuse', text: 'No: refuse it' }]} />
        <TextArea name="why" label="Why" hint="Needed when it is refused." value={typed['why']} errors={errors} rows={2} maxLength={reasonLength} />
        <Checkbox name="confirmed" value={typed['confirmed']} errors={errors}>I have opened the certificate and compared names, numbers and fractions; I decide as {person.id}.</Checkbox>
      </Form>
    </>
  );
}
