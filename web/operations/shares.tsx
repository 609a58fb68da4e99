/** Lenders' shares of payments: those that the bank refused, how they are sent again, and how one payment was shared. */
import { Router } from 'express';
import type { Response } from 'express';
import type { ComponentChildren, VNode } from 'preact';
import { recordAct } from '../../db/acts.js';
import { segmentNow } from '../../db/clock.js';
import { sharesOf, type Share } from '../../db/finance.js';
import { findPayment, type Payment } from '../../db/payments.js';
import { inTransaction, row } from '../../db/pool.js';
import { eachUndelivered, loansWithUndelivered, searchUndelivered, undeliveredReasons, undeliveredTotals, type UndeliveredTotals } from '../../db/share-search.js';
import { pokeWaiting } from '../../db/waiting.js';
import { decimalYuan } from '../../domain/money.js';
import { deliveryWorkflowId, loanWorkflowId, sharesWaiting, taskQueues, workflowTypes, type DeliveryInput } from '../../workflows/contract.js';
import type { AreaDeps } from '../area.js';
import { DateText } from '../components/dates.js';
import { Facts } from '../components/facts.js';
import { Form, Select, type FormErrors } from '../components/form.js';
import { Money } from '../components/money.js';
import { Badge } from '../components/state.js';
import { readListQuery, Table, type TableProps } from '../components/table.js';
import { streamCsv } from '../desk/csv.js';
import { FilterForm, readFilters, type Filter } from '../desk/filters.js';
import { actingRole } from '../desk/role.js';
import { plainWords } from '../desk/words.js';
import { notFound } from '../errors.js';
import { Input } from '../input.js';
import { Layout, sendPage } from '../layout.js';
import { answerTold } from '../told.js';
import type { Told } from '../updates.js';
import { hasRole, personOf, visitOf, wantsJson } from '../visit.js';
import { dayFilters } from './days.js';
import { personFilter, readPerson, redirectToNumber } from './person-filter.js';
import { actRoles, mayAct, maySeeMoney } from './roles.js';

const pageSize = 100;
const path = '/operations/undelivered';
/** More loans than that are sent again by themselves. */
const mostLoans = 200;

export function sharesRouter(deps: AreaDeps): Router {
  const { pool, workflows } = deps;
  const router = Router();
  router.get(path, maySeeMoney, async (request, response) => {
    const list = readListQuery(request.query, ['oldest']);
    const filters = await filtersNow();
    const values = readFilters(request.query, filters);
    const person = readPerson(values['person']);
    if (!person) return redirectToNumber(deps, request, response, values['person'] ?? '');
    const by = { loanNo: list.search.trim().toUpperCase() || undefined, ...person, reason: values['reason'], fromDay: values['from'], toDay: values['to'] };
    if (list.csv) return streamCsv(response, 'undelivered-shares', csvHeadings, eachUndelivered(pool, by), csvCells);
    const [found, totals] = await Promise.all([searchUndelivered(pool, { ...by, limit: pageSize + 1, offset: (list.page - 1) * pageSize }), undeliveredTotals(pool, by)]);
    const shares = found.slice(0, pageSize);
    if (wantsJson(request)) return void response.json({ shares, totals, page: list.page, hasMore: found.length > pageSize });
    sendPage(response, (
      <Layout title="Undelivered shares" wide>
        <p>Shares (未到账) that the bank refused, because a lender's account is frozen or closed. They stay frozen under the loan and are sent again by its workflow until the bank takes them, after one day, then after two, four, and every seven days; the borrower is not late for them.</p>
        {hasRole(visitOf(response), ...actRoles) ? <RetryForm loans={await loansWithUndelivered(pool, mostLoans)} /> : null}
        <FilterForm action={path} filters={filters} values={values} search={{ label: 'Loan', list }} />
        <ShareTable shares={shares} totals={totals} empty="None, because the bank has delivered every share or none fits the filter." list={{ ...list, path, hasMore: found.length > pageSize, download: true, filters: values }} />
      </Layout>
    ));
  });

  /** The same form twice is one act and one Signal too many, which does no harm: what is under way is asked about, never sent twice. */
  router.post(`${path}/retry`, mayAct, async (request, response) => {
    const input = new Input(request.body);
    const { key } = input;
    const loans = await loansWithUndelivered(pool, mostLoans);
    const loanNo = input.choice('loanNo', loans.map((loan) => loan.loanNo), 'Choose a loan; it may have been delivered meanwhile.');
    if (!input.ok) {
      return sendPage(response, <Layout title="Undelivered shares"><RetryForm loans={loans} typed={input.typed} errors={input.errors} /><p><a href={path}>All undelivered shares</a></p></Layout>, 422);
    }
    await noteRetry(response, loanNo, key);
    answerTold(response, await sendAgain(loanNo, key), { name: 'retry-shares', action: `${path}/retry`, button: 'Send again now', key, hidden: input.fields, back: { href: path, text: 'Undelivered shares' } }, () => `${path}?q=${loanNo}`);
  });

  router.get('/operations/payments/:paymentNo', maySeeMoney, async (request, response) => {
    const payment = await findPayment(pool, String(request.params['paymentNo']));
    if (!payment) throw notFound();
    const list = readListQuery(request.query, ['holding']);
    const found = await sharesOf(pool, payment.paymentNo, pageSize + 1, (list.page - 1) * pageSize);
    const shares = found.slice(0, pageSize);
    if (wantsJson(request)) return void response.json({ payment, shares, page: list.page, hasMore: found.length > pageSize });
    sendPage(response, <PaymentPage payment={payment}><ShareTable shares={shares} empty="Not shared yet, because the bank has not frozen the money." list={{ ...list, path: `/operations/payments/${encodeURIComponent(payment.paymentNo)}`, hasMore: found.length > pageSize }} /></PaymentPage>);
  });
  return router;

  async function filtersNow(): Promise<readonly Filter[]> {
    return [{ name: 'reason', label: 'Reason', options: (await undeliveredReasons(pool)).map((value) => ({ value, text: plainWords(value) })) }, personFilter, ...dayFilters];
  }

  /** The loan sends; one that has ended has nobody who would, so a workflow of its own does. */
  async function sendAgain(loanNo: string, key: string): Promise<Told<null>> {
    const told = await workflows.signal(loanWorkflowId(loanNo), sharesWaiting);
    if (told.status !== 'refused' || told.code !== 'not-running') return told;
    const input: DeliveryInput = { loanNo, zoneOffsetMinutes: deps.settings.zoneOffsetMinutes, clock: await segmentNow(pool, deps.clock()) };
    return workflows.start(workflowTypes.delivery, { workflowId: deliveryWorkflowId(loanNo, key), taskQueue: taskQueues.loans, args: [input], staticSummary: `Delivers shares of ${loanNo}` });
  }

  async function noteRetry(response: Response, loanNo: string, key: string): Promise<void> {
    const person = personOf(response);
    await inTransaction(pool, async (tx) => {
      await tx.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`retry-shares:${key}`]);
      const noted = await row(tx, `SELECT 1 FROM act WHERE subject = $1 AND verb = 'retry-shares' AND after ->> 'key' = $2`, [loanNo, key]);
      if (!noted) await recordAct(tx, { actor: person.id, role: actingRole(person, actRoles), verb: 'retry-shares', subject: loanNo, after: { key }, businessAt: visitOf(response).asOf });
      await pokeWaiting(tx, [loanNo]);
    });
  }
}

/** One loan's shares at a time, for they are sent in its batches. */
function RetryForm({ loans, typed = {}, errors = {} }: { loans: { loanNo: string; shares: number }[]; typed?: Record<string, string>; errors?: FormErrors }): VNode | null {
  if (loans.length === 0) return null;
  return (
    <Form name="retry-shares" action={`${path}/retry`} button="Send again now" tone="plain" formKey={typed['key']} errors={errors}>
      <Select name="loanNo" label="Send a loan's undelivered shares again without waiting for the next try" value={typed['loanNo'] ?? ''} errors={errors} options={[{ value: '', text: 'Choose' }, ...loans.map(({ loanNo, shares }) => ({ value: loanNo, text: `${loanNo} (${shares})` }))]} />
    </Form>
  );
}

const csvHeadings = ['loan', 'payment', 'since', 'lender', 'account', 'principal', 'interest', 'late interest', 'our fee', 'reason', 'next try'];
const csvCells = (share: Share) => [
  share.loanNo, share.paymentNo, share.asOf, share.lenderId, share.userNo, decimalYuan(share.principalFen), decimalYuan(share.interestFen), decimalYuan(share.lateInterestFen), decimalYuan(share.feeFen), share.reason, share.nextTryOn,
];

/** `totals` are those of the whole list, where it has more than a page. */
function ShareTable({ shares, empty, list, totals }: { shares: Share[]; empty: string; list: TableProps<Share>['list']; totals?: UndeliveredTotals }): VNode {
  const total = (pick: (share: Omit<UndeliveredTotals, 'shares'>) => number) => <Money fen={totals ? pick(totals) : shares.reduce((sum, share) => sum + pick(share), 0)} />;
  return (
    <Table
      caption="Shares" rows={shares} empty={empty} list={list} href={(share) => `/operations/loans/${share.loanNo}`}
      columns={[
        { heading: 'Loan', cell: (share) => share.loanNo, total: totals ? `All ${totals.shares}` : 'Shown' }, { heading: 'Payment', cell: (share) => share.paymentNo }, { heading: 'Since', cell: (share) => <DateText date={share.asOf} act={share.state === 'undelivered'} /> }, { heading: 'Lender', cell: (share) => `${share.lenderId} (${share.userNo})` },
        { heading: 'Principal', number: true, cell: (share) => <Money fen={share.principalFen} />, total: total((share) => share.principalFen) }, { heading: 'Interest', number: true, cell: (share) => <Money fen={share.interestFen} />, total: total((share) => share.interestFen) },
        { heading: 'Late interest', number: true, cell: (share) => <Money fen={share.lateInterestFen} />, total: total((share) => share.lateInterestFen) }, { heading: 'Our fee', number: true, cell: (share) => <Money fen={share.feeFen} />, total: total((share) => share.feeFen) },
        { heading: 'State', cell: (share) => <><Badge tone={share.state === 'delivered' ? 'good' : share.state === 'sending' ? 'warn' : 'bad'}>{share.state}</Badge>{share.reason && share.state === 'undelivered' ? <span class="small"> {plainWords(share.reason)}</span> : null}</> },
        { heading: 'Sent again', cell: (share) => (share.state === 'undelivered' && share.nextTryOn ? <DateText date={share.nextTryOn} act /> : '') },
      ]}
    />
  );
}

function PaymentPage({ payment, children }: { payment: Payment; children: ComponentChildren }): VNode {
  return (
    <Layout title={`Payment ${payment.paymentNo}`} wide>
      <Facts facts={[
        ['Loan', <a href={`/operations/loans/${payment.loanNo}`}>{payment.loanNo}</a>], ['How', payment.source], ['State', `${payment.state}${payment.reason ? `: ${plainWords(payment.reason)}` : ''}`], ['Counts on', <DateText date={payment.asOf} />], ['Asked', <Money fen={payment.askedFen} />], ['Frozen', <Money fen={payment.frozenFen} />],
      ]} />
      <h2>By instalment</h2>
      <Table
        caption="Allocation" rows={payment.parts ?? []} empty="Not allocated yet, because the bank has not frozen the money."
        columns={[
          { heading: 'Instalment', cell: (part) => part.no }, { heading: 'Costs', number: true, cell: (part) => <Money fen={part.costsFen} />, total: <Money fen={payment.costsFen} /> }, { heading: 'Fee', number: true, cell: (part) => <Money fen={part.feeFen} />, total: <Money fen={payment.feeFen} /> },
          { heading: 'Late interest', number: true, cell: (part) => <Money fen={part.lateInterestFen} />, total: <Money fen={payment.lateInterestFen} /> }, { heading: 'Interest', number: true, cell: (part) => <Money fen={part.interestFen} />, total: <Money fen={payment.interestFen} /> },
          { heading: 'Principal', number: true, cell: (part) => <Money fen={part.principalFen} />, total: <Money fen={payment.principalFen} /> },
        ]}
      />
      <h2>By lender</h2>
      {children}
    </Layout>
  );
}
