import type { AddressKeys } from "./address.ts";
import type { CompiledLink } from "./compile.ts";

/** A resolved address: a link ready to redirect, or the knowledge that there is none. */
export interface CachedLink {
  /** `null`: no link had this address when it was looked up. */
  link: CompiledLink | null;
  /** Whether the link's click cap is known to be spent; only ever turns true. */
  usedUp: boolean;
  /** Whether it answers for the address in any case. */
  anyCase: boolean;
  /** When D1 said so, ms UTC: what came by way of another cache is as old as it was there. */
  readAt: number;
  /** The cache's generation of edits when this was loaded. */
  edition: number;
  /** When a refresh in the background began, ms UTC; 0 if none runs. */
  refreshingSince: number;
}

/** How a cached entry may be used at a moment. */
export type Freshness = "fresh" | "stale" | "expired";

/** An entry this young is used as it is, ms. */
export const FRESH_MS = 10_000;

/**
 * An entry older than this is looked up again before it is used, ms. With the time a refresh takes,
 * it keeps the promise that an edit is visible everywhere within 60 s.
 */
const STALE_MS = 45_000;

/** An unknown address is believed unknown for this long, ms: a link just made must work at once. */
const UNKNOWN_MS = 5_000;

/** While storage fails, an entry this old still redirects, ms. */
export const STALE_IF_ERROR_MS = 86_400_000;

/**
 * Passing addresses remembered at most: unknown ones, and other ways of writing a link's own. Someone who
 * guesses slugs, or writes one in a thousand ways, must not push out real links.
 */
const MAX_PASSING = 1_000;

/** Under which keys an entry is kept. */
export interface EntryKeys {
  /** For as long as it is used. */
  kept: readonly string[];
  /** For a short while, among others of its kind. */
  passing: readonly string[];
}

/**
 * The isolate's memory of links, by `addressKey`: each under two at most, as it writes its slug itself and in
 * lower case. Two generations stand in for an LRU list: a hit costs one map lookup, and an entry that
 * isn't used while `capacity` others are is forgotten. Holds at most twice `capacity` keys, and beside
 * them {@link MAX_PASSING} passing ones.
 */
export class LinkCache {
  readonly #capacity: number;
  #young = new Map<string, CachedLink>();
  #old = new Map<string, CachedLink>();
  readonly #passing = new Map<string, CachedLink>();
  #edition = 0;
  #editedAt = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** The entry under a key, however old. */
  get(key: string): CachedLink | undefined {
    const young = this.#young.get(key);
    if (young !== undefined) return young;
    const old = this.#old.get(key);
    if (old === undefined) return this.#passing.get(key);
    this.#put(key, old);
    return old;
  }

  /** The entry of an address, however it was written: its own, or one that answers for any case. */
  find({ exact, folded }: AddressKeys): CachedLink | undefined {
    const own = this.get(exact);
    if (exact === folded || (own !== undefined && own.link !== null)) return own;
    const any = this.get(folded);
    return any?.anyCase === true && any.readAt >= (own?.readAt ?? 0) ? any : own;
  }

  /** Keeps what D1 said at `readAt` (ms UTC). `edition` was read before the lookup began. */
  set(keys: EntryKeys, said: Pick<CachedLink, "link" | "usedUp" | "anyCase" | "readAt">, edition: number): CachedLink {
    const { link, usedUp, anyCase, readAt } = said;
    const entry: CachedLink = { link, usedUp, anyCase, readAt, edition, refreshingSince: 0 };
    for (const key of keys.passing) {
      this.#young.delete(key);
      this.#old.delete(key);
      if (this.#passing.size >= MAX_PASSING) this.#passing.clear();
      this.#passing.set(key, entry);
    }
    for (const key of keys.kept) {
      this.#passing.delete(key);
      this.#put(key, entry);
    }
    return entry;
  }

  /** How an entry may be used at `now` (ms UTC). */
  freshness(entry: CachedLink, now: number): Freshness {
    if (entry.edition !== this.#edition) return "expired";
    const age = now - entry.readAt;
    if (entry.link === null) return age < UNKNOWN_MS ? "fresh" : "expired";
    if (age < FRESH_MS) return "fresh";
    return age < STALE_MS ? "stale" : "expired";
  }

  /** When {@link expireAll} was last called, ms UTC; 0: never. */
  get editedAt(): number {
    return this.#editedAt;
  }

  /** Grows with every {@link expireAll}: a lookup that began before an edit can't pass for one after it. */
  get edition(): number {
    return this.#edition;
  }

  /**
   * After an edit at `now` (ms UTC): everything is looked up again before its next use, and is kept only for the case
   * that storage fails then.
   */
  expireAll(now: number): void {
    this.#edition++;
    this.#editedAt = now;
  }

  /** Entries held, for the metrics. */
  get size(): number {
    return this.#young.size + this.#old.size + this.#passing.size;
  }

  #put(key: string, entry: CachedLink): void {
    if (this.#young.size >= this.#capacity) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(key, entry);
  }
}
