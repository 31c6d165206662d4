const encoder = new TextEncoder();

/** What an integration of Magento is known by (OAuth 1.0a, without its dance: all four are made in the admin). */
export interface OAuthKeys {
  consumerKey: string;
  consumerSecret: string;
  token: string;
  tokenSecret: string;
}

/** Percent-encodes as RFC 5849, section 3.6, wants it: all but letters, digits and `-._~`. */
export function percentEncoded(text: string): string {
  return encodeURIComponent(text).replaceAll(/[!'()*]/g, (unit) => `%${unit.charCodeAt(0).toString(16).toUpperCase()}`);
}

/**
 * The text that is signed (RFC 5849, section 3.4.1). `url`: with its query, whose parameters count. `parameters`: those of
 * the header without `realm` and `oauth_signature`, and those of a body that is a form.
 */
export function signatureBase(method: string, url: string, parameters: readonly (readonly [string, string])[]): string {
  const at = new URL(url);
  const pairs = [...at.searchParams, ...parameters]
    .map(([name, value]) => [percentEncoded(name), percentEncoded(value)] as const)
    // By bytes, which are those of ASCII by now.
    .toSorted(([a, x], [b, y]) => compare(a, b) || compare(x, y))
    .map(([name, value]) => `${name}=${value}`);
  return [method.toUpperCase(), `${at.origin}${at.pathname}`, pairs.join("&")].map(percentEncoded).join("&");
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/**
 * The header `Authorization` of a request whose body is no form, by HMAC-SHA256, which Magento takes in the place of RFC
 * 5849's HMAC-SHA1. `at` is ms UTC; `nonce` is of this request alone.
 */
export async function oauthHeader(
  method: string,
  url: string,
  { consumerKey, consumerSecret, token, tokenSecret }: OAuthKeys,
  { at, nonce }: { at: number; nonce: string },
): Promise<string> {
  const parameters: [string, string][] = [
    ["oauth_consumer_key", consumerKey],
    ["oauth_nonce", nonce],
    ["oauth_signature_method", "HMAC-SHA256"],
    ["oauth_timestamp", String(Math.floor(at / 1000))],
    ["oauth_token", token],
    ["oauth_version", "1.0"],
  ];
  const secret = `${percentEncoded(consumerSecret)}&${percentEncoded(tokenSecret)}`;
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", encoder.encode(secret), algorithm, false, ["sign"]);
  const signed = await crypto.subtle.sign("HMAC", key, encoder.encode(signatureBase(method, url, parameters)));
  const signature = btoa(String.fromCharCode(...new Uint8Array(signed)));
  return `OAuth ${[...parameters, ["oauth_signature", signature] as const]
    .map(([name, value]) => `${name}="${percentEncoded(value)}"`)
    .join(", ")}`;
}
