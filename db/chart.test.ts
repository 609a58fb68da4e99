import { createTestDatabase } from '../test/database.js';
import { accountKinds, agreedFees, journalKinds, type AccountKind, type JournalKind, type JournalRule } from './chart.js';
import { createPool, rows } from './pool.js';

const rules = Object.entries(journalKinds) as [JournalKind, JournalRule][];

/** All that one event can do: money of one kind of account becomes money of another. */
const steps = rules.flatMap(([event, rule]) => (rule.book === 'custody' ? rule.takesFrom.flatMap((from) => rule.givesTo.map((to) => ({ event, from, to }))) : []));

/** Every account kind to which money of `from` can come by allowed events, none of them in `without`. */
function reachable(from: AccountKind, without: readonly JournalKind[]): Set<AccountKind> {
  const found = new Set<AccountKind>([from]);
  for (let size = 0; size < found.size;) {
    size = found.size;
    for (const step of steps) if (found.has(step.from) && !without.includes(step.event)) found.add(step.to);
  }
  return found;
}

const isPlatform = (kind: AccountKind): boolean => kind.startsWith('platform-');
const lenders: AccountKind[] = ['lender-available', 'lender-reserved', 'lender-frozen'];

describe('the chart of accounts makes a fund pool (资金池) impossible', () => {
  it.each(lenders)('no chain of events leads from %s to the platform but through an agreed fee', (kind) => {
    expect([...reachable(kind, agreedFees)].filter(isPlatform)).toEqual([]);
  });

  it('only the agreed fees give to the platform, and only out of what a borrower has paid', () => {
    const gifts = steps.filter((step) => isPlatform(step.to));
    expect(gifts.map((step) => step.event).sort()).toEqual([...agreedFees].sort());
    expect(new Set(gifts.map((step) => step.from))).toEqual(new Set(['borrower-frozen']));
  });

  it('a lender\'s money leaves the lender only to a borrower, by release, or to the own card', () => {
    const ways = steps.filter((step) => lenders.includes(step.from) && !lenders.includes(step.to)).map((step) => `${step.event} → ${step.to}`);
    expect(ways.sort()).toEqual(['payout-accepted → in-transit', 'release → borrower-available', 'withdrawal → outside']);
    const back = steps.filter((step) => lenders.includes(step.to) && !lenders.includes(step.from)).map((step) => `${step.event} ← ${step.from}`);
    expect(back.sort()).toEqual(['deposit ← outside', 'payout-refused ← in-transit', 'payout-returned ← outside', 'repayment ← borrower-frozen']);
  });

  it('whatever is not between two persons by nature is held to one person', () => {
    expect(rules.filter(([, rule]) => rule.book === 'custody' && !rule.sameOwner).map(([event]) => event)).toEqual(['release', 'repayment', ...agreedFees]);
  });

  it('no money goes from the platform to anybody', () => {
    expect(steps.filter((step) => isPlatform(step.from))).toEqual([]);
  });

  it('finds the hole when one is planted', () => {
    steps.push({ event: 'repayment', from: 'lender-available', to: 'platform-income' });
    expect([...reachable('lender-frozen', agreedFees)].filter(isPlatform)).toEqual(['platform-income']);
    steps.pop();
  });
});

describe('the chart in the database', () => {
  it('is this one, row by row', async () => {
    const database = await createTestDatabase();
    const pool = createPool(database.url, { name: 'chart-test', max: 1 });
    const kinds = await rows<{ kind: string }>(pool, 'SELECT kind, book, side FROM account_kind ORDER BY kind COLLATE "C"');
    expect(kinds).toEqual(Object.entries(accountKinds).map(([kind, { book, side }]) => ({ kind, book, side })).sort((a, b) => (a.kind < b.kind ? -1 : 1)));
    const journals = await rows<{ kind: string }>(pool, 'SELECT kind, book, same_owner AS "sameOwner" FROM journal_kind ORDER BY kind COLLATE "C"');
    expect(journals).toEqual(rules.map(([kind, { book, sameOwner }]) => ({ kind, book, sameOwner })).sort((a, b) => (a.kind < b.kind ? -1 : 1)));
    const allowed = await rows<{ rule: string }>(pool, `SELECT journal_kind || ' ' || sign || ' ' || account_kind AS rule FROM posting_rule`);
    const expected = rules.flatMap(([event, rule]) => [...rule.takesFrom.map((kind) => `${event} -1 ${kind}`), ...rule.givesTo.map((kind) => `${event} 1 ${kind}`)]);
    expect(allowed.map((each) => each.rule).sort()).toEqual(expected.sort());
    await pool.end();
    await database.drop();
  });
});
