/**
 * Lets plain Node import the project's TypeScript, for what runs outside jest's own module system (its global setup).
 * `./x.js` in an import means `./x.ts` or `./x.tsx` where only that exists, as the compiler reads it.
 */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { transformSync } from '@swc/core';
import { swcOptions } from './swc-options.mjs';

export async function resolve(specifier, context, next) {
  if (specifier.startsWith('.') && specifier.endsWith('.js') && context.parentURL?.startsWith('file:')) {
    const asWritten = new URL(specifier, context.parentURL);
    if (!existsSync(fileURLToPath(asWritten))) {
      for (const extension of ['.ts', '.tsx']) {
        const candidate = new URL(specifier.replace(/\.js$/, extension), context.parentURL);
        if (existsSync(fileURLToPath(candidate))) return { url: candidate.href, format: 'module', shortCircuit: true };
      }
    }
  }
  return next(specifier, context);
}

export async function load(url, context, next) {
  if (!/\.tsx?$/.test(new URL(url).pathname)) return next(url, context);
  const filename = fileURLToPath(url);
  const { sourceMaps, ...options } = swcOptions;
  const { code } = transformSync(readFileSync(filename, 'utf8'), { ...options, sourceMaps, filename, swcrc: false });
  return { format: 'module', source: code, shortCircuit: true };
}
