import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { boundLogs, clickLogs } from "../../../src/clicks/log/logs-store.ts";
import { bindClickDatabases, spareDatabase } from "../databases-fixtures.ts";

const COUNT = 4;

/** Tables, indexes and columns of a database, of those tables that hold clicks. */
async function shapeOf(d1: D1Database) {
  const { results } = await d1
    .prepare(
      `SELECT m.type, m.name, m.tbl_name AS of_table, (SELECT json_group_array(json_array(c.name, c.type, c."notnull", c.pk))
         FROM pragma_table_info(m.name) c) AS columns, m.sql
       FROM sqlite_master m
       WHERE m.sql IS NOT NULL AND (m.tbl_name IN ('click_batches', 'click_messages', 'clicks') OR m.tbl_name GLOB 'first_visits_*')
       ORDER BY m.type, m.name`,
    )
    .all<{ type: string; name: string; of_table: string; columns: string; sql: string }>();
  return results;
}

describe("a click database", () => {
  it("has the tables of the log as DB has them, and the view", async () => {
    await bindClickDatabases(1);
    const [main, other] = [await shapeOf(env.DB), await shapeOf(spareDatabase(1))];
    expect(other.filter(({ type }) => type !== "view")).toEqual(main.filter(({ type }) => type !== "view"));
    const columnsOf = (shape: typeof main) =>
      shape
        .filter(({ type }) => type === "view")
        .map(({ name, columns }) => [name, JSON.parse(columns).map(([n]: [string]) => n)]);
    expect(columnsOf(other)).toEqual(columnsOf(main));
    const packedOf = (shape: typeof main) => shape.find(({ type }) => type === "view")?.sql.split(/SELECT b\./)[1];
    expect(packedOf(other)).toBe(packedOf(main));
  });

  it("is bound only where a test says so", async () => {
    expect(boundLogs(env)).toEqual([]);
    await bindClickDatabases(COUNT);
    expect(boundLogs(env)).toHaveLength(COUNT);
    expect((await clickLogs(env, 0)).all).toHaveLength(COUNT + 1);
    expect((await clickLogs(env, 0)).logOf("lnk_0000000000000001", Date.now()).number).toBeGreaterThan(0);
  });
});
