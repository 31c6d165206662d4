import { strongSecret } from "../../ground/config.ts";

/** For how long a preview may be looked at, ms. */
export const PREVIEW_MS = 3_600_000;

/** Which state of which plan may be looked at, and until when (ms UTC, whole seconds). */
export interface Previewed {
  planId: string;
  /** The row's version: a preview ends with the next change, activation or retirement. */
  version: number;
  expiresAt: number;
}

const encoder = new TextEncoder();
const base64url = { alphabet: "base64url", omitPadding: true } as const;

/** Id, version and expiry (s, both in base 36), and 256 bits of HMAC-SHA-256 as base64url. */
const TOKEN = /^(tgp_[0-9a-z]{16})\.([0-9a-z]{1,10})\.([0-9a-z]{1,10})\.([\w-]{43})$/;

/** A key of its own, derived from `VISITOR_KEY`; `null`: the deployment has none. */
async function previewKey(visitorKey: string | undefined): Promise<CryptoKey | null> {
  const strong = strongSecret(visitorKey);
  if (strong === null) return null;
  const bytes = encoder.encode(`preview:${strong}`);
  return crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, ["sign", "verify"]);
}

/** What is signed: the store too, so that no other's pages can be made to show it. */
function signedText(storeId: string, fields: string): Uint8Array {
  return encoder.encode(`${storeId}\n${fields}`);
}

/** A token by which pages of a store show a preview: `[\w.-]`; `null`: the deployment has no `VISITOR_KEY`. */
export async function signPreview(
  visitorKey: string | undefined,
  storeId: string,
  { planId, version, expiresAt }: Previewed,
): Promise<string | null> {
  const key = await previewKey(visitorKey);
  if (key === null) return null;
  const fields = [planId, version.toString(36), Math.floor(expiresAt / 1_000).toString(36)].join(".");
  const mac = await crypto.subtle.sign("HMAC", key, signedText(storeId, fields));
  return `${fields}.${new Uint8Array(mac).toBase64(base64url)}`;
}

/** What a token allows pages of a store to show at `now` (ms UTC); `null`: nothing. Compares in constant time. */
export async function readPreview(
  visitorKey: string | undefined,
  { storeId, token, now }: { storeId: string; token: string; now: number },
): Promise<Previewed | null> {
  const [, planId = "", version = "", expiry = "", mac = ""] = TOKEN.exec(token) ?? [];
  const key = planId === "" ? null : await previewKey(visitorKey);
  if (key === null) return null;
  const fields = [planId, version, expiry].join(".");
  const given = Uint8Array.fromBase64(mac, { alphabet: "base64url" });
  if (!(await crypto.subtle.verify("HMAC", key, given, signedText(storeId, fields)))) return null;
  const expiresAt = Number.parseInt(expiry, 36) * 1_000;
  // One that allows more than is ever given was not made here, whoever signed it.
  if (expiresAt <= now || expiresAt > now + PREVIEW_MS) return null;
  return { planId, version: Number.parseInt(version, 36), expiresAt };
}
