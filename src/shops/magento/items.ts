import type { ShopItem } from "../../ground/model/shop-order.ts";
import type { AmountReader } from "../decimal.ts";
import { fineSumOf, rounded } from "./amounts.ts";
import { idOf, lineText } from "../fields.ts";
import { keptItems, piecesOf, quantityOf } from "../items.ts";

type Json = Record<string, unknown>;

/** A line of an order with what it comes to after its discounts, without tax, in ten-thousandths of a minor unit. */
export interface Line {
  said: Json;
  net: bigint;
  isGiftCard: boolean;
}

/**
 * The lines that carry an order's money, each piece of goods once. A configurable product is two lines, of which the parent
 * has the price and the child none; a bundle is one with its parts, and either the parent or the parts have it.
 */
export function linesOf(items: readonly Json[], amounts: AmountReader): Line[] {
  const lines = items.map((said, at) => ({ said, net: netOf(said, at, amounts), row: rowOf(said, at, amounts) }));
  const childrenOf = Map.groupBy(
    lines.filter(({ said }) => idOf(said["parent_item_id"]) !== null),
    ({ said }) => idOf(said["parent_item_id"]),
  );
  return lines
    .filter(({ said }) => idOf(said["parent_item_id"]) === null)
    .flatMap((line) => {
      const children = childrenOf.get(idOf(line.said["item_id"])) ?? [];
      return children.some(({ row }) => row > 0n) ? children : [line];
    })
    .map(({ said, net }) => ({ said, net, isGiftCard: said["product_type"] === "giftcard" }));
}

/**
 * A line's row without tax, less its discount, which is positive here and negative on the order. Where prices have tax in
 * them the discount has, too, and its part of the tax is added again.
 */
function netOf(said: Json, at: number, amounts: AmountReader): bigint {
  const fields = ["row_total", "-discount_amount", "discount_tax_compensation_amount"];
  return fineSumOf(said, isChild(said) ? fields : ["row_total!", ...fields.slice(1)], `items.${at}.`, amounts);
}

function rowOf(said: Json, at: number, amounts: AmountReader): bigint {
  return fineSumOf(said, ["row_total"], `items.${at}.`, amounts);
}

function isChild(said: Json): boolean {
  return idOf(said["parent_item_id"]) !== null;
}

/** Lines as goods; a price is that of one, after the line's discounts, without tax. */
export function itemsOf(lines: readonly Line[], amounts: AmountReader): ShopItem[] {
  return keptItems(
    lines.flatMap((line) => itemOf(line, amounts)),
    amounts,
  );
}

function itemOf({ said, net, isGiftCard }: Line, amounts: AmountReader): ShopItem[] {
  const quantity = quantityOf(said["qty_ordered"]);
  if (isGiftCard || quantity === 0) return [];
  const sku = lineText(said["sku"]) ?? idOf(said["product_id"]) ?? "";
  return piecesOf({ sku, name: lineText(said["name"]), quantity, total: rounded(net, amounts) }, amounts);
}
