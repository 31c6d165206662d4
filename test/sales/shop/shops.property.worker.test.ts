import { env } from "cloudflare:workers";
import * as fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { settleOrders } from "../../../src/books/ledger/settle-run.ts";
import type { ProviderId } from "../../../src/ground/model/provider.ts";
import { fetchOrders } from "../../../src/sales/shop/fetch-run.ts";
import { pollShops } from "../../../src/sales/shop/poll-run.ts";
import { processInbox } from "../../../src/sales/capture/process-run.ts";
import { connect, hurryCalls, rowOf } from "../../shops/connection-fixtures.ts";
import { expectUntilSeen, histories } from "../../property-runs.ts";
import { makeShopOf } from "../../shops/stand-shops.ts";
import { STORE } from "../../programme/generation-fixtures.ts";
import { tenPercent } from "../../programme/rule-fixtures.ts";
import { rowsOf } from "../../ground/rows.ts";
import { tokenOf } from "../capture-fixtures.ts";
import { insertShop, LEA_LINK, ZOE_LINK } from "../order-fixtures.ts";
import { change, deliver, type LiveShop, PLATFORMS, placeOrder, PUSHING, send } from "./live-fixtures.ts";

beforeEach(() => {
  hurryCalls();
  vi.spyOn(console, "error").mockReturnValue();
  vi.spyOn(console, "warn").mockReturnValue();
});

afterEach(() => {
  vi.restoreAllMocks();
});

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** What happens at a shop: an order, or something to one of those that there are. */
type Step = { gap: number } & (
  | { kind: "order"; code: "LEA10" | "ZOE10" | null; click: "lea" | "zoe" | null; customer: number; quantity: number }
  | { kind: "refund" | "shipping" | "remove" | "add" | "cancel"; which: number }
);

const gap = fc.integer({ min: 1, max: 120 });
const order = fc.record({
  kind: fc.constant("order" as const),
  gap,
  code: fc.constantFrom("LEA10" as const, "ZOE10" as const, null),
  click: fc.constantFrom("lea" as const, "zoe" as const, null),
  customer: fc.integer({ min: 1, max: 3 }),
  quantity: fc.integer({ min: 1, max: 3 }),
});
const later = fc.record({
  kind: fc.constantFrom("refund" as const, "shipping" as const, "remove" as const, "add" as const, "cancel" as const),
  gap,
  which: fc.nat({ max: 9 }),
});
const anyHistory = fc
  .tuple(order, fc.array(fc.oneof(order, later, later), { minLength: 4, maxLength: 9 }))
  .map(([first, rest]): Step[] => [first, ...rest]);

/** How messages come, and what polls meet. */
const anyFate = fc.record({
  seed: fc.integer({ min: 1, max: 1_000_000 }),
  /** Of each message: lost, once, or twice; and when. */
  fates: fc.array(fc.record({ copies: fc.integer({ min: 0, max: 2 }), place: fc.nat() }), {
    minLength: 40,
    maxLength: 40,
  }),
});

/** Connects the store of these tests to a shop of its own, where codes of both creators are known. */
async function connected(provider: ProviderId): Promise<LiveShop> {
  await env.DB.prepare("UPDATE stores SET provider = ?1").bind(provider).run();
  await env.DB.prepare("DELETE FROM shop_codes").run();
  await env.DB.prepare("DELETE FROM shop_webhooks").run();
  await env.DB.prepare("DELETE FROM shop_connections").run();
  const shop = await makeShopOf(provider);
  await connect(STORE, shop.credentials);
  const live = { storeId: STORE, shop, provider };
  await deliver(live);
  for (const code of ["LEA10", "ZOE10"]) {
    await shop.act("codeByHand", { code, percent: 10 });
  }
  return live;
}

/** Plays a history at a shop, from two hours ago on. Answers the messages that it made, each as it was then. */
async function play(live: LiveShop, steps: readonly Step[]): Promise<(() => Request)[]> {
  const sent: (() => Request)[] = [];
  const ids: string[] = [];
  let now = Math.floor((Date.now() - 2 * HOUR) / 1000) * 1000;
  const clicks = { lea: await tokenOf(LEA_LINK, now - HOUR), zoe: await tokenOf(ZOE_LINK, now - HOUR) };
  for (const step of steps) {
    now += step.gap * 1000;
    await live.shop.clock(now);
    if (step.kind === "order") {
      const { code, click, customer, quantity } = step;
      const given = {
        lines: [
          { price: "19.99", quantity, sku: "TEE", name: "Tee" },
          { price: "35.50", quantity: 1, sku: "MUG", name: "Mug" },
        ],
        taxRate: 0.19,
        customer: { id: String(700 + customer), email: `c${customer}@shopper.example` },
        ...(code !== null && { codes: [code] }),
        ...(click !== null && { click: clicks[click] }),
      };
      ids.push(await placeOrder(live, given));
    } else {
      const id = ids[step.which % ids.length] ?? "";
      const what = {
        refund: ["refund", { lines: [{ line: 0, quantity: 1 }] }],
        shipping: ["refund", { shipping: "2.00" }],
        remove: ["edit", { remove: [{ line: 1, quantity: 1 }] }],
        add: ["edit", { add: [{ price: "10.00", quantity: 1, sku: "CAP", name: "Cap" }] }],
        cancel: ["cancel", {}],
      } as const;
      const [verb, given] = what[step.kind];
      // A shop refuses what can't be, such as to give back what is given back.
      await change(live, verb, id, given).catch(() => {});
    }
    const waiting = await live.shop.take();
    await live.shop.answered(waiting.map(({ id }) => ({ id, status: 200 })));
    sent.push(
      ...waiting.map(
        ({ to, headers, body }) =>
          () =>
            new Request(to, { method: "POST", headers, body }),
      ),
    );
  }
  await live.shop.clock(null);
  return sent;
}

const TABLES = [
  "ledger",
  "order_commissions",
  "settlements_due",
  "order_rollups_due",
  "order_history",
  "order_evidence",
  "code_uses",
  "customer_touches",
  "orders",
  "inbox",
  "shop_renewals",
];

/** As if nothing had ever come of the shop's orders. */
async function forgetAll(): Promise<void> {
  await env.DB.batch([
    ...TABLES.map((table) => env.DB.prepare(`DELETE FROM ${table}`)),
    env.DB.prepare(
      `UPDATE shop_connections SET polled_to = NULL, poll_cursor = NULL, poll_since = NULL, refunds_read_at = NULL,
         next_poll_at = 0, orders_leased_until = 0`,
    ),
  ]);
}

/** Has a poll come to its end, however often it takes. */
async function poll(now: number): Promise<number> {
  let at = now;
  for (let run = 0; run < 40; run++, at += 6 * MINUTE) {
    await pollShops(env, at);
    const row = await rowOf(STORE);
    if (row["failures"] === 0 && row["poll_cursor"] === null && row["refunds_read_at"] !== null) return at;
  }
  throw new Error("the poll comes to no end");
}

/** Orders and what was booked for them. */
async function outcome() {
  const now = Date.now() + HOUR;
  await processInbox(env, now);
  await settleOrders(env, now);
  const orders = await rowsOf(
    `SELECT external_id, status, source_status, currency, total_minor, subtotal_minor, discount_minor, shipping_minor,
       tax_minor, refunded_minor, items, codes, customer_hash, country, test, placed_at, method, creator_id, link_id, code_id
     FROM orders ORDER BY external_id`,
  );
  const booked = await rowsOf(
    `SELECT o.external_id AS id, l.creator_id AS creator, l.currency, sum(l.amount_minor) AS amount
     FROM ledger l JOIN orders o ON o.id = l.order_id GROUP BY 1, 2, 3 HAVING amount <> 0 ORDER BY 1, 2`,
  );
  return { orders, booked };
}

describe.each(PLATFORMS)("orders of %s", (platform) => {
  it("SHP-1, SHP-2, SHP-3: and what is booked for them are the same, by messages alone, by polls alone, and doubled, lost, shuffled, with a shop that fails", async () => {
    await insertShop({ commission: tenPercent({ holdDays: 0 }) });
    // Only here: the same is to be played again.
    await env.DB.prepare("DROP TRIGGER ledger_no_delete").run();
    let booked = 0;
    await expectUntilSeen(
      fc.asyncProperty(anyHistory, anyFate, async (history, { seed, fates }) => {
        const live = await connected(platform);
        await forgetAll();
        const sent = await play(live, history);

        for (const message of sent) expect((await send(message())).status).toBe(200);
        await fetchOrders(env, Date.now() + MINUTE);
        // What a platform tells of that sends no messages is what polls find.
        if (!PUSHING.includes(platform)) await poll(Date.now());
        const told = await outcome();
        expect(told.orders).toHaveLength(history.filter(({ kind }) => kind === "order").length);
        booked += told.booked.length;

        await forgetAll();
        await poll(Date.now());
        expect(await outcome()).toEqual(told);

        await forgetAll();
        const chaos = sent
          .flatMap((message, index) => {
            const { copies, place } = fates[index % fates.length] ?? { copies: 1, place: 0 };
            return Array.from({ length: copies }, (_none, copy) => ({ message, place: (place * (copy + 7)) % 1009 }));
          })
          .toSorted((a, b) => a.place - b.place);
        await live.shop.faults({ seed, error: 0.3 });
        const half = Math.ceil(chaos.length / 2);
        for (const { message } of chaos.slice(0, half)) expect((await send(message())).status).toBe(200);
        const at = await poll(Date.now());
        for (const { message } of chaos.slice(half)) expect((await send(message())).status).toBe(200);
        await live.shop.faults({});
        for (let hour = 1; hour < 4; hour++) await fetchOrders(env, at + hour * HOUR);
        await poll(at + HOUR);
        expect(await outcome()).toEqual(told);
      }),
      histories(2),
      () => (booked === 0 ? ["something that is booked"] : []),
    );
  }, 300_000);
});
