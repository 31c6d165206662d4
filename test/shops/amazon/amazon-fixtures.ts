import { enteredTag } from "../../../src/shops/amazon/tag-schema.ts";
import { attributionRowSchema, importedReport } from "../../../src/shops/amazon/report-schema.ts";
import { api, type ApiAnswer, bodyOf, pagesOf } from "../../ground/api.ts";
import {
  addCreators,
  createCampaign,
  createPlan,
  createReadyCreator,
  generateAll,
  holdQueue,
  readMember,
} from "../../programme/campaign-fixtures.ts";
import { createStore } from "../../programme/fixtures.ts";

/** Where links of these tests lead. */
export const LANDING = "https://www.amazon.com/dp/B0LINENSET?th=1#reviews";

/** Creates a store of Amazon Attribution. */
export function createAmazon(body: Record<string, unknown> = {}) {
  return createStore({ name: "Linen at Amazon", provider: "amazon", currency: "USD", ...body });
}

/** Creates a plan of such a store, which makes links that count clicks. */
export function createAmazonPlan(storeId: string, body: Record<string, unknown> = {}) {
  const none = { discount: null, codePattern: null, affiliateLink: false };
  return createPlan({ storeId, landingUrl: LANDING, ...none, ...body });
}

/** Puts a creator into a campaign of their own under a plan, and makes their link. */
export async function joinAmazon(planId: string, creatorId: string, body: Record<string, unknown> = {}) {
  holdQueue();
  const { id: campaignId } = await createCampaign({ planId, creatorsSeePerformance: true, ...body });
  await addCreators(campaignId, [creatorId], "approved");
  await generateAll();
  const { linkId } = await readMember(campaignId, creatorId);
  return { campaignId, linkId: linkId ?? "" };
}

/** Where a link leads, as it is kept. */
export async function urlOf(linkId: string): Promise<string> {
  return ((await api("GET", `/links/${linkId}`)).body as { url: string }).url;
}

/** A tag as Amazon's console makes it. */
export const tagOf = (name: string): string =>
  `maas=maas_adg_api_77120_${encodeURIComponent(name)}&ref_=aa_maas&tag=maas`;

/** Enters a creator's tag, whose rows are known by the name of an ad group. */
export async function enterTag(storeId: string, creatorId: string, name: string) {
  const body = { tag: tagOf(name), matches: [{ by: "adGroup", value: name }] };
  return bodyOf(enteredTag, await api("PUT", `/stores/${storeId}/attribution-tags/${creatorId}`, body));
}

/** Creates a creator whose ad group has a name. */
export async function createTagged(storeId: string, name: string) {
  const creator = await createReadyCreator();
  await enterTag(storeId, creator.id, name);
  return creator;
}

/** Imports a report: text as CSV, anything else as JSON. */
export function importReport(storeId: string, body: unknown, query = "", headers = {}): Promise<ApiAnswer> {
  const type = typeof body === "string" ? "text/csv" : "application/json";
  return api("POST", `/stores/${storeId}/attribution-reports${query}`, body, { "content-type": type, ...headers });
}

/** Imports a report that has to be accepted. */
export async function imported(storeId: string, body: unknown, query = "") {
  return bodyOf(importedReport, await importReport(storeId, body, query));
}

/** A row as Amazon's API answers it. */
export function apiRow(date: string, adGroupId: string, values: Record<string, unknown> = {}) {
  return {
    date,
    advertiserName: "Linen & Co",
    publisher: "Instagram",
    campaignId: "autumn",
    adGroupId,
    "Click-throughs": 12,
    attributedDetailPageViewsClicks14d: 9,
    attributedAddToCartClicks14d: 4,
    attributedPurchases14d: 2,
    unitsSold14d: 3,
    attributedSales14d: 71.8,
    attributedTotalDetailPageViewsClicks14d: 15,
    attributedTotalAddToCartClicks14d: 6,
    attributedTotalPurchases14d: 3,
    totalUnitsSold14d: 5,
    totalAttributedSales14d: 104.3,
    brb_bonus_amount: 7.18,
    ...values,
  };
}

/** All rows that a store has. */
export async function rowsOf(storeId: string, query = "") {
  const path = `/stores/${storeId}/attribution-reports/rows?limit=200${query}`;
  return (await pagesOf(attributionRowSchema, path)).flat();
}
