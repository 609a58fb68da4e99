export function checkTypes(root?: string): Promise<string[]>;
