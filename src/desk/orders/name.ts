import type { Order } from "../../sales/order/schema.ts";

/** What people call an order: its number, or the shop's own id of it. */
export function orderName({ orderNumber, externalId }: Pick<Order, "orderNumber" | "externalId">): string {
  return orderNumber ?? externalId;
}
