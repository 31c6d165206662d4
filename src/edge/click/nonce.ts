import { NONCE_BYTES, NONCE_LENGTH } from "./token.ts";

/** Nonces drawn with one call to the system's generator. */
const POOL_NONCES = 256;

/**
 * Random texts for click ids, drawn in bulk: one call for each click would cost a redirect more than
 * its cookie does. Each is handed out once and never again.
 */
export class NoncePool {
  readonly #fill: (bytes: Uint8Array) => void;
  #pool = "";
  #next = 0;

  constructor(fill: (bytes: Uint8Array) => void) {
    this.#fill = fill;
  }

  /** The next nonce: {@link NONCE_BYTES} random bytes as base64url, which falls on whole characters. */
  take(): string {
    if (this.#next === this.#pool.length) {
      const bytes = new Uint8Array(POOL_NONCES * NONCE_BYTES);
      this.#fill(bytes);
      this.#pool = bytes.toBase64({ alphabet: "base64url" });
      this.#next = 0;
    }
    const start = this.#next;
    this.#next += NONCE_LENGTH;
    return this.#pool.slice(start, this.#next);
  }
}
