import type * as z from "zod";
import { env } from "cloudflare:workers";
import Papa from "papaparse";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import {
  abandonersAnswer,
  abandonmentAnswer,
  cartsAnswer,
  checkoutAnswer,
} from "../../../src/reports/visits/cart-schema.ts";
import { heatAnswer } from "../../../src/reports/visits/heat-schema.ts";
import { api, bodyOf, expectInvalid, holding } from "../../ground/api.ts";
import { visit } from "../../edge/visit.ts";
import { NOW, STORE } from "../../programme/generation-fixtures.ts";
import { confirmed, DAY, insertShop, recordOne } from "../../sales/order-fixtures.ts";
import {
  boughtAs,
  filled,
  identify,
  putBehaviour,
  putCart,
  putHeat,
  putPage,
  putPlan,
  stepped,
} from "../../visits/visit-rows.ts";

const MINUTE = 60_000;

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: NOW });
  await insertShop();
  await putPlan();
});

afterEach(() => {
  vi.useRealTimers();
});

const carts = async (query = "") => bodyOf(cartsAnswer, await api("GET", `/carts?store=${STORE}&${query}`)).data;
const abandonment = async (query = "") =>
  bodyOf(abandonmentAnswer, await api("GET", `/reports/abandonment?store=${STORE}&${query}`));
const checkout = async (query = "") =>
  bodyOf(checkoutAnswer, await api("GET", `/reports/checkout?store=${STORE}&${query}`));
const abandoners = async (query = "") =>
  bodyOf(abandonersAnswer, await api("GET", `/audiences/abandoners?store=${STORE}&${query}`));

async function csvOf(path: string): Promise<Record<string, string>[]> {
  const response = await visit(`/api/v1${path}`, holding(env.ADMIN_API_KEY));
  expect(response.status).toBe(200);
  return Papa.parse<Record<string, string>>((await response.text()).trimEnd(), { header: true }).data;
}

let orders = 0;

/** Has the shop report an order of so many minutes ago. Answers the shop's id of it. */
async function order(minutesAgo: number, data: Parameters<typeof confirmed>[0] = {}, externalId = `o-${++orders}`) {
  const placedAt = NOW - minutesAgo * MINUTE;
  await recordOne(confirmed({ currency: "EUR", totalMinor: 1000, placedAt, status: "paid", ...data }, { externalId }));
  return externalId;
}

const ago = (minutes: number) => NOW - minutes * MINUTE;

describe("DIX-7, DIO-8: carts", () => {
  test("are what they came to, with the orders that the shop reports", async () => {
    await putCart([filled(ago(10))]);
    await putCart([filled(ago(40), 2)]);
    await putCart([filled(ago(40)), filled(ago(39), 0)]);
    await putCart([filled(ago(100)), boughtAs(ago(95), await order(95))]);
    const later = await order(60);
    await putCart([filled(ago(3 * 1440)), boughtAs(ago(60), later)]);
    // Cancelled, a test, or nothing but a page's word: no order.
    for (const data of [{ status: "cancelled" as const }, { test: true }]) {
      await putCart([filled(ago(100)), boughtAs(ago(95), await order(95, data))]);
    }
    await putCart([filled(ago(100)), boughtAs(ago(95), "made-up")]);
    const { data, total } = await abandonment();
    const counts = { carts: 7, open: 1, abandoned: 4, recovered: 1, bought: 1, replaced: 0, recoveryRate: 0.2 };
    const amounts = [
      {
        currency: "EUR",
        openMinor: 1000,
        abandonedMinor: 5000,
        recoveredMinor: 1000,
        boughtMinor: 1000,
        replacedMinor: 0,
      },
    ];
    expect(total).toEqual({ ...counts, amounts });
    expect(data).toEqual([{ start: null, source: null, ...counts, amounts }]);
    for (const state of ["open", "abandoned", "recovered", "bought", "replaced"] as const) {
      expect(await carts(`state=${state}`)).toHaveLength(counts[state]);
    }
    expect(await carts("state=empty")).toHaveLength(1);
  });

  test("of a visitor are one: of seven the last is abandoned, and an empty one takes no place", async () => {
    for (let n = 7; n >= 1; n--) await putCart([filled(ago(n * 60))], { visitorHash: "v" });
    await putCart([filled(ago(50)), filled(ago(49), 0)], { visitorHash: "v" });
    expect((await abandonment()).total).toMatchObject({ carts: 7, abandoned: 1, replaced: 6 });
    expect(await carts("state=abandoned")).toMatchObject([{ beganAt: new Date(ago(60)).toISOString() }]);
  });

  test("are bought on another device if it is known whose they are", async () => {
    const contactId = await identify("phone", "customer-1");
    await putCart([filled(ago(300))], { visitorHash: "phone" });
    await putCart([filled(ago(300))], { visitorHash: "stranger" });
    expect(new Set((await abandoners()).data.map((one) => one.contactId))).toEqual(new Set([contactId, null]));
    await order(20, { customerHash: "customer-2" });
    await order(400, { customerHash: "customer-1" });
    expect((await abandonment()).total).toMatchObject({ abandoned: 2, recovered: 0 });
    await order(20, { customerHash: "customer-1" });
    expect((await abandonment()).total).toMatchObject({ abandoned: 1, recovered: 1 });
    expect((await abandoners()).data).toMatchObject([{ contactId: null }]);
  });

  test("are told apart by day and source, of their beginning, with the share that was measured", async () => {
    await putPage({ page: "", views: 1 });
    await putPage({ page: "", span: "2026-11-20", consent: "denied", views: 3 });
    await putCart([filled(NOW - 2 * DAY)], { source: "search Google" });
    await putCart([filled(ago(50))], { source: "search Google" });
    await putCart([{ ...filled(ago(50)), valueMinor: 700, currency: "USD" } as never], { source: "direct" });
    const shown = async (query: string) =>
      (await abandonment(query)).data.map(({ start, source, abandoned }) => [start, source, abandoned]);
    expect(await shown("interval=day")).toEqual([
      ["2026-11-18", null, 1],
      ["2026-11-20", null, 2],
    ]);
    expect(await shown("by=source&interval=day")).toEqual([
      ["2026-11-18", "search Google", 1],
      ["2026-11-20", "direct", 1],
      ["2026-11-20", "search Google", 1],
    ]);
    const first = await abandonment("by=source&interval=day&limit=2");
    expect(first.data).toHaveLength(2);
    expect((await abandonment(`by=source&interval=day&limit=2&cursor=${first.nextCursor}`)).data).toHaveLength(1);
    expect(first.measuredShare).toBe(0.25);
    expect(first.abandonedAfterMinutes).toBe(30);
    expect(await csvOf(`/reports/abandonment?store=${STORE}&format=csv`)).toMatchObject([
      { carts: "3", abandoned: "3", currency: "EUR", abandonedValue: "20.00" },
      { carts: "", abandoned: "", currency: "USD", abandonedValue: "7.00" },
    ]);
    expect(await carts("from=2026-11-18&to=2026-11-18")).toHaveLength(1);
    expect(await carts("source=direct")).toHaveLength(1);
  });

  test("of long ago aren't told of: what became of them isn't kept", async () => {
    await putCart([], { firstAt: ago(50), lastAt: ago(50), items: 1, visitorHash: "", cartKey: "old:1" });
    expect(await carts()).toEqual([]);
    expectInvalid(await api("GET", `/reports/abandonment?store=${STORE}&from=2026-08-22`), "from");
    expect((await abandonment("from=2026-08-23")).total.carts).toBe(0);
  });

  test("are abandoned after as long as the store says", async () => {
    await env.DB.prepare(
      "UPDATE tagging_plans SET checkout = json_set(checkout, '$.abandonedAfterMinutes', 120)",
    ).run();
    await putCart([filled(ago(100))]);
    await putCart([filled(ago(121))]);
    expect((await abandonment()).total).toMatchObject({ open: 1, abandoned: 1 });
  });
});

describe("DIX-8, DIO-5: the checkout", () => {
  test("has for each step who came to it, went on, and was left, and each number is a list", async () => {
    const steps = (at: number, ...names: string[]) => names.map((name, index) => stepped(ago(at - index * 2), name));
    // Left at the first step, at the second, on the way, bought, and bought without a step told.
    await putCart([filled(ago(90)), ...steps(80, "address")]);
    await putCart([filled(ago(90)), ...steps(80, "address", "pay")]);
    await putCart([filled(ago(90)), ...steps(80, "pay", "address")]);
    await putCart([filled(ago(12)), ...steps(10, "address")]);
    await putCart([filled(ago(90)), ...steps(80, "address", "pay"), boughtAs(ago(71), await order(71))]);
    await putCart([filled(ago(90)), boughtAs(ago(71), await order(71))]);
    await putCart([filled(ago(90)), ...steps(80, "old-step")]);
    const step = { kind: "step", page: "/checkout" } as const;
    await putBehaviour({ ...step, name: "address", count: 6 });
    await putBehaviour({ ...step, name: "address", span: "2026-11-20", consent: "denied", count: 2 });
    await putBehaviour({ ...step, name: "pay", count: 3 });
    const { data, total, measuredShare } = await checkout();
    expect(data).toMatchObject([
      {
        step: "address",
        events: 8,
        measuredEvents: 6,
        entered: 5,
        continued: 3,
        left: 1,
        open: 1,
        lostShare: 0.2,
        medianMsToNext: 2 * MINUTE,
        measuredShare: 0.75,
      },
      {
        step: "pay",
        events: 3,
        entered: 3,
        continued: 1,
        left: 2,
        open: 0,
        lostShare: 0.6667,
        medianMsToNext: 7 * MINUTE,
      },
    ]);
    expect(total).toEqual({ carts: 5, bought: 1 });
    expect(measuredShare).toBe(0.8182);
    for (const { lists, ...row } of data) {
      expect(row.entered).toBe(row.continued + row.left + row.open);
      for (const name of ["entered", "continued", "left", "open"] as const) {
        const list = bodyOf(cartsAnswer, await api("GET", lists[name].replace("/api/v1", "")));
        expect(list.data, `${row.step} ${name}`).toHaveLength(row[name]);
      }
    }
    expect(await csvOf(`/reports/checkout?store=${STORE}&format=csv`)).toMatchObject([
      { step: "address", entered: "5", left: "1", lostShare: "0.2" },
      { step: "pay", entered: "3", left: "2" },
    ]);
    expectInvalid(await api("GET", `/carts?store=${STORE}&outcome=left`), "step");
  });

  test("has no steps where no plan names any, and nothing to divide by", async () => {
    await env.DB.prepare("DELETE FROM tagging_plans").run();
    expect(await checkout()).toMatchObject({ data: [], total: { carts: 0, bought: 0 }, measuredShare: null });
  });
});

describe("lists of carts", () => {
  test("follow one another, also of one moment and of one key, and name no visitor", async () => {
    for (let n = 0; n < 5; n++) await putCart([filled(ago(60))], { visitorHash: `secret-visitor-${n}` });
    await putCart([filled(ago(500)), boughtAs(ago(490), await order(490)), filled(ago(70))], { cartKey: "secret-key" });
    const whole = await carts();
    expect(whole).toHaveLength(7);
    expect(new Set(whole.map(({ id }) => id)).size).toBe(7);
    for (const limit of [1, 2, 3, 6]) {
      const found: string[] = [];
      for (let cursor: string | null = ""; cursor !== null;) {
        const answer = await api(
          "GET",
          `/carts?store=${STORE}&limit=${limit}${cursor === "" ? "" : `&cursor=${cursor}`}`,
        );
        expect(JSON.stringify(answer.body)).not.toMatch(/secret/);
        const page: z.infer<typeof cartsAnswer> = bodyOf(cartsAnswer, answer);
        found.push(...page.data.map(({ id }) => id));
        if (page.nextCursor !== null) expect(atob(page.nextCursor)).not.toMatch(/secret/);
        cursor = page.nextCursor;
      }
      expect(found).toEqual(whole.map(({ id }) => id));
    }
    expectInvalid(await api("GET", `/carts?store=${STORE}&cursor=bm9uc2Vuc2U`), "cursor");
  });

  test("DIO-9: abandoners can be taken away, with what they left and where", async () => {
    await putCart([filled(ago(90), 2), stepped(ago(80), "address")], { source: "paid Google" });
    await putCart([filled(ago(10))]);
    const { data } = await abandoners();
    expect(data).toEqual([
      {
        id: expect.stringMatching(/^cart_/),
        abandonedAt: new Date(ago(50)).toISOString(),
        items: 2,
        value: { amountMinor: 2000, currency: "EUR" },
        step: "address",
        source: "paid Google",
        contactId: null,
      },
    ]);
    expect(await csvOf(`/audiences/abandoners?store=${STORE}&format=csv`)).toMatchObject([
      { id: data[0]?.id, value: "20.00", currency: "EUR", step: "address" },
    ]);
  });
});

test("DIO-16, DIX-6: a heat map has the sums of its days, of one band of widths", async () => {
  await putHeat({
    views: 3,
    counts: {
      cells: { "10:4": 2, "f49:0": 1 },
      elements: { "buy:2:9": 2 },
      scroll: { "5": 1, "12": 2 },
      rage: { "10:4": 1 },
    },
  });
  await putHeat({
    day: "2026-11-19",
    views: 2,
    counts: { cells: { "10:4": 3 }, elements: { "a:b:0:1": 1 }, scroll: { "5": 2, "7": 0 }, rage: {} },
  });
  await putHeat({ band: "narrow", views: 9, counts: { cells: { "1:1": 9 }, elements: {}, scroll: {}, rage: {} } });
  await putHeat({ day: "2026-10-01", views: 9 });
  await putPage({ views: 5 });
  await putPage({ span: "2026-11-20", consent: "denied", views: 5 });
  await env.DB.prepare(
    "INSERT INTO page_outlines (store_id, page, band, outline, seen_at) VALUES (?1, '/', 'wide', ?2, 1)",
  )
    .bind(STORE, JSON.stringify({ width: 1280, height: 3000, elements: { buy: [10, 20, 200, 40] } }))
    .run();
  const read = async (query: string) =>
    bodyOf(heatAnswer, await api("GET", `/heatmaps?store=${STORE}&page=/&${query}`));
  expect(await read("width=wide")).toEqual({
    page: "/",
    width: "wide",
    views: 5,
    cells: [
      { column: 10, row: 4, fixed: false, count: 5 },
      { column: 49, row: 0, fixed: true, count: 1 },
    ],
    rage: [{ column: 10, row: 4, fixed: false, count: 1 }],
    elements: [
      { rule: "buy", column: 2, row: 9, count: 2 },
      { rule: "a:b", column: 0, row: 1, count: 1 },
    ],
    scroll: [
      { px: 500, views: 5 },
      { px: 1200, views: 2 },
    ],
    outline: { width: 1280, height: 3000, elements: [{ rule: "buy", left: 10, top: 20, width: 200, height: 40 }] },
    measuredShare: 0.5,
    range: { from: "2026-10-22", to: "2026-11-20" },
  });
  expect(await read("width=narrow&from=2026-11-20")).toMatchObject({ views: 9, outline: null });
  expectInvalid(await api("GET", `/heatmaps?store=${STORE}&page=/`), "width");
});
