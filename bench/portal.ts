import { ADMIN_KEY } from "./miniflare.ts";
import { askMaker, type Origins, viewPages, withPages } from "./pages.ts";
import { limitResult, progress, readable, type Report, type RunOptions } from "./result.ts";

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

/**
 * Measures the pages of a creator who has 10,000 orders: the bundle that would be deployed,
 * asked through no proxy, with what it asks its database. Rejects if a page isn't answered as it should be.
 */
export async function benchPortal({ quick }: RunOptions): Promise<Report> {
  return withPages("bench/worker/portal.ts", { DB: "pages" }, async (origins: Origins) => {
    await makeHistory(origins.maker, quick ? QUICK : FULL);
    return measure(origins.waymark, quick ? VIEWS.quick : VIEWS.full);
  });
}

async function makeHistory(origin: string, size: typeof FULL): Promise<void> {
  const ask = <Answer>(step: string, parameters: Readonly<Record<string, number>> = {}): Promise<Answer> =>
    askMaker(origin, step, { ...size, ...parameters });
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
  const seen = await viewPages(await portalOf(origin, "crt_0000000000000000"), PAGES, views);
  return {
    results: seen.map(({ name, ms }) => limitResult(`portal-${name}`, "ms", ms, MAX_MS)),
    notes: [
      `Creator portal: medians of ${views} views of each page, in turns, from the request to the end of its answer; bytes of HTML.`,
      ...seen.map(({ name, note }) => `portal-${name}: ${note}`),
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
