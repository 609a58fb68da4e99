import { Router } from 'express';
import { findAccountByUserNo } from '../../db/accounts.js';
import { cameBackAt as cameBack } from '../../db/cash.js';
import { find, type Instruction } from '../../db/instructions.js';
import { findLook } from '../../db/withdrawal-looks.js';
import type { AreaDeps } from '../area.js';
import { Facts } from '../components/facts.js';
import { Money } from '../components/money.js';
import { State } from '../components/state.js';
import { notFound } from '../errors.js';
import { requirePerson, safePath } from '../guard.js';
import { Layout, sendPage } from '../layout.js';
import { refusalText } from '../refusals.js';
import { personOf, wantsJson } from '../visit.js';
import { CashOutcomePage } from './cash-outcome.js';

const what: Partial<Record<Instruction['verb'], string>> = {
  register: 'Opening of your custody account', 'open-enterprise': 'Opening of the enterprise\'s custody account', 'reset-password': 'Reset of your trading password', 'bind-card': 'Binding of your bank card', 'unbind-card': 'Removal of your bank card', 'change-mobile': 'Change of your phone',
  authorise: 'Your authorisation', 'cancel-authorisation': 'The end of your authorisation', hold: 'Your payment or bid',
};

/** The page on which a person lands after the bank, and to which they may come back: how one request stands. */
export function bankReturnRouter({ pool }: AreaDeps): Router {
  const router = Router();

  router.get('/account/bank-unverified', requirePerson, (_request, response) => {
    sendPage(response, (
      <Layout title="The bank's message could not be read">
        <div role="alert">
          <p>What came back from the bank carried no valid signature, so we do not believe it. Nothing was changed by it; the bank tells us the result directly as well.</p>
          <p><strong>See how your custody account stands. If what you did at the bank is not there, begin again.</strong></p>
        </div>
        <p><a href="/account/custody">Custody account</a></p>
        <p class="small">Code bank-unverified</p>
      </Layout>
    ), 400);
  });

  router.get('/account/bank/:requestNo', requirePerson, async (request, response) => {
    const instruction = await find(pool, String(request.params['requestNo']).slice(0, 80));
    const account = instruction?.userNo ? await findAccountByUserNo(pool, instruction.userNo) : null;
    if (!instruction || account?.personId !== personOf(response).id) throw notFound();
    const cameBackAt = instruction.verb === 'withdraw' || instruction.verb === 'payout' ? await cameBack(pool, instruction.requestNo) : null;
    if (wantsJson(request)) {
      response.json({ requestNo: instruction.requestNo, verb: instruction.verb, state: instruction.state, stage: instruction.state === 'accepted' ? instruction.stage : null, reason: instruction.reason, amountFen: instruction.amountFen, cameBackAt });
      return;
    }
    // A bid has a page of its own, which knows what became of it.
    if (instruction.verb === 'hold' && instruction.bidId !== null) return response.redirect(303, `/lender/bids/${instruction.bidId}`);
    const look = instruction.verb === 'withdraw' ? await findLook(pool, instruction.requestNo) : null;
    const side = account.bankRole === 'INVESTOR' ? 'lender' : 'borrower';
    const cash = instruction.verb === 'deposit' || instruction.verb === 'withdraw' || instruction.verb === 'payout';
    sendPage(response, cash ? <CashOutcomePage instruction={instruction} account={account} side={side} cameBackAt={cameBackAt} look={look} /> : <OutcomePage instruction={instruction} />);
  });
  return router;
}

function OutcomePage({ instruction }: { instruction: Instruction }) {
  const next = safePath(instruction.details['returnTo']);
  const ended = instruction.state === 'done' || instruction.state === 'refused';
  return (
    <Layout title={what[instruction.verb] ?? 'A request to the bank'} refreshSeconds={ended ? undefined : 3}>
      <Outcome instruction={instruction} />
      <Facts facts={[
        ['Reference', <span class="reference">{instruction.requestNo}</span>],
        ['Amount', instruction.amountFen > 0 ? <Money fen={instruction.amountFen} /> : null],
        ['The bank\'s number', instruction.bankNo],
      ]} />
      <p><a class="button" href={next === '/' ? '/account/custody' : next}>Go on</a></p>
    </Layout>
  );
}

function Outcome({ instruction }: { instruction: Instruction }) {
  if (instruction.state === 'done') return <State tone="good" word="Done">The bank has confirmed it. Nothing more is needed.</State>;
  if (instruction.state === 'refused') {
    const { what: happened, next } = refusalText(instruction.reason ?? 'refused');
    return <State tone="bad" word="Not done">{happened} {next} <span class="small">Code {instruction.reason}</span></State>;
  }
  const accepted = instruction.state === 'accepted';
  return (
    <State tone="warn" word={accepted ? 'Under way at the bank' : 'Waiting for the bank'}>
      {accepted ? 'The bank has taken it on and will say when it is finished; a normal payout takes until the next working day.'
        : 'We wait for the bank\'s own word, which usually takes a few seconds; what a browser brings back proves nothing. This page looks again by itself. If you turned back at the bank, nothing happens.'}
    </State>
  );
}
