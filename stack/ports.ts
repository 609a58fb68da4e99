import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Advice } from './advice.mjs';
import { freePort, isPortFree } from './parts/ports.js';

/** The order is the numbering: `--port N` gives the first N, the others the numbers after it. */
export const PORT_NAMES = ['web', 'temporalUi', 'mailbox', 'phone', 'bank', 'bureaus', 'clock', 'temporal', 'postgres', 'sandboxPostgres', 'smtp'] as const;
export type PortName = (typeof PORT_NAMES)[number];
export type Ports = Record<PortName, number>;

export const DEFAULT_PORT = 8080;

function numbered(first: number): Ports {
  return Object.fromEntries(PORT_NAMES.map((name, index) => [name, first + index])) as Ports;
}

/** Free ports, chosen once for a data folder: what the bank wrote down about the platform's address stays true. */
async function remembered(dataFolder: string): Promise<Ports> {
  const file = join(dataFolder, 'ports.json');
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as Ports;
  const ports: Partial<Ports> = {};
  const taken = new Set<number>();
  for (const name of PORT_NAMES) {
    let port = await freePort();
    while (taken.has(port)) port = await freePort();
    taken.add(port);
    ports[name] = port;
  }
  writeFileSync(file, JSON.stringify(ports, null, 2));
  return ports as Ports;
}

/** @param wanted the first of a row of numbers, or `free` for any. */
export async function choosePorts(wanted: number | 'free', dataFolder: string): Promise<Ports> {
  return wanted === 'free' ? remembered(dataFolder) : numbered(wanted);
}

/** @throws Advice naming every port that somebody else listens on, and what to do. */
export async function assertPortsFree(ports: Ports, used: readonly PortName[]): Promise<void> {
  const taken: string[] = [];
  for (const name of used) if (!(await isPortFree(ports[name]))) taken.push(`${ports[name]} (${name})`);
  if (!taken.length) return;
  throw new Advice(
    `Port${taken.length > 1 ? 's' : ''} ${taken.join(', ')} ${taken.length > 1 ? 'are' : 'is'} taken by another program: end it, or start with --port N for another row of eleven ports.`,
  );
}
