/** What stands on a statement for each event of the ledger, in English and Chinese. */
import type { JournalKind } from '../../db/chart.js';
import type { StatementLine } from '../../db/statement.js';
import { plainWords } from '../desk/words.js';
import { moneyText } from '../components/money.js';

export interface Words { en: string; zh: string }

const said = (en: string, zh: string): Words => ({ en, zh });

const ofKind: Partial<Record<JournalKind, Words>> = {
  deposit: said('Deposit from the bank card', '充值'), withdrawal: said('Withdrawal to the bank card', '提现'),
  'payout-accepted': said('Payout on its way to the bank card', '提现处理中'), payout: said('Payout has reached the bank card', '提现到账'),
  'payout-refused': said('Payout refused by the card, available again', '提现失败退回'), 'payout-returned': said('Payout came back, available again', '提现退票'),
  'court-frozen': said('Frozen by order of a court', '司法冻结'), 'court-released': said('Released by the court', '司法解冻'),
  reserve: said('Bid placed, being paid', '投标占用'), unreserve: said('Bid not paid, available again', '投标占用取消'), 'bid-frozen': said('Bid frozen at the bank', '投标冻结'),
  'late-freeze': said('Bid frozen at the bank after its time', '投标冻结'), 'bid-released': said('Freeze of a bid released', '投标解冻'), release: said('Disbursement', '放款'),
  'repayment-frozen': said('Payment frozen', '还款冻结'), 'repayment-unfrozen': said('Part of a payment not owed, available again', '还款解冻'), repayment: said('Repayment', '还款'),
  'service-fee': said('Service fee', '平台服务费'), 'lender-fee': said('Fee out of the lenders\' interest', '出借人服务费'), costs: said('Costs of enforcement', '追偿费用'),
  'agreed-fee': said('Agreed fee', '平台服务费'), reward: said('Reward from the platform', '平台奖励'), 'sale-fee': said('Fee for a bought claim', '债权转让服务费'),
  'purchase-frozen': said('Money for a claim frozen', '债权认购冻结'), 'purchase-unfrozen': said('Claim not bought, available again', '债权认购解冻'), purchase: said('Claim sold by one lender to another', '债权转让'),
  'compensation-frozen': said('Payment in the borrower\'s place frozen', '代偿冻结'), 'compensation-unfrozen': said('Payment in the borrower\'s place not needed, available again', '代偿解冻'),
  compensation: said('Payment in the borrower\'s place', '代偿'), 'guarantor-repaid': said('Repayment to the guarantor', '还代偿款'),
};

const ofPurpose: Record<string, Words> = { principal: said('principal', '本金'), interest: said('interest', '利息'), 'claim-price': said('price', '转让价款'), 'accrued-interest': said('accrued interest', '应计利息') };

/** What happened on a line. `lender`: the account lends, so that a disbursement leaves it and a repayment comes in. */
export function lineWords(line: StatementLine, lender: boolean): Words {
  const known: Words = (ofKind as Partial<Record<string, Words>>)[line.kind] ?? said(plainWords(line.kind), plainWords(line.kind));
  const { en, zh } = line.kind === 'release' ? (lender ? said('Lent to the borrower', '出借放款') : said('Loan received', '借款到账'))
    : line.kind === 'repayment' ? (lender ? said('Repayment received', '回款') : said('Repaid to the lenders', '还款'))
      : known;
  const purpose = line.purpose === null ? undefined : ofPurpose[line.purpose];
  const correction = line.correction ? said('Correction: ', '冲正：') : said('', '');
  return purpose ? said(`${correction.en}${en}: ${purpose.en}`, `${correction.zh}${zh}（${purpose.zh}）`) : said(`${correction.en}${en}`, `${correction.zh}${zh}`);
}

/** What the line alone does not say: of what interest consists, how many it stands for, what moved when the balance did not. */
export function lineDetail(line: StatementLine): string {
  const parts = [
    line.feeFen > 0 || line.lateInterestFen > 0 ? `interest ${moneyText(line.interestFen)}${line.lateInterestFen > 0 ? `, late interest ${moneyText(line.lateInterestFen)}` : ''}${line.feeFen > 0 ? `, less our fee ${moneyText(line.feeFen)}` : ''}` : '',
    line.entries > 1 ? `${line.entries} entries` : '',
    line.availableFen === 0 && line.boundFen === 0 ? moneyText(line.movedFen) : '',
  ];
  return parts.filter(Boolean).join('; ');
}
