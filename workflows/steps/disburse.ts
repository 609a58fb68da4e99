/** 放款: the freezes become the borrower's money. The value date is the bank day on which the last detail settled; the schedule starts there. */
import { addWorkingDays, calendarOf } from '../../domain/calendar.js';
import { instantAt } from '../../domain/dates.js';
import { tell } from '../ending.js';
import { enter } from '../course.js';
import { noteAct, type Life } from '../life.js';
import { atBank, inRecord } from '../retries.js';
import { settle } from '../settle.js';
import { putRight } from '../stuck.js';

export async function disburse(life: Life): Promise<void> {
  const { loan } = life;
  await enter(life, 'disbursing', 'bank', 'The bank releases the money to the borrower');
  // Contract and money usually come within a second, and people are told once; where the bank takes its time they hear of the contract first.
  let contractTold = false;
  const tellContract = async () => {
    if (!contractTold) await tell(life, 'concluded', 'everybody');
    contractTold = true;
  };
  for (;;) {
    const attempt = loan.tries.release + 1;
    const released = await settle(life, {
      what: 'The release of the money',
      ask: () => atBank('Releases the money to the borrower').release({ loanNo: loan.loanNo, attempt, asOf: life.asOf() }),
      onSilence: tellContract,
      late: { atMs: promisedBy(life), tell: () => tellLate(life) },
    });
    if (released.status === 'done') {
      loan.valueDate = released.valueDate;
      loan.instalments = released.instalments;
      noteAct(life, 'disburse', { after: { valueDate: released.valueDate } });
      return tell(life, 'disbursed', 'everybody', '', { on: released.valueDate });
    }
    // Details that are done stand; what was refused is repaired by operations and sent again.
    await tellContract();
    await putRight(life, 'The bank refused part of the release', released.code);
    loan.tries.release = attempt;
  }
}

/** The trade's promise: within so many working days of the contract. */
function promisedBy(life: Life): number {
  const { loan } = life;
  const lastDay = addWorkingDays(loan.concludedOn ?? life.today(), loan.terms.disbursementWorkingDays, calendarOf(loan.profile));
  return instantAt(lastDay, loan.terms.businessMinute, loan.terms.zoneOffsetMinutes);
}

async function tellLate(life: Life): Promise<void> {
  const { loan } = life;
  await inRecord('A case: disbursement is late').openTask({
    key: `${loan.loanNo}:disbursement-late`, kind: 'case', role: 'operations', workflowId: loan.loanNo, loanNo: loan.loanNo, personId: null,
    title: `Disbursement of ${loan.loanNo} takes longer than promised`, details: { concludedOn: loan.concludedOn }, dueAt: life.asOf(), asOf: life.asOf(),
  });
  await tell(life, 'disbursement-late', 'everybody');
}
