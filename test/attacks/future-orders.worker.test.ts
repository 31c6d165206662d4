import { env } from "cloudflare:workers";
import { processInbox } from "../../src/sales/capture/process-run.ts";
import { beforeEach, describe, expect, test } from "vitest";
import { call, postEvents, postOrder, reports, type ShopStore } from "../sales/capture-fixtures.ts";
import { createStore } from "../programme/fixtures.ts";

const AHEAD = 24 * 3_600_000;
const iso = (time: number) => new Date(time).toISOString();

let store: ShopStore;

beforeEach(async () => {
  store = await createStore({ key: "shop", origins: ["https://shop.example"] });
});

async function orders() {
  const { results } = await env.DB.prepare("SELECT external_id AS id, placed_at AS placedAt FROM orders").all<{
    id: string;
    placedAt: number;
  }>();
  return results;
}

/** An order that is placed tomorrow is never due, and moves every window and month that it is in. */
describe("an order in the future (G-16)", () => {
  test("is refused with what to look at, kept in the inbox, and recorded nowhere", async () => {
    const body = { orderId: "1001", amount: "12.50", currency: "EUR", placedAt: iso(Date.now() + AHEAD) };
    const response = await postOrder(store, body);
    expect(response.status).toBe(422);
    expect(await response.json()).toMatchObject({
      code: "validation_failed",
      errors: [{ path: "placedAt", message: expect.stringContaining("Are day and month swapped") }],
    });
    expect(await reports()).toMatchObject([{ verdict: "refused", reason_code: "future_time" }]);
    expect(JSON.parse((await reports())[0]?.body ?? "")).toMatchObject(body);
    expect(await orders()).toEqual([]);
  });

  test("may be ahead by as much as clocks differ", async () => {
    const placedAt = iso(Date.now() + 60_000);
    expect((await postOrder(store, { orderId: "1", amount: "1", currency: "EUR", placedAt })).status).toBe(202);
    // It counts as placed when it came: nothing is recorded for a time that is yet to come.
    const [order] = await orders();
    expect(order).toMatchObject({ id: "1" });
    expect(order?.placedAt).toBeLessThanOrEqual(Date.now());
  });

  test("is nothing that a page, a pixel or a postback can say", async () => {
    const placedAt = iso(Date.now() + AHEAD);
    const data = { orderId: "s", amount: "1", currency: "EUR", placedAt };
    await postEvents(store.key, { v: 1, type: "order", data }, { Origin: "https://shop.example" });
    const query = `s=${store.key}&amount=1&currency=EUR&placedAt=${encodeURIComponent(placedAt)}`;
    await call(`/pixel.gif?${query}&order=p`, { headers: { Referer: "https://shop.example/thanks" } });
    await call(`/postback?${query}&token=${store.secret}&order=b`);
    const recorded = await orders();
    expect(recorded.map(({ id }) => id).toSorted()).toEqual(["b", "p", "s"]);
    for (const order of recorded) expect(order.placedAt).toBeLessThanOrEqual(Date.now());
  });

  test("is refused by whatever reads the inbox, too", async () => {
    await postOrder(store, { orderId: "1", amount: "1", currency: "EUR", placedAt: iso(Date.now() + AHEAD) });
    await env.DB.prepare("UPDATE inbox SET verdict = 'pending', reason_code = NULL, next_at = 1").run();
    await processInbox(env, Date.now() + 1000);
    expect(await reports()).toMatchObject([{ verdict: "refused", reason_code: "future_time" }]);
    expect(await orders()).toEqual([]);
  });
});
