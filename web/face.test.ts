import { load } from 'cheerio';
import { faultsOf } from '../test/face.js';
import { oneOfEach, type OneOfEach } from '../test/one-of-each.js';
import { startTestWeb, type TestWeb } from '../test/web.js';
import { productionLimits } from './limits.js';

let web: TestWeb;
let each: OneOfEach;
beforeAll(async () => {
  const clockControl = { get: () => Promise.resolve({ businessNow: Date.now(), speed: 17_280, mode: 'running' as const, pace: 17_280, waitingFor: [] }), pause: never, resume: never, speed: never };
  web = await startTestWeb({ limits: { ...productionLimits, 'log-in-by-address': { points: 1_000, seconds: 900 } }, clockControl });
  each = await oneOfEach(web);
});
afterAll(() => web.close());

function never(): Promise<never> {
  return Promise.reject(new Error('nobody presses the clock\'s buttons here'));
}

interface Layer { route?: { path: string; methods: Record<string, boolean> }; handle?: { stack?: Layer[] } }

/** The paths of all pages, as the routers have them. */
function pathsOf(layers: readonly Layer[]): string[] {
  return layers.flatMap(({ route, handle }) => (route ? (route.methods['get'] ? [route.path] : []) : pathsOf(handle?.stack ?? [])));
}

/** Not pages: files, callbacks of other houses, and the health of the process. */
const notPages = /^\/(api|assets|bank|alive|inbound|phone|twilio|voice|sms)\b|\/document$/;
const pages = (): string[] => [...new Set(pathsOf((web.web.app as unknown as { router: { stack: Layer[] } }).router.stack))].filter((path) => !notPages.test(path));
const matches = (path: string, address: string): boolean => new RegExp(`^${path.replace(/:\w+/g, '[^/]+')}$`).test(decodeURIComponent(address));

it('every page that names a thing has an example here', () => {
  const all = pages();
  expect(all.length).toBeGreaterThan(60);
  expect(all.filter((path) => path.includes(':') && !each.examples.some((address) => matches(path, address)))).toEqual([]);
});

/** Who looks at which pages; whoever may not come in is turned away with a page that keeps the rules too. */
const looksAt: Record<string, RegExp> = {
  stranger: /^\/($|market|figures|documents|log-in|sign-up|forgotten|borrower\/calculator|nowhere|lender$)/, borrower: /^\/($|account|borrower|loans|nowhere|operations$)/, offered: /^\/(account\/custody|borrower$|loans)/,
  lender: /^\/($|account|lender|market|reviewer$)/, newcomer: /^\/(account|lender|borrower|nowhere)/, reviewer: /^\/($|reviewer|loans\/\w+$|account$|account\/custody$)/, collector: /^\/(collector|operations$)/,
  operations: /^\/(operations|collector|loans\/\w+$)/, finance: /^\/operations/, administrator: /^\/(operations$|operations\/people|operations\/journals$)/, auditor: /^\/(operations|collector)/, compliance: /^\/(collector\/cases|operations$)/, supervisor: /^\/(reviewer|operations\/cases)/,
};

it('every page, to everybody who may open it, keeps the rules of the face that a machine can check', async () => {
  const addresses = [...pages().filter((path) => !path.includes(':')), ...each.examples];
  const faults: string[] = [];
  const seen = new Set<string>();
  for (const address of addresses) {
    await Promise.all([...each.visitors].filter(([who]) => looksAt[who]?.test(address)).map(async ([who, visitor]) => {
      const page = await visitor.open(address);
      if (page.status === 200) seen.add(address);
      faults.push(...faultsOf(page).map((fault) => `${address} (${who}, ${page.status}): ${fault}`));
    }));
  }
  expect(faults).toEqual([]);
  // The bank's unreadable message is an error page by nature, and so is an address that nobody has; a loan's pages depend on its state.
  expect(addresses.filter((address) => !seen.has(address) && !['/nowhere', '/account/bank-unverified'].includes(address) && !address.startsWith('/loans/') && !address.includes('/custody/'))).toEqual([]);
}, 300_000);

describe('a fault is seen:', () => {
  const frame = (main: string, head = '<title>Loans · Tributary</title><meta name="viewport" content="x">') => ({ $: load(`<html lang="en"><head>${head}</head><body><main><h1>Loans</h1>${main}</main></body></html>`), status: 200 });
  const table = (cell: string) => `<div class="scroll"><table><caption>T</caption><thead><tr><th scope="col">Amount</th></tr></thead><tbody><tr>${cell}</tr></tbody></table></div>`;

  it('a page as it should be has none', () => {
    expect(faultsOf(frame(table('<td>LN1</td>')))).toEqual([]);
  });

  it.each([
    ['a title that says nothing', frame('', '<title>Tributary</title><meta name="viewport">'), 'title'],
    ['a second heading', frame('<h1>More</h1>'), '2 headings'],
    ['a field without a label', frame('<input name="amount">'), 'no label'],
    ['an id that stands twice', frame('<p id="a"></p><p id="a"></p>'), 'stands twice'],
    ['a hint that is not there', frame('<label>A <input name="a" aria-describedby="h-a"></label>'), 'h-a'],
    ['a form without its token', frame('<form method="post" data-form="x"><button>Lend ¥5.00</button></form>'), 'token'],
    ['a button called Submit', frame('<form method="get" data-form="x"><button>Submit</button></form>'), 'does not say'],
    ['a table that widens the page', frame('<table><caption>T</caption></table>'), 'widens'],
    ['money on the left', frame(table('<td>¥1.00</td>')), 'not on the right'],
    ['nothing without a reason', frame('<p class="empty">Nothing here.</p>'), 'does not say why'],
    ['an amount without separators', frame('<p>¥12000.00</p>'), 'separators'],
    ['a value that is missing', frame('<p>Due undefined</p>'), 'undefined'],
    ['a link that leads nowhere', frame('<a href="#">More</a>'), 'without an end'],
    ['a state without a sentence', frame('<div class="state"><span class="badge">Late</span><p></p></div>'), 'its sentence'],
    ['a money act with three lines', frame('<section class="money-act"><dl><dt>What moves</dt><dd>¥1.00</dd></dl></section>'), 'four lines'],
    ['an error without a code', { ...frame('<div role="alert"><p>Why</p><p>What</p></div>'), status: 409 }, 'without a code'],
  ])('%s', (_, page, says) => {
    expect(faultsOf(page).join()).toContain(says);
  });
});
