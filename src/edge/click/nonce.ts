import { NONCE_BYTES } from "./token.ts";

/** Nonces drawn with one call to the system's generator. */
const POOL_NONCES = 256;

/**
 * Random bytes for click ids, drawn in bulk: one call for each click would cost a redirect more than
 * its cookie does. Bytes are handed out once and never again.
 */
export class NoncePool {
  readonly #fill: (bytes: Uint8Array) => void;
  readonly #pool = new Uint8Array(POOL_NONCES * NONCE_BYTES);
  #next = POOL_NONCES;

  constructor(fill: (bytes: Uint8Array) => void) {
    this.#fill = fill;
  }

  /** The next nonce; valid until the call after {@link POOL_NONCES} more. */
  take(): Uint8Array {
    if (this.#next === POOL_NONCES) {
      this.#fill(this.#pool);
      this.#next = 0;
    }
    const start = this.#next++ * NONCE_BYTES;
    return this.#pool.subarray(start, start + NONCE_BYTES);
  }
}
