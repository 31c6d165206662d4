import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { firstVisitsTable } from "../../../src/clicks/log/first-visits.ts";
import { forgetVisits } from "../../../src/clicks/log/forget-run.ts";
import { ingestClicks } from "../../../src/clicks/click/ingest.ts";
import { readConfig } from "../../../src/ground/config.ts";
import { clickMessage } from "../click-message.ts";
import { bindClickDatabases, spareDatabase } from "../databases-fixtures.ts";

const NOON = Date.UTC(2026, 10, 20, 12);
const DAY = 86_400_000;
const config = readConfig({});

const firsts = async (table: string): Promise<number> =>
  (await env.DB.prepare(`SELECT count(*) AS n FROM ${table}`).first<number>("n")) ?? -1;

const schemaOf = async (table: string): Promise<string> => {
  const { results } = await env.DB.prepare(`PRAGMA table_info(${table})`).all();
  const list = await env.DB.prepare("SELECT wr FROM pragma_table_list WHERE name = ?1").bind(table).first<number>("wr");
  return JSON.stringify([results, list]);
};

const visitOn = (day: number, id: string) => ({
  id,
  clicks: [clickMessage({ id: `clk_${id}`, linkId: "lnk_a", time: NOON + day * DAY, pseudonym: "a" })],
});

describe("the night", () => {
  it("empties each day's first visits once no click of it can come, and never before", async () => {
    const kept = new Map<number, string>();
    for (let day = 0; day < 20; day++) {
      const now = NOON + day * DAY;
      await ingestClicks(env, config, [visitOn(day, `message-of-day-${day}`)], now);
      kept.set(day, firstVisitsTable(Math.floor(now / DAY)));
      await forgetVisits(env, now + DAY / 8);
      // A click comes at most six days late: until then its visitor's first visit is known.
      for (let before = 0; before <= Math.min(day, 6); before++) {
        expect(await firsts(kept.get(day - before) ?? "")).toBe(1);
      }
      if (day >= 7) expect(kept.get(day - 7)).not.toBe(kept.get(day));
    }
    const { results } = await env.DB.prepare("SELECT bucket, count(*) AS n FROM clicks GROUP BY 1").all();
    expect(results).toEqual([{ bucket: "counted", n: 20 }]);
  });

  it("leaves a table as the migration made it, also if it runs twice", async () => {
    const table = firstVisitsTable(Math.floor(NOON / DAY) + 1);
    const before = await schemaOf(table);
    await forgetVisits(env, NOON);
    await forgetVisits(env, NOON);
    expect(await schemaOf(table)).toBe(before);
    expect(before).toContain('"name":"window_start"');
  });

  it("forgets ids of messages that can't come any more, and keeps the others", async () => {
    await ingestClicks(env, config, [visitOn(0, "old")], NOON);
    await ingestClicks(env, config, [visitOn(5, "young")], NOON + 5 * DAY);
    await forgetVisits(env, NOON + 9 * DAY);
    const { results } = await env.DB.prepare("SELECT id FROM click_messages").all();
    expect(results).toEqual([{ id: "young" }]);
  });

  it("forgets in each database, whichever of them fails", async () => {
    await bindClickDatabases(2);
    const broken = spareDatabase(1);
    const whole = spareDatabase(2);
    for (const d1 of [broken, whole]) {
      await d1.prepare("INSERT INTO click_messages (id, ingested_at) VALUES ('old', ?1)").bind(NOON).run();
    }
    const fails = new Proxy(broken, {
      get: (target, name) => {
        if (name === "batch") return () => Promise.reject(new Error("D1_ERROR: it is down"));
        const value: unknown = Reflect.get(target, name);
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
    await expect(forgetVisits({ ...env, CLICKS_1: fails } as Env, NOON + 9 * DAY)).rejects.toThrow("it is down");
    const left = (d1: D1Database) => d1.prepare("SELECT count(*) AS n FROM click_messages").first<number>("n");
    expect(await left(whole)).toBe(0);
    expect(await left(broken)).toBe(1);
  });
});
