/** Withdrawals that the bank holds until finance confirms or cancels them. */
import { Router } from 'express';
import type { Request, Response } from 'express';
import type { VNode } from 'preact';
import { actsOn, type RecordedAct } from '../../db/acts.js';
import type { Role } from '../../db/people.js';
import { findLook, giveReason, listLooks, type WithdrawalLook } from '../../db/withdrawal-looks.js';
import { secondLookText } from '../../domain/cash-limits.js';
import { decideWithdrawal, movementWorkflowId } from '../../workflows/contract.js';
import type { AreaDeps } from '../area.js';
import { InstantText } from '../components/dates.js';
import { Facts, MoneyAct, Timeline } from '../components/facts.js';
import { Form, Radios, TextArea, type FormErrors } from '../components/form.js';
import { Money } from '../components/money.js';
import { Badge, State } from '../components/state.js';
import { readListQuery, Table, type ListQuery } from '../components/table.js';
import { ownCase } from '../desk/own-case.js';
import { actingRole } from '../desk/role.js';
import { WorkflowLink } from '../desk/temporal-link.js';
import { notFound } from '../errors.js';
import { requireRole } from '../guard.js';
import { Input } from '../input.js';
import { Layout, sendPage } from '../layout.js';
import { answerTold } from '../told.js';
import { hasRole, personOf, visitOf, wantsJson } from '../visit.js';
import { heldAddress } from './custody-accounts.js';
import { instructionAddress } from './instruction-table.js';
import { maySeeMoney } from './roles.js';

const path = '/operations/withdrawals';
const pageSize = 50;
const whyLength = 500;
const confirmRoles: readonly Role[] = ['finance', 'supervisor'];
const mayConfirm = requireRole(...confirmRoles);
const addressOf = (requestNo: string): string => `${path}/${encodeURIComponent(requestNo)}`;

export function withdrawalsRouter({ pool, workflows }: AreaDeps): Router {
  const router = Router();

  router.get(path, maySeeMoney, async (request, response) => {
    const list = readListQuery(request.query, ['due']);
    const [waiting, all] = await Promise.all([listLooks(pool, 'waiting', { limit: pageSize, offset: 0 }), listLooks(pool, 'all', { limit: pageSize + 1, offset: (list.page - 1) * pageSize })]);
    const hasMore = all.length > pageSize;
    if (wantsJson(request)) return void response.json({ waiting, withdrawals: all.slice(0, pageSize), page: list.page, hasMore });
    sendPage(response, <WithdrawalsPage waiting={waiting} all={all.slice(0, pageSize)} list={list} hasMore={hasMore} />);
  });

  router.get(`${path}/:requestNo`, maySeeMoney, async (request, response) => {
    const look = await lookOf(request);
    if (wantsJson(request)) return void response.json({ withdrawal: look, acts: await actsOn(pool, look.requestNo) });
    await send(response, look, {}, {});
  });

  /** The reason stays in the record; the workflow hears who decided what, and the key under which the reason is. */
  router.post(`${path}/:requestNo`, mayConfirm, async (request, response) => {
    const look = await lookOf(request);
    const person = personOf(response);
    if (look.personId === person.id) throw ownCase();
    const input = new Input(request.body);
    const { key } = input;
    const decision = input.choice('decision', ['confirm', 'cancel'] as const, 'Does it go on, or is it cancelled?');
    const why = input.text('why', { max: whyLength, missing: 'Why? Whom did you reach, what did you compare?' });
    if (!input.ok) return send(response, look, input.typed, input.errors);
    await giveReason(pool, { key, requestNo: look.requestNo, personId: person.id, role: actingRole(person, confirmRoles), why });
    const told = await workflows.update(movementWorkflowId(look.requestNo), decideWithdrawal, key, { personId: person.id, decision, reasonKey: key });
    const here = addressOf(look.requestNo);
    answerTold(response, told, { name: 'decide-withdrawal', action: here, button: 'Decide', key, hidden: input.fields, back: { href: here, text: 'The withdrawal' } }, () => here);
  });
  return router;

  async function lookOf(request: Request): Promise<WithdrawalLook> {
    const look = await findLook(pool, String(request.params['requestNo']).slice(0, 80));
    if (!look) throw notFound();
    return look;
  }

  async function send(response: Response, look: WithdrawalLook, typed: Record<string, string>, errors: FormErrors): Promise<void> {
    const visit = visitOf(response);
    const mayDecide = isHeld(look) && hasRole(visit, ...confirmRoles) && visit.person?.id !== look.personId;
    sendPage(response, <WithdrawalPage look={look} acts={await actsOn(pool, look.requestNo)} mayDecide={mayDecide} typed={typed} errors={errors} />, Object.keys(errors).length > 0 ? 422 : 200);
  }
}

const isHeld = (look: WithdrawalLook): boolean => look.decision === null && look.state === 'accepted' && look.stage === 'confirming';

function standing(look: WithdrawalLook): VNode {
  if (isHeld(look)) return <Badge tone="warn">waits for us</Badge>;
  if (look.state === 'done') return <Badge tone="good">paid out</Badge>;
  if (look.state === 'refused') return <Badge tone="bad">{look.decision === 'cancel' ? 'cancelled' : 'not done'}</Badge>;
  if (look.decision !== null) return <Badge tone="calm">{look.decision === 'confirm' ? 'confirmed, on its way' : 'being cancelled'}</Badge>;
  return <Badge tone="calm">the person is at the bank</Badge>;
}

function WithdrawalsPage({ waiting, all, list, hasMore }: { waiting: WithdrawalLook[]; all: WithdrawalLook[]; list: ListQuery; hasMore: boolean }): VNode {
  const columns = [
    { heading: 'Withdrawal', cell: (look: WithdrawalLook) => look.requestNo }, { heading: 'Account', cell: (look: WithdrawalLook) => look.userNo }, { heading: 'Amount', number: true, cell: (look: WithdrawalLook) => <Money fen={look.amountFen} /> },
    { heading: 'Changed', cell: (look: WithdrawalLook) => <InstantText at={look.changedAt} /> }, { heading: 'Asked for', cell: (look: WithdrawalLook) => <InstantText at={look.askedAt} /> }, { heading: 'Decided by', cell: (look: WithdrawalLook) => look.decidedBy ?? '' },
    { heading: 'State', cell: standing },
  ];
  return (
    <Layout title="Withdrawals to confirm" wide>
      <p>{secondLookText()}</p>
      <Table caption="Waiting for us" rows={waiting} href={(look) => addressOf(look.requestNo)} empty="None, because no such withdrawal is held at the bank now." columns={[...columns.slice(0, 5), { heading: 'Decide by', cell: (look) => <InstantText at={look.dueAt} act /> }]} />
      <h2>All</h2>
      <Table caption="All that were looked at" rows={all} href={(look) => addressOf(look.requestNo)} empty="None yet, because nobody has withdrawn so much so soon after a change." list={{ ...list, path, hasMore }} columns={columns} />
    </Layout>
  );
}

function WithdrawalPage({ look, acts, mayDecide, typed, errors }: { look: WithdrawalLook; acts: RecordedAct[]; mayDecide: boolean; typed: Record<string, string>; errors: FormErrors }): VNode {
  return (
    <Layout title={`Withdrawal ${look.requestNo}`} wide>
      <div class="two">
        <section aria-label="Evidence">
          {isHeld(look)
            ? <State tone="warn" word="waits for us">The bank has set the money aside. Finance confirms or cancels by <InstantText at={look.dueAt} act />; after that it is cancelled and the person told.</State>
            : <p>{standing(look)} {look.why ? `${look.why} (${look.decidedBy ?? ''})` : null}</p>}
          <Facts facts={[
            ['Account', <a href={heldAddress(look.userNo)}>{look.userNo}</a>], ['Amount', <Money fen={look.amountFen} />], ['Instruction', <a href={instructionAddress(look.requestNo)}>{look.requestNo}</a>],
            ['Card, phone or password changed', <InstantText at={look.changedAt} />], ['Asked for', <InstantText at={look.askedAt} />], ['Decided', look.decidedAt ? <InstantText at={look.decidedAt} /> : null], ['Workflow', <WorkflowLink id={movementWorkflowId(look.requestNo)} />],
          ]} />
          <h2>Decisions</h2>
          <Timeline events={acts.map((act) => ({ at: <InstantText at={act.businessAt ?? act.at} />, what: <>{act.verb}{act.why ? `: ${act.why}` : ''}</>, by: `${act.actor} (${act.role})` }))} />
        </section>
        <section aria-label="Decision">
          {mayDecide ? (
            <>
              <h2>Decide</h2>
              <MoneyAct moves={<Money fen={look.amountFen} />} from={look.userNo} to="the bound card, or nowhere" costs="nothing" final="Confirmed: when it is on the card. Cancelled: at once, the money is available again" />
              <Form name="decide-withdrawal" action={addressOf(look.requestNo)} button="Decide" formKey={typed['key']} errors={errors}>
                <Radios name="decision" label="What" value={typed['decision']} errors={errors} options={[{ value: 'confirm', text: 'It goes on to the card' }, { value: 'cancel', text: 'It is cancelled: the money is available again' }]} />
                <TextArea name="why" label="Why" hint="Whom you reached and what you compared; no names or card numbers." value={typed['why']} errors={errors} rows={3} maxLength={whyLength} accessKey="d" />
              </Form>
            </>
          ) : <p class="small">{isHeld(look) ? 'Finance and supervisors decide; nobody about their own money.' : 'Nothing is left to decide.'}</p>}
        </section>
      </div>
    </Layout>
  );
}
