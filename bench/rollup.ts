import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import type { Billed } from "./worker/billing.ts";
import { bundle, COMPATIBILITY_DATE, DIRECT_SOCKET, migrate } from "./miniflare.ts";
import { limitResult, median, progress, ratioResult, readable, type Report, type RunOptions } from "./result.ts";

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

type Ask = (history: History, step: string, parameters?: Record<string, number>) => Promise<number | Billed>;

/** What a click may cost, D1 rows: of many links that are clicked once each, whose day has been clicked before. */
const MAX_READ = 12;
const MAX_WRITTEN = 2;

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
      return await response.json<number | Billed>();
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
    await ask(history, "copyHours");
    const first = history === "long" ? 0 : FIRST_CHANGED;
    await ask(history, "orders", { first, count: PAST_ORDERS, changed: FIRST_CHANGED });
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
        await timed(async () => rows.clicks[history].push(rowsOf(await ask(history, "rollUpClicks")))),
      );
      const changed = await ask(history, "change", { refund: slice, first: FIRST_CHANGED });
      if (changed !== ORDERS) throw new Error(`${JSON.stringify(changed)} orders were changed`);
      times.orders[history].push(
        await timed(async () => rows.orders[history].push(rowsOf(await ask(history, "rollUpOrders")))),
      );
      await ask(history, "check");
    }
    const last = HISTORIES.map(
      (history) =>
        `${history} ${readable(times.clicks[history].at(-1) ?? 0)} and ${readable(times.orders[history].at(-1) ?? 0)} ms`,
    );
    progress(`  slice ${slice} of ${slices}: ${last.join(", ")}`);
  }
  const each = await measureEach(ask);
  return {
    results: [
      limitResult("rollup-read", "D1 rows read a click", each.read, MAX_READ),
      limitResult("rollup-written", "D1 rows written a click", each.written, MAX_WRITTEN),
      ...(["clicks", "orders"] as const).flatMap((what) => [
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
    ],
    notes: [
      `Rows a click, all that a run asks of D1: of 5,000 links with a click each, whose day had clicks before, in an hour that had none ` +
        `${each.read.toFixed(1)} read and ${each.written.toFixed(2)} written; in one that had some ${each.again.read.toFixed(1)} and ` +
        `${each.again.written.toFixed(2)}; of ${readable(CLICKS)} clicks of 1,000 links in a day, after the history, ` +
        `${(median(rows.clicks.long) / CLICKS).toFixed(1)} of both.`,
      `Roll-up by days: ${readable(CLICKS)} new clicks of 1,000 links and ${readable(ORDERS)} changed orders, ${slices} times ` +
        `in turns without and with ${readable(PAST_CLICKS)} clicks and ${readable(PAST_ORDERS)} orders of 100 days before. ` +
        "Rows are those read and written that D1 bills for.",
    ],
    faults: [],
  };
}

/** Clicks of many links, one each: those of a second hour, and of the rest of it. */
async function measureEach(ask: Ask): Promise<Billed & { again: Billed }> {
  const clicks = await ask("long", "createEach");
  const first = 10 * PAST_CLICKS;
  const costs: Billed[] = [];
  for (const [turn, [hour, minute]] of [
    [24 * 200 + 10, 0],
    [24 * 200 + 11, 0],
    [24 * 200 + 11, 30],
  ].entries()) {
    await ask("long", "clickEach", { first: first + turn * Number(clicks), hour: hour ?? 0, minute: minute ?? 0 });
    const { read, written } = (await ask("long", "rollUpClicks")) as Billed;
    costs.push({ read: read / Number(clicks), written: written / Number(clicks) });
    progress(
      `  one click a link: ${(read / Number(clicks)).toFixed(2)} read, ${(written / Number(clicks)).toFixed(2)} written`,
    );
  }
  await ask("long", "check");
  const [, newHour, again] = costs;
  if (newHour === undefined || again === undefined) throw new Error("nothing was measured");
  return { ...newHour, again };
}

function rowsOf(rows: number | Billed): number {
  return typeof rows === "number" ? rows : rows.read + rows.written;
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}
