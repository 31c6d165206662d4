import type { AmountReader } from "../decimal.ts";
import { sumOf } from "../amounts.ts";
import { recordOf, recordsOf } from "../fields.ts";
import { type Meta, metaOf, metaValue } from "./fields.ts";

/**
 * WooCommerce itself has no gift cards. Those of three plugins can be told by what they write to a line: PW Gift Cards,
 * Gift Cards of WooCommerce.com, YITH Gift Cards.
 */
const BOUGHT = /^_?(?:pw_gift_card_|wc_gc_giftcard|ywgc_)/;

/** Whether a line is a gift card that was bought. */
export function isGiftCard(line: Record<string, unknown>): boolean {
  return metaOf(line["meta_data"]).some(({ key }) => BOUGHT.test(key));
}

/**
 * What was paid by gift cards and store credit, minor units, by the word of their plugins, which all take it off the
 * order's total: `gift_cards` of WooCommerce.com's, YITH's meta, coupons of the type of Smart Coupons. PW Gift Cards
 * says nothing to the REST API. Throws an `OrderFault` for what is no decimal.
 */
export function paidByCards(order: Record<string, unknown>, meta: readonly Meta[], amounts: AmountReader): bigint {
  const ofYith = Object.values(recordOf(metaValue(meta, "_ywgc_applied_gift_cards")) ?? {});
  const credits = recordsOf(order["coupon_lines"]).filter((line) => line["discount_type"] === "smart_coupon");
  return [
    sumOf(recordsOf(order["gift_cards"]), "amount", "gift_cards", amounts),
    sumOf(
      ofYith.map((amount) => ({ amount })),
      "amount",
      "meta_data._ywgc_applied_gift_cards",
      amounts,
    ),
    sumOf(credits, "discount", "coupon_lines", amounts),
  ].reduce((sum, part) => sum + (part < 0n ? -part : part), 0n);
}
