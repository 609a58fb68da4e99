/** The test suites in the order in which they run: rules first, the whole system last. */
export const SUITES = [
  { name: 'rules', folders: ['domain', 'risk'], workers: 2 },
  // Each file has a skipping server, four workers and their threads: two files at once starve each other on two cores.
  { name: 'workflows', folders: ['workflows'], workers: 1 },
  { name: 'record and gateways', folders: ['db', 'activities', 'gateways'], workers: 2 },
  { name: 'sandbox', folders: ['sandbox'], workers: 2 },
  { name: 'web and stack', folders: ['web', 'stack'], workers: 2 },
  // Each of these starts a whole platform: one at a time.
  { name: 'whole system', folders: ['test', 'bench'], workers: 1 },
];

const literally = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** @returns {string} the regular expression by which jest finds a suite's files. */
export function pattern(folders, root) {
  return `^${literally(root)}/(${folders.join('|')})/`;
}

/**
 * What a jest run ended with.
 * @param {{numPassedTests: number, numFailedTests: number, numRuntimeErrorTestSuites: number} | undefined} report jest's own;
 *   undefined when it died without one, which counts as one failure, as does a test file that could not be loaded.
 */
export function count(report) {
  if (!report) return { passed: 0, failed: 1 };
  return { passed: report.numPassedTests, failed: report.numFailedTests + report.numRuntimeErrorTestSuites };
}

/** The last line of a test run. */
export function closingLine({ passed, failed }) {
  return `${passed} passed, ${failed} failed`;
}
