import { createHash, createHmac } from "node:crypto";

/** A webhook of the shop. */
export interface Webhook {
  id: number;
  name: string;
  /** `disabled` by too many failures, `paused` by people: neither sends. */
  status: string;
  topic: string;
  delivery_url: string;
  secret: string;
  /** Failures in a row. */
  failures: number;
}

/** More failures in a row than this switch a webhook off: it is asked before one is counted, so the seventh does. */
const MAX_FAILURES = 5;

/** Notes how a delivery ended: 200 to 302 is a success. Nobody is told of a webhook that goes off, nothing is sent again. */
export function noteDelivery(webhook: Webhook, status: number | null): void {
  if (status !== null && status >= 200 && status < 303) webhook.failures = 0;
  else if (webhook.failures > MAX_FAILURES) webhook.status = "disabled";
  else webhook.failures += 1;
}

/** What is sent. Two of one webhook in the same second share their delivery's id. `now` is ms UTC. */
export function signed(
  webhook: Webhook,
  payload: unknown,
  now: number,
): { headers: Record<string, string>; body: string } {
  // PHP escapes slashes, and all that isn't ASCII.
  const body = JSON.stringify(payload)
    .replaceAll("/", String.raw`\/`)
    .replaceAll(/[\u0080-\uFFFF]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
  const [resource = "", event = ""] = webhook.topic.split(".");
  return {
    body,
    headers: {
      "content-type": "application/json",
      "x-wc-webhook-source": "https://shop.example/",
      "x-wc-webhook-topic": webhook.topic,
      "x-wc-webhook-resource": resource,
      "x-wc-webhook-event": event,
      "x-wc-webhook-signature": createHmac("sha256", webhook.secret).update(body).digest("base64"),
      "x-wc-webhook-id": String(webhook.id),
      "x-wc-webhook-delivery-id": createHash("md5")
        .update(`${webhook.id}${Math.floor(now / 1000)}`)
        .digest("hex"),
    },
  };
}

/** What a new webhook sends to see whether somebody is there. */
export function ping(webhook: Webhook): { headers: Record<string, string>; body: string } {
  return { headers: { "content-type": "application/x-www-form-urlencoded" }, body: `webhook_id=${webhook.id}` };
}

/** A webhook as the REST API shows it, without its secret. */
export function webhookRest({ id, name, status, topic, delivery_url }: Webhook): Record<string, unknown> {
  const [resource = "", event = ""] = topic.split(".");
  return { id, name, status, topic, resource, event, hooks: [], delivery_url };
}
