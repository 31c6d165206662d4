import { setTimeout as delay } from "node:timers/promises";
import type { AdminApi } from "./admin-api.ts";
import {
  CAMPAIGN,
  CREATORS,
  DEMO_STORE_KEY,
  type DemoCampaign,
  type DemoCreator,
  type DemoStore,
  LINKS,
  LOGO,
  PAYER,
  STORE,
} from "./demo/definitions.ts";
import { Failure } from "./failure.ts";

/** Days that the links to creators' pages work which a start makes, and what tells them from others. */
const PAGE_DAYS = 1;
const PAGE_LABEL = "npm start";

interface Campaign {
  id: string;
  name: string;
  planId: string | null;
  status: string;
}

/** A creator in a campaign, with the code that was made for them. */
interface Member {
  creatorId: string;
  state: string;
  codeId?: string;
}

interface Store {
  id: string;
  key: string;
  origins: string[];
  homeUrl: string | null;
}

interface Creator {
  id: string;
  externalId: string | null;
}

interface Link {
  id: string;
  slug: string;
  url: string;
  kind: string;
  creatorId: string | null;
  campaignId: string | null;
  planId: string | null;
  codeId: string | null;
}

/** What makes a link one of the campaign's, under whose plan its orders earn. */
type Belonging = Pick<Link, "campaignId" | "planId" | "codeId">;

/** A demo as it was loaded. */
export interface Demo {
  storeId: string;
  /** The store's secret where it was made just now; it isn't shown again. */
  madeSecret: string | null;
  campaignId: string;
  /** `null`: the campaign has lost its plan. */
  planId: string | null;
  /** Its creators, by their external ids. */
  creatorIds: ReadonlyMap<string, string>;
}

/** Codes are made behind the request, by the queue, in about a second, ms. */
const MADE_WITHIN_MS = 15_000;
const POLL_MS = 100;

/** The demo shop under any port that it had on an earlier start. */
const SHOP = /^http:\/\/127\.0\.0\.1:\d+/;

/**
 * Loads a store, three creators, a campaign, and links whose pages are at `shopOrigin`; those of creators are
 * in the campaign, with the creator's code. What is there already stays as it is, but that it follows the demo
 * shop to its present port, and that a creator's link which is in no campaign is put into the demo's. Throws
 * what the API calls throw.
 */
export async function loadDemo(api: AdminApi, shopOrigin: string): Promise<Demo> {
  const store = await loadStore(api, STORE, shopOrigin);
  if (store.madeSecret !== null) {
    await api.upload("PUT", `/stores/${store.storeId}/logo`, "image/svg+xml", LOGO);
    await api.call("PUT", `/stores/${store.storeId}/payer`, PAYER);
  }
  const creators = CREATORS.map(async (creator) => [creator.externalId, await loadCreator(api, creator)] as const);
  const creatorIds = new Map(await Promise.all(creators));
  const campaign = await loadCampaign(api, CAMPAIGN, store.storeId, [...creatorIds.values()]);

  for (const { path, creator, ...fields } of LINKS) {
    const creatorId = creator === null ? null : (creatorIds.get(creator) ?? null);
    const belonging = creatorId === null ? null : await belongingOf(api, campaign, creatorId);
    const existing = await api.find<Link>("/links", { q: fields.slug }, (link) => link.slug === fields.slug);
    if (existing === undefined) {
      await api.call("POST", "/links", {
        ...fields,
        url: shopOrigin + path,
        storeId: store.storeId,
        creatorId,
        ...belonging,
      });
    } else {
      const url = existing.url.replace(SHOP, shopOrigin);
      if (url !== existing.url) await api.call("PATCH", `/links/${existing.id}`, { url });
      if (belonging !== null && existing.creatorId === creatorId) await bind(api, existing, belonging);
    }
  }
  return { ...store, campaignId: campaign.id, planId: campaign.planId, creatorIds };
}

/** Puts a link into the campaign, unless it was given to another one or another plan, or only counts. */
async function bind(api: AdminApi, link: Link, belonging: Belonging): Promise<void> {
  const isOthers = (["campaignId", "planId"] as const).some(
    (name) => link[name] !== null && link[name] !== belonging[name],
  );
  if (isOthers || link.kind !== "affiliate") return;
  const bound = { ...belonging, codeId: link.codeId ?? belonging.codeId };
  if ((["campaignId", "planId", "codeId"] as const).every((name) => link[name] === bound[name])) return;
  try {
    await api.call("PATCH", `/links/${link.id}`, bound);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    // Somebody made the demo their own: that is no reason not to start.
    console.warn(`The demo link ${link.slug} stays out of the demo campaign: ${error.message}`);
  }
}

/** What makes a link one of the campaign's, with the creator's code once it is made. */
async function belongingOf(api: AdminApi, { id, planId }: Campaign, creatorId: string): Promise<Belonging> {
  const until = Date.now() + MADE_WITHIN_MS;
  for (;;) {
    const path = `/campaigns/${id}/creators`;
    const member = await api.find<Member>(path, {}, (found) => found.creatorId === creatorId);
    // Past that the queue hangs; cron makes the code, and the next start binds it.
    if (member?.state !== "queued" || Date.now() > until) {
      return { campaignId: id, planId, codeId: member?.codeId ?? null };
    }
    await delay(POLL_MS);
  }
}

/** A creator's own page. */
export interface CreatorPage {
  /** Such as `Léa Moreau`. */
  name: string;
  creatorId: string;
  /** Whoever has it sees the page. */
  url: string;
}

/** A link to a creator's page, without its address. */
interface PortalLink {
  id: string;
  label: string | null;
  expiresAt: string | null;
  revokedAt: string | null;
}

/**
 * Makes links to the pages of the demo's creators, Léa's first. A link's address is shown once, so each start has its
 * own, for a day; those of earlier starts end. Throws what the API calls throw.
 */
export async function openPages(api: AdminApi, creatorIds: ReadonlyMap<string, string>): Promise<CreatorPage[]> {
  return Promise.all(
    CREATORS.flatMap(({ externalId, firstName, lastName }) => {
      const creatorId = creatorIds.get(externalId);
      return creatorId === undefined ? [] : [{ creatorId, name: `${firstName} ${lastName}` }];
    }).map(async ({ creatorId, name }) => {
      const path = `/creators/${creatorId}/portal-links`;
      const body = { label: PAGE_LABEL, expiresInDays: PAGE_DAYS };
      const { id, url } = await api.call<PortalLink & { url: string }>("POST", path, body);
      const now = new Date().toISOString();
      const isLeft = ({ id: other, label, expiresAt, revokedAt }: PortalLink): boolean =>
        other !== id && label === PAGE_LABEL && revokedAt === null && (expiresAt === null || expiresAt > now);
      for (const left of await api.all<PortalLink>(path, {}, isLeft)) await api.call("DELETE", `${path}/${left.id}`);
      return { creatorId, name, url };
    }),
  );
}

/** Makes a campaign of that name, or finds it, takes the creators in and launches it. Throws what the API calls throw. */
export async function loadCampaign(
  api: AdminApi,
  { name, plan }: DemoCampaign,
  storeId: string,
  creatorIds: readonly string[],
): Promise<Campaign> {
  const existing = await api.find<Campaign>("/campaigns", { store: storeId }, (found) => found.name === name);
  const made = { name, generateOn: "added", creatorsSeePerformance: true, plan: { ...plan, storeId } };
  const campaign = existing ?? (await api.call<Campaign>("POST", "/campaigns", made));
  // Who is in it already stays; an archived one takes nobody in.
  if (campaign.status !== "archived") {
    await api.call("POST", `/campaigns/${campaign.id}/creators`, { creatorIds, status: "approved" });
  }
  // Creators make links of their own for launched ones alone.
  if (campaign.status === "draft") await api.call("POST", `/campaigns/${campaign.id}/launch`);
  return campaign;
}

/**
 * Makes a store, or finds it and has it follow the demo shop to its present port. Throws what the API calls throw.
 */
export async function loadStore(
  api: AdminApi,
  wanted: DemoStore,
  shopOrigin: string,
): Promise<Pick<Demo, "storeId" | "madeSecret">> {
  const existing = await api.find<Store>("/stores", {}, (store) => store.key === wanted.key);
  if (existing === undefined) {
    const created = await api.call<Store & { secret: string }>("POST", "/stores", {
      ...wanted,
      origins: [shopOrigin],
      homeUrl: `${shopOrigin}/`,
      currency: "EUR",
      timezone: "Europe/Paris",
      // The local runtime has everybody come from one country, which may be one where no law asks for consent first.
      consentPolicy: "deferred",
    });
    return { storeId: created.id, madeSecret: created.secret };
  }
  const origins = existing.origins.map((origin) => origin.replace(SHOP, shopOrigin));
  const homeUrl = existing.homeUrl?.replace(SHOP, shopOrigin) ?? null;
  if (homeUrl !== existing.homeUrl || origins.join() !== existing.origins.join()) {
    await api.call("PATCH", `/stores/${existing.id}`, { origins, homeUrl });
  }
  return { storeId: existing.id, madeSecret: null };
}

async function loadCreator(api: AdminApi, { payoutDetails, ...creator }: DemoCreator): Promise<string> {
  const { externalId } = creator;
  const existing = await api.find<Creator>("/creators", { externalId }, (found) => found.externalId === externalId);
  if (existing !== undefined) return existing.id;
  const { id } = await api.call<Creator>("POST", "/creators", creator);
  await api.call("PUT", `/creators/${id}/payout-details`, payoutDetails);
  return id;
}

/** Ids of these creators, by their external ids; who isn't there is left out. */
export function idsOf(creators: readonly DemoCreator[], ids: ReadonlyMap<string, string>): string[] {
  return creators.flatMap(({ externalId }) => ids.get(externalId) ?? []);
}

/** Whether the demo store is there. */
export async function hasDemo(api: AdminApi): Promise<boolean> {
  return (await api.find<Store>("/stores", {}, ({ key }) => key === DEMO_STORE_KEY)) !== undefined;
}
