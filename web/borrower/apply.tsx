import { Router } from 'express';
import { recordAcceptance } from '../../db/acceptances.js';
import { recordAct } from '../../db/acts.js';
import { segmentNow } from '../../db/clock.js';
import { insertApplication } from '../../db/loans.js';
import { inTransaction } from '../../db/pool.js';
import { defaultServicePolicy, loanTerms } from '../../domain/loan-terms.js';
import type { LoanApplication } from '../../domain/loan.js';
import { decimalYuan } from '../../domain/money.js';
import type { Product } from '../../domain/product.js';
import { loanWorkflowId, taskQueues, workflowTypes, type LoanInput } from '../../workflows/contract.js';
import type { AreaDeps } from '../area.js';
import { Facts } from '../components/facts.js';
import { Checkbox, Form, type FormErrors } from '../components/form.js';
import { Money } from '../components/money.js';
import { Notice } from '../components/state.js';
import { acceptanceOf } from '../documents/texts.js';
import { PageError } from '../errors.js';
import { requireRole } from '../guard.js';
import { Input } from '../input.js';
import { Layout, sendPage } from '../layout.js';
import { answerTold } from '../told.js';
import { personOf, visitOf, type Visit } from '../visit.js';
import { ApplicationForm, debtToIncomeBps, housingWords, readApplication, type Asked } from './application-form.js';
import { CostsByGrade } from './calculator.js';
import { productOf } from './product.js';
import { purposeText } from './purposes.js';

/** Applying (借款申请): a form, a page that shows it all once more, a reference. The row comes first, then its workflow. */
export function applyRouter(deps: AreaDeps): Router {
  const { pool, vault, settings, workflows, clock } = deps;
  const router = Router();
  router.use('/borrower/apply', requireRole('borrower'));

  router.get('/borrower/apply', (request, response) => {
    if (!personOf(response).named) return response.redirect(303, '/account/identity?returnTo=/borrower/apply');
    const typed = { amount: text(request.query['amount']), termMonths: text(request.query['termMonths']) || '12', student: 'no' };
    sendPage(response, <ApplyPage product={theProduct()} typed={typed} errors={{}} />);
  });

  router.post('/borrower/apply/check', (request, response) => {
    const input = new Input(request.body);
    const { key } = input;
    // Back from the check page: everything that was typed is there again.
    if (input.ticked('change')) return sendPage(response, <ApplyPage product={theProduct()} typed={without(input.fields, 'change')} errors={{}} formKey={validKey(key)} />);
    const asked = readApplication(input, theProduct());
    if (!input.ok) return sendPage(response, <ApplyPage product={theProduct()} typed={input.typed} errors={input.errors} formKey={validKey(key)} />, 422);
    sendPage(response, <CheckPage product={theProduct()} asked={asked} typed={input.fields} formKey={key} errors={{}} />);
  });

  router.post('/borrower/apply', async (request, response) => {
    if (!personOf(response).named) return response.redirect(303, '/account/identity?returnTo=/borrower/apply');
    const input = new Input(request.body);
    const { key } = input;
    const asked = readApplication(input, theProduct());
    if (!input.ok) return sendPage(response, <ApplyPage product={theProduct()} typed={input.typed} errors={input.errors} formKey={validKey(key)} />, 422);
    input.mustTick('credit-consent', 'Without this consent we cannot judge the application.');
    if (!input.ok) return sendPage(response, <CheckPage product={theProduct()} asked={asked} typed={input.fields} formKey={key} errors={input.errors} />, 422);
    const application = await write(visitOf(response), personOf(response).id, key, asked);
    const loanInput: LoanInput = { application, clock: await segmentNow(pool, clock()) };
    const told = await workflows.start(workflowTypes.loan, { workflowId: loanWorkflowId(application.loanNo), taskQueue: taskQueues.loans, args: [loanInput], staticSummary: `${application.segment} loan, ¥${decimalYuan(application.requestedFen)} over ${application.termMonths} months` });
    const sent = { name: 'apply-confirm', action: '/borrower/apply', button: 'Send my application', key, hidden: input.fields, back: { href: '/borrower', text: 'My loans' } };
    answerTold(response, told, sent, () => `/loans/${application.loanNo}?done=applied`);
  });
  return router;

  function theProduct(): Product {
    const product = productOf(settings.profile);
    if (product) return product;
    throw new PageError(409, { code: 'no-product', title: 'There is nothing to apply for', why: 'No loan is offered under the rules in force here.', next: 'Look at the market as a lender, or come back later.' });
  }

  /** Application, consent and act in one transaction; the same key answers the first. */
  function write(visit: Visit, personId: string, key: string, asked: Asked): Promise<LoanApplication> {
    const product = theProduct();
    const terms = { ...loanTerms(product, { ...defaultServicePolicy, zoneOffsetMinutes: settings.zoneOffsetMinutes }), writeOffAfterDays: settings.writeOffAfterDays };
    return inTransaction(pool, async (tx) => {
      // Two presses at once: the second waits here and finds the first one's application.
      await tx.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`apply:${personId}`]);
      const { application, created } = await insertApplication(tx, {
        key: `${personId}:${key}`, borrowerId: personId, profile: product.profile, productId: product.id, productVersion: product.version, segment: product.segment,
        requestedFen: asked.amountFen, termMonths: asked.termMonths, purpose: asked.purpose, appliedAt: visit.asOf, terms,
        facts: {
          annualIncomeFen: asked.annualIncomeFen, employmentYears: asked.employmentYears, employerCipher: asked.employer === '' ? null : vault.seal(asked.employer), homeOwnership: asked.homeOwnership,
          debtToIncomeBps: debtToIncomeBps(asked), elsewhereFen: asked.elsewhereFen, student: asked.student, description: asked.description, region: asked.region,
        },
      });
      if (!created) return application;
      await recordAcceptance(tx, personId, acceptanceOf('credit-consent'), new Date(clock()).toISOString());
      await recordAct(tx, { actor: personId, role: 'borrower', verb: 'apply', subject: application.loanNo, after: { amountFen: asked.amountFen, termMonths: asked.termMonths, purpose: asked.purpose }, businessAt: visit.asOf });
      return application;
    });
  }
}

function text(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, 20) : '';
}

function validKey(key: string): string | undefined {
  return /^[\w-]{8,64}$/.test(key) ? key : undefined;
}

function ApplyPage({ product, typed, errors, formKey }: { product: Product; typed: Record<string, string>; errors: FormErrors; formKey?: string | undefined }) {
  return (
    <Layout title="Apply for a loan">
      <p>Two pages; nothing is sent before you have seen it all once more. <a href="/borrower/calculator">What would it cost?</a></p>
      <ApplicationForm product={product} typed={typed} errors={errors} formKey={formKey} />
    </Layout>
  );
}

function CheckPage({ product, asked, typed, formKey, errors }: { product: Product; asked: Asked; typed: Record<string, string>; formKey: string; errors: FormErrors }) {
  return (
    <Layout title="Check your application">
      <Facts facts={[
        ['Amount', <Money fen={asked.amountFen} />], ['Term', `${asked.termMonths} months`], ['For', purposeText(asked.purpose)], ['In your words', asked.description || 'nothing'],
        ['Income a year', <Money fen={asked.annualIncomeFen} />], ['Employer', `${asked.employer || 'not given'}${asked.employmentYears === null ? '' : `, ${asked.employmentYears} years`}`],
        ['How you live', housingWords[asked.homeOwnership]], ['Debts a month', <Money fen={asked.monthlyDebtsFen} />], ['Owed on other platforms', <Money fen={asked.elsewhereFen} />], ['Student', asked.student ? 'yes' : 'no'],
      ]} />
      <CostsByGrade product={product} amountFen={asked.amountFen} termMonths={asked.termMonths} />
      <Notice><p>This is not a contract. We check who you are and ask the bureaus, which costs you nothing; then you get an offer or a reason. You can withdraw until the contract is concluded.</p></Notice>
      <Form name="apply-confirm" action="/borrower/apply" button="Send my application" formKey={formKey} errors={errors} hidden={without(typed, 'credit-consent')}>
        <Checkbox name="credit-consent" value={typed['credit-consent']} errors={errors}>What I say is true, and I agree that the <a href="/documents/credit-consent" target="_blank" rel="noopener">credit bureaus are asked</a></Checkbox>
      </Form>
      <Form name="apply-change" action="/borrower/apply/check" button="Change something" tone="plain" formKey={formKey} hidden={{ ...without(typed, 'credit-consent'), change: 'yes' }} />
    </Layout>
  );
}

function without(typed: Record<string, string>, name: string): Record<string, string> {
  return Object.fromEntries(Object.entries(typed).filter(([each]) => each !== name));
}
