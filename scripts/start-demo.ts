import type { AdminApi } from "./admin-api.ts";
import { type CreatorPage, loadDemo, openPages } from "./demo.ts";
import { loadDemoCalls } from "./demo-calls.ts";
import { connectDemoShop, type ConnectedShop } from "./demo-connected.ts";
import { creditOf } from "./demo-credit.ts";
import { keepDemoSecret } from "./demo-secret.ts";
import { type DemoShop, readStoreSecret } from "./demo-shop.ts";
import type { Stand } from "./shops/stand.ts";

/** The demo as it runs. */
export interface RunningDemo {
  /** Creators' own pages, Léa's first. */
  pages: readonly CreatorPage[];
  /** The shop that a second store is connected to; `null`: there is none. */
  connected: ConnectedShop | null;
}

/** As `WAYMARK_STORE_SECRET`: the shop's server keeps silent, so that orders stay what a browser claims. */
const PAGES_ALONE = "none";

/**
 * Loads the demo, as far as it isn't there yet, has it follow its shop to where that is now, and has the shop's server
 * report orders. Throws what the API calls throw.
 */
export async function startDemo(
  api: AdminApi,
  { shop, stands, state, waymark }: { shop: DemoShop; stands: readonly Stand[]; state: string; waymark: string },
): Promise<RunningDemo> {
  const { storeId, madeSecret, creatorIds } = await loadDemo(api, shop.origin);
  const pages = await openPages(api, creatorIds);
  const given = readStoreSecret(process.env);
  const confirms = given ?? (await keepDemoSecret(api, state, { storeId, made: madeSecret }));
  if (confirms !== PAGES_ALONE) {
    shop.confirmWith(confirms, (order) => creditOf(api, { storeId, waymark, pages }, order));
  }
  const connected = await connectDemoShop(api, stands, { creatorIds, shopOrigin: shop.origin });
  await loadDemoCalls(api, { storeId, creatorId: pages[0]?.creatorId ?? "", waymark });
  return { pages, connected };
}
