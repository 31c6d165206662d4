import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { workerBundle } from "../scripts/worker-bundle.ts";
import { bundle, COMPATIBILITY_DATE, DIRECT_SOCKET, migrate } from "./miniflare.ts";
import { limitResult, median, progress, readable, type Report, type RunOptions } from "./result.ts";

/** What the desk shows: as much as the reports' benchmark has, over 90 days. */
const HISTORY = { creators: 10_000, clicks: 1_000_000, orders: 100_000 };

/** A quick run has fewer clicks and orders. */
const QUICK_PART = 10;

/** Rows that one statement writes. */
const CHUNK = 100_000;

/** Times that each page is opened. */
const VIEWS = { full: 25, quick: 9 };

/** What the first view may take of the Worker, ms, and weigh, bytes. */
const MAX_MS = 300;
const MAX_BYTES = 100_000;

/** Pages by what they are called here. The history ends on the last day that is named. */
const PAGES = {
  today: "/admin?from=2026-11-11&to=2026-11-17",
  "today-30-days": "/admin?from=2026-10-19&to=2026-11-17",
  links: "/admin/links",
  orders: "/admin/orders",
  creators: "/admin/creators",
} as const;

const ADMIN_KEY = "bench-key-of-32-or-more-characters";

/**
 * Measures how long the desk takes for its first page and for its longest lists, over 10,000 creators and a million clicks:
 * the bundle that would be deployed, asked through no proxy, with what it asks its database. Rejects if a page isn't
 * answered as it should be.
 */
export async function benchDesk({ quick }: RunOptions): Promise<Report> {
  const directory = await mkdtemp(join(tmpdir(), "waymark-bench-"));
  const [{ code }, maker] = await Promise.all([workerBundle(directory), bundle("bench/worker/reports.ts")]);
  const shared = { modules: true, compatibilityDate: COMPATIBILITY_DATE, unsafeDirectSockets: [DIRECT_SOCKET] };
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      workers: [
        {
          ...shared,
          name: "waymark",
          script: code,
          d1Databases: { DB: "desk" },
          bindings: {
            PUBLIC_URL: "",
            CONSENT_POLICY: "deferred",
            DUPLICATE_WINDOW_MINUTES: "60",
            ADMIN_API_KEY: ADMIN_KEY,
            CLICK_TOKEN_KEYS: `1:${Buffer.alloc(32, 7).toString("base64url")}`,
            VISITOR_KEY: ADMIN_KEY,
          },
        },
        { ...shared, name: "maker", script: maker, d1Databases: { FEW: "desk", MANY: "other" } },
      ],
    }),
  );
  try {
    await migrate(miniflare, "DB", "waymark");
    await makeHistory((await miniflare.unsafeGetDirectURL("maker")).origin, quick ? QUICK_PART : 1);
    return await measure((await miniflare.unsafeGetDirectURL("waymark")).origin, quick ? VIEWS.quick : VIEWS.full);
  } finally {
    await miniflare.dispose();
    await rm(directory, { recursive: true });
  }
}

async function makeHistory(origin: string, part: number): Promise<void> {
  const { creators } = HISTORY;
  const [clicks, orders] = [HISTORY.clicks / part, HISTORY.orders / part];
  const ask = async <Answer>(step: string, parameters: Readonly<Record<string, number>>): Promise<Answer> => {
    const query = new URLSearchParams(Object.entries(parameters).map(([name, value]) => [name, String(value)]));
    const response = await fetch(`${origin}/${step}?of=FEW&${query.toString()}`);
    if (!response.ok) throw new Error(`${step}: ${response.status} ${await response.text()}`);
    return response.json<Answer>();
  };
  await ask("create", { creators });
  for (const [step, count] of [["clicks", clicks] as const, ["orders", orders] as const]) {
    for (let first = 0; first < count; first += CHUNK) {
      await ask(step, { first, end: Math.min(first + CHUNK, count), all: clicks, creators });
    }
  }
  progress(`  a history of ${readable(creators)} creators and ${readable(clicks)} clicks is written`);
  while ((await ask<{ left: number }>("rollUp", {})).left > 0) progress("  rolling up");
}

async function measure(origin: string, views: number): Promise<Report> {
  const cookie = await signIn(origin);
  const seen = Object.entries(PAGES).map(([name, path]) => ({ name, path, times: [] as number[], bytes: 0, first: 0 }));
  for (let turn = 0; turn <= views; turn++) {
    for (const page of seen) {
      const startedAt = performance.now();
      const response = await fetch(origin + page.path, { headers: { cookie }, redirect: "manual" });
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
    results: seen.flatMap(({ name, times, bytes }) => [
      limitResult(`desk-${name}`, "ms", median(times), MAX_MS),
      limitResult(`desk-${name}-bytes`, "bytes", bytes, MAX_BYTES),
    ]),
    notes: [
      `Desk: medians of ${views} views of each page, in turns, from the request to the end of its answer; bytes of HTML, ` +
        "not compressed.",
      ...seen.map(
        ({ name, times, first }) =>
          `desk-${name}: ${readable(first)} ms at first, then ${readable(Math.min(...times))} to ${readable(Math.max(...times))} ms.`,
      ),
    ],
    faults: [],
  };
}

/** Opens a session. Answers its `Cookie` header. */
async function signIn(origin: string): Promise<string> {
  const response = await fetch(`${origin}/admin/login`, {
    method: "POST",
    redirect: "manual",
    headers: { Origin: origin, "Sec-Fetch-Site": "same-origin" },
    body: new URLSearchParams({ key: ADMIN_KEY }),
  });
  const cookie = /^[^;]+/.exec(response.headers.get("set-cookie") ?? "")?.[0];
  if (response.status !== 303 || cookie === undefined) throw new Error(`signing in was answered ${response.status}`);
  return cookie;
}
