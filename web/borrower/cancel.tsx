import { Router } from 'express';
import { endStates } from '../../domain/loan.js';
import { cancelLoan } from '../../workflows/contract.js';
import type { AreaDeps } from '../area.js';
import { MoneyAct } from '../components/facts.js';
import { Form, Radios, type FormErrors } from '../components/form.js';
import { requirePerson } from '../guard.js';
import { Input } from '../input.js';
import { Layout, sendPage } from '../layout.js';
import { answerTold, sendRefusal } from '../told.js';
import { personOf } from '../visit.js';
import { ownLoan, type LoanAccess } from './access.js';

/** Codes, not words: what is told to a workflow carries no free text. */
const reasons = { 'not-needed': 'I do not need it any more', 'too-dear': 'It costs too much', elsewhere: 'I have found something else', 'took-too-long': 'It takes too long', other: 'Another reason' } as const;
const codes = Object.keys(reasons) as [keyof typeof reasons, ...(keyof typeof reasons)[]];

/** Saying no to an offer, or withdrawing: free until the contract is concluded. */
export function cancelRouter({ pool, workflows }: AreaDeps): Router {
  const router = Router();
  router.get('/loans/:loanNo/cancel', requirePerson, async (request, response) => {
    const access = await ownLoan(pool, response, request.params['loanNo']);
    if (!cancellable(access)) return sendRefusal(response, 'contract-concluded', backTo(access));
    sendPage(response, <CancelPage access={access} typed={{}} errors={{}} />);
  });

  router.post('/loans/:loanNo/cancel', requirePerson, async (request, response) => {
    const access = await ownLoan(pool, response, request.params['loanNo']);
    const { loanNo } = access.loan;
    const input = new Input(request.body);
    const { key } = input;
    const reason = input.choice('reason', codes, 'Choose a reason; it helps us, and any will do.');
    if (!input.ok) return sendPage(response, <CancelPage access={access} typed={input.typed} errors={input.errors} />, 422);
    const told = await workflows.update(loanNo, cancelLoan, key, { personId: personOf(response).id, reason });
    const sent = { name: 'cancel-loan', action: `/loans/${loanNo}/cancel`, button: 'Withdraw', key, hidden: input.fields, back: backTo(access) };
    answerTold(response, told, sent, () => `/loans/${loanNo}?done=${access.loan.state === 'offered' ? 'declined' : 'cancelled'}`);
  });
  return router;
}

function cancellable({ loan, carried }: LoanAccess): boolean {
  return !endStates.includes(loan.state) && carried.concludedOn === null && carried.valueDate === null;
}

const backTo = ({ loan }: LoanAccess) => ({ href: `/loans/${loan.loanNo}`, text: 'Back to the loan' });

function CancelPage({ access, typed, errors }: { access: LoanAccess; typed: Record<string, string>; errors: FormErrors }) {
  const offered = access.loan.state === 'offered';
  return (
    <Layout title={offered ? `Decline the offer for ${access.loan.loanNo}` : `Withdraw ${access.loan.loanNo}`}>
      <p>{offered ? 'The offer ends, and nothing is owed.' : 'It costs nothing. Lenders who have bid get their money back at once, and nothing is owed.'} It cannot be taken back; you may apply again.</p>
      {access.loan.state === 'fundraising' ? <MoneyAct moves="What lenders have frozen for it so far; nothing of yours" from="the freezes under this loan" to="the lenders' own custody accounts" costs="Nothing" final="At once: the listing ends, and it is not opened again" /> : null}
      <Form name="cancel-loan" action={`/loans/${access.loan.loanNo}/cancel`} button={offered ? 'Decline the offer' : 'Withdraw'} tone="danger" errors={errors} back={backTo(access)} formKey={typed['key'] || undefined}>
        <Radios name="reason" label="Why?" value={typed['reason']} errors={errors} options={codes.map((code) => ({ value: code, text: reasons[code] }))} />
      </Form>
    </Layout>
  );
}
