import { isDeepStrictEqual } from "node:util";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { expectedCounts, exportBody } from "./export.ts";
import { watchHeap } from "./heap.ts";
import { bundle, COMPATIBILITY_DATE, DIRECT_SOCKET, migrate } from "./miniflare.ts";
import { limitResult, median, progress, ratioResult, readable, type Report, type RunOptions } from "./result.ts";
import type { Cost } from "./worker/counting.ts";

/** Rows of the export. */
const ROWS = 100_000;

/** Times that it is uploaded and compared. */
const ROUNDS = 4;
const QUICK_ROUNDS = 1;

/** Times of a bare insert of the same rows at most: they are read, indexed thrice, looked up and written twice. */
const MAX_RATIO = 20;

/** D1 statements a row at most. */
const MAX_STATEMENTS = 0.02;

/** Megabytes at most that the Worker's isolate has. */
const MAX_MEGABYTES = 64;

const MEGABYTE = 1_048_576;

interface Answer extends Cost {
  counts?: Record<string, number>;
}

/**
 * Measures how long it takes to receive an export of 100,000 rows and compare it with as many orders, against
 * a bare insert of its rows, how many statements D1 runs for a row, and what the Worker's isolate has in
 * memory at its worst.
 */
export async function benchReconcile({ quick }: RunOptions): Promise<Report> {
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      inspectorPort: 0,
      workers: [
        {
          name: "reconcile",
          modules: true,
          script: await bundle("bench/worker/reconcile.ts"),
          compatibilityDate: COMPATIBILITY_DATE,
          unsafeDirectSockets: [DIRECT_SOCKET],
          d1Databases: { DB: "bench" },
        },
      ],
    }),
  );
  try {
    await migrate(miniflare, "DB", "reconcile");
    const url = await miniflare.unsafeGetDirectURL("reconcile");
    const ask = async (step: string, body?: ReadableStream<Uint8Array>): Promise<Answer> => {
      const init = body === undefined ? {} : { method: "POST", body, duplex: "half" as const };
      const response = await fetch(new URL(`/${step}?count=${ROWS}`, url), init);
      if (!response.ok) throw new Error(`${step}: ${response.status} ${await response.text()}`);
      return await response.json<Answer>();
    };
    return await measure(miniflare, ask, quick ? QUICK_ROUNDS : ROUNDS);
  } finally {
    await miniflare.dispose();
  }
}

async function measure(
  miniflare: Miniflare,
  ask: (step: string, body?: ReadableStream<Uint8Array>) => Promise<Answer>,
  rounds: number,
): Promise<Report> {
  const times: Record<"upload" | "compare" | "bare", number[]> = { upload: [], compare: [], bare: [] };
  const total: Cost = { statements: 0, rows: 0 };
  const peaks: number[] = [];
  const idles: number[] = [];
  const faults: string[] = [];
  const wanted = expectedCounts(ROWS);
  await ask("create");
  for (let round = 0; round < rounds; round++) {
    const { idle, peak } = await watchHeap(miniflare, "reconcile", async () => {
      for (const step of ["upload", "compare"] as const) {
        const startedAt = performance.now();
        const { statements, rows, counts } = await ask(step, step === "upload" ? exportBody(ROWS) : undefined);
        times[step].push(performance.now() - startedAt);
        total.statements += statements;
        total.rows += rows;
        if (counts !== undefined && !isDeepStrictEqual(counts, wanted)) {
          faults.push(`rows by class are ${JSON.stringify(counts)}`);
        }
      }
    });
    const startedAt = performance.now();
    await ask("bare");
    times.bare.push(performance.now() - startedAt);
    peaks.push(peak / MEGABYTE);
    idles.push(idle / MEGABYTE);
    await ask("clear");
    const [upload, compare] = [times.upload.at(-1) ?? 0, times.compare.at(-1) ?? 0];
    progress(
      `  received in ${readable(upload)} ms, compared in ${readable(compare)} ms, ${readable(peak / MEGABYTE)} MB`,
    );
  }
  const rows = ROWS * rounds;
  const value = median(times.upload.map((ms, index) => ms + (times.compare[index] ?? 0)));
  return {
    results: [
      ratioResult("reconcile", "ms", { value, baseline: median(times.bare) }, { atMost: MAX_RATIO }),
      limitResult("reconcile-statements", "statements/row", total.statements / rows, MAX_STATEMENTS),
      limitResult("reconcile-memory", "MB", Math.max(...peaks), MAX_MEGABYTES),
    ],
    notes: [
      `Reconcile: an export of ${ROWS} rows beside as many orders, ${rounds} times: received in ` +
        `${readable(median(times.upload) / 1000)} s, compared in ${readable(median(times.compare) / 1000)} s; ` +
        `${readable(total.rows / rows)} D1 rows written a row. The isolate's heap and buffers, as V8 tells them ` +
        `every 25 ms, garbage and all; idle it has ${readable(median(idles))} MB.`,
    ],
    faults,
  };
}
