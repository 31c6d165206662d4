import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { GATHER_MS } from "../../../src/sales/shop/webhook-routes.ts";
import { rowsOf } from "../../ground/rows.ts";
import { change, connectLive, type LiveShop, messages, placeOrder, runJobs, send } from "./live-fixtures.ts";
import { orders } from "./shop-fixtures.ts";

beforeEach(() => {
  vi.spyOn(console, "error").mockReturnValue();
  vi.spyOn(console, "warn").mockReturnValue();
});

afterEach(() => {
  vi.restoreAllMocks();
});

const HOUR = 3_600_000;

/** As they are while a test watches them. */
const original = globalThis.fetch;
const wait = scheduler.wait.bind(scheduler);

/** How often the shop was asked for an order since `forgetCalls`. */
const reads = async ({ shop }: LiveShop): Promise<number> =>
  (await shop.calls()).filter(({ label }) => /^GET \/v2\/orders\/\d+$/.test(label)).length;

describe("messages that only name an order", () => {
  it("of one moment are one look at it", async () => {
    const live = await connectLive("bigcommerce");
    const id = await placeOrder(live);
    const sent = await messages(live);
    expect(sent.length).toBe(3);
    await live.shop.forgetCalls();
    // Each is kept before the next comes, and all of them before the first has waited long enough.
    const held: (() => void)[] = [];
    vi.spyOn(scheduler, "wait").mockImplementation(async (ms) =>
      ms === GATHER_MS ? new Promise((done) => void held.push(done)) : wait(ms),
    );
    const sending: Promise<Response>[] = [];
    for (const message of sent) {
      sending.push(send(message()));
      await vi.waitFor(() => expect(held).toHaveLength(sending.length));
    }
    for (const done of held) done();
    const answers = await Promise.all(sending);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(await reads(live)).toBe(1);
    expect(await orders()).toMatchObject([{ id, total: 10_500 }]);
  });

  it("SHP-27: are repeats by their webhook-id alone: another event has the same hash, and is looked at anew", async () => {
    const live = await connectLive("bigcommerce");
    const id = await placeOrder(live);
    const [first] = await messages(live);
    if (first === undefined) throw new Error("no message");
    await send(first());
    await live.shop.forgetCalls();
    expect((await send(first())).status).toBe(200);
    expect(await reads(live)).toBe(0);

    await live.shop.clock(Date.now() + 2_000);
    await change(live, "cancel", id);
    const later = await messages(live);
    const hashOf = async (request: Request) => (await request.json<{ hash: string }>()).hash;
    expect(await hashOf(later[0]?.() ?? first())).toBe(await hashOf(first()));
    for (const message of later) expect((await send(message())).status).toBe(200);
    expect(await reads(live)).toBeGreaterThan(0);
    expect(await orders()).toMatchObject([{ id, status: "declined" }]);
  });

  it("that come while their order is being read have it read once more", async () => {
    const live = await connectLive("bigcommerce");
    const id = await placeOrder(live);
    const sent = await messages(live);
    let changed: (() => Request)[] = [];
    const answers: number[] = [];
    let isFirst = true;
    vi.spyOn(globalThis, "fetch").mockImplementation(async (to, init) => {
      const response = await original(to, init);
      if (!isFirst || !/\/v2\/orders\/\d+\?/.test(to instanceof Request ? to.url : String(to))) return response;
      isFirst = false;
      // The answer is on its way, and not true any more.
      await live.shop.clock(Date.now() + 2_000);
      await change(live, "cancel", id);
      changed = await messages(live);
      for (const message of changed) answers.push((await send(message())).status);
      return response;
    });
    for (const message of sent) await send(message());
    expect(changed.length).toBeGreaterThan(0);
    expect(new Set(answers)).toEqual(new Set([200]));
    expect(await orders()).toMatchObject([{ id, status: "declined" }]);
  });

  it("are answered 200 while the shop is down, and looked at when it is back", async () => {
    const live = await connectLive("bigcommerce");
    const id = await placeOrder(live);
    const sent = await messages(live);
    await live.shop.faults({ error: 1 });
    const [first] = sent;
    expect((await send(first?.() ?? new Request("https://x.test"))).status).toBe(200);
    expect(await orders()).toEqual([]);
    await live.shop.faults({});
    await env.DB.prepare("UPDATE shop_connections SET next_poll_at = ?1")
      .bind(Date.now() + 24 * HOUR)
      .run();
    await runJobs(Date.now() + HOUR);
    expect(await orders()).toMatchObject([{ id }]);
  });

  it("revive an order that was given up", async () => {
    const live = await connectLive("bigcommerce");
    const id = await placeOrder(live);
    const [first, second] = await messages(live);
    await live.shop.faults({ error: 1 });
    await send(first?.() ?? new Request("https://x.test"));
    await live.shop.faults({});
    await env.DB.prepare(
      "UPDATE inbox SET verdict = 'refused', reason_code = 'gave_up', next_at = NULL WHERE body ->> '$.fetch' = ?1",
    )
      .bind(id)
      .run();
    await send(second?.() ?? new Request("https://x.test"));
    expect(await orders()).toMatchObject([{ id }]);
    const rows = await rowsOf("SELECT verdict FROM inbox WHERE body ->> '$.fetch' = ?1", id);
    expect(rows).toEqual([{ verdict: "used" }]);
  });
});
