/** What the bank could not credit to a lender (未到账): why, where it is, and that it is tried again. */
import type { VNode } from 'preact';
import type { UndeliveredPart } from '../../db/portfolio.js';
import { DateText } from '../components/dates.js';
import { Money } from '../components/money.js';
import { Notice } from '../components/state.js';
import { refusalText } from '../refusals.js';

export function UndeliveredParts({ parts }: { parts: UndeliveredPart[] }): VNode | null {
  if (parts.length === 0) return null;
  return (
    <Notice tone="warn">
      <ul>
        {parts.map((part) => (
          <li key={part.paymentNo}>
            Your part of payment {part.paymentNo.replace(/^.*:p/, '')} of <a href={`/lender/claims/${part.loanNo}`}>{part.loanNo}</a>, <Money fen={part.amountFen} />, could not be credited, because the bank refused: {whyText(part)}
            {' '}It is tried again by itself{part.nextTryOn ? <>, next on <DateText date={part.nextTryOn} act /></> : null}.
          </li>
        ))}
      </ul>
      <p>The borrower has paid it. It stays frozen at the bank under the loan, in nobody else's reach, until your account can take it.</p>
    </Notice>
  );
}

function whyText({ reason }: UndeliveredPart): string {
  if (reason === null) return 'it gave no reason.';
  const { what, next } = refusalText(reason);
  return `${what} ${next}`;
}
