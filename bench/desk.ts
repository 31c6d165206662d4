import { ADMIN_KEY } from "./miniflare.ts";
import { askMaker, type Origins, viewPages, withPages } from "./pages.ts";
import { limitResult, progress, readable, type Report, type RunOptions } from "./result.ts";

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

/**
 * Measures how long the desk takes for its first page and for its longest lists, over 10,000 creators and a million clicks:
 * the bundle that would be deployed, asked through no proxy, with what it asks its database. Rejects if a page isn't
 * answered as it should be.
 */
export async function benchDesk({ quick }: RunOptions): Promise<Report> {
  return withPages("bench/worker/reports.ts", { FEW: "pages", MANY: "other" }, async (origins: Origins) => {
    await makeHistory(origins.maker, quick ? QUICK_PART : 1);
    return measure(origins.waymark, quick ? VIEWS.quick : VIEWS.full);
  });
}

async function makeHistory(origin: string, part: number): Promise<void> {
  const { creators } = HISTORY;
  const [clicks, orders] = [HISTORY.clicks / part, HISTORY.orders / part];
  const ask = <Answer>(step: string, parameters: Readonly<Record<string, number>>): Promise<Answer> =>
    askMaker(origin, step, { of: "FEW", ...parameters });
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
  const seen = await viewPages(origin, PAGES, views, { cookie: await signIn(origin) });
  return {
    results: seen.flatMap(({ name, ms, bytes }) => [
      limitResult(`desk-${name}`, "ms", ms, MAX_MS),
      limitResult(`desk-${name}-bytes`, "bytes", bytes, MAX_BYTES),
    ]),
    notes: [
      `Desk: medians of ${views} views of each page, in turns, from the request to the end of its answer; bytes of HTML, ` +
        "not compressed.",
      ...seen.map(({ name, note }) => `desk-${name}: ${note}`),
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
