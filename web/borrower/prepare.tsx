import { Router } from 'express';
import type { AreaDeps } from '../area.js';
import { custodyStateOf } from '../account/custody-state.js';
import { CustodySteps } from '../account/custody-view.js';
import { DateText } from '../components/dates.js';
import { State } from '../components/state.js';
import { requirePerson } from '../guard.js';
import { Layout, sendPage } from '../layout.js';
import { personOf, visitOf, wantsJson } from '../visit.js';
import { ownLoan } from './access.js';
import { dateOf } from './home.js';

/** What must be there before a loan is listed: account, card, authorisations. */
export function prepareRouter({ pool }: AreaDeps): Router {
  const router = Router();
  router.get('/loans/:loanNo/prepare', requirePerson, async (request, response) => {
    const { loan } = await ownLoan(pool, response, request.params['loanNo']);
    const visit = visitOf(response);
    const state = await custodyStateOf(pool, personOf(response), 'borrower', visit.asOf);
    if (wantsJson(request)) {
      response.json({ loanNo: loan.loanNo, state: loan.state, missing: state.missing });
      return;
    }
    const ready = state.missing.length === 0;
    const by = dateOf(loan.nextAt, visit.zoneOffsetMinutes);
    sendPage(response, (
      <Layout title={`Prepare ${loan.loanNo}`} refreshSeconds={ready && loan.state === 'preparing' ? 5 : undefined}>
        {ready
          ? <State tone="good" word="All there">Your account, card and authorisations are in place. {loan.state === 'preparing' ? 'The loan goes on to the market by itself, usually within a minute.' : 'The loan has gone on.'} You need do nothing.</State>
          : <State tone="warn" word="Still to do">Before lenders see your loan, these must be in place at the custody bank{loan.state === 'preparing' && by ? <>, by <DateText date={by} act /></> : ''}. Otherwise the loan is cancelled at no cost.</State>}
        <CustodySteps state={state} named={personOf(response).named} returnTo={`/loans/${loan.loanNo}/prepare`} />
        <p><a href={`/loans/${loan.loanNo}`}>The loan</a></p>
      </Layout>
    ));
  });
  return router;
}
