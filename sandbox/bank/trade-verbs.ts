/** The verbs by which details of trades and claims move: a batch, one trade at once, claims for sale. */
import { z } from 'zod';
import { acceptDetails } from './batches.js';
import type { Detail } from './batches.js';
import { DoorError } from './errors.js';
import { amount, batchType, instant, number, order, readAs, syncType } from './fields.js';
import { DuplicateError, orderVerb } from './order-verb.js';
import type { OrderVerb } from './order-verb.js';
import { cancelSale, putUpForSale } from './sales.js';
import { withoutProject } from './settlement.js';
import type { TradeType } from './settlement.js';
import { tradeNow } from './trades.js';

const maxDetails = 1_000;
/** A sale has a price, accrued interest and a fee. */
const maxDetailsAtOnce = 10;

const parties = { requestNo: number, sourcePlatformUserNo: number, targetPlatformUserNo: number, bizType: z.enum(['PRINCIPAL', 'INTEREST', 'COMMISSION']), amount };

interface WireDetail { requestNo: string; preTransactionNo?: string | undefined; sourcePlatformUserNo: string; targetPlatformUserNo: string; bizType: Detail['bizType']; amount: number; share?: number | undefined }

function detailOf(wire: WireDetail): Detail {
  return {
    requestNo: wire.requestNo, holdNo: wire.preTransactionNo ?? null, sourceNo: wire.sourcePlatformUserNo, targetNo: wire.targetPlatformUserNo,
    bizType: wire.bizType, amountFen: wire.amount, shareFen: wire.share ?? null,
  };
}

const batchDetail = z.object({ ...parties, preTransactionNo: number }).transform(detailOf);
const batchSchema = z.object({ batchNo: number, bizType: batchType, projectNo: number, businessTime: instant, details: z.array(batchDetail).min(1).max(maxDetails) });

/** Every detail has a number of its own, beside the whole's. */
function checkNumbers(wholeNo: string, details: Detail[]): void {
  if (new Set([wholeNo, ...details.map((detail) => detail.requestNo)]).size !== details.length + 1) throw new DoorError('json', 'every detail needs a number of its own');
}

const sumOf = (details: Detail[]): number => details.reduce((sum, detail) => sum + detail.amountFen, 0);

const batchVerb: OrderVerb = {
  kind: 'order', notifiesEnd: false,
  read(data) {
    const input = readAs(batchSchema, data);
    checkNumbers(input.batchNo, input.details);
    return {
      requestNo: input.batchNo, userNo: null, amountFen: sumOf(input.details), atMs: input.businessTime,
      body: { projectNo: input.projectNo, bizType: input.bizType }, numberField: 'batchNo',
      async run(tx) {
        const used = await acceptDetails(tx, input.batchNo, input.details, input.businessTime);
        if (used.length > 0) throw new DuplicateError(`used before: ${used.slice(0, 5).join(', ')}`);
        return { status: 'ACCEPT' };
      },
    };
  },
};

const tradeDetail = z.object({ ...parties, preTransactionNo: number.optional(), share: amount.optional() }).transform(detailOf);
const details = z.array(tradeDetail).min(1).max(maxDetailsAtOnce);
const syncSchema = order.extend({ bizType: syncType, projectNo: number.optional(), saleRequestNo: number.optional(), details })
  .refine((input) => (input.projectNo === undefined) === withoutProject.has(input.bizType), 'projectNo: exactly for trades of a project')
  .refine((input) => (input.saleRequestNo !== undefined) === (input.bizType === 'CREDIT_ASSIGNMENT'), 'saleRequestNo: exactly for the sale of a claim');
const guarantorSchema = order.extend({ projectNo: number, details }).transform((input) => ({ ...input, bizType: 'COMPENSATORY_REPAYMENT' as const, saleRequestNo: undefined }));

interface TradeFields { requestNo: string; businessTime: number; bizType: TradeType; projectNo?: string | undefined; saleRequestNo?: string | undefined; details: Detail[] }

function tradeVerb(schema: z.ZodType<TradeFields>): OrderVerb {
  return {
    kind: 'order', notifiesEnd: true,
    read(data) {
      const input = readAs(schema, data);
      const { requestNo, bizType, projectNo = null, saleRequestNo: saleNo = null } = input;
      checkNumbers(requestNo, input.details);
      return {
        requestNo, userNo: null, amountFen: sumOf(input.details), atMs: input.businessTime, body: { projectNo, bizType }, numberField: 'requestNo',
        run: (tx, atMs) => tradeNow(tx, { requestNo, trade: bizType, projectNo, saleNo, details: input.details, atMs }),
      };
    },
  };
}

export const tradeVerbs: Record<string, OrderVerb> = {
  ASYNC_TRANSACTION: batchVerb,
  SYNC_TRANSACTION: tradeVerb(syncSchema),
  COMPENSATORY_REPAYMENT: tradeVerb(guarantorSchema),
  DEBENTURE_SALE: orderVerb(order.extend({ platformUserNo: number, projectNo: number, share: amount }).transform((input) => ({ ...input, amount: input.share })), (tx, input) =>
    putUpForSale(tx, { requestNo: input.requestNo, projectNo: input.projectNo, userNo: input.platformUserNo, shareFen: input.share, atMs: input.businessTime, byAuthorisation: true }), true),
  CANCEL_DEBENTURE_SALE: orderVerb(order.extend({ saleRequestNo: number }), (tx, input) => cancelSale(tx, input.saleRequestNo), true),
};
