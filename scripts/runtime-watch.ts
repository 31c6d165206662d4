/**
 * Loaded into wrangler's processes (`node --import`), to end what would go on unseen. The start script may be
 * killed without a word to wrangler, which would keep the database in use. And where the runtime is killed wrangler starts
 * another, but one of its two, which stands in front, then waits for ever for what it was told at first:
 * requests would never be answered.
 */
import type { ChildProcess } from "node:child_process";
import { subscribe } from "node:diagnostics_channel";
import { basename } from "node:path";
import { isMainThread } from "node:worker_threads";
import { onParentGone } from "./parent.ts";

/** Wrangler ends in well under a second; past this it hangs, ms. */
const END_WITHIN_MS = 3_000;

function watchRuntime(message: unknown): void {
  const { process: child } = message as { process: ChildProcess };
  child.once("exit", (_code, signal) => {
    // Wrangler kills it too, to start it with an edited Worker. One that ends with a code says itself why.
    if (signal === null || child.killed || basename(child.spawnfile) !== "workerd") return;
    console.error(`\nThe runtime (workerd) was ended by ${signal}.`);
    process.exit(1);
  });
}

if (isMainThread) {
  subscribe("child_process", watchRuntime);
  onParentGone(() => {
    setTimeout(() => process.exit(1), END_WITHIN_MS).unref();
    process.kill(process.pid, "SIGTERM");
  });
}
