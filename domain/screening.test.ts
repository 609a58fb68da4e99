import { defaultProduct } from './product.js';
import { checkPurpose, PROHIBITED_PURPOSES, PURPOSES } from './purposes.js';
import { preScreen, type ApplicationFacts } from './screening.js';
import { bannedWordsIn } from './wording.js';

const facts: ApplicationFacts = {
  product: defaultProduct('consumer')!, borrower: 'natural', idNumber: '320102198506150022', mobile: '13812345678', amountFen: 5_000_000, termMonths: 12,
  purpose: 'home_improvement', purposeWords: '厨房翻新', isStudent: false, platformBalanceFen: 0, raisingFen: 0, declaredElsewhereFen: 0, blacklisted: false,
  duplicateOpen: false, coolingUntil: null, belongsToPlatform: false, asOf: '2025-06-10',
};

describe('pre-screening', () => {
  it('accepts an application that has nothing against it', () => {
    expect(preScreen(facts)).toEqual({ accepted: true });
  });

  it.each([
    [{ idNumber: '320102198506150023' }, 'id-number-invalid'],
    [{ asOf: '2003-06-14' }, 'too-young'],
    [{ asOf: '2051-06-15' }, 'too-old'],
    [{ mobile: '12345678901' }, 'mobile-invalid'],
    [{ uscc: '91350100M000100Y44' }, 'uscc-invalid'],
    [{ borrower: 'legal' as const }, 'wrong-borrower'],
    [{ amountFen: 99_000 }, 'amount-too-small'],
    [{ amountFen: 5_000_001 }, 'amount-not-a-step'],
    [{ termMonths: 7 }, 'term-not-offered'],
    [{ platformBalanceFen: 15_000_001 }, 'platform-cap'],
    [{ declaredElsewhereFen: 95_000_001 }, 'overall-cap'],
    [{ blacklisted: true }, 'blacklisted'],
    [{ belongsToPlatform: true }, 'self-financing'],
    [{ isStudent: true }, 'student'],
    [{ duplicateOpen: true }, 'duplicate'],
    [{ coolingUntil: '2025-06-10' }, 'cooling-period'],
    [{ purpose: 'stocks' }, 'purpose-prohibited'],
    [{ purpose: '' }, 'purpose-missing'],
    [{ purpose: 'yacht' }, 'purpose-unknown'],
    [{ purpose: 'other', purposeWords: '' }, 'purpose-missing'],
    [{ purposeWords: '用于炒股' }, 'purpose-prohibited'],
    [{ purposeWords: '保本保息' }, 'banned-words'],
  ])('refuses %j as %s', (change, code) => {
    expect(preScreen({ ...facts, ...change })).toEqual({ refused: code, all: [code] });
  });

  it('names every reason, the first one first', () => {
    expect(preScreen({ ...facts, idNumber: '1', amountFen: 30_000_000, isStudent: true }))
      .toEqual({ refused: 'id-number-invalid', all: ['id-number-invalid', 'amount-too-large', 'platform-cap', 'student'] });
  });

  it('accepts on the last day of life and amount that still count', () => {
    expect(preScreen({ ...facts, asOf: '2003-06-15' })).toEqual({ accepted: true });
    expect(preScreen({ ...facts, coolingUntil: '2025-06-09' })).toEqual({ accepted: true });
    expect(preScreen({ ...facts, platformBalanceFen: 15_000_000, declaredElsewhereFen: 80_000_000 })).toEqual({ accepted: true });
  });

  it('waits for an identity number that was not given yet', () => {
    expect(preScreen({ ...facts, idNumber: undefined })).toEqual({ accepted: true });
  });
});

describe('purposes', () => {
  it('on the list are lent for and prohibited ones are not, in every profile', () => {
    for (const profile of ['cn', 'us', 'eu', 'institutional'] as const) {
      expect(PURPOSES.filter((code) => 'refused' in checkPurpose(profile, code, 'in my own words'))).toEqual([]);
      expect(PROHIBITED_PURPOSES.filter((code) => !('refused' in checkPurpose(profile, code)))).toEqual([]);
    }
  });

  it('are read in the borrower’s own words too, but not inside other words', () => {
    expect(checkPurpose('cn', 'other', 'margin trading')).toEqual({ refused: 'purpose-prohibited' });
    expect(checkPurpose('cn', 'other', 'stockings for the winter')).toEqual({ allowed: true });
  });
});

describe('words that promise', () => {
  it.each([
    ['本项目保本保息', ['保本', '保息']], ['保 本', ['保本']], ['保-本！', ['保本']], ['Risk-Free returns', ['risk-free']], ['ＲＩＳＫ－ＦＲＥＥ', ['risk-free']],
    ['平台兜底，稳赚不赔', ['稳赚', '平台兜底']],
  ])('%s is caught', (text, words) => expect(bannedWordsIn('cn', text).sort()).toEqual([...words].sort()));

  it.each(['本项目不保本不保息', '平台不承诺保本', 'This is not risk-free.', '保险费用', 'for my kitchen', ''])('%j passes', (text) => {
    expect(bannedWordsIn('cn', text)).toEqual([]);
  });

  it('are caught once denied and once promised', () => {
    expect(bannedWordsIn('cn', '别人不保本，我们保本')).toEqual(['保本']);
  });
});
