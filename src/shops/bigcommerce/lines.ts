import type { ShopItem } from "../../ground/model/shop-order.ts";
import { sumOf } from "../amounts.ts";
import { type AmountReader, OrderFault } from "../decimal.ts";
import { idOf, lineText, recordOf, recordsOf } from "../fields.ts";
import { keptItems, piecesOf, quantityOf } from "../items.ts";

type Json = Record<string, unknown>;

/**
 * The lines of an order, wherever they go: by post, to be fetched, downloaded, or as a gift certificate by e-mail. Throws an
 * `OrderFault` where the answer only says where they could be asked for.
 */
export function linesOf(order: Json): Json[] {
  const consignments = recordOf(order["consignments"]);
  if (consignments === null) throw new OrderFault("consignments", "is missing");
  const places = [
    ...["shipping", "pickups", "downloads"].map((field) => [`consignments.${field}`, consignments[field]] as const),
    ["consignments.email.gift_certificates", recordOf(consignments["email"])?.["gift_certificates"]] as const,
  ];
  // Goods that aren't said would count for nothing.
  if (places.every(([, list]) => list == null)) throw new OrderFault("consignments", "says of no lines");
  return places.flatMap(([path, list]) => {
    if (list != null && !Array.isArray(list)) throw new OrderFault(path, "must be a list");
    return recordsOf(list).flatMap(({ line_items: lines }) => {
      if (!Array.isArray(lines)) throw new OrderFault(`${path}.line_items`, "must be a list");
      return recordsOf(lines);
    });
  });
}

/** Whether a line is a gift certificate that was bought. */
export function isGiftCertificate({ type }: Json): boolean {
  return type === "giftcertificate";
}

/**
 * What lines come to after all discounts, without tax, minor units with their sign, rounded once. What the shopper paid for
 * a line is said with tax, and the line's tax is that of what was paid. Orders of before that was said have the discounts.
 */
export function netOf(lines: readonly Json[], amounts: AmountReader): bigint {
  return sumOf(lines.flatMap(parts), "amount", "line_items", amounts);
}

function parts(line: Json): Json[] {
  if (line["discounted_total_inc_tax"] != null) {
    return [{ amount: line["discounted_total_inc_tax"] }, { amount: negative(line["total_tax"]) }];
  }
  const discounts = recordsOf(line["applied_discounts"]);
  return [{ amount: line["total_ex_tax"] }, ...discounts.map(({ amount }) => ({ amount: negative(amount) }))];
}

/** The same with the other sign; what is no decimal stays what it is, and is told of by who reads it. */
function negative(value: unknown): unknown {
  if (typeof value === "number") return -value;
  if (typeof value !== "string") return value;
  const text = value.trim();
  return text.startsWith("-") ? text.slice(1) : `-${text}`;
}

/** The lines that are goods; a price is that of one, after the line's discounts, without tax. */
export function itemsOf(lines: readonly Json[], amounts: AmountReader): ShopItem[] {
  const goods = lines.filter((line) => !isGiftCertificate(line));
  return keptItems(
    goods.flatMap((line) => itemOf(line, amounts)),
    amounts,
  );
}

function itemOf(line: Json, amounts: AmountReader): ShopItem[] {
  const quantity = quantityOf(line["quantity"]);
  // One of no pieces is what an edit took out.
  if (quantity === 0) return [];
  const sku = lineText(line["sku"]) ?? idOf(line["variant_id"]) ?? idOf(line["product_id"]) ?? "";
  return piecesOf({ sku, name: lineText(line["name"]), quantity, total: netOf([line], amounts) }, amounts);
}
