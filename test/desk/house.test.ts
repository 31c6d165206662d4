import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ROOT } from "../../scripts/root.ts";

const DESK = join(ROOT, "src", "desk");
const files = readdirSync(DESK, { recursive: true, encoding: "utf8" }).filter((path) => /\.tsx?$/.test(path));
const read = (path: string): string => readFileSync(join(DESK, path), "utf8");

/** Files that touch storage, by their names (see `oxlint.config.ts`). */
const STORAGE = /(?:^|\/|-)(?:store|load|write|tier|change|run|ingest|send|consume)\.tsx?$|ground\/db\//;

/** What a file takes of other wings besides types, where that could reach data. */
function reachesOf(text: string): string[] {
  return [...text.matchAll(/import (?!type )[^;]*? from "((?:\.\.\/)+)([^"]+)"/g)]
    .filter(([, up = "", path = ""]) => up.length > 3 && STORAGE.test(path) && !/^(?:frame|form|resource)\//.test(path))
    .map(([, , path = ""]) => path);
}

describe("DSH-5: the desk", () => {
  it("has no second way to the data: only its sessions touch the database, all else asks the API", () => {
    expect(reachesOf('import { listLinks } from "../../links/link/store.ts";')).toEqual(["links/link/store.ts"]);
    expect(reachesOf('import { eq } from "../../ground/db/filter.ts";')).toEqual(["ground/db/filter.ts"]);
    const asking = files.filter((path) => !path.startsWith("session/") && path !== "jobs.ts");
    expect(asking.filter((path) => reachesOf(read(path)).length > 0)).toEqual([]);
    expect(asking.filter((path) => /\benv\.deps\b|\.prepare\(|drizzle/.test(read(path)))).toEqual([]);
  });

  it("has neither style nor script within a page", () => {
    const pages = files.filter((path) => !path.startsWith("island/") && !path.endsWith(".generated.ts"));
    expect(pages.filter((path) => /\sstyle=|dangerouslySetInnerHTML|<style|\son[a-z]+=["{]/.test(read(path)))).toEqual(
      [],
    );
  });
});
