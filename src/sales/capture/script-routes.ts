import { and, eq, isNull, sql } from "drizzle-orm";
import { Hono } from "hono";
import { stores } from "../../ground/db/schema/store.ts";
import type { AppTypes, Deps } from "../../ground/deps.ts";
import { errorText } from "../../ground/error-text.ts";
import { etagOf, matchesEtag } from "../../ground/http/etag.ts";
import { inTime } from "../../ground/in-time.ts";
import type { SnippetConfig } from "../snippet/config.ts";
import { inertScript, scriptOf } from "./script.ts";

/** What a store's key looks like: nothing else is worth a query. */
const KEY = /^[a-z0-9][a-z0-9-]{1,39}$/;

const DAY_SECONDS = 86_400;

/** An async script holds up a page's `load` event: better none than one that comes late. */
const PATIENCE_MS = 3_000;

/** A change of the store's settings reaches every page within a quarter of an hour. */
const CACHE = "public, max-age=300, stale-while-revalidate=600";

/** For what may soon be otherwise. */
const BRIEF_CACHE = "public, max-age=60";

const HEADERS = {
  "Content-Type": "text/javascript; charset=utf-8",
  "X-Content-Type-Options": "nosniff",
  "Access-Control-Allow-Origin": "*",
  "Cross-Origin-Resource-Policy": "cross-origin",
};

/**
 * `GET /t/ast.js?s={storeKey}`: the snippet. Whatever is wrong, the answer is a script that does no
 * harm: an unknown key and a failing database get one that does nothing.
 */
export const scriptRoutes = new Hono<AppTypes>().get("/ast.js", async (c) => {
  const { deps } = c.env;
  const key = c.req.query("s") ?? "";
  const known = c.req.header("If-None-Match") ?? "";
  let wanted: Wanted | null;
  try {
    wanted = KEY.test(key)
      ? await inTime(wantedBy(deps, key, c.req.url), PATIENCE_MS, (ms) => scheduler.wait(ms))
      : null;
  } catch (error) {
    console.error(JSON.stringify({ event: "snippet_unavailable", message: errorText(error) }));
    // Only real snippets have an ETag, so this browser has one that works: better than none.
    if (known !== "") return c.body(null, 304, { ...HEADERS, "Cache-Control": BRIEF_CACHE });
    return c.body(inertScript("Waymark: not available, please reload later."), 200, {
      ...HEADERS,
      "Cache-Control": "no-store",
    });
  }
  if (wanted === null) {
    return c.body(inertScript("Waymark: no store has this key."), 200, { ...HEADERS, "Cache-Control": BRIEF_CACHE });
  }

  const script = scriptOf(wanted.config, wanted.goals);
  const etag = await etagOf(script);
  const headers = { ...HEADERS, ETag: etag, "Cache-Control": CACHE };
  return matchesEtag(known, etag) ? c.body(null, 304, headers) : c.body(script, 200, headers);
});

/** What a store's pages get. */
interface Wanted {
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

/** What a store's pages get; `null` if no store has the key. `url` is the one that was asked. */
async function wantedBy({ db, config }: Deps, key: string, url: string): Promise<Wanted | null> {
  const [store] = await db
    .select({
      param: stores.clickParam,
      policy: stores.consentPolicy,
      attribution: stores.attribution,
      goals: isDefined(FED_BY_PAGES),
      pages: isDefined(ABOUT_PAGES),
    })
    .from(stores)
    .where(and(eq(stores.key, key), isNull(stores.deletedAt)));
  if (store === undefined) return null;
  const settings: SnippetConfig = {
    // Where it came from: the page's security policy allows that host already.
    base: `${new URL(url).origin}/t/`,
    store: key,
    param: store.param,
    keep: store.attribution.windowDays * DAY_SECONDS,
    policy: store.policy ?? config.consentPolicy,
    ...(store.pages === 1 && { pages: true }),
  };
  return { config: settings, goals: store.goals === 1 };
}
