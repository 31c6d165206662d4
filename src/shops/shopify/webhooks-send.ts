import { ShopFailure, type WebhookState } from "../platform.ts";
import { accessFailure, type ShopifyGraph, userErrorsOf } from "./graph-send.ts";
import { at, listOf, textOf } from "./json.ts";
import { TOPICS } from "./message.ts";
import { WEBHOOK_CREATE, WEBHOOK_DELETE, WEBHOOKS } from "./queries.ts";

/** Most pages of webhooks: an app has a few dozen at most. */
const PAGES = 10;

interface Webhook {
  id: string;
  /** As GraphQL writes it: `ORDERS_CREATE`. */
  topic: string;
  uri: string;
}

/** Webhooks of the app in one shop. Those of other parties that use the same app are left alone. */
export class ShopifyWebhooks {
  readonly #graph: ShopifyGraph;
  /** What the paths of a store's webhooks end with. */
  readonly #path: string;

  constructor(graph: ShopifyGraph, storeId: string) {
    this.#graph = graph;
    this.#path = `/webhooks/shopify/${storeId}`;
  }

  /** Where the webhooks at an address stand. Shopify pauses none: it takes them away after eight failures in a row. */
  async states(url: string): Promise<WebhookState[]> {
    const all = await this.#all();
    return TOPICS.map((topic) => {
      const found = all.find((webhook) => webhook.topic === graphTopic(topic) && webhook.uri === url);
      return { topic, externalId: found?.id ?? null, state: found === undefined ? "missing" : "active" };
    });
  }

  async register(url: string): Promise<WebhookState[]> {
    const all = await this.#all();
    const mine = (webhook: Webhook): boolean => webhook.uri === url;
    for (const topic of TOPICS) {
      if (!all.some((webhook) => webhook.topic === graphTopic(topic) && mine(webhook))) await this.#create(topic, url);
    }
    // Only now: a message that comes twice harms nobody.
    for (const webhook of all) if (this.#isOurs(webhook) && !mine(webhook)) await this.#delete(webhook.id);
    return this.states(url);
  }

  async withdraw(): Promise<void> {
    for (const webhook of await this.#all()) if (this.#isOurs(webhook)) await this.#delete(webhook.id);
  }

  #isOurs({ uri }: Webhook): boolean {
    return (URL.parse(uri)?.pathname ?? "").endsWith(this.#path);
  }

  async #all(): Promise<Webhook[]> {
    const webhooks: Webhook[] = [];
    let after: string | null = null;
    for (let pages = 0; pages < PAGES; pages++) {
      const page = at(await this.#graph.ask(WEBHOOKS, { after }), "webhookSubscriptions");
      for (const node of listOf(at(page, "nodes"))) {
        const [id, topic, uri] = [textOf(at(node, "id")), textOf(at(node, "topic")), textOf(at(node, "uri"))];
        if (id !== null && topic !== null && uri !== null) webhooks.push({ id, topic, uri });
      }
      after = at(page, "pageInfo", "hasNextPage") === true ? textOf(at(page, "pageInfo", "endCursor")) : null;
      if (after === null) return webhooks;
    }
    throw new ShopFailure("refused", "The shop's webhooks have no end.");
  }

  async #create(topic: string, uri: string): Promise<void> {
    const variables = { topic: graphTopic(topic), webhook: { uri, format: "JSON" } };
    const errors = userErrorsOf(at(await this.#graph.ask(WEBHOOK_CREATE, variables), "webhookSubscriptionCreate"));
    // Whoever was first, it is there now.
    if (errors === null || /already been taken/i.test(errors.words)) return;
    if (/permission|approved|protected/i.test(errors.words)) throw accessFailure(errors.words);
    throw new ShopFailure("refused", `The shop registers no webhook of ${topic}: ${errors.words}`);
  }

  async #delete(id: string): Promise<void> {
    // One that is gone already is what was wanted.
    await this.#graph.ask(WEBHOOK_DELETE, { id });
  }
}

/** A topic as GraphQL writes it. */
function graphTopic(topic: string): string {
  return topic.replaceAll("/", "_").toUpperCase();
}
