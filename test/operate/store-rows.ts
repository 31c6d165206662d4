import { env } from "cloudflare:workers";
import { is } from "drizzle-orm";
import { getTableConfig, SQLiteTable } from "drizzle-orm/sqlite-core";
import * as reports from "../../src/ground/db/schema/attribution-report.ts";
import * as call from "../../src/ground/db/schema/call.ts";
import * as conversion from "../../src/ground/db/schema/conversion.ts";
import * as link from "../../src/ground/db/schema/link.ts";
import * as money from "../../src/ground/db/schema/money.ts";
import * as order from "../../src/ground/db/schema/order.ts";
import * as plan from "../../src/ground/db/schema/plan.ts";
import * as portal from "../../src/ground/db/schema/portal.ts";
import * as rollup from "../../src/ground/db/schema/rollup.ts";
import * as shop from "../../src/ground/db/schema/shop.ts";
import * as store from "../../src/ground/db/schema/store.ts";
import * as visit from "../../src/ground/db/schema/visit.ts";
import * as webhook from "../../src/ground/db/schema/webhook.ts";
import { ID_PREFIXES, type IdKind } from "../../src/ground/id.ts";

const SCHEMAS = [store, link, plan, order, money, portal, shop, conversion, visit, call, reports, webhook, rollup];

/** Tables whose rows are of a store though none of their columns names it, beside those that have a `store_id`. */
const BY_OTHERS = new Set(["stores", "creators", "campaigns", "campaign_creators", "portal_tokens", "code_uses"]);

/** What a table's own ids are of. */
const KINDS: Readonly<Record<string, IdKind>> = {
  stores: "store",
  domains: "domain",
  creators: "creator",
  links: "link",
  tracking_plans: "plan",
  campaigns: "campaign",
  codes: "code",
  orders: "order",
  inbox: "inbox",
  ledger: "ledger",
  periods: "period",
  payouts: "payout",
  reconciliations: "reconciliation",
  portal_tokens: "portalToken",
  webhook_endpoints: "endpoint",
  attribution_reports: "report",
  attribution_sources: "source",
  conversion_definitions: "definition",
  conversions: "conversion",
  contacts: "contact",
  tagging_plans: "taggingPlan",
  phone_numbers: "phoneNumber",
  number_pools: "numberPool",
  calls: "call",
  call_events: "callEvent",
  channel_costs: "channelCost",
};

/** What a column refers to, by its name. */
const REFERRING: Readonly<Record<string, IdKind>> = {
  ...Object.fromEntries(Object.values(KINDS).map((kind) => [`${kind}_id`, kind])),
  pool_id: "numberPool",
  number_id: "phoneNumber",
};

/** Texts that are read before it is asked whose they are. */
const READ: Readonly<Record<string, string>> = {
  timezone: "UTC",
  currency: "EUR",
  day: new Date().toISOString().slice(0, 10),
  span: new Date().toISOString().slice(0, 10),
};

/** The one id of a kind that the rows of a store have (see {@link fillStore}). */
export function idOfStore(letter: string, kind: IdKind): string {
  return `${ID_PREFIXES[kind]}000000000000000${letter}`;
}

/** What every text of the rows of a store begins with. */
export function markOfStore(letter: string): string {
  return `mark-of-${letter}-`;
}

/**
 * Puts a row of a store into each table whose rows are of one. Its ids and texts are told by the letter that it goes by;
 * they are well-formed and mean nothing.
 */
export async function fillStore(letter: string): Promise<void> {
  const tables = SCHEMAS.flatMap((schema) => Object.values<unknown>(schema)).filter((value) => is(value, SQLiteTable));
  const inserts = tables.flatMap((table) => {
    const { name, columns } = getTableConfig(table);
    if (!BY_OTHERS.has(name) && !columns.some((column) => column.name === "store_id")) return [];
    const given = columns.flatMap((column): [string, unknown][] => {
      if (column.primary && column.dataType === "number") return [];
      const kind = column.name === "id" ? KINDS[name] : REFERRING[column.name];
      if (kind !== undefined) return [[column.name, idOfStore(letter, kind)]];
      if (column.dataType === "string") {
        return [[column.name, READ[column.name] ?? `${markOfStore(letter)}${column.name}`]];
      }
      if (!column.notNull) return [];
      if (column.dataType === "json") return [[column.name, "[]"]];
      return [[column.name, column.dataType === "boolean" ? 0 : /at$|time|hour/.test(column.name) ? Date.now() : 1]];
    });
    const [names, values] = [given.map(([column]) => column), given.map(([, value]) => value)];
    const sql = `INSERT INTO ${name} (${names.join()}) VALUES (${names.map(() => "?").join()})`;
    return [env.DB.prepare(sql).bind(...values)];
  });
  await env.DB.batch([env.DB.prepare("PRAGMA defer_foreign_keys = on"), ...inserts]);
}
