import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Stand } from "../../../scripts/shops/stand.ts";
import { failureOf, slowDown } from "../../../src/shops/bigcommerce/failure.ts";
import { bigcommerce } from "../../../src/shops/bigcommerce/platform.ts";
import { shopHttp } from "../../../src/shops/client/http-send.ts";
import type { Shop } from "../../../src/shops/platform.ts";
import { openShop, specOf, startBig } from "./open-shop.ts";
import { bigOrder } from "./order-fixtures.ts";

let big: Stand;

beforeAll(async () => {
  big = await startBig();
});

afterAll(() => big.close());

const answer = (status: number, body: unknown = null, headers: Record<string, string> = {}) => ({
  status,
  body,
  headers: new Headers(headers),
});

describe("a quota that is used up", () => {
  it("is waited for as long as BigCommerce says, which isn't Retry-After", async () => {
    const open = await openShop(big.origin);
    const { id } = await open.stand.act<{ id: string }>("order", { lines: [{ price: "5.00" }] });
    const throttledAs = { status: 429, retryAfter: 7.5 };
    await open.stand.faults({ throttledAs, next: [{ kind: "throttled" }] });
    expect(await open.shop.order(id)).toMatchObject({ kind: "order" });
    expect(open.waits).toEqual([7_500]);
  });

  it("is waited for before a promotion is made, too: nothing was done", async () => {
    const open = await openShop(big.origin);
    await open.stand.faults({ next: [{ kind: "throttled", match: "POST /v3/promotions", times: 2 }] });
    await open.shop.makeCode(specOf("Anna10"), 0);
    expect((await open.stand.state<{ promotions: unknown[] }>()).promotions).toHaveLength(1);
  });

  it("of a window that is longer than our patience is a failure that passes", async () => {
    const open = await openShop(big.origin);
    await open.stand.faults({ throttledAs: { status: 429, retryAfter: 29 }, next: [{ kind: "throttled", times: 9 }] });
    await expect(open.shop.order("1")).rejects.toMatchObject({ code: "throttled", passing: true });
  });

  it.each([
    [answer(429, null, { "x-rate-limit-time-reset-ms": "1500" }), 1500],
    [answer(429, null, { "x-rate-limit-time-reset-ms": "soon" }), 2000],
    [answer(429), 2000],
    [answer(503, null, { "x-rate-limit-time-reset-ms": "1500" }), null],
    [answer(200, null, { "x-rate-limit-time-reset-ms": "1500" }), null],
  ])("%j asks for %j ms", (said, wait) => {
    expect(slowDown(said)).toBe(wait);
  });
});

describe("a failure of BigCommerce", () => {
  it.each([
    [401, "unauthorised"],
    [403, "missing_scope"],
    [404, "not_found"],
    [409, "refused"],
    [422, "refused"],
    [400, "refused"],
    [429, "throttled"],
    [500, "unavailable"],
    [503, "unavailable"],
  ])("of HTTP %i is %s", (status, code) => {
    expect(failureOf(answer(status), "Orders: read-only").code).toBe(code);
  });

  it("has the words of v2 and of v3, in short", () => {
    expect(failureOf(answer(400, [{ status: 400, message: "The field 'limit'\n is invalid." }]), "").message).toBe(
      "The field 'limit' is invalid. (HTTP 400)",
    );
    const said = { status: 422, title: "Promotion is invalid", errors: { rules: "must have one", deep: { a: 1 } } };
    expect(failureOf(answer(422, said), "").message).toBe("Promotion is invalid; rules: must have one. (HTTP 422)");
    expect(failureOf(answer(422, "<html>"), "").message).toBe("HTTP 422. (HTTP 422)");
  });
});

describe("a check of a BigCommerce store", () => {
  it("says what it sells in, and that all is well", async () => {
    const open = await openShop(big.origin, { currency: "GBP" });
    expect(await open.shop.check(null)).toEqual({
      account: open.stand.name,
      apiVersion: "v2, v3",
      scopes: ["Orders: read-only", "Marketing: modify"],
      currency: "GBP",
      webhooks: [],
      problems: [],
    });
    expect((await open.stand.state<{ promotions: unknown[] }>()).promotions).toEqual([]);
  });

  it("needs no scope for the store's own data: its currency isn't known then", async () => {
    const open = await openShop(big.origin, { information: false });
    expect(await open.shop.check(null)).toMatchObject({ currency: null, problems: [] });
  });

  it.each(["read", "none"])(
    "with the scope Marketing: %s names what is missing, and goes on with orders",
    async (marketing) => {
      const open = await openShop(big.origin, { marketing });
      expect(await open.shop.check(null)).toMatchObject({
        scopes: ["Orders: read-only"],
        problems: [{ code: "missing_scope", detail: expect.stringContaining("Marketing: modify") }],
      });
      await expect(open.shop.makeCode(specOf("Anna10"), 0)).rejects.toMatchObject({ code: "missing_scope" });
    },
  );

  it("without orders fails, and names the scope", async () => {
    const open = await openShop(big.origin, { orders: false });
    await expect(open.shop.check(null)).rejects.toMatchObject({
      code: "missing_scope",
      message: expect.stringContaining("Orders: read-only"),
    });
  });

  it("with a wrong token fails", async () => {
    const open = await openShop(big.origin, {}, { accessToken: "wrong" });
    await expect(open.shop.check(null)).rejects.toMatchObject({ code: "unauthorised" });
  });
});

/** A store that answers by path, and by `null` to all else, whatever that is. */
function answering(answers: Readonly<Record<string, unknown>>): Shop {
  const origin = "https://api.example";
  const outside = {
    fetch: async (to: unknown) => {
      const { pathname } = new URL(to as string);
      const said = answers[pathname];
      return new Response(typeof said === "string" ? said : JSON.stringify(said ?? null), { status: 200 });
    },
    now: () => 0,
    wait: async () => {},
    random: () => 0,
  };
  const http = shopHttp(origin, null, async () => {}, outside);
  return bigcommerce.open({ storeId: "s", account: "a", origin, apiVersion: null, secrets: {} }, http, "wm_click");
}

describe("an answer that isn't what was asked for", () => {
  const html = "<html><body>Back soon</body></html>";
  const path = "/v2/orders/7";
  const refunds = "/v3/orders/7/payment_actions/refunds";

  it.each([[html], [null], [[]], [7]])("%j is no order that isn't there", async (said) => {
    const failure = { code: "unreadable", passing: true };
    await expect(answering({ [path]: said }).order("7")).rejects.toMatchObject(failure);
  });

  it.each([[html], [null], [{ data: {} }], [{ data: null }], [[]]])("%j is no order without refunds", async (said) => {
    const shop = answering({ [path]: bigOrder({ id: 7 }), [`${path}/coupons`]: [], [refunds]: said });
    await expect(shop.order("7")).rejects.toMatchObject({ code: "unreadable" });
    const list = answering({ "/v3/orders/payment_actions/refunds": said });
    await expect(list.refundsSince(0, null)).rejects.toMatchObject({ code: "unreadable" });
  });

  it.each([[html], [null], [{ data: null }], [{ data: [] }], [{ data: { name: "Spring" } }]])(
    "%j is no promotion that is gone: it may be live",
    async (said) => {
      const shop = answering({ "/v3/promotions/9": said, "/v3/promotions/9/codes": { data: [] } });
      await expect(shop.readCode("9", "ANNA10")).rejects.toMatchObject({ code: "unreadable" });
    },
  );
});
