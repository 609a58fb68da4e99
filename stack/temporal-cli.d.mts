export function findTemporalCli(): Promise<{ path: string; from: string }>;
