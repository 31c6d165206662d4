import type { Deps } from "../../ground/deps.ts";
import { Problem } from "../../ground/http/problem.ts";
import type { CheckoutPlan } from "../../ground/model/visit.ts";
import { daysInZones } from "../../ground/time/day-in-zone.ts";
import { DAY_MS, dayAfter, type DaySpan } from "../../ground/time/range.ts";
import type { StoreRow } from "../../programme/store/store.ts";
import { cartId, type JudgedCart, judged } from "../../visits/cart/judged.ts";
import { cartPages } from "../../visits/cart/load-carts.ts";
import { checkoutOf } from "../../visits/cart/load-checkout.ts";

/** Keys of carts that a report looks at, at most. */
const MOST_KEYS = 100_000;
/** Keys that a page of a list looks at before it ends, however little it found. */
const MOST_LISTED = 20_000;

/** Sorts behind all keys of carts. */
const BEHIND_ALL = "\uFFFF";

/** Carts of a store that began in a span of its local days. */
export interface CartsAsked {
  store: StoreRow;
  span: DaySpan;
  /** The day that it is in the store. */
  today: string;
  checkout: CheckoutPlan;
}

/** A cart, and what day it began on. */
export interface DatedCart extends JudgedCart {
  day: string;
}

/** Days that it is kept what was done with a cart. */
const KEPT_DAYS = 90;

/** What is asked of carts, with how the store follows them. Throws a `Problem` (422) for a span that is no longer known, and what D1 throws. */
export async function cartsAsked({ d1 }: Pick<Deps, "d1">, asked: Omit<CartsAsked, "checkout">): Promise<CartsAsked> {
  if (asked.span.first < dayAfter(asked.today, 1 - KEPT_DAYS)) {
    throw Problem.invalid(
      "from",
      `must be in the last ${KEPT_DAYS} days: of older carts it isn't kept what became of them`,
    );
  }
  return { ...asked, checkout: await checkoutOf(d1, asked.store.id) };
}

/** Carts, the last told of first, a page of keys at a time. Throws what D1 throws. */
async function* pages(
  { d1, now }: Pick<Deps, "d1" | "now">,
  { store, span, checkout }: CartsAsked,
  lastAt: number | null,
): AsyncGenerator<{ keys: number; carts: DatedCart[]; end: JudgedCart | undefined }> {
  const dayOf = daysInZones();
  const time = now();
  // No zone is further from UTC than a day.
  const stretch = {
    storeId: store.id,
    from: Date.parse(span.first) - DAY_MS,
    to: Date.parse(span.last) + 2 * DAY_MS,
    after: lastAt === null ? null : { lastAt, cartKey: BEHIND_ALL },
  };
  for await (const rows of cartPages(d1, stretch)) {
    const all = rows.flatMap((row) => judged(row, time, checkout.abandonedAfterMinutes).toReversed());
    const carts = all
      .map((cart) => ({ ...cart, day: dayOf(store.timezone, cart.beganAt) }))
      .filter(({ day }) => span.first <= day && day <= span.last);
    yield { keys: rows.length, carts, end: all.at(-1) };
  }
}

/** All carts of a span, a page at a time. Throws a `Problem` (422) where there are too many, and what D1 throws. */
export async function* everyCart(
  deps: Pick<Deps, "d1" | "now">,
  asked: CartsAsked,
): AsyncGenerator<DatedCart[], undefined> {
  let keys = 0;
  for await (const page of pages(deps, asked, null)) {
    keys += page.keys;
    if (keys > MOST_KEYS) throw Problem.invalid("from", `must leave fewer than ${MOST_KEYS} carts: ask for fewer days`);
    yield page.carts;
  }
}

/** Where a page of a list of carts ended. */
export interface CartsPlace {
  /** Of its key, ms UTC. */
  lastAt: number;
  /** See {@link cartId}. */
  id: string;
}

/** Carts that are wanted, from behind a place on; a page may hold less than there is yet. Throws what D1 throws. */
export async function listCarts(
  deps: Pick<Deps, "d1" | "now">,
  asked: CartsAsked,
  { after, limit, wanted }: { after: CartsPlace | null; limit: number; wanted: (cart: JudgedCart) => boolean },
): Promise<{ carts: DatedCart[]; next: CartsPlace | null }> {
  const found: DatedCart[] = [];
  let keys = 0;
  for await (const page of pages(deps, asked, after?.lastAt ?? null)) {
    const behind = keys === 0 ? await cutBefore(page.carts, after) : page.carts;
    found.push(...behind.filter(wanted));
    keys += page.keys;
    if (found.length > limit) {
      const carts = found.slice(0, limit);
      return { carts, next: await placeOf(carts.at(-1)) };
    }
    if (keys >= MOST_LISTED) return { carts: found, next: await placeOf(page.end) };
  }
  return { carts: found, next: null };
}

/** Carts behind a place: those of its moment that were shown are left out. */
async function cutBefore(carts: readonly DatedCart[], after: CartsPlace | null): Promise<DatedCart[]> {
  if (after === null) return [...carts];
  const ids = await Promise.all(carts.map(async (cart) => (cart.row.lastAt === after.lastAt ? cartId(cart) : null)));
  return carts.slice(ids.indexOf(after.id) + 1);
}

async function placeOf(cart: JudgedCart | undefined): Promise<CartsPlace | null> {
  return cart === undefined ? null : { lastAt: cart.row.lastAt, id: await cartId(cart) };
}
