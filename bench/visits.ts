import { setTimeout as sleep } from "node:timers/promises";
import type { D1 } from "./miniflare.ts";
import { limitResult, median, progress, ratioResult, readable, type Report, type RunOptions } from "./result.ts";
import { fire } from "./sockets.ts";
import { type VisitRequest, visitTraffic } from "./visits-traffic.ts";
import { type VisitWorld, visitWorld } from "./visits-world.ts";

/** Slices of load, s: of visits, of the bare Worker, and of the first turn, which doesn't count. */
const SLICE_SECONDS = 6;
const BARE_SECONDS = 1.5;
const WARM_SECONDS = 1;

/** Turns that count. */
const QUICK_TURNS = 2;
const FULL_TURNS = 8;

const CONNECTIONS = 32;

/** Requests prepared for a second; more than are answered in it. */
const PREPARED = 4_500;

/** Shares of a bare insert's throughput to reach at least: accepted, and logged. */
const MIN_RATIO = 0.5;
const MIN_RECORDED_RATIO = 0.3;

/** Rows written to D1 an event, at most. */
const MAX_ROWS = 0.1;

/** What isn't recorded after this long is lost, ms; how often it is looked at. */
const LOST_AFTER_MS = 60_000;
const LOOK_MS = 50;

/**
 * Measures how many events of visits a second are accepted, and how many are in the log by the time the queue is empty,
 * against a Worker that does nothing but insert one row a request; and how many rows an event takes with all sums. Rejects
 * if an answer isn't 202.
 */
export async function benchVisits({ quick }: RunOptions): Promise<Report> {
  const world = await visitWorld();
  try {
    return await measure(world, quick ? QUICK_TURNS : FULL_TURNS);
  } finally {
    await world.end();
  }
}

async function measure({ ports, db, written, added }: VisitWorld, turns: number): Promise<Report> {
  const rates: Record<"accepted" | "recorded" | "bare", number[]> = { accepted: [], recorded: [], bare: [] };
  const faults: string[] = [];
  const visitors = visitTraffic(1);
  let before = await written();
  let [all, told] = [0, 0];
  for (let turn = 0; turn <= turns; turn++) {
    const seconds = turn === 0 ? WARM_SECONDS : SLICE_SECONDS;
    const traffic = Array.from({ length: PREPARED * seconds }, (): VisitRequest => visitors.next().value);
    const requests = traffic.map(({ text }) => text);
    const load = { connections: CONNECTIONS, total: requests.length, status: 202 };
    const started = performance.now();
    const outcome = await fire({ ...load, port: ports.waymark, requests, seconds });
    if (outcome.failed > 0) throw new Error(`${outcome.failed} of ${outcome.completed} requests failed`);
    const events = traffic.slice(0, outcome.completed).reduce((sum, request) => sum + request.events, 0);
    all += events;
    const recordedIn = (await recorded(db, all, started)) / 1000;
    const found = await recordedEvents(db);
    if (found !== all) faults.push(`${all} events were accepted, but ${found} are recorded`);
    const bare = await fire({ ...load, port: ports.bare, requests, seconds: turn === 0 ? WARM_SECONDS : BARE_SECONDS });
    if (turn === 0) {
      before = await added();
      continue;
    }
    told += events;
    rates.accepted.push(events / outcome.seconds);
    rates.recorded.push(events / recordedIn);
    rates.bare.push(bare.completed / bare.seconds);
    progress(
      `  ${readable(rates.accepted.at(-1) ?? 0)} events/s accepted, ${readable(rates.recorded.at(-1) ?? 0)} recorded; ` +
        `bare ${readable(rates.bare.at(-1) ?? 0)} rows/s`,
    );
  }
  const logged = await written();
  const after = await added();
  const baseline = median(rates.bare);
  const share = (rows: number): string => (rows / told).toFixed(3);
  return {
    results: [
      ratioResult("visits", "events/s", { value: median(rates.accepted), baseline }, { atLeast: MIN_RATIO }),
      ratioResult(
        "visits-recorded",
        "events/s",
        { value: median(rates.recorded), baseline },
        { atLeast: MIN_RECORDED_RATIO },
      ),
      limitResult("visits-rows", "rows written an event", (after.rows - before.rows) / told, MAX_ROWS),
    ],
    notes: [
      `Visits: ${turns} slices of ${SLICE_SECONDS} s each, ${CONNECTIONS} connections; visits of about 5 of 100 pages of ` +
        "3 stores, 60 % of them with consent, a tenth with a cart, one to four events a request; a bare insert of one row " +
        "a request. Recorded is until the queue is empty, which gathers for 5 s at most, so a short slice pays for its " +
        `last gathering. Rows an event: ${share(logged.rows - before.rows)} for the log, visitors and carts, in ` +
        `${logged.writes - before.writes} transactions; ${share(after.rows - logged.rows)} for sums, which are written ` +
        `once for all of the ${readable(told)} events, as deployed once in five minutes: the more of them, the fewer.`,
    ],
    faults,
  };
}

/** How long it took since `started` until so many events are recorded, ms. */
async function recorded(db: D1, told: number, started: number): Promise<number> {
  while ((await recordedEvents(db)) < told && performance.now() - started < LOST_AFTER_MS) await sleep(LOOK_MS);
  return performance.now() - started;
}

/** All that is told is counted by what became of it, or waits to be. */
async function recordedEvents(db: D1): Promise<number> {
  const found = await db
    .prepare(
      `SELECT (SELECT coalesce(sum(count), 0) FROM visit_quality)
         + (SELECT coalesce(sum(events), 0) FROM visit_sums_waiting) AS n`,
    )
    .first<number>("n");
  return found ?? 0;
}
