import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A small project in a temporary folder, for seeing a checker find what is wrong with it. */
export interface PlantedProject {
  root: string;
  remove(): void;
}

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** Writes the files (path → content), a tsconfig.json that takes them all, and a way to this project's packages. */
export function plant(files: Record<string, string>): PlantedProject {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'tributary planted ')));
  symlinkSync(join(ROOT, 'node_modules'), join(root, 'node_modules'));
  const compilerOptions = { target: 'ES2022', module: 'nodenext', moduleResolution: 'nodenext', strict: true, skipLibCheck: true, noEmit: true, types: ['node'] };
  const all = { 'tsconfig.json': JSON.stringify({ compilerOptions, include: ['**/*'] }), 'package.json': '{"type":"module"}', ...files };
  for (const [path, content] of Object.entries(all)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
  return { root, remove: () => rmSync(root, { recursive: true, force: true }) };
}
