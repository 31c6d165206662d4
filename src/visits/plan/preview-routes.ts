import { Hono } from "hono";
import type { AppTypes, Deps } from "../../ground/deps.ts";
import { errorText } from "../../ground/error-text.ts";
import { inTime } from "../../ground/in-time.ts";
import { loadScript } from "../../sales/capture/load-script.ts";
import { partsOf, snippetPlanOf } from "../../sales/capture/parts.ts";
import { SCRIPT_HEADERS } from "../../sales/capture/script-routes.ts";
import { inertScript, scriptOf } from "../../sales/capture/script.ts";
import { findPlan } from "./plan-store.ts";
import { readPreview } from "./preview-token.ts";

/** The ordinary snippet waits for it: what can't be had soon has ended. */
const PATIENCE_MS = 3_000;

const HEADERS = { ...SCRIPT_HEADERS, "Cache-Control": "no-store" };

/**
 * `GET /t/preview.js?s={storeKey}&t={token}`: the snippet as it would be under a plan, with all that shows what it would
 * send in place of sending it. Whatever is wrong, 404: the ordinary snippet, which asked for this, goes on by itself.
 */
export const previewScriptRoutes = new Hono<AppTypes>().get("/preview.js", async (c) => {
  const { deps } = c.env;
  try {
    const script = await inTime(
      previewScript(deps, c.req.query("s") ?? "", c.req.query("t") ?? "", new URL(c.req.url).origin),
      PATIENCE_MS,
      (ms) => scheduler.wait(ms),
    );
    if (script !== null) return c.body(script, 200, HEADERS);
  } catch (error) {
    console.error(JSON.stringify({ event: "preview_unavailable", message: errorText(error) }));
  }
  return c.body(inertScript("Waymark: this preview has ended."), 404, HEADERS);
});

/** The script of a preview; `null`: the token allows none. Throws what D1 throws. */
async function previewScript(deps: Deps, key: string, token: string, origin: string): Promise<string | null> {
  const wanted = await loadScript(deps, key, origin);
  if (wanted === null) return null;
  const asked = { storeId: wanted.storeId, token, now: deps.now() };
  const previewed = await readPreview(deps.env.VISITOR_KEY, asked);
  const plan = previewed === null ? null : await findPlan(deps, previewed.planId);
  if (plan === null || plan.storeId !== wanted.storeId || plan.version !== previewed?.version) return null;
  const config = { ...wanted.config, plan: snippetPlanOf(plan) };
  return scriptOf(config, { goals: true, parts: [...partsOf(config.plan), "preview"] });
}
