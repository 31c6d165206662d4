import { Hono } from "hono";
import type { AppTypes, Deps } from "../../ground/deps.ts";
import { errorText } from "../../ground/error-text.ts";
import { readBounded } from "../../ground/http/body.ts";
import { Problem, problemResponse } from "../../ground/http/problem.ts";
import { CONNECTED_CARRIERS } from "../../ground/model/call.ts";
import { disconnect } from "../../shops/connection/end-store.ts";
import type { Platform, ShopMessage } from "../../shops/platform.ts";
import { customerHasher } from "../capture/customer.ts";
import { keep } from "../capture/intake-write.ts";
import { fetchOrders } from "./fetch-run.ts";
import { noteHeard } from "./heard-store.ts";
import { findReceiver, forgetReceivers, recallReceiver, type Receiver, storesOfShop } from "./receiver-store.ts";
import { Repeats } from "./repeats.ts";
import { messageReport } from "./report.ts";

/** Largest message, bytes. */
export const MAX_MESSAGE_BYTES = 1_048_576;

/** What shops still say, or ask for, once they have ended a connection. */
const AFTERWARDS: ReadonlySet<ShopMessage["kind"]> = new Set([
  "uninstalled",
  "customer_data",
  "redact_customer",
  "redact_shop",
]);

/**
 * How long an order that was only named is waited with before it is asked for, ms: what happens to an order is told by several
 * messages at once, and one answer has all of it.
 */
export const GATHER_MS = 250;

/** By environment, as the isolate's own state is: see index.ts. */
const repeats = new WeakMap<object, Repeats>();

function repeatsOf(env: object): Repeats {
  const known = repeats.get(env) ?? new Repeats();
  repeats.set(env, known);
  return known;
}

/** Connected shops' side: their webhooks, see docs/shops.md. */
export const webhookRoutes = new Hono<AppTypes>().post("/:provider/:storeId", async (c, next) => {
  // Carriers of calls have addresses beside those of shops, and routes of their own.
  if (CONNECTED_CARRIERS.some((carrier) => carrier === c.req.param("provider"))) return next();
  try {
    await take(c.env.deps, c.req.raw, c.req.param("provider"), c.req.param("storeId"));
    // Exactly so: a ping of WooCommerce takes no other success.
    return new Response(null, { status: 200, headers: { "Cache-Control": "no-store" } });
  } catch (error) {
    return problemResponse(problemOf(error), c.var.requestId);
  }
});

function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  console.error(JSON.stringify({ event: "shop_message_lost", message: errorText(error) }));
  return new Problem("unavailable", "The message could not be kept. Please send it again.", [], { "Retry-After": "5" });
}

/** Takes a message: verified over its raw bytes, then kept, and all else behind the answer. Throws a `Problem`. */
async function take(deps: Deps, request: Request, provider: string, storeId: string): Promise<void> {
  const body = await readBounded(request, MAX_MESSAGE_BYTES);
  if (await takeRecalled(deps, request.headers, body, recallReceiver(deps, provider, storeId))) return;
  const receiver = await findReceiver(deps, provider, storeId);
  if (receiver === null) throw new Problem("not_found", "No store is connected to a shop there.");
  const { platform, secrets, clickParam, isConnected, store } = receiver;
  const { headers } = request;
  const sender = platform.shopOf(headers);
  const isOfAnother = sender !== null && sender !== receiver.account;
  if (isOfAnother && (await takeOfAnother(deps, platform, sender, headers, body))) return;
  if (secrets === null) throw unopened(isConnected);
  if (!(await platform.verify(headers, body, secrets))) {
    if (isConnected && platform.isPing(headers, body)) return;
    throw new Problem("unsigned", "The signature is missing, or is not that of the shop's own secret.");
  }
  const message = platform.read(headers, body, clickParam);
  if (!isOfAnother) return takeRead(deps, receiver, message);
  const detail = `It is of the shop ${sender.slice(0, 100)}, which no store is connected to.`;
  const ignored = { kind: "ignored", topic: message.topic, reason: "another_shop", detail } as const;
  const report = await messageReport(store, ignored, customerHasher(deps.env.VISITOR_KEY));
  if (report !== null) await keep(deps, [report]);
}

/**
 * Takes a message of a connection as it was a moment ago, if it is one that only tells of an order. Answers whether it
 * was: all others, and whoever would be refused, are for the connection as it is. Throws a `Problem`.
 */
async function takeRecalled(
  deps: Deps,
  headers: Headers,
  body: Uint8Array,
  receiver: Receiver | undefined,
): Promise<boolean> {
  if (receiver === undefined || receiver.secrets === null) return false;
  const { account, clickParam, platform, secrets } = receiver;
  if ((platform.shopOf(headers) ?? account) !== account) return false;
  if (!(await platform.verify(headers, body, secrets))) return false;
  const message = platform.read(headers, body, clickParam);
  if ("account" in message) return false;
  await takeRead(deps, receiver, message);
  return true;
}

/**
 * Takes a message that came to one shop's address from another of the same app: what its stores are to do, and nothing
 * of the one whose address it is, be that connected or not. Answers whether one of them knows its signature. Throws a
 * `Problem`.
 */
async function takeOfAnother(
  deps: Deps,
  platform: Platform,
  sender: string,
  headers: Headers,
  body: Uint8Array,
): Promise<boolean> {
  let isTaken = false;
  for (const id of await storesOfShop(deps, platform.id, sender)) {
    const receiver = await findReceiver(deps, platform.id, id);
    if (receiver?.secrets == null || !(await platform.verify(headers, body, receiver.secrets))) continue;
    const message = platform.read(headers, body, receiver.clickParam);
    if (!receiver.isConnected && !AFTERWARDS.has(message.kind)) continue;
    await takeRead(deps, receiver, message);
    isTaken = true;
  }
  return isTaken;
}

/** Takes a message that is read. Throws a `Problem`. */
async function takeRead(deps: Deps, receiver: Receiver, read: ShopMessage): Promise<void> {
  const { isConnected, store } = receiver;
  const message = ofThisShop(read, receiver);
  if (!isConnected && !AFTERWARDS.has(message.kind)) throw unopened(false);
  await keepMessage(deps, receiver, message);
  const isOrder = message.kind === "order" || message.kind === "fetch" || message.kind === "deleted";
  const noted = noteHeard(deps.env, store.id, message.topic, isOrder, deps.now());
  deps.waitUntil(
    noted.catch((error: unknown) =>
      console.warn(JSON.stringify({ event: "shop_not_noted", storeId: store.id, message: errorText(error) })),
    ),
  );
}

/**
 * A message as it concerns this connection. What ends or erases something counts only if its signed body names the shop:
 * an app's secret may be that of several shops, and a topic is a header, which nobody signs. What was uninstalled before
 * the shop was connected again is over: shops say it once more where it wasn't answered.
 */
function ofThisShop(message: ShopMessage, { account, connectedAt }: Receiver): ShopMessage {
  if (!("account" in message)) return message;
  const { topic } = message;
  if (message.account !== account) {
    const detail = "It names another shop than the connected one, or none, and nothing was done.";
    return { kind: "ignored", topic, reason: "another_shop", detail };
  }
  if (message.kind === "uninstalled" && message.at !== null && message.at < connectedAt) {
    const detail = "The app was uninstalled before the shop was connected as it is now.";
    return { kind: "ignored", topic, reason: "before_connection", detail };
  }
  return message;
}

function unopened(isConnected: boolean): Problem {
  if (!isConnected) return new Problem("shop_disconnected", "Connect the store again, or remove this webhook.");
  return new Problem("unavailable", "The connection's secrets can't be opened: connect the store again.");
}

async function keepMessage(deps: Deps, { store }: Receiver, message: ShopMessage): Promise<void> {
  if (message.kind === "uninstalled") {
    forgetReceivers(deps.env);
    await disconnect(deps.env, store.id, deps.now());
    forgetReceivers(deps.env);
    return;
  }
  const name = message.kind === "fetch" ? (message.deliveryId ?? null) : null;
  if (repeatsOf(deps.env).has(store.id, name)) return;
  const report = await messageReport(store, message, customerHasher(deps.env.VISITOR_KEY));
  if (report === null) return;
  const kept = await keep(deps, [report]);
  repeatsOf(deps.env).add(store.id, name);
  if (message.kind !== "fetch") return;
  const ids = kept.map(({ id }) => id);
  // The first takes the row, as it is by then; for those that came since, there is nothing left to take.
  const gathered = scheduler.wait(GATHER_MS).then(() => fetchOrders(deps.env, deps.now(), { ids }));
  deps.waitUntil(
    gathered.catch((error: unknown) =>
      console.warn(JSON.stringify({ event: "shop_order_left_to_cron", storeId: store.id, message: errorText(error) })),
    ),
  );
}
