import type { ShopItem } from "../../ground/model/shop-order.ts";
import type { AmountReader } from "../decimal.ts";
import { sumOf } from "../amounts.ts";
import { idOf, lineText } from "../fields.ts";
import { keptItems, piecesOf, quantityOf } from "../items.ts";
import { isGiftCard } from "./gift-cards.ts";

/** The lines of an order that are goods; a price is that of one, after the line's discounts, without tax. */
export function itemsOf(lines: readonly Record<string, unknown>[], amounts: AmountReader): ShopItem[] {
  return keptItems(
    lines.flatMap((line) => itemOf(line, amounts)),
    amounts,
  );
}

function itemOf(line: Record<string, unknown>, amounts: AmountReader): ShopItem[] {
  const quantity = quantityOf(line["quantity"]);
  // One of no pieces is what an edit took out.
  if (isGiftCard(line) || quantity === 0) return [];
  const sku = lineText(line["sku"]) ?? idOf(line["variation_id"]) ?? idOf(line["product_id"]) ?? "";
  const total = sumOf([line], "total", "line_items", amounts);
  return piecesOf({ sku, name: lineText(line["name"]), quantity, total }, amounts);
}
