/**
 * What stand-in shops share: a server on this machine alone that is one platform, with many shops told apart by the
 * first part of the path (`/brand.myshopify.com/admin/…`), and what is said to it by `/_stand/…`:
 *
 * | | |
 * |---|---|
 * | `POST /_stand/shops {name?, alias?, …}` | makes a shop; answers what connects it. `alias` is short for its name, here |
 * | `GET`, `DELETE /_stand/shops/{name}` | what it has; forgets it |
 * | `POST …/do/{verb} {…}` | has it do something, such as taking an order |
 * | `PUT …/faults {…}` | what is to go wrong (`Faults`) |
 * | `PUT …/clock {at}` | stops its clock at `at` (ms UTC); `null` lets it go |
 * | `GET …/calls`, `DELETE …/calls` | calls that came in |
 * | `POST …/outbox/take {dueOnly?}` | webhooks to be sent, for whoever sends them |
 * | `POST …/outbox/answers [{id, status}]` | what was answered to them |
 * | `POST …/deliver {to?, dueOnly?}` | sends them over HTTP, to `to` if given, and answers what came back |
 * | `PUT …/auto {on}` | whether it sends webhooks by itself, as they arise |
 *
 * `stand-client.ts` says the same as functions.
 */
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";
import { HOST } from "../settings.ts";
import type { DeliveryAnswer } from "./outbox.ts";
import { Refusal } from "./refusal.ts";
import type { Faults, Shop, StandAnswer, StandCall } from "./shop.ts";

/** A platform that can be stood in for. */
export interface StandPlatform {
  /** As `PROVIDER_ORIGINS` has it. */
  id: string;
  /** Makes a shop. `given` is what the test said; it throws a {@link Refusal} for what makes no sense. */
  make: (name: string, given: Record<string, unknown>) => Shop;
  /** A name for a shop that was given none, with `part` in it. */
  nameOf: (part: string) => string;
  /** What connects a shop, as a connection is told: by names of the API of Waymark. */
  credentials: (shop: Shop, origin: string) => Record<string, unknown>;
}

/** A stand-in that runs. */
export interface Stand {
  id: string;
  /** Such as `http://127.0.0.1:40123`. */
  origin: string;
  close: () => Promise<void>;
}

/** A call that is never answered is held so long, ms. */
const HOLD_MS = 15_000;

/** How long a receiver of webhooks may take, ms. */
const DELIVERY_MS = 5_000;

/** Starts a platform's stand-in on `port`, or on any free one. */
export async function startStand(platform: StandPlatform, port = 0): Promise<Stand> {
  const shops = new Map<string, Shop>();
  const aliases = new Map<string, string>();
  const closing = new AbortController();
  const stand: Running = { platform, shops, aliases, origin: "", closing: closing.signal };
  const server = createServer((request, response) => {
    answer(stand, request, response).catch((error: unknown) => {
      console.error(`The stand-in for ${platform.id} failed:`, error);
      if (response.headersSent) response.destroy();
      else send(response, { status: 500, body: { error: String(error) } });
    });
  });
  server.listen(port, HOST);
  await once(server, "listening");
  // Tests end although the stand-in runs.
  server.unref();
  stand.origin = `http://${HOST}:${(server.address() as AddressInfo).port}`;
  return {
    id: platform.id,
    origin: stand.origin,
    close: async () => {
      closing.abort();
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** Where stand-ins are, as the variable `PROVIDER_ORIGINS` has it. */
export function originsOf(stands: readonly Stand[]): Record<string, string> {
  return Object.fromEntries(stands.map(({ id, origin }) => [id, origin]));
}

interface Running {
  platform: StandPlatform;
  shops: Map<string, Shop>;
  aliases: Map<string, string>;
  origin: string;
  closing: AbortSignal;
}

async function answer(stand: Running, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? "/", stand.origin);
  const [first = "", ...rest] = url.pathname.slice(1).split("/");
  const body = await text(request);
  if (first === "_stand") {
    send(response, await control(stand, request.method ?? "GET", rest.map(decodeURIComponent), body));
    return;
  }
  const shop = stand.shops.get(decodeURIComponent(first));
  if (shop === undefined) {
    send(response, { status: 404, body: { errors: "Not Found" } });
    return;
  }
  const call: StandCall = {
    method: request.method ?? "GET",
    path: `/${rest.join("/")}`,
    query: url.searchParams,
    headers: Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(", ") : value]),
    ),
    body,
  };
  await meet(shop, call, response, stand.closing);
}

/** Answers a call at a shop, or has happen to it what is to happen. */
async function meet(shop: Shop, call: StandCall, response: ServerResponse, closing: AbortSignal): Promise<void> {
  const label = shop.label(call);
  const fault = shop.draw(label);
  const record = (status: number | null): void => shop.note({ label, status, fault: fault?.kind ?? null });
  const cut = (): void => {
    record(null);
    response.destroy();
  };
  switch (fault?.kind) {
    case "cut":
      return cut();
    case "timeout":
      await delay(shop.faults.holdMs ?? HOLD_MS, undefined, { signal: closing, ref: false }).catch(() => undefined);
      return cut();
    case "lost":
      await shop.answer(call);
      return cut();
    default: {
      const given = await answerOf(shop, call, fault);
      record(given.status);
      send(response, given);
    }
  }
}

async function answerOf(shop: Shop, call: StandCall, fault: ReturnType<Shop["draw"]>): Promise<StandAnswer> {
  if (fault?.kind === "error")
    return { status: fault.status ?? 503, body: "<html><body>Something went wrong</body></html>" };
  if (fault?.kind === "throttled") return shop.throttled(call, fault.status);
  if (fault?.kind === "unauthorised") return shop.unauthorised(call);
  return shop.answer(call);
}

function send(response: ServerResponse, { status, headers, body }: StandAnswer): void {
  const isText = typeof body === "string";
  response.writeHead(status, { "Content-Type": isText ? "text/html" : "application/json; charset=utf-8", ...headers });
  response.end(body === undefined ? "" : isText ? body : JSON.stringify(body));
}

/** What is said to the stand-in itself. */
async function control(stand: Running, method: string, path: string[], body: string): Promise<StandAnswer> {
  try {
    const said: unknown = body === "" ? {} : JSON.parse(body);
    const found = await controlled(stand, `${method} ${path[0] ?? ""}`, path, said);
    return found === undefined ? { status: 404, body: { error: "not found" } } : { status: 200, body: found };
  } catch (error) {
    if (!(error instanceof Refusal || error instanceof SyntaxError)) throw error;
    return { status: 422, body: { error: error.message } };
  }
}

async function controlled(stand: Running, what: string, path: string[], said: unknown): Promise<unknown> {
  const [, named, part, verb] = path;
  const name = stand.aliases.get(named ?? "") ?? named;
  if (name === undefined) {
    if (what === "POST shops") return made(stand, said as Record<string, unknown>);
    return what === "GET shops" ? [...stand.shops.keys()] : undefined;
  }
  const shop = stand.shops.get(name);
  if (shop === undefined) return undefined;
  switch (`${what}${part === undefined ? "" : ` ${part}`}`) {
    case "GET shops":
      return shop.state();
    case "DELETE shops":
      shop.outbox.onWaiting = null;
      return { deleted: stand.shops.delete(name) };
    case "POST shops do": {
      const act = shop.verbs[verb ?? ""];
      if (act === undefined) throw new Refusal(`It can't ${verb}; it can ${Object.keys(shop.verbs).join(", ")}.`);
      return act(said as never) ?? {};
    }
    case "PUT shops faults":
      shop.setFaults(said as Faults);
      return {};
    case "PUT shops clock":
      shop.freeze((said as { at: number | null }).at);
      return { now: shop.now() };
    case "GET shops calls":
      return shop.calls;
    case "DELETE shops calls":
      return { forgotten: shop.calls.splice(0).length };
    case "POST shops outbox":
      return outbox(shop, verb, said);
    case "POST shops deliver":
      return deliver(shop, said as { to?: string; dueOnly?: boolean });
    case "PUT shops auto":
      shop.outbox.onWaiting = (said as { on: boolean }).on ? sendingSoon(shop, stand.closing) : null;
      shop.outbox.onWaiting?.();
      return {};
    default:
      return undefined;
  }
}

function made({ platform, shops, aliases, origin }: Running, { alias, ...given }: Record<string, unknown>): unknown {
  const name = typeof given.name === "string" ? given.name : platform.nameOf(randomUUID().slice(0, 13));
  if (shops.has(name)) throw new Refusal(`There is a shop "${name}" already.`);
  const shop = platform.make(name, given);
  shops.set(name, shop);
  if (typeof alias === "string") aliases.set(alias, name);
  return { name, origin: `${origin}/${name}`, credentials: platform.credentials(shop, origin) };
}

function outbox(shop: Shop, verb: string | undefined, said: unknown): unknown {
  if (verb === "take") return shop.outbox.take((said as { dueOnly?: boolean }).dueOnly ?? false);
  if (verb !== "answers") return undefined;
  for (const one of said as DeliveryAnswer[]) shop.outbox.answered(one);
  return { waiting: shop.outbox.size };
}

/** Sends what waits, one after the other. */
async function deliver(shop: Shop, { to, dueOnly }: { to?: string; dueOnly?: boolean }): Promise<DeliveryAnswer[]> {
  const answers: DeliveryAnswer[] = [];
  for (const { id, topic, to: address, headers, body } of shop.outbox.take(dueOnly ?? false)) {
    const status = await fetch(to ?? address, {
      method: "POST",
      headers,
      body,
      redirect: "manual",
      signal: AbortSignal.timeout(DELIVERY_MS),
    }).then(
      async (response) => {
        await response.arrayBuffer();
        return response.status;
      },
      () => null,
    );
    shop.outbox.answered({ id, status });
    answers.push({ id, topic, status });
  }
  return answers;
}

/** Sends what is due, as long as there is something, without a second one at it. */
function sendingSoon(shop: Shop, closing: AbortSignal): () => void {
  let running = false;
  const run = async (): Promise<void> => {
    for (let at = shop.outbox.nextAt; at !== null && !closing.aborted; at = shop.outbox.nextAt) {
      if (shop.outbox.onWaiting === null) return;
      // Soon, not at once: the change that it tells of is answered first.
      await delay(Math.min(Math.max(at - shop.now(), 10), 1_000), undefined, { signal: closing, ref: false });
      await deliver(shop, { dueOnly: true });
    }
  };
  return () => {
    if (running) return;
    running = true;
    void run()
      .catch(() => undefined)
      .finally(() => {
        running = false;
      });
  };
}
