import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { bundle, COMPATIBILITY_DATE, DIRECT_SOCKET, migrate } from "./miniflare.ts";
import { median, progress, ratioResult, readable, type Report, type RunOptions } from "./result.ts";

/** Clicks of one slice: 25 queue messages. */
const SLICE_CLICKS = 5_000;

/** Share of a bare insert's throughput to reach at least: the log has three indexes and finds repeats. */
const MIN_RATIO = 0.15;

/** How much longer a roll-up may take for what was rolled up before it. */
const MAX_HISTORY_RATIO = 1.2;

/** The history holds so many times the clicks that are rolled up, in so many hours. */
const HISTORY_TIMES = 10;
const HISTORY_HOURS = 240;

/** Clicks added by one statement while a log is filled. */
const FILL_CLICKS = 50_000;

/** The hour in which new clicks arrive, since 1970. */
const HOUR = Date.UTC(2026, 10, 20, 9) / 3_600_000;

interface Size {
  ingestSeconds: number;
  rollUpClicks: number;
  rollUps: number;
}

const QUICK: Size = { ingestSeconds: 12, rollUpClicks: 20_000, rollUps: 5 };
const FULL: Size = { ingestSeconds: 40, rollUpClicks: 100_000, rollUps: 7 };

/** Asks the benchmark's Worker for a step. Rejects if it fails. */
type Ask = (step: string, parameters?: Record<string, number>) => Promise<number>;

/**
 * Measures how many clicks a second the queue's consumer writes to D1, against a bare insert of the
 * same rows, and what a roll-up costs with and without a history. Rejects if a step fails.
 */
export async function benchIngest({ quick }: RunOptions): Promise<Report> {
  const size = quick ? QUICK : FULL;
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      workers: [
        {
          name: "ingest",
          modules: true,
          script: await bundle("bench/worker/ingest.ts"),
          compatibilityDate: COMPATIBILITY_DATE,
          unsafeDirectSockets: [DIRECT_SOCKET],
          d1Databases: { DB: "bench", HISTORY: "bench-history" },
        },
      ],
    }),
  );
  try {
    await migrate(miniflare, "DB", "ingest");
    await migrate(miniflare, "HISTORY", "ingest");
    const url = await miniflare.unsafeGetDirectURL("ingest");
    const ask: Ask = async (step, parameters = {}) => {
      const query = new URLSearchParams(Object.entries(parameters).map(([name, value]) => [name, `${value}`]));
      const response = await fetch(new URL(`/${step}?${query.toString()}`, url));
      if (!response.ok) throw new Error(`${step}: ${response.status} ${await response.text()}`);
      return await response.json<number>();
    };
    const ingest = await measureIngest(ask, size);
    const rollUp = await measureRollUp(ask, size);
    return {
      results: [...ingest.results, ...rollUp.results],
      notes: [...ingest.notes, ...rollUp.notes],
      faults: [...ingest.faults, ...rollUp.faults],
    };
  } finally {
    await miniflare.dispose();
  }
}

async function measureIngest(ask: Ask, { ingestSeconds }: Size): Promise<Report> {
  const rates: { ingest: number[]; bare: number[] } = { ingest: [], bare: [] };
  const faults: string[] = [];
  await ask("createBare");
  const endAt = performance.now() + ingestSeconds * 1000;
  // The first slice doesn't count: the compiler needs to have seen the code run.
  for (let slice = 0; slice < 4 || performance.now() < endAt; slice++) {
    await ask("prepare", { seed: slice, clicks: SLICE_CLICKS });
    const ingestMs = await timed(() => ask("ingest"));
    const written = await ask("read");
    if (written !== SLICE_CLICKS) faults.push(`${written} rows of ${SLICE_CLICKS} clicks`);
    const bareMs = await timed(() => ask("bare"));
    if (slice === 0) continue;
    rates.ingest.push((SLICE_CLICKS / ingestMs) * 1000);
    rates.bare.push((SLICE_CLICKS / bareMs) * 1000);
    progress(
      `  ingest ${readable(rates.ingest.at(-1) ?? 0)} clicks/s, bare ${readable(rates.bare.at(-1) ?? 0)} rows/s`,
    );
  }
  // A redelivery must change nothing.
  await ask("ingest");
  const again = await ask("read");
  if (again !== SLICE_CLICKS) faults.push(`${again} rows of ${SLICE_CLICKS} clicks after a redelivery`);

  const medians = { value: median(rates.ingest), baseline: median(rates.bare) };
  return {
    results: [ratioResult("ingest", "clicks/s", medians, { atLeast: MIN_RATIO })],
    notes: [
      `Ingest: ${rates.ingest.length} slices of ${SLICE_CLICKS} clicks in batches of 200, in turns with bare inserts.`,
    ],
    faults,
  };
}

async function measureRollUp(ask: Ask, { rollUpClicks, rollUps }: Size): Promise<Report> {
  const times: { fresh: number[]; history: number[] } = { fresh: [], history: [] };
  const faults: string[] = [];
  const past = rollUpClicks * HISTORY_TIMES;
  await ask("remove", { history: 0, from: 0, hour: 0 });
  progress(`  a history of ${past} clicks`);
  await fill(ask, { history: 1, from: 1, clicks: past, hour: HOUR - HISTORY_HOURS, hours: HISTORY_HOURS });
  while ((await ask("rolledUp", { history: 1 })) < past) await ask("rollUp", { history: 1 });

  for (let round = 0; round <= rollUps; round++) {
    const order = round % 2 === 0 ? ([0, 1] as const) : ([1, 0] as const);
    for (const history of order) {
      const before = history * past;
      const from = before + 1;
      await fill(ask, { history, from, clicks: rollUpClicks, hour: HOUR, hours: 1 });
      const ms = await timed(() => ask("rollUp", { history }));
      const rolledUp = (await ask("rolledUp", { history })) - before;
      if (rolledUp !== rollUpClicks) faults.push(`${rolledUp} of ${rollUpClicks} clicks were rolled up`);
      await ask("remove", { history, from, hour: HOUR });
      if (round > 0) times[history === 1 ? "history" : "fresh"].push(ms);
    }
    progress(
      `  roll-up ${readable(times.fresh.at(-1) ?? 0)} ms, with history ${readable(times.history.at(-1) ?? 0)} ms`,
    );
  }

  const medians = { value: median(times.history), baseline: median(times.fresh) };
  return {
    results: [ratioResult("rollup-with-history", "ms", medians, { atMost: MAX_HISTORY_RATIO })],
    notes: [
      `Roll-up: ${rollUpClicks} clicks of one hour and 1000 links, alone and after ${past} in ${HISTORY_HOURS} hours.`,
    ],
    faults,
  };
}

async function fill(
  ask: Ask,
  { clicks, from, ...rest }: Record<"history" | "from" | "clicks" | "hour" | "hours", number>,
) {
  for (let done = 0; done < clicks; done += FILL_CLICKS) {
    await ask("fill", { ...rest, from: from + done, clicks: Math.min(FILL_CLICKS, clicks - done) });
  }
}

/** How long something takes, ms. */
async function timed(run: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await run();
  return performance.now() - started;
}
