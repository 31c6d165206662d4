import { CONNECTIONS } from "./load.ts";
import { openWorld } from "./redirect-world.ts";
import { visitorRequests } from "./requests.ts";
import { fire } from "./sockets.ts";

/** What links in memory take. */
export interface LinkMemory {
  idleBytes: number;
  bytes: number;
}

/** Measures the isolate's heap before and while it has so many links in memory. */
export async function linkMemory(links: number): Promise<LinkMemory> {
  const world = await openWorld(links, { inspectorPort: 0 });
  try {
    const port = world.ports.waymark;
    const requests = visitorRequests(links);
    const { idle } = await world.heap(async () => undefined);
    await fire({ port, requests, connections: CONNECTIONS, seconds: Infinity, total: links });
    await world.settledCalls();
    const { idle: bytes } = await world.heap(async () => undefined);
    return { idleBytes: idle, bytes };
  } finally {
    await world.close();
  }
}
