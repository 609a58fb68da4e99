import { readFileSync } from 'node:fs';
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

  it('only the agreed fees give to the platform, each out of the money of who has agreed to it, and its own funds', () => {
    const gifts = steps.filter((step) => isPlatform(step.to)).map((step) => `${step.event} ← ${step.from}`);
    expect(gifts.sort()).toEqual([
      'agreed-fee ← borrower-available', 'costs ← borrower-frozen', 'lender-fee ← borrower-frozen', 'lender-fee ← guarantor-frozen', 'own-funds ← own-funds', 'sale-fee ← lender-frozen', 'service-fee ← borrower-frozen',
    ]);
    expect(new Set(gifts.map((gift) => gift.split(' ')[0]))).toEqual(new Set([...agreedFees, 'own-funds']));
  });

  it('what the platform has of its own comes from nobody\'s account, by no chain of events at all', () => {
    const everybody = (Object.keys(accountKinds) as AccountKind[]).filter((kind) => accountKinds[kind].book === 'custody' && kind !== 'own-funds' && kind !== 'platform-marketing');
    expect(everybody.filter((kind) => reachable(kind, []).has('platform-marketing'))).toEqual([]);
  });

  it('a lender\'s money leaves the lenders only to a borrower or the borrower\'s supplier, by release, to the own card, or as the agreed fee of a purchase', () => {
    const ways = steps.filter((step) => lenders.includes(step.from) && !lenders.includes(step.to)).map((step) => `${step.event} → ${step.to}`);
    expect(ways.sort()).toEqual(['court-frozen → court-frozen', 'payout-accepted → in-transit', 'release → borrower-available', 'release → supplier-available', 'sale-fee → platform-income', 'withdrawal → outside']);
    const back = steps.filter((step) => lenders.includes(step.to) && !lenders.includes(step.from)).map((step) => `${step.event} ← ${step.from}`);
    expect(back.sort()).toEqual(['compensation ← guarantor-frozen', 'court-released ← court-frozen', 'deposit ← outside', 'payout-refused ← in-transit', 'payout-returned ← outside', 'repayment ← borrower-frozen', 'reward ← platform-marketing']);
  });

  it('whatever is not between two persons by nature is held to one person', () => {
    expect(rules.filter(([, rule]) => rule.book === 'custody' && !rule.sameOwner).map(([event]) => event).sort()).toEqual(['compensation', 'guarantor-repaid', 'purchase', 'release', 'repayment', 'reward', ...agreedFees].sort());
  });

  it('no money goes from the platform to anybody but rewards, out of what it has brought in itself and never out of fees', () => {
    expect(new Set(steps.filter((step) => isPlatform(step.from)).map((step) => `${step.event} ← ${step.from}`))).toEqual(new Set(['reward ← platform-marketing']));
  });

  it('finds the hole when one is planted', () => {
    steps.push({ event: 'repayment', from: 'lender-available', to: 'platform-income' });
    expect([...reachable('lender-frozen', agreedFees)].filter(isPlatform)).toEqual(['platform-income']);
    steps.pop();
    steps.push({ event: 'own-funds', from: 'outside', to: 'platform-marketing' });
    expect([...reachable('lender-frozen', agreedFees)].filter(isPlatform)).toEqual(['platform-marketing']);
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

describe('the chart for people, docs/ledger.md', () => {
  const text = readFileSync(new URL('../docs/ledger.md', import.meta.url), 'utf8');
  const table = (header: string): string[][] => {
    const lines = text.slice(text.indexOf(header)).split('\n\n')[0]!.trim().split('\n').slice(2);
    return lines.map((line) => line.split('|').slice(1, -1).map((cell) => cell.trim()));
  };
  const documented = (rows: string[][]) => rows.map(([event, from, to, last]) => [event!.replaceAll('`', ''), from, to, last]);

  /** How the table names the kinds: a person's side is left out where every side may, a whole group has one word, and what receives part for part is the same. */
  function inWords(kinds: readonly AccountKind[], from?: readonly AccountKind[]): string {
    const [first] = kinds;
    if (kinds.length === 1) return first!.startsWith('claim-') || first!.startsWith('debt-') ? first!.replace(/^(claim|debt)-/, '$1: ') : first!.replaceAll('-', ' ');
    const everybody = Object.keys(accountKinds).filter((kind) => kind.endsWith('-available'));
    if (kinds.length === everybody.length && kinds.every((kind) => everybody.includes(kind))) return 'available';
    if (accountKinds[first!].book === 'custody') return kinds.map((kind) => kind.replaceAll('-', ' ')).join(' or ');
    const [group, all] = [first!.split('-')[0]!, ['principal', 'interest', 'late-interest', 'fee', 'costs']];
    const parts = kinds.map((kind) => kind.replace(/^(claim|debt|subrogated)-/, ''));
    if (parts.length === all.length) return group;
    return from?.length === kinds.length ? `${group}: the same` : `${group}: ${parts.join(', ').replaceAll('-', ' ')}`;
  }

  const expected = (book: string) => rules.filter(([, rule]) => rule.book === book)
    .map(([event, rule]) => [event, inWords(rule.takesFrom), inWords(rule.givesTo, rule.takesFrom), rule.sameOwner]);

  it('tells for every event of the custody book what it debits, what it credits, and whether for one person only', () => {
    const told = documented(table('| event | takes from (debit)')).map(([event, from, to, same]) => [event, from, to, same === 'yes']);
    expect(told.sort()).toEqual(expected('custody').sort());
  });

  it('tells for every event of the claims book what it debits and what it credits', () => {
    const told = documented(table('| event | takes from | gives to')).map(([event, from, to]) => [event, from, to!.replace(/, each holder.*$/, ''), false]);
    expect(told.sort()).toEqual(expected('claims').sort());
  });

  it('names every kind of account with the side on which its balance stays', () => {
    const sides = { 1: 'never below zero', 0: 'any', [-1]: 'never above zero' };
    const told = table('| account | book | balance').flatMap(([names, book, balance]) => [...names!.matchAll(/`([^`]+)`/g)].map(([, name]) => `${name} ${book} ${balance}`));
    const nameOf = (kind: AccountKind): string => {
      if (kind.startsWith('lender-')) return `L-P7:${kind.slice(7)}`;
      if (kind.startsWith('borrower-')) return `B-P7:${kind.slice(9)}`;
      if (kind.startsWith('guarantor-')) return `G-E7:${kind.slice(10)}`;
      if (kind === 'supplier-available') return 'S-E7:available';
      if (kind === 'in-transit') return 'B-P7:in-transit';
      if (kind === 'court-frozen') return 'L-P7:court-frozen';
      if (kind.startsWith('platform-')) return kind.replace('-', ':');
      if (kind === 'claim-principal') return 'LN42:h5:principal';
      if (kind === 'debt-principal') return 'LN42:debt:principal';
      if (kind === 'claim-fee') return 'LN42:platform:fee';
      if (kind === 'held') return 'LN42:held';
      if (kind === 'subrogated-principal') return 'LN42:G-E7:principal';
      return kind === 'outside' || kind === 'own-funds' ? kind : kind.replace(/^(claim|debt|subrogated)-/, ':');
    };
    const named = Object.entries(accountKinds).map(([kind, { book, side }]) => `${nameOf(kind as AccountKind)} ${book} ${sides[side]}`);
    expect([...new Set(named)].filter((line) => !told.includes(line))).toEqual([]);
    expect(told.filter((line) => !named.includes(line))).toEqual([]);
  });
});
