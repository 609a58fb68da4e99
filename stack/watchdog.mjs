/**
 * Keeps processes from outliving the one that started them, however that one ends (a crash, SIGKILL, a closed terminal).
 *
 * The starter holds this process's standard input and writes one JSON object per line: `{"watch": pid, "signal": "SIGINT"}`,
 * `{"forget": pid}`, `{"remove": "/a/folder"}`, `{"keep": "/a/folder"}`. When standard input ends, whatever is still watched gets its signal, then SIGKILL
 * for its whole process group after ten seconds, and the folders are removed.
 */
import { rmSync } from 'node:fs';
import { createInterface } from 'node:readline';

const PATIENCE_MS = 10_000;
const watched = new Map();
const folders = new Set();

// A terminal's Ctrl-C and a closed terminal are the starter's business: it says what to end, and in which order.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => {});

const alive = (pid) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

const send = (pid, signal) => {
  try {
    process.kill(pid, signal);
  } catch {
    // It ended by itself between two looks.
  }
};

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function clearUp() {
  for (const [pid, signal] of watched) send(pid, signal);
  const until = Date.now() + PATIENCE_MS;
  while (Date.now() < until && [...watched.keys()].some(alive)) await pause(50);
  for (const pid of watched.keys()) if (alive(pid)) send(-pid, 'SIGKILL');
  for (const folder of folders) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}

const lines = createInterface({ input: process.stdin });
lines.on('line', (line) => {
  const order = JSON.parse(line);
  if (order.watch) watched.set(order.watch, order.signal ?? 'SIGTERM');
  if (order.forget) watched.delete(order.forget);
  if (order.remove) folders.add(order.remove);
  if (order.keep) folders.delete(order.keep);
});
lines.on('close', () => void clearUp().then(() => process.exit(0)));
