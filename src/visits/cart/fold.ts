import type { CartEvent } from "../../ground/model/visit.ts";

/** What is known of a cart, but for whether anybody was told of it: see the table `carts`. */
export interface Cart {
  storeId: string;
  cartKey: string;
  /** Of its first event, as is its source. */
  visitorHash: string;
  /** By time; of each kind the last ones. */
  events: readonly CartEvent[];
  /** ms UTC. */
  firstAt: number;
  lastAt: number;
  /** Of its last state: pieces of all items. */
  items: number;
  valueMinor: number | null;
  currency: string | null;
  /** The last step that was entered. */
  step: string | null;
  /** What a page said last that it was bought as. */
  orderExternalId: string | null;
  source: string;
}

/** What was told of a cart. */
export interface CartTold {
  event: CartEvent;
  visitorHash: string;
  /** Source of the visit in which it was told, as text. */
  source: string;
}

/** Events of each kind that are kept: 200 in all. */
const KEPT: Readonly<Record<CartEvent["kind"], number>> = { cart: 50, step: 110, bought: 40 };

/**
 * A cart with what was told of it besides; `null` for nothing known and told. It follows from the set of all events that
 * were ever told of it: in whichever order, by whichever parts and however often, it comes to the same.
 */
export function mergedCart(
  key: Pick<Cart, "storeId" | "cartKey">,
  cart: Omit<Cart, "storeId" | "cartKey"> | null,
  told: readonly CartTold[],
): Cart | null {
  const events = keptOf([...(cart?.events ?? []), ...told.map(({ event }) => event)]);
  const last = events.at(-1);
  if (last === undefined) return null;
  const begun = [
    ...(cart === null ? [] : [{ time: cart.firstAt, visitorHash: cart.visitorHash, source: cart.source }]),
    ...told.map(({ event: { time }, visitorHash, source }) => ({ time, visitorHash, source })),
  ].reduce((first, other) => (isBefore(other, first) ? other : first));
  const state = events.findLast((event) => event.kind === "cart");
  return {
    storeId: key.storeId,
    cartKey: key.cartKey,
    visitorHash: begun.visitorHash,
    events,
    firstAt: begun.time,
    lastAt: last.time,
    items: state?.items ?? 0,
    valueMinor: state?.valueMinor ?? null,
    currency: state?.currency ?? null,
    step: events.findLast((event) => event.kind === "step")?.step ?? null,
    orderExternalId: events.findLast((event) => event.kind === "bought")?.orderId ?? null,
    source: begun.source,
  };
}

interface Begun {
  time: number;
  visitorHash: string;
  source: string;
}

function isBefore(one: Begun, other: Begun): boolean {
  if (one.time !== other.time) return one.time < other.time;
  if (one.visitorHash !== other.visitorHash) return one.visitorHash < other.visitorHash;
  return one.source < other.source;
}

/** The last events of each kind, each once, by time; those of one moment by what they say. */
function keptOf(events: readonly CartEvent[]): CartEvent[] {
  const distinct = new Map(events.map((event) => [textOf(event), event]));
  const sorted = [...distinct].toSorted(([a, { time }], [b, other]) => time - other.time || (a < b ? -1 : 1));
  const left = { ...KEPT };
  return sorted
    .toReversed()
    .filter(([, { kind }]) => left[kind]-- > 0)
    .map(([, event]) => event)
    .toReversed();
}

/** All that an event says, fields in an order of ours. */
function textOf(event: CartEvent): string {
  const { kind, time } = event;
  if (kind === "step") return JSON.stringify([kind, time, event.step]);
  if (kind === "bought") return JSON.stringify([kind, time, event.orderId]);
  return JSON.stringify([kind, time, event.valueMinor, event.currency, event.items]);
}
