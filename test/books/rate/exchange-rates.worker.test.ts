import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { pageOf } from "../../../src/ground/http/pagination.ts";
import { rateSchema, ratesWritten } from "../../../src/books/rate/schema.ts";
import { api, bodyOf, expectInvalid, pagesOf } from "../../ground/api.ts";
import { putCommission } from "../books-fixtures.ts";
import { beforeNextWrite } from "../../ground/before-write.ts";
import { expectGuarded } from "../../operate/key-fixtures.ts";
import { DAY, insertShop, ZOE } from "../../sales/order-fixtures.ts";
import { putRate, queue, settleMarked, shopSays } from "../settle-fixtures.ts";

const RATE = { from: "USD", to: "EUR", date: "2026-11-20", rate: "0.9223", source: "ECB" };

const enter = (...rates: Record<string, unknown>[]) => api("POST", "/exchange-rates", { rates });

async function list(query = "") {
  return bodyOf(pageOf(rateSchema), await api("GET", `/exchange-rates${query}`)).data;
}

const names = async (query: string) => (await list(query)).map(({ from, to, date }) => `${from}/${to} ${date}`);

async function audit(name: string) {
  const { body } = await api("GET", `/audit?entity=exchangeRate&entityId=${encodeURIComponent(name)}`);
  return (body as { data: { action: string; before: unknown; after: unknown }[] }).data;
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe("POST /exchange-rates", () => {
  it("enters rates, replaces those of the same day, and has both in the audit log", async () => {
    expect(bodyOf(ratesWritten, await enter(RATE, { ...RATE, date: "2026-11-19", rate: 1.25 }))).toEqual({
      written: 2,
      unchanged: 0,
    });
    expect(await list()).toMatchObject([
      { ...RATE, actor: "bootstrap" },
      { date: "2026-11-19", rate: "1.25" },
    ]);
    const other = { ...RATE, rate: "0.93", source: "Bank" };
    expect(bodyOf(ratesWritten, await enter(other, { ...RATE, date: "2026-11-19", rate: "1.25" }))).toEqual({
      written: 1,
      unchanged: 1,
    });
    expect(await list()).toMatchObject([other, { date: "2026-11-19", rate: "1.25" }]);
    expect(await audit("USD/EUR 2026-11-20")).toMatchObject([
      { action: "update", before: RATE, after: other },
      { action: "create", before: null, after: RATE },
    ]);
    expect(await audit("USD/EUR 2026-11-19")).toHaveLength(1);
  });

  it("takes another source for a change, and the opposite pair for another rate", async () => {
    await enter(RATE);
    expect(bodyOf(ratesWritten, await enter({ ...RATE, source: "Bank" }))).toEqual({ written: 1, unchanged: 0 });
    expect(bodyOf(ratesWritten, await enter({ ...RATE, from: "EUR", to: "USD" }))).toEqual({
      written: 1,
      unchanged: 0,
    });
    expect(await list()).toHaveLength(2);
  });

  it("says what was there before even if another came first", async () => {
    beforeNextWrite(() => putRate("USD", "EUR", RATE.date, "0.5"));
    await enter(RATE);
    expect(await audit("USD/EUR 2026-11-20")).toMatchObject([{ action: "update", before: { rate: "0.5" } }]);
  });

  it("refuses what is no rate, and names it", async () => {
    for (const rate of [
      "0",
      "0.000",
      "-1",
      "1e3",
      1e-7,
      "",
      "1.",
      ".5",
      "1,5",
      "1".repeat(13),
      "0.1234567890123",
      "Infinity",
    ]) {
      expectInvalid(await enter(RATE, { ...RATE, date: "2026-11-19", rate }), "rates.1.rate");
    }
    expectInvalid(await enter({ ...RATE, from: "XXQ" }), "rates.0.from");
    expectInvalid(await enter({ ...RATE, to: "eur" }), "rates.0.to");
    expectInvalid(await enter({ ...RATE, to: "USD" }), "rates.0.to");
    expectInvalid(await enter({ ...RATE, date: "2026-02-30" }), "rates.0.date");
    expectInvalid(await enter({ ...RATE, date: "2026-11-20T00:00:00Z" }), "rates.0.date");
    expectInvalid(await enter(RATE, { ...RATE, rate: "1" }), "rates.1");
    expectInvalid(await enter(), "rates");
    expect(await list()).toEqual([]);
  });

  it("takes 1,000 at once, and no more", async () => {
    const rates = Array.from({ length: 1_001 }, (_none, index) => ({
      ...RATE,
      date: new Date(Date.UTC(2024, 0, 1) + index * DAY).toISOString().slice(0, 10),
    }));
    expectInvalid(await enter(...rates), "rates");
    expect(bodyOf(ratesWritten, await enter(...rates.slice(1)))).toEqual({ written: 1_000, unchanged: 0 });
  });
});

describe("what hangs on a rate that is entered", () => {
  const day = Date.parse(RATE.date);

  beforeEach(async () => {
    await insertShop();
  });

  /** Ids of orders with one commission each, placed at these times; none is due. */
  async function settled(placed: readonly number[], ratePair: string | null = "EUR/USD"): Promise<string[]> {
    const ids: string[] = [];
    for (const placedAt of placed) {
      const orderId = await shopSays(`${ratePair} ${placedAt}`, { placedAt });
      ids.push(orderId);
      await putCommission(orderId, { placedAt, ratePair });
    }
    await env.DB.prepare("DELETE FROM settlements_due").run();
    return ids;
  }

  const due = async () => (await queue()).map(({ order_id }) => order_id);

  it("is due if it was placed on the day or in the week after, wherever its store is", async () => {
    const times = [day - 2 * DAY, day - DAY / 2, day, day + 7 * DAY, day + 8 * DAY + DAY / 2, day + 10 * DAY];
    const ids = await settled(times);
    await enter(RATE);
    expect(await due()).toEqual(ids.slice(1, 5).toSorted());
  });

  it("is due by one of several pairs and by either direction, but not by others", async () => {
    await settled([day], "CHF/EUR");
    await settled([day], null);
    const [several = ""] = await settled([day], "CHF/EUR EUR/USD");
    await enter({ ...RATE, from: "EUR", to: "USD" });
    expect(await due()).toEqual([several]);
  });

  it("is due once, however many creators and rates there are, and not by a rate that stays as it is", async () => {
    const [orderId = ""] = await settled([day]);
    await putCommission(orderId, { creatorId: ZOE, placedAt: day, ratePair: "EUR/USD" });
    await enter(RATE, { ...RATE, date: "2026-11-19" });
    expect(await queue()).toMatchObject([{ order_id: orderId, mark: 1 }]);
    await settleMarked();
    await enter(RATE);
    expect(await due()).toEqual([]);
  });
});

describe("GET /exchange-rates", () => {
  beforeEach(async () => {
    await putRate("USD", "EUR", "2026-11-19", "0.9");
    await putRate("USD", "EUR", "2026-11-20", "0.9");
    await putRate("EUR", "USD", "2026-11-20", "1.1");
    await putRate("USD", "CHF", "2026-11-20", "0.8");
  });

  it("is filtered by currencies, the latest day first", async () => {
    expect(await names("")).toEqual([
      "USD/EUR 2026-11-20",
      "USD/CHF 2026-11-20",
      "EUR/USD 2026-11-20",
      "USD/EUR 2026-11-19",
    ]);
    expect(await names("?from=USD&to=EUR")).toEqual(["USD/EUR 2026-11-20", "USD/EUR 2026-11-19"]);
    expect(await names("?to=CHF")).toEqual(["USD/CHF 2026-11-20"]);
    expectInvalid(await api("GET", "/exchange-rates?from=usd"), "from");
  });

  it("goes by pages", async () => {
    const pages = await pagesOf(rateSchema, "/exchange-rates?limit=3");
    expect(pages.map((page) => page.length)).toEqual([3, 1]);
    expect((await pagesOf(rateSchema, "/exchange-rates?limit=1")).flat()).toEqual(await list());
    for (const cursor of ["x", "%25", btoa("r1:USD/EUR"), btoa("v1:led_0000000000000000")]) {
      expectInvalid(await api("GET", `/exchange-rates?cursor=${cursor}`), "cursor");
    }
  });
});

it("needs orders:read to list rates and orders:write to enter them", async () => {
  await expectGuarded("GET", "/exchange-rates", "orders:read");
  await expectGuarded("POST", "/exchange-rates", "orders:write");
});
