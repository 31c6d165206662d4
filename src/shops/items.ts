import type { ShopItem } from "../ground/model/shop-order.ts";
import { priceOf } from "./amounts.ts";
import type { AmountReader } from "./decimal.ts";

/** Most lines of an order that are kept. */
const MAX_ITEMS = 500;

/** What an order's line says of its goods. */
export interface LineOfGoods {
  sku: string;
  name: string | null;
  /** As {@link quantityOf} reads it, above 0. */
  quantity: number;
  /** After the line's discounts, without tax, minor units. */
  total: bigint;
}

/**
 * A line as goods, the price that of one. None, with the warning `negative_line`, of one below zero: a discount that an
 * extension made a line of has lowered the goods, and is none of them.
 */
export function piecesOf({ sku, name, quantity, total }: LineOfGoods, amounts: AmountReader): ShopItem[] {
  if (total < 0n) {
    amounts.warn("negative_line");
    return [];
  }
  const pieces = Number.isInteger(quantity)
    ? amounts.pieces(total, quantity)
    : [{ quantity, price: priceOf(total, quantity, amounts) }];
  return pieces.map((piece) => ({ sku, name, ...piece }));
}

/**
 * Items of an order, or none, with the warning `too_many_lines`, where it has more than 500: part of the lines would give
 * their share of the order's worth to the wrong rates.
 */
export function keptItems(items: ShopItem[], amounts: AmountReader): ShopItem[] {
  if (items.length <= MAX_ITEMS) return items;
  amounts.warn("too_many_lines");
  return [];
}

/** Pieces, or a weight where a shop sells by it, to a gram; 0 for what is neither. */
export function quantityOf(value: unknown): number {
  const number = typeof value === "string" ? Number(value) : value;
  if (typeof number !== "number" || !(number > 0) || number > Number.MAX_SAFE_INTEGER / 1000) return 0;
  return Math.round(number * 1000) / 1000;
}
