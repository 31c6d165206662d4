import { env, exports } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { amazonReport } from "../../../src/reports/amazon/schema.ts";
import { creatorReport, reportOf, ROW_SCHEMAS } from "../../../src/reports/report/schema.ts";
import { api, bodyOf, problemOf } from "../../ground/api.ts";
import { createPlan, createReadyCreator } from "../../programme/campaign-fixtures.ts";
import {
  apiRow,
  createAmazon,
  createAmazonPlan,
  createTagged,
  enterTag,
  imported,
  joinAmazon,
} from "../../shops/amazon/amazon-fixtures.ts";
import { createGuest, createShop, join, look, NOON, sell, textOf } from "../../portal/portal-fixtures.ts";

beforeEach(() => {
  vi.setSystemTime(NOON);
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

const RANGE = "from=2026-11-01&to=2026-11-30";
const row = (day: string, name: string, values: Record<string, unknown> = {}) =>
  apiRow(day, `${name}-id`, { adGroupName: name, ...values });

const report = async (query = "") => bodyOf(amazonReport, await api("GET", `/reports/amazon?${RANGE}${query}`));

async function world() {
  const store = await createAmazon();
  const [lea, tom] = [await createTagged(store.id, "lea"), await createTagged(store.id, "tom")];
  await imported(store.id, [
    row("20261101", "lea"),
    row("20261102", "lea", { attributedPurchases14d: 5 }),
    row("20261102", "tom"),
    row("20261102", "nobody"),
    row("20261102", "nobody", { currency: "EUR", attributedSales14d: 1 }),
  ]);
  return { store, lea, tom };
}

describe("UPF-2: Amazon's figures", () => {
  test("are told by creator, with those that are nobody's, and what they come to", async () => {
    const { store, lea, tom } = await world();
    const { data, totals, unassigned, source } = await report(`&store=${store.id}`);
    expect(source).toBe("amazon");
    expect(
      data.map(({ creatorId, currency, purchases, salesMinor }) => [creatorId, currency, purchases, salesMinor]),
    ).toEqual([
      [null, "EUR", 2, 100],
      [null, "USD", 2, 7180],
      ...[
        [lea.id, "USD", 7, 14_360],
        [tom.id, "USD", 2, 7180],
      ].toSorted(([a], [b]) => (String(a) < String(b) ? -1 : 1)),
    ]);
    expect(data.every((each) => each.source === "amazon")).toBe(true);
    expect(totals).toMatchObject([
      { currency: "EUR", purchases: 2, salesMinor: 100 },
      { currency: "USD", purchases: 11, salesMinor: 28_720, clicks: 48 },
    ]);
    expect(unassigned).toMatchObject([
      { currency: "EUR", purchases: 2 },
      { currency: "USD", purchases: 2 },
    ]);
  });

  test("are told by day and month, page by page, of a creator, a campaign, a plan", async () => {
    const { store, lea, tom } = await world();
    const plan = await createAmazonPlan(store.id);
    const { campaignId } = await joinAmazon(plan.id, lea.id);
    const elsewhere = await createPlan();
    const days = await report(`&store=${store.id}&interval=day&creator=${lea.id}`);
    expect(days.data.map(({ start, purchases }) => [start, purchases])).toEqual([
      ["2026-11-01", 2],
      ["2026-11-02", 5],
    ]);
    const months = await report(`&interval=month&creator=${lea.id}`);
    expect(months.data.map(({ start, purchases }) => [start, purchases])).toEqual([["2026-11", 7]]);
    const first = await report(`&interval=day&store=${store.id}&limit=2`);
    const rest = await report(`&interval=day&store=${store.id}&limit=200&cursor=${first.nextCursor}`);
    expect([...first.data, ...rest.data]).toEqual((await report(`&interval=day&store=${store.id}`)).data);
    for (const filter of [`campaign=${campaignId}`, `plan=${plan.id}`]) {
      expect((await report(`&${filter}`)).data.map(({ creatorId }) => creatorId)).toEqual([lea.id]);
    }
    expect((await report(`&plan=${elsewhere.id}`)).data).toEqual([]);
    expect((await report(`&creator=${tom.id}`)).totals).toMatchObject([{ purchases: 2 }]);
    expect(problemOf(await api("GET", "/reports/amazon?from=2026-11-02&to=2026-11-01")).status).toBe(422);
    expect(problemOf(await api("GET", "/reports/amazon?cursor=x")).status).toBe(422);
  });

  test("come as CSV, in dollars, and no name in it is a formula", async () => {
    const store = await createAmazon();
    const eve = await createReadyCreator({ firstName: "=cmd", lastName: "x" });
    await enterTag(store.id, eve.id, "eve");
    await imported(store.id, [row("20261101", "eve", { brb_bonus_amount: -0.5 })]);
    const url = `https://go.brand.example/api/v1/reports/amazon?${RANGE}&store=${store.id}&format=csv`;
    const response = await exports.default.fetch(url, { headers: { authorization: `Bearer ${env.ADMIN_API_KEY}` } });
    const text = await response.text();
    expect(text).toContain(`amazon,${eve.id},"'=cmd x",,USD,12,`);
    expect(text).toContain(",71.80,104.30,-0.5");
  });

  test("stand beside orders, and are in no number of theirs", async () => {
    const shop = await createShop({ name: "Own shop" });
    const { id } = await createGuest();
    const { code, campaignId } = await join(shop, id);
    await sell(shop, code, NOON);
    const numbers = async (path: string) => (await api("GET", path)).body as Record<string, unknown>;
    const paths = ["links", "creators", "campaigns", "plans"].map((name) => `/reports/${name}?${RANGE}`);
    const before = await Promise.all(paths.map(numbers));
    expect(before.every(({ amazon }) => amazon === undefined)).toBe(true);
    const store = await createAmazon();
    await enterTag(store.id, id, "lea");
    await imported(store.id, [row("20261101", "lea"), row("20261102", "nobody")]);
    const after = await Promise.all(paths.map(numbers));
    for (const [index, { amazon, ...orders }] of after.entries()) {
      expect(orders).toEqual(before[index]);
      expect(amazon).toMatchObject({
        source: "amazon",
        totals: [{ currency: "USD", purchases: 4 }],
        unassigned: [{ purchases: 2 }],
      });
    }
    const own = bodyOf(creatorReport, await api("GET", `/creators/${id}/report?${RANGE}`));
    expect(own.total).toMatchObject({ conversions: 1, salesMinor: 10_000 });
    expect(own.amazon).toMatchObject({ totals: [{ purchases: 2 }], unassigned: [] });
    // Of another store's campaign, of moments, links, codes and countries Amazon says nothing.
    for (const path of [
      `/campaigns/${campaignId}/performance?${RANGE}`,
      "/reports/creators?from=2026-11-01T00:00:00Z&to=2026-11-30T00:00:00Z",
      `/reports/creators?${RANGE}&link=lnk_0000000000000zzz`,
      `/reports/countries?${RANGE}`,
      `/reports/codes?${RANGE}`,
    ]) {
      expect(await numbers(path), path).not.toHaveProperty("amazon");
    }
    expect(reportOf(ROW_SCHEMAS.creators).safeParse(after[1]).success).toBe(true);
  });
});

describe("the creator's page", () => {
  test("shows what is theirs as Amazon's, apart from sales and from what is owed", async () => {
    const store = await createAmazon();
    const plan = await createAmazonPlan(store.id);
    const { id, path } = await createGuest();
    await joinAmazon(plan.id, id);
    expect(textOf((await look(path)).text)).not.toContain("Amazon’s figures");
    await enterTag(store.id, id, "lea");
    await imported(store.id, [row("20261101", "lea"), row("20261102", "lea"), row("20261102", "nobody")]);
    const text = textOf((await look(path)).text);
    expect(text).toContain("Amazon’s figures");
    expect(text).toContain("Purchases at Amazon 4");
    expect(text).toContain("Sales at Amazon $143.60");
    expect(text).toContain("up to Nov 2, 2026");
    expect(text).toContain("nothing is paid on them alone");
    expect(text).toContain("Sales 0");
    expect(text).toContain("Owed to you $0.00");
  });

  test("shows nothing of them where a campaign at that store hides its numbers", async () => {
    const store = await createAmazon();
    const plan = await createAmazonPlan(store.id);
    const { id, path } = await createGuest();
    await enterTag(store.id, id, "lea");
    await imported(store.id, [row("20261101", "lea")]);
    await joinAmazon(plan.id, id);
    expect(textOf((await look(path)).text)).toContain("Amazon’s figures");
    await joinAmazon((await createAmazonPlan(store.id)).id, id, { creatorsSeePerformance: false });
    expect(textOf((await look(path)).text)).not.toContain("Amazon’s figures");
  });

  test("shows nobody what is another's", async () => {
    const store = await createAmazon();
    const plan = await createAmazonPlan(store.id);
    const { id, path } = await createGuest();
    await joinAmazon(plan.id, id);
    const tom = await createTagged(store.id, "tom");
    await joinAmazon(plan.id, tom.id);
    await imported(store.id, [row("20261101", "tom")]);
    expect(textOf((await look(path)).text)).not.toContain("Amazon’s figures");
  });
});
