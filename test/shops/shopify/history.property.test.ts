import { array, assert, asyncProperty, boolean, constantFrom, integer, nat, oneof, option, record } from "fast-check";
import { expect, test } from "vitest";
import { ShopifyShop } from "../../../scripts/shops/shopify/shop.ts";
import type { ShopReading } from "../../../src/ground/model/shop-order.ts";
import { type Shop, type ShopHttp } from "../../../src/shops/platform.ts";
import { TOPICS } from "../../../src/shops/shopify/message.ts";
import { shopify } from "../../../src/shops/shopify/platform.ts";

const line = record({
  price: constantFrom("0.01", "3.33", "19.99", "100.00"),
  quantity: integer({ min: 1, max: 7 }),
  giftCard: boolean(),
});

const placed = record({
  lines: array(line, { minLength: 1, maxLength: 4 }),
  shipping: option(constantFrom({ price: "4.90" }, { price: "0.00" })),
  taxRate: constantFrom(0, 0.07, 0.19),
  taxesIncluded: boolean(),
  discounts: array(
    record({
      type: constantFrom("discount_code", "manual", "automatic"),
      text: constantFrom("ANNA10", "FAKE30"),
      percentage: constantFrom(5, 33),
    }),
    { maxLength: 2 },
  ),
  payment: constantFrom("paid", "authorized", "pending"),
  source: constantFrom("web", "pos", "shopify_draft_order", "subscription_contract"),
  attributes: constantFrom({}, { wm_click: "token" }),
  landingSite: constantFrom(null, "/", "/x?wm_click=url"),
  presentment: constantFrom(undefined, { currency: "USD", rate: 1.1 }),
}).map((order) => ({ ...order, landingSite: order.source === "web" ? order.landingSite : null }));

const step = oneof(
  record({
    verb: constantFrom("edit"),
    add: array(line, { maxLength: 1 }),
    remove: array(
      nat(3).map((place) => ({ line: place })),
      { maxLength: 1 },
    ),
  }),
  record({
    verb: constantFrom("refund"),
    lines: array(
      nat(3).map((place) => ({ line: place })),
      { maxLength: 1 },
    ),
    shipping: constantFrom(undefined, "1.00"),
    amount: constantFrom(undefined, "0.01", "2.00"),
    status: constantFrom("success", "failure", "pending"),
    exchange: constantFrom(undefined, [{ price: "5.00" }]),
  }),
  record({ verb: constantFrom("pay", "fulfil") }),
  record({ verb: constantFrom("cancel"), refund: boolean() }),
);

/** The adapter on a shop of the stand-in, without a server between them. */
function openAt(stand: ShopifyShop): Shop {
  const http: ShopHttp = {
    token: null,
    keepToken: async () => {},
    now: Date.now,
    async call(_origin, { method, path, headers, body }) {
      const call = { method, path, query: new URLSearchParams(), headers, body: JSON.stringify(body) };
      const answer = await stand.answer(call);
      return {
        status: answer.status,
        headers: new Headers(answer.headers),
        body: JSON.parse(JSON.stringify(answer.body)) as unknown,
      };
    },
  };
  const { shop: account = "", ...secrets } = stand.credentials();
  return shopify.open({ storeId: "str_1", account, secrets, apiVersion: null, origin: "https://x" }, http, "wm_click");
}

/** What a webhook of the order as it is comes to. Thin ones are fetched, as the sales do. */
async function told(shop: Shop, stand: ShopifyShop): Promise<(ShopReading | null)[]> {
  const readings: (ShopReading | null)[] = [];
  for (const { id, headers, body } of stand.outbox.take(false)) {
    const message = shopify.read(new Headers(headers), new TextEncoder().encode(body), "wm_click");
    if (message.kind === "order") readings.push(message.reading);
    else if (message.kind === "fetch") readings.push(await shop.order(message.orderId));
    else throw new Error(message.kind);
    stand.outbox.answered({ id, status: 200 });
  }
  return readings;
}

const minor = (text: string): bigint => BigInt(text.replace(".", ""));

test("SHP-1, SHP-6, SHP-10: through any history of an order, every message and every list tell the same, and amounts agree", async () => {
  let compared = 0;
  await assert(
    asyncProperty(placed, array(step, { maxLength: 5 }), async (given, steps) => {
      const stand = new ShopifyShop("brand.myshopify.com", { auth: "token" });
      const shop = openAt(stand);
      for (const topic of TOPICS.map((name) => name.replace("/", "_").toUpperCase())) {
        const one = { id: stand.nextId(), topic, uri: "https://links.test/hook", failures: 0, createdAt: 0 };
        stand.subscriptions.set(one.id, one);
      }
      const verbs = stand.verbs as unknown as Record<string, (said: unknown) => { id: string }>;
      const { id } = verbs["order"]!(given);
      for (const one of [null, ...steps]) {
        try {
          if (one !== null) verbs[one.verb]!({ ...one, order: id });
        } catch {
          // The stand-in refuses what no merchant could do, such as giving back what is gone.
          stand.outbox.take(false);
          continue;
        }
        const listed = await shop.order(id);
        if (listed?.kind !== "order") throw new Error("no order");
        for (const reading of await told(shop, stand)) {
          expect(JSON.stringify(reading)).toBe(JSON.stringify(listed));
          compared += 1;
        }
        const { order } = listed;
        const items = order.items.reduce((sum, item) => sum + minor(item.price) * BigInt(item.quantity), 0n);
        expect(items).toBe(minor(order.goods));
        const parts = minor(order.goods) + minor(order.giftCards) + minor(order.shipping) + minor(order.tax);
        // Goods that were sent in exchange are in the total, and no line of it.
        if (steps.some((done) => "exchange" in done && done.exchange !== undefined)) continue;
        expect(parts).toBe(minor(order.total));
        // More than all may be owed where money went back for what was cancelled before; all else would be a misreading.
        const known = ["renewal_of_unknown", "refund_past_total"];
        expect(order.warnings.filter((warning) => !known.includes(warning))).toEqual([]);
      }
    }),
    { numRuns: 30 },
  );
  expect(compared).toBeGreaterThan(50);
});
