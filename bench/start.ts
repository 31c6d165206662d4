import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { workerBundle } from "../scripts/worker-bundle.ts";
import { loadLinks } from "./links.ts";
import { ADMIN_KEY, BINDINGS, bundle, COMPATIBILITY_DATE, DIRECT_SOCKET, migrate } from "./miniflare.ts";
import { limitResult, median, progress, readable, type Report, type RunOptions } from "./result.ts";

/** Fresh isolates of each kind. */
const QUICK_STARTS = 11;
const FULL_STARTS = 25;

/** What the first answer of the admin room may take, ms. */
const MAX_FIRST_MS = 60;

/** Makes the key and pays for what the process has to start once: its first request isn't measured. */
const MAKER = "maker";

/**
 * Measures the first request of the admin API in an isolate that has only started: the bundle that would be deployed, over D1
 * with links in it, in turns with a Worker that does no more than ask D1 once. Rejects if a request isn't answered as
 * it should be.
 */
export async function benchStart({ quick }: RunOptions): Promise<Report> {
  const starts = quick ? QUICK_STARTS : FULL_STARTS;
  const directory = await mkdtemp(join(tmpdir(), "waymark-bench-"));
  const [{ code, gzipBytes }, bare] = await Promise.all([workerBundle(directory), bundle("bench/worker/bare-d1.ts")]);
  const names = Array.from({ length: starts }, (_, index) => index);
  const waymark = (name: string) => ({
    ...common(name, code),
    bindings: BINDINGS,
  });
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      workers: [
        waymark(MAKER),
        ...names.map((index) => waymark(`waymark-${index}`)),
        ...names.map((index) => common(`bare-${index}`, bare)),
      ],
    }),
  );
  try {
    await loadLinks(await migrate(miniflare, "DB", MAKER), 1_000);
    const key = await makeKey(await originOf(miniflare, MAKER));
    const first = { waymark: [] as number[], second: [] as number[], bare: [] as number[] };
    for (const index of names) {
      progress(`start ${index + 1} of ${starts}`);
      const origin = await originOf(miniflare, `waymark-${index}`);
      first.waymark.push(await answerMs(`${origin}/api/v1/links?limit=20`, key));
      first.second.push(await answerMs(`${origin}/api/v1/links?limit=20`, key));
      first.bare.push(await answerMs(`${await originOf(miniflare, `bare-${index}`)}/`, key));
    }
    const [ms, secondMs, bareMs] = [median(first.waymark), median(first.second), median(first.bare)];
    return {
      results: [
        { ...limitResult("admin-first-request", "ms", ms, MAX_FIRST_MS), baseline: bareMs, ratio: ms / bareMs },
      ],
      notes: [
        `First admin request: median of ${starts} fresh isolates, the slowest ${readable(Math.max(...first.waymark))} ms; ` +
          `the second request of each took ${readable(secondMs)} ms. Baseline: the first request of a Worker that asks ` +
          `D1 once. The Worker weighs ${readable(gzipBytes / 1024)} KiB gzipped.`,
      ],
      faults: [],
    };
  } finally {
    await miniflare.dispose();
    await rm(directory, { recursive: true });
  }
}

function common(name: string, script: string) {
  return {
    name,
    script,
    modules: true,
    compatibilityDate: COMPATIBILITY_DATE,
    unsafeDirectSockets: [DIRECT_SOCKET],
    d1Databases: { DB: "bench" },
  };
}

async function originOf(miniflare: Miniflare, worker: string): Promise<string> {
  return (await miniflare.unsafeGetDirectURL(worker)).origin;
}

/** A key of the API's own, as callers have. */
async function makeKey(origin: string): Promise<string> {
  const response = await fetch(`${origin}/api/v1/api-keys`, {
    method: "POST",
    headers: { Authorization: `Bearer ${ADMIN_KEY}`, "Content-Type": "application/json" },
    body: JSON.stringify({ name: "bench", scopes: ["links:read"] }),
  });
  const { key } = await response.json<{ key?: string }>();
  if (response.status !== 201 || key === undefined) throw new Error(`no key was made: ${response.status}`);
  return key;
}

/** Time from the request to the end of its answer, ms. */
async function answerMs(url: string, key: string): Promise<number> {
  const started = performance.now();
  const response = await fetch(url, { headers: { Authorization: `Bearer ${key}` } });
  const text = await response.text();
  const ms = performance.now() - started;
  if (response.status !== 200) throw new Error(`${url} answered ${response.status}: ${text.slice(0, 300)}`);
  return ms;
}
