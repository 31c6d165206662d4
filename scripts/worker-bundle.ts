import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { runWrangler } from "./wrangler.ts";

/**
 * The most that the Worker may weigh in all, minified and gzipped. What a redirect needs is a room of 15 KiB in it; the
 * rest is loaded when it is asked for. Raised from 400 KiB when the click log was packed, and from 440 for connected shops
 * (the frame with orders and codes 32 KiB, each platform 8 to 11, which load when a shop of theirs is asked or tells
 * something; Amazon's tags and reports 11), from 520 for conversions and contacts (60, which load when a store has
 * definitions or somebody asks), from 600 for visits (tagging plans and their checks 18, of which the parser of selectors
 * is 6; the snippet's parts, the log of visits and its reports), and from 660 for calls (65: numbers and pools 14, carriers and
 * their calls 20, what pages are shown 6, deals and costs 5, the way of a customer and two reports 16), and from 730 for the
 * desk (by their share of the minified bytes: its pages with all that they stand on 175, of which stores, plans, campaigns and
 * money have 11 to 13 each, and style and islands 6, all loaded when somebody opens a page; what the API gained for it 20),
 * and from 960 for creators' pages and people's languages (the portal 44, words in four languages 37, of which a reader
 * loads one, what fills them in 11, colours that can be read 6, the reference for people 19): whoever raises it again says
 * for what.
 */
export const MAX_WORKER_BYTES = 1_080 * 1024;

/** The Worker in one file. */
export interface WorkerBundle {
  code: string;
  bytes: number;
  gzipBytes: number;
}

/**
 * Bundles the Worker into `directory` as a deployment does, by wrangler and its configuration: `index.js` with
 * `index.js.map`. Throws a `Failure` with wrangler's words if it doesn't compile.
 */
export async function workerBundle(directory: string): Promise<WorkerBundle> {
  await runWrangler(["deploy", "--dry-run", "--minify", "--outdir", directory, "--metafile"]);
  const file = await readFile(join(directory, "index.js"));
  return { code: file.toString(), bytes: file.length, gzipBytes: gzipSync(file).length };
}
