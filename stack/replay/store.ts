/** What a replay has done so far, kept in its installation's folder, so that it goes on after being stopped. */
import { readFile, rename, writeFile } from 'node:fs/promises';

export interface RowProgress { loanNo: string | null; done: string[] }
export interface Progress { file: string; loans: number | null; from: string | null; rows: Record<string, RowProgress> }

export class ProgressStore {
  private writing: Promise<void> = Promise.resolve();
  private constructor(private readonly path: string, readonly progress: Progress) {}

  /** @throws when the folder holds the progress of another replay. */
  static async open(path: string, asked: Omit<Progress, 'rows'>): Promise<ProgressStore> {
    const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return null;
      throw error;
    });
    if (text === null) return new ProgressStore(path, { ...asked, rows: {} });
    const kept = JSON.parse(text) as Progress;
    if (kept.file !== asked.file || kept.loans !== asked.loans || kept.from !== asked.from) {
      throw new Error(`${path} belongs to a replay of ${kept.file} (loans: ${kept.loans ?? 'all'}, from: ${kept.from ?? 'the beginning'}); give another --data folder, or the same arguments to go on`);
    }
    return new ProgressStore(path, kept);
  }

  of(line: number): RowProgress {
    return (this.progress.rows[line] ??= { loanNo: null, done: [] });
  }

  /** Written whole or not at all, one after the other. */
  save(): Promise<void> {
    this.writing = this.writing.then(async () => {
      await writeFile(`${this.path}.new`, JSON.stringify(this.progress));
      await rename(`${this.path}.new`, this.path);
    });
    return this.writing;
  }
}
