import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { bundle, COMPATIBILITY_DATE, DIRECT_SOCKET, migrate } from "./miniflare.ts";
import { limitResult, median, progress, ratioResult, readable, type Report, type RunOptions } from "./result.ts";

/** Clicks of one slice: 50 queue messages, written in transactions of 500 clicks. */
const SLICE_CLICKS = 5_000;

/** Share of a bare insert's throughput to reach at least. */
const MIN_RATIO = 0.7;

/** Rows written a counted click, and a click that doesn't count, at most. */
const MAX_ROWS = 1.1;
const MAX_UNCOUNTED_ROWS = 0.1;

/** JavaScript a click at most, µs. */
const MAX_WORK_US = 12;

/** What a counted click takes of the database at most, with all that doesn't count beside it, bytes. */
const MAX_BYTES = 230;

/** Slices that count. */
const SLICES = 12;
const QUICK_SLICES = 5;

/** The databases that clicks are spread over, beside `DB`. */
const SPREADS = [1, 2, 4] as const;

/** Asks the benchmark's Worker for a step. Rejects if it fails. */
type Ask = (step: string, parameters?: Record<string, number>) => Promise<number>;

/**
 * Measures how many clicks a second the queue's consumer writes to D1, against a bare insert of the same rows, and what
 * they cost in rows, bytes and time of our own; and the same with several databases. Rejects if a step fails.
 */
export async function benchIngest({ quick }: RunOptions): Promise<Report> {
  const names = ["DB", "BARE", "CLICKS_1", "CLICKS_2", "CLICKS_3", "CLICKS_4"];
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      workers: [
        {
          name: "ingest",
          modules: true,
          script: await bundle("bench/worker/ingest.ts"),
          compatibilityDate: COMPATIBILITY_DATE,
          unsafeDirectSockets: [DIRECT_SOCKET],
          d1Databases: Object.fromEntries(names.map((name) => [name, `bench-${name}`])),
        },
      ],
    }),
  );
  try {
    for (const name of names) if (name !== "BARE") await migrate(miniflare, name, "ingest");
    const url = await miniflare.unsafeGetDirectURL("ingest");
    const ask: Ask = async (step, parameters = {}) => {
      const query = new URLSearchParams(Object.entries(parameters).map(([name, value]) => [name, `${value}`]));
      const response = await fetch(new URL(`/${step}?${query.toString()}`, url));
      if (!response.ok) throw new Error(`${step}: ${response.status} ${await response.text()}`);
      return await response.json<number>();
    };
    const slices = quick ? QUICK_SLICES : SLICES;
    const one = await measureOne(ask, slices);
    const several = await measureSeveral(ask, slices);
    return {
      results: [...one.results, ...several.results],
      notes: [...one.notes, ...several.notes],
      faults: [...one.faults, ...several.faults],
    };
  } finally {
    await miniflare.dispose();
  }
}

async function measureOne(ask: Ask, slices: number): Promise<Report> {
  const rates: { ingest: number[]; bare: number[] } = { ingest: [], bare: [] };
  const rows: { counted: number[]; uncounted: number[] } = { counted: [], uncounted: [] };
  const work: number[] = [];
  const reads: number[] = [];
  const faults: string[] = [];
  await ask("createBare");
  let before = 0;
  let counted = 0;
  // The first slice doesn't count: the compiler needs to have seen the code run.
  for (let slice = 0; slice <= slices; slice++) {
    if (slice === 1) before = await ask("size");
    await ask("prepare", { seed: slice, clicks: SLICE_CLICKS });
    const ingestMs = await timed(() => ask("ingest"));
    const written = await ask("written");
    reads.push((await ask("readFor")) / SLICE_CLICKS);
    const read = await ask("read");
    if (read !== SLICE_CLICKS) faults.push(`${read} rows of ${SLICE_CLICKS} clicks`);
    const own = await ask("counted");
    const bareMs = await timed(() => ask("bare"));
    const workMs = await timed(() => ask("work"));
    // A redelivery changes nothing.
    await ask("ingest");
    const again = await ask("read");
    if (again !== SLICE_CLICKS) faults.push(`${again} rows of ${SLICE_CLICKS} clicks after a redelivery`);
    if (slice === 0) continue;
    counted += own;
    rates.ingest.push((SLICE_CLICKS / ingestMs) * 1000);
    rates.bare.push((SLICE_CLICKS / bareMs) * 1000);
    rows.counted.push(written / own);
    work.push((workMs / SLICE_CLICKS) * 1000);
    progress(
      `  ingest ${readable(rates.ingest.at(-1) ?? 0)} clicks/s, bare ${readable(rates.bare.at(-1) ?? 0)} rows/s, ` +
        `${readable(rows.counted.at(-1) ?? 0)} rows a counted click, ${readable(work.at(-1) ?? 0)} µs of work`,
    );
  }
  const bytes = ((await ask("size")) - before) / counted;
  for (let slice = 1; slice <= 3; slice++) {
    await ask("prepare", { seed: slice, clicks: SLICE_CLICKS, repeats: 1 });
    await ask("ingest");
    rows.uncounted.push((await ask("written")) / SLICE_CLICKS);
    if ((await ask("read")) !== SLICE_CLICKS) faults.push("repeats are missing");
    if ((await ask("counted")) !== 0) faults.push("repeats count");
  }
  return {
    results: [
      ratioResult(
        "ingest",
        "clicks/s",
        { value: median(rates.ingest), baseline: median(rates.bare) },
        { atLeast: MIN_RATIO },
      ),
      limitResult("ingest-work", "µs a click", median(work), MAX_WORK_US),
      limitResult("ingest-rows", "rows written a counted click", median(rows.counted), MAX_ROWS),
      limitResult(
        "ingest-rows-uncounted",
        "rows written a repeat or program",
        median(rows.uncounted),
        MAX_UNCOUNTED_ROWS,
      ),
      limitResult("ingest-bytes", "bytes a counted click", bytes, MAX_BYTES),
    ],
    notes: [
      `Ingest: ${slices} slices of ${SLICE_CLICKS} clicks in messages of 100 and transactions of 500, in turns with bare ` +
        "inserts of the same rows, 500 at once; a tenth are programs, an eighth repeats, and some come late. Work is the " +
        "same without a database behind it. Bytes are those that the database grew by. Rows read a click: " +
        `${readable(median(reads))}.`,
    ],
    faults,
  };
}

async function measureSeveral(ask: Ask, slices: number): Promise<Report> {
  const rates = new Map<number, number[]>(SPREADS.map((databases) => [databases, []]));
  let seed = 1_000;
  for (let slice = 0; slice <= slices; slice++) {
    for (const databases of slice % 2 === 0 ? SPREADS : SPREADS.toReversed()) {
      if (slice === 0) await ask("spread", { databases });
      await ask("prepare", { seed: seed++, clicks: SLICE_CLICKS });
      const ms = await timed(() => ask("ingestAtOnce", { databases }));
      if (slice > 0) rates.get(databases)?.push((SLICE_CLICKS / ms) * 1000);
    }
  }
  const figures = [...rates].map(([databases, own]) => `${databases}: ${readable(median(own))}`);
  progress(`  clicks/s by databases ${figures.join(", ")}`);
  return {
    results: [],
    notes: [
      `Several databases: clicks/s of four consumers at once by the number of databases: ${figures.join("; ")}. Here all ` +
        "share one process and thread, so more of them can't be faster; deployed, each has a thread of its own.",
    ],
    faults: [],
  };
}

/** How long something takes, ms. */
async function timed(run: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await run();
  return performance.now() - started;
}
