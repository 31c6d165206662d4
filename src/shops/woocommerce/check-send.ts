import { orNull, type ShopAccess, type ShopCheck, ShopFailure } from "../platform.ts";
import type { Calls } from "./calls-send.ts";
import { recordOf, textOf } from "../fields.ts";
import { webhookStates } from "./webhooks-send.ts";

/** What is spoken to. */
export const API_VERSION = "wc/v3";

/** Without coupons switched on, no checkout has a field for a code. */
const COUPONS_OFF =
  "The shop takes no codes: switch on “Enable the use of coupon codes” (WooCommerce → Settings → General).";

/** What the shop says of itself, and what will not work as it is. Throws a failure where nothing does. */
export async function check(calls: Calls, access: ShopAccess, webhookUrl: string | null): Promise<ShopCheck> {
  const currency = await setting(calls, "woocommerce_currency");
  await calls.list("/orders", { per_page: "1", _fields: "id" });
  const problems: ShopCheck["problems"] = [];
  if ((await setting(calls, "woocommerce_enable_coupons")) === "no") {
    problems.push({ code: "missing_setting", detail: COUPONS_OFF });
  }
  const readOnly = await writeProblem(calls);
  if (readOnly !== null) problems.push(readOnly);
  return {
    account: access.account,
    apiVersion: API_VERSION,
    scopes: readOnly === null ? ["read", "write"] : ["read"],
    currency,
    webhooks: webhookUrl === null ? [] : await webhookStates(calls, webhookUrl),
    problems,
  };
}

/** A setting's value; `null` for one that the shop doesn't have. */
async function setting(calls: Calls, name: string): Promise<string | null> {
  const answer = await orNull(calls.call("GET", `/settings/general/${name}`));
  return textOf(recordOf(answer?.body)?.["value"]);
}

/** Whether the key may write: a coupon without a code is refused by what may, and by what may not before that. */
async function writeProblem(calls: Calls): Promise<ShopCheck["problems"][number] | null> {
  try {
    await calls.call("POST", "/coupons", { body: {}, idempotent: true });
  } catch (error) {
    if (!(error instanceof ShopFailure)) throw error;
    if (error.code === "missing_scope") return { code: error.code, detail: error.message };
    if (error.code !== "refused") throw error;
  }
  return null;
}
