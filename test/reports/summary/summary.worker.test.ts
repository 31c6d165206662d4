import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import { readConfig } from "../../../src/ground/config.ts";
import { summaryReport } from "../../../src/reports/summary/schema.ts";
import { putConversion } from "../../conversions/conversion-fixtures.ts";
import { define } from "../../conversions/definition-fixtures.ts";
import { clickMessage } from "../../clicks/click-message.ts";
import { ingestAll } from "../../clicks/log-fixtures.ts";
import { api, bodyOf, expectInvalid } from "../../ground/api.ts";
import { insertLink } from "../../links/link-fixtures.ts";
import { expectGuarded } from "../../operate/key-fixtures.ts";
import { id, insertStore } from "../../programme/generation-fixtures.ts";
import { finishRollups } from "../rollup-fixtures.ts";

const [ONE, TWO] = [id("str", 1), id("str", 2)];
const [OF_ONE, OF_TWO, OF_NONE] = [id("lnk", 1), id("lnk", 2), id("lnk", 3)];
const DAYS = { from: "2026-11-11", to: "2026-11-20" };
const at = (day: number, hour = 12): number => Date.UTC(2026, 10, day, hour);

let clicks = 0;
const click = (linkId: string, time: number) => {
  clicks += 1;
  return clickMessage({ id: `clk_${String(clicks).padStart(6, "0")}`, linkId, time, pseudonym: `p${clicks}` });
};

async function putOrder(number: number, storeId: string, currency: string, totalMinor: number, placedAt: number) {
  const share = {
    creatorId: null,
    campaignId: null,
    planId: null,
    linkId: null,
    codeId: null,
    amountMinor: totalMinor,
  };
  await env.DB.prepare(
    `INSERT INTO orders (id, store_id, external_id, status, trust, currency, total_minor, codes, test, placed_at, policy,
       touches, explanation, shares, method, version, created_at, updated_at)
     VALUES (?1, ?2, ?1, 'approved', 'confirmed', ?3, ?4, '[]', 0, ?5, '{}', '[]', '{}', ?6, 'click', 1, 0, 0)`,
  )
    .bind(
      id("ord", number),
      storeId,
      currency,
      totalMinor,
      placedAt,
      JSON.stringify([{ ...share, weight: { numerator: 1, denominator: 1 }, creatorId: id("crt", 1) }]),
    )
    .run();
}

async function summary(query: Record<string, string> = {}) {
  return bodyOf(
    summaryReport,
    await api("GET", `/reports/summary?${new URLSearchParams({ ...DAYS, ...query }).toString()}`),
  );
}

/** Clicks and sales of a report that was there before. */
async function campaigns(query: Record<string, string> = {}) {
  const path = `/reports/campaigns?${new URLSearchParams({ ...DAYS, compare: "previous", ...query }).toString()}`;
  return bodyOf(summaryReport.pick({}).loose(), await api("GET", path)) as unknown as {
    data: { start: string | null; clicks: number }[];
    total: Record<string, number> & { previous: Record<string, number> };
  };
}

beforeEach(async () => {
  await insertStore({ id: ONE, name: "One", currency: "EUR", timezone: "Europe/Berlin" });
  await insertStore({ id: TWO, name: "Two", currency: "USD", timezone: "America/New_York" });
  await insertLink({ id: OF_ONE, storeId: ONE });
  await insertLink({ id: OF_TWO, storeId: TWO });
  await insertLink({ id: OF_NONE });
  await ingestAll(
    readConfig({}),
    [
      // Berlin's 20th begins at 23 o'clock of UTC's 19th, New York's 20th at 5.
      ...[at(19, 23), at(20), at(20, 22), at(5), at(6)].map((time) => click(OF_ONE, time)),
      ...[at(20, 4), at(15)].map((time) => click(OF_TWO, time)),
      click(OF_NONE, at(12)),
    ],
    at(20),
  );
  await putOrder(1, ONE, "EUR", 1000, at(20));
  await putOrder(2, ONE, "EUR", 550, at(5));
  await putOrder(3, ONE, "CHF", 700, at(14));
  await putOrder(4, TWO, "USD", 300, at(15));
  const { id: definitionId } = await define({ storeId: ONE });
  await putConversion({ definitionId, storeId: ONE, time: at(20) });
  await putConversion({ definitionId, storeId: ONE, time: at(20, 13), uncounted: "limit" });
  await putConversion({ definitionId, storeId: ONE, time: at(6) });
});

describe("DSH-2 what all comes to, in one answer", () => {
  test.each(["as it comes", "rolled up"])("%s: the numbers of the other reports, by store and day", async (state) => {
    if (state === "rolled up") await finishRollups();
    const body = await summary();
    const { total } = await campaigns();
    expect(body).toMatchObject({ ...DAYS, before: { from: "2026-11-01", to: "2026-11-10" } });
    expect(body.total).toMatchObject({ clicks: 6, sales: 3, conversions: 1 });
    expect(body.total).toMatchObject({ clicks: total["clicks"], sales: total["conversions"], cvr: total["cvr"] });
    expect(body.total.before).toMatchObject({ clicks: total.previous["clicks"], sales: 1, conversions: 1 });
    expect(body.stores.map(({ storeId, name, currency }) => [storeId, name, currency])).toEqual([
      [ONE, "One", "EUR"],
      [TWO, "Two", "USD"],
      [null, null, null],
    ]);
    const [one, two, none] = body.stores;
    expect(one).toMatchObject({ clicks: 3, sales: 2, conversions: 1, salesMinor: 1000, epcMinor: 333.3333 });
    expect(one?.otherCurrencies).toMatchObject([{ currency: "CHF", salesMinor: 700 }]);
    expect(one?.before).toMatchObject({ clicks: 2, sales: 1, conversions: 1, salesMinor: 550, epcMinor: 275 });
    expect(two).toMatchObject({ clicks: 2, sales: 1, conversions: 0, salesMinor: 300, cvr: 0.5 });
    expect(none).toMatchObject({ clicks: 1, sales: 0, epcMinor: 0 });
    expect(body.total.amounts).toMatchObject([
      { currency: "EUR", salesMinor: 1000, epcMinor: 333.3333 },
      { currency: "CHF", salesMinor: 700, epcMinor: null },
      { currency: "USD", salesMinor: 300, epcMinor: 150 },
    ]);
    expect(body.series).toHaveLength(10);
    expect(body.series.at(-1)).toEqual({
      day: "2026-11-20",
      clicks: 3,
      conversions: 1,
      sales: 1,
      amounts: [{ currency: "EUR", salesMinor: 1000, commissionMinor: 0 }],
    });
    expect(body.series.at(-2)).toMatchObject({ day: "2026-11-19", clicks: 1, sales: 0 });
    expect(body.freshness.clicks.waiting).toBe(state === "rolled up" ? 0 : 8);
  });

  test("of one store, in a currency, without the days before", async () => {
    const body = await summary({ store: TWO, currency: "EUR", compare: "none" });
    expect(body.stores).toHaveLength(1);
    expect(body.stores[0]).toMatchObject({ clicks: 2, currency: "EUR", salesMinor: 0, before: null, shop: null });
    expect(body.stores[0]?.otherCurrencies).toMatchObject([{ currency: "USD", salesMinor: 300 }]);
    expect(body.total.before).toBeNull();
    expect((await campaigns({ store: TWO })).total["clicks"]).toBe(2);
  });

  test("needs reports:read, and days of a year at most", async () => {
    await expectGuarded("GET", "/reports/summary", "reports:read");
    expectInvalid(await api("GET", "/reports/summary?from=2026-11-11&to=2026-11-10"), "to");
    expectInvalid(await api("GET", "/reports/summary?from=2024-11-11&to=2026-11-10"), "to");
    expectInvalid(await api("GET", "/reports/summary?from=2026-11-11T00:00:00Z"), "from");
  });
});
