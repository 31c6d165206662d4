import type { Deps } from "../../ground/deps.ts";
import { isoOf } from "../../ground/http/fields.ts";
import { Problem } from "../../ground/http/problem.ts";
import { existingStore } from "../../programme/store/store.ts";
import { retired } from "./change.ts";
import { existingPlan } from "./plan-store.ts";
import { PREVIEW_MS, signPreview } from "./preview-token.ts";
import type { Preview } from "./schema.ts";

/** Name in the page's query by which the snippet knows that it is to show a preview. */
const PARAM = "wm_preview";

/** Where a plan's preview is to be looked at. Throws a `Problem`: 404, 409, 422 for a page of others, 503. */
export async function preparePreview(deps: Deps, id: string, page: string): Promise<Preview> {
  const plan = await existingPlan(deps, id);
  if (plan.status === "retired") throw retired(plan);
  const { origins, homeUrl } = await existingStore(deps, plan.storeId);
  const url = new URL(page);
  if (!origins.includes(url.origin) && !(homeUrl !== null && new URL(homeUrl).host === url.host)) {
    const known = [...new Set([...origins, ...(homeUrl === null ? [] : [new URL(homeUrl).origin])])];
    throw Problem.invalid(
      "page",
      known.length === 0
        ? "can't be told to be the store's: the store has neither origins nor a homeUrl. Set one by PATCH /api/v1/stores/{id}"
        : `must be a page of the store: ${known.slice(0, 5).join(", ")}`,
    );
  }
  // Whole seconds, as the token has it.
  const expiresAt = Math.floor((deps.now() + PREVIEW_MS) / 1_000) * 1_000;
  const token = await signPreview(deps.env.VISITOR_KEY, plan.storeId, {
    planId: plan.id,
    version: plan.version,
    expiresAt,
  });
  if (token === null) {
    throw new Problem("unavailable", "This deployment has no VISITOR_KEY, and so signs no previews.");
  }
  url.searchParams.set(PARAM, token);
  return { url: url.href, expiresAt: isoOf(expiresAt) };
}
