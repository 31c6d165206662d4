import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import type { StandShop } from "../../../scripts/shops/stand-client.ts";
import worker from "../../../src/index.ts";
import { processInbox } from "../../../src/sales/capture/process-run.ts";
import { fetchOrders } from "../../../src/sales/shop/fetch-run.ts";
import { pollShops } from "../../../src/sales/shop/poll-run.ts";
import { connect } from "../../shops/connection-fixtures.ts";
import { makeShopOf } from "../../shops/stand-shops.ts";
import { createStore } from "../../programme/fixtures.ts";

/** A store that is connected to a shop of a stand-in. */
export interface LiveShop {
  storeId: string;
  shop: StandShop;
  provider: string;
}

export const PLATFORMS = ["shopify", "woocommerce"] as const;

/** Makes a shop and a store, and connects them over the API. Messages that connecting made are taken away. */
export async function connectLive(
  provider: (typeof PLATFORMS)[number],
  body: Record<string, unknown> = {},
  given: Record<string, unknown> = {},
  store: Record<string, unknown> = {},
): Promise<LiveShop> {
  const shop = await makeShopOf(provider, given);
  const { id } = await createStore({ provider, ...store });
  await connect(id, { ...shop.credentials, ...body });
  const live = { storeId: id, shop, provider };
  await deliver(live);
  return live;
}

/** Sends a request to the Worker and waits for all that is behind its answer. */
export async function send(request: Request, bindings: Env = env): Promise<Response> {
  const context = createExecutionContext();
  const response = await worker.fetch(request as Request<unknown, IncomingRequestCfProperties>, bindings, context);
  await waitOnExecutionContext(context);
  return response;
}

/** Has the shop send its messages to the Worker. Answers the statuses that it got. */
export async function deliver({ shop }: LiveShop, bindings: Env = env): Promise<(number | null)[]> {
  return (await shop.deliverBy((request) => send(request, bindings))).map(({ status }) => status);
}

/** An order of a shop, by the verb of its stand-in. */
export async function placeOrder({ shop, provider }: LiveShop, given: Record<string, unknown> = {}): Promise<string> {
  const { click, ...rest } = given;
  const attributes =
    click === undefined ? {} : { attributes: { [provider === "shopify" ? "wm_click" : "_wm_click"]: click } };
  const lines = [{ price: "50.00", quantity: 2, sku: "TEE", name: "Tee" }];
  const { id } = await shop.act<{ id: string | number }>("order", {
    lines,
    shipping: { price: "5.00" },
    ...attributes,
    ...rest,
  });
  return String(id);
}

/** Has the shop do something with an order. */
export async function change(
  { shop }: LiveShop,
  verb: string,
  orderId: string,
  given: Record<string, unknown> = {},
): Promise<void> {
  await shop.act(verb, { order: orderId, ...given });
}

/** What the cron does for stores' orders at `now`. */
export async function runJobs(now = Date.now()): Promise<void> {
  await processInbox(env, now);
  await fetchOrders(env, now);
  await pollShops(env, now);
  await processInbox(env, now);
}
