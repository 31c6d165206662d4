import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { inboxDetail, inboxItem } from "../../../src/sales/capture/inbox-schema.ts";
import { pageOf } from "../../../src/ground/http/pagination.ts";
import { orderExplanation } from "../../../src/sales/order/schema.ts";
import { api, bodyOf } from "../../ground/api.ts";
import { call, postEvents, postOrder, reports, rowsOf, tokenOf } from "../capture-fixtures.ts";
import { insertLink } from "../../links/link-fixtures.ts";
import { createStore } from "../../programme/fixtures.ts";

const LINK = "lnk_cap0000000000000";
const ORDER = { orderId: "1001", amount: "12.50", currency: "EUR" };
const MISSPELLED = { ...ORDER, click_id: "t", coupon: "LEA10", items: [{ sku: "A", quantity: 1, price: 1, qty: 2 }] };
const FOUND = [
  { field: "click_id", nearest: "clickId", reason: "unknown" },
  { field: "coupon", nearest: "codes", reason: "unknown" },
  { field: "items[].qty", nearest: "items[].quantity", reason: "unknown" },
];

async function explanationOf(orderId: unknown) {
  return bodyOf(orderExplanation, await api("GET", `/orders/${String(orderId)}/explanation`));
}

describe("G-24: misspelled fields of an order", () => {
  it("are named to its server, in the answer and in the inbox, also for a repeat", async () => {
    const store = await createStore();
    const first = await postOrder(store, MISSPELLED);
    expect(first.status).toBe(202);
    const body = await first.json<{ id: string; ignored: unknown }>();
    expect(body).toMatchObject({ orderId: "1001", status: "recorded", ignored: FOUND });
    const again = await postOrder(store, MISSPELLED);
    expect([again.status, await again.json()]).toEqual([200, body]);

    const { data } = bodyOf(pageOf(inboxItem), await api("GET", `/inbox?store=${store.id}`));
    expect(data).toMatchObject([{ id: body.id, verdict: "used", ignored: FOUND, ignoredMore: 0 }]);
    expect(bodyOf(inboxDetail, await api("GET", `/inbox/${body.id}`)).ignored).toEqual(FOUND);
  });

  it("are no part of an answer that has none to tell of", async () => {
    const store = await createStore();
    expect(await (await postOrder(store, ORDER)).json()).not.toHaveProperty("ignored");
    expect(await (await postEvents(store.key, [])).json()).toEqual({ accepted: 0, rejected: [] });
  });

  it("are named event by event", async () => {
    const store = await createStore();
    const answer = await postEvents(store.key, [
      { v: 1, id: "1", type: "track", data: { event: "x", coupon: "A" } },
      { v: 1, id: "2", type: "order", consent: "granted", data: { ...ORDER, coupon: "A", status: "paid" } },
    ]);
    expect(await answer.json()).toEqual({
      accepted: 2,
      rejected: [],
      ignored: [
        { index: 1, field: "coupon", nearest: "codes", reason: "unknown" },
        { index: 1, field: "status", reason: "server_only" },
      ],
    });
  });

  it("of the pixel and the postback are kept, and the postback's are told in a header", async () => {
    const store = await createStore();
    const pixel = await call(`/pixel.gif?s=${store.key}&order=1&amount=5&click_id=t&_=123`);
    expect([pixel.status, pixel.headers.get("content-type")]).toEqual([200, "image/gif"]);
    const postback = await call(
      `/postback?s=${store.key}&token=${store.secret}&order=2&currency=EUR&amount=1&total=5&aff_name=x`,
    );
    expect([postback.status, await postback.text()]).toEqual([200, "OK"]);
    expect(postback.headers.get("waymark-ignored")).toBe("total=amount, aff_name");
    expect((await reports()).map(({ meta }) => (JSON.parse(meta) as { ignored?: unknown }).ignored)).toEqual([
      [{ field: "click_id", nearest: "click", reason: "unknown" }],
      [
        { field: "total", nearest: "amount", reason: "unknown" },
        { field: "aff_name", reason: "unknown" },
      ],
    ]);
  });

  it("are the way out where what they mean is missing, in the answer and in the inbox", async () => {
    const store = await createStore();
    const answer = await postOrder(store, { order_id: "1001", amount: "12.50", currency: "EUR" });
    expect(answer.status).toBe(422);
    const detail = "orderId is missing: order_id was sent, which is not read; call it orderId";
    expect(await answer.json()).toMatchObject({ code: "validation_failed", detail, errors: [{ path: "orderId" }] });
    expect(await reports()).toMatchObject([{ verdict: "refused", reason_detail: detail }]);
    // A query's fault is named as the query has it.
    await call(`/pixel.gif?s=${store.key}&orderId=7&amount=5`);
    expect((await reports())[1]?.reason_detail).toBe(
      "order is missing: orderId was sent, which is not read; call it order",
    );
  });
});

describe("G-24: a template's placeholder", () => {
  it.each(["{order_id}", "{{order.id}}", "%ORDER%", "[order_id]", "${order.id}", "<%= id %>"])(
    "%s is refused wherever it stands, kept, and stays refused when it is tried again",
    async (text) => {
      const store = await createStore();
      for (const [index, field] of ["orderId", "amount", "clickId", "codes", "customerId"].entries()) {
        const answer = await postOrder(store, { ...ORDER, orderId: `${index}`, [field]: text });
        expect(answer.status, field).toBe(422);
        const { errors } = await answer.json<{ errors: { path: string; message: string }[] }>();
        expect(errors[0]?.path.split(".")[0], field).toBe(field);
        expect(errors[0]?.message).toContain("placeholder");
      }
      const kept = await reports();
      expect(kept).toHaveLength(5);
      for (const { id, verdict, reason_code } of kept) {
        expect([verdict, reason_code]).toEqual(["refused", "unexpanded_macro"]);
        expect((await api("POST", `/inbox/${id}/retry`)).status).toBe(200);
      }
      await call(`/pixel.gif?s=${store.key}&order=${encodeURIComponent(text)}&amount=5`);
      expect(new Set((await reports()).map(({ verdict }) => verdict))).toEqual(new Set(["refused"]));
      expect(await rowsOf("orders")).toEqual([]);
    },
  );

  it("in the pixel, the postback and the snippet is refused, and the shopper gets the picture all the same", async () => {
    const store = await createStore();
    const pixel = await call(`/pixel.gif?s=${store.key}&order={order_id}&amount=5`);
    expect([pixel.status, (await pixel.arrayBuffer()).byteLength]).toEqual([200, 43]);
    expect((await call(`/pixel.gif?s=${store.key}&order=1&amount=5&customer={id}&consent=granted`)).status).toBe(200);
    const postback = await call(`/postback?s=${store.key}&token=${store.secret}&order=1&amount=5&click={click_id}`);
    expect(postback.status).toBe(422);
    expect(await postback.json()).toMatchObject({ errors: [{ path: "click" }] });
    const event = { v: 1, id: "1", type: "order", consent: "granted", data: ORDER };
    const events = await postEvents(store.key, [
      { ...event, click: "{{wm_click}}" },
      { ...event, data: { ...ORDER, customerId: "{{ customer.id }}" } },
    ]);
    expect(await events.json()).toMatchObject({
      accepted: 0,
      rejected: [
        { index: 0, code: "unexpanded_macro" },
        { index: 1, code: "unexpanded_macro" },
      ],
    });
    expect((await reports()).map(({ reason_code }) => reason_code)).toEqual(Array(5).fill("unexpanded_macro"));
  });
});

describe("G-24: a click id that can't be verified", () => {
  it("is named with its reason, instead of no click", async () => {
    const store = await createStore();
    await insertLink({ id: LINK, storeId: store.id });
    const good = await tokenOf(LINK);
    const forged = `${good.slice(0, 40)}${good[40] === "A" ? "B" : "A"}${good.slice(41)}`;
    const bytes = Uint8Array.fromBase64(good, { alphabet: "base64url" });
    bytes[1] = 200;
    const cases = {
      bad_signature: forged,
      malformed: good.slice(0, 50),
      unknown_key: bytes.toBase64({ alphabet: "base64url" }),
    };
    for (const [problem, clickId] of Object.entries(cases)) {
      await postOrder(store, { ...ORDER, orderId: problem, clickId });
      const order = (await rowsOf("orders")).find(({ external_id }) => external_id === problem);
      const { decision, unverifiedClicks } = await explanationOf(order?.["id"]);
      expect(unverifiedClicks).toMatchObject([{ problem, trust: "confirmed" }]);
      expect(decision).toContain("no click that can be verified");
      expect(decision).toContain(unverifiedClicks[0]?.reason);
      // A decision by hand that is taken back comes to the same.
      const path = `/orders/${String(order?.["id"])}/attribute`;
      expect((await api("POST", path, { creatorId: null, reason: "Mine" })).status).toBe(200);
      expect((await api("POST", path, { rule: true, reason: "Not mine" })).status).toBe(200);
      expect((await explanationOf(order?.["id"])).decision).toBe(decision);
    }
    await postOrder(store, { ...ORDER, orderId: "without" });
    const none = (await rowsOf("orders")).find(({ external_id }) => external_id === "without");
    expect(await explanationOf(none?.["id"])).toMatchObject({
      decision: "Nobody is credited: no click and no known code came with the order.",
      unverifiedClicks: [],
    });
  });

  it("of a browser decides nothing, and is told apart from the server's", async () => {
    const store = await createStore();
    await call(`/pixel.gif?s=${store.key}&order=1001&amount=12.50&click=nonsense`);
    await postOrder(store, ORDER);
    const [order] = await rowsOf("orders");
    expect((await explanationOf(order?.["id"])).unverifiedClicks).toMatchObject([
      { problem: "malformed", trust: "claimed", reason: expect.stringMatching(/^A browser sent/) },
    ]);
  });
});

it("G-28: a date alone for an order's time is the end of its day, and never yet to come", async () => {
  const store = await createStore();
  const today = new Date().toISOString().slice(0, 10);
  await postOrder(store, { ...ORDER, placedAt: "2026-01-05" });
  await postOrder(store, { ...ORDER, orderId: "1002", placedAt: today });
  await postOrder(store, { ...ORDER, orderId: "1003", placedAt: "2999-01-01T00:00:00Z" });
  const { results } = await env.DB.prepare("SELECT external_id, placed_at FROM orders").all<{
    external_id: string;
    placed_at: number;
  }>();
  const placed = new Map(results.map(({ external_id, placed_at }) => [external_id, placed_at]));
  expect(placed.get("1001")).toBe(Date.UTC(2026, 0, 6) - 1);
  expect(placed.get("1002")).toBeLessThanOrEqual(Date.now());
  expect(placed.has("1003")).toBe(false);
});
