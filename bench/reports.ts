import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { bundle, COMPATIBILITY_DATE, DIRECT_SOCKET, migrate } from "./miniflare.ts";
import { limitResult, median, progress, ratioResult, readable, type Report, type RunOptions } from "./result.ts";

/** What there is to report on, over 90 days: a link a creator. */
interface History {
  creators: number;
  clicks: number;
  orders: number;
}

/** Histories by the database that has each: as many creators, and four times as many. */
const HISTORIES = {
  FEW: { creators: 10_000, clicks: 1_000_000, orders: 100_000 },
  MANY: { creators: 40_000, clicks: 1_000_000, orders: 100_000 },
} as const satisfies Record<string, History>;

/** A quick run has fewer of all but creators. */
const QUICK_PART = 10;

type Name = keyof typeof HISTORIES;

/** Of each, as many aren't rolled up when the report is read, as in the minute before the cron. */
const TAIL = 100;

/** Rows that one statement writes. */
const CHUNK = 100_000;

/** Times that each span is read. */
const READS = 31;

/** What is read, by turns: the last days, or all of them. */
const READINGS = [
  { name: "report-all", of: "FEW", days: 0 },
  { name: "report-all-40k", of: "MANY", days: 0 },
  { name: "report-30-days", of: "FEW", days: 30 },
] as const;

/** Milliseconds that a page with its total may take: of all that there is, and of some days. */
const MAX_MS = { all: 50, days: 100 };

/** What four times the creators may take, by what the others do. */
const MAX_RATIO = 1.5;

/** What a page of the report came to. */
interface Read {
  /** Rows that D1 bills as read. */
  rows: number;
  found: number;
  clicks: number;
  conversions: number;
  claimed: number;
}

type Ask = <Answer>(which: Name, step: string, parameters?: Readonly<Record<string, number>>) => Promise<Answer>;

/**
 * Measures how long the report on creators takes by what a click is worth: a page of 50 with the total of all,
 * over the whole history and over its last 30 days; and over the whole history of four times as many creators.
 * Rejects if a total isn't right.
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
          d1Databases: { FEW: "few", MANY: "many" },
        },
      ],
    }),
  );
  try {
    for (const binding of Object.keys(HISTORIES)) await migrate(miniflare, binding, "reports");
    const url = await miniflare.unsafeGetDirectURL("reports");
    const ask: Ask = async <Answer>(which: Name, step: string, parameters: Readonly<Record<string, number>> = {}) => {
      const query = new URLSearchParams(Object.entries(parameters).map(([name, value]) => [name, `${value}`]));
      query.set("of", which);
      const response = await fetch(new URL(`/${step}?${query.toString()}`, url));
      if (!response.ok) throw new Error(`${step}: ${response.status} ${await response.text()}`);
      return await response.json<Answer>();
    };
    return await measure(ask, quick ? QUICK_PART : 1);
  } finally {
    await miniflare.dispose();
  }
}

async function measure(ask: Ask, part: number): Promise<Report> {
  const histories = { FEW: partOf(HISTORIES.FEW, part), MANY: partOf(HISTORIES.MANY, part) };
  for (const which of ["FEW", "MANY"] as const) await make(ask, which, histories[which]);

  const readings = READINGS.map((reading) => ({ ...reading, times: [] as number[], rows: 0 }));
  for (let turn = 0; turn < READS; turn++) {
    for (const reading of readings) {
      const { clicks, orders } = histories[reading.of];
      const startedAt = performance.now();
      const read = await ask<Read>(reading.of, "report", { days: reading.days });
      reading.times.push(performance.now() - startedAt);
      const isWhole = read.clicks === clicks && read.conversions + read.claimed === orders;
      if (read.found !== 50 || (reading.days === 0 && !isWhole)) {
        throw new Error(`${reading.name} is wrong: ${JSON.stringify(read)}`);
      }
      reading.rows = read.rows;
    }
  }
  const [all, many, days] = readings.map(({ times }) => median(times));
  if (all === undefined || many === undefined || days === undefined) throw new Error("nothing was read");
  return {
    results: [
      limitResult("report-all", "ms", all, MAX_MS.all),
      ratioResult("report-all-40k", "ms", { value: many, baseline: all }, { atMost: MAX_RATIO }),
      limitResult("report-30-days", "ms", days, MAX_MS.days),
    ],
    notes: [
      `Reports: 50 of ${readable(histories.FEW.creators)} creators by EPC with the total of all, of which ${TAIL} clicks and ` +
        `orders aren't rolled up; ${READS} readings of each, in turns; of a history of ${readable(histories.FEW.clicks)} clicks ` +
        `and ${readable(histories.FEW.orders)} orders in 90 days. 40k: of ${readable(histories.MANY.creators)} creators, by ` +
        "what the report on the others takes.",
      ...readings.map(
        ({ name, times, rows }) =>
          `${name}: ${readable(Math.min(...times))} ms at best, ${readable(rows)} D1 rows read.`,
      ),
    ],
    faults: [],
  };
}

function partOf({ creators, clicks, orders }: History, part: number): History {
  return { creators, clicks: clicks / part, orders: orders / part };
}

/** Writes a history, of which the last isn't rolled up. */
async function make(ask: Ask, which: Name, { creators, clicks, orders }: History): Promise<void> {
  const fill = async (step: string, first: number, end: number): Promise<void> => {
    for (let start = first; start < end; start += CHUNK) {
      await ask(which, step, { first: start, end: Math.min(start + CHUNK, end), all: clicks, creators });
    }
  };
  await ask(which, "create", { creators });
  await fill("clicks", 0, clicks - TAIL);
  await fill("orders", 0, orders - TAIL);
  progress(`  a history of ${readable(creators)} creators is written`);
  while ((await ask<{ left: number }>(which, "rollUp")).left > 0) progress("  rolling up");
  await fill("clicks", clicks - TAIL, clicks);
  await fill("orders", orders - TAIL, orders);
}
