import type { AdminApi } from "./admin-api.ts";

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

interface Named {
  id: string;
  name: string;
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
}

/** The demo shop under any port that it had on an earlier start. */
const SHOP = /^http:\/\/127\.0\.0\.1:\d+/;

/**
 * Loads a store, two creators, three links whose pages are at `shopOrigin`, and a campaign. What is there already
 * stays as it is, but that it follows the demo shop to its present port. Throws what the API calls
 * throw.
 */
export async function loadDemo(api: AdminApi, shopOrigin: string): Promise<void> {
  const storeId = await loadStore(api, shopOrigin);
  const creatorIds = new Map<string | null, string>();
  for (const creator of CREATORS) creatorIds.set(creator.externalId, await loadCreator(api, creator));

  for (const { path, creator, ...fields } of LINKS) {
    const existing = await api.find<Link>("/links", { q: fields.slug }, (link) => link.slug === fields.slug);
    if (existing === undefined) {
      const creatorId = creatorIds.get(creator);
      await api.call("POST", "/links", {
        ...fields,
        url: shopOrigin + path,
        storeId,
        ...(creatorId !== undefined && { creatorId }),
      });
    } else {
      const url = existing.url.replace(SHOP, shopOrigin);
      if (url !== existing.url) await api.call("PATCH", `/links/${existing.id}`, { url });
    }
  }
  await loadCampaign(api, storeId, [...creatorIds.values()]);
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

async function loadCampaign(api: AdminApi, storeId: string, creatorIds: readonly string[]): Promise<void> {
  const { plan, ...fields } = CAMPAIGN;
  const existing = await api.find<Named>("/campaigns", {}, (campaign) => campaign.name === fields.name);
  const campaign = existing ?? (await api.call<Named>("POST", "/campaigns", { ...fields, plan: { ...plan, storeId } }));
  // Who is in it already stays.
  await api.call("POST", `/campaigns/${campaign.id}/creators`, { creatorIds, status: "approved" });
}

async function loadStore(api: AdminApi, shopOrigin: string): Promise<string> {
  const existing = await api.find<Store>("/stores", {}, (store) => store.key === DEMO_STORE_KEY);
  if (existing === undefined) {
    const created = await api.call<Store>("POST", "/stores", {
      key: DEMO_STORE_KEY,
      name: "Demo shop",
      origins: [shopOrigin],
      homeUrl: `${shopOrigin}/`,
      currency: "EUR",
      timezone: "Europe/Paris",
      consentPolicy: null,
    });
    return created.id;
  }
  const origins = existing.origins.map((origin) => origin.replace(SHOP, shopOrigin));
  const homeUrl = existing.homeUrl?.replace(SHOP, shopOrigin) ?? null;
  if (homeUrl !== existing.homeUrl || origins.join() !== existing.origins.join()) {
    await api.call("PATCH", `/stores/${existing.id}`, { origins, homeUrl });
  }
  return existing.id;
}

async function loadCreator(api: AdminApi, creator: (typeof CREATORS)[number]): Promise<string> {
  const { externalId } = creator;
  const existing = await api.find<Creator>("/creators", { externalId }, (found) => found.externalId === externalId);
  return (existing ?? (await api.call<Creator>("POST", "/creators", creator))).id;
}
