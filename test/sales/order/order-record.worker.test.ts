import { env } from "cloudflare:workers";
import { eq } from "drizzle-orm";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { insertCodes, retireCode } from "../../../src/programme/code/store.ts";
import { openDatabase } from "../../../src/ground/db/client.ts";
import { orders } from "../../../src/ground/db/schema/order.ts";
import type { EvidenceData } from "../../../src/ground/model/evidence.ts";
import { recordEvidence } from "../../../src/sales/order/record-run.ts";
import { findOrder } from "../../../src/sales/order/store.ts";
import { beforeNextWrite } from "../../ground/before-write.ts";
import {
  CAMPAIGN,
  failingAfter,
  id,
  insertPlan,
  insertStore,
  NOW,
  PLAN,
  STORE,
} from "../../programme/generation-fixtures.ts";
import {
  allRows,
  claimed,
  clickOn,
  confirmed,
  DAY,
  emptyRows,
  essence,
  HOUR,
  insertShop,
  LEA,
  LEA_CODE,
  LEA_LINK,
  POLICY,
  putLink,
  record,
  recordDeps,
  recordOne,
  ZOE,
  ZOE_CODE,
  ZOE_LINK,
} from "../order-fixtures.ts";

const db = openDatabase(env.DB);

const TOTAL = { currency: "EUR", totalMinor: 1001 } satisfies EvidenceData;

async function order(orderId: string) {
  const row = await findOrder({ db }, orderId);
  if (row === null) throw new Error(`no order ${orderId}`);
  return row;
}

/** All orders in which evidence can come. */
function permutations<Item>(items: readonly Item[]): Item[][] {
  if (items.length === 0) return [[]];
  return items.flatMap((item, index) => permutations(items.toSpliced(index, 1)).map((rest) => [item, ...rest]));
}

/** D1 that counts what it is sent. */
function counting() {
  const sent = { statements: 0, batches: 0 };
  const d1 = new Proxy(env.DB, {
    get(database, name) {
      if (name === "batch") {
        return async (statements: D1PreparedStatement[]) => {
          sent.batches += 1;
          sent.statements += statements.length;
          return database.batch(statements);
        };
      }
      if (name === "prepare") {
        return (text: string) => {
          if (text.startsWith("select")) sent.statements += 1;
          return database.prepare(text);
        };
      }
      const value = Reflect.get(database, name) as unknown;
      return typeof value === "function" ? (value.bind(database) as unknown) : value;
    },
  });
  return { d1, sent };
}

beforeEach(insertShop);

afterEach(() => {
  vi.restoreAllMocks();
});

describe("an order", () => {
  test("of pixel, snippet and server is the same row in whatever order they arrive", async () => {
    const click = clickOn(LEA_LINK);
    const reports = [
      claimed({ ...TOTAL, codes: ["lea10"] }, { source: "pixel", receivedAt: NOW - 2000 }),
      claimed(
        { ...TOTAL, totalMinor: 5, clicks: [click], customerHash: "c", country: "DE" },
        { receivedAt: NOW - 1000 },
      ),
      confirmed({ ...TOTAL, taxMinor: 160, codes: ["LEA10"], clicks: [click], status: "paid", customerHash: "c" }),
    ];
    const outcomes = [];
    for (const arrival of permutations(reports)) {
      await emptyRows();
      for (const report of arrival) await record([report]);
      outcomes.push(await essence());
    }
    await emptyRows();
    await record(reports);
    const whole = await essence();
    expect(outcomes).toEqual(Array.from({ length: 6 }, () => whole));
    expect(whole.orders).toMatchObject([
      { external_id: "1001", status: "pending", trust: "confirmed", total_minor: 1001, creator_id: LEA, country: "DE" },
    ]);
    expect(whole.evidence).toHaveLength(3);
    expect(whole.uses).toMatchObject([{ code_id: LEA_CODE, order_id: "1001", text_key: "lea10" }]);
    expect(whole.touches).toHaveLength(1);
  });

  test("is not touched by what is known already, alone or beside what is new", async () => {
    const report = claimed({ ...TOTAL, codes: ["LEA10"], clicks: [clickOn(LEA_LINK)], customerHash: "c" });
    const ids = await record([report, report]);
    const before = await allRows();
    expect(before.orders).toMatchObject([{ version: 1, updated_at: NOW }]);
    const later = recordDeps(env.DB, NOW + DAY);
    const again = { ...report, evidence: { ...report.evidence, receivedAt: NOW + HOUR, sourceTime: NOW + HOUR } };
    expect(await record([report, report], { ...POLICY, model: "split" }, later)).toEqual(ids);
    expect(await allRows()).toEqual(before);
    // Said once more later, and nothing else in between: that alone is kept.
    expect(await record([report, again], { ...POLICY, model: "split" }, later)).toEqual(ids);
    expect(await allRows()).toEqual({
      ...before,
      orders: before.orders.map((row) => ({ ...row, version: 2 })),
      order_evidence: before.order_evidence.map((row) => ({ ...row, source_time: NOW + HOUR })),
    });
    await record([report, claimed(TOTAL, { externalId: "1002" })], POLICY, later);
    expect((await allRows()).orders.filter((row) => row["external_id"] === "1001")).toEqual(
      before.orders.map((row) => ({ ...row, version: 2 })),
    );
  });

  test("is as early as the earliest report of it, whichever is processed first", async () => {
    const late = claimed(TOTAL);
    const early = { ...late, evidence: { ...late.evidence, receivedAt: NOW - HOUR, sourceTime: NOW - HOUR } };
    const orderId = await recordOne(late);
    expect((await order(orderId)).placedAt).toBe(NOW);
    await recordOne(early);
    const [one] = (await allRows()).order_evidence;
    expect(one).toMatchObject({ received_at: NOW - HOUR, source_time: NOW });
    expect((await order(orderId)).placedAt).toBe(NOW - HOUR);
  });

  test("is the store's own, whatever others call theirs", async () => {
    await insertStore({ id: id("str", 2) });
    const deps = recordDeps();
    const mine = await recordOne(confirmed(TOTAL));
    const theirs = await recordEvidence(deps, { id: id("str", 2), attribution: POLICY }, [confirmed(TOTAL)]);
    expect(theirs.ids.get("1001")).not.toBe(mine);
    expect((await allRows()).orders).toHaveLength(2);
  });

  test("stands where its evidence and its owner put it", async () => {
    const clicks = [clickOn(LEA_LINK)];
    const status = async (...reports: ReturnType<typeof claimed>[]) => {
      await emptyRows();
      return (await order(await recordOne(...reports))).status;
    };
    expect(await status(claimed({ ...TOTAL, clicks }))).toBe("received");
    expect(await status(claimed({ ...TOTAL, clicks, status: "cancelled" }))).toBe("received");
    expect(await status(confirmed({ ...TOTAL, clicks }))).toBe("pending");
    expect(await status(claimed({ ...TOTAL, clicks }), confirmed(TOTAL))).toBe("pending");
    expect(await status(confirmed(TOTAL))).toBe("orphan");
    expect(await status(confirmed({ ...TOTAL, clicks, status: "cancelled" }))).toBe("declined");
    expect(await status(confirmed({ ...TOTAL, status: "cancelled" }))).toBe("declined");
    expect(await status(confirmed({ ...TOTAL, clicks, status: "refunded" }))).toBe("declined");
    expect(await status(confirmed({ ...TOTAL, clicks, status: "refunded", refundedMinor: 1 }))).toBe("pending");
    expect(await status(confirmed({ ...TOTAL, clicks, refundedMinor: 1001 }))).toBe("declined");
    expect(await status(confirmed({ ...TOTAL, clicks, test: true, status: "cancelled" }))).toBe("test");
  });

  test("keeps its total in one currency, and its refunds", async () => {
    const orderId = await recordOne(
      confirmed({ ...TOTAL, refundedMinor: 0 }),
      claimed({ currency: "USD", totalMinor: 9999, taxMinor: 7 }),
    );
    expect(await order(orderId)).toMatchObject({ currency: "EUR", totalMinor: 1001, taxMinor: null, refundedMinor: 0 });
    await recordOne(confirmed({ currency: "EUR", refundedMinor: 400 }, { sourceTime: NOW + 1 }));
    await recordOne(confirmed({ currency: "EUR", refundedMinor: 1001, status: "refunded" }, { sourceTime: NOW + 2 }));
    expect(await order(orderId)).toMatchObject({ totalMinor: 1001, refundedMinor: 1001, sourceStatus: "refunded" });
  });

  test("is judged by the policy under which a server first told of it", async () => {
    const clicks = [clickOn(LEA_LINK, NOW - 2 * HOUR), clickOn(ZOE_LINK, NOW - HOUR)];
    const orderId = await recordOne(claimed({ ...TOTAL, clicks }));
    const other = { model: "first_click", windowDays: 1, codePriority: true } as const;
    await record([claimed({ ...TOTAL, country: "DE" })], other);
    expect(await order(orderId)).toMatchObject({ policy: POLICY, creatorId: ZOE, method: "click" });
    await record([confirmed({ ...TOTAL, clicks })], other);
    expect(await order(orderId)).toMatchObject({ policy: other, creatorId: LEA, method: "click" });
    await record([confirmed({ ...TOTAL, status: "paid" })], POLICY);
    expect(await order(orderId)).toMatchObject({ policy: other, creatorId: LEA, sourceStatus: "paid" });
  });

  test("explains itself in its row", async () => {
    const clicks = [clickOn(LEA_LINK), clickOn(ZOE_LINK, NOW - 40 * DAY)];
    const row = await order(await recordOne(confirmed({ ...TOTAL, clicks, codes: ["ZOE10"] })));
    expect(row).toMatchObject({
      creatorId: LEA,
      campaignId: CAMPAIGN,
      planId: PLAN,
      linkId: LEA_LINK,
      codeId: null,
      method: "click",
    });
    expect(row.shares).toMatchObject([{ creatorId: LEA, amountMinor: 1001, weight: { numerator: 1, denominator: 1 } }]);
    expect(row.touches).toHaveLength(3);
    const { rule, window, candidates, wouldHaveBeen } = row.explanation;
    expect(rule).toBe("last_click");
    expect(window.from).toBe(NOW - 30 * DAY);
    expect(candidates.map(({ touch, reasonCode }) => [touch.kind, touch.creatorId, reasonCode])).toEqual([
      ["click", ZOE, "outside_window"],
      ["click", LEA, null],
      ["code", ZOE, null],
    ]);
    expect(wouldHaveBeen).toMatchObject({ code_wins: ZOE, link_wins: LEA });
  });
});

describe("a commission", () => {
  const due = async () =>
    new Map((await allRows()).settlements_due.map(({ order_id: orderId, ...row }) => [orderId, row]));

  test("is to be computed anew whenever something new is heard of its order", async () => {
    const orderId = await recordOne(claimed(TOTAL));
    expect(await due()).toEqual(new Map([[orderId, { mark: 1, attempts: 0, next_at: 0 }]]));
    const again = claimed({ country: "DE" });
    await record([again]);
    await record([again]);
    expect((await due()).get(orderId)).toMatchObject({ mark: 2 });
  });

  test("is so for the customer's later orders too, by the customer that it was and the one that it is", async () => {
    const said = (customerHash: string, placedAt: number) => ({ ...TOTAL, customerHash, placedAt });
    const others = await record([
      confirmed(said("one", NOW - HOUR), { externalId: "before" }),
      confirmed(said("one", NOW + HOUR), { externalId: "one" }),
      confirmed(said("two", NOW + HOUR), { externalId: "two" }),
      confirmed(said("six", NOW + HOUR), { externalId: "six" }),
    ]);
    const orderId = await recordOne(confirmed(said("one", NOW)));
    const forget = async () => env.DB.prepare("DELETE FROM settlements_due").run();
    const marked = async () => new Set((await due()).keys());
    await forget();
    await recordOne(confirmed(said("two", NOW), { sourceTime: NOW + 1 }));
    expect(await marked()).toEqual(new Set([orderId, others.get("one"), others.get("two")]));
    await forget();
    // Placed later by now, but also when it was earlier.
    await recordOne(confirmed(said("two", NOW + DAY), { sourceTime: NOW + 2 }));
    expect(await marked()).toEqual(new Set([orderId, others.get("two")]));
  });

  test("rests on what confirmed evidence says alone, which the row keeps", async () => {
    const orderId = await recordOne(claimed({ ...TOTAL, taxMinor: 7 }));
    expect(await order(orderId)).toMatchObject({ confirmed: null, importedOnly: false });
    await recordOne(confirmed({ ...TOTAL, shippingMinor: 5, refundedMinor: 3 }));
    const nothing = { subtotalMinor: null, discountMinor: null, taxMinor: null, items: null };
    expect(await order(orderId)).toMatchObject({ taxMinor: null, shippingMinor: 5 });
    expect((await order(orderId)).confirmed).toEqual({ ...TOTAL, shippingMinor: 5, refundedMinor: 3, ...nothing });
    const row = confirmed(TOTAL, { externalId: "1002", source: "import" });
    const [importedId = ""] = (await record([row])).values();
    expect((await order(importedId)).importedOnly).toBe(true);
    await record([claimed(TOTAL, { externalId: "1002" })]);
    expect((await order(importedId)).importedOnly).toBe(true);
    await record([confirmed(TOTAL, { externalId: "1002" })]);
    expect((await order(importedId)).importedOnly).toBe(false);
  });

  test("that was decided on stays so, whatever is heard of the order", async () => {
    const clicks = [clickOn(LEA_LINK)];
    const orderId = await recordOne(confirmed({ ...TOTAL, clicks }));
    const review = { decision: "approved", reason: "x", actor: "key_1", at: NOW } as const;
    await db.update(orders).set({ status: "approved", approvedAt: NOW, review }).where(eq(orders.id, orderId));
    await recordOne(confirmed({ ...TOTAL, totalMinor: 2000, status: "cancelled" }, { sourceTime: NOW + 1 }));
    expect(await order(orderId)).toMatchObject({ status: "declined", approvedAt: NOW, review });
    await recordOne(confirmed({ status: "paid" }, { sourceTime: NOW + 2 }));
    expect(await order(orderId)).toMatchObject({ status: "approved", approvedAt: NOW, review, totalMinor: 2000 });
  });

  test("is approved by rule when settling says, also if that is set while evidence is recorded", async () => {
    const orderId = await recordOne(confirmed({ ...TOTAL, clicks: [clickOn(LEA_LINK)] }));
    expect(await order(orderId)).toMatchObject({ dueAt: null });
    beforeNextWrite(() => db.update(orders).set({ dueAt: NOW + DAY }), "INSERT INTO orders");
    await record([claimed({ country: "DE" })]);
    expect(await order(orderId)).toMatchObject({ country: "DE", dueAt: NOW + DAY });
  });
});

test("the history of an order has each change of where it stands", async () => {
  const clicks = [clickOn(LEA_LINK)];
  const later = (hours: number) => recordDeps(env.DB, NOW + hours * HOUR);
  await record([claimed({ ...TOTAL, clicks })]);
  await record([claimed({ country: "DE" })], POLICY, later(1));
  await record([confirmed({ ...TOTAL, clicks, status: "paid" })], POLICY, later(2));
  await record([confirmed({ status: "cancelled" }, { sourceTime: NOW + 1 })], POLICY, later(3));
  const { orders: rows, order_history: history } = await allRows();
  const shop = { order_id: rows[0]?.["id"], cause: "source", actor: null, reason: null };
  expect(history).toMatchObject([
    { ...shop, time: NOW, from_status: null, to_status: "received" },
    { ...shop, time: NOW + 2 * HOUR, from_status: "received", to_status: "pending" },
    { ...shop, time: NOW + 3 * HOUR, from_status: "pending", to_status: "declined" },
  ]);
});

describe("acceptance rows", () => {
  test("UPF-41, UPF-42, UPF-58: a code typed at the checkout attributes the sale, if it is a code of the store", async () => {
    const orderId = await recordOne(confirmed({ ...TOTAL, codes: [" lea10 ", "SUMMER"] }));
    expect(await order(orderId)).toMatchObject({ creatorId: LEA, codeId: LEA_CODE, method: "code", status: "pending" });
    expect((await allRows()).code_uses).toMatchObject([{ code_id: LEA_CODE, order_id: "1001", used_at: NOW }]);
    const unknown = await recordOne(confirmed({ ...TOTAL, codes: ["SUMMER"] }, { externalId: "1002" }));
    expect(await order(unknown)).toMatchObject({ creatorId: null, status: "orphan", codes: ["SUMMER"] });
  });

  test("UPF-42: a text that a code had earlier is its owner's, in one use an order", async () => {
    await env.DB.batch(retireCode({ d1: env.DB } as Parameters<typeof retireCode>[0], LEA_CODE, NOW + HOUR));
    const before = await order(await recordOne(confirmed({ ...TOTAL, codes: ["LEA10"] })));
    expect(before).toMatchObject({ creatorId: LEA, method: "code" });
    const placedAt = NOW + 2 * HOUR;
    const after = await order(
      await recordOne(confirmed({ ...TOTAL, codes: ["LEA10"], placedAt }, { externalId: "1002" })),
    );
    expect(after).toMatchObject({ creatorId: null, status: "orphan" });
    expect((await allRows()).code_uses).toHaveLength(2);
  });

  test("UPF-57: a code of another store attributes nothing", async () => {
    const storeId = id("str", 2);
    await insertStore({ id: storeId });
    await insertPlan({ id: id("pln", 2), storeId });
    const foreign = {
      id: id("cod", 9),
      storeId,
      planId: id("pln", 2),
      campaignId: null,
      creatorId: ZOE,
      text: "FAR10",
    };
    const rest = { state: "active", origin: "hand", createdAt: 0, updatedAt: 0 } as const;
    await env.DB.batch(insertCodes({ d1: env.DB }, [{ ...foreign, ...rest }]));
    const row = await order(await recordOne(confirmed({ ...TOTAL, codes: ["FAR10"] })));
    expect([row.status, (await allRows()).code_uses]).toEqual(["orphan", []]);
  });

  test("UPF-63: orders count whatever the country, and keep it", async () => {
    const clicks = [clickOn(LEA_LINK)];
    const countries = ["DE", "US", "XX", undefined];
    await record(
      countries.map((country, index) =>
        confirmed({ ...TOTAL, clicks, codes: ["LEA10"], country }, { externalId: String(index) }),
      ),
    );
    const { orders, code_uses: uses } = await allRows();
    expect(orders.map((row) => [row["creator_id"], row["country"]])).toEqual([
      [LEA, "DE"],
      [LEA, "US"],
      [LEA, "XX"],
      [LEA, null],
    ]);
    expect(uses.map((row) => row["country"])).toEqual(["DE", "US", "XX", null]);
  });

  test("UPF-64: a plan without discount or codes tracks by its links", async () => {
    const planId = id("pln", 3);
    await insertPlan({ id: planId, discount: null, codePattern: null });
    await putLink({ id: id("lnk", 903), creatorId: ZOE, planId, campaignId: null });
    const clicks = [clickOn(id("lnk", 903))];
    const row = await order(await recordOne(confirmed({ ...TOTAL, discountMinor: 0, clicks })));
    expect(row).toMatchObject({ creatorId: ZOE, planId, method: "click", status: "pending", discountMinor: 0 });
  });
});

describe("uses of codes", () => {
  test("are none of a test, also where it is told late that it is one", async () => {
    const first = claimed({ ...TOTAL, codes: ["LEA10"] });
    const last = confirmed({ ...TOTAL, codes: ["LEA10"], test: true });
    await record([first, claimed({ ...TOTAL, codes: ["LEA10"] }, { externalId: "1002" })]);
    expect((await allRows()).code_uses).toHaveLength(2);
    await record([last]);
    expect((await allRows()).code_uses).toMatchObject([{ order_id: "1002" }]);
    expect((await allRows()).orders[0]).toMatchObject({ status: "test", test: 1, creator_id: LEA });
    await record([confirmed({ test: false }, { sourceTime: NOW + 1 })]);
    expect((await allRows()).code_uses).toHaveLength(2);
  });

  test("happen when the order was placed, as far as is known by now", async () => {
    await record([claimed({ ...TOTAL, codes: ["LEA10"], country: "DE" })]);
    await record([confirmed({ ...TOTAL, codes: ["ZOE10"], placedAt: NOW - HOUR })]);
    const use = { order_id: "1001", used_at: NOW - HOUR, country: "DE" };
    expect((await allRows()).code_uses).toMatchObject([
      { code_id: LEA_CODE, ...use },
      { code_id: ZOE_CODE, ...use },
    ]);
  });
});

describe("clicks of customers", () => {
  test("are kept, and credit an order of theirs that comes without one", async () => {
    await record([confirmed({ ...TOTAL, clicks: [clickOn(LEA_LINK)], customerHash: "c" })]);
    const other = await recordOne(confirmed({ ...TOTAL, customerHash: "c" }, { externalId: "1002" }));
    expect(await order(other)).toMatchObject({ creatorId: LEA, linkId: LEA_LINK });
    const stranger = await recordOne(confirmed({ ...TOTAL, customerHash: "d" }, { externalId: "1003" }));
    expect(await order(stranger)).toMatchObject({ creatorId: null });
    expect((await allRows()).customer_touches).toMatchObject([{ store_id: STORE, customer_hash: "c" }]);
  });

  test("are not kept of tests", async () => {
    await record([confirmed({ ...TOTAL, clicks: [clickOn(LEA_LINK)], customerHash: "c", test: true })]);
    expect((await allRows()).customer_touches).toEqual([]);
  });
});

describe("recording", () => {
  test("takes a bounded number of statements for 200 orders", async () => {
    const reports = Array.from({ length: 200 }, (_none, index) =>
      confirmed({ ...TOTAL, clicks: [clickOn(LEA_LINK, NOW - index)], codes: ["ZOE10"] }, { externalId: `o${index}` }),
    );
    const { d1, sent } = counting();
    const ids = await record(reports, POLICY, recordDeps(d1));
    expect([ids.size, new Set(ids.values()).size]).toEqual([200, 200]);
    expect(sent.batches).toBeLessThanOrEqual(12);
    expect(sent.statements).toBeLessThanOrEqual(48);
    const { orders, order_evidence: all, code_uses: uses } = await allRows();
    expect([orders.length, all.length, uses.length]).toEqual([200, 200, 200]);

    const replay = counting();
    expect(await record(reports, POLICY, recordDeps(replay.d1))).toEqual(ids);
    expect(replay.sent).toEqual({ batches: 0, statements: 8 });
  });

  test("of nothing does nothing", async () => {
    expect(await record([])).toEqual(new Map());
  });

  test("loses nothing to another report of the same order at the same moment", async () => {
    const [one, two, three] = [
      claimed({ ...TOTAL, codes: ["LEA10"] }),
      claimed({ ...TOTAL, codes: ["ZOE10"] }),
      confirmed(TOTAL),
    ];
    beforeNextWrite(() => record([two]), "INSERT INTO orders");
    const first = await record([one]);
    beforeNextWrite(() => record([three]), "INSERT INTO orders");
    await record([claimed({ country: "DE" })]);
    const { orders, order_evidence: all } = await allRows();
    expect(all).toHaveLength(4);
    expect(orders).toMatchObject([{ id: first.get("1001"), version: 4, trust: "confirmed", country: "DE" }]);
    expect(orders[0]?.["codes"]).toBe('["LEA10","ZOE10"]');
  });

  test("at the same time by many ends as one after the other", async () => {
    const reports = Array.from({ length: 5 }, (_none, index) => claimed({ ...TOTAL, codes: [`C${index}`] }));
    await Promise.all(reports.map((report) => record([report])));
    const { orders, order_evidence: all } = await allRows();
    expect(all).toHaveLength(5);
    expect(orders).toMatchObject([{ version: 5, codes: '["C0","C1","C2","C3","C4"]' }]);
  });

  test("throws while D1 is away, and a repeat completes it", async () => {
    const reports = ["1", "2"].map((externalId) => confirmed({ ...TOTAL, codes: ["LEA10"] }, { externalId }));
    for (const lost of [false, true]) {
      await expect(record(reports, POLICY, recordDeps(failingAfter(2, lost)))).rejects.toThrow(
        "Network connection lost",
      );
    }
    expect((await allRows()).orders).toHaveLength(2);
    const before = await allRows();
    expect((await record(reports)).size).toBe(2);
    expect(await allRows()).toEqual(before);
  });

  test("leaves out the one order that can't be written, and logs it", async () => {
    const log = vi.spyOn(console, "error").mockImplementation(() => {});
    const reports = ["1", "2", "3"].map((externalId) => confirmed(TOTAL, { externalId }));
    const [, bad] = reports;
    if (bad !== undefined) bad.evidence.hash = null as unknown as string;
    const ids = await record(reports);
    expect([...ids.keys()]).toEqual(["1", "3"]);
    expect((await allRows()).orders.map((row) => row["external_id"])).toEqual(["1", "3"]);
    expect(log).toHaveBeenCalledOnce();
    expect(JSON.parse(String(log.mock.lastCall?.[0]))).toMatchObject({ event: "order_not_recorded", externalId: "2" });
  });
});
