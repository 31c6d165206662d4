import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { askRebuild } from "../../../src/journal/due/write-rebuild.ts";
import { readPage } from "../../../src/reports/report/load-pages.ts";
import type { PageQuery } from "../../../src/reports/report/page-statement.ts";
import { rollUpClicks } from "../../../src/reports/rollup/run.ts";
import { ensureStoreZones } from "../../../src/ground/time/zones-store.ts";
import { insertLink } from "../../links/link-fixtures.ts";
import { id, insertCreators, insertStore, NOW, STORE } from "../../programme/generation-fixtures.ts";
import { finishRollups, putClick, recountTotals, totals } from "../rollup-fixtures.ts";

const [ADA, BEN] = [id("crt", 1), id("crt", 2)];
const [ADAS, BENS] = [id("lnk", 1), id("lnk", 2)];

/** The report on creators over local days, by clicks. */
function over(first: string, last: string, parts: Partial<PageQuery> = {}): PageQuery {
  return {
    dimension: "creators",
    filter: {},
    interval: "total",
    periods: [{ span: { by: "days", first, last }, previous: 0, shift: 0 }],
    confirmedOnly: true,
    always: null,
    sort: { by: "clicks", descending: true },
    limit: 10,
    offset: 0,
    after: null,
    currency: null,
    ...parts,
  };
}

const now = () => NOW;

async function read(query: PageQuery, DB: D1Database = env.DB): Promise<Record<string, number>> {
  const { rows, total } = await readPage({ env: { ...env, DB }, now }, query);
  return { ...Object.fromEntries(rows.map(({ key, clicks }) => [key, clicks])), total: total.clicks };
}

const click = (clickId: string, linkId: string, time: string) =>
  putClick({ id: `clk_${clickId}`, linkId, time: Date.parse(time) });

/** Makes the totals say more than they should, by which one sees who reads them. */
async function tamper(): Promise<void> {
  await env.DB.prepare("UPDATE report_totals SET clicks = clicks + 100").run();
}

beforeEach(async () => {
  await insertStore({ timezone: "Asia/Kolkata" });
  await ensureStoreZones(env.DB);
  await insertCreators([{ firstName: "Ada" }, { firstName: "Ben" }]);
  await insertLink({ id: ADAS, storeId: STORE, creatorId: ADA });
  await insertLink({ id: BENS, storeId: STORE, creatorId: BEN });
  await click("1", ADAS, "2026-11-10T12:00:00Z");
  await click("2", ADAS, "2026-11-11T12:00:00Z");
  // In India it is the 13th.
  await click("3", BENS, "2026-11-12T20:00:00Z");
  await rollUpClicks(env, NOW);
});

describe("a report over all there is", () => {
  it("is read from the totals, and one that leaves something out isn't", async () => {
    await tamper();
    expect(await read(over("2026-11-10", "2026-11-13"))).toEqual({ [ADA]: 102, [BEN]: 101, total: 103 });
    expect(await read(over("2026-11-11", "2026-11-13"))).toEqual({ [ADA]: 1, [BEN]: 1, total: 2 });
    expect(await read(over("2026-11-10", "2026-11-12"))).toEqual({ [ADA]: 2, total: 2 });
  });

  it("does without totals while they are made anew, which puts them right", async () => {
    await tamper();
    await askRebuild(env.DB, "", "asked", NOW).run();
    const all = over("2026-11-10", "2026-11-13");
    expect(await read(all)).toEqual({ [ADA]: 2, [BEN]: 1, total: 3 });
    await finishRollups();
    expect(await totals()).toEqual(await recountTotals());
    expect(await read(all)).toEqual({ [ADA]: 2, [BEN]: 1, total: 3 });
  });

  it("is read anew if something comes between that it doesn't hold", async () => {
    let batches = 0;
    const late = new Proxy(env.DB, {
      get(target, name) {
        if (name !== "batch") {
          const value = Reflect.get(target, name) as unknown;
          return typeof value === "function" ? (value.bind(target) as unknown) : value;
        }
        return async (statements: D1PreparedStatement[]) => {
          batches += 1;
          // The first two look for totals, and for what isn't rolled up.
          if (batches === 3) {
            await click("old", BENS, "2026-11-01T12:00:00Z");
            await rollUpClicks(env, NOW);
          }
          return target.batch(statements);
        };
      },
    });
    expect(await read(over("2026-11-10", "2026-11-13"), late)).toEqual({ [ADA]: 2, [BEN]: 1, total: 3 });
    // What isn't rolled up is read anew, then the page; and the page without totals.
    expect(batches).toBe(6);
  });

  it("counts clicks for whom a link belongs to now, by its totals too", async () => {
    await env.DB.prepare("UPDATE links SET creator_id = ?2 WHERE id = ?1").bind(ADAS, BEN).run();
    expect(await totals()).toEqual(await recountTotals());
    expect(await read(over("2026-11-10", "2026-11-13"))).toEqual({ [BEN]: 3, total: 3 });
    await env.DB.prepare("UPDATE links SET creator_id = NULL, store_id = NULL WHERE id = ?1").bind(BENS).run();
    expect(await totals()).toEqual(await recountTotals());
    expect(await read(over("2026-11-10", "2026-11-13"))).toEqual({ "": 1, [BEN]: 2, total: 3 });
  });

  it("adds up what stands under several stores and currencies, the store's former one among them", async () => {
    await insertStore({ id: id("str", 2), timezone: "UTC", currency: "USD" });
    await insertLink({ id: id("lnk", 3), storeId: id("str", 2), creatorId: BEN });
    await click("4", id("lnk", 3), "2026-11-12T12:00:00Z");
    await env.DB.prepare("UPDATE stores SET currency = 'CHF' WHERE id = ?1").bind(STORE).run();
    await click("5", BENS, "2026-11-12T12:00:00Z");
    await click("6", BENS, "2026-11-12T12:00:00Z");
    await rollUpClicks(env, NOW);
    const all = over("2026-11-10", "2026-11-13");
    expect(await read(all)).toEqual({ [BEN]: 4, [ADA]: 2, total: 6 });
    expect((await readPage({ env, now }, all)).rows.map(({ key }) => key)).toEqual([BEN, ADA]);
    expect(await read({ ...all, filter: { store: STORE } })).toEqual({ [BEN]: 3, [ADA]: 2, total: 5 });
    // All of a former currency moves away: nobody is left with nothing.
    await env.DB.prepare("UPDATE links SET creator_id = ?2 WHERE id = ?1").bind(ADAS, BEN).run();
    expect(await read(all)).toEqual({ [BEN]: 6, total: 6 });
  });

  it("goes page by page through totals and what waits alike", async () => {
    await click("4", BENS, "2026-11-12T12:00:00Z");
    await click("5", BENS, "2026-11-12T12:00:00Z");
    const one = over("2026-11-10", "2026-11-13", { limit: 1 });
    const first = await readPage({ env, now }, one);
    expect(first.rows.map(({ key, clicks }) => [key, clicks])).toEqual([[BEN, 3]]);
    const second = await readPage({ env, now }, { ...one, after: first.next });
    expect(second.rows.map(({ key, clicks }) => [key, clicks])).toEqual([[ADA, 2]]);
    expect(second.next).toBeNull();
  });
});
