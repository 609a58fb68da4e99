/** The statement of a person's custody account: as a page, as CSV, as PDF, as JSON. */
import { Router, type Response } from 'express';
import type { ComponentChildren, VNode } from 'preact';
import { accountsOf } from '../../db/accounts.js';
import { openPerson } from '../../db/people.js';
import { readStatement, type Statement, type StatementBalances, type StatementLine } from '../../db/statement.js';
import { decimalYuan } from '../../domain/money.js';
import type { AreaDeps } from '../area.js';
import { DateText, InstantText, instantText } from '../components/dates.js';
import { Facts } from '../components/facts.js';
import { ErrorSummary } from '../components/form.js';
import { Money } from '../components/money.js';
import { readListQuery, Table } from '../components/table.js';
import { maxCsvRows, sendCsv } from '../desk/csv.js';
import { PageError } from '../errors.js';
import { requirePerson } from '../guard.js';
import { Layout, sendPage } from '../layout.js';
import { personOf, visitOf, wantsJson } from '../visit.js';
import { periodOf, readAsked, type Asked } from './statement-period.js';
import { createStatementPdf } from './statement-pdf.js';
import { lineDetail, lineWords } from './statement-words.js';

const pageSize = 50;
/** About sixty sheets of paper. */
const maxPdfLines = 2_000;

export function statementRouter({ pool, vault, settings }: AreaDeps): Router {
  const router = Router();
  const pdf = createStatementPdf();

  router.get('/account/statement', requirePerson, async (request, response) => {
    const visit = visitOf(response);
    const accounts = await accountsOf(pool, personOf(response).id);
    const asked = readAsked(request.query, accounts, visit.today);
    if (!asked) return wantsJson(request) ? void response.json({ accounts: [] }) : sendPage(response, <NoAccountPage />);
    const period = periodOf(asked, visit.zoneOffsetMinutes);
    const format = request.query['format'];
    const all = async (most: number): Promise<Statement> => {
      const statement = await readStatement(pool, period, { limit: most, offset: 0 });
      if (statement.totals.lines > most) throw tooLong(statement.totals.lines, most);
      return statement;
    };
    if (format === 'csv') return sendStatementCsv(response, asked, await all(maxCsvRows), visit.zoneOffsetMinutes);
    if (format === 'pdf') {
      const statement = await all(maxPdfLines);
      const { name } = await openPerson(pool, vault, personOf(response).id);
      response.set({ 'Cache-Control': 'no-store', 'Content-Disposition': `attachment; filename="${fileName(asked)}.pdf"` }).type('application/pdf');
      return pdf.write(response, { asked, statement, holder: name ?? '', platformName: settings.platformName, zoneOffsetMinutes: visit.zoneOffsetMinutes, madeAt: visit.asOf });
    }
    const list = readListQuery(request.query, ['date']);
    const statement = await readStatement(pool, period, { limit: pageSize, offset: (list.page - 1) * pageSize });
    const hasMore = list.page * pageSize < statement.totals.lines;
    if (wantsJson(request)) {
      return void response.json({ account: asked.account.userNo, from: asked.from, to: asked.to, ...statement, lines: statement.lines.map((line) => ({ ...line, what: lineWords(line, isLender(asked)).en })), page: list.page, hasMore });
    }
    sendPage(response, <StatementPage asked={asked} userNos={accounts.map((each) => each.userNo)} statement={statement} page={list.page} hasMore={hasMore} />, Object.keys(asked.errors).length > 0 ? 422 : 200);
  });
  return router;
}

export const isLender = ({ account }: Pick<Asked, 'account'>): boolean => account.bankRole === 'INVESTOR';
const fileName = ({ account, from, to }: Asked): string => `statement-${account.userNo}-${from}-${to}`;

function tooLong(lines: number, most: number): PageError {
  return new PageError(422, {
    code: 'statement-too-long', title: 'Too many movements for one file', why: `The period has ${lines} movements; one file of this kind holds ${most}, and we leave none out silently.`, next: 'Go back and choose a shorter period, or the CSV file.',
  });
}

/** Where a line leads: to the loan as the person knows it. */
function loanAddress(line: StatementLine, lender: boolean): string | null {
  if (line.loanNo === null) return null;
  if (!lender) return `/loans/${line.loanNo}`;
  return line.kind === 'repayment' || line.kind === 'release' || line.bidId === null ? `/lender/claims/${line.loanNo}` : `/lender/bids/${line.bidId}`;
}

function sendStatementCsv(response: Response, asked: Asked, { opening, closing, lines }: Statement, zoneOffsetMinutes: number): void {
  const balance = (date: string, what: string, { availableFen, ...bound }: StatementBalances) => [date, what, '', '', '', '', '', decimalYuan(availableFen), decimalYuan(boundOf(bound))];
  sendCsv(response, fileName(asked), ['Time 时间', 'What', '摘要', 'Loan 借款', 'Request 流水号', 'Available 可用变动', 'Bound 占用变动', 'Available after 可用余额', 'Bound after 占用余额'], [
    balance(asked.from, 'Opening balance 期初余额', opening),
    ...lines.map((line) => {
      const { en, zh } = lineWords(line, isLender(asked));
      const detail = lineDetail(line);
      return [instantText(line.at, zoneOffsetMinutes), detail ? `${en} (${detail})` : en, zh, line.loanNo, line.requestNo, decimalYuan(line.availableFen), decimalYuan(line.boundFen), decimalYuan(line.availableAfterFen), decimalYuan(line.boundAfterFen)];
    }),
    balance(asked.to, 'Closing balance 期末余额', closing),
  ]);
}

export const boundOf = ({ reservedFen, frozenFen, inTransitFen }: Omit<StatementBalances, 'availableFen'>): number => reservedFen + frozenFen + inTransitFen;

function NoAccountPage(): VNode {
  return <Layout title="Statement"><p class="empty">Nothing here yet, because you have no account at the custody bank. <a href="/account/custody">Open it</a></p></Layout>;
}

function StatementPage({ asked, userNos, statement, page, hasMore }: { asked: Asked; userNos: string[]; statement: Statement; page: number; hasMore: boolean }): VNode {
  const { opening, closing, totals, lines } = statement;
  const query = new URLSearchParams({ account: asked.account.userNo, from: asked.from, to: asked.to });
  const download = (format: string) => `/account/statement?${query.toString()}&format=${format}`;
  return (
    <Layout title={`Statement ${asked.from} to ${asked.to}`} heading="Statement" wide>
      <p>Every movement of your custody account (存管账户流水) <span class="reference">{asked.account.userNo}</span>, as our ledger has it. The bank has the money; we compare with it every day.</p>
      <PeriodForm asked={asked} userNos={userNos} />
      <Facts facts={[
        ['Opening balance', <Balances of={opening} on={asked.from} />], ['Came in', <Money fen={totals.inFen} />], ['Went out', <Money fen={totals.outFen} />], ['Closing balance', <Balances of={closing} on={asked.to} />],
      ]} />
      <Table
        caption="Movements" rows={lines} empty={`No movement from ${asked.from} to ${asked.to}, because nothing was deposited, bid, lent, paid or withdrawn on these days.`}
        list={{ path: '/account/statement', sort: 'date', descending: false, page, search: '', csv: false, hasMore, filters: Object.fromEntries(query) }}
        columns={[
          { heading: 'When', cell: (line) => <InstantText at={line.at} />, total: `${totals.lines} ${totals.lines === 1 ? 'movement' : 'movements'}` },
          { heading: 'What', cell: (line) => <What line={line} lender={isLender(asked)} /> },
          { heading: 'Loan', cell: (line) => <LoanLink line={line} lender={isLender(asked)} /> },
          { heading: 'Request', cell: (line) => <RequestNo line={line} /> },
          { heading: 'Available', number: true, cell: (line) => <Change fen={line.availableFen} />, total: <Change fen={closing.availableFen - opening.availableFen} /> },
          { heading: 'Frozen', number: true, cell: (line) => <Change fen={line.boundFen} />, total: <Change fen={boundOf(closing) - boundOf(opening)} /> },
          { heading: 'Available after', number: true, cell: (line) => <Money fen={line.availableAfterFen} />, total: <Money fen={closing.availableFen} /> },
          { heading: 'Frozen after', number: true, cell: (line) => <Money fen={line.boundAfterFen} />, total: <Money fen={boundOf(closing)} /> },
        ]}
      />
      <p class="small">The last line is of the whole period. "Frozen" is what is yours but bound: bids being paid, money frozen for a bid or a payment, and payouts on their way to your card.</p>
      <p class="actions"><a class="button plain" href={download('pdf')}>Download (PDF)</a> <a class="button plain" href={download('csv')}>Download (CSV)</a> <a href="/account/custody">Custody account</a></p>
    </Layout>
  );
}

function PeriodForm({ asked, userNos }: { asked: Asked; userNos: string[] }): VNode {
  return (
    <>
      <ErrorSummary errors={asked.errors} />
      <form method="get" action="/account/statement" data-form="period" class="filter">
        {userNos.length > 1 ? <label>Account <select name="account">{userNos.map((userNo) => <option key={userNo} value={userNo} selected={userNo === asked.account.userNo}>{userNo.startsWith('L-') ? 'for lending' : 'for borrowing'}, {userNo}</option>)}</select></label> : null}
        <label>From <input type="date" name="from" id="f-from" value={asked.from} /></label>
        <label>to <input type="date" name="to" id="f-to" value={asked.to} /></label>
        <button>Show</button> <a href="/account/statement">This month</a>
      </form>
    </>
  );
}

function Balances({ of, on }: { of: StatementBalances; on: string }): VNode {
  const bound = [['being paid for bids', of.reservedFen], ['frozen', of.frozenFen], ['on the way to the card', of.inTransitFen]] as const;
  return <><Money fen={of.availableFen} /> available{bound.filter(([, fen]) => fen !== 0).map(([word, fen]): ComponentChildren => <>, <Money fen={fen} /> {word}</>)} <span class="small">(<DateText date={on} />)</span></>;
}

function What({ line, lender }: { line: StatementLine; lender: boolean }): VNode {
  const detail = lineDetail(line);
  return <>{lineWords(line, lender).en}{detail ? <span class="small"> ({detail})</span> : null}</>;
}

function LoanLink({ line, lender }: { line: StatementLine; lender: boolean }): VNode {
  const address = loanAddress(line, lender);
  return address ? <a href={address}>{line.loanNo}</a> : <>{line.loanNo ?? ''}</>;
}

function RequestNo({ line }: { line: StatementLine }): VNode {
  return line.own ? <a class="reference" href={`/account/bank/${encodeURIComponent(line.requestNo)}`}>{line.requestNo}</a> : <span class="reference">{line.requestNo}</span>;
}

/** A change with its sign; nothing where nothing changed. */
function Change({ fen }: { fen: number }): VNode | null {
  return fen === 0 ? null : <span class="number">{fen > 0 ? '+' : ''}<Money fen={fen} /></span>;
}
