import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { boundDatabases, createdId, listedId, localId, withDatabase } from "../../scripts/click-databases.ts";
import { Failure } from "../../scripts/failure.ts";
import { ROOT } from "../../scripts/root.ts";
import { makeDatabases, nextStep, readWanted, type Tools } from "../../scripts/shards-steps.ts";

const uuid = (n: number): string => `11111111-2222-3333-4444-${String(n).padStart(12, "0")}`;

/** Wrangler as it answers, with a `wrangler.toml` in memory. */
async function fake({ existing = [] as string[], failAt = Infinity } = {}) {
  let toml = await readFile(join(ROOT, "wrangler.toml"), "utf8");
  const original = toml;
  const names = [...existing];
  const calls: string[] = [];
  const said: string[] = [];
  const tools: Tools = {
    read: async () => toml,
    write: async (text) => void (toml = text),
    where: ["--persist-to", "state"],
    say: (line) => said.push(line),
    wrangler: async (args) => {
      calls.push(args.join(" "));
      if (calls.length > failAt) throw new Failure("no");
      if (args[1] === "list") return JSON.stringify(names.map((name, index) => ({ name, uuid: uuid(index + 1) })));
      if (args[1] === "create") {
        names.push(args[2] ?? "");
        return `✅ Successfully created DB\n\n[[d1_databases]]\nbinding = "x"\ndatabase_id = "${uuid(names.length)}"\n`;
      }
      return "";
    },
  };
  return { tools, calls, said, toml: () => toml, original };
}

describe("npm run shards", () => {
  it.each([[[]], [["0"]], [["64"]], [["four"]], [["4", "--loca"]], [["-1"]]])("doesn't take %j", (words) => {
    expect(() => readWanted(words)).toThrow("npm run shards -- <1 to 63 databases>");
  });

  it("makes, binds and migrates what is missing, and leaves all else of wrangler.toml as it is", async () => {
    const { tools, calls, toml, original } = await fake();
    expect(await makeDatabases(readWanted(["2"]), tools)).toBe(true);
    expect(boundDatabases(toml())).toEqual([
      { number: 1, id: uuid(1) },
      { number: 2, id: uuid(2) },
    ]);
    expect(calls.filter((call) => call.includes("create"))).toEqual([
      "d1 create waymark-clicks-1",
      "d1 create waymark-clicks-2",
    ]);
    expect(calls.slice(-2)).toEqual(["d1 migrations apply CLICKS_1 --remote", "d1 migrations apply CLICKS_2 --remote"]);
    const added = /\[\[d1_databases\]\]\nbinding = "CLICKS_\d"\n(?:\w+ = "[^"]*"\n){3}\n/g;
    expect(toml().match(added)).toHaveLength(2);
    expect(toml().replaceAll(added, "")).toBe(original);
    expect(toml()).toContain('migrations_dir = "migrations/clicks"');
  });

  it("grows, and does nothing twice", async () => {
    const { tools, calls, toml } = await fake();
    await makeDatabases(readWanted(["1"]), tools);
    await makeDatabases(readWanted(["4"]), tools);
    const grown = toml();
    expect(boundDatabases(grown).map(({ number }) => number)).toEqual([1, 2, 3, 4]);
    expect(await makeDatabases(readWanted(["4"]), tools)).toBe(false);
    expect(toml()).toBe(grown);
    expect(calls.filter((call) => call.includes("create"))).toHaveLength(4);
  });

  it("goes on where it broke off, with the database that was made and not bound", async () => {
    const { tools, toml } = await fake({ failAt: 3 });
    await expect(makeDatabases(readWanted(["3"]), tools)).rejects.toThrow(Failure);
    expect(boundDatabases(toml())).toHaveLength(1);
    const again = await fake({ existing: ["waymark-clicks-1", "waymark-clicks-2"] });
    await makeDatabases(readWanted(["2"]), again.tools);
    expect(again.calls.some((call) => call.includes("create"))).toBe(false);
    expect(boundDatabases(again.toml())).toEqual([
      { number: 1, id: uuid(1) },
      { number: 2, id: uuid(2) },
    ]);
  });

  it("makes nothing at Cloudflare with --local, and what was local is made there later", async () => {
    const { tools, calls, toml } = await fake();
    await makeDatabases(readWanted(["2", "--local"]), tools);
    expect(boundDatabases(toml()).map(({ id }) => id)).toEqual([localId(1), localId(2)]);
    expect(calls).toEqual([
      "d1 migrations apply CLICKS_1 --local --persist-to state",
      "d1 migrations apply CLICKS_2 --local --persist-to state",
    ]);
    await makeDatabases(readWanted(["2"]), tools);
    expect(boundDatabases(toml()).map(({ id }) => id)).toEqual([uuid(1), uuid(2)]);
    expect(toml().match(/binding = "CLICKS_/g)).toHaveLength(2);
  });

  it("reads what wrangler says", () => {
    expect(createdId(`{"d1_databases": [{"database_id": "${uuid(1)}"}]}`)).toBe(uuid(1));
    expect(createdId("nothing")).toBeNull();
    expect(listedId("nothing", "a")).toBeNull();
    expect(listedId(`banner\n[{"name":"a","uuid":"${uuid(2)}"}]`, "a")).toBe(uuid(2));
  });

  it("binds the first where there is no database at all", () => {
    expect(boundDatabases(withDatabase('name = "waymark"\n', { number: 1, id: uuid(1) }))).toHaveLength(1);
  });

  it("enters the layout once a Worker has the databases, and only once", () => {
    const bound = (n: number, failure: string | null = null) => [
      { binding: "DB", failure: null },
      ...Array.from({ length: n }, (_none, index) => ({ binding: `CLICKS_${index + 1}`, failure })),
    ];
    expect(nextStep({ layouts: [], databases: bound(0) }, 4)).toBe("start");
    expect(nextStep({ layouts: [], databases: bound(4, "no such table: click_batches") }, 4)).toBe("start");
    expect(nextStep({ layouts: [], databases: bound(4) }, 4)).toBe("enter");
    expect(nextStep({ layouts: [{ sinceDay: "2026-12-01", databases: 4 }], databases: bound(8) }, 8)).toBe("enter");
    expect(nextStep({ layouts: [{ sinceDay: "2026-12-01", databases: 8 }], databases: bound(8) }, 8)).toBe("done");
  });
});
