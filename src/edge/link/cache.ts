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
  /** The position of the change feed at which it was true; `null`: a standby copy, of which nobody knows. */
  position: number | null;
  /** The key under which a link is kept as it writes itself. */
  own: string;
  /** What the link depends on, as the change feed names it. */
  subjects: readonly string[];
  /** Since when news say that it may not be true any more, ms UTC; 0: it is. */
  doubtedSince: number;
  /** How often unknown addresses had been forgotten when this was looked up. */
  edition: number;
  /** When a lookup of it last failed or took too long, ms UTC; 0: none did since there are news of it. */
  refreshingSince: number;
}

/** A standby copy is used for so long before D1 is asked again, ms. */
const STANDBY_MS = 10_000;

/** An unknown address is believed unknown for this long, ms: a link just made must work at once. */
const UNKNOWN_MS = 5_000;

/** While storage fails, memory still redirects for so long, ms. */
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
  /** Under which key something else was known until now. */
  gone?: string | null;
}

/** What a lookup found, ready to be kept. */
export type Said = Pick<
  CachedLink,
  "link" | "usedUp" | "anyCase" | "readAt" | "position" | "subjects" | "doubtedSince"
>;

/**
 * The isolate's memory of links, by `addressKey`: each under two at most, as it writes its slug itself and in
 * lower case. Two generations stand in for an LRU list: a hit costs one map lookup, and an entry that
 * isn't used while `capacity` others are is forgotten. Holds at most twice `capacity` links, and beside
 * them {@link MAX_PASSING} passing keys.
 */
export class LinkCache {
  readonly #capacity: number;
  #young = new Map<string, CachedLink>();
  #old = new Map<string, CachedLink>();
  /** Links among the young, by the keys that are their own. */
  #youngLinks = 0;
  readonly #passing = new Map<string, CachedLink>();
  #edition = 0;

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
  set(keys: EntryKeys, said: Said, edition: number): CachedLink {
    const entry: CachedLink = { ...said, own: keys.kept[0] ?? "", edition, refreshingSince: 0 };
    const { gone } = keys;
    if (gone != null) for (const entries of [this.#young, this.#old, this.#passing]) entries.delete(gone);
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

  /** Whether an entry may be used at `now` (ms UTC) as it is, as far as the change feed was heard. */
  isFresh({ doubtedSince, edition, link, position, readAt }: CachedLink, now: number): boolean {
    if (link !== null && position !== null) return doubtedSince === 0;
    // No news tell of an address that is unknown, nor is it known what a standby copy has missed.
    return edition === this.#edition && now - readAt < (link === null ? UNKNOWN_MS : STANDBY_MS);
  }

  /** Grows with every {@link forgetUnknown}: a lookup that began before can't pass for one after it. */
  get edition(): number {
    return this.#edition;
  }

  /** After a write of this isolate's own: what was unknown may be known by now. */
  forgetUnknown(): void {
    this.#edition++;
  }

  /**
   * Heard at `now` (ms UTC): the links that depend on something of `changes` (its subject → its newest change; `null`:
   * everything may have changed) are looked up again before their next use, and kept for the case that storage fails then.
   */
  doubt(changes: ReadonlyMap<string, number> | null, now: number): void {
    if (changes?.size === 0) return;
    for (const entries of [this.#young, this.#old, this.#passing]) {
      for (const entry of entries.values()) {
        const { position } = entry;
        if (position === null || entry.doubtedSince > 0) continue;
        if (changes !== null && !entry.subjects.some((subject) => (changes.get(subject) ?? 0) > position)) continue;
        entry.doubtedSince = now;
        entry.refreshingSince = 0;
      }
    }
  }

  /** Entries held, for the metrics. */
  get size(): number {
    return this.#young.size + this.#old.size + this.#passing.size;
  }

  #put(key: string, entry: CachedLink): void {
    // The second key of a link is all that a link has which is asked for in lower case alone.
    if (this.#youngLinks >= this.#capacity || this.#young.size >= 2 * this.#capacity) {
      this.#old = this.#young;
      this.#young = new Map();
      this.#youngLinks = 0;
    }
    if (key === entry.own && !this.#young.has(key)) this.#youngLinks++;
    this.#young.set(key, entry);
  }
}
