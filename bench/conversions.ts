import { setTimeout as sleep } from "node:timers/promises";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { bundle, COMPATIBILITY_DATE, type D1, DIRECT_SOCKET, migrate } from "./miniflare.ts";
import { median, progress, ratioResult, readable, type Report, type RunOptions } from "./result.ts";
import { fire } from "./sockets.ts";

/** A slice of load on one store, s, and one of the first turn, which doesn't count: the compiler needs to have seen the code run. */
const SLICE_SECONDS = 3;
const WARM_SECONDS = 1;

/** Turns of both stores that count. */
const QUICK_TURNS = 2;
const FULL_TURNS = 6;

/** Connections that a load keeps open, and events of one request, as a page that was busy sends them. */
const CONNECTIONS = 16;
const BATCH = 20;

/** Definitions that the one store has, each of which one event in so many meets. */
const DEFINITIONS = 50;

/** Shares of what is taken from a store without definitions to reach at least: as it is answered, and once all of it is counted. */
const MIN_RATIO = 0.5;
const MIN_COUNTED_RATIO = 0.25;

/** What isn't counted after this long is lost, ms; how often it is looked at; and looks without progress until the cron is run. */
const LOST_AFTER_MS = 120_000;
const LOOK_MS = 100;
const IDLE_LOOKS = 10;

const STORES = ["none", "fifty"] as const;
type Store = (typeof STORES)[number];

/** Requests prepared for a second; more than are answered in it. */
const PREPARED = 800;

/**
 * Measures how many events a second are accepted for a store with fifty active definitions, each of which is asked of
 * every event, against a store that has none, in slices that take turns in one workerd; and how many are counted in the
 * end. Each event meets one definition. Rejects if an answer isn't 202.
 */
export async function benchConversions({ quick }: RunOptions): Promise<Report> {
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      modules: true,
      compatibilityDate: COMPATIBILITY_DATE,
      unsafeDirectSockets: [DIRECT_SOCKET],
      name: "waymark",
      script: await bundle("bench/worker/waymark.ts"),
      bindings: {
        ADMIN_API_KEY: "bench-key-of-32-or-more-characters",
        CLICK_TOKEN_KEYS: `1:${Buffer.alloc(32, 7).toString("base64url")}`,
        VISITOR_KEY: "bench-key-of-32-or-more-characters",
      },
      d1Databases: { DB: "bench" },
      kvNamespaces: { LINKS: "bench" },
    }),
  );
  try {
    const db = await migrate(miniflare, "DB", "waymark");
    await insertStores(db);
    const port = Number((await miniflare.unsafeGetDirectURL("waymark")).port);
    const runCron = async (): Promise<void> =>
      void (await (await miniflare.getWorker("waymark")).scheduled({ cron: "* * * * *" }));
    return await measure(port, { db, runCron }, quick ? QUICK_TURNS : FULL_TURNS);
  } finally {
    await miniflare.dispose();
  }
}

async function insertStores(db: D1): Promise<void> {
  for (const [index, key] of STORES.entries()) {
    await db
      .prepare(
        `INSERT INTO stores (id, key, name, provider, origins, currency, timezone, click_param, attribution, secret_hash,
           created_at, updated_at)
         VALUES (?1, ?2, ?2, 'ast', '[]', 'EUR', 'UTC', 'wm_click',
           '{"model":"last_click","windowDays":30,"codePriority":false}', '', 0, 0)`,
      )
      .bind(`str_000000000000000${index + 1}`, key)
      .run();
  }
  await db
    .prepare(
      `WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ${DEFINITIONS - 1})
       INSERT INTO conversion_definitions (id, store_id, name, key, status, triggers, listens, value, currency,
         max_per_contact, applies_to_past, effective_from, activated_at, version, created_at, updated_at)
       SELECT printf('cdf_%016d', i), 'str_0000000000000002', 'Goal ' || i, 'goal-' || i, 'active',
         json_array(
           json_object('type', 'event', 'event', 'signed_up',
             'where', json_array(json_object('property', 'plan', 'is', 'equals', 'value', 'plan-' || i))),
           json('{"type":"url","url":{"is":"contains","value":"/thank-you"},"where":[]}')),
         ',event,url,', '{"mode":"event"}', 'EUR', iif(i % 2, '{"times":1,"windowDays":30}', NULL), 0, 0, 0, 1, 0, 0
       FROM n`,
    )
    .run();
}

/** What is looked at between slices. */
interface Behind {
  db: D1;
  /** Runs what the cron does every minute. */
  runCron: () => Promise<void>;
}

async function measure(port: number, behind: Behind, turns: number): Promise<Report> {
  const rates: Record<Store, number[]> = { none: [], fifty: [] };
  const counted: Record<Store, number[]> = { none: [], fifty: [] };
  let [prepared, accepted] = [0, 0];
  for (let turn = 0; turn <= turns; turn++) {
    for (const store of STORES) {
      const seconds = turn === 0 ? WARM_SECONDS : SLICE_SECONDS;
      const total = PREPARED * seconds;
      const requests = Array.from({ length: total }, () =>
        requestOf(
          store,
          Array.from({ length: BATCH }, () => trackEvent(prepared++)),
        ),
      );
      const outcome = await fire({ port, requests, connections: CONNECTIONS, seconds, total, status: 202 });
      if (outcome.failed > 0) throw new Error(`${outcome.failed} of ${outcome.completed} ${store} requests failed`);
      const events = outcome.completed * BATCH;
      if (store === "fifty") accepted += events;
      const drain = await drained(behind);
      progress(
        `  ${store.padEnd(5)} ${readable(events / outcome.seconds)} events/s, all done ${readable(drain)} s later`,
      );
      if (turn === 0) continue;
      rates[store].push(events / outcome.seconds);
      counted[store].push(events / (outcome.seconds + drain));
    }
  }
  const conversions = await behind.db.prepare("SELECT count(*) AS n FROM conversions").first<number>("n");
  const result = (name: string, of: Record<Store, number[]>, atLeast: number) =>
    ratioResult(name, "events/s", { value: median(of.fifty), baseline: median(of.none) }, { atLeast });
  return {
    results: [result("conversions", rates, MIN_RATIO), result("conversions-counted", counted, MIN_COUNTED_RATIO)],
    notes: [
      `Conversions: ${turns} slices of ${SLICE_SECONDS} s each, ${BATCH} events a request, ${CONNECTIONS} connections; ` +
        `the events of a store with ${DEFINITIONS} active definitions, each of which meets one, against those of a store without.`,
    ],
    faults:
      conversions === accepted ? [] : [`${accepted} events that meet a definition made ${conversions} conversions`],
  };
}

/** Waits until nothing is left behind the answers, with the cron's help where the isolate has ended its part. Answers how long that took, s. */
async function drained({ db, runCron }: Behind): Promise<number> {
  const started = performance.now();
  let [before, idle] = [-1, 0];
  for (;;) {
    const left = await db
      .prepare(
        "SELECT (SELECT count(*) FROM inbox WHERE next_at IS NOT NULL) + (SELECT count(*) FROM conversions_due) AS n",
      )
      .first<number>("n");
    if (left === 0 || performance.now() - started > LOST_AFTER_MS) return (performance.now() - started) / 1000;
    idle = left === before ? idle + 1 : 0;
    before = left ?? 0;
    if (idle > IDLE_LOOKS) {
      await runCron();
      idle = 0;
    } else await sleep(LOOK_MS);
  }
}

function trackEvent(n: number): unknown {
  return {
    v: 1,
    id: `bench${n}`,
    type: "track",
    at: Date.now(),
    consent: "unknown",
    url: "https://shop.example/products/linen-shirt",
    view: `view${n}`,
    data: { event: "signed_up", plan: `plan-${n % DEFINITIONS}`, value: "49.90", currency: "EUR" },
  };
}

function requestOf(store: Store, events: readonly unknown[]): string {
  const body = JSON.stringify(events);
  return [
    `POST /t/events?s=${store} HTTP/1.1`,
    "Host: go.brand.test",
    "Content-Type: text/plain;charset=UTF-8",
    `Content-Length: ${Buffer.byteLength(body)}`,
    "Origin: https://shop.example",
    `\r\n${body}`,
  ].join("\r\n");
}
