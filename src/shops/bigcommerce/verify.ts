const encoder = new TextEncoder();

/** The scheme of a signature that is checked: HMAC with SHA-256. */
const SCHEME = "v1,";

/** Signatures of one header that are looked at: while a secret is renewed there are two. */
const MAX_SIGNATURES = 8;

/**
 * Whether `webhook-signature` has the HMAC-SHA256 of `id.timestamp.body` (Standard Webhooks 1) under the client secret's
 * own bytes: the standard's secrets are base64, and BigCommerce's isn't one, though it looks like it and would decode.
 * Constant in time. The age isn't judged: a message only has an order asked for, so an old one does nothing that a new
 * one doesn't, and BigCommerce goes on trying for two days.
 */
export async function verify(
  headers: Headers,
  body: Uint8Array,
  secrets: Readonly<Record<string, string>>,
): Promise<boolean> {
  const secret = secrets["clientSecret"] ?? "";
  const [id, timestamp] = [headers.get("webhook-id") ?? "", headers.get("webhook-timestamp") ?? ""];
  // Web Crypto takes no empty key, and with one everybody could sign.
  if (secret === "" || id === "" || !/^\d{1,12}$/.test(timestamp)) return false;
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", encoder.encode(secret), algorithm, false, ["verify"]);
  const head = encoder.encode(`${id}.${timestamp}.`);
  const signed = new Uint8Array(head.length + body.length);
  signed.set(head);
  signed.set(body, head.length);
  let isGood = false;
  for (const signature of signaturesOf(headers)) {
    if (await crypto.subtle.verify("HMAC", key, signature, signed)) isGood = true;
  }
  return isGood;
}

function signaturesOf(headers: Headers): Uint8Array<ArrayBuffer>[] {
  return (headers.get("webhook-signature") ?? "")
    .split(" ", MAX_SIGNATURES)
    .filter((one) => one.startsWith(SCHEME))
    .map((one) => bytesOf(one.slice(SCHEME.length)))
    .filter((bytes) => bytes !== null);
}

function bytesOf(base64: string): Uint8Array<ArrayBuffer> | null {
  try {
    return Uint8Array.from(atob(base64), (unit) => unit.charCodeAt(0));
  } catch {
    return null;
  }
}
