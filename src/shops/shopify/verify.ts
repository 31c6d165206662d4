/** Names of the connection's secrets that a webhook may be signed with. */
const SIGNING = ["clientSecret", "previousClientSecret", "webhookSecret"] as const;

/** SHA-256 gives 32 bytes. */
const SIGNATURE = /^[A-Za-z0-9+/]{43}=$/;

/**
 * Whether a message was signed, over its raw bytes: base64 of HMAC-SHA-256 under the app's client secret, the one before
 * it (Shopify signs with that for an hour or so after it was changed), or the store's own secret of notifications that
 * were made by hand (Settings → Notifications → Webhooks). `crypto.subtle.verify` takes the same time for any signature.
 */
export async function verifyShopify(
  headers: Headers,
  body: Uint8Array,
  secrets: Readonly<Record<string, string>>,
): Promise<boolean> {
  const given = headers.get("x-shopify-hmac-sha256") ?? headers.get("shopify-hmac-sha256") ?? "";
  if (!SIGNATURE.test(given)) return false;
  const signature = Uint8Array.from(atob(given), (char) => char.charCodeAt(0));
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  for (const name of SIGNING) {
    const secret = secrets[name];
    // Everybody can sign with an empty key.
    if (secret === undefined || secret === "") continue;
    const key = await crypto.subtle.importKey("raw", new TextEncoder().encode(secret), algorithm, false, ["verify"]);
    if (await crypto.subtle.verify("HMAC", key, signature, body)) return true;
  }
  return false;
}
