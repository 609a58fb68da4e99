/** Courts' orders (司法冻结): the list, and entering one with its document. */
import { Router } from 'express';
import type { Response } from 'express';
import type { VNode } from 'preact';
import { findAccount } from '../../db/accounts.js';
import { segmentNow } from '../../db/clock.js';
import { eachOrder, listOrders, orderTotals } from '../../db/court-order-lists.js';
import { enterOrder, findOrder, findPaper, paperOfForm, type CourtOrder, type OrderState } from '../../db/court-orders.js';
import { keepDocument } from '../../db/documents.js';
import { findPerson } from '../../db/people.js';
import { inTransaction } from '../../db/pool.js';
import { poke } from '../../db/waiting.js';
import { addWorkingDays, cnCalendar } from '../../domain/calendar.js';
import { decisionWorkingDays, refuseTerm } from '../../domain/court-order.js';
import { addDays, instantAt, isoInstant, isValidDate } from '../../domain/dates.js';
import { decimalYuan } from '../../domain/money.js';
import { readPaper, type MediaType } from '../../domain/paper.js';
import { courtOrderWorkflowId, taskQueues, workflowTypes, type CourtOrderInput } from '../../workflows/contract.js';
import type { AreaDeps } from '../area.js';
import { DateText } from '../components/dates.js';
import { FileField } from '../components/file-field.js';
import { AmountField, Field, Form, Radios, type FormErrors } from '../components/form.js';
import { Money } from '../components/money.js';
import { readListQuery, Table, type ListQuery } from '../components/table.js';
import { streamCsv } from '../desk/csv.js';
import { FilterForm, readFilters, type Filter } from '../desk/filters.js';
import { ownCase } from '../desk/own-case.js';
import { actingRole } from '../desk/role.js';
import { notFound } from '../errors.js';
import { Input } from '../input.js';
import { Layout, sendPage, useVisit } from '../layout.js';
import { answerTold } from '../told.js';
import type { Told } from '../updates.js';
import { uploadedFile } from '../uploads.js';
import { hasRole, personOf, visitOf, wantsJson, type Visit } from '../visit.js';
import { courtRoles, maySeeOrders, mayWorkOrders } from './court-roles.js';
import { coversWords, extentText, fileHint, OrderBadge, paperRefusals, stateWords, termRefusals } from './court-words.js';
import { personFilter, readPerson, redirectToNumber } from './person-filter.js';

const pageSize = 50;
export const ordersPath = '/operations/orders';
const mostFen = 100_000_000_000;
const filters: readonly Filter[] = [
  { name: 'state', label: 'State', options: Object.entries(stateWords).map(([value, text]) => ({ value, text })) }, { name: 'covers', label: 'Covers', options: Object.entries(coversWords).map(([value, text]) => ({ value, text })) },
  personFilter, { name: 'until', label: 'Runs out until', day: true },
];

export const orderAddress = (orderNo: string): string => `${ordersPath}/${encodeURIComponent(orderNo)}`;

/** The end of the working day after this one: until then a second person decides. */
export function decisionDueAt({ today, zoneOffsetMinutes }: Visit): string {
  return isoInstant(instantAt(addDays(addWorkingDays(today, decisionWorkingDays, cnCalendar), 1), 0, zoneOffsetMinutes));
}

/** The document that came with a form, or what is wrong with it beside its field. */
export function readDocument(response: Response, input: Input): { content: Buffer; mediaType: MediaType } {
  const content = uploadedFile(response, 'document');
  const read = readPaper(content);
  if ('refused' in read) input.wrong('document', paperRefusals[read.refused]);
  return { content, mediaType: 'refused' in read ? 'application/pdf' : read.mediaType };
}

export function ordersRouter(deps: AreaDeps): Router {
  const { pool, vault } = deps;
  const router = Router();

  router.get(ordersPath, maySeeOrders, async (request, response) => {
    const list = readListQuery(request.query, ['newest']);
    const values = readFilters(request.query, filters);
    const person = readPerson(values['person']);
    if (!person) return redirectToNumber(deps, request, response, values['person'] ?? '');
    const by = { orderNo: list.search.trim().toUpperCase() || undefined, ...person, state: values['state'], covers: values['covers'], expiresUntil: values['until'] };
    if (list.csv) return streamCsv(response, 'court-orders', csvHeadings, eachOrder(pool, by), csvCells);
    const [found, totals] = await Promise.all([listOrders(pool, { ...by, limit: pageSize + 1, offset: (list.page - 1) * pageSize }), orderTotals(pool, by)]);
    const orders = found.slice(0, pageSize);
    if (wantsJson(request)) return void response.json({ orders, totals, page: list.page, hasMore: found.length > pageSize });
    sendPage(response, <OrdersPage orders={orders} totals={totals} list={list} values={values} hasMore={found.length > pageSize} />);
  });

  router.get(`${ordersPath}/new`, mayWorkOrders, (_request, response) => sendPage(response, <EnterPage typed={{ covers: 'both', extent: 'all', side: 'lender', from: visitOf(response).today }} errors={{}} />));

  router.post(ordersPath, mayWorkOrders, async (request, response) => {
    const input = new Input(request.body);
    const known = await paperOfForm(pool, input.key);
    const entered = known ? { orderNo: known.orderNo, paperId: known.id } : await enter(response, input);
    if (!entered) return sendPage(response, <EnterPage typed={input.typed} errors={input.errors} />, 422);
    const told = await begin(visitOf(response), entered);
    answerTold(response, told, { name: 'enter-order', action: ordersPath, button: 'Enter the order', key: input.key, hidden: {}, back: { href: orderAddress(entered.orderNo), text: 'The order' } }, () => orderAddress(entered.orderNo));
  });
  return router;

  async function enter(response: Response, input: Input): Promise<{ orderNo: string; paperId: number } | null> {
    const [visit, by] = [visitOf(response), personOf(response)];
    const wish = await readOrder(input, visit);
    const { content, mediaType } = readDocument(response, input);
    if (wish.personId === by.id) throw ownCase();
    if (!input.ok) return null;
    return inTransaction(pool, async (tx) => {
      const { id: documentId } = await keepDocument(tx, vault, { content, mediaType, uploadedBy: by.id, at: visit.asOf });
      const entered = await enterOrder(tx, { ...wish, key: input.key, documentId, enteredBy: by.id, enteredRole: actingRole(by, courtRoles), enteredAt: visit.asOf, dueAt: decisionDueAt(visit) });
      await poke(tx, courtOrderWorkflowId(entered.orderNo));
      return entered;
    });
  }

  async function readOrder(input: Input, { today }: Visit): Promise<Pick<CourtOrder, 'personId' | 'court' | 'caseNumber' | 'covers' | 'userNo' | 'sumFen' | 'fromDate' | 'expiresOn'>> {
    const personId = input.text('person', { max: 20, missing: 'Whose money or claims? Type the person\'s number, P….', pattern: /^P\d{1,15}$/i, malformed: 'A person\'s number looks like P1001; look it up under “People”.' }).toUpperCase();
    const court = input.text('court', { max: 120, missing: 'Which court?' });
    const caseNumber = input.text('caseNumber', { max: 80, missing: 'Under which case number (案号)?' });
    const covers = input.choice('covers', ['money', 'claims', 'both'] as const, 'What does the court freeze?');
    const extent = input.choice('extent', ['all', 'sum'] as const, 'All of it, or a sum?');
    const side = input.choice('side', ['lender', 'borrower'] as const, 'Of which account?');
    const sumFen = extent === 'sum' ? input.amount('sum', { minFen: 1, maxFen: mostFen, missing: 'Up to which sum?', tooSmall: 'More than nothing.', tooLarge: 'That is more than anybody has here.' }) : null;
    const [fromDate, expiresOn] = [readDay(input, 'from', 'From which day?'), readDay(input, 'until', 'Until which day? The order says it.')];
    const refused = fromDate && expiresOn ? refuseTerm({ covers, fromDate, expiresOn, today }) : null;
    if (refused) input.wrong('until', termRefusals[refused]);
    const userNo = await accountFor(input, { personId, covers, sumFen, side });
    return { personId, court, caseNumber, covers, userNo, sumFen, fromDate, expiresOn };
  }

  /** A sum of money is taken of one account; everything else is about the person. */
  async function accountFor(input: Input, { personId, covers, sumFen, side }: { personId: string; covers: CourtOrder['covers']; sumFen: number | null; side: 'lender' | 'borrower' }): Promise<string | null> {
    if (!/^P\d+$/.test(personId)) return null;
    if (!(await findPerson(pool, personId))) input.wrong('person', 'There is nobody with this number.');
    if (covers === 'claims' || sumFen === null) return null;
    const account = await findAccount(pool, personId, side === 'lender' ? 'INVESTOR' : 'BORROWERS');
    if (!account) input.wrong('side', 'This person has no such account at the custody bank.');
    return account?.userNo ?? null;
  }

  /** The order's workflow; one that runs already is as good. */
  async function begin({ zoneOffsetMinutes }: Visit, { orderNo, paperId }: { orderNo: string; paperId: number }): Promise<Told<null>> {
    const [order, paper] = await Promise.all([findOrder(pool, orderNo), findPaper(pool, paperId)]);
    if (!order || !paper) throw notFound();
    const input: CourtOrderInput = { orderNo, personId: order.personId, paperId, dueAt: paper.dueAt, zoneOffsetMinutes, clock: await segmentNow(pool, deps.clock()) };
    return deps.workflows.start(workflowTypes.courtOrder, { workflowId: courtOrderWorkflowId(orderNo), taskQueue: taskQueues.loans, args: [input], staticSummary: `Order ${orderNo} of a court` });
  }
}

/** A business day as typed; empty after an error. */
export function readDay(input: Input, name: string, missing: string): string {
  const day = input.typed[name] ?? '';
  if (isValidDate(day)) return day;
  input.wrong(name, day === '' ? missing : 'Type a day like 2026-11-22.');
  return '';
}

const csvHeadings = ['order', 'person', 'court', 'case number', 'covers', 'extent', 'account', 'held', 'from', 'until', 'state', 'ended by', 'entered', 'in force since', 'ended'];
const csvCells = (order: CourtOrder) => [
  order.orderNo, order.personId, order.court, order.caseNumber, coversWords[order.covers], order.sumFen === null ? 'all' : decimalYuan(order.sumFen), order.userNo, decimalYuan(order.heldFen),
  order.fromDate, order.expiresOn, stateWords[order.state], order.endedBy, order.enteredAt, order.placedAt, order.endedAt,
];

interface OrdersPageProps { orders: CourtOrder[]; totals: { orders: number; heldFen: number }; list: ListQuery; values: Record<string, string>; hasMore: boolean }

const isOpen = (state: OrderState): boolean => state !== 'ended' && state !== 'refused';

function OrdersPage({ orders, totals, list, values, hasMore }: OrdersPageProps): VNode {
  return (
    <Layout title="Orders of courts" wide>
      {hasRole(useVisit(), ...courtRoles) ? <p class="actions"><a class="button" href={`${ordersPath}/new`}>Enter an order</a></p> : null}
      <FilterForm action={ordersPath} filters={filters} values={values} search={{ label: 'Order', list }} />
      <Table
        caption="Orders of courts" rows={orders} href={(order) => orderAddress(order.orderNo)} empty="No order here, because no court has frozen anything or none fits the filter." list={{ ...list, path: ordersPath, hasMore, download: true, filters: values }}
        columns={[
          { heading: 'Order', cell: (order) => order.orderNo, total: `All ${totals.orders}` }, { heading: 'Person', cell: (order) => order.personId }, { heading: 'Court', cell: (order) => <>{order.court} <span class="small">{order.caseNumber}</span></> },
          { heading: 'Covers', cell: (order) => coversWords[order.covers] }, { heading: 'Extent', cell: extentText }, { heading: 'Held now', number: true, cell: (order) => <Money fen={order.heldFen} />, total: <Money fen={totals.heldFen} /> },
          { heading: 'Until', cell: (order) => <DateText date={order.expiresOn} act={isOpen(order.state)} /> }, { heading: 'State', cell: (order) => <OrderBadge state={order.state} /> },
        ]}
      />
    </Layout>
  );
}

function EnterPage({ typed, errors }: { typed: Record<string, string>; errors: FormErrors }): VNode {
  return (
    <Layout title="Enter an order of a court">
      <p>Type what the court's document says. A colleague compares it with the document and approves it; then the bank freezes at once.</p>
      <Form name="enter-order" action={ordersPath} button="Enter the order" files formKey={typed['key']} errors={errors} back={{ href: ordersPath, text: 'All orders' }}>
        <Field name="person" label="Person" hint={<>The number, like P1001. <a href="/operations/people">Look it up</a>.</>} value={typed['person']} errors={errors} maxLength={20} autocomplete="off" />
        <Field name="court" label="Court (法院)" value={typed['court']} errors={errors} maxLength={120} autocomplete="off" />
        <Field name="caseNumber" label="Case number (案号)" value={typed['caseNumber']} errors={errors} maxLength={80} autocomplete="off" />
        <Radios name="covers" label="What it freezes" value={typed['covers']} errors={errors} options={[
          { value: 'money', text: 'Money in custody: held, with what comes in later' }, { value: 'claims', text: 'Claims: they cannot be sold; what is repaid on them stays the person\'s' }, { value: 'both', text: 'Both: claims, and what is repaid on them' },
        ]} />
        <Radios name="extent" label="How much" value={typed['extent']} errors={errors} options={[{ value: 'all', text: 'All that is there and comes in, in every account of the person' }, { value: 'sum', text: 'Up to a sum, from one account' }]} />
        <AmountField name="sum" label="The sum in yuan" hint="Only with “up to a sum”." value={typed['sum']} errors={errors} />
        <Radios name="side" label="Of which account a sum is taken" value={typed['side']} errors={errors} options={[{ value: 'lender', text: 'The account for lending' }, { value: 'borrower', text: 'The account for borrowing' }]} />
        <Field name="from" label="From" type="date" value={typed['from']} errors={errors} />
        <Field name="until" label="Until, the last day" hint="Money: at most a year; claims: at most three (民诉法解释 Art. 485)." type="date" value={typed['until']} errors={errors} />
        <FileField name="document" label="The court's document" hint={fileHint} errors={errors} />
      </Form>
    </Layout>
  );
}
