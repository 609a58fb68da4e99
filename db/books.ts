/**
 * The custody book against the bank. On a running system an account may differ by what is under way: it differs only if no
 * choice of effects of its open instructions explains the bank's balance.
 */
import { trialBalance, trialBalanceSinceLast } from './ledger.js';
import { inTransaction, rows, type Pool, type Transaction } from './pool.js';

/** All balances of one cut, as the custody port downloads them. */
export interface BankCut { cutAt: string; balances: readonly { userNo: string; availableFen: number; frozenFen: number }[] }

export interface BankDifference {
  userNo: string;
  /** What the bank would show if nothing were under way. */
  ours: { availableFen: number; frozenFen: number };
  bank: { availableFen: number; frozenFen: number };
  openInstructions: number;
}

export interface Books {
  trialBalanceFen: number;
  accountsCompared: number;
  bankDifferences: BankDifference[];
  openInstructions: number;
  unbalancedJournals: string[];
}

interface Balance { userNo: string; availableFen: number; frozenFen: number }
interface OpenEffect { requestNo: string; verb: string; accepted: boolean; userNo: string; amountFen: number; toUserNo: string | null; frozenAsBid: boolean; fromAvailable: boolean }

/**
 * Adds our books up and compares them with one download of the bank's balances. `last-check` adds up only what is new since
 * the last such check: a close of a day must not read all days before it.
 */
export async function compareBooks(pool: Pool, download: () => Promise<BankCut>, since: 'ever' | 'last-check' = 'ever'): Promise<Books> {
  // Our side first, then the bank's cut: whatever was open at either moment may or may not be in the cut.
  const before = await inTransaction(pool, async (tx) => {
    await tx.query(`SET TRANSACTION ISOLATION LEVEL REPEATABLE READ${since === 'ever' ? ', READ ONLY' : ''}`);
    const books = since === 'ever' ? await trialBalance(tx) : await trialBalanceSinceLast(tx);
    return { at: (await rows<{ at: string }>(tx, 'SELECT now() AS at'))[0]?.at ?? '', books, ours: await ourBalances(tx), open: await openEffects(tx, null), openInstructions: await openCount(tx) };
  });
  const cut = await download();
  const [later, courts] = await inTransaction(pool, async (tx) => [await openEffects(tx, before.at), await courtFreezes(tx, before.at)] as const);
  const effects = [...new Map([...later, ...before.open].map((effect) => [`${effect.requestNo} ${effect.userNo} ${effect.toUserNo ?? ''}`, effect])).values()];
  return {
    trialBalanceFen: before.books.sumFen,
    accountsCompared: new Set([...before.ours, ...cut.balances].map((each) => each.userNo)).size,
    bankDifferences: differences(before.ours, cut.balances, effects, courts),
    openInstructions: before.openInstructions,
    unbalancedJournals: [...before.books.unbalancedJournals, ...before.books.driftedAccounts.map((code) => `account ${code}`)],
  };
}

/** As the bank sees it: reserved money is available, money in transit is frozen. */
function ourBalances(tx: Transaction): Promise<Balance[]> {
  return rows<Balance>(
    tx, `SELECT owner AS "userNo", coalesce(sum(balance) FILTER (WHERE kind !~ '(-frozen|in-transit)$'), 0)::bigint AS "availableFen",
                coalesce(sum(balance) FILTER (WHERE kind ~ '(-frozen|in-transit)$'), 0)::bigint AS "frozenFen"
           FROM account WHERE book = 'custody' AND owner IS NOT NULL GROUP BY owner`);
}

async function openCount(tx: Transaction): Promise<number> {
  return (await rows<{ open: number }>(tx, `SELECT count(*)::int AS open FROM instruction WHERE state NOT IN ('done', 'refused')`))[0]?.open ?? 0;
}

/** Movements that have not ended (or, with `since`, were open at any moment after it), one row per account they touch. */
function openEffects(tx: Transaction, since: string | null): Promise<OpenEffect[]> {
  return rows<OpenEffect>(
    tx, `WITH open AS (SELECT * FROM instruction WHERE state NOT IN ('done', 'refused') UNION ALL SELECT * FROM instruction WHERE state IN ('done', 'refused') AND ended_at >= $1)
         SELECT request_no AS "requestNo", verb, state = 'accepted' AS accepted, user_no AS "userNo", amount_fen AS "amountFen", NULL AS "toUserNo", bid_id IS NOT NULL AS "frozenAsBid", false AS "fromAvailable"
           FROM open WHERE user_no IS NOT NULL AND amount_fen > 0 AND verb IN ('deposit', 'pull', 'withdraw', 'payout', 'hold', 'release-hold')
         UNION ALL
         SELECT d.request_no, open.verb, false, d.from_user_no, d.amount_fen, d.to_user_no, false, d.hold_request_no IS NULL FROM open JOIN instruction_detail d ON d.batch_no = open.request_no WHERE d.state = 'sent' OR open.ended_at >= $1
         UNION ALL
         SELECT b.request_no, 'miscarry', false, b.user_no, b.amount_fen, NULL, true, false FROM open JOIN bid b ON b.loan_no = open.loan_no AND b.state IN ('frozen', 'released')
          WHERE open.verb = 'change-project' AND open.details ->> 'state' = 'MISCARRY'`, [since]);
}

type Change = readonly [availableFen: number, frozenFen: number];

/** What an open movement may have done to each account at the bank that our books do not show yet. */
function changesOf(effect: OpenEffect): Map<string, readonly Change[]> {
  const { verb, userNo, toUserNo, amountFen: fen } = effect;
  switch (verb) {
    case 'deposit': case 'pull': return new Map([[userNo, [[fen, 0]]]]);
    case 'withdraw': return new Map([[userNo, [[-fen, 0], [-fen, fen]]]]);
    case 'payout': return new Map([[userNo, effect.accepted ? [[0, -fen], [fen, -fen]] : [[-fen, 0], [-fen, fen]]]]);
    case 'hold': return new Map([[userNo, [[-fen, fen]]]]);
    case 'release-hold': case 'miscarry': return new Map([[userNo, [[fen, -fen]]]]);
    default: return new Map([[userNo, [effect.fromAvailable ? [-fen, 0] : [0, -fen]]], [toUserNo ?? '', [[fen, 0]]]]);
  }
}

function differences(ours: readonly Balance[], bank: readonly Balance[], effects: readonly OpenEffect[], courts: ReadonlyMap<string, Shift>): BankDifference[] {
  const [mine, theirs] = [byUser(ours), byUser(bank)];
  const changes = new Map<string, (readonly Change[])[]>();
  for (const effect of effects) for (const [userNo, choices] of changesOf(effect)) changes.set(userNo, [...(changes.get(userNo) ?? []), choices]);
  const userNos = [...new Set([...mine.keys(), ...theirs.keys()])].sort();
  return userNos.flatMap((userNo): BankDifference[] => {
    const [our, their] = [mine.get(userNo) ?? none, theirs.get(userNo) ?? none];
    const open = changes.get(userNo) ?? [];
    const gap: Change = [their.availableFen - our.availableFen, their.frozenFen - our.frozenFen];
    if (isExplained(gap, open, courts.get(userNo))) return [];
    return [{ userNo, ours: { availableFen: our.availableFen, frozenFen: our.frozenFen }, bank: { availableFen: their.availableFen, frozenFen: their.frozenFen }, openInstructions: open.length }];
  });
}

/** What courts' freezes may have moved from available to frozen (above zero) or back, and we have not heard of yet. */
interface Shift { leastFen: number; mostFen: number }
const noShift: Shift = { leastFen: 0, mostFen: 0 };
/** More than anybody has: an order for all has no sum. */
const allFen = 1_000_000_000_000_000;

/** Standing freezes take what comes in, up to their sum; a release under way may have given back what they hold. */
async function courtFreezes(tx: Transaction, since: string): Promise<Map<string, Shift>> {
  const found = await rows<Shift & { userNo: string }>(
    tx, `WITH court AS (
           SELECT f.user_no, f.request_no, f.amount_fen, (SELECT coalesce(sum(p.amount_fen), 0) FROM journal j JOIN posting p ON p.journal_id = j.id JOIN account a ON a.id = p.account_id AND a.kind = 'court-frozen' WHERE j.request_no = f.request_no AND j.kind = 'court-frozen') AS taken,
                  bool_or(r.state = 'done' AND r.amount_fen = 0 AND r.ended_at < $2) AS over, coalesce(bool_or(r.state NOT IN ('done', 'refused') OR r.ended_at >= $2), false) AS releasing
             FROM instruction f LEFT JOIN instruction r ON r.verb = 'court-release' AND r.workflow_id = f.workflow_id AND r.details ->> 'freezeRequestNo' = f.request_no
            WHERE f.verb = 'court-freeze' AND f.state <> 'refused' GROUP BY f.request_no
         )
         SELECT user_no AS "userNo", sum(CASE WHEN amount_fen = 0 THEN $1::bigint ELSE greatest(0, amount_fen - taken) END)::bigint AS "mostFen", -sum(CASE WHEN releasing THEN CASE WHEN amount_fen = 0 THEN $1::bigint ELSE amount_fen END ELSE 0 END)::bigint AS "leastFen"
           FROM court WHERE over IS NOT TRUE GROUP BY user_no`, [allFen, since]);
  return new Map(found.map(({ userNo, ...shift }) => [userNo, shift]));
}

const none = { availableFen: 0, frozenFen: 0 };
const byUser = (balances: readonly Balance[]): Map<string, Balance> => new Map(balances.map((balance) => [balance.userNo, balance]));

/** More reachable states than this and only the bounds are compared: no account has so many movements under way. */
const maxStates = 50_000;

/** Whether some choice of the open effects, each done or not, makes exactly this gap, or one that a court's freeze may have made of it. */
export function isExplained([availableGap, frozenGap]: Change, open: readonly (readonly Change[])[], { leastFen, mostFen }: Shift = noShift): boolean {
  let reachable = new Map<string, Change>([['0 0', [0, 0]]]);
  for (const choices of open) {
    const next = new Map(reachable);
    for (const [available, frozen] of reachable.values()) {
      for (const [a, f] of choices) next.set(`${available + a} ${frozen + f}`, [available + a, frozen + f]);
    }
    if (next.size > maxStates) return withinBounds([availableGap, frozenGap], [...open, [[-mostFen, mostFen], [-leastFen, leastFen]]]);
    reachable = next;
  }
  if (leastFen === 0 && mostFen === 0) return reachable.has(`${availableGap} ${frozenGap}`);
  return [...reachable.values()].some(([available, frozen]) => {
    const shift = frozenGap - frozen;
    return available - availableGap === shift && shift >= leastFen && shift <= mostFen;
  });
}

function withinBounds(gap: Change, open: readonly (readonly Change[])[]): boolean {
  return ([0, 1] as const).every((side) => {
    const least = open.reduce((sum, choices) => sum + Math.min(0, ...choices.map((choice) => choice[side])), 0);
    const most = open.reduce((sum, choices) => sum + Math.max(0, ...choices.map((choice) => choice[side])), 0);
    return gap[side] >= least && gap[side] <= most;
  });
}
