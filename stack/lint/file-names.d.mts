export function checkFileNames(root?: string): string[];
