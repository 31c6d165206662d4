import type { Config } from "./config.ts";
import type { Database } from "./db/client.ts";
import type { NewId } from "./id.ts";
import type { TierHits } from "./model/tier.ts";
import type { ToldByPage, UntakenBehaviour } from "./model/visit.ts";

/** What the admin app may use, built for each event and passed in: no module reaches for a global. */
export interface Deps {
  env: Env;
  d1: D1Database;
  db: Database;
  config: Config;
  /** ms UTC. */
  now: () => number;
  newId: NewId;
  /** Fills an array with random bytes. */
  random: (bytes: Uint8Array) => void;
  waitUntil: (work: Promise<unknown>) => void;
  /**
   * To be called after anything a redirect depends on was written: memory is asked anew, also for the stores
   * that reports come for, and the standby copies of links by these ids follow, those under these keys go.
   */
  linksChanged: (ids: readonly string[], droppedKeys: readonly string[]) => void;
  /**
   * Settles orders that are marked as due, so that the books follow a change within moments: these, or for so
   * long (ms) whatever is due, with a `rest` between groups. Rejects if the database does; what isn't settled
   * stays due for the cron.
   */
  settle: (limits: { ids?: readonly string[]; timeMs?: number; rest?: () => Promise<void> }) => Promise<void>;
  /**
   * Holds events of these rows of the inbox against their stores' definitions, and for so long (ms) what else is due
   * for that, with a `rest` between groups. Rejects if the database does; what isn't done stays due for the cron.
   */
  evaluate: (limits: { ids?: readonly string[]; timeMs?: number; rest?: () => Promise<void> }) => Promise<void>;
  /**
   * Takes what a page told of its visit, to be counted soon. Answers what can't be taken, and throws a `Problem` (429)
   * for an address that sends too much. What is taken leaves the isolate behind the answer.
   */
  behave: (told: ToldByPage) => Promise<UntakenBehaviour[]>;
  /**
   * Takes that a page showed numbers of pools until it was left. Answers what can't be read; what is of nobody is left out
   * in silence. Throws a `Problem` (429) for an address that sends too much.
   */
  numbersShown: (told: ToldByPage) => Promise<UntakenBehaviour[]>;
  /** What this isolate remembers, for `/metrics`. */
  isolate: {
    cachedLinks: number;
    /** When the change feed of links was last read, ms UTC; `null`: no link was asked for yet. */
    newsHeardAt: number | null;
    bufferedClicks: number;
    queueDeliveries: number;
    tierHits: Readonly<TierHits>;
  };
}

/** What hono's context carries. */
export interface AppTypes {
  Bindings: {
    deps: Deps;
    /** Who calls, where that is known before the request is made: no header has to say so. */
    actor?: Actor;
    /** The request is only held against its route's guard and schemas, and nothing is done for it. None from outside has it. */
    checking?: boolean;
    /**
     * Asks this app itself for somebody: how the desk reaches the API, with no more than its routes allow. With `checking`
     * it only hears whether the request would be refused as it is written: 204 if not.
     */
    ask: (request: Request, actor: Actor, checking?: boolean) => Promise<Response>;
  };
  Variables: { requestId: string; actor: Actor; bodyText: string };
}

/** Who calls the admin API. */
export interface Actor {
  /** Id of the API key, or `bootstrap`. */
  id: string;
  scopes: ReadonlySet<string>;
  /** The stores that the key is limited to; `null`: it is a key of all stores, of those to come too. */
  storeIds: ReadonlySet<string> | null;
}
