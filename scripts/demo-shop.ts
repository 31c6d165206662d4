import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { demoPage, PAGE_POLICY } from "./demo-page.ts";
import { HOST, MAX_PORT } from "./settings.ts";

/** The demo shop as it runs. */
export interface DemoShop {
  /** Such as `http://127.0.0.1:8788`. */
  origin: string;
  close: () => void;
}

/** Serves the demo shop on `port`, or on any free one where that is taken. */
export async function startDemoShop(port: number): Promise<DemoShop> {
  const server = createServer(answer);
  try {
    await listen(server, port <= MAX_PORT ? port : 0);
  } catch {
    await listen(server, 0);
  }
  const { port: actual } = server.address() as AddressInfo;
  return {
    origin: `http://${HOST}:${actual}`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function listen(server: Server, port: number): Promise<void> {
  server.listen(port, HOST);
  await once(server, "listening");
}

function answer(request: IncomingMessage, response: ServerResponse): void {
  const url = URL.parse(request.url ?? "/", `http://${HOST}`);
  if (url === null || url.pathname === "/favicon.ico") {
    response.writeHead(404).end();
  } else if (request.method !== "GET" && request.method !== "HEAD") {
    response.writeHead(405, { Allow: "GET, HEAD" }).end();
  } else {
    response.writeHead(200, {
      "Content-Type": "text/html; charset=utf-8",
      "Content-Security-Policy": PAGE_POLICY,
      "X-Content-Type-Options": "nosniff",
      "Referrer-Policy": "no-referrer",
      "Cache-Control": "no-store",
    });
    response.end(demoPage(url));
  }
}
