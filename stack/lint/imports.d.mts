export function checkImports(root?: string): Promise<string[]>;
export function knownFiles(root: string): string[];
