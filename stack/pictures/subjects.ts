/** What is photographed, and how one gets there as a person would. */
import type { Page } from 'playwright-core';
import { demoEmail } from '../demo-people.js';
import { until } from '../persons/world.js';

export interface Sight {
  /** Name of the picture's file, without `.png`. */
  name: string;
  /** Who looks: nobody in particular, or one of the demo's people. */
  as: 'anybody' | 'operations' | 'reviewer';
  /** Goes to what is to be seen. @returns false when there is nothing to be seen. */
  find(page: Page, place: Place): Promise<boolean>;
}

/** The installation that is photographed. */
export interface Place { platform: string; temporalUi: string | null; password: string; patienceMs: number }

interface ListedLoan { loanNo: string; state: string }

/** Loans worth looking at, best first: something has happened to them and something goes on. */
const worthwhile = ['overdue', 'repaying', 'legal', 'closed', 'fundraising'];

export const sights: readonly Sight[] = [
  { name: 'front-page', as: 'anybody', find: (page, place) => open(page, `${place.platform}/`) },
  {
    name: 'market', as: 'anybody',
    find: async (page, place) => {
      await patiently(place, 'a listing on the market', async () => (await read<{ listings: unknown[] }>(page, `${place.platform}/market`)).listings.length > 0);
      return open(page, `${place.platform}/market`);
    },
  },
  {
    name: 'loan', as: 'operations',
    find: async (page, place) => {
      const loan = await aLoan(page, place);
      return loan !== null && open(page, `${place.platform}/loans/${loan.loanNo}`);
    },
  },
  {
    name: 'reviewer', as: 'reviewer',
    find: async (page, place) => {
      const queue = (): Promise<{ tasks: { taskId: number }[] }> => read(page, `${place.platform}/reviewer`);
      await patiently(place, 'an application to review', async () => (await queue()).tasks.length > 0);
      const [task] = (await queue()).tasks;
      return open(page, `${place.platform}/reviewer${task ? `/tasks/${task.taskId}` : ''}`);
    },
  },
  {
    name: 'temporal', as: 'operations',
    find: async (page, place) => {
      const loan = place.temporalUi === null ? null : await aLoan(page, place);
      if (!loan || !place.temporalUi) return false;
      await open(page, `${place.temporalUi}/namespaces/default/workflows/${loan.loanNo}`);
      await page.getByText(loan.loanNo).first().waitFor();
      await page.waitForLoadState('networkidle');
      // Who acts, by when, what happens otherwise: the words that the workflow keeps at the head of its page.
      const words = page.getByRole('tab', { name: 'User Metadata' }).or(page.getByRole('link', { name: 'User Metadata' })).first();
      await words.click();
      await page.frameLocator('iframe').last().getByText('Who acts').first().waitFor({ timeout: 10_000 }).catch(() => process.stderr.write('the workflow says nothing of itself\n'));
      return true;
    },
  },
];

/** Logs in as one of the demo's people. */
export async function logIn(page: Page, place: Place, role: 'operations' | 'reviewer'): Promise<void> {
  await page.goto(`${place.platform}/log-in`);
  const form = page.locator('form[data-form="log-in"]');
  await form.locator('input[type="email"], input[name="email"]').fill(demoEmail(role));
  await form.locator('input[type="password"]').fill(place.password);
  await form.locator('button').first().click();
  await page.waitForLoadState();
  if (await page.locator('form[data-form="log-in"]').count()) throw new Error(`${demoEmail(role)} cannot log in at ${place.platform}: is the password right?`);
}

async function aLoan(page: Page, place: Place): Promise<ListedLoan | null> {
  const find = async (): Promise<ListedLoan | undefined> => {
    const { loans } = await read<{ loans: ListedLoan[] }>(page, `${place.platform}/operations/loans`);
    return worthwhile.flatMap((state) => loans.filter((loan) => loan.state === state))[0];
  };
  await patiently(place, 'a loan that is repaid', async () => ['overdue', 'repaying'].includes((await find())?.state ?? ''));
  return (await find()) ?? null;
}

/** What is not there in time is not in the picture; the page is worth one all the same. */
async function patiently({ patienceMs }: Place, what: string, look: () => Promise<boolean>): Promise<void> {
  await until(what, look, patienceMs).catch((error: unknown) => process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`));
}

async function open(page: Page, url: string): Promise<boolean> {
  const response = await page.goto(url);
  if (!response?.ok()) throw new Error(`${url} answers ${response?.status() ?? 'nothing'}`);
  return true;
}

/** As a script reads a page, with the cookies of whoever looks. */
async function read<T>(page: Page, url: string): Promise<T> {
  const response = await page.request.get(url, { headers: { accept: 'application/json' } });
  if (!response.ok()) throw new Error(`${url} answers ${response.status()}`);
  return (await response.json()) as T;
}
