import { Hono } from "hono";
import type { AppTypes } from "../../ground/deps.ts";
import { errorText } from "../../ground/error-text.ts";
import { etagOf, matchesEtag } from "../../ground/http/etag.ts";
import { inTime } from "../../ground/in-time.ts";
import { loadScript, type WantedScript } from "./load-script.ts";
import { partsFor } from "./parts.ts";
import { inertScript, scriptOf } from "./script.ts";

/** An async script holds up a page's `load` event: better none than one that comes late. */
const PATIENCE_MS = 3_000;

/** A change of the store's settings reaches every page within a quarter of an hour. */
const CACHE = "public, max-age=300, stale-while-revalidate=600";

/** For what may soon be otherwise. */
const BRIEF_CACHE = "public, max-age=60";

/** What every script is sent with. */
export const SCRIPT_HEADERS = {
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
  let wanted: WantedScript | null;
  try {
    // It reports where it came from: the page's security policy allows that host already.
    wanted = await inTime(loadScript(deps, key, new URL(c.req.url).origin), PATIENCE_MS, (ms) => scheduler.wait(ms));
  } catch (error) {
    console.error(JSON.stringify({ event: "snippet_unavailable", message: errorText(error) }));
    // Only real snippets have an ETag, so this browser has one that works: better than none.
    if (known !== "") return c.body(null, 304, { ...SCRIPT_HEADERS, "Cache-Control": BRIEF_CACHE });
    return c.body(inertScript("Waymark: not available, please reload later."), 200, {
      ...SCRIPT_HEADERS,
      "Cache-Control": "no-store",
    });
  }
  if (wanted === null) {
    return c.body(inertScript("Waymark: no store has this key."), 200, {
      ...SCRIPT_HEADERS,
      "Cache-Control": BRIEF_CACHE,
    });
  }

  const { config, goals } = wanted;
  const script = scriptOf(config, { goals, parts: partsFor(config) });
  const etag = await etagOf(script);
  const headers = { ...SCRIPT_HEADERS, ETag: etag, "Cache-Control": CACHE };
  return matchesEtag(known, etag) ? c.body(null, 304, headers) : c.body(script, 200, headers);
});
