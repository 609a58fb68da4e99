import { insertMessages } from '../../db/messages.js';
import type { NewMessage } from '../../db/messages.js';
import { outstandingPrincipalOf } from '../../db/loans.js';
import { owedOn } from '../../db/owed.js';
import type { LoanState } from '../../domain/loan.js';
import type { MessageActivities, TellTemplate } from '../../workflows/contract.js';
import type { ActivityDeps } from '../deps.js';
import { baseFacts, businessDateOf, loanOf } from './facts.js';
import { lastPaymentFen, lendersOf, messagesFor, receiver } from './receivers.js';
import type { LenderPart } from './receivers.js';
import { sendPending } from './send.js';
import { textsOf, urgentForLenders } from './texts.js';
import type { TextFacts } from './texts.js';

type Told = Parameters<MessageActivities['tell']>[0];

/** These demand money: they go out only while something is owed. */
const demands: ReadonlySet<TellTemplate> = new Set<TellTemplate>(['debit-failed', 'legal-notice']);
const aboutPayments: ReadonlySet<TellTemplate> = new Set<TellTemplate>(['payment-received', 'recovered']);

/** One event told to the borrower, to the lenders, or to both. The rows are written first, all at once, then sent. */
export function tellActivity(deps: ActivityDeps): MessageActivities['tell'] {
  return async (told) => {
    const loan = await loanOf(deps, told.loanNo);
    const messages = [
      ...(told.audience === 'lenders' ? [] : await toBorrower(deps, loan, told)),
      ...(told.audience === 'borrower' ? [] : await toLenders(deps, loan, told)),
    ];
    await sendPending(deps, await insertMessages(deps.pool, messages));
  };
}

async function toBorrower(deps: ActivityDeps, loan: LoanState, told: Told): Promise<NewMessage[]> {
  const facts: TextFacts = { ...baseFacts(deps, loan), on: told.on ?? dateOf(loan, told.template), amountFen: told.amountFen ?? (await amountOf(deps, loan, told)) };
  if (demands.has(told.template) && facts.amountFen === 0) return [];
  const person = await receiver(deps, loan.borrowerId);
  const text = textsOf(told.template, 'borrower', person.language, facts);
  return text ? messagesFor(deps.vault, person, text, { ...told, channels: ['sms', 'mail'] }) : [];
}

async function toLenders(deps: ActivityDeps, loan: LoanState, told: Told): Promise<NewMessage[]> {
  const messages: NewMessage[] = [];
  for (const part of await lendersOf(deps.pool, loan.loanNo)) {
    const facts: TextFacts = { ...baseFacts(deps, loan, 'portfolio'), on: told.on ?? dateOf(loan, told.template), shareFen: shareOf(part, told.template) };
    const person = await receiver(deps, part.personId);
    const text = textsOf(told.template, 'lenders', person.language, facts);
    const channels = urgentForLenders.has(told.template) ? (['sms', 'mail'] as const) : (['mail'] as const);
    if (text) messages.push(...messagesFor(deps.vault, person, text, { ...told, key: `${told.key}:${part.personId}`, channels }));
  }
  return messages;
}

function shareOf(part: LenderPart, template: TellTemplate): number {
  if (aboutPayments.has(template)) return part.lastPartFen;
  return template === 'written-off' ? part.openFen : part.shareFen;
}

async function amountOf(deps: ActivityDeps, loan: LoanState, told: Told): Promise<number> {
  if (aboutPayments.has(told.template)) return lastPaymentFen(deps.pool, loan.loanNo);
  if (demands.has(told.template)) return (await owedOn(deps.pool, loan.loanNo, businessDateOf(loan, told.asOf))).dueFen;
  return told.template === 'written-off' ? outstandingPrincipalOf(loan) : (loan.offer?.amountFen ?? loan.requestedFen);
}

/** The date that an event's text names. */
function dateOf(loan: LoanState, template: TellTemplate): string | null {
  if (template === 'offer-ready') return loan.offer?.validUntil ?? null;
  if (template === 'disbursed') return loan.valueDate;
  if (template === 'listed') return loan.fundraisingDeadline ? businessDateOf(loan, loan.fundraisingDeadline) : null;
  return loan.nextAt ? businessDateOf(loan, loan.nextAt) : null;
}
