import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { workerBundle } from "../scripts/worker-bundle.ts";
import { bundle, COMPATIBILITY_DATE, DIRECT_SOCKET, migrate } from "./miniflare.ts";
import { limitResult, median, progress, readable, type Report, type RunOptions } from "./result.ts";

/** A creator with 200 campaigns, 2,000 links and 10,000 orders, in a store with many others, who have nine times as much. */
const FULL = { campaigns: 200, links: 20_000, ownLinks: 2_000, orders: 100_000, every: 10, clicks: 200_000 };

/** In a quick run the others have as much again. */
const QUICK: typeof FULL = { ...FULL, links: 4_000, orders: 20_000, every: 2, clicks: 40_000 };

/** Rows that one statement writes. */
const CHUNK = { clicks: 100_000, orders: 5_000 };

/** Times that each page is opened. */
const VIEWS = { full: 25, quick: 7 };

/** What a page may take of the Worker, ms. */
const MAX_MS = 200;

/** Pages by what they are called here. The history ends on the last day that is named. */
const PAGES = {
  overview: "?from=2026-10-19&to=2026-11-17",
  orders: "/orders",
  "orders-paid": "/orders?state=paid",
  links: "/links",
  money: "/money",
  statement: "/money/statement?month=2026-10",
} as const;

const ADMIN_KEY = "bench-key-of-32-or-more-characters";

/**
 * Measures the pages of a creator who has 10,000 orders: the bundle that would be deployed,
 * asked through no proxy, with what it asks its database. Rejects if a page isn't answered as it should be.
 */
export async function benchPortal({ quick }: RunOptions): Promise<Report> {
  const directory = await mkdtemp(join(tmpdir(), "waymark-bench-"));
  const [{ code }, maker] = await Promise.all([workerBundle(directory), bundle("bench/worker/portal.ts")]);
  const shared = {
    modules: true,
    compatibilityDate: COMPATIBILITY_DATE,
    unsafeDirectSockets: [DIRECT_SOCKET],
    d1Databases: { DB: "portal" },
  };
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      workers: [
        {
          ...shared,
          name: "waymark",
          script: code,
          bindings: {
            PUBLIC_URL: "",
            CONSENT_POLICY: "deferred",
            DUPLICATE_WINDOW_MINUTES: "60",
            ADMIN_API_KEY: ADMIN_KEY,
            CLICK_TOKEN_KEYS: `1:${Buffer.alloc(32, 7).toString("base64url")}`,
            VISITOR_KEY: ADMIN_KEY,
          },
        },
        { ...shared, name: "maker", script: maker },
      ],
    }),
  );
  try {
    await migrate(miniflare, "DB", "waymark");
    await makeHistory((await miniflare.unsafeGetDirectURL("maker")).origin, quick ? QUICK : FULL);
    return await measure((await miniflare.unsafeGetDirectURL("waymark")).origin, quick ? VIEWS.quick : VIEWS.full);
  } finally {
    await miniflare.dispose();
    await rm(directory, { recursive: true });
  }
}

async function makeHistory(origin: string, size: typeof FULL): Promise<void> {
  const ask = async <Answer>(step: string, parameters: Readonly<Record<string, number>> = {}): Promise<Answer> => {
    const given = Object.entries({ ...size, ...parameters }).map(([name, value]) => [name, String(value)]);
    const response = await fetch(`${origin}/${step}?${new URLSearchParams(given).toString()}`);
    if (!response.ok) throw new Error(`${step}: ${response.status} ${await response.text()}`);
    return response.json<Answer>();
  };
  await ask("create");
  for (const step of ["clicks", "orders"] as const) {
    const count = size[step];
    for (let first = 0; first < count; first += CHUNK[step]) {
      await ask(step, { first, end: Math.min(first + CHUNK[step], count), all: size.clicks });
    }
  }
  await ask("pay");
  progress(`  a history of ${readable(size.orders)} orders is written`);
  while ((await ask<{ left: number }>("rollUp")).left > 0) progress("  rolling up");
}

async function measure(origin: string, views: number): Promise<Report> {
  const base = await portalOf(origin, "crt_0000000000000000");
  const seen = Object.entries(PAGES).map(([name, path]) => ({ name, path, times: [] as number[], bytes: 0, first: 0 }));
  for (let turn = 0; turn <= views; turn++) {
    for (const page of seen) {
      const startedAt = performance.now();
      const response = await fetch(base + page.path, { redirect: "manual" });
      const body = await response.arrayBuffer();
      const ms = performance.now() - startedAt;
      if (response.status !== 200) {
        throw new Error(`${page.path} answered ${response.status}: ${new TextDecoder().decode(body).slice(0, 400)}`);
      }
      page.bytes = body.byteLength;
      // The first of each loads what it is made of.
      if (turn === 0) page.first = ms;
      else page.times.push(ms);
    }
  }
  return {
    results: seen.map(({ name, times }) => limitResult(`portal-${name}`, "ms", median(times), MAX_MS)),
    notes: [
      `Creator portal: medians of ${views} views of each page, in turns, from the request to the end of its answer.`,
      ...seen.map(
        ({ name, times, first, bytes }) =>
          `portal-${name}: ${readable(first)} ms at first, then ${readable(Math.min(...times))} to ${readable(Math.max(...times))} ms, ${readable(bytes)} bytes of HTML.`,
      ),
    ],
    faults: [],
  };
}

/** Makes a portal link of a creator. Answers its address. */
async function portalOf(origin: string, creatorId: string): Promise<string> {
  const response = await fetch(`${origin}/api/v1/creators/${creatorId}/portal-links`, {
    method: "POST",
    headers: { Authorization: `Bearer ${ADMIN_KEY}`, "Idempotency-Key": "bench" },
  });
  const body = await response.text();
  if (response.status !== 201) throw new Error(`a portal link was answered ${response.status}: ${body}`);
  const { url } = JSON.parse(body) as { url: string };
  return origin + new URL(url).pathname;
}
