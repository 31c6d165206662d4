import { createHmac } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { originsOf, startStand } from "../scripts/shops/stand.ts";
import { makeShop, type StandShop } from "../scripts/shops/stand-client.ts";
import { magentoStand } from "../scripts/shops/magento.ts";
import { shopify } from "../scripts/shops/shopify.ts";
import { bundle, COMPATIBILITY_DATE, type D1, DIRECT_SOCKET, migrate } from "./miniflare.ts";
import { limitResult, median, progress, ratioResult, readable, type Report, type RunOptions } from "./result.ts";
import { fire } from "./sockets.ts";

/** A slice of load on one variant, s, and one of the first turn, which doesn't count. */
const SLICE_SECONDS = 2;
const WARM_SECONDS = 1;

/** Turns of all variants that count. */
const QUICK_TURNS = 2;
const FULL_TURNS = 6;

const CONNECTIONS = 32;

/** Requests prepared for a second; more than any answers in it. */
const PREPARED = { webhook: 2_000, bare: 4_000 };

/** Share of a bare insert's throughput to reach at least. */
const MIN_RATIO = 0.4;

/** Orders of the poll; what it takes is told for the full number. */
const ORDERS = 10_000;
const QUICK_ORDERS = 1_000;

/** Seconds that a poll of all orders takes at most, and rows of D1 that an order takes. */
const MAX_POLL_SECONDS = 120;
const MAX_ROWS = 30;

/** What is left behind answers for so long is lost, ms; how often it is looked at. */
const LOST_AFTER_MS = 15_000;
const LOOK_MS = 100;

const KEY = "bench-key-of-32-or-more-characters";

/**
 * Measures how many orders a second are taken by a connected shop's webhook, each verified and durable before its
 * answer, against a Worker that does nothing but insert the same bodies; and how long it takes to poll all of a shop's
 * orders, which are credited then, with the rows of D1 that an order takes: of Shopify, and of Magento, which is polled
 * alone and asked for the credit memos of each page. The shops are the stand-ins. Rejects if an answer isn't 200.
 */
export async function benchShops({ quick }: RunOptions): Promise<Report> {
  const [waymark, bare] = await Promise.all(["shops", "bare-events"].map((name) => bundle(`bench/worker/${name}.ts`)));
  const stands = await Promise.all([startStand(shopify), startStand(magentoStand)]);
  const [stand, magento] = stands;
  const common = { modules: true, compatibilityDate: COMPATIBILITY_DATE, unsafeDirectSockets: [DIRECT_SOCKET] };
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      workers: [
        {
          ...common,
          name: "waymark",
          script: waymark ?? "",
          bindings: {
            ADMIN_API_KEY: KEY,
            CLICK_TOKEN_KEYS: `1:${Buffer.alloc(32, 7).toString("base64url")}`,
            VISITOR_KEY: KEY,
            PROVIDER_ORIGINS: JSON.stringify(originsOf(stands)),
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
    const plain = await miniflare.getD1Database("DB", "bare");
    await plain.prepare("CREATE TABLE bare_events (id TEXT PRIMARY KEY, received_at INTEGER, body TEXT)").run();
    const url = await miniflare.unsafeGetDirectURL("waymark");
    const shop = await makeShop(stand.origin, { plan: "plus", auth: "token" });
    const storeId = await connected(url, shop, "shopify");
    const ports = { webhook: Number(url.port), bare: Number((await miniflare.unsafeGetDirectURL("bare")).port) };
    const orders = quick ? QUICK_ORDERS : ORDERS;
    const polled = await poll(url, { db, shop, storeId }, orders, { name: "shops", of: "Shopify" });
    const told = await measure({ url, ports }, { db, shop, storeId }, quick ? QUICK_TURNS : FULL_TURNS);
    // From here on only the other one is polled.
    await db.prepare("UPDATE shop_connections SET next_poll_at = NULL, next_check_at = NULL").run();
    const other = await makeShop(magento.origin);
    const asked = { db, shop: other, storeId: await connected(url, other, "magento") };
    const also = await poll(url, asked, orders, { name: "shops-magento", of: "Magento" });
    return {
      results: [...told.results, ...polled.results, ...also.results],
      notes: [...told.notes, ...polled.notes, ...also.notes],
      faults: [...told.faults, ...polled.faults, ...also.faults],
    };
  } finally {
    await miniflare.dispose();
    for (const one of stands) await one.close();
  }
}

/** Makes a store and connects it. Answers its id. */
async function connected(url: URL, shop: StandShop, provider: string): Promise<string> {
  const api = async (method: string, path: string, body: unknown): Promise<{ id: string }> => {
    const response = await fetch(new URL(`/api/v1${path}`, url), {
      method,
      headers: { Authorization: `Bearer ${KEY}` },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return response.json();
  };
  const { id } = await api("POST", "/stores", { name: `Bench ${provider}`, provider });
  await api("PUT", `/stores/${id}/connection`, shop.credentials);
  return id;
}

/** What a load is measured on. */
interface Bench {
  db: D1;
  shop: StandShop;
  storeId: string;
}

/** Takes turns between messages of a shop and bare inserts of the same bodies. */
async function measure(
  { url, ports }: { url: URL; ports: { webhook: number; bare: number } },
  { db, shop, storeId }: Bench,
  turns: number,
): Promise<Report> {
  const { body } = await shop.act<{ body: Record<string, unknown> }>("order", {
    lines: [{ price: "50.00", quantity: 2, sku: "TEE" }],
    quiet: true,
  });
  const rates = { webhook: [] as number[], bare: [] as number[] };
  let [prepared, accepted, leftToCron] = [0, 0, 0];
  for (let turn = 0; turn <= turns; turn++) {
    for (const variant of ["webhook", "bare"] as const) {
      const seconds = turn === 0 ? WARM_SECONDS : SLICE_SECONDS;
      const total = PREPARED[variant] * seconds;
      const requests = Array.from({ length: total }, () => messageOf(body, shop, storeId, prepared++));
      const status = variant === "bare" ? 202 : 200;
      const outcome = await fire({ port: ports[variant], requests, connections: CONNECTIONS, seconds, total, status });
      if (outcome.failed > 0) throw new Error(`${outcome.failed} of ${outcome.completed} ${variant} requests failed`);
      const rate = outcome.completed / outcome.seconds;
      progress(`  ${variant.padEnd(7)} ${readable(rate)} orders/s`);
      if (turn > 0) rates[variant].push(rate);
      if (variant === "bare") continue;
      accepted += outcome.completed;
      leftToCron += await processed(url, db);
    }
  }
  const kept = await db
    .prepare("SELECT count(*) AS n FROM orders WHERE external_id GLOB '9000000*' AND status = 'orphan'")
    .first<number>("n");
  const [value, baseline] = [median(rates.webhook), median(rates.bare)];
  return {
    results: [ratioResult("shops-webhook", "orders/s", { value, baseline }, { atLeast: MIN_RATIO })],
    notes: [
      `Shops: ${turns} slices of ${SLICE_SECONDS} s each, ${CONNECTIONS} connections; Shopify's own bodies of ` +
        `${JSON.stringify(body).length} bytes, verified and kept before the answer, recorded behind it; against bare ` +
        `inserts of the same. Behind the answers a request works for ten seconds; ${leftToCron} of ${accepted} were left to the cron's run.`,
    ],
    faults: kept === accepted ? [] : [`${accepted} messages were answered, but ${kept} orders are recorded`],
  };
}

/** Waits until nothing is left behind the answers. Answers how many messages that took the cron's run for. */
async function processed(url: URL, db: D1): Promise<number> {
  let leftToCron = 0;
  for (const run of ["behind the answers", "by the cron"]) {
    const started = performance.now();
    for (;;) {
      const left = await db.prepare("SELECT count(*) AS n FROM inbox WHERE next_at IS NOT NULL").first<number>("n");
      if (left === 0) return leftToCron;
      if (performance.now() - started < LOST_AFTER_MS) await sleep(LOOK_MS);
      else if (run === "by the cron") throw new Error(`${left} messages are not processed`);
      else {
        leftToCron = left ?? 0;
        await ask(url, "/bench/inbox");
        break;
      }
    }
  }
  return leftToCron;
}

async function ask(url: URL, path: string): Promise<string> {
  const response = await fetch(new URL(path, url));
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return response.text();
}

/** An order's message as the shop signs it, of an order of its own. */
function messageOf(order: Record<string, unknown>, shop: StandShop, storeId: string, n: number): string {
  const id = 9_000_000_000_000 + n;
  const body = JSON.stringify({ ...order, id, admin_graphql_api_id: `gid://shopify/Order/${id}`, name: `#${n}` });
  const signature = createHmac("sha256", shop.credentials["clientSecret"] ?? "")
    .update(body)
    .digest("base64");
  return [
    `POST /webhooks/shopify/${storeId} HTTP/1.1`,
    "Host: go.brand.test",
    "Content-Type: application/json",
    `Content-Length: ${Buffer.byteLength(body)}`,
    `X-Shopify-Shop-Domain: ${shop.name}`,
    "X-Shopify-Topic: orders/create",
    `X-Shopify-Hmac-Sha256: ${signature}`,
    `\r\n${body}`,
  ].join("\r\n");
}

/** Has a shop's orders polled, all within its first day, and processed. */
async function poll(
  url: URL,
  { db, shop, storeId }: Bench,
  orders: number,
  { name, of }: { name: string; of: string },
): Promise<Report> {
  const order = { lines: [{ price: "50.00", quantity: 2, sku: "TEE" }] };
  await shop.act("orders", { count: orders, fromAt: Date.now() - 20 * 3_600_000, stepMs: 5_000, order });
  const before = Number(await ask(url, "/bench/written"));
  const started = performance.now();
  let at = Date.now();
  for (let run = 0; run < 100; run++, at += 6 * 60_000) {
    await ask(url, `/bench/poll?now=${at}`);
    const state = await db
      .prepare(
        "SELECT poll_cursor AS cursor, failure_detail AS failure, polled_to AS at FROM shop_connections WHERE store_id = ?1",
      )
      .bind(storeId)
      .first<{ cursor: string | null; failure: string | null; at: number | null }>();
    if (state?.failure != null) throw new Error(state.failure);
    if (state?.cursor === null && state.at !== null) break;
  }
  const seconds = (performance.now() - started) / 1000;
  const rows = (Number(await ask(url, "/bench/written")) - before) / orders;
  const found = await db
    .prepare("SELECT count(*) AS n FROM orders WHERE store_id = ?1")
    .bind(storeId)
    .first<number>("n");
  const calls = (await shop.calls()).filter(({ label }) => label.startsWith("GET ")).length;
  const all = (seconds * ORDERS) / orders;
  progress(
    `  poll    ${readable(orders / seconds)} orders/s of ${of}, ${readable(rows)} rows an order, ${calls} calls`,
  );
  return {
    results: [
      limitResult(`${name}-poll`, "s for 10,000 orders", all, MAX_POLL_SECONDS),
      limitResult(`${name}-rows`, "rows written an order", rows, MAX_ROWS),
    ],
    notes: [
      `Shops: a poll of ${readable(orders)} orders of ${of}, recorded and credited, from the stand-in on the same machine.`,
    ],
    faults: found === orders ? [] : [`the shop of ${of} has ${orders} orders, but ${found} are recorded`],
  };
}
