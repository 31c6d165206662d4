import type { Platform, Shop, ShopAccess, ShopCheck, ShopHttp } from "../platform.ts";
import { problemsOf, SCOPES } from "./check.ts";
import { ShopifyCodes } from "./codes-send.ts";
import { failureOf, SCOPE_WAY, ShopifyGraph } from "./graph-send.ts";
import { at, listOf, textOf } from "./json.ts";
import { readMessage, shopOf, TOPICS } from "./message.ts";
import { ShopifyOrders } from "./orders-send.ts";
import { SHOP } from "./queries.ts";
import { termsOf } from "./terms.ts";
import { verifyShopify } from "./verify.ts";
import { ShopifyWebhooks } from "./webhooks-send.ts";

/**
 * Shopify. Secrets of a connection: `accessToken`, or `clientId` and `clientSecret` by which tokens are got; the
 * `clientSecret` also signs webhooks, as do `previousClientSecret` and `webhookSecret`. Orders come as webhooks of the
 * REST form and are asked for by GraphQL; both come to the same.
 */
export const shopify: Platform = {
  id: "shopify",
  topics: TOPICS,
  scopes: SCOPES,
  verify: verifyShopify,
  shopOf,
  isPing: () => false,
  read: readMessage,
  open,
  termsOf: (spec) => termsOf(spec),
  termsChangeAt: () => null,
};

function open(access: ShopAccess, http: ShopHttp, clickParam: string): Shop {
  const graph = new ShopifyGraph(access, http);
  const orders = new ShopifyOrders(graph, clickParam, http.now);
  const codes = new ShopifyCodes(graph);
  const webhooks = new ShopifyWebhooks(graph, access.storeId);
  return {
    check: (webhookUrl) => check(access, graph, webhooks, webhookUrl, http.now()),
    registerWebhooks: (url) => webhooks.register(url),
    withdrawWebhooks: () => webhooks.withdraw(),
    order: (orderId) => orders.order(orderId),
    ordersSince: (since, cursor) => orders.changed(since, cursor),
    refundsSince: (since, cursor) => orders.refunded(since, cursor),
    makeCode: (spec) => codes.make(spec),
    readCode: (externalId, text) => codes.read(externalId, text),
    changeCode: (externalId, spec) => codes.change(externalId, spec),
    withdrawCode: (externalId) => codes.withdraw(externalId),
  };
}

async function check(
  { account, apiVersion }: ShopAccess,
  graph: ShopifyGraph,
  webhooks: ShopifyWebhooks,
  webhookUrl: string | null,
  now: number,
): Promise<ShopCheck> {
  const { data, errors, version } = await graph.answer(SHOP);
  const failure = failureOf(errors, data);
  if (failure !== null) throw failure;
  const scopes = listOf(at(data, "currentAppInstallation", "accessScopes")).flatMap(
    (scope) => textOf(at(scope, "handle")) ?? [],
  );
  const supported = listOf(at(data, "publicApiVersions")).flatMap((known) =>
    at(known, "supported") === true ? (textOf(at(known, "handle")) ?? []) : [],
  );
  const facts = { scopes, version: graph.version, answered: version, supported, isSet: apiVersion !== null };
  return {
    account: textOf(at(data, "shop", "myshopifyDomain")) ?? account,
    apiVersion: graph.version,
    scopes,
    currency: textOf(at(data, "shop", "currencyCode")),
    webhooks: webhookUrl === null ? [] : await webhooks.states(webhookUrl),
    problems: problemsOf(facts, SCOPE_WAY, now),
  };
}
