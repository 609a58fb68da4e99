/** One instruction: its whole life, what the bank said, its details, what it posted, and what happens next. */
import { Router } from 'express';
import type { VNode } from 'preact';
import { attentionOf, bankMessagesOf, detailPage, detailSums, eachDetail, findLife, relativesOf, tasksAbout, type BankMessage, type DetailSum, type LivedInstruction, type Relative } from '../../db/instruction-life.js';
import type { InstructionDetail } from '../../db/instructions.js';
import { listJournals, type LedgerJournal } from '../../db/journals.js';
import { decimalYuan } from '../../domain/money.js';
import type { AreaDeps } from '../area.js';
import { Facts } from '../components/facts.js';
import { Money } from '../components/money.js';
import { Badge } from '../components/state.js';
import { readListQuery, Table, type ListQuery } from '../components/table.js';
import { streamCsv } from '../desk/csv.js';
import { WorkflowLink } from '../desk/temporal-link.js';
import { JsonFacts, plainWords } from '../desk/words.js';
import { notFound } from '../errors.js';
import { Layout, sendPage } from '../layout.js';
import { wantsJson } from '../visit.js';
import { heldAddress } from './custody-accounts.js';
import { InstructionLife, WhatNext, type Open } from './instruction-life.js';
import { instructionAddress, StandingBadge } from './instruction-table.js';
import { JournalTable } from './journals.js';
import { maySeeMoney } from './roles.js';

const detailsOnPage = 100;
const shownJournals = 200;

interface Shown {
  instruction: LivedInstruction; messages: BankMessage[]; relatives: Relative[]; details: InstructionDetail[]; sums: DetailSum[]; journals: LedgerJournal[]; open: Open | null; list: ListQuery; hasMore: boolean;
}

export function instructionRouter({ pool }: AreaDeps): Router {
  const router = Router();
  router.get('/operations/instructions/:requestNo', maySeeMoney, async (request, response) => {
    const instruction = await findLife(pool, String(request.params['requestNo']));
    if (!instruction) throw notFound();
    const { requestNo } = instruction;
    const list = readListQuery(request.query, ['request']);
    if (list.csv) return streamCsv(response, `details-${requestNo}`, ['detail', 'for', 'freeze', 'from', 'to', 'amount', 'state', 'reason'], eachDetail(pool, requestNo), (each) => [each.requestNo, each.purpose, each.holdRequestNo, each.fromUserNo, each.toUserNo, decimalYuan(each.amountFen), each.state, each.reason]);
    const ended = instruction.state === 'done' || instruction.state === 'refused';
    const [messages, relatives, found, sums, journals, attention, tasks] = await Promise.all([
      bankMessagesOf(pool, requestNo), relativesOf(pool, instruction), detailPage(pool, requestNo, detailsOnPage + 1, (list.page - 1) * detailsOnPage), detailSums(pool, requestNo),
      listJournals(pool, { requestNo, limit: shownJournals, offset: 0 }), ended ? null : attentionOf(pool, instruction.workflowId), ended ? [] : tasksAbout(pool, instruction),
    ]);
    const details = found.slice(0, detailsOnPage);
    const open = ended ? null : { attention, tasks };
    if (wantsJson(request)) return void response.json({ instruction, messages, relatives, details, detailSums: sums, journals, open, page: list.page, hasMore: found.length > detailsOnPage });
    sendPage(response, <InstructionPage {...{ instruction, messages, relatives, details, sums, journals, open, list }} hasMore={found.length > detailsOnPage} />);
  });
  return router;
}

function InstructionPage(shown: Shown): VNode {
  const { instruction, messages, relatives, journals, open } = shown;
  return (
    <Layout title={`Instruction ${instruction.requestNo}`} wide>
      <InstructionFacts instruction={instruction} relatives={relatives} />
      {open ? <><h2>What happens next</h2><WhatNext instruction={instruction} open={open} /></> : null}
      <h2>Its life</h2>
      <InstructionLife instruction={instruction} messages={messages} />
      <h2>What it carries</h2>
      <JsonFacts of={instruction.details} empty="Nothing beyond the above." />
      <h2>Details of the batch</h2>
      <Details {...shown} />
      <h2>What it posted</h2>
      <JournalTable journals={journals} />
      {journals.length === shownJournals ? <p class="small"><a href={`/operations/journals?request=${encodeURIComponent(instruction.requestNo)}`}>All its journals</a></p> : null}
    </Layout>
  );
}

function InstructionFacts({ instruction, relatives }: { instruction: LivedInstruction; relatives: Relative[] }): VNode {
  const relation = { try: (each: Relative) => `try ${each.try}`, returned: () => 'the money came back', original: () => 'the payout that came back' };
  return (
    <Facts facts={[
      ['What', plainWords(instruction.verb)], ['State', <StandingBadge standing={instruction.standing} />], ['Reason', instruction.reason ? plainWords(instruction.reason) : null], ['Amount', <Money fen={instruction.amountFen} />],
      ['Account', instruction.userNo ? <a href={heldAddress(instruction.userNo)}>{instruction.userNo}</a> : null], ['Loan', instruction.loanNo ? <a href={`/operations/loans/${instruction.loanNo}`}>{instruction.loanNo}</a> : null],
      ['Payment', instruction.paymentNo ? <a href={`/operations/payments/${encodeURIComponent(instruction.paymentNo)}`}>{instruction.paymentNo}</a> : null], ['Bid', instruction.bidId === null ? null : String(instruction.bidId)],
      ['Business key', `${instruction.businessKey}, try ${instruction.try}`], ["The bank's number", instruction.bankNo], ['For', <><WorkflowLink id={instruction.workflowId} />, step {plainWords(instruction.step).toLowerCase()}</>],
      ['See also', relatives.length === 0 ? null : relatives.map((each) => <span key={each.requestNo}><a href={instructionAddress(each.requestNo)}>{each.requestNo}</a> ({relation[each.relation](each)}, {each.standing}) </span>)],
    ]} />
  );
}

function Details({ instruction, details, sums, list, hasMore }: Shown): VNode {
  const all = sums.reduce((sum, each) => ({ details: sum.details + each.details, fen: sum.fen + each.amountFen }), { details: 0, fen: 0 });
  return (
    <>
      {sums.length > 0 ? <p class="small">{sums.map((each) => <span key={each.state}>{each.details} {each.state === 'sent' ? 'not ended' : each.state}, <Money fen={each.amountFen} />. </span>)}</p> : null}
      <Table
        caption="Details" rows={details} empty="None, because it is not a batch." {...(sums.length > 0 ? { list: { ...list, path: instructionAddress(instruction.requestNo), hasMore, download: true } } : {})}
        columns={[
          { heading: 'Detail', cell: (each) => each.requestNo, total: `All ${all.details}` }, { heading: 'For', cell: (each) => plainWords(each.purpose) }, { heading: 'From', cell: (each) => each.fromUserNo }, { heading: 'To', cell: (each) => each.toUserNo },
          { heading: 'Amount', number: true, cell: (each) => <Money fen={each.amountFen} />, total: <Money fen={all.fen} /> },
          { heading: 'State', cell: (each) => <><Badge tone={each.state === 'done' ? 'good' : each.state === 'refused' ? 'bad' : 'warn'}>{each.state}</Badge>{each.reason ? <span class="small"> {plainWords(each.reason)}</span> : null}</> },
        ]}
      />
    </>
  );
}
