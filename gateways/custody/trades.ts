/** Trades and their details in the bank's words. */
import { fenToYuan } from './amounts.js';
import { maxTradeDetails } from './port.js';
import type { HoldPurpose, Trade, TradeDetail } from './port.js';

export const freezeTypes: Readonly<Record<HoldPurpose, string>> = { bid: 'TENDER', repayment: 'REPAYMENT', purchase: 'CREDIT_ASSIGNMENT', compensation: 'COMPENSATORY' };
export const batchTypes = { release: 'TENDER', repayment: 'REPAYMENT', compensation: 'COMPENSATORY' } as const;

const detailTypes = { principal: 'PRINCIPAL', interest: 'INTEREST', commission: 'COMMISSION' } as const;

export function wireDetail(detail: TradeDetail): Record<string, string> {
  return {
    requestNo: detail.requestNo,
    ...(detail.holdRequestNo === null ? {} : { preTransactionNo: detail.holdRequestNo }),
    sourcePlatformUserNo: detail.fromUserNo,
    targetPlatformUserNo: detail.toUserNo,
    bizType: detailTypes[detail.kind],
    amount: fenToYuan(detail.amountFen),
    ...(detail.shareFen === undefined ? {} : { share: fenToYuan(detail.shareFen) }),
  };
}

export interface WireTrade { serviceName: string; data: { requestNo: string } & Record<string, unknown>; amountFen: number }

/** @throws RangeError unless it has 1 to {@link maxTradeDetails} details. */
export function wireTrade(trade: Trade): WireTrade {
  const { requestNo, details, businessTime, kind } = trade;
  if (details.length === 0 || details.length > maxTradeDetails) throw new RangeError(`a trade has 1 to ${maxTradeDetails} details, not ${details.length}`);
  const common = { requestNo, details: details.map(wireDetail), businessTime };
  const amountFen = details.reduce((sum, detail) => sum + detail.amountFen, 0);
  switch (kind) {
    case 'reward': return { serviceName: 'SYNC_TRANSACTION', data: { ...common, bizType: 'MARKETING' }, amountFen };
    case 'purchase': return { serviceName: 'SYNC_TRANSACTION', data: { ...common, bizType: 'CREDIT_ASSIGNMENT', projectNo: trade.projectNo, saleRequestNo: trade.saleRequestNo }, amountFen };
    case 'guarantor-repayment': return { serviceName: 'COMPENSATORY_REPAYMENT', data: { ...common, projectNo: trade.projectNo }, amountFen };
    default: return { serviceName: 'SYNC_TRANSACTION', data: { ...common, bizType: batchTypes[kind], projectNo: trade.projectNo }, amountFen };
  }
}

/** The one fee, as a trade of the bank's. */
export function wireFee(fee: { requestNo: string; detailNo: string; fromUserNo: string; amountFen: number; businessTime: string }): WireTrade {
  const { requestNo, detailNo, fromUserNo, amountFen, businessTime } = fee;
  const detail: TradeDetail = { requestNo: detailNo, holdRequestNo: null, fromUserNo, toUserNo: 'PLATFORM_INCOME', kind: 'commission', amountFen };
  return { serviceName: 'SYNC_TRANSACTION', data: { requestNo, bizType: 'PLATFORM_SERVICE_DEDUCT', details: [wireDetail(detail)], businessTime }, amountFen };
}
