import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import type { StandShop } from "../../../scripts/shops/stand-client.ts";
import type { ProviderId } from "../../../src/ground/model/provider.ts";
import worker from "../../../src/index.ts";
import { processInbox } from "../../../src/sales/capture/process-run.ts";
import { fetchOrders } from "../../../src/sales/shop/fetch-run.ts";
import { pollShops } from "../../../src/sales/shop/poll-run.ts";
import { GATHER_MS } from "../../../src/sales/shop/webhook-routes.ts";
import { CONNECTORS, loadPlatform } from "../../../src/shops/platforms-load.ts";
import { withoutCompany } from "../../ground/waits.ts";
import { connect } from "../../shops/connection-fixtures.ts";
import { makeShopOf } from "../../shops/stand-shops.ts";
import { createStore } from "../../programme/fixtures.ts";

/** A store that is connected to a shop of a stand-in. */
export interface LiveShop {
  storeId: string;
  shop: StandShop;
  provider: ProviderId;
}

/** All platforms that a store can be connected to, and those of them that send messages. */
export const PLATFORMS = Object.keys(CONNECTORS) as ProviderId[];
const topics = await Promise.all(PLATFORMS.map(async (id) => (await loadPlatform(id))?.topics ?? []));
export const PUSHING = PLATFORMS.filter((_id, place) => (topics[place] ?? []).length > 0);

/** Makes a shop and a store, and connects them over the API. Messages that connecting made are taken away. */
export async function connectLive(
  provider: ProviderId,
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
  const response = await withoutCompany(GATHER_MS, async () =>
    worker.fetch(request as Request<unknown, IncomingRequestCfProperties>, bindings, context),
  );
  await waitOnExecutionContext(context);
  return response;
}

/** Has the shop send its messages to the Worker. Answers the statuses that it got. */
export async function deliver({ shop }: LiveShop, bindings: Env = env): Promise<(number | null)[]> {
  return (await shop.deliverBy((request) => send(request, bindings))).map(({ status }) => status);
}

/** The messages that wait at a shop, as requests to be sent more than once. */
export async function messages({ shop }: LiveShop): Promise<(() => Request)[]> {
  const waiting = await shop.take();
  await shop.answered(waiting.map(({ id }) => ({ id, status: 200 })));
  return waiting.map(
    ({ to, headers, body }) =>
      () =>
        new Request(to, { method: "POST", headers, body }),
  );
}

/** An order of a shop, by the verb of its stand-in. */
export async function placeOrder({ shop }: LiveShop, given: Record<string, unknown> = {}): Promise<string> {
  const lines = [{ price: "50.00", quantity: 2, sku: "TEE", name: "Tee" }];
  const { id } = await shop.act<{ id: string | number }>("order", {
    lines,
    shipping: { price: "5.00" },
    ...given,
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

/** Has the Worker hear of what happened at a shop: by its messages, or where it sends none by asking for it now. */
export async function hear(live: LiveShop): Promise<void> {
  await deliver(live);
  if (!PUSHING.includes(live.provider)) {
    await env.DB.prepare("UPDATE shop_connections SET next_poll_at = 0, refunds_read_at = NULL").run();
  }
  await runJobs();
}

/** What the cron does for stores' orders at `now`. */
export async function runJobs(now = Date.now()): Promise<void> {
  await processInbox(env, now);
  await fetchOrders(env, now);
  await pollShops(env, now);
  await processInbox(env, now);
}
