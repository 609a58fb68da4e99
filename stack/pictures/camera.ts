/** A browser that takes small pictures of pages. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { chromium } from 'playwright-core';
import type { BrowserContext, Page } from 'playwright-core';

export interface Camera {
  /** A browser of one person: nobody else's cookies. */
  visit(): Promise<Page>;
  /** Takes what the page shows from its top, as low as it reaches, never larger than {@link mostBytes}. */
  take(page: Page, file: string): Promise<number>;
  close(): Promise<void>;
}

/** Pictures stand in the repository: each stays below this. */
export const mostBytes = 200_000;
const width = 1120;
/** From the most that is of use in a README to the least that shows anything. */
const heights = [1300, 1100, 900, 700, 500];

/** @param command the browser's command, as it stands on the PATH. */
export async function openCamera(command: string): Promise<Camera> {
  const executable = execFileSync('sh', ['-c', 'command -v "$1"', 'sh', command], { encoding: 'utf8' }).trim();
  // As root, as in containers, Chromium does not start its own sandbox.
  const browser = await chromium.launch({ executablePath: executable, args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] });
  const contexts: BrowserContext[] = [];
  return {
    visit: async () => {
      const context = await browser.newContext({ viewport: { width, height: 800 }, colorScheme: 'light', reducedMotion: 'reduce', locale: 'en-GB' });
      contexts.push(context);
      return context.newPage();
    },
    take: async (page, file) => {
      const content = await page.evaluate(() => document.documentElement.scrollHeight);
      for (const height of heights) {
        await page.setViewportSize({ width, height: Math.max(400, Math.min(height, content)) });
        const picture = await page.screenshot();
        if (picture.length > mostBytes) continue;
        writeFileSync(file, picture);
        return picture.length;
      }
      throw new Error(`${file}: even the smallest picture of ${page.url()} is larger than ${mostBytes} bytes`);
    },
    close: async () => {
      await Promise.all(contexts.map((context) => context.close()));
      await browser.close();
    },
  };
}
