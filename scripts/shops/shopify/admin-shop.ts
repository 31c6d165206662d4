import type { Bucket } from "./cost.ts";
import type { Codes } from "./discounts.ts";
import type { Order } from "./order.ts";

/** A webhook subscription. */
export interface Subscription {
  id: bigint;
  /** As GraphQL names it. */
  topic: string;
  uri: string;
  /** In a row. */
  failures: number;
  createdAt: number;
}

/** What the Admin API needs of a shop. */
export interface AdminShop {
  readonly name: string;
  readonly currency: string;
  readonly plan: string;
  readonly versions: readonly string[];
  readonly scopes: readonly string[];
  readonly clientId: string;
  readonly codes: Codes;
  readonly orders: ReadonlyMap<bigint, Order>;
  readonly subscriptions: Map<bigint, Subscription>;
  readonly bucket: Bucket;
  now: () => number;
  nextId: () => bigint;
  /** Whether the app has a scope; one to write is one to read. */
  has: (scope: string) => boolean;
  /** Takes a subscription away, with what waits for it. */
  unsubscribe: (one: Subscription) => void;
}
