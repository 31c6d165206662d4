import type { Context } from "hono";
import type { AppTypes } from "../../ground/deps.ts";
import { requires } from "../../ground/http/auth.ts";
import { commit, respond } from "../../ground/http/commit.ts";
import { idParams } from "../../ground/http/fields.ts";
import { adminRoutes, createRouter, jsonContent, jsonRequest, problems } from "../../ground/http/openapi.ts";
import { planConversionReview, planConversionReviews, settleConversionsNow, showCommission } from "./review-change.ts";
import type { ConversionStep } from "./review.ts";
import {
  bookedCommission,
  conversionCommission,
  conversionDecisions,
  conversionReview,
  decidedConversions,
  shownReview,
} from "./schema.ts";

const route = adminRoutes("Money");
const params = idParams("conversion");

/** The route of one decision by hand. */
function reviewRoute<Step extends ConversionStep>(step: Step, summary: string, description: string) {
  return route("post", `/conversions/{id}/${step}` as const, requires("orders:write"), {
    summary,
    description,
    request: { params, body: jsonRequest(conversionReview, { required: false }) },
    responses: {
      200: jsonContent(conversionCommission, "What it earns now. The ledger follows right after, or within a minute."),
      ...problems("not_found", "conversion_unpayable", "conversion_decided", "conversion_in_payout"),
    },
  });
}

async function review(c: Context<AppTypes>, step: ConversionStep, id: string, reason: string | null) {
  const { deps } = c.env;
  const answer = await commit(c, async () => planConversionReview(deps, c.var.actor, id, step, reason));
  await settleConversionsNow(deps, [id]);
  return respond(answer);
}

/**
 * `/conversions/{id}/commission`, `…/approve` and `…/decline`, and `/conversions/bulk` for many: what a conversion earns,
 * and whether it is owed.
 */
export const conversionMoneyRoutes = createRouter({ ConversionReview: shownReview })
  .openapi(
    route("get", "/conversions/{id}/commission", requires("orders:read"), {
      summary: "Read what a conversion's creators earn by it",
      request: { params },
      responses: { 200: jsonContent(bookedCommission, "The commissions"), ...problems("not_found") },
    }),
    async (c) => c.json(await showCommission(c.env.deps, c.req.valid("param").id), 200),
  )
  .openapi(
    reviewRoute(
      "approve",
      "Approve a conversion's commission",
      "One that is pending, or was declined by hand. What only a browser told of is owed by that, and by nothing else. It is booked into the period that is open.",
    ),
    async (c) => review(c, "approve", c.req.valid("param").id, c.req.valid("json")?.reason ?? null),
  )
  .openapi(
    reviewRoute(
      "decline",
      "Decline a conversion's commission",
      "What was booked for it is booked back; where it was paid already, the creator owes it. Not while it is in a draft payout run.",
    ),
    async (c) => review(c, "decline", c.req.valid("param").id, c.req.valid("json")?.reason ?? null),
  )
  .openapi(
    route("post", "/conversions/bulk", requires("orders:write"), {
      summary: "Approve or decline up to 200 conversions",
      description:
        "Each by itself, as the routes for one do: a conversion that can't take the step is refused in its result, and holds up no other. Those that can are decided together, or none if the request fails.",
      request: { body: jsonRequest(conversionDecisions) },
      responses: { 200: jsonContent(decidedConversions, "What became of each, in order"), ...problems() },
    }),
    async (c) => {
      const { deps } = c.env;
      const given = c.req.valid("json");
      const answer = await commit(c, async () => planConversionReviews(deps, c.var.actor, given));
      if (!given.dryRun) await settleConversionsNow(deps, given.ids);
      return respond(answer);
    },
  );
