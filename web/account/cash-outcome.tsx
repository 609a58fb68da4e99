/** The page of one deposit or withdrawal: pending, done, failed or come back; while it is pending it looks again by itself. */
import type { VNode } from 'preact';
import type { CustodyAccount } from '../../db/accounts.js';
import type { CashState } from '../../db/cash.js';
import type { Instruction } from '../../db/instructions.js';
import type { WithdrawalLook } from '../../db/withdrawal-looks.js';
import { InstantText } from '../components/dates.js';
import { Facts, MoneyAct } from '../components/facts.js';
import { Money } from '../components/money.js';
import { State } from '../components/state.js';
import { safePath } from '../guard.js';
import { Layout } from '../layout.js';
import { cashStateTones, cashStateWords, failedText } from './cash-words.js';
import type { Side } from './custody-state.js';

const refreshSeconds = 3;

export interface CashOutcome { instruction: Instruction; account: CustodyAccount; side: Side; cameBackAt: string | null; look: WithdrawalLook | null }

export function CashOutcomePage(outcome: CashOutcome): VNode {
  const { instruction, account, side, cameBackAt } = outcome;
  const state = stateOf(outcome);
  const deposit = instruction.verb === 'deposit';
  const title = deposit ? 'Your deposit' : instruction.verb === 'payout' ? 'Payout of your loan' : 'Your withdrawal';
  const card = account.cardLast4 ? `your bank card ending in ${account.cardLast4}` : 'your bank card';
  const next = safePath(instruction.details['returnTo']);
  return (
    <Layout title={title} refreshSeconds={state === 'pending' ? refreshSeconds : undefined}>
      <State tone={cashStateTones[state]} word={state === 'pending' ? pendingWord(instruction) : cashStateWords[state]}><Words {...outcome} /></State>
      <MoneyAct
        moves={<Money fen={instruction.amountFen} />} from={deposit ? card : 'your custody account'} to={deposit ? 'your custody account' : card} costs="Nothing"
        final={instruction.doneAt && state !== 'pending' ? <InstantText at={cameBackAt ?? instruction.doneAt} /> : deposit ? 'When the bank confirms it' : 'When it is on the card'}
      />
      <Facts facts={[['Reference', <span class="reference">{instruction.requestNo}</span>], ['Begun', <InstantText at={instruction.asOf} />], ['The bank\'s number', instruction.bankNo]]} />
      <p class="actions">
        {(state === 'failed' || state === 'came-back') && instruction.verb !== 'payout' ? <a class="button" href={`/account/custody/${side}/${deposit ? 'deposit' : 'withdraw'}`}>Try again</a> : <a class="button" href={next === '/' ? '/account/custody' : next}>Go on</a>}
        {state === 'failed' || state === 'came-back' ? <a href={account.cardLast4 ? `/account/custody/${side}/card/change` : '/account/custody'}>Change bank card</a> : null}
        <a href={`/account/statement?account=${encodeURIComponent(account.userNo)}`}>Statement</a>
      </p>
    </Layout>
  );
}

function stateOf({ instruction, cameBackAt }: CashOutcome): CashState {
  if (instruction.state === 'refused') return 'failed';
  if (instruction.state !== 'done') return 'pending';
  return cameBackAt === null ? 'done' : 'came-back';
}

/** What a pending act waits for: the states of a payout at the bank (CONFIRMING, ACCEPT, REMITING). */
function pendingWord({ state, stage }: Instruction): string {
  if (state !== 'accepted') return 'Waiting for the bank';
  return stage === 'confirming' ? 'Being looked at' : stage === 'remitting' ? 'On its way to your card' : cashStateWords.pending;
}

function Words({ instruction, cameBackAt, look }: CashOutcome): VNode {
  const deposit = instruction.verb === 'deposit';
  if (cameBackAt) return <>The card's bank sent the money back on <InstantText at={cameBackAt} />, after it had been paid out: the card is closed, blocked, or no longer yours. The money is available in your custody account again. Ask the card's bank, or bind another card of yours; then withdraw again.</>;
  if (instruction.state === 'refused' && look?.decision === 'cancel') return <Cancelled look={look} />;
  if (instruction.state === 'refused') {
    const { what, money, next } = failedText(deposit ? 'deposit' : 'withdraw', instruction.reason ?? 'refused');
    return <>{what} {money} {next} <span class="small">Code {instruction.reason}</span></>;
  }
  if (instruction.state === 'done') return <>{deposit ? 'The bank has confirmed it: the money is available in your custody account.' : 'The money is on your bank card. Should the card\'s bank send it back in the next days, it is available here again, and this page says so.'}</>;
  if (instruction.stage === 'confirming' && look) {
    return <>The money is set aside at the bank, and a person of ours looks at this withdrawal, because card, phone or trading password was changed on <InstantText at={look.changedAt} />. By <InstantText at={look.dueAt} act /> it is confirmed and goes on, or it is cancelled and the money is available again. If it was not you who asked for it, write to our complaints address at once.</>;
  }
  if (instruction.stage === 'remitting') return <>The bank has handed the money to your card's bank. When it is on the card this page says so, or why not. This page looks again by itself.</>;
  if (instruction.state === 'accepted') return <>{deposit ? 'The bank has it and waits for you on its page, or for your card. If you turned back there, nothing happens.' : 'The bank has it: it waits for you on its page, or the money is on its way. By the next working day at 10:00 it is on your card, or this page says why not.'} This page looks again by itself.</>;
  return <>We wait for the bank's own word, which usually takes a few seconds; what a browser brings back proves nothing. This page looks again by itself. If you turned back at the bank, nothing happens.</>;
}

function Cancelled({ look }: { look: WithdrawalLook }): VNode {
  const inTime = look.decidedBy?.startsWith('workflow:') !== true;
  return <>{inTime ? 'A person of ours looked at it and did not confirm it' : 'Nobody of ours confirmed it in time'}, so it was cancelled. The money is available in your custody account. {inTime ? 'Ask our complaints address for the reason; withdraw again when it is cleared up.' : 'You may withdraw it again.'} <span class="small">Code cancelled</span></>;
}
