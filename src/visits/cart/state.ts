import type { CartEvent } from "../../ground/model/visit.ts";
import { type CartOrder, type CartRound, hasItems, roundsOf } from "./rounds.ts";

/** What a cart has come to. */
export const CART_STATES = ["empty", "open", "abandoned", "recovered", "bought", "replaced"] as const;

/** One of {@link CART_STATES}: each cart is in exactly one. */
export type CartState = (typeof CART_STATES)[number];

/** A step of the checkout that was entered, and when first, ms UTC. */
export interface EnteredStep {
  name: string;
  at: number;
}

/** A cart, and what it has come to. Times are ms UTC. */
export interface CartStanding {
  state: CartState;
  /** Whether something may come of it yet: it is neither bought nor replaced, and something was done just now. */
  underWay: boolean;
  beganAt: number;
  /** The last thing that was done with it. */
  silentSince: number;
  /** When it was abandoned, the last time if it was more than once; `null`: never. */
  abandonedAt: number | null;
  boughtAt: number | null;
  /** The shop's own id of the order. */
  orderExternalId: string | null;
  /** Of what was in it, once bought before that emptied it. */
  items: number;
  valueMinor: number | null;
  currency: string | null;
  /** Each once, by when. */
  steps: EnteredStep[];
}

const MINUTE_MS = 60_000;

/**
 * What the carts under one key have come to at `now` (ms UTC), in their order. Abandoned is one with an item at least,
 * with which nothing was done for so many minutes, unless an order of the cart or of its contact came of it: then it is
 * bought, or recovered if it had been abandoned before. `replacedAt`: since when its visitor has had another cart.
 */
export function cartsOf(
  { events, replacedAt }: { events: readonly CartEvent[]; replacedAt: number | null },
  orders: readonly CartOrder[],
  now: number,
  minutes: number,
): CartStanding[] {
  // What was bought after another cart took its place was in that one, unless the page says otherwise.
  const own = orders.filter(({ ofContact, placedAt }) => !ofContact || replacedAt === null || placedAt < replacedAt);
  const rounds = roundsOf(events, own);
  return rounds.map((round, index) => {
    const next = rounds.slice(index + 1).find(({ events: later, bought }) => bought !== null || later.some(hasItems));
    return cartStateOf(round, next?.events[0]?.time ?? replacedAt, now, minutes);
  });
}

/** The same for one cart. */
function cartStateOf(round: CartRound, replacedAt: number | null, now: number, minutes: number): CartStanding {
  const { events, bought } = round;
  const silence = minutes * MINUTE_MS;
  const until = bought?.at ?? Math.min(now, replacedAt ?? now);
  const before = bought === null ? events : events.filter(({ time }) => time <= bought.at);
  const last = before.findLast((event) => event.kind === "cart" && (bought === null || hasItems(event)));
  const beganAt = events[0]?.time ?? until;
  const silentSince = (before.at(-1) ?? events[0])?.time ?? until;
  const abandonedAt = lastSilence(before, until, silence);
  const underWay = bought === null && replacedAt === null && now - silentSince < silence;
  return {
    state: stateOf(last, { bought: bought !== null, abandonedAt, replacedAt, underWay }),
    underWay,
    beganAt,
    silentSince,
    abandonedAt,
    boughtAt: bought?.at ?? null,
    orderExternalId: bought?.externalId ?? null,
    items: last?.kind === "cart" ? last.items : 0,
    valueMinor: last?.kind === "cart" ? last.valueMinor : null,
    currency: last?.kind === "cart" ? last.currency : null,
    steps: stepsOf(events),
  };
}

function stateOf(
  last: CartEvent | undefined,
  {
    bought,
    abandonedAt,
    replacedAt,
    underWay,
  }: { bought: boolean; abandonedAt: number | null; replacedAt: number | null; underWay: boolean },
): CartState {
  if (bought) return abandonedAt === null ? "bought" : "recovered";
  if (last === undefined || !hasItems(last)) return "empty";
  if (replacedAt !== null) return "replaced";
  return underWay ? "open" : "abandoned";
}

/** When a cart with something in it had last been left alone for so long, `null`: never until then. */
function lastSilence(events: readonly CartEvent[], until: number, silence: number): number | null {
  let filled = false;
  let at: number | null = null;
  for (const [index, event] of events.entries()) {
    if (event.kind === "cart") filled = hasItems(event);
    const next = Math.min(until, events[index + 1]?.time ?? until);
    if (filled && next - event.time >= silence) at = event.time + silence;
  }
  return at;
}

function stepsOf(events: readonly CartEvent[]): EnteredStep[] {
  const first = new Map<string, number>();
  for (const event of events) {
    if (event.kind === "step" && !first.has(event.step)) first.set(event.step, event.time);
  }
  return [...first].map(([name, at]) => ({ name, at }));
}
