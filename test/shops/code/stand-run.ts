import { env } from "cloudflare:workers";
import type { StandShop } from "../../../scripts/shops/stand-client.ts";
import { PLATFORM } from "../../../src/shops/client/http-send.ts";
import { openShop } from "../../../src/shops/connection/load-shop.ts";
import { syncCodes, type Synced } from "../../../src/shops/code/run.ts";
import { insertPlan } from "../../programme/code-fixtures.ts";
import { connect } from "../connection-fixtures.ts";
import { makeShopOf } from "../stand-shops.ts";

/** A code as a stand-in has it, whatever the platform. */
export interface StandCode {
  text: string;
  title: string;
  /** Per cent. */
  percent: number;
  isPublished: boolean;
}

/** A store that is connected to a shop of a stand-in, with a plan of its own. */
export interface StandStore {
  storeId: string;
  planId: string;
  shop: StandShop;
}

/** Runs the work on a store's codes over HTTP, at `now` (ms UTC); what a shop asks to wait takes no time. */
export async function syncOver(storeId: string, now: number): Promise<Synced> {
  const outside = { ...PLATFORM, wait: async () => scheduler.wait(0) };
  return syncCodes(env, storeId, now, { open: (bindings, id) => openShop(bindings, id, outside) });
}

/** Connects a new store to a new shop. */
export async function standStore(
  provider: "shopify" | "woocommerce",
  plan: Parameters<typeof insertPlan>[0] = {},
): Promise<StandStore> {
  const shop = await makeShopOf(provider);
  const discount = { type: "percentage", basisPoints: 1_000 } as const;
  const { id: planId, storeId } = await insertPlan(
    { name: "Autumn", discount, ...plan },
    { provider, currency: "EUR" },
  );
  await connect(storeId, shop.credentials);
  return { storeId, planId, shop };
}

/** The codes that a shop has, by their texts in capitals. */
export async function codesIn(shop: StandShop): Promise<StandCode[]> {
  const state = await shop.state<{ codes?: ShopifyCode[]; coupons?: Coupon[] }>();
  const codes = [
    ...(state.codes ?? []).map(({ code, title, value }) => ({
      text: code.toUpperCase(),
      title,
      percent: Math.round(value.percentage * 10_000) / 100,
      isPublished: true,
    })),
    ...(state.coupons ?? []).map(({ code, description, amount, status }) => ({
      text: code.toUpperCase(),
      title: description,
      percent: Number(amount),
      isPublished: status === "publish",
    })),
  ];
  return codes.toSorted((a, b) => (a.text < b.text ? -1 : 1));
}

interface ShopifyCode {
  code: string;
  title: string;
  value: { percentage: number };
}

interface Coupon {
  code: string;
  description: string;
  amount: string;
  status: string;
}

/** Has the merchant make a code by hand, of 5 %. */
export async function makeByHand(provider: string, shop: StandShop, code: string): Promise<void> {
  if (provider === "woocommerce") {
    await shop.act("coupon", { code, discount_type: "percent", amount: "5", description: "By hand" });
    return;
  }
  const customerGets = { value: { percentage: 0.05 }, items: { all: true } };
  await shop.act("makeCode", { code, title: "By hand", customerGets });
}

/** Has the merchant give 90 % for a code. */
export async function changeByHand(provider: string, shop: StandShop, code: string): Promise<void> {
  if (provider === "woocommerce") await shop.act("coupon", { code, amount: "90" });
  else await shop.act("changeCode", { code, to: { customerGets: { value: { percentage: 0.9 } } } });
}

/** Has the merchant delete a code. */
export async function deleteByHand(provider: string, shop: StandShop, code: string): Promise<void> {
  await shop.act(provider === "woocommerce" ? "deleteCoupon" : "deleteCode", { code });
}
