import { createHash } from "node:crypto";
import { readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { Failure } from "./failure.ts";
import { ROOT } from "./root.ts";

/** The most that an island may weigh with all that it needs, minified and gzipped. */
export const MAX_ISLAND_BYTES = 10_000;

/** A file that the desk's pages load. */
export interface DeskAsset {
  /** As pages name it, such as `desk.css`. */
  name: string;
  /** Below `/admin/assets/`, with a hash of its content, so that it may be kept for ever. */
  path: string;
  text: string;
}

/** The desk's style and islands, minified. Rejects if one doesn't compile or is too large. */
export async function buildDesk(): Promise<DeskAsset[]> {
  const folder = join(ROOT, "src", "desk", "island");
  // One island a file; what several share stands in folders below.
  const islands = (await readdir(folder)).filter((name) => /^[\w-]+\.ts$/.test(name)).toSorted();
  const built = await Promise.all([
    bundled(join(ROOT, "src", "desk", "assets", "desk.css"), "desk.css"),
    ...islands.map((name) => bundled(join(folder, name), `${basename(name, ".ts")}.js`)),
  ]);
  for (const { name, text } of built) {
    const bytes = gzipSync(text).length;
    if (name.endsWith(".js") && bytes > MAX_ISLAND_BYTES) {
      throw new Failure(`The island ${name} has ${bytes} bytes gzipped; ${MAX_ISLAND_BYTES} is the most.`);
    }
  }
  return built;
}

async function bundled(entry: string, name: string): Promise<DeskAsset> {
  const { outputFiles } = await build({
    absWorkingDir: ROOT,
    entryPoints: [entry],
    bundle: true,
    format: "esm",
    target: ["es2022", "chrome111", "firefox115", "safari16.4"],
    charset: "ascii",
    legalComments: "none",
    minify: true,
    write: false,
    logLevel: "silent",
  });
  const text = outputFiles[0]?.text.trim() ?? "";
  const hash = createHash("sha256").update(text).digest("hex").slice(0, 12);
  return { name, path: name.replace(/\.(\w+)$/, `-${hash}.$1`), text };
}
