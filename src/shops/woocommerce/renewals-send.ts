import type { ShopReading } from "../../ground/model/shop-order.ts";
import { ShopFailure } from "../platform.ts";
import type { Calls } from "./calls-send.ts";
import { idOf, recordsOf } from "../fields.ts";
import { SUBSCRIPTION } from "./read-order.ts";

/** Subscriptions that are asked for at once. */
const PAGE = 100;

/**
 * Readings with what they renew: an order names its subscription, and that the order that it began with, which is whose
 * creators renewals belong to. A subscription that is gone, was made by hand or can't be asked for stays the name.
 */
export async function withParents(calls: Calls, readings: readonly ShopReading[]): Promise<ShopReading[]> {
  const ids = new Set(readings.map(subscriptionOf).filter((id) => id !== null));
  if (ids.size === 0) return [...readings];
  const parents = await parentsOf(calls, [...ids]);
  return readings.map((reading) => {
    const parent = parents.get(subscriptionOf(reading) ?? "");
    if (parent === undefined || reading.kind !== "order") return reading;
    return { ...reading, order: { ...reading.order, renewalOf: parent } };
  });
}

function subscriptionOf(reading: ShopReading): string | null {
  const renewalOf = reading.kind === "order" ? reading.order.renewalOf : null;
  return renewalOf?.startsWith(SUBSCRIPTION) === true ? idOf(renewalOf.slice(SUBSCRIPTION.length)) : null;
}

/** The orders that subscriptions began with, by the subscriptions' ids. */
async function parentsOf(calls: Calls, ids: readonly string[]): Promise<Map<string, string>> {
  const parents = new Map<string, string>();
  for (let at = 0; at < ids.length; at += PAGE) {
    const include = ids.slice(at, at + PAGE).join(",");
    const query = { include, status: "any", per_page: String(PAGE), _fields: "id,parent_id" };
    const { rows } = await calls.list("/subscriptions", query).catch((error: unknown) => {
      // The plugin is gone, or keeps its subscriptions to itself; orders don't wait for that.
      if (error instanceof ShopFailure && !error.passing) return { rows: [] };
      throw error;
    });
    for (const { id, parent_id } of recordsOf(rows)) {
      const [subscription, parent] = [idOf(id), idOf(parent_id)];
      if (subscription !== null && parent !== null) parents.set(subscription, parent);
    }
  }
  return parents;
}
