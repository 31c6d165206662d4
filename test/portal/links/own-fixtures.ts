import { exports } from "cloudflare:workers";
import { expect } from "vitest";
import { pageOf } from "../../../src/ground/http/pagination.ts";
import { linkSchema } from "../../../src/links/link/schema.ts";
import { api, bodyOf } from "../../ground/api.ts";
import { SHORT_ORIGIN } from "../../edge/visit.ts";
import type { ShopStore } from "../../sales/capture-fixtures.ts";
import { createGuest, createShop, join, type Joined } from "../portal-fixtures.ts";

/** Somebody who may make links of their own. */
export interface LinkMaker extends Joined {
  store: ShopStore;
  /** Of their portal page. */
  path: string;
}

/** A creator in a launched campaign whose plan lets them make links. */
export async function createLinkMaker(
  plan: Record<string, unknown> = {},
  campaign: Record<string, unknown> = {},
  shop: Record<string, unknown> = {},
): Promise<LinkMaker> {
  const store = await createShop({ origins: ["https://shop.example"], ...shop });
  const { id, path } = await createGuest();
  return { ...(await joinMaking(store, id, plan, campaign)), store, path };
}

/** Puts a creator into a further such campaign. */
export async function joinMaking(
  store: ShopStore,
  creatorId: string,
  plan: Record<string, unknown> = {},
  campaign: Record<string, unknown> = {},
): Promise<Joined> {
  const joined = await join(store, creatorId, campaign, { creatorLinks: true, ...plan });
  expect((await api("POST", `/campaigns/${joined.campaignId}/launch`)).status).toBe(200);
  return joined;
}

/** Sends one of the portal's forms as its own page does, unless `headers` say otherwise. */
export async function submit(path: string, form: Record<string, string> = {}, headers: Record<string, string> = {}) {
  const response = await exports.default.fetch(`${SHORT_ORIGIN}${path}`, {
    method: "POST",
    redirect: "manual",
    headers: {
      Accept: "text/html",
      "Accept-Language": "en",
      Origin: SHORT_ORIGIN,
      "Sec-Fetch-Site": "same-origin",
      "Content-Type": "application/x-www-form-urlencoded",
      ...headers,
    },
    body: new URLSearchParams(form),
  });
  return { status: response.status, to: response.headers.get("location"), text: await response.text() };
}

/** Asks for a link to a page of the shop. */
export function make(maker: Pick<LinkMaker, "path" | "campaignId">, page: string, form: Record<string, string> = {}) {
  return submit(`${maker.path}/links`, { campaign: maker.campaignId, page, ending: "", ...form });
}

/** The id of the link that an answer leads to. */
export function idIn({ to }: { to: string | null }): string {
  return /\?(?:made|there)=(lnk_\w+)$/.exec(to ?? "")?.[1] ?? `no link: ${to}`;
}

/** A creator's links that they made themselves, newest first. */
export async function ownLinks(creatorId: string) {
  return bodyOf(pageOf(linkSchema), await api("GET", `/links?creator=${creatorId}&madeBy=creator&limit=200`)).data;
}
