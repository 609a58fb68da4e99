import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { readBook, UnreadableBook } from './book.js';

const columns = 'funded_amnt,term,int_rate,grade,emp_length,home_ownership,annual_inc,issue_d,loan_status,purpose,dti,delinq_2yrs,earliest_cr_line,inq_last_6mths,mths_since_last_delinq,mths_since_last_record,open_acc,pub_rec,revol_bal,revol_util,total_acc,total_rec_prncp,total_rec_int,total_rec_late_fee,recoveries,collection_recovery_fee,last_pymnt_d';
const line = (change: Record<string, string> = {}) => {
  const values: Record<string, string> = {
    funded_amnt: '1200', term: '12', int_rate: '0.1', grade: 'B', emp_length: '10+ years', home_ownership: 'NONE', annual_inc: '24000.0', issue_d: '2009-03-01',
    loan_status: 'Charged Off', purpose: 'moving', dti: '6', delinq_2yrs: '0.0', earliest_cr_line: '2001-03-01', inq_last_6mths: '1.0', mths_since_last_delinq: '0.0',
    mths_since_last_record: '', open_acc: '4.0', pub_rec: '0.0', revol_bal: '100', revol_util: '0.557', total_acc: '9.0', total_rec_prncp: '300.125', total_rec_int: '20.1',
    total_rec_late_fee: '0.0', recoveries: '50.93', collection_recovery_fee: '0.63', last_pymnt_d: '2009-07-01', ...change,
  };
  return columns.split(',').map((name) => values[name]).join(',');
};

describe('the loan book', () => {
  let folder: string;
  beforeAll(async () => { folder = await mkdtemp(join(tmpdir(), 'book-')); });
  afterAll(() => rm(folder, { recursive: true }));
  const book = async (name: string, ...lines: string[]) => {
    const file = join(folder, name);
    const text = [columns, ...lines].join('\n');
    await writeFile(file, name.endsWith('.gz') ? gzipSync(text) : text);
    return file;
  };

  it('is read in fen, basis points and months, packed or not', async () => {
    for (const name of ['a.csv', 'a.csv.gz']) {
      const [row] = await readBook(await book(name, line()));
      expect(row).toMatchObject({
        line: 1, principalFen: 120_000, termMonths: 12, annualRateBps: 1000, issuedIn: '2009-03', chargedOff: true, homeOwnership: 'OTHER', employmentYears: 10,
        paidPrincipalFen: 30_013, recoveredFen: 5093, lastPaidIn: '2009-07',
        credit: { monthsSinceDelinquency: null, creditAgeMonths: 96, revolvingUtilisationBps: 5570, monthlyDebtPaymentsFen: 12_000 },
      });
    }
  });
  it('is read from a month on, and only so many loans', async () => {
    const file = await book('b.csv', line(), line({ issue_d: '2009-05-01' }), line({ issue_d: '2009-06-01' }));
    expect((await readBook(file, { from: '2009-05', loans: 1 })).map((row) => row.line)).toEqual([2]);
  });
  it('is refused with the line and the column where it cannot be read', async () => {
    await expect(readBook(await book('c.csv', line(), line({ funded_amnt: 'much' })))).rejects.toThrow(/loan 2: funded_amnt: must be an amount/);
    await expect(readBook(await book('d.csv'))).rejects.toThrow(UnreadableBook);
    await expect(readBook(join(folder, 'none.csv'))).rejects.toThrow(/no such file/);
  });
});
