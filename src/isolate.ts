import { currentBlocklist, noBlocks } from "./edge/block/current.ts";
import { loadBlocklist } from "./edge/block/load.ts";
import type { Blocklist } from "./edge/block/match.ts";
import { ClickBuffer, FLUSH_AFTER_MS } from "./edge/click/buffer.ts";
import type { SeenClick } from "./edge/click/seen.ts";
import { sendClicks } from "./edge/click/send.ts";
import { NoncePool } from "./edge/click/nonce.ts";
import type { EdgeEvent, EdgeState } from "./edge/click/edge.ts";
import { importTokenKeys, type TokenKeys } from "./edge/click/token.ts";
import { Pseudonyms } from "./edge/click/visitor.ts";
import { readConfig, strongSecret } from "./ground/config.ts";
import { inTime } from "./ground/in-time.ts";
import { type Address, addressOf } from "./edge/link/address.ts";
import { LinkCache } from "./edge/link/cache.ts";
import { coloTier } from "./edge/link/colo-tier.ts";
import { Guard } from "./edge/link/guard.ts";
import { databaseTier } from "./edge/link/load.ts";
import { isOutdated, type Resolver } from "./edge/link/resolve.ts";
import type { FoundLink, LinkTier } from "./edge/link/tier.ts";
import { hearBefore, hearBehind, type Listener } from "./edge/news/listen.ts";
import { loadNews } from "./edge/news/load.ts";
import { News } from "./edge/news/news.ts";
import { noHits } from "./ground/model/tier.ts";

/** Links kept in memory, in each of two generations: at 2 kB each about 50 MB of an isolate's 128. */
const CACHED_LINKS = 12_000;

/** Characters that name a message of clicks: see `PackedMessage`. */
const BATCH_ID_LENGTH = 16;

/** How long a shopper waits for what a redirect can do without, ms. */
const PATIENCE_MS = 1_000;

/** Rejects if work takes longer than a shopper should wait. */
const soon = <Result>(work: Promise<Result>): Promise<Result> => inTime(work, PATIENCE_MS, (ms) => scheduler.wait(ms));

/** What lives as long as the isolate. */
export interface Isolate {
  edge: EdgeState;
  /** Deliveries of the queues that are being consumed. */
  deliveries: number;
}

/** Fills an array with random bytes. */
export function fillRandom(bytes: Uint8Array): void {
  crypto.getRandomValues(bytes);
}

/** Builds the isolate's state. Never rejects: with a wrong secret links still redirect. */
export async function createIsolate(env: Env): Promise<Isolate> {
  const config = readConfig(env);
  const visitorKey = strongSecret(env.VISITOR_KEY);
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
      news: new News(),
      blocks: noBlocks(),
      hits: noHits(),
      underWay: new Map(),
      guard: new Guard(),
      buffer: new ClickBuffer(),
      nonces: new NoncePool(fillRandom),
      config: { ...config, problems },
      tokenKeys,
      pseudonyms: visitorKey === null ? null : new Pseudonyms(visitorKey),
    },
    deliveries: 0,
  };
}

/** What one request to a link may use, with its own bindings. A class, so that a redirect makes no closures. */
export class LinkRequest implements EdgeEvent {
  readonly request: EdgeEvent["request"];
  readonly address: Address;
  readonly now: number;
  readonly #isolate: Isolate;
  readonly #env: Env;
  readonly #ctx: ExecutionContext;

  constructor(isolate: Isolate, request: EdgeEvent["request"], env: Env, ctx: ExecutionContext) {
    this.request = request;
    this.address = addressOf(request.url);
    this.now = Date.now();
    this.#isolate = isolate;
    this.#env = env;
    this.#ctx = ctx;
  }

  resolver(): Resolver {
    return resolverOf(this.#isolate, this.#env, this.now, (work) => this.waitUntil(work));
  }

  hearNews(): void {
    hearBehind(listenerOf(this.#isolate, this.#env, this.now, (work) => this.waitUntil(work)));
  }

  takeUse(linkId: string, maxClicks: number): Promise<boolean> {
    return soon(import("./edge/rules/cap-store.ts").then(({ takeUse }) => takeUse(this.#env.DB, linkId, maxClicks)));
  }

  async isBot(userAgent: string | null): Promise<boolean> {
    return (await import("./clicks/click/classify.ts")).botReason(userAgent) !== null;
  }

  fillRandom(bytes: Uint8Array): void {
    fillRandom(bytes);
  }

  async allowGuess(address: string): Promise<boolean> {
    return (await this.#env.UNKNOWN_SLUGS?.limit({ key: address }))?.success ?? true;
  }

  async keepReport(report: Parameters<EdgeEvent["keepReport"]>[0]): Promise<void> {
    const [{ keepAbuseReport }, { newId }] = await Promise.all([
      import("./links/abuse/report-store.ts"),
      import("./ids.ts"),
    ]);
    await keepAbuseReport(this.#env.DB, {
      id: newId("abuseReport"),
      ...report,
      createdAt: this.now,
    });
  }

  shops(asked: Parameters<EdgeEvent["shops"]>[0]): ReturnType<EdgeEvent["shops"]> {
    return soon(import("./edge/pages/load-shops.ts").then(({ loadShops }) => loadShops(this.#env.DB, asked)));
  }

  sendClicks(clicks: SeenClick[]): Promise<void> {
    const { edge } = this.#isolate;
    const env = this.#env;
    return sendClicks(clicks, {
      queue: env.CLICK_QUEUE ?? null,
      direct: async (batch) => (await import("./clicks/click/ingest-direct.ts")).ingestDirect(env, edge.config, batch),
      newId: () => (edge.nonces.take() + edge.nonces.take()).slice(0, BATCH_ID_LENGTH),
      unpack: async (batch) => (await import("./clicks/click/unpack.ts")).unpackMessage(batch),
      pseudonyms: edge.pseudonyms,
      read: async (click) => (await import("./clicks/click/read-agent.ts")).readAgent(click),
      report: (event) => console.error(JSON.stringify(event)),
    });
  }

  wait(): Promise<void> {
    return scheduler.wait(FLUSH_AFTER_MS);
  }

  waitUntil(work: Promise<unknown>): void {
    this.#ctx.waitUntil(work);
  }

  writePoint(point: AnalyticsEngineDataPoint): void {
    this.#env.CLICK_POINTS?.writeDataPoint(point);
  }
}

function resolverOf(isolate: Isolate, env: Env, now: number, waitUntil: Resolver["waitUntil"]): Resolver {
  const { cache, config, hits, news, underWay } = isolate.edge;
  // What was read before this isolate's own last write may be what was written.
  const outdated = (found: FoundLink): boolean => found.readAt <= news.doubtedAt || isOutdated(news, found);
  let late: Promise<void> | null = null;
  const patience = (ms = PATIENCE_MS): Promise<void> => (late ??= scheduler.wait(ms));
  let heard: Promise<void> | null = null;
  return {
    cache,
    hits,
    underWay,
    news,
    hear: () => (heard ??= hearBefore({ ...listenerOf(isolate, env, now, waitUntil), wait: patience })),
    tiers: [coloTier(caches.default, outdated), databaseTier(env.DB, now, news.doubtedAt, outdated)],
    standby: env.LINKS ? standbyOf(env.LINKS) : null,
    compileContext: async () => ({
      defaultConsent: config.consentPolicy,
      blocklist: await blocklistOf(isolate, env, now, patience),
    }),
    patience,
    wait: (ms) => scheduler.wait(ms),
    waitUntil,
    now,
  };
}

/** The copies in KV; what reads them is loaded when D1 fails. */
function standbyOf(kv: KVNamespace): LinkTier {
  return {
    name: "standby",
    find: async (address, since) =>
      (await import("./edge/standby/standby-tier.ts")).standbyTier(kv).find(address, since),
  };
}

/** Hears the change feed for all that the isolate keeps in memory. */
function listenerOf(isolate: Isolate, env: Env, now: number, waitUntil: Listener["waitUntil"]): Listener {
  const { blocks, cache, news } = isolate.edge;
  return {
    news,
    load: (position) => loadNews(env.DB, position),
    async apply(changes) {
      cache.doubt(changes, now);
      if (changes === null) blocks.position = -1;
      // Whatever the news: a list that could not be read then is tried again.
      await blocklistOf(isolate, env, now, () => scheduler.wait(PATIENCE_MS));
    },
    wait: (ms) => scheduler.wait(ms),
    waitUntil,
    now,
  };
}

async function blocklistOf(
  { edge }: Isolate,
  env: Env,
  now: number,
  patience: () => Promise<void>,
): Promise<Blocklist> {
  const { blocks, news } = edge;
  return currentBlocklist(blocks, {
    news,
    load: () => loadBlocklist(env.DB),
    patience,
    now,
  });
}
