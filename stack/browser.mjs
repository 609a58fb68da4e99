/** Finds a Chromium for the tests that look at pages. */
import { aptInstall } from './debian.mjs';
import { has } from './run.mjs';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** @returns {Promise<string | undefined>} its command; undefined when there is none and it may not be installed. */
export async function findBrowser() {
  const find = () => NAMES.find(has);
  if (!find()) await aptInstall('a browser for the tests of pages', ['chromium']);
  return find();
}
