import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { bundle, COMPATIBILITY_DATE, DIRECT_SOCKET, migrate } from "./miniflare.ts";
import { limitResult, median, progress, readable, type Report, type RunOptions } from "./result.ts";

/** What there is to report on, over 90 days: a link a creator. */
interface History {
  creators: number;
  clicks: number;
  orders: number;
}

const HISTORY: History = { creators: 10_000, clicks: 1_000_000, orders: 100_000 };
const QUICK_HISTORY: History = { creators: 10_000, clicks: 100_000, orders: 10_000 };

/** Of each, as many aren't rolled up when the report is read, as in the minute before the cron. */
const TAIL = 100;

/** Rows that one statement writes. */
const CHUNK = 100_000;

/** Times that each span is read. */
const READS = 31;

/** What is read: the last days, or all of them. */
const SPANS = [
  { name: "all", days: 0 },
  { name: "30-days", days: 30 },
] as const;

/** Milliseconds that a page with its total may take. */
const MAX_MS = 100;

/** What a page of the report came to. */
interface Read {
  /** Rows that D1 bills as read. */
  rows: number;
  found: number;
  clicks: number;
  conversions: number;
  claimed: number;
}

type Ask = <Answer>(step: string, parameters?: Readonly<Record<string, number>>) => Promise<Answer>;

/**
 * Measures how long the report on creators takes by what a click is worth: a page of 50 with the total of all,
 * over the whole history and over its last 30 days. Rejects if a total isn't right.
 */
export async function benchReports({ quick }: RunOptions): Promise<Report> {
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      workers: [
        {
          name: "reports",
          modules: true,
          script: await bundle("bench/worker/reports.ts"),
          compatibilityDate: COMPATIBILITY_DATE,
          unsafeDirectSockets: [DIRECT_SOCKET],
          d1Databases: { DB: "bench" },
        },
      ],
    }),
  );
  try {
    await migrate(miniflare, "DB", "reports");
    const url = await miniflare.unsafeGetDirectURL("reports");
    const ask: Ask = async <Answer>(step: string, parameters: Readonly<Record<string, number>> = {}) => {
      const query = new URLSearchParams(Object.entries(parameters).map(([name, value]) => [name, `${value}`]));
      const response = await fetch(new URL(`/${step}?${query.toString()}`, url));
      if (!response.ok) throw new Error(`${step}: ${response.status} ${await response.text()}`);
      return await response.json<Answer>();
    };
    return await measure(ask, quick ? QUICK_HISTORY : HISTORY);
  } finally {
    await miniflare.dispose();
  }
}

async function measure(ask: Ask, history: History): Promise<Report> {
  const { creators, clicks, orders } = history;
  await ask("create", { creators });
  await fill(ask, "clicks", 0, clicks - TAIL, creators);
  await fill(ask, "orders", 0, orders - TAIL, creators);
  progress("  the history is written");
  while ((await ask<{ left: number }>("rollUp")).left > 0) progress("  rolling up");
  await fill(ask, "clicks", clicks - TAIL, clicks, creators);
  await fill(ask, "orders", orders - TAIL, orders, creators);

  const spans = SPANS.map((span) => ({ ...span, times: [] as number[], rows: 0 }));
  for (let turn = 0; turn < READS; turn++) {
    for (const span of spans) {
      const startedAt = performance.now();
      const read = await ask<Read>("report", { days: span.days });
      span.times.push(performance.now() - startedAt);
      const isWhole = read.clicks === clicks && read.conversions + read.claimed === orders;
      if (read.found !== 50 || (span.days === 0 && !isWhole)) {
        throw new Error(`the report over ${span.name} is wrong: ${JSON.stringify(read)}`);
      }
      span.rows = read.rows;
    }
  }
  return {
    results: spans.map(({ name, times }) => limitResult(`report-${name}`, "ms", median(times), MAX_MS)),
    notes: [
      `Reports: 50 of ${readable(creators)} creators by EPC with the total of all, of which ${TAIL} clicks and orders ` +
        `aren't rolled up; ${READS} reads of each span, in turns; of a history of ${readable(clicks)} clicks and ` +
        `${readable(orders)} orders in 90 days.`,
      ...spans.map(
        ({ name, times, rows }) =>
          `Report over ${name}: ${readable(Math.min(...times))} ms at best, ${readable(rows)} D1 rows read.`,
      ),
    ],
    faults: [],
  };
}

async function fill(ask: Ask, step: string, first: number, end: number, creators: number): Promise<void> {
  for (let start = first; start < end; start += CHUNK) {
    await ask(step, { first: start, end: Math.min(start + CHUNK, end), creators });
  }
}
