import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  interface ProvidedContext {
    /** Where the stand-in of a tool for analytics is. */
    collectorOrigin: string;
  }
}

/** A request as the stand-in got it. */
export interface Collected {
  /** With its query. */
  path: string;
  headers: Record<string, string>;
  body: string;
}

/**
 * Starts a stand-in of a tool for analytics, over real HTTP, once for all test files. What is posted to `/{name}…` is kept
 * under that name and answered by the status that `PUT /{name}` said last (204); `GET /{name}` answers what came.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const statuses = new Map<string, number>();
  const kept = new Map<string, Collected[]>();
  const server = createServer((request, response) => {
    void textOf(request).then((body) => {
      const path = request.url ?? "/";
      const name = path.split(/[/?]/)[1] ?? "";
      const all = kept.get(name) ?? [];
      kept.set(name, all);
      if (request.method === "GET") return response.end(JSON.stringify(all));
      if (request.method === "PUT") {
        statuses.set(name, Number(body));
        return response.writeHead(204).end();
      }
      all.push({ path, headers: request.headers as Record<string, string>, body });
      const status = statuses.get(name) ?? 204;
      return response.writeHead(status, status === 302 ? { location: "http://127.0.0.1/elsewhere" } : {}).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  project.provide("collectorOrigin", `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  return async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of request.setEncoding("utf8") as AsyncIterable<string>) text += chunk;
  return text;
}
