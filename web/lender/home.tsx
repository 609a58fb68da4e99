import type { ComponentChildren, VNode } from 'preact';
import { acceptancesOf } from '../../db/acceptances.js';
import { authorisationsOf, findAccount, missingOf } from '../../db/accounts.js';
import { validAssessment, type LenderAssessment } from '../../db/assessments.js';
import { bidsOfLender, type Bid } from '../../db/bids.js';
import type { Person } from '../../db/people.js';
import { portfolioHoldings, portfolioSums, undeliveredParts, type PortfolioHolding, type PortfolioSums, type UndeliveredPart } from '../../db/portfolio.js';
import type { AreaDeps } from '../area.js';
import { DateText, InstantText } from '../components/dates.js';
import { Facts } from '../components/facts.js';
import { Form } from '../components/form.js';
import { Money, moneyText } from '../components/money.js';
import { percentText } from '../components/rate.js';
import { Badge, type Tone } from '../components/state.js';
import { Table, type ListQuery } from '../components/table.js';
import { documentNamed } from '../documents/texts.js';
import { Layout } from '../layout.js';
import { refusalText } from '../refusals.js';
import type { Visit } from '../visit.js';
import { UndeliveredParts } from './undelivered.js';

export interface LenderHome {
  person: Person;
  missing: ReturnType<typeof missingOf>;
  noticeConfirmed: boolean;
  assessment: LenderAssessment | null;
  sums: PortfolioSums;
  holdings: PortfolioHolding[];
  undelivered: UndeliveredPart[];
  bids: Bid[];
}

export async function readLenderHome({ pool }: Pick<AreaDeps, 'pool'>, visit: Visit, person: Person, page: { size: number; number: number }): Promise<LenderHome> {
  const account = await findAccount(pool, person.id, 'INVESTOR');
  const authorisations = account ? await authorisationsOf(pool, account.userNo) : [];
  const notice = documentNamed('lender-risk-notice');
  const accepted = await acceptancesOf(pool, person.id);
  return {
    person,
    missing: missingOf(account, authorisations, ['TENDER'], visit.asOf),
    noticeConfirmed: accepted.some((each) => each.document === notice.name && each.version === notice.version),
    assessment: await validAssessment(pool, person.id, visit.today),
    sums: await portfolioSums(pool, person.id),
    holdings: await portfolioHoldings(pool, person.id, { limit: page.size + 1, offset: (page.number - 1) * page.size }),
    undelivered: await undeliveredParts(pool, person.id, null),
    bids: (await bidsOfLender(pool, person.id, 20)).filter((bid) => bid.state !== 'lent'),
  };
}

/** What a lender still has to do before bidding, in order. */
export function stepsOf(home: LenderHome): { done: boolean; text: string; act: ComponentChildren }[] {
  const { person } = home;
  return [
    { done: person.named, text: 'Say who you are: name and ID number', act: <a href="/account/identity?returnTo=/lender">My data</a> },
    { done: person.identificationState === 'verified', text: identityText(person), act: identityAct(person) },
    { done: home.noticeConfirmed, text: 'Confirm the current risk notice', act: <a href="/lender/risk-notice">Risk notice</a> },
    { done: home.assessment !== null, text: 'Answer the questionnaire on what you can afford', act: <a href="/lender/questionnaire">Questionnaire</a> },
    { done: !home.missing.includes('account') && !home.missing.includes('card'), text: 'Open your custody account at the bank and bind your card', act: <a href="/account/custody">Custody account</a> },
    { done: !home.missing.includes('TENDER'), text: 'If you wish to bid without typing your password each time: authorise bids, with a limit and an end', act: <a href="/account/custody">Authorise</a> },
  ];
}

function identityText(person: Person): string {
  if (person.identificationState === 'running') return 'Your identity is being confirmed; this takes a moment';
  if (person.identificationState === 'review') return 'A reviewer is looking at your identity; you will be told';
  if (person.identificationState === 'failed') return 'Your identity could not be confirmed: correct your data and try again';
  return 'Let your identity be confirmed by the bureaus';
}

function identityAct(person: Person): ComponentChildren {
  const may = person.named && (person.identificationState === 'none' || person.identificationState === 'failed');
  return may ? <Form name="identify" action="/lender/identify" button="Confirm my identity" tone="plain" /> : null;
}

const bidTones: Record<Bid['state'], Tone> = { reserved: 'warn', frozen: 'good', refused: 'bad', expired: 'bad', released: 'calm', lent: 'good' };
const bidWords: Record<Bid['state'], string> = { reserved: 'Being paid', frozen: 'Frozen at the bank', refused: 'Refused', expired: 'Expired', released: 'Released', lent: 'Lent' };

export function LenderHomePage({ home, list }: { home: LenderHome; list: ListQuery & { path: string; hasMore: boolean } }): VNode {
  const steps = stepsOf(home);
  return (
    <Layout title="Portfolio" wide>
      {steps.every((step) => step.done) ? null : (
        <section>
          <h2>Before you can lend</h2>
          <ol class="steps">{steps.map((step) => <li key={step.text} class={step.done ? 'done' : ''}><Badge tone={step.done ? 'good' : 'warn'}>{step.done ? 'Done' : 'To do'}</Badge> {step.text} {step.done ? null : step.act}</li>)}</ol>
        </section>
      )}
      <Facts facts={[
        ['Lent in all', <Money fen={home.sums.lentFen} />], ['Outstanding principal', <Money fen={home.sums.outstandingFen} />],
        ['Principal received', <Money fen={home.sums.paidPrincipalFen} />], ['Interest received', <Money fen={home.sums.paidInterestFen} />],
        ['Fees paid', <Money fen={home.sums.feesFen} />], ['In loans that are late', <Money fen={home.sums.lateFen} />],
        ['Written off, still owed', <Money fen={home.sums.writtenOffFen} />],
        ...(home.assessment ? [['Your grade and limit', <>{home.assessment.grade}, at most <Money fen={home.assessment.limitFen} /> lent at a time, until <DateText date={home.assessment.validUntil} /></>] as [string, ComponentChildren]] : []),
      ]} />
      <UndeliveredParts parts={home.undelivered} />
      <h2>Bids under way</h2>
      <Table
        caption="Bids" rows={home.bids} href={(bid) => `/lender/bids/${bid.id}`} empty={<>No bids under way, because all have become loans or none was made. <a href="/market">See the market</a>.</>}
        columns={[
          { heading: 'Bid', cell: (bid) => `${bid.loanNo}, bid ${bid.id}` },
          { heading: 'Amount', number: true, cell: (bid) => <Money fen={bid.amountFen} /> },
          { heading: 'State', cell: (bid) => <Badge tone={bidTones[bid.state]}>{bidWords[bid.state]}</Badge> },
          { heading: 'Why', cell: (bid) => (bid.reason ? refusalText(bid.reason).what : '') },
          { heading: 'Placed', cell: (bid) => <InstantText at={bid.placedAt} /> },
        ]}
      />
      <h2>Claims (债权)</h2>
      <Table
        caption="Claims" rows={home.holdings.slice(0, 50)} list={list} href={(each) => `/lender/claims/${each.loanNo}`} empty="No claims yet, because none of your bids has become a loan."
        columns={[
          { heading: 'Loan', cell: (each) => each.loanNo },
          { heading: 'Grade', cell: (each) => each.grade ?? '' },
          { heading: 'Rate', number: true, cell: (each) => percentText(each.annualRateBps) },
          { heading: 'State', cell: (each) => <ClaimState holding={each} /> },
          { heading: 'Lent', number: true, cell: (each) => <Money fen={each.principalFen} /> },
          { heading: 'Principal back', number: true, cell: (each) => <Money fen={each.paidPrincipalFen} /> },
          { heading: 'Interest', number: true, cell: (each) => <Money fen={each.paidInterestFen + each.paidLateInterestFen} /> },
          { heading: 'Not delivered yet', number: true, cell: (each) => (each.undeliveredFen ? <Money fen={each.undeliveredFen} /> : '') },
          { heading: 'Next due', cell: (each) => (each.nextDue ? <DateText date={each.nextDue} act /> : '') },
        ]}
      />
    </Layout>
  );
}

export function ClaimState({ holding }: { holding: PortfolioHolding }): VNode {
  if (holding.state === 'closed') return <Badge tone="good">Repaid</Badge>;
  if (holding.writtenOff) return <Badge tone="bad">Written off, in recovery</Badge>;
  if (holding.daysPastDue > 0) return <Badge tone="bad">{`Late ${holding.daysPastDue} days`}</Badge>;
  return <Badge tone="good">Current</Badge>;
}

export const bidStateWord = (state: Bid['state']): string => bidWords[state];
export const bidStateTone = (state: Bid['state']): Tone => bidTones[state];
export const amountLine = (bid: Pick<Bid, 'amountFen' | 'loanNo'>): string => `${moneyText(bid.amountFen)} on ${bid.loanNo}`;
