import type { AmountReader } from "../decimal.ts";
import { recordsOf } from "../fields.ts";

/**
 * What went back to the shopper of an order's refunds, minor units: of products, shipping, handling, wrapping, fees or of
 * the order as a whole alike, with tax. A payment back that its provider declined is none. Throws an `OrderFault` for what
 * is no decimal.
 */
export function refundedOf(refunds: readonly unknown[], amounts: AmountReader): bigint {
  return recordsOf(refunds).reduce((sum, refund, at) => {
    const payments = recordsOf(refund["payments"]);
    if (payments.length === 0) return sum + amounts.read(refund["total_amount"], `refunds.${at}.total_amount`);
    return payments
      .filter((payment) => payment["is_declined"] !== true)
      .reduce((so, { amount }, place) => so + amounts.read(amount, `refunds.${at}.payments.${place}.amount`), sum);
  }, 0n);
}
