import { describe, expect, test } from "vitest";
import type { StandShop } from "../../../scripts/shops/stand-client.ts";
import type { ShopOrder } from "../../../src/ground/model/shop-order.ts";
import { type CountingHttp, PLATFORM, shopHttp } from "../../../src/shops/client/http-send.ts";
import { type CodeSpec, type Shop, ShopFailure } from "../../../src/shops/platform.ts";
import { TOPICS } from "../../../src/shops/shopify/message.ts";
import { shopify } from "../../../src/shops/shopify/platform.ts";
import { makeShopOf } from "../stand-shops.ts";

const HOOK = "https://links.test/webhooks/shopify/str_1";

const MINUTE = 60_000;

const SPEC: CodeSpec = {
  text: "ANNA10",
  title: "Spring (cod_1)",
  discount: { type: "percentage", basisPoints: 1_000 },
  limits: {},
  startsAt: null,
  endsAt: null,
  currency: "EUR",
};

interface Opened {
  stand: StandShop;
  shop: Shop;
  http: CountingHttp;
  waits: number[];
  kept: { value: string; expiresAt: number }[];
}

/** A shop of a test's own at the stand-in, opened as a connection does, but that it waits in no time. */
async function opened(given: Record<string, unknown> = {}, now: () => number = Date.now): Promise<Opened> {
  const stand = await makeShopOf("shopify", given);
  const [waits, kept]: [number[], Opened["kept"]] = [[], []];
  const outside = { ...PLATFORM, now, wait: async (ms: number) => void waits.push(ms), random: () => 0.5 };
  const keep = async (value: string, expiresAt: number): Promise<void> => void kept.push({ value, expiresAt });
  const http = shopHttp(stand.origin, null, keep, outside);
  const { shop: account = "", ...secrets } = stand.credentials;
  const access = { storeId: "str_1", account, secrets, apiVersion: null, origin: stand.origin };
  return { stand, http, waits, kept, shop: shopify.open(access, http, "wm_click") };
}

/** What a call is refused by. */
async function failureOf(call: Promise<unknown>): Promise<ShopFailure> {
  const error: unknown = await call.then(
    () => new Error("it was done"),
    (thrown: unknown) => thrown,
  );
  if (error instanceof ShopFailure) return error;
  throw error;
}

/** An order of the list. */
async function listed(shop: Shop, since: number): Promise<ShopOrder[]> {
  const orders: ShopOrder[] = [];
  let cursor: string | null = null;
  do {
    const page = await shop.ordersSince(since, cursor);
    expect(page.skipped).toEqual([]);
    for (const reading of page.readings) if (reading.kind === "order") orders.push(reading.order);
    cursor = page.next;
  } while (cursor !== null);
  return orders;
}

describe("tokens", () => {
  test("are got by client credentials, kept, and used until ten minutes before their end", async () => {
    let now = Date.now();
    const { shop, stand, kept, http } = await opened({ auth: "client" }, () => now);
    await shop.check(null);
    await shop.check(null);
    expect(kept).toEqual([{ value: expect.any(String) as unknown, expiresAt: now + 86_399_000 }]);
    expect(http.token).toEqual(kept[0]);
    now += 86_399_000 - 10 * MINUTE;
    await shop.check(null);
    expect(kept).toHaveLength(2);
    const calls = (await stand.calls()).filter(({ label }) => label.includes("access_token"));
    expect(calls).toHaveLength(2);
  });

  test("one that the shop refuses is renewed once", async () => {
    const { shop, stand, kept } = await opened({ auth: "client" });
    await shop.check(null);
    await stand.act("expireTokens");
    expect((await shop.check(null)).account).toBe(stand.name);
    expect(kept).toHaveLength(2);
  });

  test("a renewal that fails for now keeps what still holds", async () => {
    let now = Date.now();
    const { shop, stand, kept } = await opened({ auth: "client" }, () => now);
    await shop.check(null);
    now += 86_399_000 - 5 * MINUTE;
    await stand.faults({ next: [{ kind: "error", times: 3, match: "access_token" }] });
    expect((await shop.check(null)).account).toBe(stand.name);
    expect(kept).toHaveLength(1);
  });

  test("a shop of another organisation says what to do", async () => {
    const failure = await failureOf((await opened({ foreign: true })).shop.check(null));
    expect(failure.code).toBe("unauthorised");
    expect(failure.message).toContain("shop_not_permitted");
    expect(failure.message).toContain("organisation");
  });

  test("a token for ever that was taken away is not renewed", async () => {
    const { shop, stand, kept } = await opened({ auth: "token" });
    expect((await shop.check(null)).account).toBe(stand.name);
    await stand.act("revokeTokens");
    const failure = await failureOf(shop.check(null));
    expect([failure.code, failure.passing, kept]).toEqual(["unauthorised", false, []]);
    expect(failure.message).not.toContain(stand.credentials.accessToken);
  });
});

describe("check", () => {
  test("what the app may do, in which currency, and by which version", async () => {
    const { shop, stand } = await opened({ currency: "JPY" });
    expect(await shop.check(null)).toMatchObject({
      account: stand.name,
      apiVersion: "2026-10",
      currency: "JPY",
      webhooks: [],
      problems: [],
    });
  });

  test("a scope that is missing is a problem, and calls that need it fail by its name", async () => {
    const { shop } = await opened({ scopes: ["read_orders", "read_customers"] });
    expect((await shop.check(null)).problems.map(({ code }) => code)).toEqual(["missing_scope"]);
    const failure = await failureOf(shop.makeCode(SPEC, 0));
    expect(failure.code).toBe("missing_scope");
    expect(failure.message).toContain("write_discounts");
  });

  test("without read_customers orders come all the same, without who bought", async () => {
    const { shop, stand } = await opened({ scopes: ["read_orders", "write_discounts"] });
    const { id } = await stand.act<{ id: string }>("order", {
      lines: [{ price: "10.00" }],
      customer: { email: "a@example.org" },
    });
    expect(await shop.order(id)).toMatchObject({
      kind: "order",
      order: { orderId: id },
      customer: { id: null, email: null },
    });
    expect((await shop.check(null)).problems.map(({ code }) => code)).toEqual(["missing_read_customers"]);
  });

  test("a version that is gone", async () => {
    const { shop } = await opened({ versions: ["2027-01", "2027-04"] });
    expect((await shop.check(null)).problems.map(({ code }) => code)).toEqual(["version_ended"]);
  });
});

describe("SHP-17: webhooks", () => {
  test("are registered, found missing, registered again, moved, and withdrawn", async () => {
    const { shop, stand } = await opened();
    expect((await shop.check(HOOK)).webhooks.map(({ state }) => state)).toEqual(TOPICS.map(() => "missing"));
    const states = await shop.registerWebhooks(HOOK);
    expect(states.map(({ topic, state }) => [topic, state])).toEqual(TOPICS.map((topic) => [topic, "active"]));
    expect(await shop.registerWebhooks(HOOK)).toEqual(states);
    await stand.act("dropWebhooks", { topic: "ORDERS_UPDATED" });
    expect((await shop.check(HOOK)).webhooks.filter(({ state }) => state === "missing")).toEqual([
      { topic: "orders/updated", externalId: null, state: "missing" },
    ]);
    await shop.registerWebhooks(HOOK);
    const moved = HOOK.replace("links.test", "go.test");
    await shop.registerWebhooks(moved);
    const uris = async (): Promise<string[]> =>
      (await stand.state<{ webhooks: { uri: string }[] }>()).webhooks.map(({ uri }) => uri);
    expect(await uris()).toEqual(TOPICS.map(() => moved));
    await shop.withdrawWebhooks();
    expect(await uris()).toEqual([]);
  });

  test("without the scope that a topic needs, registering fails by its name", async () => {
    const { shop } = await opened({ scopes: ["write_discounts", "read_customers"] });
    const failure = await failureOf(shop.registerWebhooks(HOOK));
    expect(failure.code).toBe("missing_scope");
    expect(failure.message).toContain("Dev Dashboard");
  });

  test("those of others that use the same app are left alone", async () => {
    const { shop, stand } = await opened();
    const other = "https://erp.test/hooks/shopify";
    await shop.registerWebhooks(other);
    await shop.registerWebhooks(HOOK);
    await shop.withdrawWebhooks();
    const { webhooks } = await stand.state<{ webhooks: { uri: string }[] }>();
    expect(webhooks.map(({ uri }) => uri)).toEqual(TOPICS.map(() => other));
  });
});

describe("orders", () => {
  test("SHP-1, SHP-6: through edit, refund and cancellation a webhook and the list tell the same to the letter", async () => {
    const { shop, stand } = await opened({ auth: "client" });
    await shop.registerWebhooks(HOOK);
    const since = Date.now() - MINUTE;
    await shop.makeCode(SPEC, 0);
    const { id } = await stand.act<{ id: string }>("order", {
      lines: [
        { price: "19.99", quantity: 3, sku: "LINEN" },
        { price: "5.00", sku: "SOCKS" },
        { price: "50.00", giftCard: true },
      ],
      codes: ["ANNA10"],
      shipping: { price: "4.90" },
      taxRate: 0.19,
      attributes: { wm_click: "token" },
      landingSite: "/products/x?wm_click=other",
      customer: { email: "grete@example.org" },
    });
    const compare = async (): Promise<ShopOrder> => {
      const told: unknown[] = [];
      const headers: Headers[] = [];
      await stand.deliverBy(async (request) => {
        const body = new Uint8Array(await request.arrayBuffer());
        expect(await shopify.verify(request.headers, body, stand.credentials)).toBe(true);
        headers.push(request.headers);
        const message = shopify.read(request.headers, body, "wm_click");
        told.push(message.kind === "order" ? message.reading : message.kind);
        return new Response(null, { status: 200 });
      });
      const reading = await shop.order(id);
      expect(told.filter((one) => typeof one !== "string").length).toBeGreaterThan(0);
      for (const one of told) if (typeof one !== "string") expect(JSON.stringify(one)).toBe(JSON.stringify(reading));
      expect((await listed(shop, since)).map((order) => JSON.stringify(order))).toEqual([
        JSON.stringify(reading?.kind === "order" ? reading.order : null),
      ]);
      if (reading?.kind !== "order") throw new Error("no order");
      expect(reading.customer.email).toBe("grete@example.org");
      return reading.order;
    };
    const placed = await compare();
    expect(placed).toMatchObject({
      codes: ["ANNA10"],
      click: "token",
      giftCards: "50.00",
      refunded: "0.00",
      status: "paid",
    });
    await stand.act("edit", { order: id, add: [{ price: "7.00", sku: "HAT" }] });
    const edited = await compare();
    expect(Number(edited.total)).toBeGreaterThan(Number(placed.total));
    await stand.act("refund", { order: id, lines: [{ line: 1 }], shipping: "4.90" });
    expect(Number((await compare()).refunded)).toBeGreaterThan(0);
    await stand.act("cancel", { order: id, refund: true });
    expect(await compare()).toMatchObject({ status: "cancelled", state: "cancelled" });
  });

  test("SHP-25: a stretch of many comes in pages, each order once, the oldest change first", async () => {
    const { shop, stand } = await opened({ auth: "token" });
    const fromAt = Date.now() - 3 * 3_600_000;
    const { ids } = await stand.act<{ ids: string[] }>("orders", {
      count: 130,
      fromAt,
      stepMs: MINUTE,
      order: { lines: [{ price: "10.00", sku: "A" }] },
    });
    expect((await listed(shop, fromAt)).map(({ orderId }) => orderId)).toEqual(ids);
    expect((await listed(shop, fromAt + 50 * MINUTE)).map(({ orderId }) => orderId)).toEqual(ids.slice(50));
    expect(await listed(shop, Date.now())).toEqual([]);
  });

  test("an order of more lines than a page has is read whole", async () => {
    const { shop, stand } = await opened({ auth: "token" });
    const lines = Array.from({ length: 300 }, (_none, index) => ({ price: "1.00", sku: `S${index}` }));
    const { id } = await stand.act<{ id: string }>("order", { lines });
    const [order] = await listed(shop, Date.now() - MINUTE);
    expect([order?.orderId, order?.goods, order?.items.length]).toEqual([id, "300.00", 300]);
    expect(order).toEqual(((await shop.order(id)) as { order: ShopOrder }).order);
  });

  test("a page that costs more than a query may, or that the shop doesn't manage, is asked for in smaller ones", async () => {
    const { shop, stand } = await opened({ auth: "token" });
    const fromAt = Date.now() - 3_600_000;
    const order = { lines: [{ price: "10.00", sku: "A" }] };
    const { ids } = await stand.act<{ ids: string[] }>("orders", { count: 25, fromAt, stepMs: 1_000, order });
    // Three tries of the large page, and it is the small one that is answered.
    await stand.faults({ next: [{ kind: "error", times: 3, match: "orders" }] });
    expect((await listed(shop, fromAt)).map(({ orderId }) => orderId)).toEqual(ids);
    const calls = await stand.calls();
    expect(calls.filter(({ status, label }) => status === 200 && label.endsWith(" orders"))).toHaveLength(3);
  });

  test("one that isn't there", async () => {
    expect(await (await opened()).shop.order("7")).toBeNull();
  });

  test("SHP-9: refunds of the last days are read again", async () => {
    const { shop, stand } = await opened();
    const since = Date.now() - MINUTE;
    const [first] = await Promise.all([
      stand.act<{ id: string }>("order", { lines: [{ price: "10.00", sku: "A" }] }),
      stand.act<{ id: string }>("order", { lines: [{ price: "20.00", sku: "B" }] }),
    ]);
    const third = await stand.act<{ id: string }>("order", { lines: [{ price: "30.00", sku: "C" }] });
    await stand.act("refund", { order: first?.id, amount: "4.00" });
    await stand.act("refund", { order: third.id, lines: [{ line: 0 }], bump: false });
    const partly = await shop.refundsSince(since, null);
    expect(partly.readings).toMatchObject([{ order: { orderId: first?.id, refunded: "4.00" } }]);
    const wholly = await shop.refundsSince(since, partly.next);
    expect(wholly.readings).toMatchObject([{ order: { orderId: third.id, refunded: "30.00", status: "refunded" } }]);
    expect(wholly.next).toBeNull();
  });

  test("without read_all_orders a backfill of more than 60 days is told what it lacks, and reads the rest", async () => {
    const scopes = ["read_orders", "read_customers", "write_discounts"];
    const { shop, stand } = await opened({ scopes });
    const { id } = await stand.act<{ id: string }>("order", { lines: [{ price: "10.00" }] });
    const old = await shop.ordersSince(Date.now() - 90 * 24 * 60 * MINUTE, null);
    expect(old.skipped).toEqual([{ orderId: null, detail: expect.stringContaining("read_all_orders") as unknown }]);
    expect(old.readings).toMatchObject([{ order: { orderId: id } }]);
    expect((await shop.ordersSince(Date.now() - 30 * 24 * 60 * MINUTE, null)).skipped).toEqual([]);
    const all = (await opened({ scopes: [...scopes, "read_all_orders"] })).shop;
    expect((await all.ordersSince(Date.now() - 90 * 24 * 60 * MINUTE, null)).skipped).toEqual([]);
  });

  test("a currency without decimals, and a shopper's own currency", async () => {
    const { shop, stand } = await opened({ currency: "JPY" });
    await stand.act("order", { lines: [{ price: "4600", sku: "A" }], presentment: { currency: "USD", rate: 0.0066 } });
    const [order] = await listed(shop, Date.now() - MINUTE);
    expect(order).toMatchObject({ currency: "JPY", total: "4600", goods: "4600" });
  });
});

describe("codes", () => {
  const full: CodeSpec = {
    ...SPEC,
    discount: { type: "fixed", amountMinor: 550, currency: "EUR" },
    limits: {
      totalUses: 100,
      oncePerCustomer: true,
      minimum: { type: "cartValue", amountMinor: 5_000 },
      products: ["12", "13"],
    },
    startsAt: Date.UTC(2026, 11, 1, 8),
    endsAt: Date.UTC(2027, 0, 1),
  };

  test("SHP-22: what is made is read back the same, by id and by text, in any case", async () => {
    const { shop } = await opened();
    for (const [index, spec] of [SPEC, { ...full, text: "BEN-5" }].entries()) {
      const made = await shop.makeCode(spec, 0);
      expect(made).toEqual({ externalId: made.externalId, text: spec.text, terms: shopify.termsOf(spec, 0) });
      expect(await shop.readCode(made.externalId, "")).toEqual(made);
      expect(await shop.readCode(null, spec.text.toLowerCase())).toEqual(made);
      expect(index).toBeLessThan(2);
    }
  });

  test("SHP-22: every change is read back as it is to be, whatever there was before", async () => {
    const { shop } = await opened();
    const specs: CodeSpec[] = [
      full,
      { ...SPEC, text: "OTHER" },
      { ...SPEC, limits: { minimum: { type: "quantity", quantity: 2 }, categories: ["7"] } },
      { ...full, limits: { minimum: { type: "cartValue", amountMinor: 100 }, products: ["13", "14"] } },
      { ...full, limits: { products: ["14"] }, startsAt: null, endsAt: null },
      SPEC,
    ];
    const { externalId } = await shop.makeCode(SPEC, 0);
    for (const spec of specs) {
      const changed = await shop.changeCode(externalId, spec, 0);
      expect(changed).toEqual({ externalId, text: spec.text, terms: shopify.termsOf(spec, 0) });
      expect(await shop.readCode(externalId, "")).toEqual(changed);
    }
  });

  test("a text that another code has is taken, when it is made and when it is changed to", async () => {
    const { shop, stand } = await opened();
    await stand.act("makeCode", { code: "summer" });
    expect((await failureOf(shop.makeCode({ ...SPEC, text: "SUMMER" }, 0))).code).toBe("taken");
    const { externalId } = await shop.makeCode(SPEC, 0);
    expect((await failureOf(shop.changeCode(externalId, { ...SPEC, text: "SUMMER" }, 0))).code).toBe("taken");
    expect((await shop.readCode(externalId, ""))?.text).toBe("ANNA10");
  });

  test("SHP-23: one that was deleted by hand is gone; to withdraw it again is fine", async () => {
    const { shop, stand } = await opened();
    const { externalId } = await shop.makeCode(SPEC, 0);
    await stand.act("deleteCode", { code: "ANNA10" });
    expect(await shop.readCode(externalId, "ANNA10")).toBeNull();
    expect((await failureOf(shop.changeCode(externalId, SPEC, 0))).code).toBe("not_found");
    await shop.withdrawCode(externalId);
  });

  test("withdrawn, its text is free", async () => {
    const { shop } = await opened();
    const { externalId } = await shop.makeCode(SPEC, 0);
    await shop.withdrawCode(externalId);
    expect(await shop.readCode(null, "ANNA10")).toBeNull();
    await shop.makeCode(SPEC, 0);
  });

  test("a merchant's change by hand is seen", async () => {
    const { shop, stand } = await opened();
    const { externalId } = await shop.makeCode(full, 0);
    await stand.act("changeCode", { code: "ANNA10", to: { usageLimit: 5 } });
    expect((await shop.readCode(externalId, ""))?.terms).toEqual({ ...shopify.termsOf(full, 0), usageLimit: "5" });
  });

  test("a free-shipping discount under the text is none of ours", async () => {
    const { shop, stand } = await opened();
    await stand.act("makeCode", { code: "FREE", freeShipping: true });
    expect((await shop.readCode(null, "FREE"))?.terms).toEqual({ type: "DiscountCodeFreeShipping" });
  });

  test("what the shop refuses is told in its words, with the field", async () => {
    const { shop } = await opened({ catalogue: ["gid://shopify/Product/12"] });
    const failure = await failureOf(shop.makeCode(full, 0));
    expect(failure.code).toBe("refused");
    expect(failure.message).toContain("items");
  });

  test("SHP-13: amounts in another currency than the shop's are refused before anything is made", async () => {
    const { shop, stand } = await opened({ currency: "USD" });
    expect((await failureOf(shop.makeCode(full, 0))).code).toBe("refused");
    expect((await stand.state<{ codes: unknown[] }>()).codes).toEqual([]);
    // Per cent have none.
    expect((await shop.makeCode(SPEC, 0)).terms["value"]).toBe("10%");
  });
});

describe("when the shop has no time or fails", () => {
  test("200 and THROTTLED: it waits as long as the shop says, and goes on", async () => {
    const { shop, stand, waits } = await opened({ auth: "token" });
    await stand.faults({ next: [{ kind: "throttled", times: 2 }] });
    expect((await shop.makeCode(SPEC, 0)).text).toBe("ANNA10");
    expect(waits).toHaveLength(2);
    expect((await stand.state<{ codes: unknown[] }>()).codes).toHaveLength(1);
  });

  test("429, with and without Retry-After", async () => {
    const { shop, stand, waits } = await opened({ auth: "token" });
    await stand.faults({ throttledAs: { status: 429, retryAfter: 3 }, next: [{ kind: "throttled" }] });
    await shop.check(null);
    await stand.faults({ throttledAs: { status: 429 }, next: [{ kind: "throttled" }] });
    await shop.check(null);
    expect(waits[0]).toBeGreaterThanOrEqual(3_000);
    expect(waits[1]).toBeGreaterThanOrEqual(2_000);
    expect(waits).toHaveLength(2);
  });

  test("a code that was made while its answer was lost is not made twice: it is taken, by ours", async () => {
    const { shop, stand } = await opened({ auth: "token" });
    await stand.faults({ next: [{ kind: "lost", match: "discountCodeBasicCreate" }] });
    expect((await failureOf(shop.makeCode(SPEC, 0))).passing).toBe(true);
    expect((await failureOf(shop.makeCode(SPEC, 0))).code).toBe("taken");
    const found = await shop.readCode(null, SPEC.text);
    expect(found?.terms).toEqual(shopify.termsOf(SPEC, 0));
  });

  test("a shop that goes on failing is a failure that may pass", async () => {
    const { shop, stand } = await opened({ auth: "token" });
    await stand.faults({ error: 1 });
    const failure = await failureOf(shop.ordersSince(0, null));
    expect([failure.code, failure.passing]).toEqual(["unavailable", true]);
  });
});
