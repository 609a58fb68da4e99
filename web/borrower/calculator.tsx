import { Router } from 'express';
import type { VNode } from 'preact';
import { makeOffer } from '../../domain/offer.js';
import type { Product } from '../../domain/product.js';
import type { AreaDeps } from '../area.js';
import { AmountField, ErrorSummary, Select } from '../components/form.js';
import { Money, moneyText } from '../components/money.js';
import { decimalPercentText, percentText } from '../components/rate.js';
import { Table } from '../components/table.js';
import { Input } from '../input.js';
import { Layout, sendPage, useVisit } from '../layout.js';
import { productOf } from './product.js';

/** What a loan would cost, for everybody, before any data is given. */
export function calculatorRouter({ settings }: AreaDeps): Router {
  const router = Router();
  router.get('/borrower/calculator', (request, response) => {
    const product = productOf(settings.profile);
    if (!product) return response.redirect(303, '/');
    const input = new Input(request.query);
    const asked = input.typed['amount'] !== undefined;
    const amountFen = asked ? input.amount('amount', {
      minFen: product.minAmountFen, maxFen: product.maxAmountFen, missing: 'Enter an amount.', tooSmall: `At least ${moneyText(product.minAmountFen)}.`, tooLarge: `At most ${moneyText(product.maxAmountFen)}.`,
    }) : 0;
    if (asked && amountFen % product.amountStepFen !== 0) input.wrong('amount', `In steps of ${moneyText(product.amountStepFen)}, please.`);
    const termMonths = asked ? Number(input.choice('termMonths', product.termMonths.map(String), 'Choose a term.')) : 12;
    sendPage(response, <CalculatorPage product={product} input={input} shown={asked && input.ok ? { amountFen, termMonths } : null} />, input.ok ? 200 : 422);
  });
  return router;
}

function CalculatorPage({ product, input, shown }: { product: Product; input: Input; shown: { amountFen: number; termMonths: number } | null }) {
  return (
    <Layout title="What would a loan cost?">
      <form method="get" action="/borrower/calculator" data-form="calculate" novalidate>
        <ErrorSummary errors={input.errors} />
        <AmountField name="amount" label="Amount in yuan" hint={`${moneyText(product.minAmountFen)} to ${moneyText(product.maxAmountFen)}, in steps of ${moneyText(product.amountStepFen)}`} value={input.typed['amount'] ?? '10,000'} errors={input.errors} />
        <Select name="termMonths" label="Term" value={input.typed['termMonths'] ?? '12'} options={product.termMonths.map((months) => ({ value: String(months), text: `${months} months` }))} />
        <p class="actions"><button>Show the costs</button></p>
      </form>
      {shown ? (
        <>
          <CostsByGrade product={product} {...shown} />
          <p><a class="button" href={`/borrower/apply?amount=${shown.amountFen / 100}&termMonths=${shown.termMonths}`}>Apply for this loan</a></p>
        </>
      ) : null}
    </Layout>
  );
}

interface GradeCost { grade: string; rateBps: number; instalmentFen: number; costFen: number; allIn: string }

/** The cost by risk grade, computed by the same rule that makes offers. */
export function CostsByGrade({ product, amountFen, termMonths }: { product: Product; amountFen: number; termMonths: number }): VNode | null {
  const { today } = useVisit();
  if (product.pricing.by !== 'grade') return null;
  const costs = Object.keys(product.pricing.annualRateBps).flatMap((grade): GradeCost[] => {
    const offer = makeOffer({ product, amountFen, termMonths, grade, profile: product.profile, contractDate: today });
    const first = offer.allowed ? offer.schedule[0] : undefined;
    if (!offer.allowed || !first) return [];
    return [{ grade, rateBps: offer.annualRateBps, instalmentFen: first.principalMinor + first.interestMinor + offer.serviceFeeFen, costFen: offer.totalInterestFen + offer.totalFeesFen, allIn: offer.allInCost }];
  });
  return (
    <>
      <h2>What it would cost</h2>
      <p class="hint">It depends on your risk grade, which the check finds out. The offer will say exactly.</p>
      <Table
        caption="Cost by grade" rows={costs} empty="No figures, because this amount and term cannot be offered today."
        columns={[
          { heading: 'Grade', cell: (each) => each.grade },
          { heading: 'Rate a year', number: true, cell: (each) => percentText(each.rateBps) },
          { heading: 'All-in cost a year (APR)', number: true, cell: (each) => decimalPercentText(each.allIn) },
          { heading: 'Each month', number: true, cell: (each) => <Money fen={each.instalmentFen} /> },
          { heading: 'Interest and fees in all', number: true, cell: (each) => <Money fen={each.costFen} /> },
        ]}
      />
    </>
  );
}
