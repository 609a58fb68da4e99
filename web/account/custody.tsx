import { Router, type RequestHandler, type Response } from 'express';
import { beginAccount } from '../../db/accounts.js';
import { enterpriseAccountsOf } from '../../db/enterprises.js';
import { availableFen } from '../../db/outcomes/cash.js';
import { lockPerson, openPerson } from '../../db/people.js';
import { cashSums } from '../../db/cash.js';
import { isTerminal, latestTry } from '../../db/instructions.js';
import type { Transaction } from '../../db/pool.js';
import { findLook, openLook } from '../../db/withdrawal-looks.js';
import { cnCalendar } from '../../domain/calendar.js';
import { needsSecondLook, refuseCash, secondLookDueAt, type CashAct, type CashFacts, type CashRefusal } from '../../domain/cash-limits.js';
import { addYears, instantAt, isoInstant } from '../../domain/dates.js';
import type { AreaDeps } from '../area.js';
import { AmountField, Form, Select, type FormErrors } from '../components/form.js';
import { moneyText } from '../components/money.js';
import { notFound } from '../errors.js';
import { requirePerson, safePath } from '../guard.js';
import { Input } from '../input.js';
import { Layout, sendPage } from '../layout.js';
import { answerTold, sendRefusal } from '../told.js';
import { hasRole, personOf, visitOf, wantsJson } from '../visit.js';
import { actKey, beginBankAct, carryToBank, type BankWish, type WithWish } from './bank-act.js';
import { authorisationWords, bankRoleOf, custodyStateOf, neededAuthorisations, sides, type CustodyState, type Side } from './custody-state.js';
import { CourtNotice, heldByCourts, heldFacts } from './court-notice.js';
import { CustodyAccountView } from './custody-view.js';
import { backToCustody, DepositPage, hindranceTo, WithdrawPage, type CashPageProps } from './cash-pages.js';
import { cashRefusalText } from './cash-words.js';
import { EnterpriseAccounts } from './enterprise.js';
import { sendText } from './messages.js';
import { cardChangingText } from './texts.js';

type PersonalAct = Parameters<AreaDeps['custodyForms']['sign']>[0];

const largestFen = 10_000_000_00;
export const cardCoolingHours = 24;
const authorisationYears = ['1', '2', '3', '5', '10'] as const;
const back = backToCustody;

/** The account at the custody bank: opening it, card, authorisations, deposit, withdrawal. */
export function custodyRouter(deps: AreaDeps): Router {
  const { pool, vault, settings } = deps;
  const router = Router();
  router.use('/account/custody', requirePerson);

  router.get('/account/custody', async (request, response) => {
    const visit = visitOf(response);
    const person = personOf(response);
    const states = await Promise.all(sides.filter((side) => hasRole(visit, side)).map((side) => custodyStateOf(pool, person, side, visit.asOf)));
    const enterprises = await enterpriseAccountsOf(pool, person.id);
    const held = await heldByCourts(pool, person.id);
    if (wantsJson(request)) {
      response.json({ ...heldFacts(held), enterprises, accounts: states.map(({ userNo, side, missing, availableFen, frozenFen, account, cashActs }) => ({ userNo, side, state: account?.state ?? 'none', missing, availableFen, frozenFen, cardLast4: account?.cardLast4 ?? null, cashActs })) });
      return;
    }
    sendPage(response, (
      <Layout title="Custody account">
        <p>Your money is at the custody bank, in your own name. The platform sees the balance and may order only what you have authorised.</p>
        <CourtNotice held={held} />
        {enterprises.length > 0 ? <EnterpriseAccounts accounts={enterprises} named={person.named} /> : null}
        {states.map((state) => <CustodyAccountView key={state.side} state={state} named={person.named} />)}
        {states.length + enterprises.length === 0 ? <p class="empty">Nothing here, because your role needs no custody account.</p> : null}
      </Layout>
    ));
  });

  router.post('/account/custody/:side/open', ofSide(async (side, body, response) => {
    const person = personOf(response);
    if (!person.named) return response.redirect(303, '/account/identity');
    await goToBank(response, body, side, { verb: 'register', button: 'Open my custody account', doing: 'Your custody account is opened at the bank.' }, async (tx) => { await beginAccount(tx, person.id, bankRoleOf[side]); });
  }));

  router.post('/account/custody/:side/card', ofSide((side, body, response) => goToBank(response, body, side, { verb: 'bind-card', button: 'Bind my card', doing: 'Your card is bound at the bank.' })));

  router.get('/account/custody/:side/card/change', ofSide(async (side, _body, response) => {
    const state = await stateOf(response, side);
    if (!state.account?.cardLast4) return response.redirect(303, '/account/custody');
    sendPage(response, (
      <Layout title="Change bank card">
        <p>The bank first removes the card ending in {state.account.cardLast4}; then you bind another one. For {cardCoolingHours} hours after that nothing is paid out, and we send a notice to your phone and e-mail address.</p>
        <Form name="unbind-card" action={`/account/custody/${side}/card/unbind`} button="Remove my card at the bank" tone="danger" back={back} hidden={{ returnTo: '/account/custody' }} />
      </Layout>
    ));
  }));

  router.post('/account/custody/:side/card/unbind', ofSide(async (side, body, response) => {
    const person = await openPerson(pool, vault, personOf(response).id);
    const { key } = new Input(body);
    await sendText(deps, { personId: person.id, phone: person.phone, email: person.email }, cardChangingText(person.language, settings, cardCoolingHours), { key: `card-changing:${person.id}:${key}`, asOf: visitOf(response).asOf });
    await goToBank(response, body, side, { verb: 'unbind-card', button: 'Remove my card at the bank', doing: 'Your card is removed at the bank.' });
  }));

  router.get('/account/custody/:side/password', ofSide(async (side, _body, response) => {
    const { account } = await stateOf(response, side);
    if (!account || account.state === 'opening') return response.redirect(303, '/account/custody');
    sendPage(response, (
      <Layout title="Reset the trading password">
        <p>Only the bank knows your trading password. On its page you type a code that it sends to the phone it knows as yours, and choose another password. The old one then no longer works, and we send you a notice.</p>
        <Form name="reset-password" action={`/account/custody/${side}/password`} button="Reset it at the bank" back={back} hidden={{ returnTo: '/account/custody' }} />
      </Layout>
    ));
  }));

  router.post('/account/custody/:side/password', ofSide((side, body, response) => goToBank(response, body, side, { verb: 'reset-password', button: 'Reset it at the bank', doing: 'Your trading password is reset at the bank, which sends a code to your phone.' })));

  router.get('/account/custody/:side/authorise', ofSide(async (side, _body, response, query) => {
    await stateOf(response, side);
    sendPage(response, <AuthorisePage side={side} typed={{ returnTo: safeReturn(query['returnTo']) }} errors={{}} />);
  }));

  router.post('/account/custody/:side/authorise', ofSide(async (side, body, response) => {
    const input = new Input(body);
    const maxFen = input.amount('max', { minFen: 100_00, maxFen: largestFen, missing: 'Enter a limit.', tooSmall: 'At least ¥100, or the authorisation moves nothing.', tooLarge: `At most ${moneyText(largestFen)}.` });
    const years = input.choice('years', authorisationYears, 'Choose how long it holds.');
    if (!input.ok) return sendPage(response, <AuthorisePage side={side} typed={input.typed} errors={input.errors} />, 422);
    const failTime = `${addYears(visitOf(response).today, Number(years))}T00:00:00.000Z`;
    await goToBank(response, body, side, { verb: 'authorise', button: 'Authorise at the bank', doing: 'You authorise at the bank.', maxFen, failTime });
  }));

  for (const act of ['deposit', 'withdraw'] as const) {
    router.get(`/account/custody/:side/${act}`, ofSide(async (side, _body, response) => sendPage(response, <CashPage act={act} {...await cashOf(response, side, act)} typed={{ urgency: 'normal' }} errors={{}} />)));
    router.post(`/account/custody/:side/${act}`, ofSide((side, body, response) => moveCash(response, body, side, act)));
  }

  return router;

  function stateOf(response: Response, side: Side): Promise<CustodyState> {
    return custodyStateOf(pool, personOf(response), side, visitOf(response).asOf);
  }

  /** What a person's deposits and withdrawals are measured by. */
  async function cashOf(response: Response, side: Side, act: CashAct): Promise<Omit<CashPageProps, 'typed' | 'errors'>> {
    const state = await stateOf(response, side);
    const sums = await cashSums(pool, state.userNo, dayBegan(response));
    return { state, withdrawingFen: sums.withdrawingFen, movedTodayFen: act === 'deposit' ? sums.depositFen : sums.withdrawFen };
  }

  async function moveCash(response: Response, body: unknown, side: Side, act: CashAct): Promise<void> {
    const input = new Input(body);
    const { key } = input;
    const cash = await cashOf(response, side, act);
    const repeated = await latestTry(pool, actKey(personOf(response).id, key));
    const amountFen = input.amount('amount', { minFen: 0, maxFen: Number.MAX_SAFE_INTEGER, missing: `Enter how much you want to ${act}.`, tooSmall: '', tooLarge: '' });
    const urgency = act === 'withdraw' ? input.choice('urgency', ['normal', 'urgent'] as const, 'Choose how fast.') : undefined;
    // A form that is sent again finds its act, whatever that has changed since.
    if (!repeated && input.ok) {
      const refusal = refuseCash(act, amountFen, factsOf(cash));
      if (refusal) input.wrong('amount', cashRefusalText(act, refusal, { ...cash, availableFen: cash.state.availableFen }));
      if (hindranceTo(act, cash.state, visitOf(response).asOf)) input.wrong('form', 'Nothing can be moved now; the page says why.');
    }
    if (!input.ok) return sendPage(response, <CashPage act={act} {...cash} typed={input.typed} errors={input.errors} />, 422);
    const word = act === 'deposit' ? 'Deposit' : 'Withdraw';
    try {
      await goToBank(
        response, body, side, { verb: act, button: `${word} ${moneyText(amountFen)}`, doing: `You ${act} ${moneyText(amountFen)}.`, amountFen, ...(urgency ? { urgency } : {}) },
        async (tx, requestNo) => {
          await withinLimits(tx, response, cash.state.userNo, { act, amountFen, requestNo });
          if (act === 'withdraw') await lookTwice(tx, response, cash.state, { amountFen, requestNo });
        });
    } catch (error) {
      if (!(error instanceof CashRefused)) throw error;
      const now = await cashOf(response, side, act);
      input.wrong('amount', cashRefusalText(act, error.code, { ...now, availableFen: now.state.availableFen }));
      sendPage(response, <CashPage act={act} {...now} typed={input.typed} errors={input.errors} />, 422);
    }
  }

  /** Asked again in the transaction that writes the act, one act of a person after the other: two at once must not both pass. */
  async function withinLimits(tx: Transaction, response: Response, userNo: string, { act, amountFen, requestNo }: { act: CashAct; amountFen: number; requestNo: string }): Promise<void> {
    await lockPerson(tx, personOf(response).id);
    const sums = await cashSums(tx, userNo, dayBegan(response), requestNo);
    const refusal = refuseCash(act, amountFen, { movedTodayFen: act === 'deposit' ? sums.depositFen : sums.withdrawFen, freeFen: (await availableFen(tx, userNo)) - sums.withdrawingFen });
    if (refusal) throw new CashRefused(refusal);
  }

  /** So much so soon after a change of card, phone or password is sent to be confirmed: a person of ours looks at it first. */
  async function lookTwice(tx: Transaction, response: Response, { userNo, account }: CustodyState, { amountFen, requestNo }: { amountFen: number; requestNo: string }): Promise<void> {
    const { asOf, zoneOffsetMinutes } = visitOf(response);
    const changedAt = account?.changedAt ?? null;
    if (changedAt === null) return;
    const { withdrawFen } = await cashSums(tx, userNo, changedAt, requestNo);
    // The bank works by its own country's calendar.
    if (needsSecondLook(amountFen, { changedAt, withdrawnSinceFen: withdrawFen, asOf })) await openLook(tx, { requestNo, changedAt, dueAt: secondLookDueAt(asOf, zoneOffsetMinutes, cnCalendar) });
  }

  /** Writes the act, has it followed, and carries the browser to the bank; a finished one leads to its page. */
  async function goToBank(
    response: Response, body: unknown, side: Side,
    act: { verb: BankWish['verb']; button: string; doing: string; amountFen?: number; maxFen?: number; failTime?: string; urgency?: 'normal' | 'urgent' }, also?: WithWish,
  ): Promise<void> {
    const input = new Input(body);
    const { key } = input;
    if (!input.ok) return sendRefusal(response, 'form-incomplete', back);
    const visit = visitOf(response);
    const person = personOf(response);
    const { verb, amountFen = 0, maxFen, failTime, urgency } = act;
    const details: BankWish['details'] = { returnTo: safeReturn(input.typed['returnTo']), ...(maxFen ? { maxFen, types: neededAuthorisations[side] } : {}), ...(failTime ? { failTime } : {}), ...(urgency ? { urgency } : {}) };
    const { instruction, told } = await beginBankAct(deps, visit, person, { verb, bankRole: bankRoleOf[side], key, amountFen, details }, also);
    const action = `/account/custody/${side}/${pathOf[verb]}`;
    if (told.status !== 'done') return answerTold(response, told, { name: verb, action, button: act.button, key, hidden: input.fields, back }, () => '/account/custody');
    if (isTerminal(instruction) || instruction.verb !== verb) return response.redirect(303, `/account/bank/${instruction.requestNo}`);
    const form = deps.custodyForms.sign(await personalAct(verb, instruction, visit.asOf));
    await carryToBank(deps, response, instruction.requestNo, form, act.doing);
  }

  /** What the bank is asked, from what was written: a repeated form asks the same. */
  async function personalAct(verb: BankWish['verb'], instruction: { requestNo: string; userNo: string | null; amountFen: number; details: Record<string, unknown> }, businessTime: string): Promise<PersonalAct> {
    const details = instruction.details as BankWish['details'];
    const common = { requestNo: instruction.requestNo, userNo: instruction.userNo ?? '', returnUrl: `${settings.publicUrl}/bank/return`, businessTime };
    switch (verb) {
      case 'register': {
        const [prefix, personId = ''] = common.userNo.split('-');
        const { name, idNumber, phone } = await openPerson(pool, vault, personId);
        return { act: 'register', ...common, role: prefix === 'L' ? 'INVESTOR' : 'BORROWERS', realName: name ?? '', idNumber: idNumber ?? '', mobile: phone };
      }
      case 'authorise': return { act: 'authorise', ...common, types: details.types ?? [], maxFen: details.maxFen ?? 0, failTime: details.failTime ?? '' };
      case 'deposit': return { act: 'deposit', ...common, amountFen: instruction.amountFen };
      case 'withdraw': return { act: 'withdraw', ...common, amountFen: instruction.amountFen, urgency: details.urgency ?? 'normal', toBeConfirmed: (await findLook(pool, instruction.requestNo)) !== null };
      case 'bind-card': return { act: 'bind-card', ...common };
      case 'unbind-card': return { act: 'unbind-card', ...common };
      case 'reset-password': return { act: 'reset-password', ...common };
      case 'change-mobile': case 'cancel-authorisation': case 'open-enterprise': throw new RangeError(`${verb} has its own page`);
    }
  }
}

/** A limit that another act of the same moment has used up. */
class CashRefused extends Error {
  override name = 'CashRefused';
  constructor(readonly code: CashRefusal) { super(code); }
}

const factsOf = ({ state, withdrawingFen, movedTodayFen }: Pick<CashPageProps, 'state' | 'withdrawingFen' | 'movedTodayFen'>): CashFacts => ({ movedTodayFen, freeFen: state.availableFen - withdrawingFen });

/** The first instant of the business day. */
function dayBegan(response: Response): string {
  const { today, zoneOffsetMinutes } = visitOf(response);
  return isoInstant(instantAt(today, 0, zoneOffsetMinutes));
}

const pathOf: Record<BankWish['verb'], string> = { register: 'open', 'bind-card': 'card', 'unbind-card': 'card/unbind', 'reset-password': 'password', 'change-mobile': '', 'cancel-authorisation': '', 'open-enterprise': '', authorise: 'authorise', deposit: 'deposit', withdraw: 'withdraw' };

/** A route of one side; who has not that role finds nothing here. */
function ofSide(handle: (side: Side, body: unknown, response: Response, query: Record<string, unknown>) => Promise<unknown>): RequestHandler {
  return async (request, response) => {
    const side = sides.find((each) => each === request.params['side']);
    if (!side || !hasRole(visitOf(response), side)) throw notFound();
    await handle(side, request.body, response, request.query);
  };
}

function safeReturn(text: unknown): string {
  const path = safePath(text);
  return path === '/' ? '/account/custody' : path;
}

function CashPage({ act, ...props }: CashPageProps & { act: CashAct }) {
  return act === 'deposit' ? <DepositPage {...props} /> : <WithdrawPage {...props} />;
}

function AuthorisePage({ side, typed, errors }: { side: Side; typed: Record<string, string>; errors: FormErrors }) {
  return (
    <Layout title="Standing authorisations">
      <p>You allow the platform, up to a limit and until a day, to:</p>
      <ul>{neededAuthorisations[side].map((type) => <li key={type}>{authorisationWords[type]}</li>)}</ul>
      <p class="hint">It can order nothing else. A new authorisation replaces the old one; <a href={`/account/custody/${side}/authorisations`}>you can take it back at any time</a>.</p>
      <Form name="authorise" action={`/account/custody/${side}/authorise`} button="Authorise at the bank" errors={errors} back={back} hidden={{ returnTo: typed['returnTo'] ?? '/account/custody' }}>
        <AmountField name="max" label="Limit, in yuan, for each of them" hint={side === 'borrower' ? 'More than you will pay in all while it holds.' : 'More than you will bid in all while it holds.'} value={typed['max'] ?? (side === 'borrower' ? '500,000' : '1,000,000')} errors={errors} />
        <Select name="years" label="For how long" value={typed['years'] ?? '5'} errors={errors} options={authorisationYears.map((years) => ({ value: years, text: years === '1' ? 'one year' : `${years} years` }))} />
      </Form>
    </Layout>
  );
}
