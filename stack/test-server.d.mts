export function findTestServer(): Promise<string | undefined>;
