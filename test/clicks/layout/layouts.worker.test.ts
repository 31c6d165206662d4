import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { z } from "@hono/zod-openapi";
import { clickLogs, forgetLogs } from "../../../src/clicks/log/logs-store.ts";
import { layoutSchema, layoutsSchema } from "../../../src/clicks/layout/schema.ts";
import { api, bodyOf, expectInvalid, problemOf } from "../../ground/api.ts";
import { log, NIGHT, visitAt } from "../archive-fixtures.ts";
import { bindClickDatabases, layOut, spareDatabase } from "../databases-fixtures.ts";
import { expectGuarded } from "../../operate/key-fixtures.ts";

const PATH = "/click-log/layouts";
/** 21:59 UTC: more than two hours before midnight. */
const EVENING = Date.UTC(2026, 10, 30, 21, 59);
const LATE = Date.UTC(2026, 10, 30, 22, 1);

const post = (body: Record<string, unknown>) => api("POST", PATH, body);
const read = async (): Promise<z.infer<typeof layoutsSchema>> => bodyOf(layoutsSchema, await api("GET", PATH));

beforeEach(() => {
  vi.spyOn(Date, "now").mockReturnValue(EVENING);
});

afterEach(() => {
  vi.restoreAllMocks();
});

describe("the layout of the click log", () => {
  it("is DB alone at first", async () => {
    const { layouts, databases } = await read();
    expect(layouts).toEqual([]);
    expect(databases).toMatchObject([{ binding: "DB", waiting: 0, failure: null }]);
    expect(databases[0]?.bytes).toBeGreaterThan(0);
  });

  it("begins at once where nothing was logged", async () => {
    await bindClickDatabases(4, null);
    expect(bodyOf(layoutSchema, await post({ databases: 4 }))).toMatchObject({ sinceDay: "2026-11-30", databases: 4 });
    const { logOf } = await clickLogs(env, EVENING);
    expect(logOf("lnk_0000000000000001", EVENING).number).toBeGreaterThan(0);
    expect(logOf("lnk_0000000000000001", EVENING - 22 * 3_600_000).number).toBe(0);
  });

  it.each([
    [EVENING, "2026-12-01"],
    [LATE, "2026-12-02"],
  ])("begins at a midnight that is two hours away otherwise", async (now, sinceDay) => {
    await bindClickDatabases(4, null);
    await log(visitAt("clk_a", NIGHT));
    vi.spyOn(Date, "now").mockReturnValue(now);
    expect(bodyOf(layoutSchema, await post({ databases: 4 }))).toMatchObject({ sinceDay });
    expect((await read()).layouts).toMatchObject([{ sinceDay, databases: 4 }]);
  });

  it("doesn't begin on a day that has begun, nor nearly", async () => {
    await bindClickDatabases(2, null);
    await log(visitAt("clk_a", NIGHT));
    vi.spyOn(Date, "now").mockReturnValue(LATE);
    for (const sinceDay of ["2026-11-29", "2026-11-30", "2026-12-01", "2026-13-01", "soon"]) {
      expectInvalid(await post({ databases: 2, sinceDay }), "sinceDay");
    }
    expect((await post({ databases: 2, sinceDay: "2026-12-02" })).status).toBe(200);
    expect((await read()).layouts).toHaveLength(1);
  });

  it("may be changed until its day comes", async () => {
    await bindClickDatabases(2, null);
    await log(visitAt("clk_a", NIGHT));
    await post({ databases: 2, sinceDay: "2026-12-05" });
    await post({ databases: 1, sinceDay: "2026-12-05" });
    await post({ databases: 0, sinceDay: "2026-12-09" });
    expect((await read()).layouts).toMatchObject([
      { sinceDay: "2026-12-09", databases: 0 },
      { sinceDay: "2026-12-05", databases: 1 },
    ]);
    const entries = (await api("GET", "/audit?entity=click_log_layout")).body;
    expect(entries).toMatchObject({
      data: [
        { action: "create", entityId: "2026-12-09", after: { databases: 0 } },
        { action: "update", entityId: "2026-12-05", before: { databases: 2 }, after: { databases: 1 } },
        { action: "create", entityId: "2026-12-05" },
      ],
    });
  });

  it("takes no more databases than are bound, migrated and there", async () => {
    await bindClickDatabases(2, null);
    expect(problemOf(await post({ databases: 3 }))).toMatchObject({
      status: 409,
      code: "click_database_missing",
      detail: expect.stringContaining("CLICKS_3"),
    });
    Reflect.set(env, "CLICKS_3", spareDatabase(3));
    forgetLogs(env);
    const { databases } = await read();
    expect(databases.map(({ failure }) => failure === null)).toEqual([true, true, true, false]);
    expect(problemOf(await post({ databases: 3 })).detail).toContain("CLICKS_3");
    expect((await read()).layouts).toEqual([]);
  });

  it("shows what waits in each database", async () => {
    await bindClickDatabases(3, null);
    await layOut(3, 0);
    await log(...Array.from({ length: 9 }, (_none, n) => visitAt(`clk_${n}`, NIGHT, { linkId: `lnk_${n}` })));
    const { databases } = await read();
    expect(databases.map(({ binding }) => binding)).toEqual(["DB", "CLICKS_1", "CLICKS_2", "CLICKS_3"]);
    expect(databases[0]?.waiting).toBe(0);
    expect(databases.reduce((sum, { waiting }) => sum + (waiting ?? 0), 0)).toBe(9);
  });

  it("needs settings:read to see and settings:write to change", async () => {
    await expectGuarded("GET", PATH, "settings:read");
    await expectGuarded("POST", PATH, "settings:write");
  });
});
