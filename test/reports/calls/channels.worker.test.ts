import { env } from "cloudflare:workers";
import * as fc from "fast-check";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { orders } from "../../../src/ground/db/schema/order.ts";
import { channelsAnswer } from "../../../src/reports/calls/schema.ts";
import { reportOf, ROW_SCHEMAS } from "../../../src/reports/report/schema.ts";
import { api, bodyOf } from "../../ground/api.ts";
import { putCall } from "../../calls/call-rows.ts";
import { putOrder } from "../../books/payout-fixtures.ts";
import { histories } from "../../property-runs.ts";
import { id, NOW, STORE } from "../../programme/generation-fixtures.ts";
import { putClick } from "../../reports/rollup-fixtures.ts";
import { DAY, HOUR, insertShop, LEA, LEA_LINK } from "../../sales/order-fixtures.ts";
import { event, putLogged } from "../../visits/log-fixtures.ts";
import { boughtAs, filled, identify, putCart, putVisits } from "../../visits/visit-rows.ts";

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: NOW });
  await insertShop();
});

afterEach(() => {
  vi.useRealTimers();
});

const channels = async (query = "") =>
  bodyOf(channelsAnswer, await api("GET", `/reports/channels?store=${STORE}&${query}`));

type OrderValues = Partial<typeof orders.$inferInsert>;

/** An order of 10 euros, credited to Lea, or to nobody. */
const order = async (values: OrderValues = {}) => putOrder({ currency: "EUR", totalMinor: 1000, ...values });

const share = (amountMinor: number) => ({
  creatorId: LEA,
  campaignId: null,
  planId: null,
  linkId: null,
  codeId: null,
  weight: { numerator: 1, denominator: 1 },
  amountMinor,
});

const CREDITED: OrderValues = { creatorId: LEA, method: "code", shares: [share(1000)] };

async function putDeal(callId: string, externalId: string) {
  await env.DB.prepare(
    `INSERT INTO call_deals (call_id, store_id, order_external_id, placed_at, cancelled, actor, created_at)
     VALUES (?1, ?2, ?3, ?4, 0, 'bootstrap', ?4)`,
  )
    .bind(callId, STORE, externalId, NOW)
    .run();
}

test("BX-9: an order is its creator's; else its call's, its customer's call's, its cart's, its customer's visit's, or nobody's", async () => {
  const counted = async () =>
    Object.fromEntries(
      (await channels()).data.flatMap(({ channel, orders }) => (orders > 0 ? [[channel, orders]] : [])),
    );
  // Each has all that the ones after it have, too.
  const visitorHash = "visitor-of-ada";
  await identify(visitorHash, "ada", NOW - 3 * DAY);
  await putLogged([
    event({ visitorHash, time: NOW - 2 * DAY, source: { kind: "search", name: "bing", rule: "referrer" } }),
    event({ visitorHash, time: NOW - 2 * HOUR, source: { kind: "email", name: "", rule: "utm" } }),
    event({ visitorHash, time: NOW + HOUR, source: { kind: "paid", name: "", rule: "utm" } }),
  ]);
  await order({ externalId: "e", customerHash: "ada" });
  expect(await counted()).toEqual({ email: 1 });
  await order({ externalId: "before", customerHash: "ada", placedAt: NOW - DAY });
  expect(await counted()).toEqual({ email: 1, search: 1 });
  await putCart([filled(NOW - HOUR), boughtAs(NOW, "d")], { source: "social instagram" });
  await order({ externalId: "d", customerHash: "ada" });
  expect(await counted()).toEqual({ email: 1, search: 1, social: 1 });
  await putCall({ channel: "radio", customerHash: "bea", startedAt: NOW - 31 * DAY });
  const call = await putCall({ channel: "tv", customerHash: "bea", startedAt: NOW - DAY });
  await putCall({ channel: "press", customerHash: "bea", startedAt: NOW + 1 });
  await putCart([filled(NOW - HOUR), boughtAs(NOW, "c")]);
  await order({ externalId: "c", customerHash: "bea" });
  expect(await counted()).toEqual({ email: 1, search: 1, social: 1, tv: 1 });
  const own = await putCall({ channel: "press", startedAt: NOW - 60 * DAY });
  await putDeal(own.id, "b");
  await putDeal(call.id, "b");
  await order({ externalId: "b", customerHash: "bea" });
  await putDeal(own.id, "a");
  await order({ externalId: "a", customerHash: "bea", ...CREDITED });
  await order({ externalId: "nothing" });
  expect(await counted()).toEqual({ email: 1, search: 1, social: 1, tv: 1, press: 1, creator: 1, unknown: 1 });
});

test("BX-9, BX-8: a channel has its clicks, visits, calls, orders, commission and cost, and what one of each cost", async () => {
  await putClick({ id: "click-1", linkId: LEA_LINK, time: NOW });
  await putClick({ id: "click-2", linkId: LEA_LINK, time: NOW });
  await putVisits({ source: "creator", linkId: LEA_LINK, visits: 3 });
  await putVisits({ source: "creator", consent: "denied", span: "2026-11-20", visits: 1 });
  await putCall({ channel: "creator" });
  await putCall({ channel: "creator", direction: "outbound" });
  const sold = await order({ ...CREDITED, refundedMinor: 100 });
  await order({ ...CREDITED, currency: "USD" });
  await env.DB.prepare(
    `INSERT INTO order_commissions (order_id, creator_id, store_id, placed_at, month, currency, amount_minor, sales_minor,
       uncapped_minor, note, updated_at) VALUES (?1, ?2, ?3, ?4, '2026-11', 'EUR', 90, 900, 90, '{}', ?4)`,
  )
    .bind(sold, LEA, STORE, NOW)
    .run();
  const cost = { storeId: STORE, channel: "creator", from: "2026-11-20", to: "2026-11-20", amount: "2.10" };
  expect((await api("POST", "/channel-costs", cost)).status).toBe(201);
  const figures = {
    clicks: 2,
    visits: 4,
    calls: 1,
    qualified: 1,
    orders: 2,
    credited: 2,
    otherOrders: 1,
    currency: "EUR",
    salesMinor: 900,
    commissionMinor: 90,
    costMinor: 210,
    spentMinor: 300,
    spentPerVisitMinor: 75,
    spentPerCallMinor: 300,
    spentPerOrderMinor: 150,
    returnOnSpent: 3,
  };
  const answer = await channels("compare=previous");
  expect(answer.data).toEqual([{ channel: "creator", ...figures }]);
  expect(answer.total).toEqual(figures);
  expect(answer.previous?.orders).toBe(0);
  expect(answer).toMatchObject({ measuredShare: 0.75, complete: true });
});

test("BX-9: whatever orders and calls there are, channels add up to all of them, and `creator` to what creators are credited with", async () => {
  const customers = [null, "ada", "bea"] as const;
  await identify("visitor-of-ada", "ada", NOW - 40 * DAY);
  await putLogged([event({ visitorHash: "visitor-of-ada", time: NOW - 10 * DAY })]);
  const placed = fc.record({
    placedAt: fc.integer({ min: NOW - 40 * DAY, max: NOW }),
    customerHash: fc.constantFrom(...customers),
    credited: fc.boolean(),
    status: fc.constantFrom("approved", "pending", "disputed", "declined", "test", "orphan" as const),
    totalMinor: fc.nat(10_000),
    refundedMinor: fc.constantFrom(null, 5),
    currency: fc.constantFrom("EUR", "EUR", "USD"),
    deal: fc.option(fc.nat(4)),
  });
  const called = fc.record({
    startedAt: fc.integer({ min: NOW - 40 * DAY, max: NOW }),
    channel: fc.constantFrom("tv", "creator", "website"),
    customerHash: fc.constantFrom(...customers),
    direction: fc.constantFrom("inbound" as const, "outbound" as const),
  });
  let count = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(placed, { maxLength: 12 }),
      fc.array(called, { minLength: 1, maxLength: 8 }),
      async (orderValues, callValues) => {
        await env.DB.batch(
          ["call_deals", "calls", "order_facts", "order_rollups_due", "orders"].map((table) =>
            env.DB.prepare(`DELETE FROM ${table}`),
          ),
        );
        const calls = [];
        for (const value of callValues) calls.push(await putCall(value));
        for (const { credited, deal, ...value } of orderValues) {
          const isCredited = credited && value.status !== "orphan";
          const externalId = id("ext", (count += 1));
          await order({
            ...value,
            externalId,
            ...(isCredited && { ...CREDITED, shares: [share(value.totalMinor)] }),
          });
          const named = deal === null ? undefined : calls[deal];
          if (named !== undefined) await putDeal(named.id, externalId);
        }
        const [from, to] = ["2026-10-22", "2026-11-19"];
        const isIn = (time: number) => Date.parse(from) <= time && time < Date.parse(to) + DAY;
        const { data, total } = await channels(`from=${from}&to=${to}`);
        const sum = (name: "orders" | "calls" | "credited" | "salesMinor") =>
          data.reduce((all, row) => all + row[name], 0);
        const sold = orderValues.filter(
          ({ placedAt, status }) => isIn(placedAt) && status !== "declined" && status !== "test",
        );
        const own = sold.filter(({ currency }) => currency === "EUR");
        expect(sum("orders")).toBe(sold.length);
        expect(sum("salesMinor")).toBe(
          own.reduce((all, { totalMinor, refundedMinor }) => all + totalMinor - (refundedMinor ?? 0), 0),
        );
        expect(sum("calls")).toBe(
          callValues.filter(({ startedAt, direction }) => isIn(startedAt) && direction === "inbound").length,
        );
        expect(total).toMatchObject({ orders: sum("orders"), calls: sum("calls"), salesMinor: sum("salesMinor") });
        const credited = bodyOf(
          reportOf(ROW_SCHEMAS.creators),
          await api("GET", `/reports/creators?store=${STORE}&from=${from}&to=${to}`),
        );
        expect(sum("credited")).toBe(credited.total.conversions);
      },
    ),
    { numRuns: histories(8), endOnFailure: true },
  );
});
