import { env } from "cloudflare:workers";
import { ingestAll } from "../clicks/log-fixtures.ts";
import { readConfig } from "../../src/ground/config.ts";
import { settleOrders } from "../../src/books/ledger/settle-run.ts";
import { portalLinkWithUrl } from "../../src/portal/access/schema.ts";
import { api, bodyOf } from "../ground/api.ts";
import {
  addCreators,
  createCampaign,
  createPlan,
  createReadyCreator,
  generateAll,
  holdQueue,
  readMember,
} from "../programme/campaign-fixtures.ts";
import { postOrder, type ShopStore } from "../sales/capture-fixtures.ts";
import { clickMessage } from "../clicks/click-message.ts";
import { createStore } from "../programme/fixtures.ts";
import { visit } from "../edge/visit.ts";

/** When these tests happen: a Sunday noon (UTC). */
export const NOON = Date.UTC(2026, 10, 22, 12);

/** A creator in a campaign, with what was made for them. */
export interface Joined {
  creatorId: string;
  campaignId: string;
  code: string;
  link: string;
  linkId: string;
}

/** Creates a store whose days are those of UTC, and whose orders are credited by code alone. */
export function createShop(body: Record<string, unknown> = {}): Promise<ShopStore> {
  return createStore({
    name: "Linen & Co",
    currency: "EUR",
    timezone: "UTC",
    homeUrl: "https://shop.example/",
    ...body,
  });
}

/** Puts a creator into a campaign of their own with a plan of its own, which earns them 10 per cent. */
export async function join(
  store: ShopStore,
  creatorId: string,
  body: Record<string, unknown> = {},
  plan: Record<string, unknown> = {},
): Promise<Joined> {
  holdQueue();
  const { id: planId } = await createPlan({
    storeId: store.id,
    codePattern: `{{firstName|upper}}${Math.floor(Math.random() * 1e9)}`,
    commission: { type: "percentage", value: 10 },
    ...plan,
  });
  const { id: campaignId } = await createCampaign({ planId, creatorsSeePerformance: true, ...body });
  await addCreators(campaignId, [creatorId], "approved");
  await generateAll();
  const { code = "", link = "", linkId = "" } = await readMember(campaignId, creatorId);
  return { creatorId, campaignId, code, link, linkId };
}

/** Creates a creator with a way into the portal: the path of their page. */
export async function createGuest(body: Record<string, unknown> = {}): Promise<{ id: string; path: string }> {
  const { id } = await createReadyCreator({ firstName: "Lea", lastName: "Moreau", ...body });
  const { url } = bodyOf(portalLinkWithUrl, await api("POST", `/creators/${id}/portal-links`, {}));
  return { id, path: new URL(url).pathname };
}

let count = 0;

/** Counts so many clicks of as many people on a link at a time (ms UTC). */
export async function click(linkId: string, time: number, clicks = 1): Promise<void> {
  const messages = Array.from({ length: clicks }, () => {
    count += 1;
    return clickMessage({ id: `clk_portal_${count}`, linkId, time, pseudonym: `visitor ${count}` });
  });
  await ingestAll(readConfig({}), messages, time);
}

/** Has an order with a creator's code paid, at a time (ms UTC). */
export async function sell(
  store: ShopStore,
  code: string,
  time: number,
  body: Record<string, unknown> = {},
): Promise<void> {
  count += 1;
  const response = await postOrder(store, {
    orderId: `portal-${count}`,
    amount: "100.00",
    currency: "EUR",
    codes: [code],
    status: "paid",
    placedAt: new Date(time).toISOString(),
    ...body,
  });
  if (response.status !== 202) throw new Error(await response.text());
  await settleOrders(env, NOON);
}

/** What a page of the portal answers. */
export async function look(path: string, headers: Record<string, string> = {}) {
  const response = await visit(path, { "Accept-Language": "en", ...headers });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

/** What people read of a page: its text without the style and the script, each run of spaces as one. */
export function textOf(page: string): string {
  return page
    .replaceAll(/<(style|script)>.*?<\/\1>/gs, " ")
    .replaceAll(/<[^>]*>/g, " ")
    .replaceAll(/\s+/g, " ");
}
