import type { AdminApi } from "../admin-api.ts";
import { idsOf, loadCampaign, loadDemo, loadStore } from "../demo.ts";
import { loadNumbers } from "../demo-calls.ts";
import { CONNECTED_CAMPAIGN, CONNECTED_CREATORS, CONNECTED_STORE } from "./definitions.ts";
import type { LinkName } from "./story-clicks.ts";
import type { StoreKey } from "./story-orders.ts";

/** Secrets that were made, and are shown this once, by the stores' keys. */
export type Secrets = Readonly<Record<StoreKey, string>>;

/** What there is before anything happens. */
export interface World {
  secrets: Secrets;
  /** The demo store. */
  storeId: string;
  /** Ids of creators, by their external ids. */
  creatorIds: ReadonlyMap<string, string>;
  /** Slugs of the links that a story names. */
  slugs: ReadonlyMap<LinkName, string>;
  /** The definition of a sign-up. */
  signUpId: string;
}

/** Nothing. */
export const NO_WORLD: World = {
  secrets: { demo: "", "demo-shopify": "" },
  storeId: "",
  creatorIds: new Map(),
  slugs: new Map(),
  signUpId: "",
};

/** What a sign-up earns, in major units of the euro, and after how many days it is approved. */
export const SIGN_UP_PAYS = "1.50";
export const SIGN_UP_HOLD_DAYS = 7;

/** Makes stores, creators, campaigns, links, numbers and definitions. Throws what the API calls throw. */
export async function setUp(
  api: AdminApi,
  { origin, shopOrigin }: { origin: string; shopOrigin: string },
): Promise<World> {
  const demo = await loadDemo(api, shopOrigin);
  const connected = await loadStore(api, CONNECTED_STORE, shopOrigin);
  const ids = idsOf(CONNECTED_CREATORS, demo.creatorIds);
  const autumn = await loadCampaign(api, CONNECTED_CAMPAIGN, connected.storeId, ids);
  const slugs = new Map<LinkName, string>((["lea", "max", "nina", "spring"] as const).map((slug) => [slug, slug]));
  const made: readonly [LinkName, string, string][] = [
    ["spring:lea", demo.campaignId, "demo-lea"],
    ["autumn:lea", autumn.id, "demo-lea"],
    ["autumn:max", autumn.id, "demo-max"],
  ];
  for (const [name, campaignId, creator] of made) {
    const path = `/campaigns/${campaignId}/creators/${demo.creatorIds.get(creator)}`;
    const { link = "" } = await api.call<{ link?: string }>("GET", path);
    slugs.set(name, new URL(link, origin).pathname.slice(1));
  }
  await loadNumbers(api, demo.storeId, demo.creatorIds.get("demo-lea") ?? "");

  const define = async (template: string, name: string): Promise<string> => {
    const body = { storeId: demo.storeId, template, name };
    const { id } = await api.call<{ id: string }>("POST", "/conversion-definitions", body);
    await api.call("POST", `/conversion-definitions/${id}/activate`);
    return id;
  };
  const signUpId = await define("sign-up", "Newsletter sign-up");
  const rate = { amount: SIGN_UP_PAYS, holdDays: SIGN_UP_HOLD_DAYS };
  await api.call("PUT", `/tracking-plans/${demo.planId}/conversion-rates/${signUpId}`, rate);
  await define("call", "Call of half a minute");
  const secrets = { demo: demo.madeSecret ?? "", "demo-shopify": connected.madeSecret ?? "" };
  return { secrets, storeId: demo.storeId, creatorIds: demo.creatorIds, slugs, signUpId };
}
