/** `npm run build`: the Worker as it would be deployed, in `dist/`, and its size. */
import { join } from "node:path";
import { Failure } from "./failure.ts";
import { hotRoom, MAX_HOT_ROOM_BYTES } from "./hot-room.ts";
import { ROOT } from "./root.ts";
import { MAX_WORKER_BYTES, workerBundle } from "./worker-bundle.ts";

const kib = (bytes: number): string => `${(bytes / 1024).toFixed(1)} KiB`;

try {
  const worker = await workerBundle(join(ROOT, "dist"));
  console.log(`Worker:   ${kib(worker.bytes)}, ${kib(worker.gzipBytes)} gzipped (limit ${kib(MAX_WORKER_BYTES)})`);
  const { modules, gzipBytes } = await hotRoom();
  console.log(`Hot room: ${kib(gzipBytes)} gzipped, ${modules.length} modules (limit ${kib(MAX_HOT_ROOM_BYTES)})`);
  if (gzipBytes > MAX_HOT_ROOM_BYTES) {
    throw new Failure("The hot room is too large: put what a redirect doesn't need behind an import().");
  }
  if (worker.gzipBytes > MAX_WORKER_BYTES) {
    throw new Failure("The Worker is too large: dist/bundle-meta.json tells the bytes of each file in it.");
  }
} catch (error) {
  console.error(error instanceof Failure ? error.message : error);
  process.exitCode = 1;
}
