import type { orders } from "../../ground/db/schema/order.ts";
import type { GoalEvent } from "../../ground/model/conversion.ts";
import type { OrderStatus } from "../../ground/model/order.ts";
import { isForgotten } from "../../sales/shop/forgotten.ts";
import type { OrderSaid } from "./match.ts";
import type { Credit } from "./work.ts";

/** The parts of an order that a conversion comes of. */
export type GoalOrder = Credit &
  Pick<
    typeof orders.$inferSelect,
    | "id"
    | "storeId"
    | "status"
    | "trust"
    | "test"
    | "currency"
    | "totalMinor"
    | "confirmed"
    | "items"
    | "customerHash"
    | "country"
    | "placedAt"
    | "version"
  >;

const UNBOUGHT: ReadonlySet<OrderStatus> = new Set(["received", "declined", "test"]);

/** SQL: that the row `o` of `orders` is bought, as {@link isBought} says. */
export const BOUGHT_SQL = "o.trust = 'confirmed' AND o.status NOT IN ('received', 'declined', 'test')";

/** Whether an order is bought: a server confirms it, and it is neither cancelled, refunded whole, declined nor a test. */
export function isBought({ trust, status }: Pick<GoalOrder, "trust" | "status">): boolean {
  return trust === "confirmed" && !UNBOUGHT.has(status);
}

/** What an order comes to, by a server's word where there is one; `null`: no amount is known. */
export function totalOf({
  confirmed,
  totalMinor,
  currency,
}: Pick<GoalOrder, "confirmed" | "totalMinor" | "currency">): { amountMinor: number; currency: string } | null {
  if (confirmed !== null) return { amountMinor: confirmed.totalMinor, currency: confirmed.currency };
  return totalMinor === null || currency === null ? null : { amountMinor: totalMinor, currency };
}

/** The key of an order's event. */
export function orderKey(orderId: string): string {
  return `order:${orderId}`;
}

/**
 * An order as an event. `firstId` is the id of the first order that its customer bought, `null` if there is none: one
 * that isn't it makes a returning customer. A customer who was forgotten is nobody any more.
 */
export function orderGoal(order: GoalOrder, firstId: string | null): GoalEvent {
  const { id, storeId, customerHash, country, placedAt } = order;
  const total = totalOf(order);
  const said: OrderSaid = {
    totalMinor: total?.amountMinor ?? null,
    currency: total?.currency ?? null,
    standing: customerHash === null || firstId === null ? null : firstId === id ? "first" : "returning",
    skus: (order.confirmed?.items ?? order.items ?? []).map(({ sku }) => sku),
  };
  return {
    key: orderKey(id),
    storeId,
    kind: "order",
    name: null,
    page: null,
    country,
    data: { ...said },
    visitorHash: null,
    customerHash: customerHash === null || isForgotten(customerHash) ? null : customerHash,
    view: null,
    trust: "confirmed",
    time: placedAt,
  };
}
