import { afterAll, beforeAll } from "vitest";
import { shopify } from "../../../scripts/shops/shopify.ts";
import { type Stand, startStand } from "../../../scripts/shops/stand.ts";
import { makeShop, type StandShop } from "../../../scripts/shops/stand-client.ts";

/** A shop, with a caller of its Admin API who has a token that always holds. */
export interface Called {
  shop: StandShop;
  post: (path: string, body: unknown, headers?: Record<string, string>) => Promise<Response>;
  /** Answers the whole body. */
  ask: (query: string, variables?: unknown) => Promise<Answered>;
}

export interface Answered {
  // oxlint-disable-next-line typescript/no-explicit-any -- whatever was asked for
  data: any;
  errors?: { message: string; path?: string[]; extensions?: Record<string, unknown> }[];
  extensions: { cost: { requestedQueryCost: number; actualQueryCost: number | null; throttleStatus: Throttle } };
}

interface Throttle {
  maximumAvailable: number;
  currentlyAvailable: number;
  restoreRate: number;
}

/** Starts a stand-in for the tests of a file; each makes a shop of its own. */
export function withStand(): { shopOf: (given?: Record<string, unknown>) => Promise<Called>; origin: () => string } {
  let stand: Stand;
  beforeAll(async () => {
    stand = await startStand(shopify);
  });
  afterAll(() => stand.close());
  return {
    origin: () => stand.origin,
    shopOf: async (given = {}) => {
      const shop = await makeShop(stand.origin, { auth: "token", ...given });
      const post = (path: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> =>
        fetch(shop.origin + path, {
          method: "POST",
          headers: { "Content-Type": "application/json", ...headers },
          body: JSON.stringify(body),
        });
      const token = shop.credentials.accessToken ?? "";
      return {
        shop,
        post,
        ask: async (query, variables = {}) => {
          const answer = await post(GRAPHQL, { query, variables }, { "X-Shopify-Access-Token": token });
          return JSON.parse(await answer.text()) as Answered;
        },
      };
    },
  };
}

export const GRAPHQL = "/admin/api/2026-10/graphql.json";

/** What the `order`, `edit`, `refund` and other verbs answer. */
export interface Told {
  id: string;
  name: string;
  // oxlint-disable-next-line typescript/no-explicit-any -- the REST form
  body: any;
}

export const SUBSCRIBE = `mutation ($topic: WebhookSubscriptionTopic!, $uri: String!) {
  webhookSubscriptionCreate(topic: $topic, webhookSubscription: { uri: $uri }) {
    webhookSubscription { id topic uri }
    userErrors { field message }
  }
}`;

export const HOOK = "https://links.test/webhooks/shopify/sto_1";
