/**
 * HMAC-SHA-256 (RFC 2104, FIPS 180-4) that answers at once. Web Crypto's comes by way of a promise and two typed arrays,
 * which for a text of two blocks cost seven times the hashing itself; a redirect signs one text, and its click another.
 * What is signed here is checked by Web Crypto's (see `verifyToken`), so that neither vouches for itself.
 */
const BLOCK_BYTES = 64;

/** 32 bits of the fraction of a number. */
const fraction = (value: number): number => ((value - Math.floor(value)) * 2 ** 32) | 0;

/** SHA-256's constants: from the cube roots of the first 64 primes, and the square roots of the first eight (section 4.2.2). */
const [ROUND_CONSTANTS, START] = constants();

function constants(): [Int32Array, Int32Array] {
  const primes: number[] = [];
  for (let n = 2; primes.length < 64; n++) if (primes.every((prime) => n % prime !== 0)) primes.push(n);
  return [
    Int32Array.from(primes, (prime) => fraction(Math.cbrt(prime))),
    Int32Array.from(primes.slice(0, 8), (prime) => fraction(Math.sqrt(prime))),
  ];
}

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

// One call runs to its end before the next begins, so all share their working memory.
const schedule = new Int32Array(64);
const state = new Int32Array(8);
let text = new Uint8Array(1_024);
const encoder = new TextEncoder();

/** A key, and with it what is the same for each text: the first block of either of the two hashes. */
export class HmacKey {
  readonly #inner: Int32Array;
  readonly #outer: Int32Array;

  /** `key`: of any length. */
  constructor(key: Uint8Array) {
    const block = new Uint8Array(BLOCK_BYTES);
    if (key.length > BLOCK_BYTES) {
      state.set(START);
      hash(key, key.length, 0);
      const words = new DataView(block.buffer);
      for (let index = 0; index < 8; index++) words.setInt32(4 * index, state[index] ?? 0);
    } else block.set(key);
    this.#inner = afterBlock(block, 0x36);
    this.#outer = afterBlock(block, 0x5c);
  }

  /**
   * The first `bytes` bytes of a text's MAC as base64url (RFC 4648, section 5); a multiple of 3, and 30 at most. The text
   * is taken as UTF-8.
   */
  sign(message: string, bytes: number): string {
    const length = encode(message);
    state.set(this.#inner);
    hash(text, length, BLOCK_BYTES);
    for (let index = 0; index < 8; index++) schedule[index] = state[index] ?? 0;
    schedule[8] = 0x8000_0000;
    schedule.fill(0, 9, 15);
    schedule[15] = (BLOCK_BYTES + 32) * 8;
    state.set(this.#outer);
    compress();
    return base64url(bytes);
  }
}

/** The state after the first block of a hash: the key, each byte of it combined with `pad`. */
function afterBlock(key: Uint8Array, pad: number): Int32Array {
  state.set(START);
  take(
    key.map((byte) => byte ^ pad),
    0,
  );
  compress();
  return state.slice();
}

/** Puts a text's UTF-8 into {@link text}; returns its length. */
function encode(message: string): number {
  if (text.length < 3 * message.length) text = new Uint8Array(3 * message.length);
  for (let index = 0; index < message.length; index++) {
    const code = message.charCodeAt(index);
    if (code > 0x7f) return encoder.encodeInto(message, text).written;
    text[index] = code;
  }
  return message.length;
}

/** Hashes the first `length` bytes, and the padding, into {@link state}, which has seen `before` bytes already. */
function hash(bytes: Uint8Array, length: number, before: number): void {
  let at = 0;
  for (; at + BLOCK_BYTES <= length; at += BLOCK_BYTES) {
    take(bytes, at);
    compress();
  }
  schedule.fill(0, 0, 16);
  for (let index = at; index < length; index++) put(index - at, bytes[index] ?? 0);
  put(length - at, 0x80);
  if (length - at >= BLOCK_BYTES - 8) {
    compress();
    schedule.fill(0, 0, 16);
  }
  // A text of 2^32 bits and more is no click's.
  schedule[15] = (before + length) * 8;
  compress();
}

function put(index: number, byte: number): void {
  const word = index >> 2;
  schedule[word] = (schedule[word] ?? 0) | (byte << (24 - 8 * (index & 3)));
}

/** Lays a whole block out. */
function take(bytes: Uint8Array, at: number): void {
  for (let word = 0; word < 16; word++) {
    const index = at + 4 * word;
    schedule[word] =
      ((bytes[index] ?? 0) << 24) |
      ((bytes[index + 1] ?? 0) << 16) |
      ((bytes[index + 2] ?? 0) << 8) |
      (bytes[index + 3] ?? 0);
  }
}

/** SHA-256's compression (section 6.2.2) of the block in {@link schedule} into {@link state}. */
function compress(): void {
  const w = schedule;
  const k = ROUND_CONSTANTS;
  for (let t = 16; t < 64; t++) {
    const a = w[t - 15] as number;
    const b = w[t - 2] as number;
    w[t] =
      ((w[t - 16] as number) +
        (w[t - 7] as number) +
        (((a >>> 7) | (a << 25)) ^ ((a >>> 18) | (a << 14)) ^ (a >>> 3)) +
        (((b >>> 17) | (b << 15)) ^ ((b >>> 19) | (b << 13)) ^ (b >>> 10))) |
      0;
  }
  const s = state;
  let a = s[0] as number;
  let b = s[1] as number;
  let c = s[2] as number;
  let d = s[3] as number;
  let e = s[4] as number;
  let f = s[5] as number;
  let g = s[6] as number;
  let h = s[7] as number;
  for (let t = 0; t < 64; t++) {
    const first =
      (h +
        (((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7))) +
        ((e & f) ^ (~e & g)) +
        (k[t] as number) +
        (w[t] as number)) |
      0;
    const second =
      ((((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10))) +
        ((a & b) ^ (a & c) ^ (b & c))) |
      0;
    h = g;
    g = f;
    f = e;
    e = (d + first) | 0;
    d = c;
    c = b;
    b = a;
    a = (first + second) | 0;
  }
  s[0] = (s[0] as number) + a;
  s[1] = (s[1] as number) + b;
  s[2] = (s[2] as number) + c;
  s[3] = (s[3] as number) + d;
  s[4] = (s[4] as number) + e;
  s[5] = (s[5] as number) + f;
  s[6] = (s[6] as number) + g;
  s[7] = (s[7] as number) + h;
}

/** The first bytes of {@link state}, three at a time. */
function base64url(bytes: number): string {
  let written = "";
  for (let index = 0; index < bytes; index += 3) {
    const bits = (byteAt(index) << 16) | (byteAt(index + 1) << 8) | byteAt(index + 2);
    written += letterAt(bits >> 18) + letterAt(bits >> 12) + letterAt(bits >> 6) + letterAt(bits);
  }
  return written;
}

const byteAt = (index: number): number => ((state[index >> 2] as number) >> (24 - 8 * (index & 3))) & 0xff;
const letterAt = (bits: number): string => ALPHABET[bits & 0x3f] as string;
