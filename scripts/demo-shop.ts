import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import type { Credit } from "./demo-credit.ts";
import { type Order, Orders, readCart } from "./demo-orders.ts";
import { framed, type Page } from "./demo-page.ts";
import { reportOrder } from "./demo-report.ts";
import { Failure } from "./failure.ts";
import type { Reporting } from "./demo-script.ts";
import { checkoutPage, landingPage, NOT_FOUND, thankYouPage } from "./demo-store-pages.ts";
import { HOST, MAX_PORT } from "./settings.ts";

/** The demo shop as it runs. */
export interface DemoShop {
  /** Such as `http://127.0.0.1:8788`. */
  origin: string;
  /**
   * Has the shop's server report each order from now on, with the store's secret; `credit` tells what became of one, by its
   * number.
   */
  confirmWith: (secret: string, credit: ShopReporting["credit"]) => void;
  close: () => void;
}

/** Where and how the demo shop reports its orders. */
export interface ShopReporting extends Reporting {
  /** The store's secret: the shop's server then reports each order too. Without it, only the pages do. */
  secret?: string | undefined;
  /** What became of an order that was reported, by its number; `null`: nobody knows yet. */
  credit?: ((number: string) => Promise<Credit | null>) | undefined;
}

/** Serves the demo shop on `port`, or on any free one where that is taken. */
export async function startDemoShop(port: number, given: ShopReporting): Promise<DemoShop> {
  const reporting = { ...given };
  const orders = new Orders();
  const server = createServer((request, response) => {
    answer(request, response, orders, reporting).catch((error: unknown) => {
      console.error("The demo shop failed:", error);
      response.destroy();
    });
  });
  try {
    await listen(server, port <= MAX_PORT ? port : 0);
  } catch {
    await listen(server, 0);
  }
  const { port: actual } = server.address() as AddressInfo;
  return {
    origin: `http://${HOST}:${actual}`,
    confirmWith: (secret, credit) => {
      reporting.secret = secret;
      reporting.credit = credit;
    },
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** `WAYMARK_STORE_SECRET`, the secret of the store that the demo shop reports for, if it is set. */
export function readStoreSecret(variables: NodeJS.ProcessEnv): string | undefined {
  return variables.WAYMARK_STORE_SECRET || undefined;
}

/** Reports an order from the shop's server. Never rejects: no shopper waits for it, and the order is placed whatever comes of it. */
async function report(reporting: Reporting, secret: string, order: Order): Promise<void> {
  try {
    await reportOrder(reporting, secret, order);
  } catch (error) {
    const why = error instanceof Failure ? error.message : error;
    console.error(`The demo shop's server couldn't report order ${order.id}:`, why);
  }
}

async function listen(server: Server, port: number): Promise<void> {
  server.listen(port, HOST);
  await once(server, "listening");
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  orders: Orders,
  reporting: ShopReporting,
): Promise<void> {
  const url = URL.parse(request.url ?? "/", `http://${HOST}`);
  const send = (status: number, page: Page): void => {
    const { html, policy } = framed(page, reporting);
    response.writeHead(status, {
      "Content-Type": "text/html; charset=utf-8",
      "Content-Security-Policy": policy,
      "X-Content-Type-Options": "nosniff",
      // Waymark learns the shop's origin, which it checks, and no page's address.
      "Referrer-Policy": "strict-origin-when-cross-origin",
      // "no-store" would keep browsers from bringing a page back as it was left.
      "Cache-Control": "private, no-cache",
    });
    response.end(html);
  };
  const reading = request.method === "GET" || request.method === "HEAD";

  if (url === null || url.pathname === "/favicon.ico") {
    response.writeHead(404).end();
  } else if (url.pathname === "/checkout" && request.method === "POST") {
    const fields = new URLSearchParams(await text(request));
    const cart = readCart(fields);
    if (cart === null) {
      send(404, NOT_FOUND);
    } else if (fields.get("action") === "order") {
      const order = orders.place(cart);
      if (reporting.secret !== undefined) void report(reporting, reporting.secret, order);
      // Seen by GET, so that a reload shows the same order instead of placing another.
      response.writeHead(303, { Location: `/thank-you?order=${order.id}` }).end();
    } else {
      send(200, checkoutPage(cart));
    }
  } else if (!reading) {
    response.writeHead(405, { Allow: url.pathname === "/checkout" ? "GET, HEAD, POST" : "GET, HEAD" }).end();
  } else if (url.pathname === "/checkout") {
    const cart = readCart(url.searchParams);
    if (cart === null) send(404, NOT_FOUND);
    else send(200, checkoutPage(cart));
  } else if (url.pathname === "/thank-you") {
    const order = orders.find(url.searchParams.get("order") ?? "");
    if (order === undefined) send(404, NOT_FOUND);
    else send(200, thankYouPage(order, reporting, (await reporting.credit?.(order.id)) ?? null));
  } else {
    send(200, landingPage(url));
  }
}
