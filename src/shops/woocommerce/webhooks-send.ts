import { orNull, type ShopAccess, type WebhookState } from "../platform.ts";
import type { Calls } from "./calls-send.ts";
import { idOf, recordsOf, textOf } from "../fields.ts";
import { TOPICS } from "./message.ts";

const PAGE = 100;
/** A shop with more pages of webhooks has something else wrong. */
const MAX_PAGES = 20;

interface Webhook {
  id: string;
  topic: string;
  url: string;
  status: string;
}

/** How the webhooks of a connection stand, one a topic. */
export async function webhookStates(calls: Calls, webhookUrl: string): Promise<WebhookState[]> {
  const webhooks = (await listed(calls)).filter(({ url }) => url === webhookUrl);
  return TOPICS.map((topic) =>
    stateOf(
      topic,
      webhooks.filter((webhook) => webhook.topic === topic),
    ),
  );
}

/**
 * Has one active webhook a topic lead to the address, with our secret, which the shop doesn't show: so each is told it.
 * Those of this store that lead elsewhere go, and those that are one too many.
 */
export async function registerWebhooks(calls: Calls, access: ShopAccess, webhookUrl: string): Promise<WebhookState[]> {
  const ours = (await listed(calls)).filter((webhook) => isOurs(webhook, access.storeId));
  const states: WebhookState[] = [];
  for (const topic of TOPICS) {
    // One that failures switched off keeps their count, and would be off again with the next: it is made anew.
    const here = ours.find(
      (webhook) => webhook.topic === topic && webhook.url === webhookUrl && webhook.status !== "disabled",
    );
    const said = {
      name: `Waymark ${topic}`,
      topic,
      delivery_url: webhookUrl,
      secret: access.secrets["webhookSecret"],
      status: "active",
    };
    const made =
      here === undefined
        ? await calls.call("POST", "/webhooks", { body: said })
        : await calls.call("PUT", `/webhooks/${here.id}`, { body: said });
    const webhook = webhookOf(made.body);
    states.push(stateOf(topic, webhook === null ? [] : [webhook]));
    if (here !== undefined) ours.splice(ours.indexOf(here), 1);
  }
  for (const { id } of ours) await remove(calls, id);
  return states;
}

/** Removes all webhooks of this store. */
export async function withdrawWebhooks(calls: Calls, storeId: string): Promise<void> {
  for (const webhook of await listed(calls)) if (isOurs(webhook, storeId)) await remove(calls, webhook.id);
}

async function remove(calls: Calls, id: string): Promise<void> {
  await orNull(calls.call("DELETE", `/webhooks/${id}`, { query: { force: "true" } }));
}

async function listed(calls: Calls): Promise<Webhook[]> {
  const webhooks: Webhook[] = [];
  for (let page = 1; page <= MAX_PAGES; page++) {
    const query = { per_page: String(PAGE), page: String(page), orderby: "id", order: "asc" };
    const { rows } = await calls.list("/webhooks", query);
    webhooks.push(...rows.map(webhookOf).filter((webhook) => webhook !== null));
    if (rows.length < PAGE) break;
  }
  return webhooks;
}

function webhookOf(value: unknown): Webhook | null {
  const [said] = recordsOf([value]);
  const id = idOf(said?.["id"]);
  if (said === undefined || id === null) return null;
  const [topic, url, status] = [said["topic"], said["delivery_url"], said["status"]].map(
    (field) => textOf(field) ?? "",
  );
  return { id, topic: topic ?? "", url: url ?? "", status: status ?? "" };
}

/** Whatever its host: the address of this installation may have changed. */
function isOurs({ url }: Webhook, storeId: string): boolean {
  return url.endsWith(`/webhooks/woocommerce/${storeId}`);
}

/** One that is `paused` was switched off by people, one that is `disabled` by too many failures; neither sends. */
function stateOf(topic: string, webhooks: readonly Webhook[]): WebhookState {
  const webhook = webhooks.find(({ status }) => status === "active") ?? webhooks[0];
  if (webhook === undefined) return { topic, externalId: null, state: "missing" };
  return { topic, externalId: webhook.id, state: webhook.status === "active" ? "active" : "paused" };
}
