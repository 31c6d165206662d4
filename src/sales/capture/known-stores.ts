import type { StoreRow } from "../../programme/store/store.ts";

/** How long a store is taken for what it was read as, ms. */
export const STORE_FRESH_MS = 10_000;

/** How long a key is taken for no store's, ms: not long, for what comes before its store loses its customer. */
export const UNKNOWN_FRESH_MS = 2_000;

/** Stores remembered at most. */
export const MAX_STORES = 1_000;

/** Keys remembered at most that are no store's. */
export const MAX_UNKNOWN = 500;

interface Entry<Value> {
  value: Value;
  /** When it was read, ms UTC. */
  readAt: number;
}

/**
 * Stores by their public keys, as an isolate last read them, so that a report doesn't have to wait for its
 * store to be read. Keys that are no store's are kept apart: whoever guesses any number of them pushes no
 * store out. It holds rows alone, and knows no database.
 */
export class KnownStores {
  readonly #stores = new Map<string, Entry<StoreRow>>();
  readonly #unknown = new Map<string, Entry<null>>();
  #edition = 0;

  /** Changes with everything that is forgotten: see {@link set}. */
  get edition(): number {
    return this.#edition;
  }

  /** Keys that it holds, of stores and of none. */
  get size(): number {
    return this.#stores.size + this.#unknown.size;
  }

  /** The store with this key, `null` for none, as known at `now` (ms UTC); `undefined`: ask the database. */
  get(key: string, now: number): StoreRow | null | undefined {
    return (
      current(this.#stores.get(key), now, STORE_FRESH_MS) ?? current(this.#unknown.get(key), now, UNKNOWN_FRESH_MS)
    );
  }

  /**
   * Remembers what was read, from `readAt` (ms UTC) on, in `edition`: what was forgotten since then may be
   * what was read, and is read again.
   */
  set(key: string, value: StoreRow | null, readAt: number, edition: number): void {
    if (edition !== this.#edition) return;
    this.#stores.delete(key);
    this.#unknown.delete(key);
    if (value === null) put(this.#unknown, key, { value, readAt }, MAX_UNKNOWN);
    else put(this.#stores, key, { value, readAt }, MAX_STORES);
  }

  /** Forgets the store with this id, and all keys of none, one of which it may have by now. */
  forget(storeId: string): void {
    this.#edition++;
    this.#unknown.clear();
    for (const [key, { value }] of this.#stores) if (value.id === storeId) this.#stores.delete(key);
  }

  /** Forgets everything. */
  clear(): void {
    this.#edition++;
    this.#unknown.clear();
    this.#stores.clear();
  }
}

function current<Value>(entry: Entry<Value> | undefined, now: number, freshMs: number): Value | undefined {
  return entry !== undefined && now - entry.readAt < freshMs ? entry.value : undefined;
}

/** The one that was read first makes room. */
function put<Value>(entries: Map<string, Value>, key: string, entry: Value, most: number): void {
  const [oldest] = entries.keys();
  if (entries.size >= most && oldest !== undefined) entries.delete(oldest);
  entries.set(key, entry);
}
