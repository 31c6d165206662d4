import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { bundle, COMPATIBILITY_DATE, DIRECT_SOCKET, migrate } from "./miniflare.ts";
import { limitResult, median, progress, ratioResult, readable, type Report, type RunOptions } from "./result.ts";

/** Creators that one request adds: the most that the API takes. */
const CREATORS = 1_000;

/** Times of a bare insert at most: codes and links have ten indexes, and their texts and slugs are looked up. */
const MAX_RATIO = 8;

/** Seconds at most until a thousand creators have their codes and links. */
const MAX_SECONDS = 3;

/** Rows that D1 bills for a creator at most, indexes included: a code, its text, two links and the assignment. */
const MAX_ROWS = 32;

/** Seconds of a run, quick and full. */
const QUICK_SECONDS = 15;
const FULL_SECONDS = 60;

/**
 * Measures how long a thousand creators who are added to a campaign at once wait for a code and two
 * links, against a bare insert of the same rows, and what D1 bills for them. Rejects if a step fails.
 */
export async function benchGeneration({ quick }: RunOptions): Promise<Report> {
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      workers: [
        {
          name: "generation",
          modules: true,
          script: await bundle("bench/worker/generation.ts"),
          compatibilityDate: COMPATIBILITY_DATE,
          unsafeDirectSockets: [DIRECT_SOCKET],
          d1Databases: { DB: "bench" },
        },
      ],
    }),
  );
  try {
    await migrate(miniflare, "DB", "generation");
    const url = await miniflare.unsafeGetDirectURL("generation");
    const ask = async (step: string, parameters: Record<string, number> = {}): Promise<number> => {
      const query = new URLSearchParams(Object.entries(parameters).map(([name, value]) => [name, `${value}`]));
      const response = await fetch(new URL(`/${step}?${query.toString()}`, url));
      if (!response.ok) throw new Error(`${step}: ${response.status} ${await response.text()}`);
      return await response.json<number>();
    };
    return await measure(ask, quick ? QUICK_SECONDS : FULL_SECONDS);
  } finally {
    await miniflare.dispose();
  }
}

async function measure(
  ask: (step: string, parameters?: Record<string, number>) => Promise<number>,
  seconds: number,
): Promise<Report> {
  const times: { ready: number[]; bare: number[] } = { ready: [], bare: [] };
  const written: number[] = [];
  const faults: string[] = [];
  await ask("create", { creators: CREATORS });
  const endAt = performance.now() + seconds * 1000;
  // The first round doesn't count: the compiler needs to have seen the code run.
  for (let round = 0; round < 4 || performance.now() < endAt; round++) {
    await ask("prepare", { round });
    const startedAt = performance.now();
    const queueing = await ask("add", { round });
    const making = await ask("generate", { round });
    const readyMs = performance.now() - startedAt;
    const ready = await ask("read", { round });
    if (ready !== CREATORS) faults.push(`${ready} of ${CREATORS} creators have all that is theirs`);
    const bareAt = performance.now();
    await ask("bare");
    const bareMs = performance.now() - bareAt;
    if (round === 0) continue;
    times.ready.push(readyMs);
    times.bare.push(bareMs);
    written.push((queueing + making) / CREATORS);
    progress(`  ready after ${readable(readyMs)} ms, bare ${readable(bareMs)} ms`);
  }
  const value = median(times.ready);
  return {
    results: [
      ratioResult("generation", "ms", { value, baseline: median(times.bare) }, { atMost: MAX_RATIO }),
      limitResult("generation-time", "s", value / 1000, MAX_SECONDS),
      limitResult("generation-rows-written", "rows/creator", median(written), MAX_ROWS),
    ],
    notes: [
      `Generation: ${times.ready.length} rounds of ${CREATORS} creators added at once, each with a code and two ` +
        "links, in turns with bare inserts of those rows.",
    ],
    faults,
  };
}
