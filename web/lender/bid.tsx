import { Router } from 'express';
import type { Response } from 'express';
import { findAccount } from '../../db/accounts.js';
import { validAssessment } from '../../db/assessments.js';
import { findBid, placeBids, reservationMinutes, type Bid, type BidRefusal, type Placed } from '../../db/bids.js';
import { lenderMayBid, type LenderRefusal } from '../../db/lenders.js';
import { marketListing, type MarketListing } from '../../db/market.js';
import { purseOf, type Purse } from '../../db/purse.js';
import { mayFundGrade } from '../../domain/suitability.js';
import { bidsWaiting, fundWorkflowId } from '../../workflows/contract.js';
import { carryToBank } from '../account/bank-act.js';
import { InDoubt } from '../account/in-doubt.js';
import type { AreaDeps } from '../area.js';
import { InstantText } from '../components/dates.js';
import { Facts, MoneyAct } from '../components/facts.js';
import { AmountField, Checkbox, Form, Radios, type FormErrors } from '../components/form.js';
import { Money, moneyText } from '../components/money.js';
import { State } from '../components/state.js';
import { documentNamed } from '../documents/texts.js';
import { notFound } from '../errors.js';
import { requireRole } from '../guard.js';
import { Input, typedFields } from '../input.js';
import { Layout, sendPage } from '../layout.js';
import { BorrowerFacts, freeOf, lenderFeeText, ListingFacts, Progress, RiskFacts } from '../public/listing.js';
import { refusalText } from '../refusals.js';
import { personOf, visitOf, wantsJson } from '../visit.js';
import { amountLine, bidTones, bidWords } from './bid-table.js';

type By = 'password' | 'authorisation';
/** No one bids more than this at once; the listing's own limits are far below. */
const maxBidFen = 100_000_000_000;

const refusals: Record<LenderRefusal | BidRefusal | 'grade-too-risky', string> = {
  'risk-notice-not-confirmed': 'Confirm the risk notice first (Portfolio, “Before you can lend”).',
  'not-assessed': 'Answer the questionnaire first: without an assessment nobody may lend (Interim Measures, Art. 26).',
  'above-grade-limit': 'Together with what you have lent this would be above the limit that your questionnaire allows.',
  'not-authorised': 'Your standing authorisation for bids is missing, too small or has run out. Bid with your password at the bank, or authorise again under “Custody account”.',
  'not-identified': 'Your identity has to be confirmed first (Portfolio, “Before you can lend”).',
  'no-account': 'Open your custody account first.',
  'court-order': 'A court has frozen the money in your custody account; your portfolio says which and until when. Nothing can be bid meanwhile.',
  'no-listing': 'This loan is not on the market.',
  'listing-closed': 'This loan is no longer open for bids: it is fully funded, or its time is over.',
  'own-loan': 'This is your own loan; nobody lends to themselves.',
  'below-minimum': 'The amount is below the smallest bid.',
  'not-a-step': 'The amount is not one of the steps.',
  'above-share': 'One lender may fund only a part of a loan; with this bid you would be above it.',
  'not-enough-free': 'Less than that is still free. Others may be paying for shares that fall back if they do not.',
  'not-enough-money': 'There is not enough free money in your custody account; what waits because the bank\'s file tells otherwise does not count. Deposit first.',
  'grade-too-risky': 'Your questionnaire does not cover loans of this risk grade.',
};

/** Bidding: amount, check page, then the standing authorisation or the bank's page. */
export function bidRouter(deps: AreaDeps): Router {
  const { pool, custodyForms, settings, workflows } = deps;
  const router = Router();
  const lender = requireRole('lender');

  router.get('/lender/bid/:loanNo', lender, async (request, response) => {
    const listing = await openListing(String(request.params['loanNo']));
    sendPage(response, <BidPage listing={listing} typed={chosen(typedFields(request.query))} errors={{}} purse={await purse(response)} />);
  });

  /** The first post is shown again as a check page; the second, with `confirmed`, places the bid. */
  router.post('/lender/bid/:loanNo', lender, async (request, response) => {
    const listing = await openListing(String(request.params['loanNo']));
    const input = new Input(request.body);
    const { key } = input;
    const by = input.choice('by', ['authorisation', 'password'] as const, 'Choose how the bank shall know that it is you.');
    const amountFen = input.amount('amount', { minFen: 1, maxFen: maxBidFen, missing: 'How much do you want to lend?', tooSmall: 'More than nothing, please.', tooLarge: 'That is more than any loan.' });
    const confirmed = input.ticked('confirmed');
    if (confirmed && input.ok && !input.ticked('risk')) return sendPage(response, <CheckPage listing={listing} amountFen={amountFen} amount={input.typed['amount'] ?? ''} by={by} formKey={key} errors={{ risk: 'Confirm that you know the risk of this loan.' }} />, 422);
    const again = async () => sendPage(response, <BidPage listing={listing} typed={input.typed} errors={input.errors} purse={await purse(response)} />, 422);
    if (input.ok) {
      const refused = await mayBid(response, listing, amountFen, by);
      if (refused) input.wrong('form', `${refusals[refused]} (Code ${refused}.)`);
    }
    if (!input.ok) return again();
    if (!confirmed) return sendPage(response, <CheckPage listing={listing} amountFen={amountFen} amount={input.typed['amount'] ?? ''} by={by} formKey={key} errors={{}} />);
    const placed = await place(response, listing, { key, amountFen, by });
    if ('refused' in placed) {
      if (wantsJson(request)) return void response.status(409).json({ error: { code: placed.refused, message: refusals[placed.refused], freeFen: placed.freeFen } });
      input.wrong('form', `${refusals[placed.refused]}${placed.refused === 'not-enough-free' ? ` Free now: ${moneyText(placed.freeFen)}.` : ''} (Code ${placed.refused}.)`);
      return again();
    }
    if (wantsJson(request)) return void response.status(201).json({ bidId: placed.bidId, state: placed.state });
    if (by === 'authorisation' || placed.state !== 'reserved') return response.redirect(303, `/lender/bids/${placed.bidId}`);
    const bid = await findBid(pool, placed.bidId);
    if (!bid) throw notFound();
    const form = custodyForms.sign({
      act: 'hold', requestNo: bid.requestNo, projectNo: listing.projectNo, userNo: bid.userNo, purpose: 'bid', amountFen: bid.amountFen, expiresAt: bid.expiresAt,
      returnUrl: `${settings.publicUrl}/bank/return`, businessTime: visitOf(response).asOf,
    });
    await carryToBank(deps, response, bid.requestNo, form, `You lend ${amountLine(bid)}: the bank freezes the money, and it leaves your account only when the loan is fully funded.`);
  });

  router.get('/lender/bids/:id', lender, async (request, response) => {
    const id = String(request.params['id']);
    const bid = /^\d{1,15}$/.test(id) ? await findBid(pool, Number(id)) : null;
    if (!bid || bid.lenderId !== personOf(response).id) throw notFound();
    if (wantsJson(request)) return void response.json({ bid });
    sendPage(response, <BidStatePage bid={bid} deadline={(await marketListing(pool, bid.loanNo))?.deadline ?? null} />);
  });
  return router;

  async function openListing(loanNo: string): Promise<MarketListing> {
    const listing = await marketListing(pool, loanNo);
    if (!listing) throw notFound();
    return listing;
  }

  /** What can be lent: of the account for lending alone, and without what is in doubt. */
  async function purse(response: Response): Promise<Purse | null> {
    const account = await findAccount(pool, personOf(response).id, 'INVESTOR');
    return account ? purseOf(pool, [account.userNo]) : null;
  }

  async function mayBid(response: Response, listing: MarketListing, amountFen: number, by: By): Promise<LenderRefusal | 'grade-too-risky' | null> {
    const [visit, person] = [visitOf(response), personOf(response)];
    const gate = await lenderMayBid(pool, { lenderId: person.id, loanNo: listing.loanNo, amountFen, by, businessAt: visit.asOf });
    if (!gate.allowed) return gate.refused;
    const assessment = await validAssessment(pool, person.id, visit.today);
    return assessment && !mayFundGrade(assessment.grade, listing.grade) ? 'grade-too-risky' : null;
  }

  /** Reserves the share; a bid by standing authorisation is then frozen by the loan's funding workflow. */
  async function place(response: Response, listing: MarketListing, bid: { key: string; amountFen: number; by: By }): Promise<Placed> {
    const [visit, person] = [visitOf(response), personOf(response)];
    const account = await findAccount(pool, person.id, 'INVESTOR');
    if (!account) return { key: bid.key, refused: 'not-enough-money', freeFen: freeOf(listing) };
    const [placed] = await placeBids(pool, listing.loanNo, [{ ...bid, lenderId: person.id, userNo: account.userNo, riskNoticeVersion: documentNamed('lender-risk-notice').version }], visit.asOf);
    if (placed && !('refused' in placed) && bid.by === 'authorisation') workflows.gather(fundWorkflowId(listing.loanNo), bidsWaiting);
    return placed ?? { key: bid.key, refused: 'no-listing', freeFen: 0 };
  }
}

/** What comes back from the check page to be changed. */
const chosen = ({ amount = '', by = 'authorisation' }: Record<string, string>): Record<string, string> => ({ amount: amount.slice(0, 20), by });

function BidPage({ listing, typed, errors, purse }: { listing: MarketListing; typed: Record<string, string>; errors: FormErrors; purse: Purse | null }) {
  return (
    <Layout title={`Bid on ${listing.loanNo}`}>
      <Progress listing={listing} />
      <ListingFacts listing={listing} />
      <h2>The risk</h2>
      <RiskFacts listing={listing} />
      <BorrowerFacts listing={listing} />
      <InDoubt fen={purse?.doubtedFen ?? 0} />
      <Form name="bid" action={`/lender/bid/${listing.loanNo}`} button="Check the bid" formKey={typed['key']} errors={errors}>
        <AmountField
          name="amount" label="Amount in yuan" value={typed['amount']} errors={errors}
          hint={<>From {moneyText(listing.minBidFen)} in steps of {moneyText(listing.stepFen)}; free: {moneyText(freeOf(listing))}. To lend from your custody account: {purse === null ? 'no account yet' : moneyText(purse.availableFen)}.</>}
        />
        <Radios
          name="by" label="How shall the bank know that it is you?" value={typed['by'] ?? 'authorisation'} errors={errors}
          options={[{ value: 'authorisation', text: 'By the standing authorisation that I gave there' }, { value: 'password', text: "By my trading password, on the bank's page (the share is kept for five minutes)" }]}
        />
      </Form>
    </Layout>
  );
}

function CheckPage({ listing, amountFen, amount, by, formKey, errors }: { listing: MarketListing; amountFen: number; amount: string; by: By; formKey: string; errors: FormErrors }) {
  return (
    <Layout title="Check your bid">
      <MoneyAct
        moves={<Money fen={amountFen} />} from="your custody account" to={`the borrower of ${listing.loanNo}, together with other lenders`} costs={`Nothing now. Our fee: ${lenderFeeText(listing)}`}
        final="The bank freezes it at once. It is lent when the loan is fully funded and concluded; if it is not, everything is released."
      />
      <Facts facts={[['Risk grade', <strong>{listing.grade}</strong>], ['Term', `${listing.termMonths} months`]]} />
      <RiskFacts listing={listing} />
      <Form
        name="confirm-bid" action={`/lender/bid/${listing.loanNo}`} button={`Lend ${moneyText(amountFen)}`} formKey={formKey} errors={errors} hidden={{ amount, by, confirmed: 'yes' }}
        back={{ href: `/lender/bid/${listing.loanNo}?${new URLSearchParams({ amount, by }).toString()}`, text: 'Change' }}
      >
        <Checkbox name="risk" errors={errors}>I know the current risk notice (version {documentNamed('lender-risk-notice').version}) and the risk grade {listing.grade}, and I may lose this money.</Checkbox>
      </Form>
    </Layout>
  );
}

const bidSentences: Record<Bid['state'], string> = {
  reserved: 'The share is kept for you while the bank freezes the money. If that does not happen in time, the share becomes free again.',
  frozen: 'The money is frozen at the bank. It is lent when the loan is fully funded and the contract concluded; otherwise it is released.',
  refused: 'The bank did not freeze the money, and the share is free again. Nothing was taken from you.',
  expired: 'The time for paying was over, and the share is free again. Nothing was taken from you.',
  released: 'The loan did not come about, and the money is free again in your custody account.',
  lent: 'The money has been lent. You find the claim in your portfolio.',
};

function BidStatePage({ bid, deadline }: { bid: Bid; deadline: string | null }) {
  return (
    <Layout title={`Bid ${bid.id}`} heading={`Bid ${bid.id}: ${amountLine(bid)}`} refreshSeconds={bid.state === 'reserved' ? 3 : undefined}>
      <State tone={bidTones[bid.state]} word={bidWords[bid.state]}>{bidSentences[bid.state]}{bid.reason ? ` ${refusalText(bid.reason).what}` : ''}</State>
      <Facts facts={[
        ['Reference', <span class="reference">{bid.requestNo}</span>], ['Amount', <Money fen={bid.amountFen} />], ['Placed', <InstantText at={bid.businessAt} />],
        ['Lent or released by', bid.state === 'frozen' && deadline ? <InstantText at={deadline} act /> : null],
        ['Kept for', bid.state === 'reserved' ? `${reservationMinutes[bid.by]} minutes from then` : null],
      ]} />
      <p><a href={`/market/${bid.loanNo}`}>The loan</a> · <a href="/lender">Portfolio</a> · <a href="/market">Market</a></p>
    </Layout>
  );
}
