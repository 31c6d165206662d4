import { setTimeout as delay } from "node:timers/promises";
import type { AdminApi } from "./admin-api.ts";
import type { CreatorPage } from "./demo.ts";
import { Failure } from "./failure.ts";

/** What became of an order of the demo shop, and where that is to be seen. */
export interface Credit {
  /** Whose order it is, with their own page; `null`: nobody's. */
  page: CreatorPage | null;
  /** What it earns them, in minor units; `null`: it can't be said yet. */
  commission: { amountMinor: number; currency: string } | null;
  /** The order at the desk. */
  desk: string;
  /** The API's answer on why it is whose it is. */
  explanation: string;
}

/** An order as the API shows it, as far as it matters here. */
interface Order {
  id: string;
  externalId: string;
  trust: string;
  attribution: { creatorId: string } | null;
  commission: { total: { amountMinor: number; currency: string } | null } | null;
}

/** So long an order may take to be known and settled, behind the report's answer, ms. */
const KNOWN_WITHIN_MS = 4_000;
const POLL_MS = 100;

/**
 * What became of an order that the demo shop's server just reported, by its number; `null` if that isn't known in time,
 * or can't be read. An order that only pages claim isn't known yet.
 */
export async function creditOf(
  api: AdminApi,
  { storeId, waymark, pages }: { storeId: string; waymark: string; pages: readonly CreatorPage[] },
  number: string,
  withinMs = KNOWN_WITHIN_MS,
): Promise<Credit | null> {
  const until = Date.now() + withinMs;
  try {
    for (;;) {
      const order = await api.find<Order>("/orders", { store: storeId, q: number }, (one) => one.externalId === number);
      const isKnown = order?.trust === "confirmed";
      // Nobody's order earns nothing; anybody else's has its commission a moment after it has its owner.
      const isSettled = isKnown && (order.attribution === null || order.commission !== null);
      if (isSettled || (isKnown && Date.now() > until)) {
        return {
          page: pages.find(({ creatorId }) => creatorId === order.attribution?.creatorId) ?? null,
          commission: order.commission?.total ?? null,
          desk: `${waymark}/admin/orders/${order.id}`,
          explanation: `${waymark}/api/v1/orders/${order.id}/explanation`,
        };
      }
      if (Date.now() > until) return null;
      await delay(POLL_MS);
    }
  } catch (error) {
    // The Worker is being restarted, or stops: the order is none the less placed.
    if (error instanceof Failure || error instanceof TypeError) return null;
    throw error;
  }
}
