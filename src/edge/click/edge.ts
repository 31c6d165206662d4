import type { AbuseKind } from "../pages/abuse-kind.ts";
import type { Shops, ShopsAsked } from "../pages/load-shops.ts";
import type { Config } from "../../ground/config.ts";
import type { Address } from "../link/address.ts";
import type { BlockMemory } from "../block/current.ts";
import type { News } from "../news/news.ts";
import type { LinkCache } from "../link/cache.ts";
import type { Guard } from "../link/guard.ts";
import type { LookupsUnderWay, Resolver } from "../link/resolve.ts";
import type { TierHits } from "../../ground/model/tier.ts";
import type { ClickBuffer } from "./buffer.ts";
import type { NoncePool } from "./nonce.ts";
import type { SeenClick } from "./seen.ts";
import type { TokenKeys } from "./token.ts";
import type { Pseudonyms } from "./visitor.ts";

/** What the redirect keeps between requests: plain data, never another request's I/O. */
export interface EdgeState {
  cache: LinkCache;
  /** What was heard of the change feed: until when the cache is true. */
  news: News;
  blocks: BlockMemory;
  hits: TierHits;
  underWay: LookupsUnderWay;
  guard: Guard;
  buffer: ClickBuffer;
  nonces: NoncePool;
  config: Config;
  /** `null`: the keys are missing or wrong; links then redirect without a click id. */
  tokenKeys: TokenKeys | null;
  /** `null`: the key is missing or weak, so that nobody can be told apart. */
  pseudonyms: Pseudonyms | null;
}

/** What one request may use of the platform. */
export interface EdgeEvent {
  request: Request<unknown, IncomingRequestCfProperties>;
  address: Address;
  /** ms UTC. */
  now: number;
  /** Built only when memory has no fresh answer. */
  resolver: () => Resolver;
  /** Reads the change feed behind the response. */
  hearNews: () => void;
  /** Takes one use off a link's click cap; `false` when none is left. Rejects if storage fails. */
  takeUse: (linkId: string, maxClicks: number) => Promise<boolean>;
  /** Whether a user agent is a program's: asked before a response only for links with a click cap. */
  isBot: (userAgent: string | null) => Promise<boolean>;
  /** Fills an array with random bytes. */
  fillRandom: (bytes: Uint8Array) => void;
  /** Counts a guessed slug against its sender; `false` once there were too many. */
  allowGuess: (address: string) => Promise<boolean>;
  /** Keeps a shopper's report about a link. Rejects if storage fails. */
  keepReport: (report: { linkId: string; kind: AbuseKind; detail: string }) => Promise<void>;
  /** To whom a host and a link belong: asked for pages alone. Rejects if storage fails or takes too long. */
  shops: (asked: ShopsAsked) => Promise<Shops>;
  sendClicks: (clicks: SeenClick[]) => Promise<void>;
  wait: () => Promise<void>;
  waitUntil: (work: Promise<unknown>) => void;
  writePoint: (point: AnalyticsEngineDataPoint) => void;
}
