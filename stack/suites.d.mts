export const SUITES: { name: string; folders: string[]; workers: number }[];
export function pattern(folders: string[], root: string): string;
export interface Outcome {
  passed: number;
  failed: number;
}
export function count(report: { numPassedTests: number; numFailedTests: number; numRuntimeErrorTestSuites: number } | undefined): Outcome;
export function closingLine(outcome: Outcome): string;
