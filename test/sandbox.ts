import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** A stranger of the sandbox running as its own process, as strangers do: met on the wire only. */
export interface SandboxPart {
  url: string;
  /** What its ready line told. */
  ready: { port: number; smtpPort?: number };
  /** SIGTERM, and waits until it has ended. Rejects when it did not end cleanly. */
  stop(): Promise<void>;
}

const loader = new URL('./typescript-loader.mjs', import.meta.url).href;
const register = `import { register } from 'node:module'; register(${JSON.stringify(loader)});`;

/** Starts `sandbox/<part>/main.ts` with these settings and waits for its ready line. */
export function startSandboxPart(part: 'bank' | 'bureaus' | 'phone' | 'mailbox', settings: Record<string, string>): Promise<SandboxPart> {
  const main = fileURLToPath(new URL(`../sandbox/${part}/main.ts`, import.meta.url));
  const child = spawn(process.execPath, ['--import', `data:text/javascript,${encodeURIComponent(register)}`, main], {
    env: { PATH: process.env['PATH'], PORT: '0', ...settings }, stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => { said = `${said}${chunk.toString()}`.slice(-4_000); });
  const ended = new Promise<number | null>((resolve) => { child.once('exit', (code) => resolve(code)); });
  const killWithUs = (): void => { child.kill('SIGKILL'); };
  process.once('exit', killWithUs);

  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    const code = await ended;
    process.removeListener('exit', killWithUs);
    if (code !== 0) throw new Error(`the sandbox's ${part} ended with ${code}: ${said}`);
  };

  return new Promise((resolve, reject) => {
    void ended.then((code) => reject(new Error(`the sandbox's ${part} did not start (${code}): ${said}`)));
    createInterface({ input: child.stdout }).on('line', (line) => {
      const ready = JSON.parse(line) as SandboxPart['ready'];
      resolve({ url: `http://127.0.0.1:${ready.port}`, ready, stop });
    });
  });
}
