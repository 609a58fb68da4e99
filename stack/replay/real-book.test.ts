import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { readBook } from './book.js';

const file = fileURLToPath(new URL('../../../shared/data/lendingclub-2007-2011h1.csv.gz', import.meta.url));

describe('the real loan book', () => {
  it('is read whole, every row of it', async () => {
    if (!existsSync(file)) {
      process.stderr.write('the real loan book is not beside this checkout (../shared/data): its test saw nothing\n');
      return;
    }
    const rows = await readBook(file);
    expect(rows).toHaveLength(30_042);
    expect(rows.filter((row) => row.chargedOff)).toHaveLength(4_482);
  });
});
