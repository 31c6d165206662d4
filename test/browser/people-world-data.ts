import type { AdminApi } from "../../scripts/admin-api.ts";
import { type Filled, type FillingWorld, fillWorld, type Store, until } from "./desk-world-data.ts";
import { clickMessage } from "../clicks/click-message.ts";

const DAY = 86_400_000;

/** Orders of the full creator, so many that no page has room for all of them. */
const ORDERS = 70;

/** A logo: a circle in a colour, which a page may show and not run. */
const LOGO = `<svg xmlns="http://www.w3.org/2000/svg" width="120" height="40"><circle cx="20" cy="20" r="18" fill="#a13d5b"/><rect x="48" y="14" width="68" height="12" fill="#a13d5b"/></svg>`;

interface Named {
  id: string;
}

/** The paths of creators' pages, by how much has happened to them. */
export interface Creators {
  /** In campaigns of two stores, with orders in every state, conversions, calls, payouts. */
  full: string;
  /** In campaigns of one store with a brand, of which nothing has happened yet. */
  newcomer: string;
  /** In no campaign. */
  none: string;
  /** In a campaign that hides its numbers. */
  hidden: string;
}

/** A page that shoppers see. */
export interface ShopperPage {
  name: string;
  /** From the root. */
  path: string;
  /** What it answers. */
  status: number;
  /** What is pressed on it, which leads to the page. */
  press?: string;
}

/** Whom people meet in a world that was filled for them. */
export interface People {
  creators: Creators;
  shoppers: ShopperPage[];
}

/** Gives creators and shoppers something to see of everything. */
export async function fillPeople(world: FillingWorld): Promise<People> {
  const { api } = world;
  const filled = await fillWorld(world);
  await dress(world, filled.store.id, { brandName: "Linen & Co", brandColor: "#a13d5b" });
  const second = await api.call<Store>("POST", "/stores", {
    name: "Norrland Outdoors",
    currency: "SEK",
    timezone: "Europe/Stockholm",
    homeUrl: "https://norrland.example/",
    origins: ["https://norrland.example"],
  });
  await dress(world, second.id, { brandColor: "#0b5d3b" });
  const { id: newcomerId } = await addCreator(api, "Amélie", "Nguyễn-Dubois");
  const [winter] = await Promise.all([
    addCampaign(api, second, { name: "Winter in the north", code: "NORRNORA", creatorIds: [filled.noraId] }),
    addCampaign(api, second, { name: "First steps", code: "AMELIE15", creatorIds: [newcomerId] }),
  ]);
  await sell(world, second, ["NORRNORA"], 6);
  await sell(world, filled.store, ["NORA10"], ORDERS);
  await click(api, winter, filled.noraId);
  const { id: hiddenId } = await addCreator(api, "Quinn", "O’Hara");
  const quiet = { name: "Quiet campaign", code: "QUINN5", creatorIds: [hiddenId], creatorsSeePerformance: false };
  await addCampaign(api, filled.store, quiet);
  const { id: noneId } = await addCreator(api, "Bo", "Li");
  const open = async (id: string): Promise<string> =>
    new URL((await api.call<{ url: string }>("POST", `/creators/${id}/portal-links`, {})).url).pathname;
  const full = await open(filled.noraId);
  for (const page of ["/jackets/winter", "/shoes"]) await makeOwnLink(world, full, winter, page);
  return {
    creators: {
      full,
      newcomer: await open(newcomerId),
      none: await open(noneId),
      hidden: await open(hiddenId),
    },
    shoppers: await makeShopperPages(world, filled),
  };
}

function addCreator(api: AdminApi, firstName: string, lastName: string): Promise<Named> {
  const email = `${firstName.normalize("NFD").replaceAll(/\W/g, "").toLowerCase()}@creator.example`;
  return api.call("POST", "/creators", { firstName, lastName, email });
}

async function dress({ api, key, origin }: FillingWorld, storeId: string, brand: object): Promise<void> {
  await api.call("PATCH", `/stores/${storeId}`, brand);
  const { status } = await fetch(`${origin}/api/v1/stores/${storeId}/logo`, {
    method: "PUT",
    headers: { Authorization: `Bearer ${key}`, "Content-Type": "application/octet-stream" },
    body: LOGO,
  });
  if (status !== 200) throw new Error(`a logo was answered ${status}`);
}

/** A campaign of which each creator has a code and a link, and may make more. Answers its id once they are made. */
async function addCampaign(
  api: AdminApi,
  store: Store,
  { name, code, creatorIds, creatorsSeePerformance = true }: CampaignTerms,
): Promise<string> {
  const { id } = await api.call<Named>("POST", "/campaigns", {
    name,
    creatorsSeePerformance,
    plan: {
      name,
      storeId: store.id,
      discount: { type: "percentage", value: 15 },
      codePattern: code,
      creatorLinks: true,
      commission: { type: "percentage", value: 8, holdDays: 30 },
    },
  });
  await api.call("POST", `/campaigns/${id}/creators`, { creatorIds, status: "approved" });
  await api.call("POST", `/campaigns/${id}/launch`);
  const stateOf = async (creatorId: string): Promise<string> =>
    (await api.call<{ state: string }>("GET", `/campaigns/${id}/creators/${creatorId}`)).state;
  for (const creatorId of creatorIds) {
    await until(`a code in ${name}`, async () => (await stateOf(creatorId)) === "ready");
  }
  return id;
}

interface CampaignTerms {
  name: string;
  code: string;
  creatorIds: readonly string[];
  creatorsSeePerformance?: boolean;
}

async function sell({ origin, api }: FillingWorld, store: Store, codes: string[], count: number): Promise<void> {
  const tell = async (n: number): Promise<void> => {
    const { status } = await fetch(`${origin}/t/orders`, {
      method: "POST",
      headers: { Authorization: `Bearer ${store.key}.${store.secret}`, "Content-Type": "application/json" },
      body: JSON.stringify({
        orderId: `people-${codes.join("")}-${n}`,
        amount: String(30 + ((n * 37) % 120)),
        currency: n % 9 === 8 ? "USD" : codes[0] === "NORA10" ? "EUR" : "SEK",
        codes,
        status: n % 11 === 10 ? "cancelled" : n % 7 === 6 ? "pending" : "paid",
        ...(n % 13 === 12 && { refunded: "10.00" }),
        customerId: `people-customer-${n % 20}`,
        placedAt: new Date(Date.now() - ((n * 11) % 75) * DAY - n * 60_000).toISOString(),
      }),
    });
    if (status !== 202) throw new Error(`order ${n} was answered ${status}`);
  };
  for (let n = 0; n < count; n += 10) {
    await Promise.all(Array.from({ length: Math.min(10, count - n) }, (_none, index) => tell(n + index)));
  }
  const told = (): Promise<{ data: unknown[] }> => api.call("GET", `/orders?store=${store.id}&limit=200`);
  await until(`orders with ${codes.join()}`, async () => (await told()).data.length >= count);
}

async function click(api: AdminApi, campaignId: string, creatorId: string): Promise<void> {
  const { linkId = "" } = await api.call<{ linkId?: string }>("GET", `/campaigns/${campaignId}/creators/${creatorId}`);
  const now = Date.now();
  const clicks = Array.from({ length: 60 }, (_none, n) =>
    clickMessage({ id: `clk_people_${n}`, linkId, time: now - ((n * 7) % 58) * DAY - n, pseudonym: `visitor ${n}` }),
  );
  await api.call("POST", "/clicks/restore", { clicks });
}

/** A link that a creator makes by the form of their page, to a page of the second store. */
async function makeOwnLink({ origin }: FillingWorld, path: string, campaign: string, page: string): Promise<void> {
  const { status } = await fetch(`${origin}${path}/links`, {
    method: "POST",
    redirect: "manual",
    headers: { Origin: origin, "Sec-Fetch-Site": "same-origin" },
    body: new URLSearchParams({ campaign, page: `https://norrland.example${page}` }),
  });
  if (status !== 303) throw new Error(`a creator's own link was answered ${status}`);
}

/** A link in each state, and all that its preview leads to. */
async function makeShopperPages({ api, origin }: FillingWorld, { store, linkId }: Filled): Promise<ShopperPage[]> {
  const past = new Date(Date.now() - DAY).toISOString();
  const soon = new Date(Date.now() + 30 * DAY).toISOString();
  const url = "https://linen.example/collections/a-summer-of-linen?colour=sand&size=m#reviews";
  const links: Record<string, object> = {
    live: { creatorId: await creatorOf(api, linkId) },
    ended: { endsAt: past },
    disabled: { disabled: true },
    blocked: { url: "https://was-fine.example/offer" },
    "used-up": { maxClicks: 1 },
    "not-started": { startsAt: soon },
    ruled: { rules: [{ when: { country: "DE", device: "mobile" }, url: "https://linen.example/de" }] },
  };
  for (const [slug, more] of Object.entries(links)) {
    await api.call("POST", "/links", { slug: `people-${slug}`, url, storeId: store.id, kind: "tracking", ...more });
  }
  await api.call("POST", "/blocked-hosts", { host: "was-fine.example", reason: "Imitates a bank" });
  const follow = () => fetch(`${origin}/people-used-up`, { headers: FIREFOX, redirect: "manual" });
  await follow();
  await until("the end of what is used up", async () => (await follow()).status !== 302);
  const visitor = "AAAAAAAAAAAAAAAAAAAAAA";
  await fetch(`${origin}/t/events?s=${store.key}`, {
    method: "POST",
    headers: { ...FIREFOX, "Content-Type": "text/plain", Origin: "https://linen.example" },
    body: JSON.stringify({ v: 1, id: "p1", type: "track", visitor, data: { event: "lead", form: "contact" } }),
  });
  const states = Object.keys(links);
  const me = `/t/me?s=${store.key}&visitor=`;
  return [
    ...states.map((slug) => ({ name: `preview ${slug}`, path: `/people-${slug}+`, status: 200 })),
    ...states
      .filter((slug) => slug !== "live" && slug !== "ruled")
      .map((slug) => ({ name: slug, path: `/people-${slug}`, status: slug === "not-started" ? 404 : 410 })),
    { name: "unknown", path: "/there-is-none", status: 404 },
    { name: "unknown preview", path: "/there-is-none+", status: 404 },
    { name: "opted out", path: "/people-live+", status: 200, press: "button[value=opt-out]" },
    { name: "opted out preview", path: "/people-live+", status: 200 },
    { name: "opted in", path: "/people-live+", status: 200, press: "button[value=opt-in]" },
    { name: "thank-you", path: "/people-live+", status: 200, press: "button[value=report]" },
    { name: "me known", path: me + visitor, status: 200 },
    { name: "me unknown", path: `${me}BBBBBBBBBBBBBBBBBBBBBB`, status: 200 },
    { name: "me wrong", path: `${me}nobody`, status: 422 },
    { name: "me forgotten", path: me + visitor, status: 200, press: "form[action='/t/me'] button" },
    { name: "me being forgotten", path: me + visitor, status: 200 },
    { name: "domain", path: "/", status: 200 },
    { name: "no token", path: `/creator/${"x".repeat(43)}`, status: 404 },
  ];
}

const FIREFOX = { "User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0" };

async function creatorOf(api: AdminApi, linkId: string): Promise<string | null> {
  return (await api.call<{ creatorId: string | null }>("GET", `/links/${linkId}`)).creatorId;
}
