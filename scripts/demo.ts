import { setTimeout as delay } from "node:timers/promises";
import type { AdminApi } from "./admin-api.ts";
import { Failure } from "./failure.ts";

/** The slug of the link that a first visitor of the demo is shown. */
export const DEMO_SLUG = "lea";

/** The key of the demo store. */
export const DEMO_STORE_KEY = "demo";

const LEA = {
  externalId: "demo-lea",
  firstName: "Léa",
  lastName: "Moreau",
  email: "lea@creator.example",
  handles: { instagram: "lea.makes", tiktok: "leamakes" },
};

/** Days that the portal link of a start works. */
const PORTAL_DAYS = 1;

const CREATORS = [
  LEA,
  {
    externalId: "demo-max",
    firstName: "Max",
    lastName: "Lindner",
    email: "max@creator.example",
    handles: { youtube: "maxoutdoors" },
  },
];

/** `path` is a page of the demo shop, `creator` the external id of who is credited. */
const LINKS = [
  {
    slug: DEMO_SLUG,
    kind: "affiliate",
    creator: "demo-lea",
    path: "/products/linen-shirt",
    utm: {
      source: "{{username}}",
      medium: "creator",
      campaign: "spring-looks",
      content: "{{slug}}",
      term: "{{creator}}",
    },
    tags: ["demo"],
  },
  {
    slug: "max",
    kind: "affiliate",
    creator: "demo-max",
    path: "/products/rain-jacket",
    utm: { source: "{{username}}", medium: "creator", campaign: "spring-looks", content: "{{slug}}" },
    tags: ["demo"],
  },
  {
    slug: "spring",
    kind: "tracking",
    creator: null,
    path: "/spring?sort=new",
    utm: { source: "newsletter", medium: "email", campaign: "spring-looks" },
    tags: ["demo", "newsletter"],
  },
];

/** A store as the demo makes it; its pages are the demo shop's. */
export interface DemoStore {
  key: string;
  name: string;
  /** Its platform; left out, none that could be connected. */
  provider?: string;
}

const STORE: DemoStore = { key: DEMO_STORE_KEY, name: "Demo shop" };

/** The campaign that both creators are in, with its plan: each gets a code and a link of their own. */
const CAMPAIGN = {
  name: "Spring looks",
  generateOn: "added",
  creatorsSeePerformance: true,
  plan: {
    name: "Spring looks",
    discount: { type: "percentage", value: 10 },
    codePattern: "{{firstName|upper|max:10}}10",
    utm: { source: "{{username}}", medium: "creator", campaign: "{{campaign}}" },
    commission: { type: "percentage", value: 12 },
  },
};

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
  /** Its creators. */
  creatorIds: string[];
}

/** Codes are made behind the request, by the queue, in about a second, ms. */
const MADE_WITHIN_MS = 15_000;
const POLL_MS = 100;

/** The demo shop under any port that it had on an earlier start. */
const SHOP = /^http:\/\/127\.0\.0\.1:\d+/;

/**
 * Loads a store, two creators, a campaign, and three links whose pages are at `shopOrigin`; those of creators are
 * in the campaign, with the creator's code. What is there already stays as it is, but that it follows the demo
 * shop to its present port, and that a creator's link which is in no campaign is put into the demo's. Throws
 * what the API calls throw.
 */
export async function loadDemo(api: AdminApi, shopOrigin: string): Promise<Demo> {
  const store = await loadStore(api, STORE, shopOrigin);
  const creatorIds = new Map<string, string>();
  for (const creator of CREATORS) creatorIds.set(creator.externalId, await loadCreator(api, creator));
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
  return { ...store, creatorIds: [...creatorIds.values()] };
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

/**
 * Makes a link to the page of the demo's Léa, and returns its address. A link's address is shown once, so
 * each start has its own, for a day. Throws what the API calls throw.
 */
export async function openPortal(api: AdminApi): Promise<string> {
  const creatorId = await loadCreator(api, LEA);
  const link = await api.call<{ url: string }>("POST", `/creators/${creatorId}/portal-links`, {
    label: "npm start",
    expiresInDays: PORTAL_DAYS,
  });
  return link.url;
}

/** Makes a campaign of that name, or finds it, and takes the creators in. Throws what the API calls throw. */
export async function loadCampaign(
  api: AdminApi,
  { plan, ...fields }: { name: string; plan: object },
  storeId: string,
  creatorIds: readonly string[],
): Promise<Campaign> {
  const existing = await api.find<Campaign>("/campaigns", {}, (campaign) => campaign.name === fields.name);
  const campaign =
    existing ?? (await api.call<Campaign>("POST", "/campaigns", { ...fields, plan: { ...plan, storeId } }));
  // Who is in it already stays; an archived one takes nobody in.
  if (campaign.status !== "archived") {
    await api.call("POST", `/campaigns/${campaign.id}/creators`, { creatorIds, status: "approved" });
  }
  return campaign;
}

/**
 * Makes a store, or finds it and has it follow the demo shop to its present port. Throws what the API calls throw.
 */
export async function loadStore(
  api: AdminApi,
  wanted: DemoStore,
  shopOrigin: string,
): Promise<Omit<Demo, "creatorIds">> {
  const existing = await api.find<Store>("/stores", {}, (store) => store.key === wanted.key);
  if (existing === undefined) {
    const created = await api.call<Store & { secret: string }>("POST", "/stores", {
      ...wanted,
      origins: [shopOrigin],
      homeUrl: `${shopOrigin}/`,
      currency: "EUR",
      timezone: "Europe/Paris",
      consentPolicy: null,
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

async function loadCreator(api: AdminApi, creator: (typeof CREATORS)[number]): Promise<string> {
  const { externalId } = creator;
  const existing = await api.find<Creator>("/creators", { externalId }, (found) => found.externalId === externalId);
  return (existing ?? (await api.call<Creator>("POST", "/creators", creator))).id;
}
