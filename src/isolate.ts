import { ClickBuffer, FLUSH_AFTER_MS } from "./click/buffer.ts";
import { sendClicks } from "./click/log.ts";
import { NoncePool } from "./click/nonce.ts";
import type { EdgeEvent, EdgeState } from "./click/route.ts";
import { importTokenKeys, type TokenKeys } from "./click/token.ts";
import { Pseudonyms } from "./click/visitor.ts";
import { readConfig } from "./config.ts";
import { createIdSource, type NewId } from "./id.ts";
import { addressOf } from "./link/address.ts";
import { LinkCache } from "./link/cache.ts";
import { takeUse } from "./link/cap.ts";
import { loadLink } from "./link/load.ts";

/** Links kept in memory: at 2 kB each about 20 MB of an isolate's 128. */
const CACHED_LINKS = 5_000;

/** What lives as long as the isolate. */
export interface Isolate {
  edge: EdgeState;
  pseudonyms: Pseudonyms | null;
  newId: NewId;
}

/** Fills an array with random bytes. */
export function fillRandom(bytes: Uint8Array): void {
  crypto.getRandomValues(bytes);
}

/** Builds the isolate's state. Never rejects: with a wrong secret links still redirect. */
export async function createIsolate(env: Env): Promise<Isolate> {
  const config = readConfig(env);
  let tokenKeys: TokenKeys | null = null;
  const problems = [...config.problems];
  try {
    tokenKeys = await importTokenKeys(env.CLICK_TOKEN_KEYS ?? "");
  } catch (error) {
    problems.push(error instanceof Error ? error.message : "CLICK_TOKEN_KEYS can't be read");
  }
  if (problems.length > 0) console.error(JSON.stringify({ event: "configuration", problems }));
  return {
    edge: {
      cache: new LinkCache(CACHED_LINKS),
      buffer: new ClickBuffer(),
      nonces: new NoncePool(fillRandom),
      config: { ...config, problems },
      tokenKeys,
      tokenHeads: new WeakMap(),
    },
    pseudonyms: env.VISITOR_KEY ? new Pseudonyms(env.VISITOR_KEY) : null,
    newId: createIdSource(Date.now, fillRandom),
  };
}

/** What one request to a link may use, with its own bindings. */
export function edgeEvent(isolate: Isolate, request: EdgeEvent["request"], env: Env, ctx: ExecutionContext): EdgeEvent {
  return {
    request,
    address: addressOf(request.url),
    now: Date.now(),
    load: (hostname, slug) => loadLink(env.DB, hostname, slug),
    takeUse: (linkId, maxClicks) => takeUse(env.DB, linkId, maxClicks),
    isBot: async (userAgent) => (await import("./click/classify.ts")).botReason(userAgent) !== null,
    sendClicks: (clicks) =>
      sendClicks(clicks, {
        queue: env.CLICK_QUEUE ?? null,
        direct: async (messages) =>
          (await import("./click/ingest.ts")).ingestClicks(env.DB, isolate.edge.config, messages, Date.now()),
        pseudonyms: isolate.pseudonyms,
        report: (event) => console.error(JSON.stringify(event)),
      }),
    wait: () => scheduler.wait(FLUSH_AFTER_MS),
    waitUntil: (work) => ctx.waitUntil(work),
    writePoint: (point) => env.CLICK_POINTS?.writeDataPoint(point),
  };
}
