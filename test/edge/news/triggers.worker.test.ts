import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { SELECT_BLOCKED } from "../../../src/edge/block/load.ts";
import { SELECT_LINK } from "../../../src/edge/link/load.ts";
import { rowsOf } from "../../ground/rows.ts";
import { one } from "./one-of-each.ts";

/** What a redirect reads when it reads anything. */
const STATEMENTS = [SELECT_LINK, SELECT_BLOCKED];

/** Read with a link, but in need of no news. */
const WITHOUT_NEWS = new Map([
  ["link_changes", "the feed itself"],
  ["link_caps", "the uses of a capped link are taken from D1 at each click"],
]);

/** Some value for each of a statement's parameters. */
function bindingsOf(statement: string): string[] {
  return [...new Set(statement.match(/\?\d/g))].map(() => "1");
}

/** The tables that a statement's program opens, whatever its text looks like (https://sqlite.org/opcode.html, OpenRead). */
async function tablesOf(statement: string): Promise<Set<string>> {
  const program = await rowsOf<{ opcode: string; p2: number }>(`EXPLAIN ${statement}`, ...bindingsOf(statement));
  const pages = program.filter(({ opcode }) => opcode === "OpenRead").map(({ p2 }) => p2);
  const found = await rowsOf<{ tbl_name: string }>(
    `SELECT DISTINCT tbl_name FROM sqlite_schema WHERE rootpage IN (${pages.join()})`,
  );
  return new Set(found.map((row) => row.tbl_name));
}

/** The columns of a table that the statements name by its alias; where it has none, all of them. */
async function columnsOf(table: string): Promise<string[]> {
  const text = STATEMENTS.join("\n");
  const alias = new RegExp(`(?:FROM|JOIN) ${table} (?!WHERE|LEFT)(\\w+)`).exec(text)?.[1];
  const named = new Set(
    [...text.matchAll(new RegExp(`\\b${alias ?? "-"}\\.(\\w+)`, "g"))].map((match) => match[1] ?? ""),
  );
  const all = (await rowsOf<{ name: string }>(`PRAGMA table_info(${table})`)).map(({ name }) => name);
  return (named.size === 0 ? all : all.filter((name) => named.has(name))).filter((name) => name !== "id");
}

async function feed(): Promise<string[]> {
  return (await rowsOf<{ subject: string }>("SELECT subject FROM link_changes ORDER BY seq")).map(
    ({ subject }) => subject,
  );
}

const read = async (): Promise<string[]> => {
  const tables = new Set<string>();
  for (const statement of STATEMENTS) for (const table of await tablesOf(statement)) tables.add(table);
  return [...tables].filter((table) => !WITHOUT_NEWS.has(table)).toSorted();
};

/** Whose news each table's are: the id of its row, or what stands for it. */
const SUBJECTS: Readonly<Record<string, (row: Record<string, unknown>) => string>> = {
  domains: (row) => `host:${String(row.hostname)}`,
  blocked_hosts: () => "blocks",
};

beforeEach(one.insert);

it("a link is looked up by its address alone, however many there are", async () => {
  const plan = await rowsOf<{ detail: string }>(`EXPLAIN QUERY PLAN ${SELECT_LINK}`, ...bindingsOf(SELECT_LINK));
  expect(plan.map(({ detail }) => detail).filter((detail) => detail.startsWith("SCAN"))).toEqual([]);
});

describe("the change feed", () => {
  it("is written for every table that a redirect reads, and for no other", async () => {
    const tables = await read();
    expect(tables).toEqual(
      ["blocked_hosts", "campaigns", "codes", "creators", "domains", "links", "stores", "tracking_plans"].toSorted(),
    );
    const triggers = await rowsOf<{ tbl_name: string }>(
      "SELECT DISTINCT tbl_name FROM sqlite_schema WHERE type = 'trigger' AND sql LIKE '%link_changes%'",
    );
    expect(triggers.map((row) => row.tbl_name).toSorted()).toEqual(tables);
  });

  it("hears of every column that is read, and of every row that goes", async () => {
    for (const table of await read()) {
      const [row = {}] = await rowsOf<Record<string, unknown>>(`SELECT * FROM ${table}`);
      const subject = SUBJECTS[table]?.(row) ?? String(row.id);
      const columns = await columnsOf(table);
      expect(columns.length, table).toBeGreaterThan(0);
      for (const column of columns) {
        await env.DB.prepare("DELETE FROM link_changes").run();
        // Of a kind with what is there, so that no check of the table refuses it.
        await env.DB.prepare(`UPDATE ${table} SET "${column}" = "${column}"`).run();
        expect(await feed(), `${table}.${column}`).toContain(subject);
      }
    }
    for (const table of one.fromTheLast) {
      if (WITHOUT_NEWS.has(table)) continue;
      const [row = {}] = await rowsOf<Record<string, unknown>>(`SELECT * FROM ${table}`);
      await env.DB.prepare("DELETE FROM link_changes").run();
      await env.DB.prepare(`DELETE FROM ${table}`).run();
      expect(await feed(), table).toContain(SUBJECTS[table]?.(row) ?? String(row.id));
    }
  });

  it("hears of a new domain, a new block, and a link that comes before one of every host", async () => {
    await env.DB.prepare("DELETE FROM link_changes").run();
    const copied = async (table: string, changes: Record<string, string>) => {
      const [row = {}] = await rowsOf<Record<string, unknown>>(`SELECT * FROM ${table} LIMIT 1`);
      const values = { ...row, id: `${String(row.id).slice(0, 4)}zzzzzzzzzzzzzzzz`, ...changes };
      const names = Object.keys(values);
      await env.DB.prepare(`INSERT INTO ${table} (${names.join()}) VALUES (${names.map(() => "?").join()})`)
        .bind(...Object.values(values))
        .run();
    };
    await copied("domains", { hostname: "new.example" });
    await copied("blocked_hosts", { host: "bad.example" });
    await copied("links", { domain: "new.example", slug: "Lea", slug_key: "Lea" });
    expect(await feed()).toEqual(["host:new.example", "blocks", "slug:Lea"]);
  });

  it("hears of a link of a domain's own that moves, goes, or comes back", async () => {
    await env.DB.prepare("UPDATE links SET domain = 'go.brand.example'").run();
    for (const change of ["slug_key = 'other'", "deleted_at = 1", "deleted_at = NULL", "domain = 'b.example'"]) {
      await env.DB.prepare("DELETE FROM link_changes").run();
      await env.DB.prepare(`UPDATE links SET ${change}`).run();
      expect(await feed(), change).toEqual([one.ids.links, "slug:other"]);
    }
    await env.DB.prepare("DELETE FROM link_changes").run();
    await env.DB.prepare("UPDATE links SET url = 'https://shop.example/new'").run();
    expect(await feed()).toEqual([one.ids.links]);
  });
});
