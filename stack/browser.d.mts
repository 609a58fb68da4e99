/** Its command; undefined when there is none and it may not be installed. */
export function findBrowser(): Promise<string | undefined>;
