import { setTimeout as sleep } from "node:timers/promises";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { bundle, COMPATIBILITY_DATE, type D1, DIRECT_SOCKET, migrate } from "./miniflare.ts";
import { median, progress, ratioResult, readable, type Report, type RunOptions } from "./result.ts";
import { fire } from "./sockets.ts";

/** A slice of load on one variant, s. */
const SLICE_SECONDS = 1;

/** Turns of both variants are begun for this long, s. */
const QUICK_SECONDS = 15;
const FULL_SECONDS = 60;

/** Connections that a load keeps open. */
const CONNECTIONS = 32;

/** Requests prepared for a slice; more than any answers in its time. */
const PREPARED = 6_000;

/** Events of one request, as a page that was busy sends them. */
const BATCH = 20;

/** Shares of a bare insert's throughput to reach at least, with what happens behind the answer. */
const MIN_RATIO = 0.1;
const MIN_BATCHED_RATIO = 0.3;

/** An event that has not arrived in the inbox after this long is lost, ms. */
const LOST_AFTER_MS = 20_000;

const VARIANTS = ["order", "batched", "bare"] as const;
type Variant = (typeof VARIANTS)[number];

/**
 * Measures how many events a second are accepted, each durable before its answer: orders one a request,
 * and events in batches, against a Worker that does nothing but insert one row a request, in slices that
 * take turns in one workerd. What is made of the orders behind the answers is part of it. Rejects if an
 * answer isn't 202.
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
    return await measure(ports, db, quick ? QUICK_SECONDS : FULL_SECONDS);
  } finally {
    await miniflare.dispose();
  }
}

async function measure(ports: { waymark: number; bare: number }, db: D1, seconds: number): Promise<Report> {
  const rates: Record<Variant, number[]> = { order: [], batched: [], bare: [] };
  let prepared = 0;
  let accepted = 0;
  const endAt = performance.now() + seconds * 1000;
  // The first turn doesn't count: the compiler needs to have seen the code run.
  for (let turn = 0; turn < 4 || performance.now() < endAt; turn++) {
    for (const variant of VARIANTS) {
      const events = variant === "batched" ? BATCH : 1;
      const requests = Array.from({ length: PREPARED }, () =>
        requestOf(Array.from({ length: events }, () => (variant === "batched" ? trackEvent : orderEvent)(prepared++))),
      );
      const port = variant === "bare" ? ports.bare : ports.waymark;
      const volley = { port, requests, connections: CONNECTIONS, seconds: SLICE_SECONDS, total: PREPARED, status: 202 };
      const outcome = await fire(volley);
      if (outcome.failed > 0) throw new Error(`${outcome.failed} of ${outcome.completed} ${variant} requests failed`);
      if (variant !== "bare") accepted += outcome.completed * events;
      const rate = (outcome.completed * events) / outcome.seconds;
      if (turn > 0) rates[variant].push(rate);
      progress(`  ${variant.padEnd(7)} ${readable(rate)} events/s`);
    }
  }
  const kept = await settled(db, accepted);
  const baseline = median(rates.bare);
  return {
    results: [
      ratioResult("events", "orders/s", { value: median(rates.order), baseline }, { atLeast: MIN_RATIO }),
      ratioResult(
        "events-batched",
        "events/s",
        { value: median(rates.batched), baseline },
        { atLeast: MIN_BATCHED_RATIO },
      ),
    ],
    notes: [
      `Events: ${rates.bare.length} slices of ${SLICE_SECONDS} s each, ${CONNECTIONS} connections; orders one a ` +
        `request and credited behind the answer, other events ${BATCH} a request, a bare insert of one row a request.`,
    ],
    faults: kept === accepted ? [] : [`${accepted} events were accepted, but the inbox has ${kept}`],
  };
}

/** How many events the inbox holds once all that were accepted are there. */
async function settled(db: D1, expected: number): Promise<number> {
  const giveUpAt = performance.now() + LOST_AFTER_MS;
  for (;;) {
    const kept = (await db.prepare("SELECT count(*) AS n FROM inbox").first<number>("n")) ?? 0;
    if (kept >= expected || performance.now() > giveUpAt) return kept;
    await sleep(200);
  }
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
