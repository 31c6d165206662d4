import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { auditSchema } from "../../../src/journal/audit/schema.ts";
import { orderDetail, orderExplanation, orderSchema } from "../../../src/sales/order/schema.ts";
import { api, bodyOf, expectInvalid, pagesOf, problemOf } from "../../ground/api.ts";
import { noteOf, putApproval, putCommission, putLock, putRun } from "../../books/books-fixtures.ts";
import { beforeNextWrite } from "../../ground/before-write.ts";
import { createKey, expectGuarded } from "../../operate/key-fixtures.ts";
import {
  CAMPAIGN,
  id,
  insertCampaign,
  insertPlan,
  insertStore,
  NOW,
  PLAN,
  setMembers,
  STORE,
} from "../../programme/generation-fixtures.ts";
import { book } from "../../books/money-fixtures.ts";
import {
  allRows,
  claimed,
  clickOn,
  confirmed,
  DAY,
  HOUR,
  insertShop,
  LEA,
  LEA_CODE,
  LEA_LINK,
  POLICY,
  record,
  recordOne,
  ZOE,
  ZOE_LINK,
} from "../order-fixtures.ts";
import { tenPercent } from "../../programme/rule-fixtures.ts";

const TOTAL = { currency: "EUR", totalMinor: 1001 };
const eur = (amountMinor: number) => ({ amountMinor, currency: "EUR" });

/** Approved by hand alone, or else the day on which tests run would make a difference. */
beforeEach(() => insertShop({ commission: tenPercent({ holdDays: null }) }));

afterEach(() => {
  vi.restoreAllMocks();
});

const read = async (orderId: string) => bodyOf(orderDetail, await api("GET", `/orders/${orderId}`));
const explain = async (orderId: string) => bodyOf(orderExplanation, await api("GET", `/orders/${orderId}/explanation`));
const attribute = async (orderId: string, body: Record<string, unknown>, headers?: Record<string, string>) =>
  api("POST", `/orders/${orderId}/attribute`, body, headers);

/** The shop's ids of the orders that a list has. */
async function listed(query: string): Promise<string[]> {
  const pages = await pagesOf(orderSchema, `/orders?limit=2&${query}`);
  return pages.flat().map(({ externalId }) => externalId);
}

describe("an order", () => {
  test("shows all that is known of it", async () => {
    const click = clickOn(LEA_LINK);
    const amounts = { subtotalMinor: 901, discountMinor: 100, shippingMinor: 200, taxMinor: 160, refundedMinor: 1 };
    const items = [{ sku: "a", name: "Sock", quantity: 2, priceMinor: 450 }];
    const said = { ...TOTAL, ...amounts, items, status: "paid", placedAt: NOW - HOUR, customerHash: "secret" } as const;
    const orderId = await recordOne(
      claimed({ ...TOTAL, clicks: [click], badClicks: ["bad_signature"] }, { receivedAt: NOW - 1000 }),
      confirmed({ ...said, codes: ["LEA10"], clicks: [click], country: "DE" }),
    );
    const order = await read(orderId);
    const shown = {
      subtotal: eur(901),
      discount: eur(100),
      shipping: eur(200),
      tax: eur(160),
      refunded: eur(1),
      total: eur(1001),
      items: [{ sku: "a", name: "Sock", quantity: 2, price: eur(450), category: null }],
      codes: ["LEA10"],
      country: "DE",
      placedAt: new Date(NOW - HOUR).toISOString(),
    };
    const owner = { creatorId: LEA, campaignId: CAMPAIGN, planId: PLAN, linkId: LEA_LINK, codeId: null };
    expect(order).toMatchObject({
      id: orderId,
      storeId: STORE,
      externalId: "1001",
      status: "pending",
      trust: "confirmed",
      sourceStatus: "paid",
      ...shown,
      test: false,
      attribution: {
        ...owner,
        method: "click",
        model: "last_click",
        shares: [{ ...owner, weight: { numerator: 1, denominator: 1 }, amount: eur(1001) }],
      },
      commission: null,
      review: null,
      approvedAt: null,
      approvalDueAt: null,
      createdAt: new Date(NOW).toISOString(),
      updatedAt: new Date(NOW).toISOString(),
    });
    expect(order.evidence).toMatchObject([
      { source: "snippet", trust: "claimed", data: { badClicks: ["bad_signature"], customer: false, tax: null } },
      { source: "order", trust: "confirmed", data: { ...shown, status: "paid", customer: true } },
    ]);
    expect(order.evidence[1]?.data.clicks).toEqual([{ ...click, time: new Date(click.time).toISOString() }]);
    expect(JSON.stringify(order)).not.toContain("secret");
    expect(await explain(orderId)).toMatchObject({
      rule: "last_click",
      ruleVersion: 3,
      policy: POLICY,
      window: { from: new Date(NOW - HOUR - 30 * DAY).toISOString() },
      candidates: [
        { touch: { kind: "click", creatorId: LEA, linkId: LEA_LINK }, eligible: true, reasonCode: null },
        { touch: { kind: "code", creatorId: LEA, codeId: LEA_CODE }, eligible: true },
      ],
      wouldHaveBeen: { code_wins: LEA },
      manual: null,
    });
    const { decision, candidates } = await explain(orderId);
    expect(decision).toContain("Lea");
    expect(JSON.stringify([decision, candidates.map(({ reason }) => reason)])).not.toContain("crt_");
  });

  test("of which little is known says so", async () => {
    const order = await read(await recordOne(claimed({})));
    expect(order).toMatchObject({ status: "orphan", attribution: null, total: null, refunded: null, items: null });
    expect(order).toMatchObject({
      codes: [],
      country: null,
      sourceStatus: null,
      placedAt: new Date(NOW).toISOString(),
    });
  });

  test("that is split shows each part", async () => {
    const clicks = [clickOn(LEA_LINK, NOW - 2 * HOUR), clickOn(ZOE_LINK)];
    const ids = await record([confirmed({ ...TOTAL, clicks })], { ...POLICY, model: "split" });
    const { attribution } = await read(ids.get("1001") ?? "");
    expect(attribution).toMatchObject({ creatorId: ZOE, model: "split" });
    expect(attribution?.shares.map(({ creatorId, amount }) => [creatorId, amount])).toEqual([
      [ZOE, eur(501)],
      [LEA, eur(500)],
    ]);
    expect([await listed(`creator=${LEA}`), await listed(`creator=${ZOE}`)]).toEqual([["1001"], ["1001"]]);
  });

  test("that isn't there is not found", async () => {
    const orderId = id("ord", 1);
    expect(problemOf(await api("GET", `/orders/${orderId}`)).code).toBe("not_found");
    expect(problemOf(await api("GET", `/orders/${orderId}/explanation`)).code).toBe("not_found");
    expect(problemOf(await attribute(orderId, { creatorId: LEA, reason: "x" })).code).toBe("not_found");
    expectInvalid(await api("GET", "/orders/1001"), "id");
  });
});

describe("a commission", () => {
  const clicks = [clickOn(LEA_LINK, NOW - 2 * HOUR), clickOn(ZOE_LINK)];
  const split = async () => {
    const ids = await record([confirmed({ ...TOTAL, clicks })], { ...POLICY, model: "split" });
    return ids.get("1001") ?? "";
  };

  test("is shown by share, the owner's first, with what is booked of it", async () => {
    const orderId = await split();
    expect((await read(orderId)).commission).toBeNull();
    await putCommission(orderId, { creatorId: LEA, amountMinor: 50 });
    // Until all of it is computed, none of it is.
    expect((await read(orderId)).commission).toBeNull();
    await putCommission(orderId, { creatorId: ZOE, amountMinor: 51, ruleVersion: 3 });
    const booked = { orderId, amountMinor: 40 };
    await book(booked);
    await book({ ...booked, type: "adjustment", amountMinor: 2 });
    await book({ ...booked, type: "reversal", amountMinor: -9, creatorId: ZOE });
    await book({ ...booked, type: "clawback", amountMinor: -1, creatorId: ZOE });
    // Neither of these is booked of the commission: a bonus, another currency, another order.
    await book({ ...booked, type: "bonus" });
    await book({ ...booked, currency: "USD" });
    await book({ amountMinor: 9 });
    const share = { planId: PLAN, reasonCode: null, missingRates: [] };
    const commission = {
      shares: [
        { ...share, creatorId: ZOE, ruleVersion: 3, amount: eur(51), booked: eur(-10) },
        { ...share, creatorId: LEA, ruleVersion: 1, amount: eur(50), booked: eur(42) },
      ],
      total: eur(101),
    };
    expect((await read(orderId)).commission).toEqual(commission);
    const [page] = await pagesOf(orderSchema, "/orders?limit=50");
    expect(page?.map((order) => order.commission)).toEqual([commission]);
  });

  test("has no total where a share can't be said, or in several currencies", async () => {
    const orderId = await split();
    const unsaid = { currency: null, amountMinor: null, ruleVersion: null, planId: null };
    await putCommission(orderId, { creatorId: ZOE, ...unsaid, note: noteOf("rate_missing") });
    await putCommission(orderId, { creatorId: LEA, amountMinor: 0 });
    expect((await read(orderId)).commission).toMatchObject({
      shares: [
        { creatorId: ZOE, amount: null, booked: null, reasonCode: "rate_missing", planId: null, ruleVersion: null },
        { creatorId: LEA, amount: eur(0), booked: eur(0) },
      ],
      total: null,
    });
    await env.DB.prepare("UPDATE order_commissions SET currency = 'EUR', amount_minor = NULL").run();
    expect((await read(orderId)).commission?.total).toBeNull();
    await env.DB.prepare("UPDATE order_commissions SET currency = 'USD', amount_minor = 5 WHERE creator_id = ?1")
      .bind(ZOE)
      .run();
    await env.DB.prepare("UPDATE order_commissions SET amount_minor = 5").run();
    const { commission } = await read(orderId);
    expect(commission?.total).toBeNull();
    expect(commission?.shares.map(({ amount }) => amount?.currency)).toEqual(["USD", "EUR"]);
  });

  test.each(["declined", "test"])("is none of an order that is %s, whatever was computed before", async (status) => {
    const orderId = await recordOne(confirmed({ ...TOTAL, clicks: [clickOn(LEA_LINK)] }));
    await putCommission(orderId);
    expect((await read(orderId)).commission).toMatchObject({ total: eur(100) });
    await env.DB.prepare("UPDATE orders SET status = ?1").bind(status).run();
    expect((await read(orderId)).commission).toBeNull();
  });

  test("of a page is read in as many queries as that of one order", async () => {
    const ids = await record(
      Array.from({ length: 7 }, (_none, index) =>
        confirmed({ ...TOTAL, clicks: [clickOn(LEA_LINK)] }, { externalId: String(index) }),
      ),
    );
    for (const orderId of ids.values()) await putCommission(orderId);
    const queries = async (limit: number) => {
      const prepare = vi.spyOn(env.DB, "prepare");
      expect((await api("GET", `/orders?limit=${limit}`)).status).toBe(200);
      const asked = prepare.mock.calls.length;
      prepare.mockRestore();
      return asked;
    };
    expect(await queries(7)).toBe(await queries(1));
  });
});

describe("the list", () => {
  beforeEach(async () => {
    await insertStore({ id: id("str", 2) });
    await record([
      confirmed({ ...TOTAL, clicks: [clickOn(LEA_LINK, NOW - 4 * DAY)], placedAt: NOW - 3 * DAY }, { externalId: "a" }),
      claimed({ ...TOTAL, codes: ["Zoe10"] }, { externalId: "b" }),
      claimed({ ...TOTAL, codes: ["SUMMER"] }, { externalId: "c" }),
      confirmed({ ...TOTAL, clicks: [clickOn(ZOE_LINK)], test: true }, { externalId: "d" }),
    ]);
  });

  test("runs from new to old, page by page", async () => {
    expect(await listed("")).toEqual(["d", "c", "b", "a"]);
  });

  test("runs by when orders were placed, page by page, searched too, and sorts no more than those of one moment", async () => {
    await record([
      confirmed({ ...TOTAL, placedAt: NOW - DAY }, { externalId: "late" }),
      confirmed({ ...TOTAL, placedAt: NOW - 3 * DAY }, { externalId: "late-a" }),
    ]);
    const runs = async (query: string) => {
      const pages = await pagesOf(orderSchema, `/orders?limit=1&sort=-placedAt${query}`);
      return pages.flatMap((page) => page.map(({ externalId }) => externalId));
    };
    const all = ["d", "c", "b", "late", "late-a", "a"];
    expect(await listed("sort=-placedAt")).toEqual(all);
    expect(await runs("")).toEqual(all);
    expect(await runs(`&store=${STORE}`)).toEqual(all);
    expect(await listed("")).toEqual(["late-a", "late", "d", "c", "b", "a"]);
    expect(await runs("&q=late")).toEqual(["late", "late-a"]);
    // A cursor of the one is none of the other, and one that somebody made up is none at all.
    const cursorOf = async (query: string) =>
      ((await api("GET", `/orders?limit=1${query}`)).body as { nextCursor: string }).nextCursor;
    const madeUp = ["p1:x:ord_0000000000000000", `p1:${NOW}:' OR 1`, `p1:${"9".repeat(16)}:ord_0000000000000000`].map(
      btoa,
    );
    for (const cursor of [await cursorOf(""), ...madeUp, "%25"]) {
      expectInvalid(await api("GET", `/orders?sort=-placedAt&cursor=${encodeURIComponent(cursor)}`), "cursor");
    }
    expectInvalid(await api("GET", `/orders?cursor=${await cursorOf("&sort=-placedAt")}`), "cursor");
    expectInvalid(await api("GET", "/orders?sort=placedAt"), "sort");
    const plansOf = async (query: string): Promise<string> => {
      const prepare = vi.spyOn(env.DB, "prepare");
      await api("GET", `/orders?sort=-placedAt&limit=1${query}`);
      const asked = prepare.mock.calls.flatMap(([sql]) => (/from "orders" .*order by/s.test(sql) ? [sql] : []));
      prepare.mockRestore();
      const sql = asked.join(";");
      const { results } = await env.DB.prepare(`EXPLAIN QUERY PLAN ${sql}`)
        .bind(...Array.from(sql.matchAll(/\?/g), () => null))
        .all<{ detail: string }>();
      return results.map(({ detail }) => detail).join("\n");
    };
    const next = btoa(`p1:${NOW}:ord_0000000000000000`).replaceAll("=", "");
    for (const at of ["", `&cursor=${next}`]) {
      expect(await plansOf(at)).toMatch(
        /^(?:SCAN|SEARCH) orders USING INDEX orders_placed.*\nUSE TEMP B-TREE FOR LAST TERM OF ORDER BY$/,
      );
      expect(await plansOf(`${at}&store=${STORE}`)).toMatch(
        /^SEARCH orders USING INDEX orders_store_placed \(store_id=\?.*\)\nUSE TEMP B-TREE FOR LAST TERM OF ORDER BY$/,
      );
    }
  });

  test.each([
    [`store=${STORE}`, ["d", "c", "b", "a"]],
    [`store=${id("str", 2)}`, []],
    [`creator=${LEA}`, ["a"]],
    [`creator=${ZOE}`, ["d", "b"]],
    [`campaign=${CAMPAIGN}`, ["d", "b", "a"]],
    [`plan=${PLAN}`, ["d", "b", "a"]],
    ["status=orphan", ["c"]],
    ["status=test", ["d"]],
    ["status=received", ["b"]],
    ["trust=confirmed", ["d", "a"]],
    [`from=${new Date(NOW).toISOString()}`, ["d", "c", "b"]],
    [`to=${new Date(NOW).toISOString()}`, ["a"]],
    [`from=${new Date(NOW - 3 * DAY).toISOString()}&to=${new Date(NOW - 2 * DAY).toISOString()}`, ["a"]],
    ["code=zOE10", ["b"]],
    ["code=zoe", []],
    ["q=c", ["c"]],
    [`q=a&creator=${ZOE}`, []],
  ])("with %s has those that match", async (query, expected) => {
    expect(await listed(query)).toEqual(expected);
  });

  test("by a part of the shop's id has the one first that is called so, from page to page (DSH-3)", async () => {
    await record(["#7001", "17001", "AB-7001", "70012", "7002"].map((externalId) => claimed(TOTAL, { externalId })));
    const all = ["#7001", "70012", "AB-7001", "17001"];
    for (const q of ["7001", "%237001"]) {
      expect(await listed(`q=${q}`)).toEqual(all);
      const pages = await pagesOf(orderSchema, `/orders?limit=1&q=${q}`);
      expect(pages.map((page) => page.map(({ externalId }) => externalId))).toEqual(all.map((name) => [name]));
    }
    expect(await listed("q=ab-")).toEqual(["AB-7001"]);
    expect(await listed(`q=700&store=${STORE}&status=orphan`)).toEqual(["7002", "70012", "AB-7001", "17001", "#7001"]);
    expect(await listed(`q=700&store=${id("str", 2)}`)).toEqual([]);
    // So short a part would be in most: that is the whole of it, or nothing.
    expect(await listed("q=70")).toEqual([]);
    expect(await listed("q=%2500")).toEqual([]);
  });

  test("by its number as by the shop's id, also where several have one (DSH-3)", async () => {
    await record(["5630", "5631", "5632", "4711"].map((externalId) => claimed(TOTAL, { externalId })));
    const number = env.DB.prepare("UPDATE orders SET order_number = ?2 WHERE external_id = ?1");
    await env.DB.batch([number.bind("5630", "#4711"), number.bind("5631", "#47110"), number.bind("5632", "EU-4711")]);
    for (const q of ["4711", "%234711"]) {
      expect(await listed(`q=${q}`)).toEqual(["4711", "5630", "5632", "5631"]);
      const pages = await pagesOf(orderSchema, `/orders?limit=1&q=${q}`);
      expect(pages.map((page) => page.map(({ orderNumber }) => orderNumber))).toEqual([
        [null],
        ["#4711"],
        ["EU-4711"],
        ["#47110"],
      ]);
    }
    expect(await listed("q=eu-")).toEqual(["5632"]);
    expect(await listed(`q=4711&store=${id("str", 2)}`)).toEqual([]);
  });

  test("says which pending ones wait for a person, and which for the rule", async () => {
    await env.DB.prepare("UPDATE orders SET status = 'pending', due_at = iif(external_id = 'b', 5, NULL)").run();
    await env.DB.prepare(
      "DELETE FROM settlements_due WHERE order_id <> (SELECT id FROM orders WHERE external_id = 'd')",
    ).run();
    expect(await listed("approval=rule")).toEqual(["b"]);
    expect(await listed("approval=hand&status=pending")).toEqual(["c", "a"]);
  });

  test("finds orders by where the books have them", async () => {
    const owned = { ...TOTAL, clicks: [clickOn(LEA_LINK)] };
    const ids = await record(
      ["open", "locked", "payable", "paid", "both", "freed", "disputed"].map((externalId) =>
        confirmed(owned, { externalId }),
      ),
    );
    const seqs = new Map<string, number>();
    for (const [name, orderId] of ids) seqs.set(name, await putApproval(orderId, NOW + (name === "open" ? 5 : 4)));
    const run = async (status: Parameters<typeof putRun>[0], name: string) =>
      putRun(status, ids.get(name) ?? "", [seqs.get(name) ?? 0]);
    await run("draft", "payable");
    await run("paid", "paid");
    await run("cancelled", "freed");
    await run("reversed", "freed");
    await run("paid", "both");
    await putRun("draft", ids.get("both") ?? "", [await book({ orderId: ids.get("both") ?? null, amountMinor: 1 })]);
    await env.DB.prepare("UPDATE orders SET status = 'disputed' WHERE external_id = 'disputed'").run();
    const approved = ["freed", "both", "paid", "payable", "locked", "open"];
    expect(await listed("status=approved")).toEqual(
      approved.filter((name) => !["both", "paid", "payable"].includes(name)),
    );
    // Neither an open period nor another store's locks anything, and a lock ends before what is at its end.
    await putLock(NOW + 6, { lockedAt: null });
    await insertStore({ id: id("str", 3) });
    await putLock(NOW + 9, { storeId: id("str", 3) });
    expect(await listed("status=locked")).toEqual([]);
    await putLock(NOW + 5);
    expect(await listed("status=approved")).toEqual(["open"]);
    expect(await listed("status=locked")).toEqual(["freed", "locked"]);
    expect(await listed("status=payable")).toEqual(["payable"]);
    expect(await listed("status=paid")).toEqual(["both", "paid"]);
    expect(await listed("status=disputed")).toEqual(["disputed"]);
    for (const [name, orderId] of ids) {
      const status = { open: "approved", freed: "locked", both: "paid" }[name] ?? name;
      expect((await read(orderId)).status, name).toBe(status);
    }
  });

  test.each([
    ["store", "x"],
    ["status", "settled"],
    ["from", "yesterday"],
    ["color", "red"],
  ])("with a bad %s is refused", async (name, value) => {
    expectInvalid(await api("GET", `/orders?${name}=${value}`), name);
  });
});

describe("acceptance rows", () => {
  test("UPF-30, UPF-46, UPF-47: an order shows in all campaigns that share its plan and creator, and has one owner", async () => {
    const [second, third, fourth] = [id("cmp", 2), id("cmp", 3), id("cmp", 4)];
    await insertCampaign({ id: second });
    await insertCampaign({ id: third });
    await insertPlan({ id: id("pln", 4) });
    await insertCampaign({ id: fourth, planId: id("pln", 4) });
    await env.DB.batch([setMembers([LEA], "approved", second), setMembers([ZOE], "approved", third)]);
    await env.DB.batch([setMembers([LEA], "approved", fourth)]);
    const orderId = await recordOne(confirmed({ ...TOTAL, clicks: [clickOn(LEA_LINK)] }));
    const shown = [];
    for (const campaign of [CAMPAIGN, second, third, fourth]) shown.push(await listed(`campaign=${campaign}`));
    expect(shown).toEqual([["1001"], ["1001"], [], []]);
    expect((await read(orderId)).attribution).toMatchObject({ creatorId: LEA, campaignId: CAMPAIGN });
    expect((await read(orderId)).attribution?.shares).toHaveLength(1);
  });

  test("UPF-31: a plan under which an order is credited is not exchanged, by override neither", async () => {
    await insertPlan({ id: id("pln", 5) });
    const patch = { planId: id("pln", 5), override: { reason: "Wrong plan" } };
    await recordOne(confirmed({ ...TOTAL, clicks: [clickOn(LEA_LINK)], test: true }, { externalId: "test" }));
    const exchange = async () => api("PATCH", `/campaigns/${CAMPAIGN}`, patch);
    await insertCampaign({ id: id("cmp", 6) });
    expect((await api("PATCH", `/campaigns/${id("cmp", 6)}`, patch)).status).toBe(200);
    beforeNextWrite(() => recordOne(confirmed({ ...TOTAL, clicks: [clickOn(LEA_LINK)] })));
    expect(problemOf(await exchange())).toMatchObject({ status: 409, code: "sales_recorded" });
    expect(problemOf(await exchange())).toMatchObject({ status: 409, code: "sales_recorded" });
  });
});

describe("a decision by hand", () => {
  test("outranks the rules, is audited, and stays whatever is heard later", async () => {
    const orderId = await recordOne(claimed({ ...TOTAL, clicks: [clickOn(LEA_LINK)] }));
    const answer = await attribute(orderId, { creatorId: ZOE, campaignId: CAMPAIGN, reason: "Agreed by phone" });
    const owner = { creatorId: ZOE, campaignId: CAMPAIGN, planId: PLAN, linkId: null, codeId: null, method: "manual" };
    expect(bodyOf(orderSchema, answer).attribution).toMatchObject(owner);
    await recordOne(confirmed({ ...TOTAL, totalMinor: 2000, clicks: [clickOn(LEA_LINK)] }));
    const order = await read(orderId);
    expect(order).toMatchObject({ status: "pending", total: eur(2000), attribution: owner });
    expect(order.attribution?.shares).toMatchObject([{ creatorId: ZOE, amount: eur(2000) }]);
    const { rule, manual, wouldHaveBeen } = await explain(orderId);
    expect(rule).toBe("manual");
    expect(manual).toMatchObject({ creatorId: ZOE, planId: PLAN, reason: "Agreed by phone", actor: "bootstrap" });
    expect(wouldHaveBeen).toMatchObject({ last_click: LEA });
    const [entry] = (await pagesOf(auditSchema, `/audit?entityId=${orderId}&limit=50`)).flat();
    expect(entry).toMatchObject({
      action: "attribute",
      entity: "order",
      before: { attribution: { creatorId: LEA }, manual: null },
      after: { attribution: { creatorId: ZOE }, manual: { reason: "Agreed by phone" } },
    });
  });

  test("is replaced by another, and taken back for the rules", async () => {
    const orderId = await recordOne(confirmed({ ...TOTAL, clicks: [clickOn(LEA_LINK)] }));
    const before = await read(orderId);
    await attribute(orderId, { creatorId: ZOE, reason: "one" });
    expect(bodyOf(orderSchema, await attribute(orderId, { creatorId: null, reason: "two" }))).toMatchObject({
      status: "orphan",
      attribution: null,
    });
    expect((await explain(orderId)).manual).toMatchObject({ creatorId: null, reason: "two" });
    const after = bodyOf(orderSchema, await attribute(orderId, { rule: true, reason: "Mistaken" }));
    expect({ ...after, updatedAt: before.updatedAt }).toEqual(orderSchema.parse(before));
    expect((await explain(orderId)).manual).toBeNull();
    expect((await pagesOf(auditSchema, `/audit?entityId=${orderId}&limit=50`)).flat()).toHaveLength(3);
  });

  test("is as good as ever after evidence came in between", async () => {
    const orderId = await recordOne(claimed({ ...TOTAL, clicks: [clickOn(LEA_LINK)] }));
    beforeNextWrite(() => recordOne(confirmed({ ...TOTAL, totalMinor: 5 })));
    const order = bodyOf(orderSchema, await attribute(orderId, { creatorId: ZOE, reason: "x" }));
    expect(order).toMatchObject({ total: eur(5), trust: "confirmed", attribution: { creatorId: ZOE } });
  });

  test("names a creator who is there, also at the last moment", async () => {
    const orderId = await recordOne(confirmed(TOTAL));
    expectInvalid(await attribute(orderId, { creatorId: id("crt", 99), reason: "x" }), "creatorId");
    const remove = env.DB.prepare("UPDATE creators SET deleted_at = 1 WHERE id = ?1").bind(ZOE);
    beforeNextWrite(() => remove.run());
    expectInvalid(await attribute(orderId, { creatorId: ZOE, reason: "x" }), "creatorId");
    expect((await allRows()).orders).toMatchObject([{ version: 1, manual: null }]);
  });

  test("names a plan of the store, and a campaign of the plan", async () => {
    const orderId = await recordOne(confirmed(TOTAL));
    await insertStore({ id: id("str", 2) });
    const foreign = id("pln", 7);
    await insertPlan({ id: foreign, storeId: id("str", 2) });
    await insertCampaign({ id: id("cmp", 7), planId: foreign });
    await insertPlan({ id: id("pln", 8) });
    const given = { creatorId: ZOE, reason: "x" };
    expectInvalid(await attribute(orderId, { ...given, planId: id("pln", 99) }), "planId");
    expectInvalid(await attribute(orderId, { ...given, planId: foreign }), "planId");
    expectInvalid(await attribute(orderId, { ...given, campaignId: id("cmp", 99) }), "campaignId");
    expectInvalid(await attribute(orderId, { ...given, campaignId: id("cmp", 7) }), "campaignId");
    expectInvalid(await attribute(orderId, { ...given, campaignId: CAMPAIGN, planId: id("pln", 8) }), "campaignId");
    const order = bodyOf(orderSchema, await attribute(orderId, { ...given, planId: id("pln", 8) }));
    expect(order.attribution).toMatchObject({ planId: id("pln", 8), campaignId: null });
  });

  test.each([
    ["creatorId", { creatorId: undefined }],
    ["creatorId", { rule: true }],
    ["creatorId", { creatorId: "lea" }],
    ["rule", { rule: false }],
    ["campaignId", { creatorId: null, campaignId: CAMPAIGN }],
    ["planId", { creatorId: undefined, rule: true, planId: PLAN }],
    ["reason", { reason: " " }],
    ["reason", { reason: undefined }],
    ["amount", { amount: 3 }],
  ])("with a bad %s is refused", async (path, values) => {
    const orderId = await recordOne(confirmed(TOTAL));
    expectInvalid(await attribute(orderId, { creatorId: LEA, reason: "x", ...values }), path);
  });

  test("answers a repeated request as before, and names the key that decided", async () => {
    const orderId = await recordOne(confirmed(TOTAL));
    const { id: keyId, key } = await createKey(["orders:write"]);
    const headers = { authorization: `Bearer ${key}`, "idempotency-key": "once" };
    const first = await attribute(orderId, { creatorId: LEA, reason: "x" }, headers);
    expect(first.status).toBe(200);
    expect((await attribute(orderId, { creatorId: LEA, reason: "x" }, headers)).body).toEqual(first.body);
    expect((await explain(orderId)).manual).toMatchObject({ actor: keyId });
    expect((await allRows()).orders).toMatchObject([{ version: 2 }]);
  });
});

test.each([
  ["GET", "/orders", "orders:read"],
  ["GET", `/orders/${id("ord", 1)}`, "orders:read"],
  ["GET", `/orders/${id("ord", 1)}/explanation`, "orders:read"],
  ["POST", `/orders/${id("ord", 1)}/attribute`, "orders:write"],
] as const)("%s %s needs a key with its scope", async (method, path, scope) => {
  await expectGuarded(method, path, scope);
});
