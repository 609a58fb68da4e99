/** Who may do what at the desks of operations: every route that there is, by every role, and nobody sees or does another's. */
import { startTestWeb, type TestWeb } from '../../test/web.js';
import type { Role } from '../../db/people.js';
import type { Page, Visitor } from '../../stack/visitor.js';
import { productionLimits } from '../limits.js';

const everyRole: readonly Role[] = ['borrower', 'lender', 'reviewer', 'operations', 'collector', 'supervisor', 'finance', 'compliance', 'administrator', 'auditor'];
/** The regulator's five desks: the money, the loans and who decided what. */
const money: readonly Role[] = ['operations', 'supervisor', 'finance', 'compliance', 'auditor'];
const desk: readonly Role[] = [...money, 'administrator'];
const courts: readonly Role[] = ['compliance', 'operations', 'supervisor'];
const cases: readonly Role[] = ['finance', 'operations', 'supervisor'];

const table: Record<string, readonly Role[]> = {
  'GET /operations': desk, 'GET /operations/clock': desk, 'GET /operations/people': desk,
  'POST /operations/clock': ['operations', 'administrator'], 'POST /operations/people/roles': ['administrator'], 'POST /operations/people/roles/:id': ['administrator'],
  'GET /operations/enterprises': desk, 'POST /operations/enterprises': ['finance', 'administrator'],
  'GET /operations/loans': money, 'GET /operations/loans/:loanNo': money, 'GET /operations/tasks': money, 'GET /operations/acts': money,
  'POST /operations/loans/:loanNo/step': ['operations'], 'POST /operations/tasks/:id/close': ['operations'],
  'GET /operations/undelivered': money, 'POST /operations/undelivered/retry': ['operations'], 'GET /operations/payments/:paymentNo': money,
  'GET /operations/instructions': money, 'GET /operations/instructions/:requestNo': money,
  'GET /operations/withdrawals': money, 'GET /operations/withdrawals/:requestNo': money, 'POST /operations/withdrawals/:requestNo': ['finance', 'supervisor'],
  'GET /operations/orders': money, 'GET /operations/orders/new': courts, 'POST /operations/orders': courts, 'GET /operations/orders/:no': money, 'GET /operations/orders/:no/papers/:id/document': money,
  'POST /operations/orders/:no/papers/:id/decision': courts, 'GET /operations/orders/:no/renewal': courts, 'POST /operations/orders/:no/renewal': courts, 'GET /operations/orders/:no/release': courts, 'POST /operations/orders/:no/release': courts,
  'GET /operations/estates': money, 'GET /operations/estates/new': courts, 'POST /operations/estates': courts, 'GET /operations/estates/:no': money, 'GET /operations/estates/:no/document': money, 'POST /operations/estates/:no/decision': courts,
  'GET /operations/custody-accounts': money, 'GET /operations/custody-accounts/:userNo': money, 'GET /operations/accounts': money, 'GET /operations/accounts/:id': money,
  'GET /operations/journals': money, 'GET /operations/journals/:id': money, 'GET /operations/fees': money, 'GET /operations/books': money,
  'GET /operations/reconciliation': money, 'GET /operations/reconciliation/:day': money, 'GET /operations/cases': money, 'GET /operations/cases/:id': money,
  'POST /operations/cases/:id/take': cases, 'POST /operations/cases/:id/notes': cases, 'POST /operations/cases/:id/decision': cases,
};

let web: TestWeb;
beforeAll(async () => { web = await startTestWeb({ limits: { ...productionLimits, 'log-in-by-address': { points: 1_000, seconds: 900 } } }); });
afterAll(() => web.close());

interface Layer { route?: { path: string; methods: Record<string, boolean> }; handle: { stack?: Layer[] } }

/** All routes of the site under /operations, as express has them. */
function routes(layers: readonly Layer[]): string[] {
  return layers.flatMap(({ route, handle }) => {
    if (!route) return routes(handle.stack ?? []);
    return route.path.startsWith('/operations') ? Object.keys(route.methods).map((method) => `${method.toUpperCase()} ${route.path}`) : [];
  });
}

async function ask(visitor: Visitor, route: string): Promise<Page> {
  const [method, pattern] = route.split(' ') as [string, string];
  const path = pattern.replace(/:\w+/g, '0');
  if (method === 'GET') return visitor.open(path);
  const { _csrf } = (await visitor.open('/account')).form('log-out').fields;
  const form = { form: () => ({ action: `${web.url}${path}`, method: 'POST', fields: { _csrf } }) } as unknown as Page;
  return visitor.submit(form, 'any');
}

it('every route of operations stands in the table, and the table knows no others', () => {
  const { router } = web.web.app as unknown as { router: { stack: Layer[] } };
  expect(routes(router.stack).sort()).toEqual(Object.keys(table).sort());
});

it.each(everyRole)('%s comes in where the table says so, and nowhere else', async (role) => {
  const visitor = await web.loggedIn((await web.person(role)).id);
  const found: string[] = [];
  for (const route of Object.keys(table)) {
    const page = await ask(visitor, route);
    if (!page.text.includes('This page is not for your role')) found.push(route);
    else expect([route, page.status]).toEqual([route, 403]);
  }
  expect(found).toEqual(Object.keys(table).filter((route) => table[route]!.includes(role)));
});

it('nobody comes in without logging in', async () => {
  const stranger = web.visitor();
  for (const route of Object.keys(table).filter((each) => each.startsWith('GET'))) expect([route, new URL((await ask(stranger, route)).url).pathname]).toEqual([route, '/log-in']);
});

it('an administrator governs the clock and gives roles, and sees no sum of anybody\'s money on the way', async () => {
  const visitor = await web.loggedIn((await web.person('administrator')).id);
  const page = await visitor.open('/operations');
  expect(page.$('main').text()).not.toMatch(/[¥￥]|Loans by state/);
  expect(page.$('nav.desk-links a').map((_, link) => page.$(link).attr('href')).get().filter((href) => !['/operations/people', '/operations/enterprises', '/operations/clock'].includes(href))).toEqual([]);
});
