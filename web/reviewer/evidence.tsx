/** The left side of a review: what is known, and from whom. */
import type { ComponentChildren, VNode } from 'preact';
import type { DatedReport } from '../../db/desk.js';
import type { LoanRow } from '../../db/loans.js';
import type { StoredScore } from '../../db/reports.js';
import { purposeText } from '../public/listing.js';
import { DateText, InstantText } from '../components/dates.js';
import { Facts } from '../components/facts.js';
import { Money } from '../components/money.js';
import { percentText } from '../components/rate.js';
import { Badge, Empty } from '../components/state.js';
import { Table } from '../components/table.js';
import { ActsTimeline } from '../desk/acts.js';
import { PersonFacts, type ShownPerson } from '../desk/personal.js';
import { JsonFacts, plainWords } from '../desk/words.js';
import { scoreReasons, type Dossier } from './dossier.js';

/** `employer` is sealed like the person's papers: null until it was looked at. */
export function Evidence({ dossier, shown, employer }: { dossier: Dossier; shown: ShownPerson; employer: string | null }): VNode {
  return (
    <section aria-label="Evidence">
      <h2>Who</h2>
      <PersonFacts shown={shown} reveal={{ action: `/reviewer/tasks/${dossier.task.id}/look`, what: 'identity' }} />
      <ApplicationPart dossier={dossier} employer={employer} />
      {dossier.score ? <ScorePart score={dossier.score} /> : null}
      <h2>What the bureaus said</h2>
      <Reports reports={dossier.reports} />
      <h2>Identification</h2>
      {dossier.identifications.length === 0 ? <Empty>Not identified yet, because no bureau has been asked.</Empty> : (
        <Facts facts={dossier.identifications.map((each): [string, ComponentChildren] => [`Attempt ${each.attempt} (to ${each.purpose})`, `${each.state}${each.reason ? `: ${plainWords(each.reason)}` : ''}`])} />
      )}
      <h2>Other loans here</h2>
      <OtherLoans loans={dossier.otherLoans} />
      <h2>What was done so far</h2>
      <ActsTimeline acts={dossier.acts} />
    </section>
  );
}

function ApplicationPart({ dossier: { loan, application }, employer }: { dossier: Dossier; employer: string | null }): VNode | null {
  if (!loan || !application) return null;
  const monthlyFen = Math.round(application.annualIncomeFen / 12);
  return (
    <>
      <h2>The application</h2>
      <Facts facts={[
        ['Loan', loan.loanNo], ['Asked for', <><Money fen={loan.requestedFen} /> over {loan.termMonths} months</>], ['For', purposeText(loan.purpose)],
        ['In own words', application.description || 'nothing'], ['Applied', <InstantText at={loan.appliedAt} />],
        ['Income a year', <><Money fen={application.annualIncomeFen} /> (<Money fen={monthlyFen} /> a month)</>],
        ['In this job', application.employmentYears === null ? 'not said' : `${application.employmentYears} years`], ['Employer', employer ?? (application.employerCipher ? 'sealed' : 'not said')],
        ['Home', application.homeOwnership.toLowerCase()],
        ['Debt to income, declared', application.debtToIncomeBps === null ? 'not said' : percentText(application.debtToIncomeBps)],
        ['Owed on other platforms, declared', <Money fen={application.elsewhereFen} />], ['Student', application.student ? 'yes' : 'no'], ['Region', application.region || 'not said'],
        ['Product', `${loan.productId}, version ${loan.productVersion}`],
      ]} />
    </>
  );
}

function ScorePart({ score }: { score: StoredScore }): VNode {
  const { codes, points, byDimension } = scoreReasons(score);
  const inputs = (score.inputs ?? {}) as { affordableFen?: number; proposedFen?: number };
  return (
    <>
      <h2>The score</h2>
      <Facts facts={[
        ['Points', <strong>{score.points}</strong>], ['Grade', <strong>{score.grade}</strong>], ['Expected to default', percentText(score.pdBps)],
        ['The policy says', <Badge tone={score.decision === 'approve' ? 'good' : score.decision === 'refer' ? 'warn' : 'bad'}>{score.decision}</Badge>],
        ['Because', codes.length > 0 ? codes.map(plainWords).join('; ') : 'nothing stands against it'],
        ['What income carries', inputs.affordableFen === undefined ? null : <Money fen={inputs.affordableFen} />],
        ['By dimension', Object.entries(byDimension).map(([dimension, sum]) => `${dimension} ${signed(sum)}`).join(', ') || null],
        ['Card', score.model], ['Scored on', <DateText date={score.decidedOn} />],
      ]} />
      <Table
        caption="What cost points" rows={points} empty="Nothing cost points, because every characteristic is at its best or the score is the card's base."
        columns={[
          { heading: 'What cost points', cell: (each) => plainWords(each.code) }, { heading: 'Dimension', cell: (each) => each.dimension },
          { heading: 'Points', number: true, cell: (each) => signed(each.points) },
        ]}
      />
    </>
  );
}

const signed = (points: number): string => `${points > 0 ? '+' : ''}${Math.round(points * 10) / 10}`;

function Reports({ reports }: { reports: DatedReport[] }): VNode {
  if (reports.length === 0) return <Empty>No reports yet, because no bureau has been asked about this person.</Empty>;
  return (
    <>
      {reports.map((report) => (
        <details key={report.reference} open={report.status === 'unavailable'}>
          <summary>{plainWords(report.bureau)} <span class="small">{report.status === 'answered' ? `report ${report.reportNo}` : `no answer: ${report.why}`}, <InstantText at={report.askedAt} />{report.loanNo ? `, for ${report.loanNo}` : ''}</span></summary>
          <JsonFacts of={report.facts} />
        </details>
      ))}
    </>
  );
}

function OtherLoans({ loans }: { loans: LoanRow[] }): VNode {
  return (
    <Table
      caption="Other loans of this person" rows={loans} empty="None, because this is the person's first application here."
      columns={[
        { heading: 'Loan', cell: (loan) => loan.loanNo }, { heading: 'State', cell: (loan) => plainWords(loan.state) },
        { heading: 'Amount', number: true, cell: (loan) => <Money fen={loan.amountFen ?? loan.requestedFen} /> },
        { heading: 'Outstanding', number: true, cell: (loan) => <Money fen={loan.outstandingFen} />, total: <Money fen={loans.reduce((sum, loan) => sum + loan.outstandingFen, 0)} /> },
        { heading: 'Days past due', number: true, cell: (loan) => loan.daysPastDue },
      ]}
    />
  );
}
