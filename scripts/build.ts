/** `npm run build`: the Worker as it would be deployed, in `dist/`, and its size. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { Failure } from "./failure.ts";
import { hotRoom, MAX_HOT_ROOM_BYTES } from "./hot-room.ts";
import { ROOT } from "./root.ts";
import { runWrangler } from "./wrangler.ts";

const kib = (bytes: number): string => `${(bytes / 1024).toFixed(1)} KiB`;

try {
  await runWrangler(["deploy", "--dry-run", "--minify", "--outdir", "dist", "--metafile"]);
  const bundle = await readFile(join(ROOT, "dist", "index.js"));
  console.log(`Worker:   ${kib(bundle.length)}, ${kib(gzipSync(bundle).length)} gzipped`);

  const { modules, gzipBytes } = await hotRoom();
  console.log(`Hot room: ${kib(gzipBytes)} gzipped, ${modules.length} modules (limit ${kib(MAX_HOT_ROOM_BYTES)})`);
  if (gzipBytes > MAX_HOT_ROOM_BYTES) {
    throw new Failure("The hot room is too large: put what a redirect doesn't need behind an import().");
  }
} catch (error) {
  console.error(error instanceof Failure ? error.message : error);
  process.exitCode = 1;
}
