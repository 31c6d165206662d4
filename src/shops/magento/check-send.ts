import { type ShopAccess, type ShopCheck, ShopFailure } from "../platform.ts";
import type { Calls } from "./calls-send.ts";
import { bearerRefused } from "./failure.ts";
import { idOf, lineText, recordsOf, textOf } from "../fields.ts";

type Problems = ShopCheck["problems"];

/** What is spoken to. */
export const API_VERSION = "V1";

/** The rights of an integration that are needed, each with the call that needs it and what doesn't work without. */
const RIGHTS = [
  ["Magento_Sales::actions_view", "Sales → Operations → Orders → Actions → View", "/orders"],
  ["Magento_Sales::sales_creditmemo", "Sales → Operations → Credit Memos", "/creditmemos"],
  ["Magento_SalesRule::quote", "Marketing → Promotions → Cart Price Rules", "/salesRules/search"],
  ["Magento_Backend::store", "Stores → Settings → All Stores", "/store/websites"],
  ["Magento_Customer::group", "Customers → Customer Groups", "/customerGroups/search"],
] as const;

/** The same by their names alone. */
export const SCOPES: readonly string[] = RIGHTS.map(([right]) => right);

/** Orders that are looked at for numbers that two store views both count. */
const LOOKED_AT = 25;

/** What the shop says of itself, and what will not work as it is. Throws a failure where nothing does. */
export async function check(calls: Calls, access: ShopAccess): Promise<ShopCheck> {
  const scopes: string[] = [];
  const problems: Problems = [];
  let refused: ShopFailure | null = null;
  for (const [right, where, path] of RIGHTS) {
    const problem = await refusalOf(calls, path);
    if (problem === null) scopes.push(right);
    else {
      refused ??= problem;
      const detail = `The integration lacks the right ${right}: give it “${where}” (System → Extensions → Integrations → API), and save and authorise it anew.`;
      problems.push({ code: "missing_scope", detail });
    }
  }
  // The shop says of a token that it doesn't take at all that it lacks a right, too.
  if (refused !== null && scopes.length === 0) {
    throw access.secrets["accessToken"] === undefined ? refused : bearerRefused();
  }
  const canSee = scopes.includes("Magento_Sales::actions_view");
  const alike = canSee ? await alikeNumbers(calls) : null;
  return {
    account: access.account,
    apiVersion: API_VERSION,
    scopes,
    currency: scopes.includes("Magento_Backend::store") ? await currencyOf(calls) : null,
    webhooks: [],
    problems: alike === null ? problems : [...problems, alike],
  };
}

/** Why a list can't be read; `null`: it can. Throws what has nothing to do with rights. */
async function refusalOf(calls: Calls, path: string): Promise<ShopFailure | null> {
  try {
    if (path === "/store/websites") await calls.call("GET", path);
    else await calls.list(path, { filters: [], sort: [], fields: "entity_id" }, { size: 1, number: 1 });
    return null;
  } catch (error) {
    if (error instanceof ShopFailure && (error.code === "missing_scope" || error.code === "unauthorised")) return error;
    throw error;
  }
}

/** The currency that the shop's websites count in, in which rules are; `null` if they count in several. */
async function currencyOf(calls: Calls): Promise<string | null> {
  const configs = recordsOf(await calls.call("GET", "/store/storeConfigs"));
  const currencies = new Set(configs.map((config) => textOf(config["base_currency_code"])));
  const [only = null] = currencies;
  return currencies.size === 1 ? only : null;
}

/**
 * Whether two store views number their orders alike, which Magento doesn't by itself, but its settings allow: the number is
 * what an order is known by. Looked for among the last orders.
 */
async function alikeNumbers(calls: Calls): Promise<Problems[number] | null> {
  const fields = "entity_id,increment_id,store_id";
  // Twice as many, if all of them are there twice.
  const page = { size: 2 * LOOKED_AT, number: 1 };
  const { total } = await calls.list("/orders", { filters: [], sort: ["entity_id"], fields }, { size: 1, number: 1 });
  if (total < 2) return null;
  // The list sorts upwards: its last page has the newest.
  const size = Math.min(LOOKED_AT, total);
  const last = { size, number: Math.ceil(total / size) };
  const { rows } = await calls.list("/orders", { filters: [], sort: ["entity_id"], fields: "increment_id" }, last);
  const numbers = [...new Set(recordsOf(rows).map((row) => lineText(row["increment_id"])))].filter(
    (one) => one !== null,
  );
  const named = { filters: [["increment_id", "in", numbers.join(",")] as const], sort: ["entity_id"], fields };
  const found = await calls.list("/orders", named, page);
  const byNumber = Map.groupBy(recordsOf(found.rows), (row) => lineText(row["increment_id"]));
  const twice = [...byNumber].find(([, orders]) => orders.length > 1);
  if (twice === undefined) return null;
  const views = [...new Set(twice[1].map((row) => idOf(row["store_id"]) ?? "?"))].join(" and ");
  return {
    code: "numbers_not_unique",
    detail: `Store views ${views} number their orders alike (${twice[0]} is there ${twice[1].length} times), and of two orders of one number only one can be counted: give each view a prefix of its own.`,
  };
}
