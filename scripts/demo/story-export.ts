import { majorOf } from "../../src/ground/money/amount.ts";
import { DAY_MS } from "./days.ts";
import type { StoryBooks } from "./story.ts";
import type { StoryOrder } from "./story-orders.ts";

/** An order that the shop has, and that its server never told of. */
export const UNTOLD = "A-0998";

/** How much more the shop says of the month's third order, in minor units. */
export const MORE_MINOR = 500;

/**
 * The demo shop's own export of a month's orders, as CSV: what was told of them by then, but for one whose amount differs
 * and one more.
 */
export function exportOf(orders: readonly StoryOrder[], { from, to, reconciledAt }: StoryBooks): string {
  const month = orders.filter(({ store, placedAt }) => store === "demo" && placedAt >= from && placedAt < to);
  const rows = month.map((order, place) => {
    const news = order.later.findLast(({ at }) => at < reconciledAt);
    const totalMinor = order.totalMinor + (place === 2 ? MORE_MINOR : 0);
    const refunded = majorOf(news?.refundedMinor ?? 0, "EUR");
    const placedAt = new Date(order.placedAt).toISOString();
    return [order.id, placedAt, "EUR", majorOf(totalMinor, "EUR"), refunded, news?.status ?? "paid", order.code ?? ""];
  });
  const untold = [UNTOLD, new Date(to - 3 * DAY_MS).toISOString(), "EUR", "59.90", "0.00", "paid", "LEA10"];
  const header = ["order_id", "placed_at", "currency", "total", "refunded", "status", "codes"];
  return [header, ...rows, untold].map((row) => `${row.join(",")}\n`).join("");
}
