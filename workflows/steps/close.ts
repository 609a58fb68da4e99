/** Everything is paid: the project is finished at the bank, the holdings are closed, the children are told. */
import { closeBook, tell } from '../ending.js';
import { enter } from '../course.js';
import { noteAct, type Life } from '../life.js';
import { atBank } from '../retries.js';
import { tellChildren } from '../servicing/standing.js';
import { settle } from '../settle.js';
import { putRight } from '../stuck.js';

export async function close(life: Life): Promise<void> {
  const { loan } = life;
  await enter(life, loan.state, 'bank', 'Everything is paid: finishing the project at the bank');
  for (;;) {
    const finished = await settle(life, {
      what: 'The end of the project', ask: () => atBank('Finishes the project at the bank').finish({ loanNo: loan.loanNo, asOf: life.today(), at: life.asOf() }),
    });
    if (finished.status === 'done') break;
    await putRight(life, 'The bank refused to finish the project', finished.code);
  }
  await tellChildren(life, 'closed');
  loan.reason = null;
  loan.daysPastDue = 0;
  await tell(life, 'closed', 'borrower');
  noteAct(life, 'close', { after: { state: 'closed' } });
  await closeBook(life, 'closed');
}
