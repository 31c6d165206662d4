import { type Product, PRODUCTS } from "../demo-orders.ts";
import type { Chance } from "./chance.ts";
import { DAY_MS, DAYS, dayAfter, HOUR_MS, MINUTE_MS } from "./days.ts";
import { momentOf, type StoryClick } from "./story-clicks.ts";

/** The demo's stores, by their keys. */
export type StoreKey = "demo" | "demo-shopify";

/** What became of an order later, as the shop's server tells. */
export interface LaterNews {
  /** ms UTC. */
  at: number;
  status: "paid" | "cancelled" | "refunded";
  /** All that was given back by then, in minor units. */
  refundedMinor: number;
}

/** Something that a browser says of an order. */
export interface StoryClaim {
  /** ms UTC. */
  at: number;
  code: string;
}

/** An order of one of the shops. Amounts are in minor units of the euro. */
export interface StoryOrder {
  /** The shop's number. */
  id: string;
  store: StoreKey;
  /** ms UTC. */
  placedAt: number;
  items: readonly { product: Product; quantity: number }[];
  subtotalMinor: number;
  discountMinor: number;
  totalMinor: number;
  code: string | null;
  /** Place of the click that it came by, among the story's; `null`: the shop's server knows of none. */
  click: number | null;
  customer: string | null;
  country: string;
  /** Who it is to be credited to, by their external id; `null`: nobody. */
  creator: string | null;
  later: LaterNews[];
  /** What browsers claim, where the server leaves open whose it is. */
  claims: StoryClaim[];
}

/** A creator's codes, by store, and what they take off, in per cent. */
export const CODES = {
  demo: { "demo-lea": "LEA10", "demo-max": "MAX10", "demo-nina": "NINA10" },
  "demo-shopify": { "demo-lea": "LEA15", "demo-max": "MAX15" },
} as const;

const PERCENT: Readonly<Record<StoreKey, number>> = { demo: 10, "demo-shopify": 15 };

/** One of so many visitors of a creator's link buys. */
const VISITS_A_SALE = 30;

/** Orders with a code alone, by creator: so many in all. */
const SPOKEN: readonly (readonly [store: StoreKey, creator: string, orders: number, countries: readonly string[]])[] = [
  ["demo", "demo-lea", 11, ["FR", "BE"]],
  ["demo", "demo-max", 7, ["DE", "AT"]],
  ["demo", "demo-nina", 3, ["ES", "PT"]],
  ["demo-shopify", "demo-lea", 7, ["FR"]],
  ["demo-shopify", "demo-max", 4, ["DE"]],
];

/** Orders of people who came by themselves. */
const UNLED = 13;

/** Uses of Nina's code from the day on which it stood on a page of coupons, day by day. */
const LEAKED_FROM = 55;
const LEAKED = [2, 6, 4, 2];
const LEAKED_IN = [
  ["US", 4],
  ["PL", 3],
  ["RO", 2],
  ["GB", 2],
] as const;

/** How long after an order its page says so, ms. */
const CLAIMED_AFTER_MS = 1_200;

const CANCELLED = 0.035;
const RETURNED = 0.035;
const PARTLY_RETURNED = 0.06;

/** All orders of the demo's shops, from early to late; `clicks` are those of the story. */
export function tellOrders(chance: Chance, begin: number, end: number, clicks: readonly StoryClick[]): StoryOrder[] {
  const orders: StoryOrder[] = [];
  let customers = 0;
  const place = (
    order: Pick<StoryOrder, "store" | "placedAt" | "code" | "click" | "country" | "creator">,
    more: Partial<StoryOrder> = {},
  ): void => {
    if (order.placedAt >= end) return;
    customers += 1;
    const isByCode = order.code !== null || more.claims !== undefined;
    const basket = basketOf(chance, isByCode ? PERCENT[order.store] : 0);
    const customer = chance.happens(0.75) ? `shopper-${customers}@shopper.example` : null;
    const later = laterOf(chance, order.placedAt, end, basket.totalMinor);
    orders.push({ id: "", ...order, ...basket, customer, later, claims: [], ...more });
  };

  for (const [at, click] of clicks.entries()) {
    if (click.kind !== "visit" || click.creator === null || !chance.happens(1 / VISITS_A_SALE)) continue;
    const store = click.link.startsWith("autumn") ? "demo-shopify" : "demo";
    // Most buy at once, some come back days later.
    const delay = chance.happens(0.7) ? chance.whole(4, 90) * MINUTE_MS : chance.whole(6, 130) * HOUR_MS;
    const code = chance.happens(0.45) ? codeOf(store, click.creator) : null;
    const { country, creator } = click;
    place({ store, placedAt: click.at + delay, code, click: at, country, creator });
  }
  const some = (): number => momentOf(chance, dayAfter(begin, chance.whole(0, DAYS - 1)));
  for (const [store, creator, count, countries] of SPOKEN) {
    for (let one = 0; one < count; one++) {
      const country = chance.of(countries.map((name) => [name, 1] as const));
      place({ store, placedAt: some(), code: codeOf(store, creator), click: null, country, creator });
    }
  }
  for (let one = 0; one < UNLED; one++) {
    place({ store: "demo", placedAt: some(), code: null, click: null, country: "FR", creator: null });
  }
  for (const [day, uses] of LEAKED.entries()) {
    for (let one = 0; one < uses; one++) {
      const placedAt = momentOf(chance, dayAfter(begin, LEAKED_FROM + day));
      const leaked = { code: "NINA10", click: null, country: chance.of<string>(LEAKED_IN), creator: "demo-nina" };
      place({ store: "demo", placedAt, ...leaked }, { later: [] });
    }
  }
  // The shop's server says that a code took something off, and not which; the page that thanks was opened by a second
  // browser, which says another one than the first.
  const placedAt = dayAfter(begin, DAYS - 2) + 16 * HOUR_MS + 12 * MINUTE_MS + 41_000;
  place(
    { store: "demo", placedAt, code: null, click: null, country: "FR", creator: null },
    {
      later: [],
      claims: [
        { at: placedAt + CLAIMED_AFTER_MS, code: "LEA10" },
        { at: placedAt + 6 * MINUTE_MS, code: "MAX10" },
      ],
    },
  );
  return orders.toSorted((a, b) => a.placedAt - b.placedAt).map((order, at) => ({ ...order, id: numberOf(order, at) }));
}

/** Shops count their orders. */
function numberOf({ store }: StoryOrder, place: number): string {
  return `${store === "demo" ? "A" : "S"}-${1001 + place}`;
}

function codeOf(store: StoreKey, creator: string): string {
  return (CODES[store] as Readonly<Record<string, string>>)[creator] ?? "";
}

const SHOPPING = PRODUCTS.map((product, place) => [product, [6, 3, 4][place] ?? 1] as const);

function basketOf(chance: Chance, percent: number) {
  const first = { product: chance.of<Product>(SHOPPING), quantity: chance.happens(0.2) ? 2 : 1 };
  const others = SHOPPING.filter(([product]) => product !== first.product);
  const items = chance.happens(0.3) ? [first, { product: chance.of<Product>(others), quantity: 1 }] : [first];
  const subtotalMinor = items.reduce((sum, { product, quantity }) => sum + product.priceMinor * quantity, 0);
  const discountMinor = Math.round((subtotalMinor * percent) / 100);
  return { items, subtotalMinor, discountMinor, totalMinor: subtotalMinor - discountMinor };
}

function laterOf(chance: Chance, placedAt: number, end: number, totalMinor: number): LaterNews[] {
  const drawn = chance.next();
  const [soon, late] = [chance.whole(1, 20) * HOUR_MS, chance.whole(4, 12) * DAY_MS + chance.whole(0, 9) * HOUR_MS];
  const part = Math.round((totalMinor * chance.whole(25, 60)) / 100);
  const news = ((): LaterNews | null => {
    if (drawn < CANCELLED) return { at: placedAt + soon, status: "cancelled", refundedMinor: 0 };
    if (drawn < CANCELLED + RETURNED) return { at: placedAt + late, status: "refunded", refundedMinor: totalMinor };
    if (drawn < CANCELLED + RETURNED + PARTLY_RETURNED)
      return { at: placedAt + late, status: "paid", refundedMinor: part };
    return null;
  })();
  return news === null || news.at >= end ? [] : [news];
}

/** The order that the shop's people hold back: the first by Nina's code on its busiest day. */
export function disputedIn(orders: readonly StoryOrder[]): StoryOrder | undefined {
  return orders.find(({ code, country }) => code === "NINA10" && country === "US");
}
