import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { workerdMicroseconds } from "./cpu.ts";
import { type FirstAnswers, firstAnswers } from "./first-answers.ts";
import { type HotRoomCost, hotRoomCost } from "./hot-room.ts";
import { linkBytes } from "./link-memory.ts";
import { CONNECTIONS, type LoadGenerator, type LoadOutcome, loadGenerator } from "./load.ts";
import { openWorld, VARIANTS, type Variant, type World } from "./redirect-world.ts";
import { visitorRequests } from "./requests.ts";
import { limitResult, median, progress, ratioResult, readable, type Report, type RunOptions } from "./result.ts";
import { fire } from "./sockets.ts";

/** Links that are in use while the redirect is measured. */
const LINKS = 1_000;

/** How long and how often each variant is under load, s. Nobody keeps links warm: what falls due in a slice is paid in it. */
interface Plan {
  /** Links that are in use while storage calls are counted once more. */
  manyLinks: number;
  sliceSeconds: number;
  turns: number;
  manySeconds: number;
  comparedSeconds: number;
}
const QUICK: Plan = { manyLinks: 2_000, sliceSeconds: 4, turns: 1, manySeconds: 3, comparedSeconds: 1 };
const FULL: Plan = { manyLinks: 10_000, sliceSeconds: 8, turns: 8, manySeconds: 30, comparedSeconds: 8 };

/** The queue's own time to hand over what is under way, ms: a click waits 100 ms for company. */
const SETTLE_MS = 300;

/** Clicks that have not arrived after this long are lost, ms. */
const LOST_AFTER_MS = 20_000;

/** Share of the bare redirect's throughput to reach at least. */
const MIN_RATIO = 0.6;

/** Times the bare redirect's 99th percentile that are allowed. */
const MAX_P99_RATIO = 3;

/** Processor time of workerd that a redirect may cost more than a bare one, µs. */
const MAX_MICROSECONDS = 45;

/** Calls to D1, KV and the colo's cache in ten seconds, whatever the number of links. */
const MAX_CALLS = 2;

/** Of a shopper's first answer after a deployment and after silence, ms. */
const MAX_FIRST_MS = 100;

const MAX_HOT_ROOM_KIB = 15;
const MAX_START_MS = 3;

interface Slice extends LoadOutcome {
  /** Of workerd's processor time, per request; `null` where it can't be read. */
  microseconds: number | null;
}

/** What was measured beside the slices. */
interface Measured {
  slices: Record<Variant, Slice[]>;
  /** The most storage calls in a slice, and in ten seconds with many links in use. */
  calls: number;
  manyCalls: number;
  manyRate: number;
  compared: number;
  requests: number;
  unanswered: number;
  logged: { clicks: number; distinct: number };
}

/**
 * Measures the full redirect against the least that a redirect can be, alone and behind a router: the same requests, in
 * slices that take turns, in one workerd. Rejects if a request isn't answered as it should be.
 */
export async function benchRedirect({ quick }: RunOptions): Promise<Report> {
  const plan = quick ? QUICK : FULL;
  const directory = await mkdtemp(join(tmpdir(), "waymark-bench-"));
  try {
    const world = await openWorld(plan.manyLinks);
    let measured: Measured;
    try {
      measured = await measure(world, directory, plan);
    } finally {
      await world.close();
    }
    const first = await firstAnswers(quick);
    const bytes = linkBytes();
    return report(measured, first, bytes, await hotRoomCost(directory), plan);
  } finally {
    await rm(directory, { recursive: true });
  }
}

async function measure(world: World, directory: string, plan: Plan): Promise<Measured> {
  const load = await loadGenerator(visitorRequests(LINKS), directory, "few");
  const loadMany = await loadGenerator(visitorRequests(plan.manyLinks), directory, "many");
  const slices: Record<Variant, Slice[]> = { waymark: [], bare: [], hono: [] };
  let requests = await visitAll(world, LINKS);
  let unanswered = 0;
  let calls = 0;
  // The first turn is short and doesn't count: the compiler needs to have seen the code run.
  for (let turn = 0; turn <= plan.turns; turn++) {
    for (let place = 0; place < VARIANTS.length; place++) {
      const variant = VARIANTS[(turn + place) % VARIANTS.length] ?? "bare";
      const before = await world.storageCalls();
      const slice = await runSlice(load, world.ports[variant], turn === 0 ? 1 : plan.sliceSeconds);
      progress(`  ${variant.padEnd(8)} ${readable(slice.requests / slice.seconds)} req/s`);
      if (variant === "waymark") {
        requests += slice.requests;
        unanswered += slice.unanswered;
      }
      if (turn === 0) continue;
      slices[variant].push(slice);
      if (variant !== "waymark") continue;
      calls = Math.max(calls, (await world.storageCalls()) - before);
    }
  }
  const compared = await compareAnswers(world, plan.comparedSeconds);
  const many = await runMany(world, loadMany, plan);
  requests += compared + many.requests;
  unanswered += many.unanswered;
  return {
    slices,
    calls,
    manyCalls: many.calls,
    manyRate: many.rate,
    compared,
    requests,
    unanswered,
    logged: await settledLog(world, requests),
  };
}

async function runSlice(load: LoadGenerator, port: number, seconds: number): Promise<Slice> {
  const before = workerdMicroseconds();
  const outcome = await load.run(port, seconds);
  // What the clicks still cost after their responses is theirs too.
  await sleep(SETTLE_MS);
  const after = workerdMicroseconds();
  return { ...outcome, microseconds: before === null || after === null ? null : (after - before) / outcome.requests };
}

/** A slice in which every answer is read. Throws for one that isn't the redirect of its request. */
async function compareAnswers({ ports }: World, seconds: number): Promise<number> {
  const requests = visitorRequests(LINKS);
  const volley = { port: ports.waymark, requests, connections: CONNECTIONS, seconds, total: Infinity };
  const outcome = await fire(volley, requireFullRedirect);
  if (outcome.failed > 0) throw new Error(`${outcome.failed} of ${outcome.completed} requests failed`);
  return outcome.completed;
}

/** Throws if an answer isn't the redirect that the benchmark means to measure, of the very link that was asked for. */
function requireFullRedirect(head: string, request: string): void {
  const [, number = "", mark = ""] = /^GET \/bench(\d+)(?:\?(fbclid=\S+))? /.exec(request) ?? [];
  const location = /\r\nlocation: (\S+)/i.exec(head)?.[1] ?? "missing:";
  const { origin, pathname, searchParams, search } = new URL(location);
  const token = searchParams.get("wm_click") ?? "";
  const wanted = {
    status: head.startsWith("HTTP/1.1 302 "),
    place: `${origin}${pathname}` === `https://shop.example/products/${number}`,
    utm:
      searchParams.get("color") === "blue" &&
      searchParams.get("utm_source") === "lea.makes" &&
      searchParams.get("utm_content") === `bench${number}`,
    token: /^[\w-]{56}$/.test(token),
    own: mark === "" ? !search.includes("fbclid") : search.endsWith(`&${mark}`),
    cookie: head.toLowerCase().includes(`\r\nset-cookie: __secure-wm_click=${token.toLowerCase()}; `),
    cache: /\r\ncache-control: private, no-store/i.test(head),
  };
  const wrong = Object.entries(wanted).filter(([, isSo]) => !isSo);
  if (wrong.length > 0) throw new Error(`wrong ${wrong.map(([name]) => name).join(", ")}:\n${request}\n${head}`);
}

/** Visits every link once, so that memory has it: what first visits cost is told by {@link firstAnswers}. */
async function visitAll(world: World, links: number): Promise<number> {
  const requests = visitorRequests(links);
  const volley = { port: world.ports.waymark, requests, connections: CONNECTIONS, seconds: Infinity, total: links };
  const outcome = await fire(volley, requireFullRedirect);
  if (outcome.failed > 0) throw new Error(`${outcome.failed} of ${links} first visits failed`);
  const calls = await world.settledCalls();
  if (calls < links) throw new Error(`${links} links came from only ${calls} calls: the count misses some`);
  return outcome.completed;
}

/** Storage calls while many links are in use, all of them in memory. */
async function runMany(world: World, load: LoadGenerator, { manyLinks, manySeconds }: Plan) {
  const visited = await visitAll(world, manyLinks);
  const before = await world.settledCalls();
  const outcome = await load.run(world.ports.waymark, manySeconds);
  const calls = ((await world.storageCalls()) - before) / Math.ceil(outcome.seconds / 10);
  const rate = outcome.requests / outcome.seconds;
  progress(`  ${readable(manyLinks)} links ${readable(rate)} req/s, ${readable(calls)} storage calls in 10 s`);
  return { requests: outcome.requests + visited, unanswered: outcome.unanswered, calls, rate };
}

/** What the log holds once everything that is due has arrived. */
async function settledLog(world: World, expected: number): Promise<{ clicks: number; distinct: number }> {
  const giveUpAt = performance.now() + LOST_AFTER_MS;
  let logged = await world.logged();
  while (logged.clicks < expected && performance.now() < giveUpAt) {
    await sleep(100);
    logged = await world.logged();
  }
  // One more look, for what came twice.
  await sleep(SETTLE_MS);
  return world.logged();
}

function report(measured: Measured, first: FirstAnswers, bytes: number, hotRoom: HotRoomCost, plan: Plan): Report {
  const { slices, requests, unanswered, logged } = measured;
  const rate = (variant: Variant): number => median(slices[variant].map((slice) => slice.requests / slice.seconds));
  const p50 = (variant: Variant): number => median(slices[variant].map((slice) => slice.p50));
  const p99 = (variant: Variant): number => median(slices[variant].map((slice) => slice.p99));
  const cost = (variant: Variant): number => median(slices[variant].map((slice) => slice.microseconds ?? 0));
  const loggedOnce =
    logged.clicks === logged.distinct && logged.clicks >= requests && logged.clicks <= requests + unanswered;
  const against = (variant: Variant, figure: (of: Variant) => number) => ({
    value: figure("waymark"),
    baseline: figure(variant),
  });
  const above = cost("waymark") - cost("bare");
  return {
    results: [
      ratioResult("redirect", "req/s", against("bare", rate), { atLeast: MIN_RATIO }),
      ratioResult("redirect-vs-hono", "req/s", against("hono", rate), { atLeast: MIN_RATIO }),
      ratioResult("redirect-p99", "ms", against("bare", p99), { atMost: MAX_P99_RATIO }),
      limitResult("redirect-cpu-above-bare", "µs", above, MAX_MICROSECONDS),
      {
        ...ratioResult(
          "redirect-logged-once",
          "clicks",
          { value: logged.distinct, baseline: requests },
          { atLeast: 1 },
        ),
        ok: loggedOnce,
      },
      limitResult("redirect-storage-calls", "calls/slice", measured.calls, MAX_CALLS),
      limitResult("redirect-storage-calls-many", "calls/10 s", measured.manyCalls, MAX_CALLS),
      ...first.results.map(({ name, ms }) => limitResult(name, "ms", ms, MAX_FIRST_MS)),
      limitResult("hot-room-size", "KiB gzip", hotRoom.kib, MAX_HOT_ROOM_KIB),
      limitResult("hot-room-start", "ms", hotRoom.startMs, MAX_START_MS),
    ],
    notes: [
      `Load: ${CONNECTIONS} connections; ${plan.turns} slices of ${plan.sliceSeconds} s of each, in turns; medians. ` +
        `${readable(LINKS)} links in use, ${readable(plan.manyLinks)} for redirect-storage-calls-many (${readable(measured.manyRate)} req/s); no link is kept warm.`,
      `Latency p50 / p99, ms: ${VARIANTS.map((name) => `${name} ${readable(p50(name))} / ${readable(p99(name))}`).join(", ")}.`,
      `Processor time of workerd a request, µs, its queue included: ${VARIANTS.map((name) => `${name} ${readable(cost(name))}`).join(", ")}.`,
      `Answers read and compared with their requests: ${readable(measured.compared)}. Sent, and not answered when the generator stopped: ${unanswered}.`,
      `Memory: ${readable(bytes)} bytes a link of an isolate's heap.`,
      ...first.notes,
      hotRoom.method,
    ],
    faults: loggedOnce
      ? []
      : [`${requests} requests, but the log has ${logged.clicks} clicks, ${logged.distinct} of them different`],
  };
}
