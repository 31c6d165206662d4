import { createHmac } from "node:crypto";
import type { StandCall } from "../shop.ts";

/** What an integration is known by. */
export interface Keys {
  consumerKey: string;
  consumerSecret: string;
  token: string;
  tokenSecret: string;
}

/** Encodes as PHP's `rawurlencode` does. */
function raw(text: string): string {
  return encodeURIComponent(text).replaceAll(/[!'()*]/g, (unit) => `%${unit.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** What is wrong with the signature of a call at `url` (without its query); `null`: nothing. Nonces are taken once. */
export function oauthProblem(call: StandCall, url: string, keys: Keys, nonces: Set<string>): string | null {
  const header = call.headers["authorization"] ?? "";
  const said = new Map(
    [...header.matchAll(/([a-z_]+)="([^"]*)"/g)].map(([, name = "", value = ""]) => [name, decodeURIComponent(value)]),
  );
  if (said.get("oauth_consumer_key") !== keys.consumerKey) return "A consumer with the specified key doesn't exist.";
  if (said.get("oauth_token") !== keys.token) return "Token is not associated with the specified consumer.";
  if (said.get("oauth_signature_method") !== "HMAC-SHA256") return "Signature method is not supported.";
  const nonce = said.get("oauth_nonce") ?? "";
  if (nonces.has(nonce)) return "The nonce is already being used by the consumer with ID 1.";
  nonces.add(nonce);
  const parameters = [...call.query, ...said].filter(([name]) => name !== "oauth_signature");
  const base = parameters
    .map(([name, value]) => `${raw(name)}=${raw(value)}`)
    .toSorted((a, b) => (a < b ? -1 : 1))
    .join("&");
  const text = [call.method, url, base].map(raw).join("&");
  const signature = createHmac("sha256", `${raw(keys.consumerSecret)}&${raw(keys.tokenSecret)}`)
    .update(text)
    .digest("base64");
  return signature === said.get("oauth_signature") ? null : "The signature is invalid. Verify and try again.";
}
