import { transform } from "esbuild";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { hotRoom, MAX_HOT_ROOM_BYTES } from "../../scripts/hot-room.ts";
import { ROOT } from "../../scripts/root.ts";

const KEPT_OUT = ["zod", "drizzle-orm", "hono", "@hono/", "isbot", "ua-parser-js"];

/** Rooms of the edge that are loaded when a shopper needs them. */
const LAZY = /^src\/edge\/(?:pages|rules|standby)\//;

describe("the hot room", async () => {
  const { modules, gzipBytes } = await hotRoom();

  it("holds the redirect", () => {
    expect(modules).toContain("src/edge/click/route.ts");
  });

  it("is the folder edge, but for its lazy rooms: all that is loaded stands there or is ground", () => {
    const elsewhere = modules.filter((path) => path.startsWith("src/") && !/^src\/(edge|ground)\//.test(path));
    expect(elsewhere.toSorted()).toEqual(["src/index.ts", "src/isolate.ts"]);
    expect(modules.filter((path) => LAZY.test(path))).toEqual([]);
  });

  it("and all that stands there is loaded", async () => {
    const files = readdirSync(join(ROOT, "src/edge"), { recursive: true, encoding: "utf8" })
      .filter((path) => path.endsWith(".ts"))
      .map((path) => `src/edge/${path}`)
      .filter((path) => !LAZY.test(path));
    expect(files.length).toBeGreaterThan(20);
    const idle = files.filter((path) => !modules.includes(path));
    // Types load nothing.
    const code = await Promise.all(idle.map((path) => codeOf(path)));
    expect(idle.filter((_path, index) => code[index] !== "")).toEqual([]);
  });

  it.each(KEPT_OUT)("holds nothing of %s", (name) => {
    expect(modules.filter((path) => path.startsWith(`node_modules/${name}`))).toEqual([]);
  });

  it("is light", () => {
    expect(gzipBytes).toBeLessThanOrEqual(MAX_HOT_ROOM_BYTES);
  });
});

/** What is left of a file without its types. */
async function codeOf(path: string): Promise<string> {
  const { code } = await transform(readFileSync(join(ROOT, path), "utf8"), { loader: "ts", minify: true });
  return code.trim();
}
