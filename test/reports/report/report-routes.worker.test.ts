import { env, exports } from "cloudflare:workers";
import type { z } from "@hono/zod-openapi";
import Papa from "papaparse";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { archiveClicks } from "../../../src/clicks/archive/run.ts";
import { settleOrders } from "../../../src/books/ledger/settle-run.ts";
import { DIMENSIONS, type Dimension } from "../../../src/reports/report/dimension.ts";
import {
  creatorReport,
  linksReport,
  performanceReport,
  reportOf,
  ROW_SCHEMAS,
} from "../../../src/reports/report/schema.ts";
import { rollUpOrders } from "../../../src/reports/rollup/orders-run.ts";
import { rollUpClicks } from "../../../src/reports/rollup/run.ts";
import { api, bodyOf, expectInvalid, holding, problemOf } from "../../ground/api.ts";
import { NIGHT, WEEK } from "../../clicks/archive-fixtures.ts";
import { createReadyCreator } from "../../programme/campaign-fixtures.ts";
import { call, type ShopStore, tokenOf } from "../../sales/capture-fixtures.ts";
import { createKey, expectGuarded } from "../../operate/key-fixtures.ts";

import { opening } from "../../opening.ts";
import { click, createShop, join, type Joined, NOON, sell } from "../../portal/portal-fixtures.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** A creator who never existed. */
const NOBODY = "crt_00000000000000zz";

const REPORTS = {
  links: linksReport,
  creators: reportOf(ROW_SCHEMAS.creators),
  campaigns: reportOf(ROW_SCHEMAS.campaigns),
  plans: reportOf(ROW_SCHEMAS.plans),
  codes: reportOf(ROW_SCHEMAS.codes),
  countries: reportOf(ROW_SCHEMAS.countries),
  sources: reportOf(ROW_SCHEMAS.sources),
  devices: reportOf(ROW_SCHEMAS.devices),
};

const read = async <Name extends Dimension>(name: Name, query = ""): Promise<z.infer<(typeof REPORTS)[Name]>> =>
  bodyOf<z.infer<(typeof REPORTS)[Name]>>(REPORTS[name] as never, await api("GET", `/reports/${name}?${query}`));

/** A report as CSV, its rows by the names of its columns. */
async function csv(path: string) {
  const response = await exports.default.fetch(
    `https://go.brand.example/api/v1${path}${path.includes("?") ? "&" : "?"}format=csv`,
    {
      headers: holding(env.ADMIN_API_KEY),
    },
  );
  expect(response.status).toBe(200);
  const text = await response.text();
  const { data: rows, meta } = Papa.parse<Record<string, string>>(text.trimEnd(), { header: true });
  return { headers: response.headers, text, rows, columns: meta.fields };
}

/** What all tests tell of: a shop with three creators, each with a campaign of their own. */
interface Told {
  shop: ShopStore;
  ada: Joined;
  ben: Joined;
  cleo: Joined;
}

let scene: Told;

/** Ada sells most, Ben most a click, and Cleo without a click. Half of it is rolled up. */
async function open(body: Record<string, unknown> = {}): Promise<Told> {
  const shop = await createShop(body);
  const named = async (firstName: string) =>
    join(shop, (await createReadyCreator({ firstName, lastName: "Roy" })).id, { name: `${firstName}'s` });
  const [ada, ben, cleo] = [await named("Ada"), await named("Ben"), await named("Cleo")];
  await click(ada.linkId, NOON - 2 * DAY, 8);
  await sell(shop, ada.code, NOON - 2 * DAY, { amount: "100.00" });
  await sell(shop, ben.code, NOON - 2 * DAY, { amount: "90.00" });
  await rollUpClicks(env, NOON);
  await rollUpOrders(env, NOON);
  await click(ben.linkId, NOON - DAY, 3);
  await sell(shop, ada.code, NOON - DAY, { amount: "60.00", refunded: "10.00" });
  await sell(shop, cleo.code, NOON - DAY, { amount: "20.00" });
  return { shop, ada, ben, cleo };
}

const begin = opening(open);

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: NOON });
  scene = await begin();
});

afterEach(() => {
  vi.useRealTimers();
});

describe("the report on creators", () => {
  test("UPF-32, UPF-36, UPF-37, UPF-38: has clicks, conversions, CVR and EPC by creator, divided when read", async () => {
    const { data, total } = await read("creators");
    const shown = data.map((row) => [
      row.name,
      row.clicks,
      row.conversions,
      row.grossMinor,
      row.refundedMinor,
      row.salesMinor,
      row.commissionMinor,
      row.cvr,
      row.epcMinor,
      row.aovMinor,
    ]);
    expect(shown).toEqual([
      ["Ada Roy", 8, 2, 16_000, 1_000, 15_000, 1_500, 0.25, 1875, 7500],
      ["Ben Roy", 3, 1, 9_000, 0, 9_000, 900, 0.3333, 3000, 9000],
      // Nothing can be divided by no clicks.
      ["Cleo Roy", 0, 1, 2_000, 0, 2_000, 200, null, null, 2000],
    ]);
    expect(total).toMatchObject({
      clicks: 11,
      uniqueClicks: 11,
      conversions: 4,
      currency: "EUR",
      salesMinor: 26_000,
      cvr: 0.3636,
      epcMinor: 2363.6364,
      aovMinor: 6500,
    });
  });

  test("UPF-39: is sorted by each number on the same basis for all, what can't be said last", async () => {
    const sorts: [string, string[]][] = [
      ["-clicks", ["Ada", "Ben", "Cleo"]],
      ["clicks", ["Cleo", "Ben", "Ada"]],
      ["-uniqueClicks", ["Ada", "Ben", "Cleo"]],
      ["-conversions", ["Ada", "Ben", "Cleo"]],
      ["-cvr", ["Ben", "Ada", "Cleo"]],
      ["cvr", ["Ada", "Ben", "Cleo"]],
      ["-epcMinor", ["Ben", "Ada", "Cleo"]],
      ["epcMinor", ["Ada", "Ben", "Cleo"]],
      ["-aovMinor", ["Ben", "Ada", "Cleo"]],
      ["aovMinor", ["Cleo", "Ada", "Ben"]],
      ["-grossMinor", ["Ada", "Ben", "Cleo"]],
      ["-salesMinor", ["Ada", "Ben", "Cleo"]],
      ["-refundedMinor", ["Ada", "Ben", "Cleo"]],
      ["commissionMinor", ["Cleo", "Ben", "Ada"]],
      ["-codeUses", ["Ada", "Ben", "Cleo"]],
      ["-name", ["Cleo", "Ben", "Ada"]],
      ["name", ["Ada", "Ben", "Cleo"]],
    ];
    for (const [sort, names] of sorts) {
      // Equals are told apart by id, and ids follow the order in which creators were made.
      const { data } = await read("creators", `sort=${sort}`);
      expect(
        data.map(({ name }) => name?.split(" ")[0]),
        sort,
      ).toEqual(names);
    }
  });

  test("UPF-33: tells conversions by link from those by code, and both from uses of codes", async () => {
    const { shop, ada, ben } = scene;
    const clickId = await tokenOf(ada.linkId, NOON - HOUR);
    await sell(shop, ben.code, NOON, { clickId, codes: [] });
    // Both are told of: whoever is credited, Ben's code was typed.
    await sell(shop, ben.code, NOON, { clickId });
    const { data, total } = await read("creators", "sort=name");
    const shown = data.map((row) => [row.linkConversions, row.codeConversions, row.codeUses]);
    expect(shown).toEqual([
      [2, 2, 2],
      [0, 1, 2],
      [0, 1, 1],
    ]);
    expect(total).toMatchObject({ conversions: 6, linkConversions: 2, codeConversions: 4, codeUses: 5 });
  });
});

describe("all reports", () => {
  test("UPF-34, UPF-35, UPF-63: over the same filter have the same total, and rows that sum up to it", async () => {
    const { shop, ada, ben } = scene;
    await call(`/pixel.gif?s=${shop.key}&order=claimed&amount=30.00&currency=EUR&codes=${ada.code}`);
    await settleOrders(env, NOON);
    const filters = [
      "",
      `store=${shop.id}`,
      `campaign=${ada.campaignId}`,
      `creator=${ben.creatorId}`,
      `creator=${NOBODY}`,
      "trust=confirmed",
      "trust=all",
      "from=2026-11-20&to=2026-11-20",
      "from=2026-11-20T12:00:00Z&to=2026-11-21T12:00:00Z",
      "from=2026-10-01&to=2026-11-30",
    ];
    for (const filter of filters) {
      const totals = new Map<string, unknown>();
      for (const name of DIMENSIONS) {
        const { data, total } = await read(name, `${filter}&currency=EUR`);
        totals.set(name, total);
        for (const count of [
          "clicks",
          "uniqueClicks",
          "conversions",
          "claimedConversions",
          "codeUses",
          "salesMinor",
          "claimedSalesMinor",
        ] as const) {
          expect(
            data.reduce((sum, row) => sum + row[count], 0),
            `${count} of ${name} ${filter}`,
          ).toBe(total[count]);
        }
      }
      for (const [name, total] of totals) expect(total, `${name} ${filter}`).toEqual(totals.get("creators"));
    }
    const confirmed = { conversions: 4, claimedConversions: 1, salesMinor: 26_000, claimedSalesMinor: 3_000 };
    expect((await read("creators")).total).toMatchObject(confirmed);
    expect((await read("creators", "trust=confirmed")).total).toMatchObject(confirmed);
    expect((await read("creators", "trust=all")).total).toMatchObject({
      conversions: 5,
      claimedConversions: 1,
      salesMinor: 29_000,
      claimedSalesMinor: 3_000,
    });
  });

  test("G-6: have a row for what is only claimed, with zeros and its claims, and a place for it by its own numbers", async () => {
    const { shop, cleo } = scene;
    const dora = await join(shop, (await createReadyCreator({ firstName: "Dora" })).id);
    const claim = (order: string, code: string, amount: string, currency = "EUR") =>
      call(`/pixel.gif?s=${shop.key}&order=${order}&amount=${amount}&currency=${currency}&codes=${code}`);
    await claim("c1", dora.code, "30.00");
    await claim("c2", dora.code, "70.00", "USD");
    await claim("c3", cleo.code, "5.00");
    await settleOrders(env, NOON);
    const nothing = { conversions: 0, grossMinor: 0, refundedMinor: 0, salesMinor: 0, commissionMinor: 0 };
    for (const isRolledUp of [false, true]) {
      if (isRolledUp) await rollUpOrders(env, NOON);
      const { data, total } = await read("creators", "sort=-claimedSalesMinor&compare=previous");
      expect(data.map((row) => [row.name?.split(" ")[0], row.claimedConversions, row.claimedSalesMinor])).toEqual([
        ["Dora", 2, 3_000],
        ["Cleo", 1, 500],
        // Equals are told apart by id, and ids follow the order in which creators were made.
        ["Ada", 0, 0],
        ["Ben", 0, 0],
      ]);
      expect(data[0]).toMatchObject({ ...nothing, clicks: 0, linkConversions: 0, codeConversions: 0, codeUses: 0 });
      expect(data[0]).toMatchObject({ currency: "EUR", cvr: null, epcMinor: null, aovMinor: null });
      const dollars = { currency: "USD", ...nothing, claimedConversions: 1, claimedSalesMinor: 7_000 };
      expect(data[0]?.otherCurrencies).toEqual([dollars]);
      expect(total).toMatchObject({ conversions: 4, claimedConversions: 3, claimedSalesMinor: 3_500, aovMinor: 6_500 });
      expect(total.otherCurrencies).toEqual([dollars]);
      expect(total.previous).toMatchObject({ claimedConversions: 0, claimedSalesMinor: 0, otherCurrencies: [] });
      const later = "from=2026-11-23&to=2026-11-23&compare=previous";
      expect((await read("creators", later)).total.previous).toMatchObject({ ...nothing, claimedSalesMinor: 3_500 });

      // By what is sold it has no value to be sorted by, or 0: no row of sales comes after it.
      for (const sort of ["-epcMinor", "-aovMinor", "-salesMinor", "-conversions", "-codeUses"]) {
        expect((await read("creators", `sort=${sort}`)).data.at(-1)?.name, sort).toContain("Dora");
      }
      const byDay = await read("campaigns", `creator=${dora.creatorId}&interval=day`);
      expect(byDay.data).toMatchObject([{ start: "2026-11-22T00:00:00.000Z", ...nothing, claimedConversions: 2 }]);
      const ofDora = await csv(`/reports/creators?creator=${dora.creatorId}`);
      expect(ofDora.rows).toMatchObject([
        { conversions: "0", claimedConversions: "2", sales: "0.00", claimedSales: "30.00" },
      ]);
      expect(JSON.parse(ofDora.rows[0]?.["otherCurrencies"] ?? "")).toMatchObject([
        { currency: "USD", conversions: 0, claimedConversions: 1, sales: "0.00", claimedSales: "70.00" },
      ]);
    }

    // Asked for by name, they are in the sums too.
    const all = await read("creators", `creator=${dora.creatorId}&trust=all`);
    expect(all.data).toMatchObject([{ conversions: 2, codeUses: 2, salesMinor: 3_000, claimedSalesMinor: 3_000 }]);
    expect(all.total.otherCurrencies).toMatchObject([{ currency: "USD", conversions: 1, salesMinor: 7_000 }]);

    // The shop's word moves an order from beside the sums into them, by what the shop says.
    await sell(shop, dora.code, NOON, { orderId: "c1", amount: "25.00" });
    expect((await read("creators", `creator=${dora.creatorId}`)).data).toMatchObject([
      { conversions: 1, codeUses: 1, salesMinor: 2_500, claimedConversions: 1, claimedSalesMinor: 0 },
    ]);
  });

  test("UPF-34: of one campaign have its numbers alone", async () => {
    const { data } = await read("creators", `campaign=${scene.ben.campaignId}`);
    expect(data.map(({ name, clicks, conversions }) => [name, clicks, conversions])).toEqual([["Ben Roy", 3, 1]]);
    const campaigns = await read("campaigns", `campaign=${scene.ben.campaignId}`);
    expect(campaigns.data.map(({ name, clicks, conversions }) => [name, clicks, conversions])).toEqual([
      ["Ben's", 3, 1],
    ]);
  });

  test("UPF-63: by country has clicks and orders of each, and what isn't known", async () => {
    const { shop, ada } = scene;
    await call(`/pixel.gif?s=${shop.key}&order=claimed&amount=30.00&currency=EUR&codes=${ada.code}`);
    await settleOrders(env, NOON);
    const shown = async (query: string) =>
      (await read("countries", `sort=name&${query}`)).data.map(({ country, clicks, conversions }) => [
        country,
        clicks,
        conversions,
      ]);
    expect(await shown("trust=all")).toEqual([
      ["DE", 11, 1],
      [null, 0, 4],
    ]);
    expect(await shown("")).toEqual([
      ["DE", 11, 0],
      [null, 0, 4],
    ]);
  });

  test("name what their rows are of", async () => {
    const { shop, ada } = scene;
    const of = `campaign=${ada.campaignId}&sort=-codeUses`;
    expect((await read("codes", of)).data[0]).toMatchObject({
      code: ada.code,
      creatorId: ada.creatorId,
      campaignId: ada.campaignId,
      conversions: 2,
      codeUses: 2,
    });
    const links = await read("links", of);
    expect(links.data.find(({ linkId }) => linkId === ada.linkId)).toMatchObject({
      creatorId: ada.creatorId,
      campaignId: ada.campaignId,
      storeId: shop.id,
      domain: null,
      clicks: 8,
      conversions: 0,
    });
    expect((await read("plans", of)).data).toHaveLength(1);
    expect((await read("sources", of)).data.map(({ source, clicks }) => [source, clicks])).toContainEqual([null, 0]);
    expect((await read("devices", of)).data.map(({ device, clicks }) => [device, clicks])).toContainEqual([
      "mobile",
      8,
    ]);
  });

  test("have rows of links and codes that came to nothing, unless they are gone", async () => {
    const { ada } = scene;
    await env.DB.prepare("UPDATE codes SET state = 'retired' WHERE text = ?1").bind(ada.code).run();
    const empty = "from=2026-01-01&to=2026-01-02";
    expect((await read("codes", empty)).data.map(({ clicks }) => clicks)).toEqual([0, 0]);
    expect((await read("links", empty)).data.length).toBeGreaterThanOrEqual(3);
    expect((await read("creators", empty)).data).toEqual([]);
    expect((await read("creators", empty)).total).toMatchObject({
      clicks: 0,
      cvr: null,
      epcMinor: null,
      aovMinor: null,
    });
  });

  test("go by days of the store's time zone, and by moments where moments are asked for", async () => {
    const berlin = await createShop({ name: "Berlin", timezone: "Europe/Berlin" });
    const dora = await join(berlin, (await createReadyCreator({ firstName: "Dora" })).id);
    const late = Date.UTC(2026, 10, 10, 23, 30);
    await click(dora.linkId, late, 2);
    await sell(berlin, dora.code, late);
    const days = (await read("creators", `store=${berlin.id}&from=2026-11-09&to=2026-11-12&interval=day&sort=start`))
      .data;
    expect(days.map(({ start, clicks, conversions }) => [start, clicks, conversions])).toEqual([
      ["2026-11-11T00:00:00.000Z", 2, 1],
    ]);
    for (const [span, clicks] of [
      ["from=2026-11-10&to=2026-11-10", 0],
      ["from=2026-11-11&to=2026-11-11", 2],
      ["from=2026-11-10T23:00:00Z&to=2026-11-10T23:31:00Z", 2],
      ["from=2026-11-10T23:31:00Z&to=2026-11-11T23:00:00Z", 0],
      ["from=2026-11-11T00:00:00%2B01:00&to=2026-11-12T00:00:00%2B01:00", 2],
    ] as const) {
      const { total } = await read("creators", `store=${berlin.id}&${span}`);
      expect([total.clicks, total.conversions], span).toEqual([clicks, clicks / 2]);
    }
    const hours = await read("creators", `store=${berlin.id}&from=2026-11-10&to=2026-11-10&interval=hour`);
    expect(hours.data.map(({ start }) => start)).toEqual(["2026-11-10T23:00:00.000Z"]);
    const months = await read("creators", `store=${berlin.id}&from=2026-10-01&to=2026-11-30&interval=month`);
    expect(months.data.map(({ start }) => start)).toEqual(["2026-11-01T00:00:00.000Z"]);
  });

  test("have the first day of all that begins on earth, rolled up or not", async () => {
    const island = await createShop({ name: "Kiritimati", timezone: "Pacific/Kiritimati" });
    const dora = await join(island, (await createReadyCreator({ firstName: "Dora" })).id);
    await click(dora.linkId, Date.UTC(2026, 10, 23, 10, 30), 2);
    const clicksOf = async (days: string) => (await read("creators", `store=${island.id}&${days}`)).total.clicks;
    for (const isRolledUp of [false, true]) {
      if (isRolledUp) await rollUpClicks(env, NOON);
      expect(await clicksOf("from=2026-11-24&to=2026-11-24"), `${isRolledUp}`).toBe(2);
      expect(await clicksOf("from=2026-11-23&to=2026-11-23"), `${isRolledUp}`).toBe(0);
      expect(await clicksOf("from=2026-11-01&to=2026-11-23"), `${isRolledUp}`).toBe(0);
      expect(await clicksOf("from=2026-11-25&to=2026-12-02"), `${isRolledUp}`).toBe(0);
    }
    // What comes late doesn't make what was there before forgotten.
    await click(dora.linkId, Date.UTC(2026, 10, 1, 10, 30));
    await rollUpClicks(env, NOON);
    expect(await clicksOf("from=2026-11-24&to=2026-11-24")).toBe(2);
  });

  test("run from 30 days ago to today, as it is in the store", async () => {
    vi.setSystemTime(Date.UTC(2026, 10, 22, 12));
    const auckland = await createShop({ name: "Auckland", timezone: "Pacific/Auckland" });
    expect((await read("creators", `store=${auckland.id}`)).range).toEqual({
      from: "2026-10-25T00:00:00.000Z",
      to: "2026-11-24T00:00:00.000Z",
    });
    expect((await read("creators", `store=${scene.shop.id}`)).range.to).toBe("2026-11-23T00:00:00.000Z");
  });

  test("stand beside the span before, by row and by interval", async () => {
    const { data, total } = await read("creators", "from=2026-11-21&to=2026-11-21&compare=previous&sort=name");
    expect(data.map(({ name, clicks, previous }) => [name, clicks, previous?.clicks, previous?.salesMinor])).toEqual([
      ["Ada Roy", 0, 8, 10_000],
      ["Ben Roy", 3, 0, 9_000],
      ["Cleo Roy", 0, 0, 0],
    ]);
    expect([total.clicks, total.previous?.clicks, total.previous?.epcMinor]).toEqual([3, 8, 2375]);
    const byDay = await read("creators", "from=2026-11-21&to=2026-11-22&compare=previous&interval=day&sort=start");
    // Ada's and Ben's orders of the 20th stand beside the 22nd, those of the 21st have nothing beside them.
    expect(
      byDay.data.map(({ start, name, conversions, previous }) => [start, name, conversions, previous?.conversions]),
    ).toEqual([
      ["2026-11-21T00:00:00.000Z", "Ada Roy", 1, 0],
      ["2026-11-21T00:00:00.000Z", "Ben Roy", 0, 0],
      ["2026-11-21T00:00:00.000Z", "Cleo Roy", 1, 0],
      ["2026-11-22T00:00:00.000Z", "Ada Roy", 0, 1],
      ["2026-11-22T00:00:00.000Z", "Ben Roy", 0, 1],
    ]);
    const cut = "from=2026-11-21T00:00:00Z&to=2026-11-21T12:30:00Z&compare=previous";
    expectInvalid(await api("GET", `/reports/creators?${cut}&interval=hour`), "compare");
    expectInvalid(await api("GET", `/reports/creators?${cut}&interval=day`), "compare");
    // Half a day before half of the 21st are Ada's clicks of the 20th at noon.
    expect((await read("creators", cut)).total.previous?.clicks).toBe(8);
  });

  test("are in one currency, with what was sold in others apart", async () => {
    const { shop, ada } = scene;
    await sell(shop, ada.code, NOON, { amount: "40.00", currency: "USD" });
    await sell(shop, ada.code, NOON, { amount: "7000", currency: "JPY" });
    const [row] = (await read("creators", `creator=${ada.creatorId}`)).data;
    expect(row).toMatchObject({ currency: "EUR", conversions: 4, salesMinor: 15_000, epcMinor: 1875 });
    expect(
      row?.otherCurrencies.map(({ currency, conversions, salesMinor }) => [currency, conversions, salesMinor]),
    ).toEqual([
      ["JPY", 1, 7000],
      ["USD", 1, 4000],
    ]);
    const dollars = await read("creators", `currency=USD&sort=-salesMinor`);
    expect(dollars.data[0]).toMatchObject({
      creatorId: ada.creatorId,
      currency: "USD",
      salesMinor: 4000,
      epcMinor: 500,
    });
    expect(dollars.total.otherCurrencies.map(({ currency }) => currency)).toEqual(["EUR", "JPY"]);
    // What was sold most in the span before has no say in it.
    for (const currency of ["USD", "USD", "USD", "USD"]) {
      await sell(shop, ada.code, NOON - 10 * DAY, { amount: "1.00", currency });
    }
    const compared = await read("creators", "from=2026-11-15&to=2026-11-22&compare=previous");
    expect([compared.total.currency, compared.total.previous?.salesMinor]).toEqual(["EUR", 0]);
    expect((await read("creators", "from=2026-11-10&to=2026-11-19")).total.currency).toBe("USD");
    const yen = await read("creators", "currency=JPY&sort=-grossMinor");
    expect(yen.data[0]).toMatchObject({ creatorId: ada.creatorId, grossMinor: 7000 });
  });

  test("are read page by page, each row once, with one total", async () => {
    const query = "interval=day&from=2026-11-01&to=2026-11-30&sort=-salesMinor";
    for (const name of DIMENSIONS) {
      const whole = await read(name, query);
      expect(whole.nextCursor).toBeNull();
      const rows: unknown[] = [];
      let cursor: string | null = "";
      while (cursor !== null) {
        const from: string = cursor === "" ? "" : `&cursor=${cursor}`;
        const page: { data: unknown[]; total: unknown; nextCursor: string | null } = await read(
          name,
          `${query}&limit=1${from}`,
        );
        expect(page.total).toEqual(whole.total);
        expect(page.data).toHaveLength(1);
        rows.push(...page.data);
        cursor = page.nextCursor;
      }
      expect(rows, name).toEqual(whole.data);
    }
  });

  test("keep the currency and the order of their first page, and refuse a cursor of another", async () => {
    const { shop, ada } = scene;
    const first = await read("creators", "limit=1&sort=-salesMinor");
    for (let n = 0; n < 6; n++) await sell(shop, ada.code, NOON, { amount: "1.00", currency: "USD" });
    expect((await read("creators", "sort=-salesMinor")).data[0]?.currency).toBe("USD");
    const second = await read("creators", `limit=1&sort=-salesMinor&cursor=${first.nextCursor}`);
    expect(second.data.map(({ name, currency }) => [name, currency])).toEqual([["Ben Roy", "EUR"]]);
    for (const query of [`sort=clicks&cursor=${first.nextCursor}`, "cursor=x", "cursor=W10", "cursor="]) {
      expectInvalid(await api("GET", `/reports/creators?${query}`), "cursor");
    }
  });

  test("refuse what can't be asked, and say which", async () => {
    const refused = [
      ["sort", "sort=profit"],
      ["limit", "limit=0"],
      ["limit", "limit=1001"],
      ["currency", "currency=eur"],
      ["currency", "currency=ZZZ"],
      ["trust", "trust=claimed"],
      ["compare", "compare=next"],
      ["interval", "interval=week"],
      ["plan", "plan=x"],
      ["code", "code=x"],
      ["to", "from=2026-11-21&to=2026-11-20"],
      ["from", "from=yesterday"],
      ["colour", "colour=red"],
    ] as const;
    for (const name of DIMENSIONS) {
      for (const [path, query] of refused) expectInvalid(await api("GET", `/reports/${name}?${query}`), path);
    }
  });

  test("need a key with reports:read", async () => {
    for (const name of DIMENSIONS) await expectGuarded("GET", `/reports/${name}`, "reports:read");
    await expectGuarded("GET", `/creators/${scene.ada.creatorId}/report`, "reports:read");
    await expectGuarded("GET", `/campaigns/${scene.ada.campaignId}/performance`, "reports:read");
  });
});

describe("a report as CSV", () => {
  test("has all rows, with amounts in the major unit, and nothing that a spreadsheet runs", async () => {
    const { shop } = scene;
    const { id } = await createReadyCreator({ firstName: "=HYPERLINK(1)", lastName: 'Ro"y, x' });
    const evil = await join(shop, id, {}, { codePattern: "EVIL" });
    await sell(shop, evil.code, NOON, { amount: "5.00" });
    const { rows, headers, columns } = await csv("/reports/creators?sort=-salesMinor&compare=previous");
    expect(headers.get("content-type")).toBe("text/csv; charset=utf-8");
    expect(headers.get("content-disposition")).toContain("creators-report.csv");
    expect(columns?.slice(0, 3)).toEqual(["creatorId", "name", "start"]);
    expect(columns).toContain("previousCvr");
    expect(
      rows.map(({ name, clicks, sales, commission, cvr, epc, aov, currency }) => [
        name,
        clicks,
        sales,
        commission,
        cvr,
        epc,
        aov,
        currency,
      ]),
    ).toEqual([
      ["Ada Roy", "8", "150.00", "15.00", "0.25", "18.750000", "75.000000", "EUR"],
      ["Ben Roy", "3", "90.00", "9.00", "0.3333", "30.000000", "90.000000", "EUR"],
      ["Cleo Roy", "0", "20.00", "2.00", "", "", "20.000000", "EUR"],
      [`'=HYPERLINK(1) Ro"y, x`, "0", "5.00", "0.50", "", "", "5.000000", "EUR"],
    ]);
  });

  test("has all rows, however many they are", async () => {
    await env.DB.prepare(
      `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5200)
       INSERT INTO links (id, domain, slug, slug_key, url, kind, store_id, utm, rules, disabled, created_at, updated_at)
       SELECT printf('lnk_%016d', i), '', 'many' || i, 'many' || i, 'https://shop.example/', 'tracking', ?1, '{}', '[]', 0, 0, 0
       FROM n`,
    )
      .bind(scene.shop.id)
      .run();
    const { rows } = await csv("/reports/links?sort=name");
    const slugs = rows.flatMap(({ slug = "" }) => (slug.startsWith("many") ? [slug] : []));
    expect(slugs).toHaveLength(5200);
    expect(new Set(slugs).size).toBe(5200);
  });

  test("has a page where a limit is given, and says where the next begins", async () => {
    const first = await csv("/reports/creators?limit=2&sort=name");
    expect(first.rows.map(({ name }) => name)).toEqual(["Ada Roy", "Ben Roy"]);
    const cursor = first.headers.get("x-next-cursor") ?? "none";
    const second = await csv(`/reports/creators?limit=2&sort=name&cursor=${cursor}`);
    expect(second.rows.map(({ name }) => name)).toEqual(["Cleo Roy"]);
    expect(second.headers.get("x-next-cursor")).toBeNull();
  });

  test("has other currencies in one cell, and a header even without rows", async () => {
    const { shop, ada } = scene;
    await sell(shop, ada.code, NOON, { amount: "7000", currency: "JPY" });
    const { rows } = await csv(`/reports/creators?creator=${ada.creatorId}`);
    expect(JSON.parse(rows[0]?.["otherCurrencies"] ?? "")).toEqual([
      expect.objectContaining({ currency: "JPY", conversions: 1, gross: "7000", sales: "7000" }),
    ]);
    const empty = await csv("/reports/countries?from=2026-01-01&to=2026-01-01");
    expect(empty.text).toMatch(/^country,start,clicks,.*\r\n$/);
  });
});

describe("a creator's report", () => {
  test("UPF-32, UPF-33: has all campaigns, links and codes, and the total of the report on creators", async () => {
    const { shop, ada } = scene;
    const second = await join(shop, ada.creatorId, { name: "Second" });
    const idle = await join(shop, ada.creatorId, { name: "Idle" });
    await click(second.linkId, NOON, 1);
    await sell(shop, second.code, NOON, { amount: "11.00" });
    const report = bodyOf(creatorReport, await api("GET", `/creators/${ada.creatorId}/report?sort=-salesMinor`));
    expect(report.data.map(({ name, clicks, salesMinor }) => [name, clicks, salesMinor])).toEqual([
      ["Ada's", 8, 15_000],
      ["Second", 1, 1_100],
      ["Idle", 0, 0],
    ]);
    expect(report.links.find(({ linkId }) => linkId === second.linkId)).toMatchObject({ clicks: 1 });
    // Whoever types a code came by no link that is known.
    expect(report.links.map(({ linkId, creatorId }) => linkId === null || creatorId === ada.creatorId)).not.toContain(
      false,
    );
    expect(report.codes.map(({ code, conversions }) => [code, conversions])).toEqual([
      [ada.code, 2],
      [second.code, 1],
      [idle.code, 0],
    ]);
    const { data, total } = await read("creators", `creator=${ada.creatorId}`);
    expect(report.total).toEqual(total);
    expect(data).toHaveLength(1);
    expect(data[0]).toMatchObject(report.total);
    const { rows } = await csv(`/creators/${ada.creatorId}/report?sort=-salesMinor`);
    expect(rows.map(({ name, sales }) => [name, sales])).toEqual([
      ["Ada's", "150.00"],
      ["Second", "11.00"],
      ["Idle", "0.00"],
    ]);
  });

  test("is of creators that there are", async () => {
    const answer = problemOf(await api("GET", `/creators/${NOBODY}/report`));
    expect([answer.status, answer.code]).toEqual([404, "not_found"]);
    expectInvalid(
      await api("GET", `/creators/${scene.ada.creatorId}/report?creator=${scene.ben.creatorId}`),
      "creator",
    );
  });
});

describe("a campaign's performance", () => {
  test("UPF-34: has everybody in it, also who came to nothing", async () => {
    const { ada } = scene;
    const { id } = await createReadyCreator({ firstName: "Idle", lastName: "Roy" });
    await api("POST", `/campaigns/${ada.campaignId}/creators`, { creatorIds: [id] });
    const report = bodyOf(performanceReport, await api("GET", `/campaigns/${ada.campaignId}/performance`));
    expect(report.data.map(({ name, clicks, salesMinor, epcMinor }) => [name, clicks, salesMinor, epcMinor])).toEqual([
      ["Ada Roy", 8, 15_000, 1875],
      ["Idle Roy", 0, 0, null],
    ]);
    expect(report.total).toEqual((await read("campaigns", `campaign=${ada.campaignId}`)).total);
    const { rows } = await csv(`/campaigns/${ada.campaignId}/performance`);
    expect(rows.map(({ name, epc }) => [name, epc])).toEqual([
      ["Ada Roy", "18.750000"],
      ["Idle Roy", ""],
    ]);
  });

  test("UPF-30, UPF-46, UPF-47: of campaigns that share a plan shows an order in both, and all reports count it once", async () => {
    const { shop, ada } = scene;
    const { planId } = (await api("GET", `/campaigns/${ada.campaignId}`)).body as { planId: string };
    const shared = await join(shop, ada.creatorId, { name: "Shared", planId });
    expect(shared.code).toBe(ada.code);
    const performance = async (id: string) =>
      bodyOf(performanceReport, await api("GET", `/campaigns/${id}/performance`)).total;
    const first = await performance(ada.campaignId);
    expect([first.clicks, first.conversions, first.salesMinor]).toEqual([8, 2, 15_000]);
    expect(await performance(shared.campaignId)).toEqual(first);
    const { data, total } = await read("campaigns", `creator=${ada.creatorId}`);
    expect(data.map(({ conversions }) => conversions)).toEqual([2]);
    expect(total.conversions).toBe(2);
    // Who is under the plan by another campaign has nothing to show in these.
    const dora = await join(shop, (await createReadyCreator({ firstName: "Dora" })).id, { name: "Dora's", planId });
    await sell(shop, dora.code, NOON);
    expect(await performance(ada.campaignId)).toEqual(first);
    expect(await performance(shared.campaignId)).toEqual(first);
    expect((await performance(dora.campaignId)).conversions).toBe(1);
    expect((await performance(scene.ben.campaignId)).conversions).toBe(1);
  });

  test("is of campaigns that there are", async () => {
    const answer = problemOf(await api("GET", "/campaigns/cmp_00000000000000zz/performance"));
    expect([answer.status, answer.code]).toEqual([404, "not_found"]);
  });
});

describe("clicks that have left the log", () => {
  const OLD = NIGHT - 20 * DAY;

  beforeEach(async () => {
    await click(scene.ada.linkId, OLD, 4);
    await rollUpClicks(env, NIGHT);
    await archiveClicks(env, WEEK, NIGHT);
    expect(await env.DB.prepare("SELECT count(*) AS n FROM clicks WHERE time = ?1").bind(OLD).first("n")).toBe(0);
  });

  test("are counted by days in every report", async () => {
    for (const name of DIMENSIONS) {
      expect((await read(name, "from=2026-10-01&to=2026-11-30")).total.clicks, name).toBe(15);
      expect((await read(name, "from=2026-11-01&to=2026-11-01")).total.clicks, name).toBe(4);
    }
  });

  test("are refused where only the log could tell of them", async () => {
    const refusals = [
      ["countries", "interval=hour&from=2026-11-01&to=2026-11-01", ["interval"]],
      ["creators", "from=2026-11-01T00:10:00Z&to=2026-11-10T00:00:00Z", []],
      ["creators", "from=2026-11-01T03:10:00Z&to=2026-11-10T00:00:00Z", ["from"]],
      ["countries", "from=2026-11-01T02:00:00Z&to=2026-11-10T00:00:00Z", ["from"]],
      ["countries", "from=2026-10-01T00:00:00Z&to=2026-11-01T02:00:00Z", []],
      ["countries", "from=2026-10-01T00:00:00Z&to=2026-11-01T04:00:00Z", ["to"]],
      ["creators", "from=2026-11-02T04:00:00Z&to=2026-11-03T04:50:00Z&compare=previous", ["compare"]],
      ["creators", "from=2026-11-01T03:30:00Z&to=2026-11-01T03:50:00Z&compare=previous", ["compare"]],
    ] as const;
    for (const [name, query, paths] of refusals) {
      const answer = await api("GET", `/reports/${name}?${query}`);
      if (paths.length === 0) {
        expect(answer.status, query).toBe(200);
        continue;
      }
      const problem = problemOf(answer);
      expect([problem.status, problem.code], query).toEqual([422, "range_archived"]);
      expect(
        problem.errors?.map(({ path }) => path),
        query,
      ).toEqual(paths);
    }
  });
});

test("a key of reports:read alone reads them", async () => {
  const { key } = await createKey(["reports:read"]);
  expect((await api("GET", "/reports/creators", undefined, holding(key))).status).toBe(200);
});
