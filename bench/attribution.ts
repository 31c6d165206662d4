import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { bundle, COMPATIBILITY_DATE, DIRECT_SOCKET, migrate } from "./miniflare.ts";
import { limitResult, median, progress, ratioResult, readable, type Report, type RunOptions } from "./result.ts";

/** Orders of a run, each with 20 touches. */
const ORDERS = 10_000;
const QUICK_ORDERS = 4_000;

/** Orders recorded by one step, in turns with bare inserts of as many. */
const SLICE = 500;

/** Times of a bare insert at most: evidence, order, touches and the reasons of the decision are all written. */
const MAX_RATIO = 25;

/** D1 statements an order at most. */
const MAX_STATEMENTS = 1;

/** Microseconds at most that the rules alone take for an order of 20 touches. */
const MAX_DECIDE_US = 200;

interface Cost {
  statements: number;
  rows: number;
}

/**
 * Measures how long it takes to record and attribute orders of 20 touches each, against a bare insert
 * of their evidence, how many statements D1 runs for an order, and what the rules alone take. Rejects
 * if an order is left out.
 */
export async function benchAttribution({ quick }: RunOptions): Promise<Report> {
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      workers: [
        {
          name: "attribution",
          modules: true,
          script: await bundle("bench/worker/attribution.ts"),
          compatibilityDate: COMPATIBILITY_DATE,
          unsafeDirectSockets: [DIRECT_SOCKET],
          d1Databases: { DB: "bench" },
        },
      ],
    }),
  );
  try {
    await migrate(miniflare, "DB", "attribution");
    const url = await miniflare.unsafeGetDirectURL("attribution");
    const ask = async (step: string, parameters: Record<string, number> = {}): Promise<Cost> => {
      const query = new URLSearchParams(Object.entries(parameters).map(([name, value]) => [name, `${value}`]));
      const response = await fetch(new URL(`/${step}?${query.toString()}`, url));
      if (!response.ok) throw new Error(`${step}: ${response.status} ${await response.text()}`);
      return await response.json<Cost>();
    };
    return await measure(ask, quick ? QUICK_ORDERS : ORDERS);
  } finally {
    await miniflare.dispose();
  }
}

async function measure(
  ask: (step: string, parameters?: Record<string, number>) => Promise<Cost>,
  orders: number,
): Promise<Report> {
  const times: { record: number[]; bare: number[]; decide: number[] } = { record: [], bare: [], decide: [] };
  const total: Cost = { statements: 0, rows: 0 };
  await ask("create");
  // The first slice doesn't count: the compiler needs to have seen the code run.
  for (let first = -SLICE; first < orders; first += SLICE) {
    const slice = { first: first + SLICE, count: SLICE };
    const ms: Record<"record" | "bare" | "decide", number> = { record: 0, bare: 0, decide: 0 };
    for (const step of ["record", "bare", "decide"] as const) {
      const startedAt = performance.now();
      const cost = await ask(step, slice);
      ms[step] = performance.now() - startedAt;
      if (step !== "record" || first < 0) continue;
      total.statements += cost.statements;
      total.rows += cost.rows;
    }
    if (first < 0) continue;
    for (const step of ["record", "bare", "decide"] as const) times[step].push(ms[step] / SLICE);
    progress(`  ${readable(ms.record)} ms, bare ${readable(ms.bare)} ms, rules alone ${readable(ms.decide)} ms`);
  }
  const seconds = times.record.reduce((sum, ms) => sum + ms * SLICE, 0) / 1000;
  return {
    results: [
      ratioResult(
        "attribution",
        "ms/order",
        { value: median(times.record), baseline: median(times.bare) },
        { atMost: MAX_RATIO },
      ),
      limitResult("attribution-statements", "statements/order", total.statements / orders, MAX_STATEMENTS),
      limitResult("attribution-rules", "µs/order", median(times.decide) * 1000, MAX_DECIDE_US),
    ],
    notes: [
      `Attribution: ${orders} orders of 20 touches each recorded in ${readable(seconds)} s, in slices of ${SLICE} in ` +
        `turns with bare inserts of their evidence; ${readable(total.rows / orders)} D1 rows written an order.`,
    ],
    faults: [],
  };
}
