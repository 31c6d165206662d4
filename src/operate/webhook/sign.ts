import { Webhook } from "standardwebhooks";

/**
 * The headers that prove at `now` (ms UTC) who sends a body (Standard Webhooks, symmetric signatures), one
 * signature for each secret. `id` is the same however often the message is sent.
 */
export function signatureHeaders(
  secrets: readonly string[],
  id: string,
  body: string,
  now: number,
): Record<string, string> {
  const time = new Date(now);
  return {
    "webhook-id": id,
    "webhook-timestamp": String(Math.floor(now / 1000)),
    "webhook-signature": secrets.map((secret) => new Webhook(secret).sign(id, time, body)).join(" "),
  };
}
