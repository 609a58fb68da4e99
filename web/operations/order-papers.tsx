/** Work on one order of a court: its page, its documents, decisions, renewals and releases. */
import { Router } from 'express';
import type { Request, Response } from 'express';
import type { VNode } from 'preact';
import { actsOn, recordAct } from '../../db/acts.js';
import { claimsOfOrder } from '../../db/court-order-lists.js';
import { enterPaper, findOrder, keepReason, paperOfForm, papersOf, type CourtOrder, type CourtPaper } from '../../db/court-orders.js';
import { keepDocument, openDocument } from '../../db/documents.js';
import { inTransaction } from '../../db/pool.js';
import { poke } from '../../db/waiting.js';
import { refuseRenewal } from '../../domain/court-order.js';
import { courtOrderWorkflowId, decidePaper, paperEntered } from '../../workflows/contract.js';
import type { AreaDeps } from '../area.js';
import { DateText } from '../components/dates.js';
import { FileField } from '../components/file-field.js';
import { AmountField, Field, Form, type FormErrors } from '../components/form.js';
import { Money, moneyText } from '../components/money.js';
import { Facts } from '../components/facts.js';
import { ownCase } from '../desk/own-case.js';
import { actingRole } from '../desk/role.js';
import { notFound } from '../errors.js';
import { Input } from '../input.js';
import { Layout, sendPage } from '../layout.js';
import { answerTold, sendRefusal } from '../told.js';
import { hasRole, personOf, visitOf, wantsJson } from '../visit.js';
import { courtRoles, maySeeOrders, mayWorkOrders } from './court-roles.js';
import { fileHint, termRefusals } from './court-words.js';
import { OrderPage, reasonLength, type ShownOrder } from './order-page.js';
import { decisionDueAt, orderAddress, ordersPath, readDay, readDocument } from './orders.js';

type LaterKind = 'renewal' | 'release';
const back = ({ orderNo }: CourtOrder) => ({ href: orderAddress(orderNo), text: 'The order' });
const openings: Readonly<Record<string, string>> = { 'application/pdf': 'pdf', 'image/png': 'png', 'image/jpeg': 'jpg' };

export function orderPapersRouter(deps: AreaDeps): Router {
  const { pool, vault, workflows } = deps;
  const router = Router();

  router.get(`${ordersPath}/:no`, maySeeOrders, async (request, response) => {
    const shown = await shownOrder(request);
    if (wantsJson(request)) return void response.json(shown);
    sendOrder(response, shown);
  });

  /** Whoever opens a court's paper is recorded; it is a download, never a page of ours. */
  router.get(`${ordersPath}/:no/papers/:id/document`, maySeeOrders, async (request, response) => {
    const { order, paper } = await paperOf(request);
    const person = personOf(response);
    const document = await openDocument(pool, vault, paper.documentId);
    if (!document) throw notFound();
    await recordAct(pool, { actor: person.id, role: person.roles[0] ?? 'operations', verb: 'look-at-court-paper', subject: order.orderNo, after: { paperId: paper.id, sha256: document.sha256 }, businessAt: visitOf(response).asOf });
    response.set({ 'Cache-Control': 'no-store', 'Content-Disposition': `attachment; filename="${order.orderNo}-${paper.id}.${openings[document.mediaType]}"` }).type(document.mediaType).send(document.content);
  });

  /** The reason stays in the record; the workflow hears who decided what, and that it is another person. */
  router.post(`${ordersPath}/:no/papers/:id/decision`, mayWorkOrders, async (request, response) => {
    const { order, paper } = await paperOf(request);
    const person = personOf(response);
    if (order.personId === person.id) throw ownCase();
    const input = new Input(request.body);
    const { key } = input;
    const decision = input.choice('decision', ['approve', 'refuse'] as const, 'Approve it or refuse it.');
    const why = input.text('why', { max: reasonLength, ...(decision === 'refuse' ? { missing: 'Why is it refused? The court may ask.' } : {}) });
    input.mustTick('confirmed', 'Open the document and compare it first.');
    if (!input.ok) return sendOrder(response, await shownOrder(request), input.typed, input.errors);
    if (why) await keepReason(pool, { key, paperId: paper.id, personId: person.id, why });
    const told = await workflows.update(courtOrderWorkflowId(order.orderNo), decidePaper, key, { paperId: paper.id, personId: person.id, approve: decision === 'approve', reasonKey: key });
    answerTold(response, told, { name: 'decide-paper', action: `${orderAddress(order.orderNo)}/papers/${paper.id}/decision`, button: 'Decide', key, hidden: input.fields, back: back(order) }, () => orderAddress(order.orderNo));
  });

  for (const kind of ['renewal', 'release'] as const) {
    router.get(`${ordersPath}/:no/${kind}`, mayWorkOrders, async (request, response) => sendPage(response, <PaperPage order={await orderOf(request)} kind={kind} typed={{}} errors={{}} />));
    router.post(`${ordersPath}/:no/${kind}`, mayWorkOrders, (request, response) => take(request, response, kind));
  }
  return router;

  async function take(request: Request, response: Response, kind: LaterKind): Promise<void> {
    const order = await orderOf(request);
    const [visit, by] = [visitOf(response), personOf(response)];
    if (order.personId === by.id) throw ownCase();
    const input = new Input(request.body);
    const { key } = input;
    const known = await paperOfForm(pool, key);
    if (!known) {
      if (!['approved', 'placing', 'standing'].includes(order.state)) return sendRefusal(response, 'order-ended', back(order));
      if ((await papersOf(pool, order.orderNo)).some((paper) => paper.decision === null)) return sendRefusal(response, 'paper-undecided', back(order));
    }
    const paper = known ? { paperId: known.id, dueAt: known.dueAt } : await enter();
    if (!paper) return sendPage(response, <PaperPage order={order} kind={kind} typed={input.typed} errors={input.errors} />, 422);
    const told = await workflows.signal(courtOrderWorkflowId(order.orderNo), paperEntered, paper);
    answerTold(response, told, { name: kind, action: `${orderAddress(order.orderNo)}/${kind}`, button: 'Enter it', key, hidden: {}, back: back(order) }, () => orderAddress(order.orderNo));

    async function enter(): Promise<{ paperId: number; dueAt: string } | null> {
      const says = kind === 'renewal' ? readRenewal(input, order, visit.today) : readRelease(input, order);
      const { content, mediaType } = readDocument(response, input);
      if (!input.ok) return null;
      const dueAt = decisionDueAt(visit);
      return inTransaction(pool, async (tx) => {
        const { id: documentId } = await keepDocument(tx, vault, { content, mediaType, uploadedBy: by.id, at: visit.asOf });
        const paperId = await enterPaper(tx, { orderNo: order.orderNo, kind, key, documentId, ...says, enteredBy: by.id, enteredRole: actingRole(by, courtRoles), enteredAt: visit.asOf, dueAt });
        await poke(tx, courtOrderWorkflowId(order.orderNo));
        return { paperId, dueAt };
      });
    }
  }

  async function orderOf(request: Request): Promise<CourtOrder> {
    const order = await findOrder(pool, String(request.params['no']));
    if (!order) throw notFound();
    return order;
  }

  async function paperOf(request: Request): Promise<{ order: CourtOrder; paper: CourtPaper }> {
    const order = await orderOf(request);
    const paper = (await papersOf(pool, order.orderNo)).find((each) => String(each.id) === request.params['id']);
    if (!paper) throw notFound();
    return { order, paper };
  }

  async function shownOrder(request: Request): Promise<ShownOrder> {
    const order = await orderOf(request);
    const [papers, claims, acts] = await Promise.all([papersOf(pool, order.orderNo), claimsOfOrder(pool, order.orderNo), actsOn(pool, order.orderNo)]);
    return { order, papers, claims, acts };
  }

  function sendOrder(response: Response, shown: ShownOrder, typed: Record<string, string> = {}, errors: FormErrors = {}): void {
    sendPage(response, <OrderPage shown={shown} here={orderAddress(shown.order.orderNo)} mayWork={hasRole(visitOf(response), ...courtRoles)} typed={typed} errors={errors} />, Object.keys(errors).length > 0 ? 422 : 200);
  }
}

function readRenewal(input: Input, { covers, expiresOn }: CourtOrder, today: string): Pick<CourtPaper, 'expiresOn' | 'amountFen'> {
  const renewedTo = readDay(input, 'until', 'Until which day does the court renew it?');
  const refused = renewedTo ? refuseRenewal({ covers, expiresOn, renewedTo, today }) : null;
  if (refused) input.wrong('until', termRefusals[refused]);
  return { expiresOn: renewedTo, amountFen: null };
}

/** An empty amount releases all; a part can only be released of a sum, and less than what is held. */
function readRelease(input: Input, { sumFen, heldFen, covers }: CourtOrder): Pick<CourtPaper, 'expiresOn' | 'amountFen'> {
  if ((input.typed['amount'] ?? '') === '') return { expiresOn: null, amountFen: null };
  const amountFen = input.amount('amount', { minFen: 1, maxFen: Number.MAX_SAFE_INTEGER, missing: '', tooSmall: 'More than nothing.', tooLarge: '' });
  if (sumFen === null || covers === 'claims') input.wrong('amount', 'A part can be released of an order for a sum of money only; leave it empty to release everything.');
  else if (amountFen >= heldFen) input.wrong('amount', `Less than the ${moneyText(heldFen)} that are held; leave it empty to release everything.`);
  return { expiresOn: null, amountFen };
}

function PaperPage({ order, kind, typed, errors }: { order: CourtOrder; kind: LaterKind; typed: Record<string, string>; errors: FormErrors }): VNode {
  return (
    <Layout title={`${kind === 'renewal' ? 'Renewal' : 'Release'} of ${order.orderNo}`}>
      <Facts facts={[['Person', order.personId], ['Court', order.court], ['Case number', order.caseNumber], ['Held now', <Money fen={order.heldFen} />], ['Until', <DateText date={order.expiresOn} act />]]} />
      <p>Type what the court's document says. A colleague compares it and approves it; nothing changes before.</p>
      <Form name={kind} action={`${orderAddress(order.orderNo)}/${kind}`} button={kind === 'renewal' ? 'Enter the renewal' : 'Enter the release'} files formKey={typed['key']} errors={errors} back={back(order)}>
        {kind === 'renewal'
          ? <Field name="until" label="Until, the new last day" hint="At most as long again as at first, from the day on which it would end (民诉法解释 Art. 485)." type="date" value={typed['until']} errors={errors} />
          : <AmountField name="amount" label="Released sum in yuan" hint="Leave it empty when the court releases everything." value={typed['amount']} errors={errors} />}
        <FileField name="document" label="The court's document" hint={fileHint} errors={errors} />
      </Form>
    </Layout>
  );
}
