/** The columns of the check files, and what a record of them says. */
import { yuanToFen } from './amounts.js';
import { StatementFault } from './port.js';
import type { StatementFile, StatementLine } from './port.js';
import { parseWireTimestamp } from './wire.js';

const cash = ['平台请求流水号', '平台用户编号', '金额', '业务类型', '完成时间', '银行流水号'] as const;
const trade = ['发生时间', '平台商编', '平台请求流水号', '订单号', '业务类型', '金额', '利息金额', '币种', '发起方会员编号', '发起方平台用户编号', '接收方会员编号', '接收方平台用户编号', '标的号', '原订单号', '备注', '债权份额', '自定义参数'] as const;

export const columnsOf = (file: StatementFile): readonly string[] => (file === 'transfers' ? trade : cash);

const kinds: Record<Exclude<StatementFile, 'transfers'>, Record<string, StatementLine['kind']>> = {
  deposits: { RECHARGE: 'deposit', DIRECT_RECHARGE: 'pull' },
  payouts: { WITHDRAW: 'withdraw', AUTO_WITHDRAW: 'payout' },
  'returned-payouts': { BACKROLL_RECHARGE: 'payout-returned' },
  commissions: { COMMISSION: 'commission' },
};

const numberPattern = /^[A-Za-z0-9:_./-]{1,80}$/;

/** @throws StatementFault `garbled` where the record is not one of its file. */
export function lineOf(file: StatementFile, record: readonly string[], lineNo: number): StatementLine {
  const garbled = (what: string): StatementFault => new StatementFault('garbled', `line ${lineNo}: ${what}`);
  const number = (text: string | undefined): string => {
    if (text === undefined || !numberPattern.test(text)) throw garbled('not a number of a request or person');
    return text;
  };
  const amount = (text: string | undefined): number => {
    const fen = yuanToFen(text);
    if (fen === null || fen === 0) throw garbled('not an amount');
    return fen;
  };
  const instant = (text: string | undefined): string => {
    const ms = parseWireTimestamp(text ?? '');
    if (ms === null) throw garbled('not a time');
    return new Date(ms).toISOString();
  };
  if (record.length !== columnsOf(file).length) throw garbled(`${record.length} columns`);
  if (file !== 'transfers') {
    const [requestNo, userNo, yuan, type, at] = record;
    const kind = Object.hasOwn(kinds[file], type ?? '') ? kinds[file][type ?? ''] : undefined;
    if (!kind) throw garbled('a movement that does not belong into this file');
    return { requestNo: number(requestNo), kind, amountFen: amount(yuan), userNo: number(userNo), toUserNo: null, at: instant(at) };
  }
  const [at, , requestNo, , , yuan, interest, currency, , from, , to] = record;
  if (currency !== 'CNY') throw garbled('another currency');
  const amountFen = amount(yuan);
  if (interest && amount(interest) !== amountFen) throw garbled('the interest is not the amount');
  return { requestNo: number(requestNo), kind: interest ? 'interest' : 'principal', amountFen, userNo: number(from), toUserNo: number(to), at: instant(at) };
}
