/** What collectors read: why contact is allowed or not, how contacts ended, what may be said. */
import type { ComponentChildren, VNode } from 'preact';
import { callMenu } from '../../domain/call-menu.js';
import { profileOf, type ProfileId } from '../../domain/regulation.js';
import { InstantText } from '../components/dates.js';
import { Badge } from '../components/state.js';
import { useVisit } from '../layout.js';
import type { Arrears, ContactRefusal } from './standing.js';

export const holdWords: Record<string, string> = { 'not-me': '“not me”', 'already-paid': '“already paid”', disputed: '“I dispute”', 'cannot-pay': '“I cannot pay”' };

const refusalWords: Record<ContactRefusal, [badge: string, sentence: string]> = {
  'nothing-owed': ['nothing owed', 'Nothing is overdue any more, so there is nothing to call about.'],
  hold: ['on hold', 'The debtor said something that stops all contact until a person has looked into it.'],
  promised: ['promised', 'The debtor has promised to pay; nobody is called until the promise has been judged.'],
  'outside-hours': ['not at this hour', 'It is outside the hours in which debtors may be contacted.'],
  'too-many-calls': ['enough calls', 'The debtor has been spoken to as often as is allowed.'],
  'too-many-attempts': ['enough attempts', 'The debtor has been tried as often as is allowed.'],
  'just-spoken': ['just spoken', 'The debtor has been spoken to in the last seven days.'],
};

export function ContactBadge({ loan }: { loan: Arrears }): VNode {
  const { allowed, why, notBefore } = loan.contact;
  if (allowed || why === null) return <Badge tone="good">may be called</Badge>;
  return <><Badge tone={why === 'hold' ? 'bad' : 'warn'}>{why === 'hold' ? `on hold: ${holdWords[loan.hold ?? ''] ?? loan.hold}` : refusalWords[why][0]}</Badge>{notBefore ? <span class="small"> from <InstantText at={notBefore} /></span> : null}</>;
}

/** Whether the debtor may be called now, and why not. */
export function contactSentence(loan: Arrears): ComponentChildren {
  const { allowed, why, notBefore } = loan.contact;
  if (allowed || why === null) return 'The debtor may be called now: hour and frequency allow it, and nothing stands against it.';
  return <>{refusalWords[why][1]}{why === 'hold' ? ` It was: ${holdWords[loan.hold ?? ''] ?? loan.hold}.` : ''}{notBefore ? <> Allowed again from <InstantText at={notBefore} act />.</> : null}</>;
}

const clockText = (minute: number): string => `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;

/** What may be said and when, with the source of each rule. */
export function SpeakingRules({ profile, loanNo }: { profile: ProfileId; loanNo: string }): VNode {
  const visit = useVisit();
  const { contactHours, contactFrequency } = profileOf(profile);
  const frequency = contactFrequency.value;
  return (
    <ul>
      <li>Between {clockText(contactHours.value.fromMinute)} and {clockText(contactHours.value.untilMinute)}, {contactHours.value.clock === 'platform' ? 'our time' : "the debtor's time"} ({contactHours.source}).</li>
      <li>{frequency.rule === 'per-day'
        ? `At most ${frequency.effectiveCallsPerDay} calls a day in which somebody answers, and ${frequency.unansweredAttemptsPerDay} without`
        : `At most ${frequency.callsPerWindow} calls in ${frequency.windowDays} days, and none for ${frequency.daysAfterConversation} days after speaking`}, all colleagues together ({contactFrequency.source}).</li>
      <li>Say that you call for {visit.platformName} and that the call is recorded. Before the person has said who they are, name neither the debt nor its amount.</li>
      <li>Then name loan {loanNo}, what is overdue, that the only way to pay is their own custody account, and where to complain: {visit.complaintsContact}.</li>
      <li>Never threaten, never pose as an authority, never suggest another loan to pay this one; never tell anybody else.</li>
      <li>{callMenu.filter((choice) => ['not-me', 'already-paid', 'disputed', 'cannot-pay'].includes(choice.outcome)).map((choice) => holdWords[choice.outcome]).join(', ')}: end the call politely and record it. Contact stops until somebody has looked into it.</li>
    </ul>
  );
}
