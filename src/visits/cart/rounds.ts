import type { CartEvent } from "../../ground/model/visit.ts";

/** An order that a cart may have become: one that counts, no test and not declined. */
export interface CartOrder {
  /** The shop's own id of it. */
  externalId: string;
  /** ms UTC. */
  placedAt: number;
  /** Whether it is one of the contact that the cart's visitor is; else the page named it. */
  ofContact: boolean;
}

/** What was told under one key from the beginning of a cart until it was bought; after that the key is another cart's. */
export interface CartRound {
  /** By time; there is one at least. */
  events: CartEvent[];
  /** What it was bought as; `null`: no order is known. */
  bought: { at: number; externalId: string } | null;
}

type Mark = { time: number; kind: "order"; order: CartOrder };

/**
 * What was told under the key of a cart, cut into the carts that it was: many shops have one cart for a browser, which
 * is emptied when it is bought and filled again. The order of events makes no difference.
 */
export function roundsOf(events: readonly CartEvent[], orders: readonly CartOrder[]): CartRound[] {
  const named = new Set(events.flatMap((event) => (event.kind === "bought" ? [event.orderId] : [])));
  const byId = new Map(orders.map((order) => [order.externalId, order]));
  const marks = orders
    .filter(({ ofContact, externalId }) => ofContact && !named.has(externalId))
    .map((order): Mark => ({ time: order.placedAt, kind: "order", order }));
  const rounds: (CartRound & { ended: string | null })[] = [];
  for (const told of [...events, ...marks].toSorted(inOrder)) {
    const round = rounds.at(-1);
    if (told.kind === "order") {
      // Elsewhere, by somebody who has nothing in this cart, is another's.
      if (round === undefined || round.ended !== null || isEmptied(round.events)) continue;
      round.ended = told.order.externalId;
      round.bought = { at: told.time, externalId: told.order.externalId };
    } else if (round === undefined || beginsAnew(round, told)) {
      rounds.push(ended({ events: [told], bought: null, ended: null }, told, byId));
    } else {
      round.events.push(told);
      ended(round, told, byId);
    }
  }
  return rounds.map(({ events: own, bought }) => ({ events: own, bought }));
}

function ended<Round extends CartRound & { ended: string | null }>(
  round: Round,
  told: CartEvent,
  orders: ReadonlyMap<string, CartOrder>,
): Round {
  if (told.kind !== "bought" || round.ended !== null) return round;
  round.ended = told.orderId;
  const order = orders.get(told.orderId);
  const first = round.events[0]?.time ?? told.time;
  // A server may name another time than the page: the cart ended by the earlier of the two, and not before it began.
  const at = Math.max(first, Math.min(order?.placedAt ?? told.time, told.time));
  round.bought = order === undefined ? null : { at, externalId: order.externalId };
  return round;
}

/** Whether something that was told after a cart was bought is of the next one. */
function beginsAnew({ events, ended: order }: CartRound & { ended: string | null }, told: CartEvent): boolean {
  if (order === null) return false;
  if (told.kind === "cart") return hasItems(told);
  if (told.kind === "bought") return told.orderId !== order;
  // The page of thanks may be a step, and be loaded again.
  const steps = events.flatMap((event) => (event.kind === "step" ? [event.step] : []));
  return steps.includes(told.step) && steps.at(-1) !== told.step;
}

function isEmptied(events: readonly CartEvent[]): boolean {
  const last = events.findLast((event) => event.kind === "cart");
  return last !== undefined && !hasItems(last);
}

/** Whether there is anything in a cart. */
export function hasItems(event: CartEvent): boolean {
  return event.kind === "cart" && event.items > 0;
}

const RANKS: Record<CartEvent["kind"] | "order", number> = { cart: 0, step: 1, bought: 2, order: 3 };

function inOrder(a: CartEvent | Mark, b: CartEvent | Mark): number {
  if (a.time !== b.time) return a.time - b.time;
  if (a.kind !== b.kind) return RANKS[a.kind] - RANKS[b.kind];
  const [left, right] = [JSON.stringify(a), JSON.stringify(b)];
  return left < right ? -1 : left > right ? 1 : 0;
}
