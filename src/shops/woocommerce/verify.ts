const encoder = new TextEncoder();

/** What a new webhook sends to see whether somebody is there: a form, unsigned. */
const PING = /^webhook_id=\d{1,20}$/;

/**
 * Whether `X-WC-Webhook-Signature` is the base64 HMAC-SHA256 of the very bytes under the webhook's secret, taken as UTF-8.
 * Constant in time.
 */
export async function verify(
  headers: Headers,
  body: Uint8Array,
  secrets: Readonly<Record<string, string>>,
): Promise<boolean> {
  const secret = secrets["webhookSecret"] ?? "";
  const signature = bytesOf(headers.get("x-wc-webhook-signature") ?? "");
  // Web Crypto takes no empty key, and with one everybody could sign.
  if (secret === "" || signature === null) return false;
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", encoder.encode(secret), algorithm, false, ["verify"]);
  return crypto.subtle.verify("HMAC", key, signature, body);
}

function bytesOf(base64: string): Uint8Array | null {
  try {
    return Uint8Array.from(atob(base64), (unit) => unit.charCodeAt(0));
  } catch {
    return null;
  }
}

/** Whether an unsigned message is the ping of a new webhook. It must be answered by exactly 200, and says nothing else. */
export function isPing(headers: Headers, body: Uint8Array): boolean {
  if (headers.has("x-wc-webhook-topic") || body.length > 40) return false;
  return PING.test(new TextDecoder().decode(body));
}
