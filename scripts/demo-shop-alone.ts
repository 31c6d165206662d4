/**
 * `npm run demo:shop`: the demo shop without the Worker. `PORT` sets its port (8790), `WAYMARK_ORIGIN` where its
 * pages report to, `WAYMARK_STORE` the store's key, and `WAYMARK_STORE_SECRET` lets its server report too.
 */
import { DEMO_STORE_KEY } from "./demo/definitions.ts";
import { readStoreSecret, startDemoShop } from "./demo-shop.ts";
import { Failure } from "./failure.ts";
import { readPort } from "./settings.ts";

const DEFAULT_PORT = 8790;
const DEFAULT_WAYMARK = "http://127.0.0.1:8787";

/** Reads `WAYMARK_ORIGIN`. Throws a {@link Failure} for what isn't an origin. */
function readOrigin(text: string): string {
  const url = URL.parse(text);
  if (url !== null && /^https?:$/.test(url.protocol) && url.href === `${url.origin}/`) return url.origin;
  throw new Failure(`WAYMARK_ORIGIN must be an origin such as ${DEFAULT_WAYMARK}, not "${text}".`);
}

try {
  const { env } = process;
  const waymark = readOrigin(env.WAYMARK_ORIGIN || DEFAULT_WAYMARK);
  const store = env.WAYMARK_STORE || DEMO_STORE_KEY;
  const secret = readStoreSecret(env);
  const shop = await startDemoShop(readPort(env.PORT ?? "", DEFAULT_PORT), { waymark, store, secret });
  console.log(`The demo shop is at ${shop.origin}/

It reports to the store "${store}" at ${waymark}, ${secret === undefined ? "by its pages alone" : "by its pages and its server"}.
Orders are taken where the store lists ${shop.origin} among its origins.

Ctrl-C stops it.`);
} catch (error) {
  console.error(error instanceof Failure ? error.message : error);
  process.exit(1);
}
