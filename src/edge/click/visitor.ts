import { HmacKey } from "./hmac.ts";

/**
 * Telling visitors apart for a day without knowing who they are, in two steps:
 *
 * 1. The edge turns address and user agent into a *pseudonym*: HMAC-SHA-256 under a key derived from
 *    `VISITOR_KEY` and the UTC day. Only that leaves the isolate.
 * 2. Ingest turns the pseudonym into the *visitor key* that is stored: HMAC-SHA-256 under the day's
 *    random salt, which lives in one row and is destroyed a few days later. From then on nobody, not
 *    even with every secret at hand, can tell whose key it was or link two days.
 */
const encoder = new TextEncoder();
const base64url = { alphabet: "base64url" } as const;

/** 96 bits: no two of a billion visitors share a key. */
const KEY_BYTES = 12;

const DAY_MS = 86_400_000;

/** Number of the UTC day that holds a time (ms UTC). */
export function dayOf(time: number): number {
  return Math.floor(time / DAY_MS);
}

/** Imports raw bytes or a text as a key for {@link keyedHash}. */
export async function importHashKey(secret: string | Uint8Array<ArrayBuffer>): Promise<CryptoKey> {
  const bytes = typeof secret === "string" ? encoder.encode(secret) : secret;
  return crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
}

/** HMAC-SHA-256 of a text, cut to 96 bits, as 16 characters of base64url. */
export async function keyedHash(key: CryptoKey, text: string): Promise<string> {
  const mac = await crypto.subtle.sign("HMAC", key, encoder.encode(text));
  return new Uint8Array(mac, 0, KEY_BYTES).toBase64(base64url);
}

/** Makes pseudonyms, deriving each day's key once. */
export class Pseudonyms {
  readonly #secret: string;
  #day = -1;
  #key: HmacKey;

  constructor(visitorKey: string) {
    this.#secret = visitorKey;
    this.#key = this.#keyOf(-1);
  }

  /** The pseudonym of a visitor on the UTC day of `time`. */
  of(address: string, userAgent: string, time: number): string {
    const day = dayOf(time);
    if (this.#day !== day) {
      this.#day = day;
      this.#key = this.#keyOf(day);
    }
    return this.#key.sign(`${address}\n${userAgent}`, KEY_BYTES);
  }

  #keyOf(day: number): HmacKey {
    return new HmacKey(encoder.encode(`${this.#secret}:${day}`));
  }
}
