import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { FRESH_MS } from "../src/edge/link/cache.ts";
import { workerdMicroseconds } from "./cpu.ts";
import { type HotRoomCost, hotRoomCost } from "./hot-room.ts";
import { loadLinks } from "./links.ts";
import { CONNECTIONS, type LoadGenerator, type LoadOutcome, loadGenerator } from "./load.ts";
import { bundle, COMPATIBILITY_DATE, DIRECT_SOCKET, migrate } from "./miniflare.ts";
import { SLUGS, visitorRequests } from "./requests.ts";
import { limitResult, median, progress, ratioResult, readable, type Report, type RunOptions } from "./result.ts";
import { fire } from "./sockets.ts";

const VARIANTS = ["waymark", "bare", "hono"] as const;
type Variant = (typeof VARIANTS)[number];

/** A slice of load on one variant. wrk knows whole seconds only. */
const SLICE_SECONDS = 1;

/** Turns of all variants are begun for this long. */
const QUICK_SECONDS = 20;
const FULL_SECONDS = 90;

/** Turns at least: a median of less says nothing. */
const MIN_TURNS = 3;

/** The queue's own time to hand over what is under way, ms: a click waits 100 ms for company. */
const SETTLE_MS = 300;

/** Clicks that have not arrived after this long are lost, ms. */
const LOST_AFTER_MS = 10_000;

/** Share of the bare redirect's throughput to reach at least. */
const MIN_RATIO = 0.45;

/** Times the bare redirect's 99th percentile that are allowed. */
const MAX_P99_RATIO = 3;

const MAX_HOT_ROOM_KIB = 40;
const MAX_START_MS = 3;

interface Slice extends LoadOutcome {
  /** Of workerd's processor time, per request; `null` where it can't be read. */
  microseconds: number | null;
}

interface Bench {
  ports: Record<Variant, number>;
  load: LoadGenerator;
  requests: string[];
  storageCalls: () => Promise<number>;
  logged: () => Promise<{ clicks: number; distinct: number }>;
}

/**
 * Measures the full redirect against the least that a redirect can be, alone and behind a router:
 * the same requests, in slices that take turns, in one workerd. Rejects if a request isn't answered
 * as it should be.
 */
export async function benchRedirect({ quick }: RunOptions): Promise<Report> {
  const directory = await mkdtemp(join(tmpdir(), "waymark-bench-"));
  const miniflare = new Miniflare(await workers());
  try {
    const requests = visitorRequests();
    const load = await loadGenerator(requests, directory);
    await loadLinks(await migrate(miniflare, "DB", "waymark"));
    const bench = await open(miniflare, load, requests);
    const hotRoom = await hotRoomCost(directory);
    return await measure(bench, hotRoom, quick ? QUICK_SECONDS : FULL_SECONDS);
  } finally {
    await miniflare.dispose();
    await rm(directory, { recursive: true });
  }
}

async function workers() {
  const [waymark, bare, hono, sink] = await Promise.all(
    ["waymark", "bare", "hono", "sink"].map((name) => bundle(`bench/worker/${name}.ts`)),
  );
  const common = { modules: true, compatibilityDate: COMPATIBILITY_DATE, unsafeDirectSockets: [DIRECT_SOCKET] };
  return convertV4MiniflareOptions({
    workers: [
      {
        ...common,
        name: "waymark",
        script: waymark ?? "",
        unsafeDirectSockets: [DIRECT_SOCKET, { ...DIRECT_SOCKET, entrypoint: "StorageCalls" }],
        bindings: {
          PUBLIC_URL: "",
          CONSENT_POLICY: "deferred",
          DUPLICATE_WINDOW_MINUTES: "60",
          ADMIN_API_KEY: "bench-key-of-32-or-more-characters",
          CLICK_TOKEN_KEYS: `1:${Buffer.alloc(32, 7).toString("base64url")}`,
          VISITOR_KEY: "bench-key-of-32-or-more-characters",
        },
        d1Databases: { DB: "bench" },
        kvNamespaces: { LINKS: "bench" },
        queueProducers: { CLICK_QUEUE: "waymark-clicks" },
        analyticsEngineDatasets: { CLICK_POINTS: { dataset: "waymark_clicks" } },
      },
      { ...common, name: "bare", script: bare ?? "" },
      { ...common, name: "hono", script: hono ?? "" },
      {
        ...common,
        name: "sink",
        script: sink ?? "",
        queueConsumers: { "waymark-clicks": { maxBatchSize: 20, maxBatchTimeout: 0.1 } },
      },
    ],
  });
}

async function open(miniflare: Miniflare, load: LoadGenerator, requests: string[]): Promise<Bench> {
  const portOf = async (worker: string, entrypoint?: string): Promise<number> =>
    Number((await miniflare.unsafeGetDirectURL(worker, entrypoint)).port);
  const [waymark, bare, hono, sink, storageCalls] = await Promise.all([
    portOf("waymark"),
    portOf("bare"),
    portOf("hono"),
    portOf("sink"),
    portOf("waymark", "StorageCalls"),
  ]);
  return {
    ports: { waymark, bare, hono },
    load,
    requests,
    storageCalls: async () => (await ask(storageCalls)) as number,
    logged: async () => (await ask(sink)) as { clicks: number; distinct: number },
  };
}

async function ask(port: number): Promise<unknown> {
  return (await fetch(`http://127.0.0.1:${port}/`)).json();
}

async function measure(bench: Bench, hotRoom: HotRoomCost, seconds: number): Promise<Report> {
  const slices: Record<Variant, Slice[]> = { waymark: [], bare: [], hono: [] };
  const warmth: Warmth = { freshUntil: 0, dueFrom: 0 };
  let requests = 0;
  let unanswered = 0;
  let warmCalls = 0;
  const endAt = performance.now() + seconds * 1000;
  // The first turn doesn't count: the compiler needs to have seen the code run.
  for (let turn = 0; turn <= MIN_TURNS || performance.now() < endAt; turn++) {
    for (let place = 0; place < VARIANTS.length; place++) {
      const variant = VARIANTS[(turn + place) % VARIANTS.length] ?? "bare";
      if (variant === "waymark") requests += await keepWarm(bench, warmth);
      const before = await bench.storageCalls();
      const slice = await runSlice(bench, variant);
      if (variant === "waymark") {
        requests += slice.requests;
        unanswered += slice.unanswered;
        warmCalls += (await bench.storageCalls()) - before;
      }
      if (turn > 0) slices[variant].push(slice);
      progress(`  ${variant.padEnd(8)} ${readable(slice.requests / slice.seconds)} req/s`);
    }
  }
  return report(bench, slices, await settledLog(bench, requests), { requests, unanswered }, warmCalls, hotRoom);
}

/** The ages of the links in the Worker's memory, by the clock of `performance.now()`. */
interface Warmth {
  /** Until then none needs a look at storage. */
  freshUntil: number;
  /** From then on all do. */
  dueFrom: number;
}

/**
 * Sees to it that no link falls due in the slice that follows: those looks at storage are real, but
 * come once in ten seconds, which a second can't show. Returns the number of requests made.
 */
async function keepWarm(bench: Bench, warmth: Warmth): Promise<number> {
  if (performance.now() + 2 * SLICE_SECONDS * 1000 < warmth.freshUntil) return 0;
  await sleep(Math.max(0, warmth.dueFrom - performance.now()));
  warmth.freshUntil = performance.now() + FRESH_MS;
  const requests = await warmUp(bench);
  warmth.dueFrom = performance.now() + FRESH_MS;
  return requests;
}

/** Asks for every link once, so that all are in memory. Returns the number of requests. */
async function warmUp(bench: Bench): Promise<number> {
  const volley = { port: bench.ports.waymark, requests: bench.requests, connections: CONNECTIONS };
  const outcome = await fire({ ...volley, seconds: Infinity, total: SLUGS }, requireFullRedirect);
  if (outcome.failed > 0) throw new Error(`${outcome.failed} of ${outcome.completed} warm-up requests failed`);
  let calls = -1;
  // Lookups of links that were in memory already go on behind the responses.
  for (let now = await bench.storageCalls(); now !== calls; now = await bench.storageCalls()) {
    calls = now;
    await sleep(100);
  }
  if (calls < SLUGS) throw new Error(`${SLUGS} links came from only ${calls} calls: the count misses some`);
  return outcome.completed;
}

/** Whether an answer is the redirect that the benchmark means to measure, with all its parts. */
function requireFullRedirect(head: string): void {
  const parts = [
    /^HTTP\/1\.1 302 /,
    /\r\nlocation: https:\/\/shop\.example\/products\/\d+\?[^\r]*utm_source=lea\.makes&[^\r]*wm_click=[\w-]{56}/i,
    /\r\nset-cookie: __Secure-wm_click=[\w-]{56}; /i,
    /\r\ncache-control: private, no-store/i,
  ];
  if (!parts.every((part) => part.test(head))) throw new Error(`not the redirect to measure:\n${head}`);
}

async function runSlice(bench: Bench, variant: Variant): Promise<Slice> {
  const before = workerdMicroseconds();
  const outcome = await bench.load.run(bench.ports[variant], SLICE_SECONDS);
  // What the clicks still cost after their responses is theirs too.
  await sleep(SETTLE_MS);
  const after = workerdMicroseconds();
  return { ...outcome, microseconds: before === null || after === null ? null : (after - before) / outcome.requests };
}

/** What the log holds once everything that is due has arrived. */
async function settledLog(bench: Bench, expected: number): Promise<{ clicks: number; distinct: number }> {
  const giveUpAt = performance.now() + LOST_AFTER_MS;
  let logged = await bench.logged();
  while (logged.clicks < expected && performance.now() < giveUpAt) {
    await sleep(100);
    logged = await bench.logged();
  }
  // One more look, for what came twice.
  await sleep(SETTLE_MS);
  return bench.logged();
}

function report(
  bench: Bench,
  slices: Record<Variant, Slice[]>,
  logged: { clicks: number; distinct: number },
  { requests, unanswered }: { requests: number; unanswered: number },
  warmCalls: number,
  hotRoom: HotRoomCost,
): Report {
  const rate = (variant: Variant): number => median(slices[variant].map((slice) => slice.requests / slice.seconds));
  const p50 = (variant: Variant): number => median(slices[variant].map((slice) => slice.p50));
  const p99 = (variant: Variant): number => median(slices[variant].map((slice) => slice.p99));
  const loggedOnce =
    logged.clicks === logged.distinct && logged.clicks >= requests && logged.clicks <= requests + unanswered;
  const against = (variant: Variant, figure: (of: Variant) => number) => ({
    value: figure("waymark"),
    baseline: figure(variant),
  });
  return {
    results: [
      ratioResult("redirect", "req/s", against("bare", rate), { atLeast: MIN_RATIO }),
      ratioResult("redirect-vs-hono", "req/s", against("hono", rate), { atLeast: MIN_RATIO }),
      ratioResult("redirect-p99", "ms", against("bare", p99), { atMost: MAX_P99_RATIO }),
      {
        ...ratioResult(
          "redirect-logged-once",
          "clicks",
          { value: logged.distinct, baseline: requests },
          { atLeast: 1 },
        ),
        ok: loggedOnce,
      },
      limitResult("redirect-d1-calls", "calls", warmCalls, 0),
      limitResult("hot-room-size", "KiB gzip", hotRoom.kib, MAX_HOT_ROOM_KIB),
      limitResult("hot-room-start", "ms", hotRoom.startMs, MAX_START_MS),
    ],
    notes: [
      `Load: ${bench.load.name}; ${slices.bare.length} slices of ${SLICE_SECONDS} s each, in turns; medians.`,
      `Latency p50 / p99, ms: ${VARIANTS.map((name) => `${name} ${readable(p50(name))} / ${readable(p99(name))}`).join(", ")}.`,
      cpuNote(slices),
      `Requests that the generator sent and had no answer to when it stopped: ${unanswered}.`,
      "Calls counted: those to D1, KV and the colo's cache while every link was in memory.",
      hotRoom.method,
    ],
    faults: loggedOnce
      ? []
      : [`${requests} requests, but the log has ${logged.clicks} clicks, ${logged.distinct} of them different`],
  };
}

function cpuNote(slices: Record<Variant, Slice[]>): string {
  const costs = VARIANTS.map((variant) => {
    const values = slices[variant].map((slice) => slice.microseconds).filter((value) => value !== null);
    return values.length === 0 ? null : median(values);
  });
  if (costs.some((cost) => cost === null)) return "Processor time: not to be read on this system.";
  const [waymark = 0, bare = 0] = costs.map(Number);
  const list = VARIANTS.map((variant, index) => `${variant} ${readable(costs[index] ?? 0)}`).join(", ");
  return `Processor time of workerd a request, µs, its queue included: ${list}; ${readable(bare / waymark)} × bare.`;
}
