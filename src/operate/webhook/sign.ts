const encoder = new TextEncoder();

/**
 * The headers that prove at `now` (ms UTC) who sends a body (Standard Webhooks, symmetric signatures), one
 * signature for each secret (`whsec_` and base64). `id` is the same however often the message is sent.
 */
export async function signatureHeaders(
  secrets: readonly string[],
  id: string,
  body: string,
  now: number,
): Promise<Record<string, string>> {
  const time = String(Math.floor(now / 1000));
  const signatures = await Promise.all(secrets.map((secret) => signature(secret, `${id}.${time}.${body}`)));
  return { "webhook-id": id, "webhook-timestamp": time, "webhook-signature": signatures.join(" ") };
}

async function signature(secret: string, text: string): Promise<string> {
  const bytes = Uint8Array.fromBase64(secret.replace(/^whsec_/, ""));
  const key = await crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return `v1,${new Uint8Array(await crypto.subtle.sign("HMAC", key, encoder.encode(text))).toBase64()}`;
}
