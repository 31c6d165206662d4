import { setTimeout as sleep } from "node:timers/promises";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { bundle, COMPATIBILITY_DATE, type D1, DIRECT_SOCKET, migrate } from "./miniflare.ts";
import { median, progress, ratioResult, readable, type Report, type RunOptions } from "./result.ts";
import { fire } from "./sockets.ts";

/** A slice of load on one variant, s, and one of the first turn, which doesn't count: the compiler needs to have seen the code run. */
const SLICE_SECONDS = 4;
const WARM_SECONDS = 1;

/** Turns of all variants that count. */
const QUICK_TURNS = 2;
const FULL_TURNS = 6;

/** Connections that a load keeps open. */
const CONNECTIONS = 32;

/** Events of one request, as a page that was busy sends them. */
const BATCH = 20;

/** Shares of a bare insert's throughput to reach at least, with what happens behind the answer. */
const MIN_RATIO = 0.5;
const MIN_BATCHED_RATIO = 0.3;

/** The same of orders credited, over the slice and the time until the last of its orders is. */
const MIN_CREDITED_RATIO = 0.4;

/** What isn't credited after this long is lost, ms. */
const LOST_AFTER_MS = 60_000;

/** How often the work left is looked at, ms. */
const LOOK_MS = 100;

/** So many looks without anything done mean that the isolate has left the rest to the cron. */
const IDLE_LOOKS = 10;

const VARIANTS = ["order", "batched", "bare"] as const;
type Variant = (typeof VARIANTS)[number];

/** Requests prepared for a second; more than any answers in it. */
const PREPARED: Readonly<Record<Variant, number>> = { order: 3_000, batched: 800, bare: 4_000 };

/**
 * Measures how many events a second are accepted, each durable before its answer: orders one a request,
 * and events in batches, against a Worker that does nothing but insert one row a request, in slices that
 * take turns in one workerd. What is made of the orders behind the answers is part of it; a slice begins once
 * all of the one before is credited. Rejects if an answer isn't 202.
 */
export async function benchEvents({ quick }: RunOptions): Promise<Report> {
  const [waymark, bare] = await Promise.all(
    ["waymark", "bare-events"].map((name) => bundle(`bench/worker/${name}.ts`)),
  );
  const common = { modules: true, compatibilityDate: COMPATIBILITY_DATE, unsafeDirectSockets: [DIRECT_SOCKET] };
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      workers: [
        {
          ...common,
          name: "waymark",
          script: waymark ?? "",
          bindings: {
            ADMIN_API_KEY: "bench-key-of-32-or-more-characters",
            CLICK_TOKEN_KEYS: `1:${Buffer.alloc(32, 7).toString("base64url")}`,
            VISITOR_KEY: "bench-key-of-32-or-more-characters",
          },
          d1Databases: { DB: "bench" },
          kvNamespaces: { LINKS: "bench" },
        },
        { ...common, name: "bare", script: bare ?? "", d1Databases: { DB: "bare" } },
      ],
    }),
  );
  try {
    const db = await migrate(miniflare, "DB", "waymark");
    await db
      .prepare(
        `INSERT INTO stores (id, key, name, provider, origins, currency, timezone, click_param, attribution, secret_hash,
           created_at, updated_at)
         VALUES ('str_0000000000000001', 'bench', 'Bench', 'ast', '[]', 'EUR', 'UTC', 'wm_click',
           '{"model":"last_click","windowDays":30,"codePriority":false}', '', 0, 0)`,
      )
      .run();
    const plain = await miniflare.getD1Database("DB", "bare");
    await plain.prepare("CREATE TABLE bare_events (id TEXT PRIMARY KEY, received_at INTEGER, body TEXT)").run();
    const portOf = async (worker: string): Promise<number> => Number((await miniflare.unsafeGetDirectURL(worker)).port);
    const ports = { waymark: await portOf("waymark"), bare: await portOf("bare") };
    const runCron = async (): Promise<void> =>
      void (await (await miniflare.getWorker("waymark")).scheduled({ cron: "* * * * *" }));
    return await measure(ports, { db, runCron }, quick ? QUICK_TURNS : FULL_TURNS);
  } finally {
    await miniflare.dispose();
  }
}

/** What is looked at between slices. */
interface Behind {
  db: D1;
  /** Runs what the cron does every minute. */
  runCron: () => Promise<void>;
}

async function measure(ports: { waymark: number; bare: number }, behind: Behind, turns: number): Promise<Report> {
  const rates: Record<Variant, number[]> = { order: [], batched: [], bare: [] };
  const credited: number[] = [];
  const drains: Drain[] = [];
  const accepted = { order: 0, batched: 0 };
  let prepared = 0;
  for (let turn = 0; turn <= turns; turn++) {
    for (const variant of VARIANTS) {
      const events = variant === "batched" ? BATCH : 1;
      const seconds = turn === 0 ? WARM_SECONDS : SLICE_SECONDS;
      const total = PREPARED[variant] * seconds;
      const requests = Array.from({ length: total }, () =>
        requestOf(Array.from({ length: events }, () => (variant === "batched" ? trackEvent : orderEvent)(prepared++))),
      );
      const port = variant === "bare" ? ports.bare : ports.waymark;
      const outcome = await fire({ port, requests, connections: CONNECTIONS, seconds, total, status: 202 });
      if (outcome.failed > 0) throw new Error(`${outcome.failed} of ${outcome.completed} ${variant} requests failed`);
      const rate = (outcome.completed * events) / outcome.seconds;
      if (turn > 0) rates[variant].push(rate);
      progress(`  ${variant.padEnd(7)} ${readable(rate)} events/s`);
      if (variant === "bare") continue;
      accepted[variant] += outcome.completed * events;
      const drain = await drained(behind);
      if (variant === "batched" || turn === 0) continue;
      drains.push(drain);
      credited.push(outcome.completed / (outcome.seconds + drain.seconds));
      progress(`          ${drain.left} orders left, credited after ${readable(drain.seconds)} s`);
    }
  }
  const baseline = median(rates.bare);
  const left = median(drains.map((drain) => drain.left));
  const seconds = median(drains.map((drain) => drain.seconds));
  const byCron = drains.filter(({ crons }) => crons > 0).length;
  return {
    results: [
      ratioResult("events", "orders/s", { value: median(rates.order), baseline }, { atLeast: MIN_RATIO }),
      ratioResult(
        "events-credited",
        "orders/s",
        { value: median(credited), baseline },
        { atLeast: MIN_CREDITED_RATIO },
      ),
      ratioResult(
        "events-batched",
        "events/s",
        { value: median(rates.batched), baseline },
        { atLeast: MIN_BATCHED_RATIO },
      ),
    ],
    notes: [
      `Events: ${turns} slices of ${SLICE_SECONDS} s each, ${CONNECTIONS} connections; orders one a request and ` +
        `credited behind the answer, other events ${BATCH} a request, a bare insert of one row a request. At the end ` +
        `of a slice ${readable(left)} orders were accepted and not credited yet; the last was after ` +
        `${readable(seconds)} s${byCron === 0 ? "" : `, in ${byCron} slices by the cron`}. All were in the end.`,
    ],
    faults: await faultsOf(behind.db, accepted),
  };
}

/** What was left behind the answers of a slice. */
interface Drain {
  /** Reports and orders that were yet to be processed when it ended. */
  left: number;
  /** How long that took, s. */
  seconds: number;
  /** How often the cron had to be run for it. */
  crons: number;
}

/** Waits until nothing is left behind the answers, with the cron's help where the isolate has ended its part. */
async function drained({ db, runCron }: Behind): Promise<Drain> {
  const started = performance.now();
  const left = await workLeft(db);
  let [before, idle, crons] = [left, 0, 0];
  for (let now = left; now > 0 && performance.now() - started < LOST_AFTER_MS; now = await workLeft(db)) {
    idle = now === before ? idle + 1 : 0;
    before = now;
    if (idle > IDLE_LOOKS) {
      await runCron();
      [idle, crons] = [0, crons + 1];
    } else await sleep(LOOK_MS);
  }
  return { left, seconds: (performance.now() - started) / 1000, crons };
}

/** Reports to be processed, and orders to be settled. */
async function workLeft(db: D1): Promise<number> {
  const left = await db
    .prepare(
      `SELECT (SELECT count(*) FROM inbox WHERE next_at IS NOT NULL) + (SELECT count(*) FROM settlements_due) AS n`,
    )
    .first<number>("n");
  return left ?? 0;
}

/** Every event that was accepted is kept, once, and every order is credited, once. */
async function faultsOf(db: D1, accepted: { order: number; batched: number }): Promise<string[]> {
  const found = await db
    .prepare(
      `SELECT (SELECT count(*) FROM inbox) AS kept, (SELECT count(DISTINCT body ->> 'id') FROM inbox) AS events,
         (SELECT count(*) FROM inbox WHERE verdict = 'used') AS used, (SELECT count(*) FROM orders) AS orders`,
    )
    .first<Record<"kept" | "events" | "used" | "orders", number>>();
  const expected = { kept: accepted.order + accepted.batched, orders: accepted.order };
  const { kept = 0, events = 0, used = 0, orders = 0 } = found ?? {};
  return [
    ...(kept === expected.kept && events === kept
      ? []
      : [`${expected.kept} events were accepted, but the inbox has ${events} of them in ${kept} rows`]),
    ...(used === expected.orders && orders === used
      ? []
      : [`${expected.orders} orders were accepted, but ${used} reports became ${orders} orders`]),
  ];
}

function orderEvent(n: number): unknown {
  return {
    v: 1,
    id: `bench${n}`,
    type: "order",
    at: Date.now(),
    consent: "unknown",
    url: "https://shop.example/thank-you",
    data: { orderId: `bench-${n}`, amount: "49.90", currency: "EUR", codes: ["LEA10"] },
  };
}

function trackEvent(n: number): unknown {
  return {
    v: 1,
    id: `bench${n}`,
    type: "track",
    at: Date.now(),
    consent: "unknown",
    url: "https://shop.example/products/linen-shirt",
    data: { name: "add_to_cart", value: "49.90", currency: "EUR" },
  };
}

function requestOf(events: readonly unknown[]): string {
  const body = JSON.stringify(events.length === 1 ? events[0] : events);
  return [
    "POST /t/events?s=bench HTTP/1.1",
    "Host: go.brand.test",
    "Content-Type: text/plain;charset=UTF-8",
    `Content-Length: ${Buffer.byteLength(body)}`,
    "Origin: https://shop.example",
    `\r\n${body}`,
  ].join("\r\n");
}
