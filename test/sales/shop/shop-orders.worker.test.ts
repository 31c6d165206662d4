import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { processInbox } from "../../../src/sales/capture/process-run.ts";
import { rowsOf } from "../../ground/rows.ts";
import { tokenOf } from "../capture-fixtures.ts";
import { settleOrders } from "../../../src/books/ledger/settle-run.ts";
import { claimed, clickOn, DAY, HOUR, insertShop, LEA, LEA_LINK, record, ZOE, ZOE_LINK } from "../order-fixtures.ts";
import { NOW } from "../../programme/generation-fixtures.ts";
import { ANNA, insertConnection, isoOf, orders, reading, take, tell, verdicts } from "./shop-fixtures.ts";

beforeEach(async () => {
  await insertShop();
});

describe("an order of a connected shop", () => {
  it("SHP-1: told by a message, by a list, doubled and by another topic is one report and one order", async () => {
    await insertConnection();
    const read = reading({ codes: ["LEA10"] });
    await tell({ kind: "order", topic: "orders/create", reading: read });
    await tell({ kind: "order", topic: "orders/updated", reading: read });
    await take([read, read]);
    // How it had to be read is nothing that the shop said.
    await take([reading({ codes: ["LEA10"], warnings: ["rounded"] })]);
    expect(await verdicts()).toEqual([{ source: "shop", verdict: "used", code: null }]);
    expect(await orders()).toEqual([
      {
        id: "1001",
        status: "pending",
        source: "paid",
        total: 12_100,
        subtotal: 10_000,
        refunded: 0,
        creator: LEA,
        method: "code",
        test: 0,
      },
    ]);
    const evidence = await env.DB.prepare("SELECT source, trust, source_time AS at FROM order_evidence").all();
    expect(evidence.results).toEqual([{ source: "shop", trust: "confirmed", at: NOW - HOUR }]);
  });

  it("DSH-3: is known by the number that people have, by the shop's word alone and also where it came before numbers were kept", async () => {
    await insertConnection();
    const numbers = async () => rowsOf("SELECT external_id AS id, order_number AS number FROM orders ORDER BY id");
    await tell({ kind: "order", topic: "orders/create", reading: reading({ orderId: "5630997781372" }) });
    await take([reading({ orderId: "77", number: "77" })]);
    // Whatever a page says of an order, a number isn't its to give.
    await record([claimed({ currency: "EUR", totalMinor: 99, orderNumber: "#1" }, { externalId: "5630997781372" })]);
    await record([claimed({ currency: "EUR", totalMinor: 99, orderNumber: "#1001" }, { externalId: "made-up" })]);
    const known = [
      { id: "5630997781372", number: "#1001" },
      { id: "77", number: null },
      { id: "made-up", number: null },
    ];
    expect(await numbers()).toEqual(known);
    await env.DB.batch([
      env.DB.prepare("UPDATE orders SET order_number = NULL"),
      // What says no number is another piece of evidence.
      env.DB.prepare("UPDATE order_evidence SET data = json_remove(data, '$.orderNumber'), hash = 'before ' || hash"),
      // Of what is older than a month the inbox has no word any more.
      env.DB.prepare("UPDATE inbox SET body = ''"),
    ]);
    const all = [reading({ orderId: "5630997781372" }), reading({ orderId: "77", number: "77" })];
    const prepare = vi.spyOn(env.DB, "prepare");
    await take([...all, reading({ orderId: "made-up" })]);
    const asked = prepare.mock.calls.flatMap(([sql]) => (sql.startsWith("WITH named") ? [sql] : []));
    prepare.mockRestore();
    expect(asked).toHaveLength(2);
    for (const sql of asked) {
      const plan = await rowsOf<{ detail: string }>(
        `EXPLAIN QUERY PLAN ${sql}`,
        "",
        "[]",
        ...(/\?3/.test(sql) ? [NOW] : []),
      );
      expect(plan.filter(({ detail }) => /^SCAN (?!w |named)/.test(detail))).toEqual([]);
    }
    expect(await numbers()).toEqual([...known.slice(0, 2), { id: "made-up", number: "#1001" }]);
    const state = async () => [await rowsOf("SELECT * FROM inbox"), await rowsOf("SELECT * FROM orders")];
    const before = await state();
    await take(all, NOW + HOUR);
    expect(await state()).toEqual(before);
    // It is part of what the shop said, whatever the order is judged anew for.
    await record([claimed({ currency: "EUR", totalMinor: 98 }, { externalId: "5630997781372" })]);
    expect((await numbers())[0]).toEqual(known[0]);
    expect(await rowsOf("SELECT sum(total_minor) AS total FROM orders")).toEqual([{ total: 3 * 12_100 }]);
  });

  it("SHP-2, SHP-3: is as the platform's clock has it, whatever comes first", async () => {
    const paid = reading({ updatedAt: isoOf(NOW - 3 * HOUR) });
    const refunded = reading({ updatedAt: isoOf(NOW - HOUR), refunded: "121.00", status: "refunded" });
    await take([refunded]);
    await take([paid]);
    expect(await orders()).toMatchObject([{ status: "declined", source: "refunded", refunded: 12_100 }]);
  });

  it("SHP-3: of one time the larger refund holds, whatever comes last", async () => {
    for (const sequence of [
      ["0.00", "30.00", "10.00"],
      ["30.00", "0.00", "10.00"],
      ["10.00", "0.00", "30.00"],
    ]) {
      await env.DB.batch(
        ["order_evidence", "order_history", "settlements_due", "orders", "inbox"].map((table) =>
          env.DB.prepare(`DELETE FROM ${table}`),
        ),
      );
      for (const [index, refunded] of sequence.entries()) await take([reading({ refunded })], NOW + index * HOUR);
      expect(await orders()).toMatchObject([{ refunded: 3000 }]);
    }
  });

  it.each([
    ["cancelled", "declined"],
    ["refunded", "declined"],
    ["pending", "pending"],
    ["paid", "pending"],
  ] as const)("SHP-4: that is %s stands at %s", async (status, standing) => {
    const refunded = status === "refunded" ? "121.00" : "0.00";
    await take([reading({ status, refunded, codes: ["LEA10"] })]);
    expect(await orders()).toMatchObject([{ status: standing, source: status }]);
  });

  it("SHP-5: is taken up again if it is paid after all", async () => {
    await take([reading({ status: "cancelled", codes: ["LEA10"], updatedAt: isoOf(NOW - 3 * HOUR) })]);
    expect(await orders()).toMatchObject([{ status: "declined" }]);
    await take([reading({ status: "paid", codes: ["LEA10"], updatedAt: isoOf(NOW - HOUR) })]);
    expect(await orders()).toMatchObject([{ status: "pending", creator: LEA }]);
  });

  it("SHP-26: and what its page said is one order, whichever comes first; a click counts that was made in time", async () => {
    const token = await tokenOf(LEA_LINK, NOW - 2 * HOUR);
    await env.DB.prepare("UPDATE links SET deleted_at = ?2 WHERE id = ?1")
      .bind(LEA_LINK, NOW - HOUR)
      .run();
    // A page's word on whose it is, before and after.
    await record([claimed({ currency: "EUR", totalMinor: 99, clicks: [clickOn(ZOE_LINK)] })]);
    await take([reading({ click: token })]);
    expect(await orders()).toMatchObject([{ creator: LEA, method: "click", total: 12_100 }]);
    await record([claimed({ currency: "EUR", totalMinor: 98, clicks: [clickOn(ZOE_LINK)] })]);
    expect(await orders()).toMatchObject([{ creator: LEA, method: "click", total: 12_100 }]);
  });

  it("SHP-23: is credited by a code alone, and by the text that a code had when it was rotated", async () => {
    await env.DB.prepare(
      `INSERT INTO code_texts (store_id, text_key, code_id, text, created_at, retired_at)
       SELECT store_id, 'lea5', code_id, 'LEA5', 0, ?1 FROM code_texts WHERE text_key = 'lea10'`,
    )
      .bind(NOW - HOUR / 2)
      .run();
    await take([reading({ codes: ["lea5"] })]);
    expect(await orders()).toMatchObject([{ creator: LEA, method: "code" }]);
  });

  it("SHP-7: that is refunded in part after its period was locked takes its share back by an entry of the next", async () => {
    await take([reading({ codes: ["LEA10"] })]);
    await settleOrders(env, NOW + 31 * DAY);
    const lock = NOW + 32 * DAY;
    await env.DB.prepare(
      `INSERT INTO periods (id, store_id, from_at, to_at, locked_at, created_at) SELECT 'per_1', id, 0, ?1, ?1, ?1 FROM stores`,
    )
      .bind(lock)
      .run();
    const half = reading({ codes: ["LEA10"], refunded: "60.50", updatedAt: isoOf(NOW + 33 * DAY) });
    await take([half], NOW + 33 * DAY);
    await settleOrders(env, NOW + 33 * DAY);
    const entries = await env.DB.prepare(
      "SELECT creator_id AS creator, amount_minor AS amount, time FROM ledger ORDER BY seq",
    ).all<{
      time: number;
    }>();
    expect(entries.results).toMatchObject([
      { creator: LEA, amount: 1000 },
      { creator: LEA, amount: -500 },
    ]);
    expect(entries.results[1]?.time).toBeGreaterThan(lock);
  });

  it("is a test by the platform's word, or by how it was paid", async () => {
    await insertConnection({ testGateways: ["Bogus"] });
    await take([
      reading({ orderId: "1", test: true }),
      reading({ orderId: "2", gateway: "bogus" }),
      reading({ orderId: "3" }),
    ]);
    expect((await orders()).map(({ test }) => test)).toEqual([1, 1, 0]);
  });

  it("SHP-16: earns by gift cards that were bought only where the store wants that", async () => {
    const bought = reading({ total: "171.00", giftCards: "50.00" });
    await take([bought]);
    expect(await orders()).toMatchObject([{ total: 17_100, subtotal: 10_000 }]);
    await insertConnection({ giftCards: true });
    await take([reading({ orderId: "2", total: "171.00", giftCards: "50.00" })]);
    expect(await orders()).toMatchObject([{ subtotal: 10_000 }, { subtotal: 15_000 }]);
  });

  it("is nobody's own purchase but the creator's, by the e-mail address too", async () => {
    const { results } = await env.DB.prepare("SELECT email FROM creators WHERE id = ?1")
      .bind(LEA)
      .all<{ email: string }>();
    const lea = { id: "77", email: (results[0]?.email ?? "").toUpperCase(), phone: null };
    await take([reading({ orderId: "1", codes: ["LEA10"] }, lea), reading({ orderId: "2", codes: ["ZOE10"] }, lea)]);
    expect(await orders()).toMatchObject([
      { id: "1", creator: null, status: "orphan" },
      { id: "2", creator: ZOE },
    ]);
  });

  it("has nothing of its customer in any row, but keyed hashes", async () => {
    await take([reading({}, ANNA)]);
    const { results } = await env.DB.prepare("SELECT body FROM inbox").all<{ body: string }>();
    expect(Object.keys(JSON.parse(results[0]?.body ?? "") as object)).toEqual(["order", "customerHash", "emailHash"]);
    expect(results[0]?.body).not.toMatch(/anna|5001/i);
  });
});

describe("what a shop says that is no order", () => {
  it("SHP-18: is kept, once for each reason", async () => {
    await take([
      { kind: "none", reason: "draft" },
      { kind: "none", reason: "draft" },
      { kind: "unreadable", orderId: "7", path: "total", detail: "is no amount", outline: { id: 7 } },
    ]);
    await tell({ kind: "ignored", topic: "orders/create", reason: "not_an_order", detail: "It is a subscription." });
    expect(await verdicts()).toEqual([
      { source: "shop", verdict: "kept", code: "draft" },
      { source: "shop", verdict: "refused", code: "unreadable" },
      { source: "shop", verdict: "kept", code: "not_an_order" },
    ]);
    expect(await orders()).toEqual([]);
  });

  it("an order that is gone is cancelled, if only the end is told before the beginning, too", async () => {
    const deleted = { kind: "deleted", topic: "order.deleted", orderId: "1001", at: null } as const;
    await tell(deleted);
    expect(await verdicts()).toEqual([{ source: "shop", verdict: "waiting", code: "unknown_order" }]);
    expect(await orders()).toEqual([]);
    await take([reading()]);
    await processInbox(env, NOW + HOUR);
    expect(await orders()).toMatchObject([{ status: "declined", source: "cancelled", total: 12_100 }]);
  });
});
