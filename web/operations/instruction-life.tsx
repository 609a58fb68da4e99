/** An instruction's life in the order in which it happened, and what its state means for whoever waits. */
import type { ComponentChildren, VNode } from 'preact';
import type { Attention, BankMessage, LivedInstruction, OpenTask } from '../../db/instruction-life.js';
import { silenceSeconds, type Standing } from '../../db/instruction-search.js';
import { InstantText } from '../components/dates.js';
import { Notice } from '../components/state.js';
import { Table } from '../components/table.js';
import { WorkflowLink } from '../desk/temporal-link.js';
import { plainWords } from '../desk/words.js';

export interface Open { attention: Attention | null; tasks: OpenTask[] }

interface Moment { at: string | null; what: ComponentChildren; businessAt?: string | null }

/** Wall times order it; business times stand beside where an event has one. */
export function InstructionLife({ instruction, messages }: { instruction: LivedInstruction; messages: BankMessage[] }): VNode {
  const moments = momentsOf(instruction, messages).filter((each) => each.at !== null).sort((a, b) => ((a.at ?? '') < (b.at ?? '') ? -1 : 1));
  return (
    <>
      <Table
        caption="Life of the instruction" rows={moments} empty="Nothing yet, which cannot be."
        columns={[
          { heading: 'Wall clock', cell: (each) => <WallTime at={each.at ?? ''} /> }, { heading: 'What happened', cell: (each) => each.what },
          { heading: 'Business time', cell: (each) => (each.businessAt ? <InstantText at={each.businessAt} /> : '') },
        ]}
      />
      <p class="small">Messages are those that the bank sent by itself and signed. Its answers to our requests and questions are in the workflow's history.</p>
    </>
  );
}

function momentsOf(instruction: LivedInstruction, messages: BankMessage[]): Moment[] {
  const { firstSentAt, sends, sentAt, unknownAt } = instruction;
  const resolved = unknownAt === null ? '' : '; what was unknown is resolved';
  const ended = instruction.state === 'refused' ? 'Refused by the bank' : 'Done: the outcome is recorded and the books moved';
  return [
    { at: instruction.intendedAt, what: 'Intended: written down before anything was sent', businessAt: instruction.asOf },
    { at: firstSentAt, what: 'Sent' },
    { at: sends > 1 ? sentAt : null, what: `Sent again under the same number, ${sends} times in all` },
    { at: unknownAt, what: `Unknown: no word of the bank for ${silenceSeconds} seconds; it is asked until it says` },
    { at: instruction.acceptedAt, what: 'Accepted: the bank has taken it on' },
    ...messages.map((message): Moment => ({ at: message.receivedAt, what: <>Message of the bank: {plainWords(message.outcome).toLowerCase()} <span class="small">({plainWords(message.act).toLowerCase()}, by {message.via === 'notify' ? 'notification' : message.via})</span></> })),
    { at: instruction.endedAt, what: <>{ended}{resolved}{instruction.reason ? <span class="small"> {plainWords(instruction.reason)}</span> : null}</>, businessAt: instruction.doneAt },
  ];
}

/** To the second, in UTC as the machines' logs have it. */
function WallTime({ at }: { at: string }): VNode {
  return <time class="date" dateTime={at}>{at.slice(0, 19).replace('T', ' ')} UTC</time>;
}

const meanings: Record<Exclude<Standing, 'done' | 'refused'>, string> = {
  intended: 'It is written down and has not been sent. The workflow sends it under this number; until then the bank knows nothing of it.',
  sent: 'It is on its way or with the bank, or the person is on the bank\'s page. The answer or a notification ends the waiting.',
  unknown: `The bank has said nothing for more than ${silenceSeconds} seconds: the outcome is unknown, neither done nor failed. The bank is asked (QUERY_TRANSACTION) again and again, with growing pauses, until it says. If it has not found it, the same instruction is sent again under the same number; a new number is made only after a final refusal, or when it is still not found more than ten minutes after the last sending.`,
  accepted: 'The bank has taken it on and will tell the end by a notification. If none comes, it is asked.',
};

/** For an instruction that has not ended: what is waited for, who looks when, and what people have to do. */
export function WhatNext({ instruction, open: { attention, tasks } }: { instruction: LivedInstruction; open: Open }): VNode {
  const { standing, waitsUntil, workflowId } = instruction;
  return (
    <Notice tone="warn">
      <p>{standing === 'done' || standing === 'refused' ? '' : meanings[standing]}</p>
      {waitsUntil ? <p>No end is expected before <InstantText at={waitsUntil} act />.</p> : null}
      {attention ? (
        <p>Its workflow <WorkflowLink id={workflowId} /> waits: {attention.summary || 'no words given'}{attention.nextAt ? <>; it looks again by itself at <InstantText at={attention.nextAt} act /></> : '; a message wakes it'}.{attention.unseen ? ' There is news in the record that it has not taken in yet.' : ''}</p>
      ) : <p>No workflow waits for it now. At the close of the business day the bank is asked about every instruction it has been silent about.</p>}
      {tasks.map((task) => <p key={task.id}>Task for {task.role}: <a href="/operations/tasks">{task.title}</a>{task.dueAt ? <>, due <InstantText at={task.dueAt} act /></> : null}</p>)}
    </Notice>
  );
}
