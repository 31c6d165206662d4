import { brokenOff, mustHold } from "../../ground/db/premise.ts";
import { type Cart, mergedCart } from "../cart/fold.ts";
import type { VisitMessage } from "../take/taken.ts";
import { contributionOf } from "./contribution.ts";
import { readForgotten, readSeen, readStores, readWritten } from "./known-store.ts";
import { beginCarts, readFull, withinRoom } from "./room-store.ts";
import type { ToldCart } from "./sums.ts";
import { writeCarts, writeContribution } from "./write-sums.ts";

/** Tries of a write that others come before. */
const MAX_TRIES = 12;

/** The longest pause after such a try, ms, doubled each time and no longer than the second. */
const FIRST_PAUSE_MS = 10;
const LONGEST_PAUSE_MS = 640;

const WRITE = "INSERT INTO visit_writes (received_from, received_to, messages, seen) VALUES (?1, ?2, ?3, ?4)";

/**
 * Writes what pages told, at `now` (ms UTC), in one transaction; its sums are added later (see `add-run.ts`). Any repetition, order or grouping of the same messages
 * comes to the same, as do events that are told again within an hour. Throws what D1 throws; then nothing is written, or
 * all is.
 */
export async function recordVisits(d1: D1Database, messages: readonly VisitMessage[], now: number): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      return await record(d1, messages, now);
    } catch (error) {
      if (!brokenOff(error) || tries === MAX_TRIES) throw error;
      await scheduler.wait(Math.random() * Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** tries));
    }
  }
}

async function record(d1: D1Database, messages: readonly VisitMessage[], now: number): Promise<void> {
  const written = await readWritten(d1, messages);
  const fresh = new Map(messages.filter(({ id }) => !written.messages.has(id)).map((message) => [message.id, message]));
  const requests = [...fresh.values()].flatMap((message) => message.requests);
  if (requests.length === 0) return;
  const [seen, stores, full, forgotten] = await Promise.all([
    readSeen(d1, written, requests),
    readStores(d1, requests),
    readFull(d1, new Set(requests.map(({ storeId }) => storeId)), now),
    readForgotten(d1, requests, now),
  ]);
  const added = withinRoom(contributionOf(requests, { stores, seen, forgotten: forgotten.keys }), full);
  const known = await knownCarts(d1, added.carts);
  const isKnown = (cart: ToldCart): boolean => known.has(cartOf(cart));
  const begun = await beginCarts(d1, added.carts, isKnown, now);
  const times = requests.map(({ receivedAt }) => receivedAt);
  const { condition, values } = forgotten.premise;
  await d1.batch([
    mustHold(d1, "(SELECT coalesce(max(seq), 0) FROM visit_writes) = ?1", written.last),
    mustHold(d1, condition, ...values),
    d1.prepare(WRITE).bind(least(times), most(times), JSON.stringify([...fresh.keys()]), added.seen.join("")),
    ...writeContribution(d1, added, now),
    ...begun.statements,
    ...writeCarts(d1, mergedCarts(begun.carts, known)),
  ]);
}

const CARTS = `SELECT c.store_id AS storeId, c.cart_key AS cartKey, c.visitor_hash AS visitorHash, c.events,
    c.first_at AS firstAt, c.last_at AS lastAt, c.items, c.value_minor AS valueMinor, c.currency, c.step,
    c.order_external_id AS orderExternalId, c.source
  FROM json_each(?1) told JOIN carts c ON c.store_id = told.value ->> 0 AND c.cart_key = told.value ->> 1`;

type RawCart = Omit<Cart, "events"> & { events: string };

/** Tells a cart from those of all stores. */
function cartOf({ storeId, cartKey }: Pick<Cart, "storeId" | "cartKey">): string {
  return `${storeId}\n${cartKey}`;
}

/** Those of these carts that there are, by {@link cartOf}. */
async function knownCarts(d1: D1Database, told: readonly ToldCart[]): Promise<ReadonlyMap<string, RawCart>> {
  if (told.length === 0) return new Map();
  const keys = JSON.stringify(told.map(({ storeId, cartKey }) => [storeId, cartKey]));
  const { results } = await d1.prepare(CARTS).bind(keys).all<RawCart>();
  return new Map(results.map((cart) => [cartOf(cart), cart]));
}

/** Carts as they are with what was told of them. */
function mergedCarts(told: readonly ToldCart[], known: ReadonlyMap<string, RawCart>): Cart[] {
  return told.flatMap((cart) => {
    const before = known.get(cartOf(cart));
    const events = before === undefined ? [] : (JSON.parse(before.events) as Cart["events"]);
    return mergedCart(cart, before === undefined ? null : { ...before, events }, cart.told) ?? [];
  });
}

function least(values: readonly number[]): number {
  return values.reduce((one, other) => Math.min(one, other), Infinity);
}

function most(values: readonly number[]): number {
  return values.reduce((one, other) => Math.max(one, other), -Infinity);
}
