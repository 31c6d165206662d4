import { CONNECTIONS } from "./load.ts";
import { openWorld, type World } from "./redirect-world.ts";
import { visitorRequests } from "./requests.ts";
import { readable } from "./result.ts";
import { fire } from "./sockets.ts";

/** Links that the first shoppers after a pause want, all at once. */
const LINKS = 200;

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

/** Deployments, and pauses of each length. */
const QUICK = 3;
const FULL = 12;

/** What shoppers wait who come first. */
export interface FirstAnswers {
  /** 99th percentiles. */
  results: { name: string; ms: number }[];
  notes: string[];
}

/**
 * Measures how long the very first shopper of a fresh isolate waits, and a wave of shoppers who come after a minute's and
 * an hour's silence, all of them to links in memory. The isolate's clock is moved on; nothing else is.
 */
export async function firstAnswers(quick: boolean): Promise<FirstAnswers> {
  const deployed: number[] = [];
  const minute: number[] = [];
  const hour: number[] = [];
  let calls = 0;
  const rounds = quick ? QUICK : FULL;
  for (let round = 0; round < rounds; round++) {
    const world = await openWorld(LINKS);
    try {
      deployed.push(...(await wave(world, 1)));
      await wave(world, LINKS);
      for (const [ms, latencies] of [
        [MINUTE_MS, minute],
        [HOUR_MS, hour],
      ] as const) {
        const before = await world.settledCalls();
        await world.pass(ms);
        latencies.push(...(await wave(world, LINKS)));
        calls = Math.max(calls, (await world.settledCalls()) - before);
      }
    } finally {
      await world.close();
    }
  }
  return {
    results: [
      { name: "first-after-deploy-p99", ms: p99(deployed) },
      { name: "first-after-minute-p99", ms: p99(minute) },
      { name: "first-after-hour-p99", ms: p99(hour) },
    ],
    notes: [
      `First answers: of ${deployed.length} fresh workerds, and of waves to ${LINKS} links over ${CONNECTIONS} connections ` +
        `after silence (the isolate's clock moved on), ${minute.length} answers each; at most ${readable(calls)} storage ` +
        "calls a wave.",
    ],
  };
}

/** Asks for so many links at once. Returns how long each answer took, ms. */
async function wave(world: World, links: number): Promise<number[]> {
  const connections = Math.min(links, CONNECTIONS);
  const requests = visitorRequests(links);
  const outcome = await fire({ port: world.ports.waymark, requests, connections, seconds: Infinity, total: links });
  if (outcome.failed > 0) throw new Error(`${outcome.failed} of ${links} first requests failed`);
  return outcome.latencies;
}

function p99(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.ceil(0.99 * sorted.length) - 1] ?? Number.NaN;
}
