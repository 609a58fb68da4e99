export function build(options?: { root?: string; dist?: string; say?: (line: string) => void }): Promise<{ dist: string }>;
