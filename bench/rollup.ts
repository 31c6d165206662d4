import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { bundle, COMPATIBILITY_DATE, DIRECT_SOCKET, migrate } from "./miniflare.ts";
import { median, progress, ratioResult, readable, type Report, type RunOptions } from "./result.ts";

/** What is rolled up in each slice. */
const CLICKS = 20_000;
const ORDERS = 1_000;

/** What the long history has before. */
const PAST_CLICKS = 500_000;
const PAST_ORDERS = 50_000;

/** Slices, by turns without and with the history. */
const SLICES = 11;
const QUICK_SLICES = 5;

/** The cost may not follow the history. */
const MAX_RATIO = 1.2;

const HISTORIES = ["empty", "long"] as const;
type History = (typeof HISTORIES)[number];

type Ask = (history: History, step: string, parameters?: Record<string, number>) => Promise<number>;

/**
 * Measures what it costs to roll up new clicks and changed orders, with and without a long history of both.
 * Rejects if the sums are wrong.
 */
export async function benchRollup({ quick }: RunOptions): Promise<Report> {
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      workers: [
        {
          name: "rollup",
          modules: true,
          script: await bundle("bench/worker/rollup.ts"),
          compatibilityDate: COMPATIBILITY_DATE,
          unsafeDirectSockets: [DIRECT_SOCKET],
          d1Databases: { EMPTY: "empty", LONG: "long" },
        },
      ],
    }),
  );
  try {
    for (const binding of ["EMPTY", "LONG"]) await migrate(miniflare, binding, "rollup");
    const url = await miniflare.unsafeGetDirectURL("rollup");
    const ask: Ask = async (history, step, parameters = {}) => {
      const query = new URLSearchParams(Object.entries(parameters).map(([name, value]) => [name, `${value}`]));
      query.set("history", history);
      const response = await fetch(new URL(`/${step}?${query.toString()}`, url));
      if (!response.ok) throw new Error(`${step}: ${response.status} ${await response.text()}`);
      return await response.json<number>();
    };
    return await measure(ask, quick ? QUICK_SLICES : SLICES);
  } finally {
    await miniflare.dispose();
  }
}

/** The numbers of the orders that change: those that were placed last. */
const FIRST_CHANGED = PAST_ORDERS - ORDERS;

async function measure(ask: Ask, slices: number): Promise<Report> {
  for (const history of HISTORIES) {
    await ask(history, "create");
    await ask(history, "orders", { first: history === "long" ? 0 : FIRST_CHANGED, count: PAST_ORDERS });
    await ask(history, "rollUpOrders");
  }
  for (let first = 0; first < PAST_CLICKS; first += 100_000) {
    await ask("long", "clicks", { first, count: 100_000, day: 0 });
    await ask("long", "rollUpClicks");
    progress(`  history: ${readable(first + 100_000)} clicks`);
  }

  const series = (): Record<History, number[]> => ({ empty: [], long: [] });
  const times = { clicks: series(), orders: series() };
  const rows = { clicks: series(), orders: series() };
  for (let slice = 1; slice <= slices; slice++) {
    // What comes first may be the slower for it: they take turns in that too.
    for (const history of slice % 2 === 0 ? HISTORIES : HISTORIES.toReversed()) {
      if (history === "empty") await ask(history, "empty");
      await ask(history, "clicks", { first: PAST_CLICKS + slice * CLICKS, count: CLICKS, day: slice });
      times.clicks[history].push(
        await timed(async () => rows.clicks[history].push(await ask(history, "rollUpClicks"))),
      );
      const changed = await ask(history, "change", { refund: slice, first: FIRST_CHANGED });
      if (changed !== ORDERS) throw new Error(`${changed} orders were changed`);
      times.orders[history].push(
        await timed(async () => rows.orders[history].push(await ask(history, "rollUpOrders"))),
      );
      await ask(history, "check");
    }
    const last = HISTORIES.map(
      (history) =>
        `${history} ${readable(times.clicks[history].at(-1) ?? 0)} and ${readable(times.orders[history].at(-1) ?? 0)} ms`,
    );
    progress(`  slice ${slice} of ${slices}: ${last.join(", ")}`);
  }
  return {
    results: (["clicks", "orders"] as const).flatMap((what) => [
      ratioResult(
        `rollup-${what}`,
        "ms",
        { value: median(times[what].long), baseline: median(times[what].empty) },
        { atMost: MAX_RATIO },
      ),
      ratioResult(
        `rollup-${what}-rows`,
        "D1 rows",
        { value: median(rows[what].long), baseline: median(rows[what].empty) },
        { atMost: MAX_RATIO },
      ),
    ]),
    notes: [
      `Roll-up by days: ${readable(CLICKS)} new clicks of 1,000 links and ${readable(ORDERS)} changed orders, ${slices} times ` +
        `in turns without and with ${readable(PAST_CLICKS)} clicks and ${readable(PAST_ORDERS)} orders of 100 days before. ` +
        "Rows are those read and written that D1 bills for.",
    ],
    faults: [],
  };
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}
