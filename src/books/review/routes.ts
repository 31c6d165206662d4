import type { Context } from "hono";
import type { AppTypes } from "../../ground/deps.ts";
import { requires } from "../../ground/http/auth.ts";
import { commit, respond } from "../../ground/http/commit.ts";
import { idParams } from "../../ground/http/fields.ts";
import { adminRoutes, createRouter, jsonContent, jsonRequest, problems } from "../../ground/http/openapi.ts";
import { settleNow } from "../../sales/order/settle-run.ts";
import { planReview, planReviews } from "./change.ts";
import { decidedOrders, orderDecisions, orderReview } from "../../sales/order/review-schema.ts";
import { orderSchema } from "../../sales/order/schema.ts";
import type { ReviewAction } from "../../sales/order/state.ts";

const route = adminRoutes("Orders");
const params = idParams("order");

/** The route of one decision by hand. */
function reviewRoute<Action extends ReviewAction>(action: Action, summary: string, description: string) {
  return route("post", `/orders/{id}/${action}` as const, requires("orders:write"), {
    summary,
    description,
    request: { params, body: jsonRequest(orderReview) },
    responses: {
      200: jsonContent(orderSchema, "The order as it is now. The ledger follows right after, or within a minute."),
      ...problems("not_found", "illegal_step", "order_unconfirmed", "order_contested", "order_in_payout"),
    },
  });
}

async function review(c: Context<AppTypes>, action: ReviewAction, id: string, reason: string) {
  const { deps } = c.env;
  const answer = await commit(c, async () => planReview(deps, c.var.actor, id, action, reason));
  await settleNow(deps, [id]);
  return respond(answer);
}

/**
 * `/orders/{id}/approve`, `…/decline` and `…/dispute`, and `/orders/bulk` for many: whether an order's commission is
 * owed, decided by hand.
 */
export const orderReviewRoutes = createRouter()
  .openapi(
    reviewRoute(
      "approve",
      "Approve an order's commission",
      "One that is pending, disputed, or was declined by hand. What it owes is booked into the period that is open. An approval counts from when it was first given.",
    ),
    async (c) => review(c, "approve", c.req.valid("param").id, c.req.valid("json").reason),
  )
  .openapi(
    reviewRoute(
      "decline",
      "Decline an order's commission",
      "What was booked for it is booked back; where it was paid already, the creator owes it. Not while it is in a draft payout run.",
    ),
    async (c) => review(c, "decline", c.req.valid("param").id, c.req.valid("json").reason),
  )
  .openapi(
    reviewRoute(
      "dispute",
      "Dispute an order's commission",
      "What was booked for it stays booked, and no payout run takes it until it is approved again. Not while it is in a payout run.",
    ),
    async (c) => review(c, "dispute", c.req.valid("param").id, c.req.valid("json").reason),
  )
  .openapi(
    route("post", "/orders/bulk", requires("orders:write"), {
      summary: "Approve, decline or dispute up to 200 orders",
      description:
        "Each by itself, as the routes for one do: an order that can't take the step is refused in its result, and holds up no other. Those that can are decided together, or none if the request fails.",
      request: { body: jsonRequest(orderDecisions) },
      responses: { 200: jsonContent(decidedOrders, "What became of each, in order"), ...problems() },
    }),
    async (c) => {
      const { deps } = c.env;
      const given = c.req.valid("json");
      const answer = await commit(c, async () => planReviews(deps, c.var.actor, given));
      if (!given.dryRun) await settleNow(deps, given.ids);
      return respond(answer);
    },
  );
