import { describe, expect, it } from "vitest";
import { insertLink } from "../../links/link-fixtures.ts";
import { createStore } from "../../programme/fixtures.ts";
import { call, postEvents, postOrder, reports, rowsOf, signatureOf, tokenOf } from "../capture-fixtures.ts";

const LINK = "lnk_cap0000000000000";
const ORDER = { orderId: "1001", amount: "12.50", currency: "EUR" };

async function orderRows() {
  return rowsOf("orders");
}

describe("POST /t/orders", () => {
  it("records a confirmed order, and answers a repeat the same", async () => {
    const store = await createStore();
    const first = await postOrder(store, ORDER);
    expect(first.status).toBe(202);
    expect(first.headers.get("cache-control")).toBe("no-store");
    expect(first.headers.get("access-control-allow-origin")).toBe("*");
    const body = await first.json<{ id: string }>();
    expect(body).toEqual({ id: expect.stringMatching(/^inb_/), orderId: "1001", status: "recorded" });

    const again = await postOrder(store, ORDER);
    expect([again.status, await again.json()]).toEqual([200, body]);

    const [row, ...others] = await reports();
    expect(others).toEqual([]);
    expect(row).toMatchObject({ id: body.id, source: "order", verdict: "used", reason_code: null, next_at: null });
    expect(await orderRows()).toMatchObject([
      {
        id: row?.order_id,
        external_id: "1001",
        trust: "confirmed",
        total_minor: 1250,
        currency: "EUR",
        store_id: store.id,
      },
    ]);
    expect(await rowsOf("order_evidence")).toMatchObject([{ source: "order", trust: "confirmed", inbox_id: row?.id }]);
  });

  it("takes a signature over the bytes, whatever the content type", async () => {
    const store = await createStore();
    const body = ` {"orderId": "7", "amount": 5, "currency":"JPY","note":"é"}\n`;
    const signature = await signatureOf(store.secret, body, Math.floor(Date.now() / 1000));
    const headers = { "Waymark-Signature": signature, "Waymark-Store": store.key, "Content-Type": "text/xml" };
    const answer = await call("/orders", { method: "POST", headers, body });
    expect(answer.status).toBe(202);
    expect(await orderRows()).toMatchObject([{ external_id: "7", total_minor: 5, currency: "JPY" }]);
  });

  it("keeps what it can't use of a store that proved itself, and says why", async () => {
    const store = await createStore();
    const malformed = await postOrder(store, '{"orderId":');
    expect(malformed.status).toBe(400);
    expect(await malformed.json()).toMatchObject({ code: "malformed_json", status: 400 });
    const bad = await postOrder(store, { ...ORDER, amount: "12,50" });
    expect([bad.status, bad.headers.get("content-type")]).toEqual([422, "application/problem+json"]);
    expect(await bad.json()).toMatchObject({ code: "validation_failed", errors: [{ path: "amount" }] });
    expect((await postOrder(store, { ...ORDER, amount: "12,50" })).status).toBe(422);
    expect(await reports()).toMatchObject([
      { verdict: "refused", reason_code: "malformed", body: JSON.stringify('{"orderId":') },
      { verdict: "refused", reason_code: "bad_amount", reason_detail: expect.stringMatching(/^amount must be/) },
    ]);
    expect(await orderRows()).toEqual([]);
  });

  it("keeps what nobody reads, and lets later word outweigh earlier", async () => {
    const store = await createStore();
    await postOrder(store, { ...ORDER, status: "pending", source_name: "web", updatedAt: "2026-01-01T00:00:00Z" });
    await postOrder(store, { ...ORDER, status: "cancelled", updatedAt: "2026-01-02T00:00:00Z" });
    await postOrder(store, { ...ORDER, status: "paid", updatedAt: "2026-01-01T12:00:00Z" });
    expect(JSON.parse((await reports())[0]?.body ?? "")).toMatchObject({ source_name: "web" });
    expect(await orderRows()).toMatchObject([{ source_status: "cancelled", status: "declined" }]);
  });

  it("believes no time that is to come", async () => {
    const store = await createStore();
    const before = Date.now();
    await postOrder(store, { ...ORDER, updatedAt: "2100-01-01T00:00:00Z" });
    const [evidence] = await rowsOf("order_evidence");
    expect(evidence?.["source_time"]).toBeGreaterThanOrEqual(before);
    expect(evidence?.["source_time"]).toBeLessThanOrEqual(Date.now());
  });
});

describe("POST /t/events", () => {
  it("takes one event or many, each for itself", async () => {
    const store = await createStore();
    const one = await postEvents(store.key, { v: 1, id: "e1", type: "order", consent: "denied", data: ORDER });
    expect([one.status, await one.json()]).toEqual([202, { accepted: 1, rejected: [] }]);
    const many = await postEvents(store.key, [
      { v: 1, id: "e2", type: "track", data: { name: "add_to_cart" } },
      { v: 1, id: "e3", type: "order", data: { ...ORDER, amount: "12,50" } },
      7,
      { v: 1, id: "e4", type: "order", data: { orderId: "1002" } },
      { v: 1, id: "e5", type: "nonsense" },
    ]);
    expect([many.status, await many.json()]).toEqual([
      202,
      {
        accepted: 2,
        rejected: [
          { index: 1, code: "bad_amount" },
          { index: 2, code: "malformed" },
          { index: 4, code: "unknown_type" },
        ],
      },
    ]);
    expect((await reports()).map(({ verdict, reason_code }) => [verdict, reason_code])).toEqual([
      ["used", null],
      ["kept", "unused"],
      ["refused", "bad_amount"],
      ["refused", "malformed"],
      ["used", null],
      ["refused", "unknown_type"],
    ]);
    expect(JSON.parse((await reports())[1]?.body ?? "")).toMatchObject({ data: { name: "add_to_cart" } });
    expect((await reports())[2]?.reason_detail).toMatch(/^data\.amount must be/);
    expect(await orderRows()).toMatchObject([
      { external_id: "1001", trust: "claimed", status: "orphan", country: "DE" },
      { external_id: "1002", trust: "claimed", total_minor: null },
    ]);
    expect(await (await postEvents(store.key, [])).json()).toEqual({ accepted: 0, rejected: [] });
  });

  it("takes an order told twice, as by a page loaded again, for one", async () => {
    const store = await createStore();
    const event = { v: 1, id: "e1", type: "order", consent: "granted", data: ORDER };
    await postEvents(store.key, { ...event, at: 1 });
    await postEvents(store.key, { ...event, at: 2 });
    expect(await reports()).toHaveLength(1);
  });

  it("knows a customer again who allowed it", async () => {
    const store = await createStore();
    await insertLink({ id: LINK });
    const click = await tokenOf(LINK);
    const event = { v: 1, type: "identify", click, data: { customerId: "Jane@Mail.example" } };
    await postEvents(store.key, [
      { ...event, id: "1", consent: "granted" },
      { ...event, id: "2", consent: "unknown" },
      { ...event, id: "3", consent: "granted", click: "bad" },
      { ...event, id: "4", consent: "granted", data: {} },
    ]);
    expect((await reports()).map(({ verdict, reason_code }) => [verdict, reason_code])).toEqual([
      ["used", null],
      ["kept", "no_consent"],
      ["kept", "no_click"],
      ["kept", "no_customer"],
    ]);
    const touches = await rowsOf("customer_touches");
    expect(touches).toMatchObject([{ store_id: store.id, link_id: LINK }]);
    // The same customer, as a server writes the address.
    await postOrder(store, { ...ORDER, customerId: " jane@mail.example" });
    expect(await orderRows()).toMatchObject([{ customer_hash: touches[0]?.["customer_hash"] }]);
  });

  it("answers a preflight of any origin", async () => {
    for (const path of ["/events?s=x", "/orders"]) {
      const answer = await call(path, { method: "OPTIONS", headers: { Origin: "https://shop.example" } });
      expect(answer.status).toBe(204);
      expect(answer.headers.get("access-control-allow-origin")).toBe("*");
      expect(answer.headers.get("access-control-allow-methods")).toContain("POST");
    }
  });
});

describe("GET /t/pixel.gif", () => {
  it("claims an order, with its click", async () => {
    const store = await createStore();
    await insertLink({ id: LINK, storeId: store.id });
    const answer = await call(
      `/pixel.gif?s=${store.key}&order=1001&amount=12.50&currency=EUR&codes=LEA10,X&click=${await tokenOf(LINK)}`,
    );
    expect([answer.status, answer.headers.get("content-type")]).toEqual([200, "image/gif"]);
    expect(answer.headers.get("cache-control")).toBe("no-store");
    expect((await answer.arrayBuffer()).byteLength).toBe(43);
    const [order] = await orderRows();
    expect(order).toMatchObject({ external_id: "1001", trust: "claimed", status: "orphan", total_minor: 1250 });
    expect(order?.["codes"]).toBe('["LEA10","X"]');
    expect(JSON.parse(String(order?.["touches"]))).toMatchObject([{ kind: "click", linkId: LINK }]);
  });

  it("takes the store's currency, and the cookie of a short domain that is the shop's own", async () => {
    const store = await createStore({ currency: "JPY" });
    await insertLink({ id: LINK, storeId: store.id });
    const cookie = { Cookie: `a=b; __Secure-wm_click=${await tokenOf(LINK)}` };
    await call(`/pixel.gif?s=${store.key}&order=1&amount=500`, { headers: cookie });
    await call(`/pixel.gif?s=${store.key}&order=2&amount=500&consent=denied`, { headers: cookie });
    await call(`/pixel.gif?s=${store.key}&order=3&amount=500`, { headers: { ...cookie, "Sec-GPC": "1" } });
    const found = (await orderRows()).map(({ external_id, touches, total_minor }) => [
      external_id,
      total_minor,
      (JSON.parse(String(touches)) as unknown[]).length,
    ]);
    expect(found.toSorted(([a], [b]) => Number(a) - Number(b))).toEqual([
      ["1", 500, 1],
      ["2", 500, 0],
      ["3", 500, 0],
    ]);
  });
});

describe("UPF-59: GET /t/postback", () => {
  it("confirms an order", async () => {
    const store = await createStore();
    const answer = await call(
      `/postback?s=${store.key}&token=${store.secret}&order=1001&amount=12.50&currency=EUR&status=paid&codes=LEA10`,
    );
    expect([answer.status, await answer.text()]).toEqual([200, "OK"]);
    expect(await orderRows()).toMatchObject([{ external_id: "1001", trust: "confirmed", source_status: "paid" }]);
    expect(JSON.stringify(await reports())).not.toContain(store.secret);
  });

  it("refuses a wrong token and says what is wrong with the rest", async () => {
    const store = await createStore();
    for (const token of ["", "wrong", `${store.secret}x`]) {
      expect((await call(`/postback?s=${store.key}&token=${token}&order=1`)).status).toBe(401);
    }
    expect((await call(`/postback?s=nobody&token=${store.secret}&order=1`)).status).toBe(401);
    expect(await reports()).toEqual([]);
    const bad = await call(`/postback?s=${store.key}&token=${store.secret}&order=1&amount=1e3`);
    expect([bad.status, (await bad.json<{ code: string }>()).code]).toEqual([422, "validation_failed"]);
    expect(await reports()).toMatchObject([{ source: "postback", verdict: "refused", reason_code: "bad_amount" }]);
  });
});

describe("a browser's claim and a server's word", () => {
  it("meet on the order's id, and the server's holds", async () => {
    const store = await createStore();
    await call(`/pixel.gif?s=${store.key}&order=1001&amount=99999&currency=EUR`);
    expect(await orderRows()).toMatchObject([{ trust: "claimed", total_minor: 9999900 }]);
    await postOrder(store, ORDER);
    await call(`/pixel.gif?s=${store.key}&order=1001&amount=88888&currency=EUR`);
    expect(await orderRows()).toMatchObject([{ trust: "confirmed", total_minor: 1250 }]);
    expect(await rowsOf("order_evidence")).toHaveLength(3);
  });
});
