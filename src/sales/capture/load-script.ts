import { and, eq, isNull, type SQL, sql } from "drizzle-orm";
import { stores } from "../../ground/db/schema/store.ts";
import type { Deps } from "../../ground/deps.ts";
import { callingCodeOf } from "../../ground/phone.ts";
import type { SnippetConfig } from "../snippet/config.ts";
import { snippetPlanOf, type TaggedBy } from "./parts.ts";

/** What a store's key looks like: nothing else is worth a query. */
const KEY = /^[a-z0-9][a-z0-9-]{1,39}$/;

const DAY_SECONDS = 86_400;

/** What a store's pages get. */
export interface WantedScript {
  storeId: string;
  config: SnippetConfig;
  /** Whether its definitions ask for what visitors do. */
  goals: boolean;
}

/** SQL: whether an active definition of the store `stores` is such. */
function isDefined(condition: string) {
  return sql<number>`EXISTS (SELECT 1 FROM conversion_definitions
    WHERE store_id = ${sql.raw("stores.id")} AND status = 'active' AND (${sql.raw(condition)}))`;
}

/** Triggers that pages feed: what was looked at and done there, and who came to be known. */
const FED_BY_PAGES = ["url", "event", "script", "segment", "identified"]
  .map((type) => `listens GLOB '*,${type},*'`)
  .join(" OR ");

/** A text in a condition has its quotes escaped, and is none. */
const ABOUT_PAGES = `listens GLOB '*,url,*' OR instr(triggers, '"about":"url"') > 0`;

/** SQL: the active tagging plan of the store `stores`, as JSON; there is one at most. */
const PLAN = sql<string | null>`(SELECT json_object('number', number, 'pages', json(pages), 'rules', json(rules),
    'checkout', json(checkout), 'visitMinutes', visit_minutes)
  FROM tagging_plans WHERE store_id = ${sql.raw("stores.id")} AND status = 'active')`;

/** Numbers on pages that are told of at most. */
const MAX_NUMBERS = 10;

/**
 * SQL: the numbers on the pages of the store `stores` that others may be shown instead of, as JSON: those of its pools, and
 * those that static numbers stand in for online. Each is sought by itself, however many there are for one.
 */
const NUMBERS = sql<string>`(
  WITH RECURSIVE known(target) AS (
    SELECT min(n.target) FROM phone_numbers n WHERE n.store_id = ${sql.raw("stores.id")}
    UNION ALL
    SELECT (SELECT min(n.target) FROM phone_numbers n WHERE n.store_id = ${sql.raw("stores.id")} AND n.target > known.target)
    FROM known WHERE known.target IS NOT NULL)
  SELECT json_group_array(target) FROM (
    SELECT p.target FROM number_pools p WHERE p.store_id = ${sql.raw("stores.id")} AND p.deleted_at IS NULL
    UNION
    SELECT k.target FROM known k WHERE EXISTS (
      SELECT 1 FROM phone_numbers n JOIN number_bindings b ON b.number_id = n.id AND b.ends_at IS NULL
      WHERE n.store_id = ${sql.raw("stores.id")} AND n.target = k.target AND n.deleted_at IS NULL
        AND b.pool_id IS NULL AND b.offline = 0)
    ORDER BY 1 LIMIT ${sql.raw(String(MAX_NUMBERS))}))`;

/** What the pages of a store with such a key get; `null` if there is none. For `origin` see {@link scriptWhere}. */
export async function loadScript(
  deps: Pick<Deps, "db" | "config">,
  key: string,
  origin: string,
): Promise<WantedScript | null> {
  return KEY.test(key) ? scriptWhere(deps, eq(stores.key, key), origin) : null;
}

/** What the pages of a store get; `null` if it was deleted. For `origin` see {@link scriptWhere}. */
export async function loadScriptOf(
  deps: Pick<Deps, "db" | "config">,
  storeId: string,
  origin: string,
): Promise<WantedScript | null> {
  return scriptWhere(deps, eq(stores.id, storeId), origin);
}

/** The same of the store that meets a condition. The script reports to `origin`. One statement. */
async function scriptWhere(
  { db, config }: Pick<Deps, "db" | "config">,
  condition: SQL,
  origin: string,
): Promise<WantedScript | null> {
  const [store] = await db
    .select({
      id: stores.id,
      key: stores.key,
      param: stores.clickParam,
      policy: stores.consentPolicy,
      attribution: stores.attribution,
      goals: isDefined(FED_BY_PAGES),
      pages: isDefined(ABOUT_PAGES),
      plan: PLAN,
      numbers: NUMBERS,
    })
    .from(stores)
    .where(and(condition, isNull(stores.deletedAt)));
  if (store === undefined) return null;
  const numbers = JSON.parse(store.numbers) as string[];
  const settings: SnippetConfig = {
    base: `${origin}/t/`,
    store: store.key,
    param: store.param,
    keep: store.attribution.windowDays * DAY_SECONDS,
    policy: store.policy ?? config.consentPolicy,
    ...(store.pages === 1 && { pages: true }),
    ...(store.plan !== null && { plan: snippetPlanOf(JSON.parse(store.plan) as TaggedBy) }),
    ...(numbers.length > 0 && { numbers: numbers.map((target) => [target, callingCodeOf(target).length] as const) }),
  };
  return { storeId: store.id, config: settings, goals: store.goals === 1 };
}
