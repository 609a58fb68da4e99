/** Style sheet and scripts: read once, named by their content, so that browsers keep them for ever. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import express, { type Router } from 'express';

export interface StaticFiles {
  /** The address of a file by its plain name; throws on an unknown one. */
  address(name: string): string;
  router: Router;
}

const yearSeconds = 31_536_000;

export function createStaticFiles(): StaticFiles {
  const resolve = createRequire(import.meta.url).resolve;
  const own = (name: string) => fileURLToPath(new URL(`./assets/${name}`, import.meta.url));
  const files = {
    'pico.css': resolve('@picocss/pico/css/pico.classless.min.css'),
    'site.css': own('site.css'),
    'htmx.js': resolve('htmx.org/dist/htmx.min.js'),
    'handover.js': own('handover.js'),
    'icon.svg': own('icon.svg'),
  };
  const router = express.Router();
  const addresses = new Map<string, string>();
  for (const [name, path] of Object.entries(files)) {
    const content = readFileSync(path);
    const hash = createHash('sha256').update(content).digest('hex').slice(0, 12);
    const address = `/assets/${hash}/${name}`;
    addresses.set(name, address);
    router.get(address, (_request, response) => {
      response.type(extname(name)).set('Cache-Control', `public, max-age=${yearSeconds}, immutable`).send(content);
    });
  }
  return {
    router,
    address(name) {
      const address = addresses.get(name);
      if (!address) throw new Error(`there is no static file ${name}`);
      return address;
    },
  };
}
