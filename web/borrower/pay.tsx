import { Router } from 'express';
import { endStates } from '../../domain/loan.js';
import { dueBy, payableDues, payableNowFen, payoffOf, totalFen } from '../../domain/servicing.js';
import type { LoanState } from '../../domain/loan.js';
import { pay } from '../../workflows/contract.js';
import { custodyStateOf, type CustodyState } from '../account/custody-state.js';
import type { AreaDeps } from '../area.js';
import { Facts, MoneyAct } from '../components/facts.js';
import { AmountField, Form, Radios, type FormErrors } from '../components/form.js';
import { Money, moneyText } from '../components/money.js';
import { requirePerson } from '../guard.js';
import { Input } from '../input.js';
import { Layout, sendPage, useVisit } from '../layout.js';
import { answerTold, sendRefusal } from '../told.js';
import { personOf, visitOf } from '../visit.js';
import { ownLoan, type LoanAccess } from './access.js';

const kinds = ['due', 'amount', 'payoff'] as const;
type Kind = (typeof kinds)[number];

/** What can be paid on a day, from the loan's own state. */
function quoteOf(loan: LoanState, today: string) {
  return { dueFen: totalFen(dueBy(loan, today)), nowFen: payableNowFen(loan, today), mostFen: totalFen(payableDues(loan, today)), payoff: payoffOf(loan, today) };
}
type Quote = ReturnType<typeof quoteOf>;

/** Paying: what is due, another amount, or everything; a page that shows what moves; then the workflow. */
export function payRouter({ pool, workflows }: AreaDeps): Router {
  const router = Router();
  const back = (loanNo: string) => ({ href: `/loans/${loanNo}`, text: 'Back to the loan' });

  router.get('/loans/:loanNo/pay', requirePerson, async (request, response) => {
    const access = await ownLoan(pool, response, request.params['loanNo']);
    if (!payable(access)) return sendRefusal(response, 'nothing-owed', back(access.loan.loanNo));
    const quote = quoteOf(access.carried, visitOf(response).today);
    sendPage(response, <ChoosePage access={access} quote={quote} custody={await custodyOf(access)} typed={{ kind: 'due' }} errors={{}} />);
  });

  router.post('/loans/:loanNo/pay/check', requirePerson, async (request, response) => {
    const access = await ownLoan(pool, response, request.params['loanNo']);
    if (!payable(access)) return sendRefusal(response, 'nothing-owed', back(access.loan.loanNo));
    const input = new Input(request.body);
    const { key } = input;
    const quote = quoteOf(access.carried, visitOf(response).today);
    const { kind, amountFen } = read(input, quote);
    const custody = await custodyOf(access);
    if (!input.ok) return sendPage(response, <ChoosePage access={access} quote={quote} custody={custody} typed={input.typed} errors={input.errors} />, 422);
    sendPage(response, <CheckPage access={access} kind={kind} amountFen={amountFen} custody={custody} formKey={key} typed={input.fields} />);
  });

  router.post('/loans/:loanNo/pay', requirePerson, async (request, response) => {
    const access = await ownLoan(pool, response, request.params['loanNo']);
    const { loanNo } = access.loan;
    const input = new Input(request.body);
    const { key } = input;
    const quote = quoteOf(access.carried, visitOf(response).today);
    const kind = input.choice('kind', kinds, 'Choose what you want to pay.');
    // Only the shape is checked here: a repeat of a payment that went through must reach the workflow, which answers the first result.
    const amountFen = kind === 'amount' ? input.amount('amount', { minFen: 1, maxFen: Number.MAX_SAFE_INTEGER, missing: 'Enter an amount.', tooSmall: 'More than nothing, please.', tooLarge: 'This is too much.' }) : 0;
    if (!input.ok) return sendPage(response, <ChoosePage access={access} quote={quote} custody={await custodyOf(access)} typed={input.typed} errors={input.errors} />, 422);
    const told = await workflows.update(loanNo, pay, key, { key, personId: personOf(response).id, kind, amountFen });
    if (told.status === 'done' && told.result.status === 'refused') return sendRefusal(response, told.result.code ?? 'refused', { href: `/loans/${loanNo}/pay`, text: 'Back to paying' });
    const sent = { name: 'pay-confirm', action: `/loans/${loanNo}/pay`, button: 'Pay', key, hidden: input.fields, back: back(loanNo) };
    answerTold(response, told, sent, (result) => `/loans/${loanNo}?done=${result.status}`);
  });
  return router;

  function custodyOf(access: LoanAccess): Promise<CustodyState> {
    return custodyStateOf(pool, { id: access.loan.borrowerId }, 'borrower', access.loan.appliedAt);
  }
}

function payable({ loan, carried }: LoanAccess): boolean {
  return carried.valueDate !== null && !endStates.includes(loan.state) && loan.state !== 'disbursing';
}

function read(input: Input, quote: Quote): { kind: Kind; amountFen: number } {
  const kind = input.choice('kind', kinds, 'Choose what you want to pay.');
  if (kind === 'payoff') return { kind, amountFen: quote.payoff.totalFen };
  if (kind === 'due') return { kind, amountFen: quote.nowFen };
  const amountFen = input.amount('amount', {
    minFen: 1, maxFen: quote.mostFen, missing: 'Enter how much you want to pay.', tooSmall: 'More than nothing, please.',
    tooLarge: `At most ${moneyText(quote.mostFen)}: what is due and the next instalment. To end the loan choose "everything".`,
  });
  return { kind, amountFen };
}

function ChoosePage({ access, quote, custody, typed, errors }: { access: LoanAccess; quote: Quote; custody: CustodyState; typed: Record<string, string>; errors: FormErrors }) {
  const { loanNo } = access.loan;
  const { payoff } = quote;
  return (
    <Layout title={`Pay ${loanNo}`}>
      <Facts facts={[
        ['Due now', <Money fen={quote.dueFen} />],
        ['Available in custody', <Money fen={custody.availableFen} />],
        ['To end the loan today', <><Money fen={payoff.totalFen} />: principal <Money fen={payoff.principalFen} />, interest <Money fen={payoff.interestFen} />{payoff.lateInterestFen > 0 ? <>, late interest <Money fen={payoff.lateInterestFen} /></> : null}{payoff.feesFen > 0 ? <>, fees <Money fen={payoff.feesFen} /></> : null}{payoff.earlyFeeFen > 0 ? <>, fee for early repayment <Money fen={payoff.earlyFeeFen} /></> : null}</>],
        ['Interest you would save', payoff.savedInterestFen > 0 ? <Money fen={payoff.savedInterestFen} /> : null],
      ]} />
      <Form name="pay" action={`/loans/${loanNo}/pay/check`} button="Check the payment" errors={errors} formKey={typed['key'] || undefined} back={{ href: `/loans/${loanNo}`, text: 'Back to the loan' }}>
        <Radios name="kind" label="What do you want to pay?" value={typed['kind']} errors={errors} options={[
          { value: 'due', text: `${quote.dueFen > 0 ? 'What is due' : 'The next instalment'}: ${moneyText(quote.nowFen)}` }, { value: 'amount', text: 'Another amount' }, { value: 'payoff', text: `Everything, and end the loan: ${moneyText(payoff.totalFen)}` },
        ]} />
        <AmountField name="amount" label="The other amount, in yuan" hint="It fills what is oldest first: costs, late interest, interest, principal." value={typed['amount']} errors={errors} />
      </Form>
    </Layout>
  );
}

function CheckPage({ access, kind, amountFen, custody, formKey, typed }: { access: LoanAccess; kind: Kind; amountFen: number; custody: CustodyState; formKey: string; typed: Record<string, string> }) {
  const { today } = useVisit();
  const { loanNo } = access.loan;
  const missingFen = Math.max(0, amountFen - custody.availableFen);
  return (
    <Layout title={`Check the payment of ${loanNo}`}>
      <MoneyAct
        moves={<Money fen={amountFen} />}
        from={missingFen > 0 ? <>your custody account, and <Money fen={missingFen} /> pulled from your card{custody.account?.cardLast4 ? ` ending in ${custody.account.cardLast4}` : ''}</> : 'your custody account'}
        to="the lenders of this loan, and the agreed fee to the platform" costs="Nothing beyond what is owed" final={`When the bank has frozen it: it counts from then (today, ${today}), however long the sharing takes`}
      />
      {kind === 'payoff' ? <p>The loan ends with it; interest for the time to come is not owed. The figure holds today.</p> : null}
      <Form name="pay-confirm" action={`/loans/${loanNo}/pay`} button={`Pay ${moneyText(amountFen)}`} formKey={formKey} hidden={typed} back={{ href: `/loans/${loanNo}/pay`, text: 'Change' }} />
    </Layout>
  );
}
