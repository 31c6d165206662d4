/** Names of messages remembered at most. */
const MOST = 5_000;

/**
 * Messages that an isolate has kept, by the names that their platforms give them over all their tries, so that a repeat asks
 * nothing of the shop. What isn't remembered any more is taken once more, which is harmless.
 */
export class Repeats {
  readonly #names = new Set<string>();

  /** Whether a message of a store was kept before; `null`, a message without a name, never was. */
  has(storeId: string, name: string | null): boolean {
    return name !== null && this.#names.has(`${storeId} ${name}`);
  }

  /** Remembers one that was kept, and so is safe. */
  add(storeId: string, name: string | null): void {
    if (name === null) return;
    this.#names.add(`${storeId} ${name}`);
    const [oldest] = this.#names;
    if (this.#names.size > MOST && oldest !== undefined) this.#names.delete(oldest);
  }
}
