/** Addresses remembered at most; past that the oldest is forgotten first. */
const MAX_GUARDED = 10_000;

/**
 * Who guessed too many slugs, by network address, for as long as the rate limit's window. It lives in
 * the isolate's memory alone, and keeps the guesser's next lookups away from storage; links that are
 * in memory are answered all the same.
 */
export class Guard {
  readonly #until = new Map<string, number>();

  /** Turns an address away until `until` (ms UTC). */
  block(address: string, until: number): void {
    this.#until.delete(address);
    if (this.#until.size >= MAX_GUARDED) {
      const oldest = this.#until.keys().next();
      if (oldest.done !== true) this.#until.delete(oldest.value);
    }
    this.#until.set(address, until);
  }

  /** Whether an address is to be turned away at `now` (ms UTC). */
  blocks(address: string, now: number): boolean {
    const until = this.#until.get(address);
    if (until === undefined) return false;
    if (now < until) return true;
    this.#until.delete(address);
    return false;
  }
}
