import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { processInbox } from "../../../src/sales/capture/process-run.ts";
import { tidyInbox } from "../../../src/sales/capture/inbox-store.ts";
import { createStore } from "../../programme/fixtures.ts";
import { call, postEvents, postOrder, reports, rowsOf, type ShopStore, signatureOf } from "../capture-fixtures.ts";

const START = Date.parse("2026-11-20T12:00:00.000Z");
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

let store: ShopStore;

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: START });
  store = await createStore();
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

function later(ms = MINUTE_MS): number {
  vi.setSystemTime(Date.now() + ms);
  return Date.now();
}

/** Where the one order stands. */
async function order() {
  const [row, ...others] = await rowsOf("orders");
  expect(others).toEqual([]);
  return { total: row?.["total_minor"], refunded: row?.["refunded_minor"], says: row?.["source_status"] };
}

const server = (body: object) => postOrder(store, { orderId: "1001", currency: "EUR", ...body });
const postback = (query: string) => call(`/postback?s=${store.key}&token=${store.secret}&order=1001&${query}`);
const pixel = (query: string) => call(`/pixel.gif?s=${store.key}&order=1001&${query}`);
const snippet = (data: object, event: object = {}) =>
  postEvents(store.key, { v: 1, type: "order", consent: "granted", ...event, data: { orderId: "1001", ...data } });

async function signed(text: string, time: number): Promise<Response> {
  const headers = {
    "Waymark-Signature": await signatureOf(store.secret, text, Math.floor(time / 1000)),
    "Waymark-Store": store.key,
  };
  return call("/orders", { method: "POST", headers, body: text });
}

const [A, B] = [100, 120];
const iso = (time: number) => new Date(time).toISOString();

describe("G2-3: an order that returns to what it was", () => {
  it.each([
    ["its server", (amount: number) => server({ amount })],
    ["its server, each at its time", (amount: number) => server({ amount, updatedAt: iso(Date.now()) })],
    [
      "its server, signed",
      (amount: number) => signed(`{"orderId":"1001","amount":${amount},"currency":"EUR"}`, Date.now()),
    ],
    [
      "its server, each delivery with a key",
      (amount: number) =>
        postOrder(store, { orderId: "1001", currency: "EUR", amount }, { "Idempotency-Key": `at ${Date.now()}` }),
    ],
    ["a postback", (amount: number) => postback(`amount=${amount}`)],
    ["a postback, each at its time", (amount: number) => postback(`amount=${amount}&updatedAt=${iso(Date.now())}`)],
    ["the pixel", (amount: number) => pixel(`amount=${amount}`)],
    ["the snippet", (amount: number) => snippet({ amount }, { id: `of ${amount}`, at: Date.now() })],
    ["a page that gives its events no id", (amount: number) => snippet({ amount })],
  ])("by the word of %s is what it is told last", async (_who, tell) => {
    for (const amount of [A, B, A, B, B, A]) {
      const answer = await tell(amount);
      expect([200, 202]).toContain(answer.status);
      expect((await order()).total).toBe(amount * 100);
      later();
    }
    // Whatever is processed again later tells nothing new.
    await env.DB.prepare("UPDATE inbox SET verdict = 'pending', next_at = 0").run();
    await processInbox(env, Date.now());
    expect((await order()).total).toBe(A * 100);
  });

  it("may be paid, cancelled and paid, or refunded, not refunded and refunded", async () => {
    for (const status of ["paid", "cancelled", "paid", "cancelled", "paid"]) {
      await server({ amount: A, status });
      expect(await order()).toEqual({ total: 10_000, refunded: null, says: status });
      later();
    }
    for (const refunded of [40, 0, 40]) {
      await server({ amount: A, status: "paid", refunded });
      expect((await order()).refunded).toBe(refunded * 100);
      later();
    }
    for (const refunded of [30, 0, 30]) {
      await postback(`amount=100&status=paid&refunded=${refunded}`);
      expect((await order()).refunded).toBe(refunded * 100);
      later();
    }
  });

  it("told by two channels in turn is what either says last", async () => {
    for (const [tell, total] of [
      [() => server({ amount: A }), 100],
      [() => postback("amount=120"), 120],
      [() => server({ amount: A }), 100],
      [() => postback("amount=120"), 120],
    ] as const) {
      await tell();
      expect((await order()).total).toBe(total * 100);
      later();
    }
  });

  it("is the same if what came last is processed first", async () => {
    await env.DB.prepare("UPDATE stores SET key = 'elsewhere'").run();
    // Nobody knows the store, so that all waits.
    for (const amount of [A, B, A]) {
      await pixelOf("shop-to-be", amount);
      later();
    }
    await env.DB.prepare("UPDATE stores SET key = 'shop-to-be'").run();
    const ids = (await reports()).map(({ id }) => id);
    expect(ids).toHaveLength(2);
    await env.DB.prepare("UPDATE inbox SET next_at = 0").run();
    for (const id of ids.toReversed()) await processInbox(env, Date.now(), { ids: [id] });
    expect((await order()).total).toBe(A * 100);
  });
});

const pixelOf = (key: string, amount: number) => call(`/pixel.gif?s=${key}&order=1001&amount=${amount}`);

describe("G2-3: a redelivery", () => {
  it("of what says its time changes nothing, however late", async () => {
    const first = { amount: A, updatedAt: iso(START) };
    await server(first);
    later();
    await server({ amount: B, updatedAt: iso(Date.now()) });
    later();
    const before = await rowsOf("orders");
    const answer = await server(first);
    expect(answer.status).toBe(200);
    expect(await rowsOf("orders")).toEqual(before);
    await postback(`amount=100&updatedAt=${iso(START)}`);
    await postback(`amount=100&updatedAt=${iso(START)}`);
    expect((await order()).total).toBe(B * 100);
  });

  it("of what names a time ahead of ours doesn't outweigh what was said since", async () => {
    const ahead = { amount: A, updatedAt: iso(START + DAY_MS) };
    await server(ahead);
    later();
    await server({ amount: B, updatedAt: iso(START + DAY_MS + MINUTE_MS) });
    later();
    // With a field that nobody reads it is another report that says the same.
    await server({ ...ahead, source_name: "web" });
    expect((await order()).total).toBe(B * 100);
  });

  it("with its key changes nothing, and the same under another key is news", async () => {
    const tell = (amount: number, key: string) =>
      postOrder(store, { orderId: "1001", currency: "EUR", amount }, { "Idempotency-Key": key });
    expect((await tell(A, "one")).status).toBe(202);
    later();
    expect((await tell(B, "two")).status).toBe(202);
    later();
    expect((await tell(A, "one")).status).toBe(200);
    expect((await order()).total).toBe(B * 100);
    expect((await tell(A, "three")).status).toBe(202);
    expect((await order()).total).toBe(A * 100);
    expect((await tell(A, "x".repeat(256))).status).toBe(422);
  });

  it("of a signed request, by whoever caught it, doesn't bring back what it said", async () => {
    const text = '{"orderId":"1001","amount":100,"currency":"EUR","status":"paid"}';
    await signed(text, START);
    const caught = START;
    later();
    await signed('{"orderId":"1001","amount":100,"currency":"EUR","status":"cancelled"}', Date.now());
    later();
    expect((await signed(text, caught)).status).toBe(200);
    expect((await order()).says).toBe("cancelled");
    // One that was on its way for long is as old as its signature.
    await signed('{"orderId":"1001","amount":120,"currency":"EUR","status":"pending"}', caught + 1_000);
    expect(await order()).toEqual({ total: 10_000, refunded: null, says: "cancelled" });
  });

  it("with nothing else in between changes nothing but when it was said", async () => {
    expect((await server({ amount: A, status: "paid" })).status).toBe(202);
    const before = await rowsOf("orders");
    later();
    expect((await server({ amount: A, status: "paid" })).status).toBe(200);
    const bare = (rows: Record<string, unknown>[]) => rows.map(({ version: _version, ...row }) => row);
    expect(bare(await rowsOf("orders"))).toEqual(bare(before));
    expect(await rowsOf("order_evidence")).toMatchObject([{ received_at: START, source_time: START + MINUTE_MS }]);
    expect((await env.DB.prepare("SELECT count(*) AS n FROM order_history").first())?.["n"]).toBe(1);
  });

  it("is answered as news once something else is known of the order", async () => {
    expect((await server({ amount: A })).status).toBe(202);
    later();
    expect((await server({ amount: B })).status).toBe(202);
    later();
    expect((await server({ amount: A })).status).toBe(202);
    later();
    expect((await server({ amount: A })).status).toBe(200);
  });
});

describe("G2-3: a report that comes again", () => {
  it("is taken up though its body was emptied, and is given up no sooner for it", async () => {
    await server({ amount: A });
    later();
    await server({ amount: B });
    later(40 * DAY_MS);
    await env.DB.batch(tidyInbox(env.DB, Date.now()));
    expect((await reports()).map(({ body }) => body)).toEqual(["", ""]);
    await server({ amount: A });
    expect((await order()).total).toBe(A * 100);
    await env.DB.prepare("UPDATE inbox SET verdict = 'pending', next_at = ?1 WHERE body <> ''").bind(Date.now()).run();
    await env.DB.batch(tidyInbox(env.DB, Date.now()));
    expect((await reports()).map(({ verdict }) => verdict)).toEqual(["pending", "used"]);
  });

  it("while the first is being processed is processed, too", async () => {
    await server({ amount: A });
    later();
    await server({ amount: B });
    later();
    // A run has the first in hand when it comes again.
    await env.DB.prepare(
      "UPDATE inbox SET verdict = 'pending', next_at = 0 WHERE id = (SELECT min(id) FROM inbox)",
    ).run();
    const batch = env.DB.batch.bind(env.DB);
    let again: Promise<unknown> | null = null;
    vi.spyOn(env.DB, "batch").mockImplementation(async (statements) => {
      if (again === null) {
        again = Promise.resolve();
        vi.spyOn(console, "warn").mockImplementation(() => {});
        await env.DB.prepare(
          "UPDATE inbox SET verdict = 'pending', stated_at = ?1, next_at = ?1 WHERE id = (SELECT min(id) FROM inbox)",
        )
          .bind(Date.now())
          .run();
      }
      return batch(statements);
    });
    await processInbox(env, Date.now(), { page: 1, timeMs: 0 });
    vi.restoreAllMocks();
    expect(await reports()).toMatchObject([{ verdict: "pending" }, { verdict: "used" }]);
    await processInbox(env, Date.now());
    expect(await reports()).toMatchObject([{ verdict: "used" }, { verdict: "used" }]);
    expect((await order()).total).toBe(A * 100);
  });

  it("of a claim decides nothing once the order is approved", async () => {
    await pixel("amount=100&codes=A");
    later();
    await pixel("amount=120&codes=A");
    await env.DB.prepare("UPDATE orders SET approved_at = ?1").bind(Date.now()).run();
    later();
    await pixel("amount=100&codes=A");
    expect((await order()).total).toBe(B * 100);
  });
});
