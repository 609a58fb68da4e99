/** Lenders' shares of payments: those that the bank refused, and how one payment was shared. */
import { Router } from 'express';
import type { ComponentChildren, VNode } from 'preact';
import { sharesOf, undeliveredShares, type Share } from '../../db/finance.js';
import { findPayment, type Payment } from '../../db/payments.js';
import type { AreaDeps } from '../area.js';
import { DateText } from '../components/dates.js';
import { Facts } from '../components/facts.js';
import { Money } from '../components/money.js';
import { Badge } from '../components/state.js';
import { readListQuery, Table, type TableProps } from '../components/table.js';
import { plainWords } from '../desk/words.js';
import { notFound } from '../errors.js';
import { Layout, sendPage } from '../layout.js';
import { wantsJson } from '../visit.js';
import { mayLook } from './roles.js';

const pageSize = 100;

export function sharesRouter({ pool }: AreaDeps): Router {
  const router = Router();
  router.get('/operations/undelivered', mayLook, async (request, response) => {
    const list = readListQuery(request.query, ['oldest']);
    const found = await undeliveredShares(pool, pageSize + 1, (list.page - 1) * pageSize);
    const shares = found.slice(0, pageSize);
    if (wantsJson(request)) return void response.json({ shares, page: list.page, hasMore: found.length > pageSize });
    sendPage(response, (
      <Layout title="Undelivered shares" wide>
        <p>Shares (未到账) that the bank refused, because a lender's account is frozen or closed. They stay frozen under the loan and are sent again by its workflow every day until the bank takes them; the borrower is not late for them.</p>
        <ShareTable shares={shares} empty="None, because the bank has delivered every share." list={{ ...list, path: '/operations/undelivered', hasMore: found.length > pageSize }} />
      </Layout>
    ));
  });

  router.get('/operations/payments/:paymentNo', mayLook, async (request, response) => {
    const payment = await findPayment(pool, String(request.params['paymentNo']));
    if (!payment) throw notFound();
    const list = readListQuery(request.query, ['holding']);
    const found = await sharesOf(pool, payment.paymentNo, pageSize + 1, (list.page - 1) * pageSize);
    const shares = found.slice(0, pageSize);
    if (wantsJson(request)) return void response.json({ payment, shares, page: list.page, hasMore: found.length > pageSize });
    sendPage(response, <PaymentPage payment={payment}><ShareTable shares={shares} empty="Not shared yet, because the bank has not frozen the money." list={{ ...list, path: `/operations/payments/${encodeURIComponent(payment.paymentNo)}`, hasMore: found.length > pageSize }} /></PaymentPage>);
  });
  return router;
}

function ShareTable({ shares, empty, list }: { shares: Share[]; empty: string; list: TableProps<Share>['list'] }): VNode {
  const total = (pick: (share: Share) => number) => <Money fen={shares.reduce((sum, share) => sum + pick(share), 0)} />;
  return (
    <Table
      caption="Shares" rows={shares} empty={empty} list={list} href={(share) => `/operations/loans/${share.loanNo}`}
      columns={[
        { heading: 'Loan', cell: (share) => share.loanNo, total: 'Shown' }, { heading: 'Payment', cell: (share) => share.paymentNo }, { heading: 'Since', cell: (share) => <DateText date={share.asOf} act={share.state === 'undelivered'} /> }, { heading: 'Lender', cell: (share) => `${share.lenderId} (${share.userNo})` },
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
