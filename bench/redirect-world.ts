import { setTimeout as sleep } from "node:timers/promises";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { loadLinks } from "./links.ts";
import { BINDINGS, bundle, COMPATIBILITY_DATE, DIRECT_SOCKET, migrate } from "./miniflare.ts";

/** The full redirect; the least that one can be; and that behind the usual router. */
export const VARIANTS = ["waymark", "bare", "hono"] as const;
export type Variant = (typeof VARIANTS)[number];

/** A workerd with all variants, Waymark's database and its queue. */
export interface World {
  ports: Record<Variant, number>;
  /** Calls that Waymark's isolate has begun to D1, KV and the colo's cache. */
  storageCalls: () => Promise<number>;
  /** The same once those behind answers have been made. */
  settledCalls: () => Promise<number>;
  /** Clicks that have arrived in the log, and different ones. */
  logged: () => Promise<{ clicks: number; distinct: number }>;
  /** Moves the clock of Waymark's isolate on, ms. */
  pass: (ms: number) => Promise<void>;
  close: () => Promise<void>;
}

/** Starts a world with so many links. Rejects if something doesn't compile or start. */
export async function openWorld(links: number): Promise<World> {
  const miniflare = new Miniflare(await workers());
  try {
    await loadLinks(await migrate(miniflare, "DB", "waymark"), links);
    const portOf = async (worker: string, entrypoint?: string): Promise<number> =>
      Number((await miniflare.unsafeGetDirectURL(worker, entrypoint)).port);
    const [waymark, bare, hono, sink, calls, clock] = await Promise.all([
      portOf("waymark"),
      portOf("bare"),
      portOf("hono"),
      portOf("sink"),
      portOf("waymark", "StorageCalls"),
      portOf("waymark", "Clock"),
    ]);
    const storageCalls = async () => (await ask(calls)) as number;
    return {
      ports: { waymark, bare, hono },
      storageCalls,
      async settledCalls() {
        let seen = -1;
        for (let now = await storageCalls(); now !== seen; now = await storageCalls()) {
          seen = now;
          await sleep(100);
        }
        return seen;
      },
      logged: async () => (await ask(sink)) as { clicks: number; distinct: number },
      pass: async (ms) => void (await ask(clock, `?ms=${ms}`)),
      close: () => miniflare.dispose(),
    };
  } catch (error) {
    await miniflare.dispose();
    throw error;
  }
}

async function workers() {
  const [waymark, bare, hono, sink] = await Promise.all(
    ["waymark", "bare", "hono", "sink"].map((name) => bundle(`bench/worker/${name}.ts`)),
  );
  const common = { modules: true, compatibilityDate: COMPATIBILITY_DATE, unsafeDirectSockets: [DIRECT_SOCKET] };
  const entrypoint = (name: string) => ({ ...DIRECT_SOCKET, entrypoint: name });
  return convertV4MiniflareOptions({
    workers: [
      {
        ...common,
        name: "waymark",
        script: waymark ?? "",
        unsafeDirectSockets: [DIRECT_SOCKET, entrypoint("StorageCalls"), entrypoint("Clock")],
        bindings: BINDINGS,
        d1Databases: { DB: "bench" },
        kvNamespaces: { LINKS: "bench" },
        queueProducers: { CLICK_QUEUE: "waymark-clicks" },
        analyticsEngineDatasets: { CLICK_POINTS: { dataset: "waymark_clicks" } },
      },
      { ...common, name: "bare", script: bare ?? "" },
      { ...common, name: "hono", script: hono ?? "" },
      {
        ...common,
        name: "sink",
        script: sink ?? "",
        queueConsumers: { "waymark-clicks": { maxBatchSize: 20, maxBatchTimeout: 0.1 } },
      },
    ],
  });
}

async function ask(port: number, query = ""): Promise<unknown> {
  return (await fetch(`http://127.0.0.1:${port}/${query}`)).json();
}
