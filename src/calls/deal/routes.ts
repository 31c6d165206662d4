import type { Deps } from "../../ground/deps.ts";
import { errorText } from "../../ground/error-text.ts";
import { requires } from "../../ground/http/auth.ts";
import { commit, respond } from "../../ground/http/commit.ts";
import { idParams } from "../../ground/http/fields.ts";
import { adminRoutes, createRouter, jsonContent, jsonRequest, problems } from "../../ground/http/openapi.ts";
import { orNotFound } from "../../ground/http/problem.ts";
import * as z from "../../ground/http/zod.ts";
import { settleNow } from "../../sales/order/settle-run.ts";
import { planDeal } from "./change.ts";
import { recordDeals } from "./record-run.ts";
import { enteredDeal, listedDeal, newDeal } from "./schema.ts";
import { dealsOfCall, findDealCall, presentDeal, recordedOrders } from "./store.ts";

const route = adminRoutes("Calls");
const params = idParams("call");
const existing = orNotFound("call", findDealCall);

/** `/calls/{id}/deal`: what was sold on the phone. */
export const dealRoutes = createRouter()
  .openapi(
    route("post", "/calls/{id}/deal", requires("orders:write"), {
      summary: "Enter a deal that a call made",
      description:
        "It confirms an order, of which the call is a touch: whoever the call came by is credited by the store's rules, and paid by its plan's, as for any other order. Said again, nothing changes; what differs is the later word, and what is left out stays as it was.",
      request: { params, body: jsonRequest(newDeal) },
      responses: { 200: jsonContent(enteredDeal, "The deal as it stands"), ...problems("not_found") },
    }),
    async (c) => {
      const { deps } = c.env;
      const { id } = c.req.valid("param");
      const answer = await commit(c, async () => planDeal(deps, c.var.actor, id, c.req.valid("json")));
      await recordNow(deps, id);
      return respond(answer);
    },
  )
  .openapi(
    route("get", "/calls/{id}/deals", requires("orders:read"), {
      summary: "List a call's deals",
      request: { params },
      responses: {
        200: jsonContent(z.object({ data: z.array(listedDeal) }), "One an order, as it stands"),
        ...problems("not_found"),
      },
    }),
    async (c) => {
      const { deps } = c.env;
      const { id, storeId } = await existing(deps, c.req.valid("param").id);
      const deals = await dealsOfCall(deps, id);
      const externalIds = deals.map(({ orderExternalId }) => orderExternalId);
      const orders = await recordedOrders(deps, storeId, externalIds);
      const data = deals.map((deal) => ({
        ...presentDeal(deal),
        orderId: orders.get(deal.orderExternalId)?.id ?? null,
      }));
      return c.json({ data }, 200);
    },
  );

/** Records the order of a deal that was just entered, and what is owed by it. The cron makes up for what fails here. */
async function recordNow(deps: Deps, callId: string): Promise<void> {
  try {
    await settleNow(deps, await recordDeals(deps.env, deps.now(), callId));
  } catch (error) {
    console.warn(JSON.stringify({ event: "deal_left_to_cron", callId, message: errorText(error) }));
  }
}
