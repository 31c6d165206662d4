import { env, WorkerEntrypoint } from "cloudflare:workers";

export { default } from "../../src/index.ts";

let calls = 0;

// Every look at storage begins with one of these; the Worker itself is the deployed one.
const { DB, LINKS } = env;
count(DB, ["prepare", "batch", "exec", "withSession"]);
count(LINKS, ["get", "getWithMetadata"]);
count(caches.default, ["match"]);

let ahead = 0;
const now = Date.now.bind(Date);
Date.now = () => now() + ahead;

/** Moves this isolate's clock on by `?ms=`, as if nobody had come for so long. */
export class Clock extends WorkerEntrypoint {
  override fetch(request: Request): Response {
    ahead += Number(new URL(request.url).searchParams.get("ms"));
    return Response.json(ahead);
  }
}

/** Tells how many calls to D1, KV and the colo's cache this isolate has begun. */
export class StorageCalls extends WorkerEntrypoint {
  override fetch(): Response {
    return Response.json(calls);
  }
}

/** Counts the calls to some methods of whatever is of the same kind as `binding`. */
function count(binding: object, names: readonly string[]): void {
  const kind = Object.getPrototypeOf(binding) as Record<string, (...args: unknown[]) => unknown>;
  for (const name of names) {
    const original = kind[name];
    if (original === undefined) throw new Error(`there is no ${name} to count`);
    kind[name] = function counted(this: unknown, ...args) {
      calls++;
      return original.apply(this, args);
    };
  }
}
