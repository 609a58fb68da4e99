/** What a running loan does by itself: one function per kind of agenda item. */
import { afterDebit, afterReminder, type AgendaItem } from '../../domain/agenda.js';
import { addDays, instantAt } from '../../domain/dates.js';
import type { LoanOwner } from '../../domain/loan.js';
import { dueBy, outstandingInterestFen, outstandingPrincipalFen, totalFen } from '../../domain/servicing.js';
import { tell } from '../ending.js';
import { noteAct, type Life } from '../life.js';
import { atBank, byMessage } from '../retries.js';
import { payOutOnce } from '../steps/pay-out.js';
import { attempt } from '../stuck.js';
import { redeliver, takePayment } from './payment.js';
import { startCollection } from './pursuit.js';

export async function carryOut(life: Life, item: AgendaItem): Promise<void> {
  switch (item.kind) {
    case 'remind':
      return remind(life, item.no, item.days);
    case 'debit':
      return debit(life);
    case 'overdue':
      return becomeOverdue(life);
    case 'collect':
      return startCollection(life);
    case 'age':
      return;
    case 'writeOff':
      return writeOff(life);
    case 'recoveryLook':
      return lookForRecovery(life);
    case 'redeliver':
      return redeliver(life);
    case 'payOutAgain':
      return void (await payOutOnce(life));
  }
}

async function remind(life: Life, no: number, days: number): Promise<void> {
  const { loan } = life;
  const key = `${loan.loanNo}:i${no}:remind${days}`;
  await attempt(life, `Reminder of instalment ${no}`, () =>
    byMessage(`Reminds of instalment ${no}`).remind({ key, loanNo: loan.loanNo, instalmentNo: no, days, asOf: life.asOf() }));
  loan.instalments = afterReminder(loan, no, days);
}

/** 代扣: all that is due is taken from custody, the card filling up what is missing there. */
async function debit(life: Life): Promise<void> {
  const { loan } = life;
  const today = life.today();
  const dueFen = totalFen(dueBy(loan, today));
  if (dueFen > 0) {
    const taken = await takePayment(life, { source: 'debit', key: null, amountFen: dueFen, pull: true, partial: loan.terms.partialDebit });
    loan.lastDebitFailed = taken.paidFen < dueFen;
    if (loan.lastDebitFailed) await tell(life, 'debit-failed', 'borrower', `:p${loan.payments}`);
  }
  loan.instalments = afterDebit(loan, today);
}

async function becomeOverdue(life: Life): Promise<void> {
  noteAct(life, 'overdue', { after: { state: 'overdue' } });
  life.loan.state = 'overdue';
}

/** 核销: lenders are shown the loss and stay creditors; whatever comes later is theirs. */
async function writeOff(life: Life): Promise<void> {
  const { loan } = life;
  const asOf = life.today();
  const figures = { principalFen: outstandingPrincipalFen(loan), interestFen: outstandingInterestFen(loan, asOf) };
  await attempt(life, 'Write-off', () => atBank('Writes the loan off').writeOff({ loanNo: loan.loanNo, asOf, daysPastDue: loan.daysPastDue, ...figures }));
  noteAct(life, 'write-off', { after: { state: 'writtenOff', daysPastDue: loan.daysPastDue, ...figures } });
  loan.state = 'writtenOff';
  loan.writtenOffOn = asOf;
  loan.recoveryLookOn = addDays(asOf, loan.terms.recoveryLookDays);
  await tell(life, 'written-off', 'lenders');
}

/** Takes what lies in the borrower's custody account, if anything does; the card is not pulled any more. */
async function lookForRecovery(life: Life): Promise<void> {
  const { loan } = life;
  const today = life.today();
  loan.recoveryLookOn = addDays(today, loan.terms.recoveryLookDays);
  const dueFen = totalFen(dueBy(loan, today));
  if (dueFen === 0) return;
  const taken = await takePayment(life, { source: 'recovery', key: null, amountFen: dueFen, pull: false, partial: true });
  if (taken.status === 'paid') await tell(life, 'recovered', 'everybody', `:p${loan.payments}`);
}

/** How the wait for an item looks to operations. */
export function describe(life: Life, item: AgendaItem | undefined): { owner: LoanOwner; summary: string; otherwise: string; listedMs?: number } {
  const owner = ownerOf(life);
  switch (item?.kind) {
    case 'remind':
      return { owner, summary: `Reminder of instalment ${item.no}`, otherwise: 'SMS and e-mail go out', listedMs: dueMoment(life, item) };
    case 'debit':
      return { owner, summary: `Due-day debit of instalment ${item.no}`, otherwise: 'the card is pulled and what is due is taken' };
    case 'overdue':
      return { owner, summary: 'The borrower pays what is due', otherwise: 'the loan is overdue' };
    case 'collect':
      return { owner, summary: 'The borrower pays the arrears', otherwise: 'collection begins' };
    case 'age':
      return { owner, summary: 'The borrower pays the arrears', otherwise: 'the loan passes into the next delinquency bucket' };
    case 'writeOff':
      return { owner, summary: 'The borrower pays the arrears', otherwise: 'the loan is written off' };
    case 'recoveryLook':
      return { owner, summary: 'Recoveries after the write-off', otherwise: 'the custody account is looked at' };
    case 'redeliver':
      return { owner: 'operations', summary: 'Shares that a lender’s account refused', otherwise: 'they are sent again' };
    case 'payOutAgain':
      return { owner, summary: 'The payout came back: the borrower binds a card again', otherwise: 'it is tried again' };
    case undefined:
      return { owner: 'operations', summary: 'Nothing happens by itself', otherwise: 'the loan is looked at again' };
  }
}

/** The day that a reminder announces. */
function dueMoment({ loan }: Life, { on, days }: { on: string; days: number }): number {
  return instantAt(addDays(on, -days), loan.terms.businessMinute, loan.terms.zoneOffsetMinutes);
}

function ownerOf(life: Life): LoanOwner {
  const { loan } = life;
  if (loan.contactHold) return 'operations';
  if (loan.pursuit === 'legal') return 'legal';
  return loan.pursuit === 'collection' ? 'collector' : 'borrower';
}
