import type { ShopItem } from "../../ground/model/shop-order.ts";
import type { AmountReader } from "../decimal.ts";
import { priceOf, sumOf } from "../amounts.ts";
import { idOf, lineText } from "../fields.ts";
import { isGiftCard } from "./gift-cards.ts";

/** Most lines of an order that are kept. */
const MAX_ITEMS = 500;

/**
 * The lines of an order that are goods; a price is that of one, after the line's discounts, without tax. None, with the
 * warning `too_many_lines`, of an order that has more than 500.
 */
export function itemsOf(lines: readonly Record<string, unknown>[], amounts: AmountReader): ShopItem[] {
  const items = goodsOf(lines, amounts);
  if (items.length <= MAX_ITEMS) return items;
  amounts.warn("too_many_lines");
  return [];
}

function goodsOf(lines: readonly Record<string, unknown>[], amounts: AmountReader): ShopItem[] {
  return lines.flatMap((line): ShopItem[] => {
    const quantity = quantityOf(line["quantity"]);
    // One of no pieces is what an edit took out.
    if (isGiftCard(line) || quantity === 0) return [];
    const total = sumOf([line], "total", "line_items", amounts);
    if (total < 0n) {
      // A discount of some plugin's: it has lowered the goods, and is none of them.
      amounts.warn("negative_line");
      return [];
    }
    const names = {
      sku: lineText(line["sku"]) ?? idOf(line["variation_id"]) ?? idOf(line["product_id"]) ?? "",
      name: lineText(line["name"]),
    };
    const pieces = Number.isInteger(quantity)
      ? amounts.pieces(total, quantity)
      : [{ quantity, price: priceOf(total, quantity, amounts) }];
    return pieces.map((piece) => ({ ...names, ...piece }));
  });
}

/** Pieces, or a weight where a plugin sells by it, to a gram; 0 for what is neither. */
function quantityOf(value: unknown): number {
  const number = typeof value === "string" ? Number(value) : value;
  if (typeof number !== "number" || !(number > 0) || number > Number.MAX_SAFE_INTEGER / 1000) return 0;
  return Math.round(number * 1000) / 1000;
}
