/** Standing authorisations: what the platform may order of the bank without the person, how much of it is used, and taking it back. */
import { Router, type Response } from 'express';
import type { VNode } from 'preact';
import { runningLoans, standingAuthorisations, type AuthorisationState, type StandingAuthorisation } from '../../db/authorisations.js';
import { bankUserNo } from '../../db/accounts.js';
import { isTerminal, latestTry } from '../../db/instructions.js';
import { openPerson } from '../../db/people.js';
import type { AreaDeps } from '../area.js';
import { DateText, dateOfInstant } from '../components/dates.js';
import { Facts } from '../components/facts.js';
import { Form } from '../components/form.js';
import { Money } from '../components/money.js';
import { Badge, Notice, type Tone } from '../components/state.js';
import { Table } from '../components/table.js';
import { notFound } from '../errors.js';
import { requirePerson } from '../guard.js';
import { Input } from '../input.js';
import { Layout, sendPage, useVisit } from '../layout.js';
import { answerTold, sendRefusal } from '../told.js';
import { hasRole, personOf, visitOf, wantsJson } from '../visit.js';
import { actKey, beginBankAct } from './bank-act.js';
import { authorisationLabels, authorisationWords, bankRoleOf, sides, type Side } from './custody-state.js';
import { sendText } from './messages.js';
import { authorisationEndingText } from './texts.js';

const stateWords: Record<AuthorisationState, string> = { valid: 'valid', 'used-up': 'used up', expired: 'expired', revoked: 'revoked' };
const stateTones: Record<AuthorisationState, Tone> = { valid: 'good', 'used-up': 'warn', expired: 'warn', revoked: 'calm' };

/** What ends with each authorisation, by side; said before it is taken back. */
const consequences: Partial<Record<StandingAuthorisation['type'], Partial<Record<Side, string>>>> = {
  REPAYMENT: { borrower: 'No instalment can be taken from your custody account any more, neither on its due day nor when you press "Pay" here. You still owe each instalment on its day: without a new authorisation you will be late, with late interest and everything that follows.' },
  RECHARGE: { borrower: 'On due days nothing is pulled from your card any more. You have to deposit each instalment into your custody account before its day; otherwise you will be late.' },
  WITHDRAW: { borrower: 'A loan that is disbursed is not paid out to your card by itself any more: it stays in your custody account until you withdraw it.', lender: 'Nothing is paid out to your card by itself any more; you withdraw with your password. Your claims stay as they are.' },
  TENDER: { lender: 'New bids need your password at the bank each time, and rules cannot bid for you. Bids that are frozen, and loans that were made from them, stay as they are.' },
};

const path = (side: Side): string => `/account/custody/${side}/authorisations`;

export function authorisationsRouter(deps: AreaDeps): Router {
  const { pool, vault, settings } = deps;
  const router = Router();
  router.use('/account/custody/:side/authorisations', requirePerson);

  router.get('/account/custody/:side/authorisations', async (request, response) => {
    const side = sideOf(response, request.params['side']);
    const authorisations = await listOf(response, side);
    if (wantsJson(request)) return void response.json({ side, authorisations });
    sendPage(response, <ListPage side={side} authorisations={authorisations} />);
  });

  router.get('/account/custody/:side/authorisations/:type/revoke', async (request, response) => {
    const side = sideOf(response, request.params['side']);
    const authorisation = (await listOf(response, side)).find((each) => each.type === request.params['type']);
    if (!authorisation) throw notFound();
    if (authorisation.state === 'revoked') return response.redirect(303, path(side));
    sendPage(response, <RevokePage side={side} authorisation={authorisation} loans={await runningLoans(pool, personOf(response).id, side)} />);
  });

  router.post('/account/custody/:side/authorisations/:type/revoke', async (request, response) => {
    const side = sideOf(response, request.params['side']);
    const input = new Input(request.body);
    const { key } = input;
    const back = { href: path(side), text: 'Standing authorisations' };
    if (!input.ok) return sendRefusal(response, 'form-incomplete', back);
    const person = personOf(response);
    const visit = visitOf(response);
    const authorisation = (await listOf(response, side)).find((each) => each.type === request.params['type']);
    if (!authorisation) throw notFound();
    if (authorisation.state === 'revoked' && !(await latestTry(pool, actKey(person.id, key)))) return sendRefusal(response, 'not-authorised', back);
    const { type } = authorisation;
    const { instruction, told } = await beginBankAct(deps, visit, person, { verb: 'cancel-authorisation', bankRole: bankRoleOf[side], key, amountFen: 0, details: { returnTo: path(side), type } });
    if (told.status === 'done' && !isTerminal(instruction)) {
      const { email, language } = await openPerson(pool, vault, person.id);
      await sendText(deps, { personId: person.id, phone: null, email }, authorisationEndingText(language, settings, type), { key: `authorisation-ending:${instruction.requestNo}`, asOf: visit.asOf });
    }
    answerTold(response, told, { name: 'revoke', action: `${path(side)}/${type}/revoke`, button: 'Take it back', key, hidden: {}, back }, () => `/account/bank/${instruction.requestNo}`);
  });
  return router;

  function listOf(response: Response, side: Side): Promise<StandingAuthorisation[]> {
    return standingAuthorisations(pool, bankUserNo(personOf(response).id, bankRoleOf[side]), visitOf(response).asOf);
  }
}

/** A side that the visitor has; to others it is not there. */
function sideOf(response: Response, text: unknown): Side {
  const side = sides.find((each) => each === text);
  if (!side || !hasRole(visitOf(response), side)) throw notFound();
  return side;
}

function ListPage({ side, authorisations }: { side: Side; authorisations: StandingAuthorisation[] }): VNode {
  return (
    <Layout title="Standing authorisations" wide>
      <p>What the platform may order of the bank without your password, up to a limit and until a day. It can order nothing else, and you can take each back at any time.</p>
      <Table
        caption="Standing authorisations" rows={authorisations} empty="None yet, because you have not authorised anything at the bank."
        columns={[
          { heading: 'The platform may', cell: (each) => authorisationWords[each.type] },
          { heading: 'State', cell: (each) => <Badge tone={stateTones[each.state]}>{stateWords[each.state]}</Badge> },
          { heading: 'Limit in all', number: true, cell: (each) => <Money fen={each.maxFen} /> }, { heading: 'Used', number: true, cell: (each) => <Money fen={each.usedFen} /> },
          { heading: 'Until', cell: (each) => <Until authorisation={each} /> },
          { heading: 'Take back', cell: (each) => (each.state === 'revoked' ? '' : <a href={`${path(side)}/${each.type}/revoke`}>Take back</a>) },
        ]}
      />
      <p class="small">"Used" is what our record shows since you gave it: bids frozen and not given back, payments taken, pulls from your card, payouts. The bank keeps its own count and refuses what would go beyond the limit.</p>
      <p class="actions"><a class="button" href={`/account/custody/${side}/authorise?returnTo=${encodeURIComponent(path(side))}`}>Authorise anew</a> <a href="/account/custody">Custody account</a></p>
    </Layout>
  );
}

function RevokePage({ side, authorisation, loans }: { side: Side; authorisation: StandingAuthorisation; loans: number }): VNode {
  return (
    <Layout title="Take an authorisation back">
      <Facts facts={[
        ['The platform may', authorisationWords[authorisation.type]], ['Limit in all', <Money fen={authorisation.maxFen} />], ['Used', <Money fen={authorisation.usedFen} />], ['Until', <Until authorisation={authorisation} />],
      ]} />
      <Notice tone="warn">
        <p><strong>What this means.</strong> {consequences[authorisation.type]?.[side] ?? 'We can no longer order this at the bank. What was done with it stays as it is.'}</p>
        <p>{loans === 0 ? 'You have no running loan that depends on it.' : `You have ${loans} running ${loans === 1 ? 'loan' : 'loans'}. Contracts stay as they are: taking an authorisation back ends no loan and no debt.`} What was ordered before stays ordered.</p>
      </Notice>
      <p>The bank ends it when we tell it, usually at once; we send you a notice by e-mail. You can give it again at any time.</p>
      <Form name="revoke" action={`${path(side)}/${authorisation.type}/revoke`} button={`Take back: ${authorisationLabels[authorisation.type]}`} tone="danger" back={{ href: path(side), text: 'Keep it' }} />
    </Layout>
  );
}

function Until({ authorisation }: { authorisation: StandingAuthorisation }): VNode {
  return <DateText date={dateOfInstant(authorisation.failTime, useVisit().zoneOffsetMinutes)} act={authorisation.state === 'valid'} />;
}
