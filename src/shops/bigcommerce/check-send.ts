import { recordOf, textOf } from "../fields.ts";
import { type ShopAccess, type ShopCheck, ShopFailure } from "../platform.ts";
import { type Calls, SCOPES } from "./calls-send.ts";
import { hookStates } from "./hooks-send.ts";

/** What is spoken to: orders and the store by v2, all else by v3. */
export const API_VERSION = "v2, v3";

/** Scopes that the API account needs, as BigCommerce calls them. */
export const NEEDED = [SCOPES.orders, SCOPES.marketing] as const;

/** What the store says of itself, and what will not work as it is. Throws a failure where nothing does. */
export async function check(calls: Calls, access: ShopAccess, webhookUrl: string | null): Promise<ShopCheck> {
  await calls.rows("/v2/orders", { query: { limit: "1" }, scope: "orders" });
  const missing = await marketingProblem(calls);
  return {
    account: access.account,
    apiVersion: API_VERSION,
    scopes: missing === null ? [...NEEDED] : [SCOPES.orders],
    currency: await currencyOf(calls),
    webhooks: webhookUrl === null ? [] : await hookStates(calls, webhookUrl),
    problems: missing === null ? [] : [{ code: missing.code, detail: missing.message }],
  };
}

/** Whether promotions may be made: one without a name is refused to who may, for that, and to who may not before. */
async function marketingProblem(calls: Calls): Promise<ShopFailure | null> {
  try {
    await calls.call("POST", "/v3/promotions", { body: {}, idempotent: true, scope: "marketing" });
  } catch (error) {
    if (!(error instanceof ShopFailure)) throw error;
    if (error.code === "missing_scope") return error;
    if (error.code !== "refused") throw error;
  }
  return null;
}

/** The store's default currency; `null`: the scope Information & settings isn't given, which nothing else needs. */
async function currencyOf(calls: Calls): Promise<string | null> {
  try {
    const { body } = await calls.call("GET", "/v2/store", { scope: "none" });
    return textOf(recordOf(body)?.["currency"]);
  } catch (error) {
    if (error instanceof ShopFailure && error.code === "missing_scope") return null;
    throw error;
  }
}
