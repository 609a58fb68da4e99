import type { ComponentChildren, VNode } from 'preact';
import { acceptancesOf } from '../../db/acceptances.js';
import { authorisationsOf, findAccount, missingOf } from '../../db/accounts.js';
import { validAssessment, type LenderAssessment } from '../../db/assessments.js';
import type { Bid } from '../../db/bids.js';
import { lenderBids } from '../../db/lender-bids.js';
import type { Person } from '../../db/people.js';
import { portfolioHoldings, portfolioSums, undeliveredParts, type PortfolioHolding, type PortfolioSums, type UndeliveredPart } from '../../db/portfolio.js';
import { CourtNotice, heldByCourts, type HeldByCourts } from '../account/court-notice.js';
import type { AreaDeps } from '../area.js';
import { DateText } from '../components/dates.js';
import { Facts } from '../components/facts.js';
import { Form } from '../components/form.js';
import { Money } from '../components/money.js';
import { percentText } from '../components/rate.js';
import { Badge } from '../components/state.js';
import { Table, type ListQuery } from '../components/table.js';
import { documentNamed } from '../documents/texts.js';
import { Layout } from '../layout.js';
import type { Visit } from '../visit.js';
import { BidTable } from './bid-table.js';
import { UndeliveredParts } from './undelivered.js';

const claimsOnPage = 50;
const shownBids = 20;
const underWay: readonly Bid['state'][] = ['reserved', 'frozen'];

export interface LenderHome {
  person: Person;
  missing: ReturnType<typeof missingOf>;
  noticeConfirmed: boolean;
  assessment: LenderAssessment | null;
  sums: PortfolioSums;
  holdings: PortfolioHolding[];
  undelivered: UndeliveredPart[];
  held: HeldByCourts;
  bids: Bid[];
}

export async function readLenderHome({ pool }: Pick<AreaDeps, 'pool'>, visit: Visit, person: Person, list: ListQuery): Promise<LenderHome> {
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
    holdings: await portfolioHoldings(pool, { lenderId: person.id, sort: list.sort, descending: list.descending, limit: claimsOnPage + 1, offset: (list.page - 1) * claimsOnPage }),
    undelivered: await undeliveredParts(pool, person.id, null),
    held: await heldByCourts(pool, person.id),
    bids: await lenderBids(pool, { lenderId: person.id, states: underWay, limit: shownBids, offset: 0 }),
  };
}

interface StepToLend { done: boolean; text: string; act: ComponentChildren; optional?: boolean }

/** What a lender still has to do before bidding, in order; what is optional only saves typing. */
function stepsOf(home: LenderHome): StepToLend[] {
  const { person } = home;
  return [
    { done: person.named, text: 'Say who you are: name and ID number', act: <a href="/account/identity?returnTo=/lender">My data</a> },
    { done: person.identificationState === 'verified', text: identityText(person), act: identityAct(person) },
    { done: home.noticeConfirmed, text: 'Confirm the current risk notice', act: <a href="/lender/risk-notice">Risk notice</a> },
    { done: home.assessment !== null, text: 'Answer the questionnaire on what you can afford', act: <a href="/lender/questionnaire">Questionnaire</a> },
    { done: !home.missing.includes('account') && !home.missing.includes('card'), text: 'Open your custody account at the bank and bind your card', act: <a href="/account/custody">Custody account</a> },
    { done: !home.missing.includes('TENDER'), optional: true, text: 'To bid without typing your password each time, authorise bids, with a limit and an end', act: <a href="/account/custody/lender/authorise?returnTo=/lender">Authorise</a> },
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

export function LenderHomePage({ home, list }: { home: LenderHome; list: ListQuery }): VNode {
  return (
    <Layout title="Portfolio" wide>
      <StepsToLend steps={stepsOf(home)} />
      <Facts facts={[
        ['Lent in all', <Money fen={home.sums.lentFen} />], ['Outstanding principal', <Money fen={home.sums.outstandingFen} />],
        ['Principal received', <Money fen={home.sums.paidPrincipalFen} />], ['Interest received', <Money fen={home.sums.paidInterestFen} />],
        ['Fees paid', <Money fen={home.sums.feesFen} />], ['In loans that are late', <Money fen={home.sums.lateFen} />],
        ['Written off, still owed', <Money fen={home.sums.writtenOffFen} />],
        ...(home.assessment ? [['Your grade and limit', <>{home.assessment.grade}, at most <Money fen={home.assessment.limitFen} /> lent at a time, until <DateText date={home.assessment.validUntil} act /> · <a href="/lender/questionnaire">answer again</a></>] as [string, ComponentChildren]] : []),
      ]} />
      <CourtNotice held={home.held} />
      <UndeliveredParts parts={home.undelivered} />
      <h2>Bids under way</h2>
      <BidTable bids={home.bids} empty={<>No bids under way, because all have become loans or none was made. <a href="/market">See the market</a>.</>} />
      <p><a href="/lender/bids">All my bids</a></p>
      <h2>Claims (债权)</h2>
      <Claims home={home} list={list} />
    </Layout>
  );
}

function StepsToLend({ steps }: { steps: StepToLend[] }): VNode | null {
  const open = steps.filter((step) => !step.done);
  if (open.every((step) => step.optional)) return open.length === 0 ? null : <>{open.map((step) => <p key={step.text} class="small">{step.text}. {step.act}</p>)}</>;
  return (
    <section>
      <h2>Before you can lend</h2>
      <ol class="checks">
        {steps.map((step) => (
          <li key={step.text}><Badge tone={step.done ? 'good' : step.optional ? 'calm' : 'warn'}>{step.done ? 'done' : step.optional ? 'optional' : 'to do'}</Badge><div>{step.text} {step.done ? null : step.act}</div></li>
        ))}
      </ol>
    </section>
  );
}

function Claims({ home: { holdings, sums }, list }: { home: LenderHome; list: ListQuery }): VNode {
  return (
    <Table
      caption="Claims" rows={holdings.slice(0, claimsOnPage)} list={{ ...list, path: '/lender', hasMore: holdings.length > claimsOnPage, download: true }} href={(each) => `/lender/claims/${each.loanNo}`} empty="No claims yet, because none of your bids has become a loan."
      columns={[
        { heading: 'Loan', sort: 'loan', cell: (each) => each.loanNo, total: `All ${sums.loans}` },
        { heading: 'Grade', sort: 'grade', cell: (each) => each.grade ?? '' },
        { heading: 'Rate a year', sort: 'rate', number: true, cell: (each) => percentText(each.annualRateBps) },
        { heading: 'State', cell: (each) => <ClaimState holding={each} /> },
        { heading: 'Lent', sort: 'lent', number: true, cell: (each) => <Money fen={each.principalFen} />, total: <Money fen={sums.lentFen} /> },
        { heading: 'Principal back', sort: 'back', number: true, cell: (each) => <Money fen={each.paidPrincipalFen} />, total: <Money fen={sums.paidPrincipalFen} /> },
        { heading: 'Interest', sort: 'interest', number: true, cell: (each) => <Money fen={each.paidInterestFen + each.paidLateInterestFen} />, total: <Money fen={sums.paidInterestFen} /> },
        { heading: 'Not delivered yet', number: true, cell: (each) => (each.undeliveredFen ? <Money fen={each.undeliveredFen} /> : '') },
        { heading: 'Next due', sort: 'due', cell: (each) => (each.nextDue ? <DateText date={each.nextDue} act /> : '') },
      ]}
    />
  );
}

/** How a claim stands, in a word. */
export function claimStateWord(holding: PortfolioHolding): string {
  if (holding.state === 'closed') return 'Repaid';
  if (holding.writtenOff) return 'Written off, in recovery';
  return holding.daysPastDue > 0 ? `Late ${holding.daysPastDue} ${holding.daysPastDue === 1 ? 'day' : 'days'}` : 'Current';
}

export function ClaimState({ holding }: { holding: PortfolioHolding }): VNode {
  const good = holding.state === 'closed' || (!holding.writtenOff && holding.daysPastDue === 0);
  return <Badge tone={good ? 'good' : 'bad'}>{claimStateWord(holding)}</Badge>;
}
