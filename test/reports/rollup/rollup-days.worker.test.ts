import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { ingestAll } from "../../clicks/log-fixtures.ts";
import type { ClickMessage } from "../../../src/edge/click/message.ts";
import { readConfig } from "../../../src/ground/config.ts";
import { offsetSpans } from "../../../src/ground/time/offsets.ts";
import { closeDays } from "../../../src/reports/rollup/months-run.ts";
import { rollUpClicks } from "../../../src/reports/rollup/run.ts";
import { ensureZones } from "../../../src/ground/time/zones-store.ts";
import { clickMessage } from "../../clicks/click-message.ts";
import { insertLink } from "../../links/link-fixtures.ts";
import { id, insertStore, NOW } from "../../programme/generation-fixtures.ts";
import { clickSums, recountClicks, type Row } from "../rollup-fixtures.ts";

const LINK = id("lnk", 1);
const config = readConfig({});

const at = (time: string): number => Date.parse(time);

function visit(clickId: string, time: string, parts: Partial<ClickMessage> = {}): ClickMessage {
  return clickMessage({ id: `clk_${clickId}`, linkId: LINK, time: at(time), pseudonym: clickId, ...parts });
}

async function log(...clicks: ClickMessage[]): Promise<void> {
  await ingestAll(config, clicks, NOW);
}

/** A store of a time zone, with a link. */
async function insertShopIn(timezone: string): Promise<void> {
  await insertStore({ timezone });
  await insertLink({ id: LINK, storeId: id("str", 1) });
}

async function days(): Promise<Row[]> {
  const rows = (await clickSums())["click_days"] ?? [];
  return rows.toSorted((a, b) => (String(a["day"]) < String(b["day"]) ? -1 : 1));
}

async function splits(dim: string): Promise<string[]> {
  const rows = (await clickSums())["click_splits"] ?? [];
  return rows
    .filter((row) => row["dim"] === dim)
    .map((row) => `${row["day"]} ${row["value"]} ${row["counted"]}`)
    .toSorted();
}

describe("the roll-up of clicks by day", () => {
  it("goes by the days of the store's time zone, whatever the clocks do", async () => {
    await insertShopIn("Europe/Berlin");
    await log(
      visit("before", "2026-10-24T21:59:59.999Z"),
      visit("first", "2026-10-24T22:00:00Z"),
      // This day has 25 hours: 23:59:59 is at 22:59:59 in UTC.
      visit("last", "2026-10-25T22:59:59.999Z"),
      visit("after", "2026-10-25T23:00:00Z"),
    );
    await rollUpClicks(env, NOW);
    expect(await days()).toEqual([
      { link_id: LINK, day: "2026-10-24", counted: 1, unique_of_day: 1 },
      { link_id: LINK, day: "2026-10-25", counted: 2, unique_of_day: 2 },
      { link_id: LINK, day: "2026-10-26", counted: 1, unique_of_day: 1 },
    ]);
    expect(await clickSums()).toEqual(await recountClicks());
  });

  it.each([
    ["America/New_York", "2026-11-20"],
    ["Asia/Kolkata", "2026-11-21"],
    ["Pacific/Apia", "2026-11-21"],
  ])("has 20 November 2026, 19:00 UTC in %s on %s", async (timezone, day) => {
    await insertShopIn(timezone);
    await log(visit("a", "2026-11-20T19:00:00Z"));
    await rollUpClicks(env, NOW);
    expect(await days()).toEqual([{ link_id: LINK, day, counted: 1, unique_of_day: 1 }]);
    expect((await clickSums())["click_months"]).toEqual([
      { link_id: LINK, month: "2026-11", counted: 1, unique_of_day: 1 },
    ]);
  });

  it("has clicks of links without a store, and of links that don't exist, by UTC", async () => {
    await insertShopIn("Asia/Kolkata");
    await insertLink({ id: id("lnk", 2) });
    await log(
      visit("a", "2026-11-30T23:59:59Z", { linkId: id("lnk", 2) }),
      visit("b", "2026-11-30T23:59:59Z", { linkId: id("lnk", 3) }),
      visit("c", "2026-11-30T23:59:59Z"),
    );
    await rollUpClicks(env, NOW);
    expect((await clickSums())["click_months"]).toEqual([
      { link_id: LINK, month: "2026-12", counted: 1, unique_of_day: 1 },
      { link_id: id("lnk", 2), month: "2026-11", counted: 1, unique_of_day: 1 },
      { link_id: id("lnk", 3), month: "2026-11", counted: 1, unique_of_day: 1 },
    ]);
  });

  it("has only clicks that count", async () => {
    await insertShopIn("UTC");
    await log(
      visit("a", "2026-11-20T10:00:00Z", { bucket: "head" }),
      visit("b", "2026-11-20T10:00:00Z", { bucket: "inactive" }),
      visit("c", "2026-11-20T10:00:00Z", { userAgent: "Googlebot/2.1" }),
    );
    await rollUpClicks(env, NOW);
    expect(await clickSums()).toEqual({ click_days: [], click_months: [], click_splits: [] });
  });

  it("UPF-63 splits clicks by country, device and source, each for itself, what isn't known too", async () => {
    await insertShopIn("UTC");
    await log(
      visit("a", "2026-11-20T10:00:00Z", { country: "DE" }),
      visit("b", "2026-11-20T10:00:00Z", { country: "FR", referrerHost: "www.google.com" }),
      visit("c", "2026-11-20T10:00:00Z", { country: null, referrerHost: null, utmMedium: "email" }),
    );
    await rollUpClicks(env, NOW);
    expect(await splits("country")).toEqual(["2026-11-20  1", "2026-11-20 DE 1", "2026-11-20 FR 1"]);
    expect(await splits("source")).toEqual(["2026-11-20 email 1", "2026-11-20 search 1", "2026-11-20 social 1"]);
    expect(await splits("device")).toEqual(["2026-11-20 mobile 3"]);
  });

  describe("when an earlier click comes late", () => {
    beforeEach(async () => {
      await insertShopIn("Asia/Kolkata");
      await log(
        visit("late", "2026-11-20T18:45:00Z", { pseudonym: "one", country: "FR", referrerHost: "www.google.com" }),
        visit("other", "2026-11-20T18:50:00Z", { pseudonym: "two", country: "FR" }),
      );
      await rollUpClicks(env, NOW);
    });

    it("takes the click's sums from where it lost its place, and gives them to the other's", async () => {
      // Midnight is at 18:30 UTC: the earlier click is of the day before, and of another country.
      await log(visit("early", "2026-11-20T18:20:00Z", { pseudonym: "one", country: "DE" }));
      await rollUpClicks(env, NOW);
      expect(await days()).toEqual([
        { link_id: LINK, day: "2026-11-20", counted: 1, unique_of_day: 1 },
        { link_id: LINK, day: "2026-11-21", counted: 1, unique_of_day: 1 },
      ]);
      expect(await splits("country")).toEqual(["2026-11-20 DE 1", "2026-11-21 FR 1"]);
      expect(await splits("source")).toEqual(["2026-11-20 social 1", "2026-11-21 social 1"]);
      expect(await clickSums()).toEqual(await recountClicks());
    });

    it("takes only the unique click where it is of another window", async () => {
      await log(visit("early", "2026-11-20T17:20:00Z", { pseudonym: "one", country: "DE" }));
      await rollUpClicks(env, NOW);
      expect(await days()).toEqual([
        { link_id: LINK, day: "2026-11-20", counted: 1, unique_of_day: 1 },
        { link_id: LINK, day: "2026-11-21", counted: 2, unique_of_day: 1 },
      ]);
      expect(await clickSums()).toEqual(await recountClicks());
    });

    it.each([false, true])("leaves no row of zeros, nor does it in months that have the day: %j", async (closed) => {
      if (closed) await closeDays(env, at("2026-12-20T03:17:00Z"));
      await log(
        visit("early", "2026-11-20T18:20:00Z", { pseudonym: "one", linkId: LINK }),
        visit("early2", "2026-11-20T18:21:00Z", { pseudonym: "two" }),
      );
      await rollUpClicks(env, NOW);
      expect(await days()).toEqual([{ link_id: LINK, day: "2026-11-20", counted: 2, unique_of_day: 2 }]);
      expect(await clickSums()).toEqual(await recountClicks());
      // A batch without a visit takes both back.
      const taken = [0, 1].map((minute) => {
        return [LINK, at(`2026-11-20T18:2${minute}:00Z`), "DE", "mobile", "social", true, true];
      });
      await env.DB.prepare(
        `INSERT INTO click_batches SELECT seq + count * stride, 1, stride, earliest, latest, window_ms, ingested_at, 'h', NULL, ?1,
           facts, json_array(clicks -> 0) FROM click_batches ORDER BY seq DESC LIMIT 1`,
      )
        .bind(JSON.stringify(taken))
        .run();
      await rollUpClicks(env, NOW);
      expect(await clickSums()).toEqual({ click_days: [], click_months: [], click_splits: [] });
      expect((await env.DB.prepare("SELECT * FROM click_months").all()).results).toEqual([]);
    });

    it("counts one that no roll-up has read as what it is", async () => {
      await log(visit("unread", "2026-11-20T20:40:00Z", { pseudonym: "three" }));
      await log(visit("earlier", "2026-11-20T20:30:00Z", { pseudonym: "three" }));
      await rollUpClicks(env, NOW);
      expect(await clickSums()).toEqual(await recountClicks());
    });
  });

  it("is all or nothing", async () => {
    await insertShopIn("UTC");
    await log(visit("a", "2026-11-20T10:00:00Z"));
    // Months have that day: it moves them.
    await env.DB.prepare("INSERT INTO watermarks VALUES ('click_months', 30000, 0)").run();
    for (const table of ["click_hours", "click_days", "click_months", "report_totals"]) {
      await env.DB.prepare(
        `CREATE TRIGGER crash BEFORE INSERT ON ${table} BEGIN SELECT RAISE(ABORT, 'gone'); END`,
      ).run();
      await expect(rollUpClicks(env, NOW)).rejects.toThrow("gone");
      expect(await clickSums()).toEqual({ click_days: [], click_months: [], click_splits: [] });
      expect((await env.DB.prepare("SELECT * FROM click_hours").all()).results).toEqual([]);
      await env.DB.prepare("DROP TRIGGER crash").run();
    }
    await rollUpClicks(env, NOW);
    expect(await clickSums()).toEqual(await recountClicks());
  });
});

describe("the offsets of time zones in the database", () => {
  const zones = async () =>
    (await env.DB.prepare("SELECT zone, count(*) AS n FROM zone_offsets GROUP BY zone ORDER BY zone").all()).results;

  it("are written once for each zone", async () => {
    await ensureZones(env.DB, ["Asia/Kolkata", "UTC"]);
    expect(await zones()).toEqual([
      { zone: "Asia/Kolkata", n: 1 },
      { zone: "UTC", n: 1 },
    ]);
    await Promise.all([ensureZones(env.DB, ["Europe/Berlin", "UTC"]), ensureZones(env.DB, ["Europe/Berlin"])]);
    expect((await zones()).map(({ n }) => n)).toEqual([1, offsetSpans("Europe/Berlin").length, 1]);
  });

  it("are there for all stores and UTC before clicks are rolled up", async () => {
    await insertShopIn("Asia/Kolkata");
    await rollUpClicks(env, NOW);
    expect(await zones()).toMatchObject([{ zone: "Asia/Kolkata" }, { zone: "UTC" }]);
  });
});
