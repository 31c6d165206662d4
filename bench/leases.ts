import { KEY, leaseWorld, type LeaseWorld, NUMBERS, TARGET } from "./leases-world.ts";
import { median, progress, ratioResult, readable, type Report, type RunOptions } from "./result.ts";
import { fire } from "./sockets.ts";

/** Slices of load, s: of wishes, of the bare Worker, and of the first turn, which doesn't count. */
const SLICE_SECONDS = 4;
const BARE_SECONDS = 1.5;
const WARM_SECONDS = 1;

/** Turns that count. */
const QUICK_TURNS = 2;
const FULL_TURNS = 8;

const CONNECTIONS = 32;

/** Requests prepared for a second; more than are answered in it. */
const PREPARED = 4_500;

/**
 * Times a bare insert's throughput to reach at least. A lease is a dozen rows read and five written where the bare one is
 * one of each, with who may have it, what it counts for and the hour's counts; what makes up for that is that wishes which
 * come together are written together.
 */
const MIN_RATIO = 1;

const AGENT =
  "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1";

/**
 * Measures how many wishes for numbers a second are answered, with half as many visitors more than there are numbers,
 * against a Worker that inserts one row a request unless somebody has the number. Rejects if an answer isn't 200.
 */
export async function benchLeases({ quick }: RunOptions): Promise<Report> {
  const world = await leaseWorld();
  try {
    return await measure(world, quick ? QUICK_TURNS : FULL_TURNS);
  } finally {
    await world.end();
  }
}

async function measure({ ports, db }: LeaseWorld, turns: number): Promise<Report> {
  const rates: Record<"leases" | "bare", number[]> = { leases: [], bare: [] };
  const faults: string[] = [];
  let asked = 0;
  for (let turn = 0; turn <= turns; turn++) {
    const seconds = turn === 0 ? WARM_SECONDS : SLICE_SECONDS;
    const load = { connections: CONNECTIONS, total: PREPARED * seconds, status: 200 };
    const outcome = await fire({ ...load, port: ports.waymark, requests: wishes(turn, PREPARED * seconds), seconds });
    if (outcome.failed > 0) throw new Error(`${outcome.failed} of ${outcome.completed} requests failed`);
    asked += outcome.completed;
    const bareSeconds = turn === 0 ? WARM_SECONDS : BARE_SECONDS;
    const bare = await fire({ ...load, port: ports.bare, requests: bareWishes(turn), seconds: bareSeconds });
    if (turn === 0) continue;
    rates.leases.push(outcome.completed / outcome.seconds);
    rates.bare.push(bare.completed / bare.seconds);
    progress(`  ${readable(rates.leases.at(-1) ?? 0)} wishes/s, bare ${readable(rates.bare.at(-1) ?? 0)} inserts/s`);
  }
  const counted = await db.prepare("SELECT sum(count) AS n FROM number_hours").first<number>("n");
  if (counted !== asked) faults.push(`${asked} wishes were answered, but ${counted} are counted`);
  const doubled = await db
    .prepare(
      `SELECT count(*) AS n FROM number_leases a JOIN number_leases b ON b.number_id = a.number_id AND b.id > a.id
         AND b.visitor_hash <> a.visitor_hash AND b.starts_at < a.free_at`,
    )
    .first<number>("n");
  if (doubled !== 0) faults.push(`${doubled} numbers were two visitors' at once`);
  return {
    results: [
      ratioResult(
        "leases",
        "wishes/s",
        { value: median(rates.leases), baseline: median(rates.bare) },
        { atLeast: MIN_RATIO },
      ),
    ],
    notes: [
      `Leases: ${turns} slices of ${SLICE_SECONDS} s each, ${CONNECTIONS} connections; a pool of ${NUMBERS} numbers, half as ` +
        "many visitors more, each of a network of its own, who ask again and again; a bare conditional insert of one row a " +
        "request. Two thirds of the wishes go on with what they have, a third finds the pool full.",
    ],
    faults,
  };
}

/** The same visitors ask in each turn, in another order. */
function wishes(turn: number, count: number): string[] {
  const visitors = NUMBERS * 1.5;
  return Array.from({ length: count }, (_none, index) => {
    const visitor = (index * 7 + turn * 13) % visitors;
    const body = JSON.stringify({
      v: 1,
      consent: "granted",
      visitor: `visitor-${String(visitor).padStart(14, "0")}`,
      visit: { id: `visit-${visitor}`, landing: "/", origin: { referrer: "www.google.com", adIds: [] } },
      url: "https://shop.example/products/tea",
      targets: [TARGET],
    });
    return requestOf(`/t/numbers?s=${KEY}`, body, `10.${visitor >> 8}.${visitor & 255}.1`);
  });
}

function bareWishes(turn: number): string[] {
  return Array.from({ length: PREPARED }, (_none, index) =>
    requestOf(
      "/",
      JSON.stringify({ visitor: `visitor-${index}`, number: (index * 7 + turn) % (NUMBERS * 1.5) }),
      "10.0.0.1",
    ),
  );
}

function requestOf(path: string, body: string, address: string): string {
  return [
    `POST ${path} HTTP/1.1`,
    "Host: go.brand.test",
    "Content-Type: text/plain;charset=UTF-8",
    `Content-Length: ${Buffer.byteLength(body)}`,
    `User-Agent: ${AGENT}`,
    `CF-Connecting-IP: ${address}`,
    "Origin: https://shop.example",
    "",
    body,
  ].join("\r\n");
}
