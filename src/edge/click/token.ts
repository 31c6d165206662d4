import { HmacKey } from "./hmac.ts";
import { ID_BYTES, idBytes, idOf, LINK_PREFIX } from "../../ground/id-text.ts";

/**
 * The click token: a click id that carries its own evidence, so that a sale can be credited without
 * the click log. 42 bytes, 56 characters of base64url (RFC 4648, section 5), in three parts that
 * each fall on a whole character:
 *
 * | characters | bytes | what |
 * |---|---|---|
 * | 0–15 | 1 + 1 + 10 | format version, key id, link id |
 * | 16–35 | 6 + 9 | time in ms since 1970 UTC, nonce: together the click's id |
 * | 36–55 | 15 | HMAC-SHA-256 over the 36 characters before, cut to 120 bits (RFC 2104, section 5) |
 */
const VERSION = 1;
const HEAD_LENGTH = 16;
const BODY_LENGTH = 36;
const TOKEN_LENGTH = 56;
const MAC_BYTES = 15;
const TIME_BYTES = 6;

/** Random bytes that one token takes, and their characters of base64url. */
export const NONCE_BYTES = 9;
export const NONCE_LENGTH = 12;

const CLICK_PREFIX = "clk_";

const base64url = { alphabet: "base64url" } as const;
const encoder = new TextEncoder();

/** The keys that make and check click tokens. */
export interface TokenKeys {
  /** The key id (0–255) that new tokens are signed with. */
  signingId: number;
  /** That key, made ready to sign. */
  signer: HmacKey;
  /** By key id, to check with; older keys stay until the tokens they signed are past every attribution window. */
  keys: ReadonlyMap<number, CryptoKey>;
}

/** What a valid token says. */
export interface ClickToken {
  keyId: number;
  linkId: string;
  /** `clk_…`, the primary key of the click's row. */
  clickId: string;
  /** When the link was opened, ms UTC. */
  time: number;
}

/** Why a text isn't a valid token. */
export type TokenProblem = "malformed" | "unknown_version" | "unknown_key" | "bad_signature";

/** The outcome of {@link verifyToken}. */
export type TokenVerdict = { ok: true; token: ClickToken } | { ok: false; problem: TokenProblem };

/**
 * Reads `CLICK_TOKEN_KEYS`: `<id>:<base64url of 32 bytes or more>`, separated by commas, the first
 * of which signs. Throws an `Error` that names the fault but not the key.
 */
export async function importTokenKeys(text: string): Promise<TokenKeys> {
  const keys = new Map<number, CryptoKey>();
  let signing: Pick<TokenKeys, "signingId" | "signer"> | null = null;
  for (const entry of text.split(",")) {
    const separator = entry.indexOf(":");
    const id = Number(entry.slice(0, separator).trim());
    if (separator < 1 || !Number.isInteger(id) || id < 0 || id > 255) {
      throw new Error("CLICK_TOKEN_KEYS: each key is written <id 0-255>:<base64url>");
    }
    if (keys.has(id)) throw new Error(`CLICK_TOKEN_KEYS: key id ${id} is given twice`);
    const bytes = Uint8Array.fromBase64(entry.slice(separator + 1).trim(), base64url);
    if (bytes.length < 32) throw new Error(`CLICK_TOKEN_KEYS: key ${id} is shorter than 32 bytes`);
    keys.set(id, await crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]));
    signing ??= { signingId: id, signer: new HmacKey(bytes) };
  }
  if (signing === null) throw new Error("CLICK_TOKEN_KEYS: no key");
  return { ...signing, keys };
}

/**
 * The first 16 characters of every token of a link under a key: the same for each click, so it is
 * worked out once. Throws a `RangeError` for an id that isn't a link's.
 */
export function tokenHead(linkId: string, keyId: number): string {
  const bytes = new Uint8Array(2 + ID_BYTES);
  bytes[0] = VERSION;
  bytes[1] = keyId;
  bytes.set(idBytes(LINK_PREFIX, linkId), 2);
  return bytes.toBase64(base64url);
}

let stampedAt = -1;
let stampedTime = "";

/** A time as the 8 characters that a stamp begins with: the same for all clicks of a millisecond. */
function timeText(time: number): string {
  if (time === stampedAt) return stampedTime;
  const bytes = new Uint8Array(TIME_BYTES);
  // Plain arithmetic: a DataView's BigInt setter costs more than the rest of the token.
  const high = Math.floor(time / 0x1_0000_0000);
  bytes[0] = high >>> 8;
  bytes[1] = high;
  bytes[2] = time >>> 24;
  bytes[3] = time >>> 16;
  bytes[4] = time >>> 8;
  bytes[5] = time;
  stampedAt = time;
  return (stampedTime = bytes.toBase64(base64url));
}

/**
 * The time and nonce of one click, 20 characters: with {@link clickIdOf}, its id.
 * `nonce`: {@link NONCE_BYTES} random bytes as {@link NONCE_LENGTH} characters of base64url.
 */
export function clickStamp(time: number, nonce: string): string {
  return timeText(time) + nonce;
}

/** The id of the click whose stamp this is. */
export function clickIdOf(stamp: string): string {
  return CLICK_PREFIX + stamp;
}

/** Signs a token. `head` comes from {@link tokenHead} under the same keys, `stamp` from {@link clickStamp}. */
export function signToken(keys: TokenKeys, head: string, stamp: string): string {
  const body = head + stamp;
  return body + keys.signer.sign(body, MAC_BYTES);
}

/** Checks a token that came back. Its age is the caller's to judge, by the attribution window. */
export async function verifyToken(keys: TokenKeys, text: string): Promise<TokenVerdict> {
  if (text.length !== TOKEN_LENGTH) return { ok: false, problem: "malformed" };
  let bytes: Uint8Array;
  try {
    bytes = Uint8Array.fromBase64(text, base64url);
  } catch {
    return { ok: false, problem: "malformed" };
  }
  if (bytes[0] !== VERSION) return { ok: false, problem: "unknown_version" };
  const keyId = bytes[1] ?? 0;
  const key = keys.keys.get(keyId);
  if (key === undefined) return { ok: false, problem: "unknown_key" };
  const mac = await macOf(key, text.slice(0, BODY_LENGTH));
  if (!crypto.subtle.timingSafeEqual(encoder.encode(mac), encoder.encode(text.slice(BODY_LENGTH)))) {
    return { ok: false, problem: "bad_signature" };
  }
  const stamp = text.slice(HEAD_LENGTH, BODY_LENGTH);
  let time = 0;
  for (let index = 0; index < TIME_BYTES; index++) time = time * 256 + (bytes[2 + ID_BYTES + index] ?? 0);
  return {
    ok: true,
    token: { keyId, linkId: idOf(LINK_PREFIX, bytes.subarray(2, 2 + ID_BYTES)), clickId: clickIdOf(stamp), time },
  };
}

async function macOf(key: CryptoKey, body: string): Promise<string> {
  const mac = await crypto.subtle.sign("HMAC", key, encoder.encode(body));
  return new Uint8Array(mac, 0, MAC_BYTES).toBase64(base64url);
}
