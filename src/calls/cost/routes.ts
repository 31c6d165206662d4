import { requires } from "../../ground/http/auth.ts";
import { carryOut } from "../../ground/http/commit.ts";
import { idParams } from "../../ground/http/fields.ts";
import { adminRoutes, createRouter, jsonContent, jsonPage, jsonRequest, problems } from "../../ground/http/openapi.ts";
import { byId, expandQuery, listHandler, pageQuery } from "../../ground/http/pagination.ts";
import { planCost, planCostChange, planCostDeletion } from "./change.ts";
import { costFilters, costPatch, costSchema, newCost } from "./schema.ts";
import { existingCost, listCosts, presentCost } from "./store.ts";

const route = adminRoutes("Calls");
const params = idParams("channelCost");

/** `/channel-costs`: what channels cost, as it was entered, so that reports can say what a call or an order cost. */
export const costRoutes = createRouter()
  .openapi(
    route("get", "/channel-costs", requires("orders:read"), {
      summary: "List what channels cost",
      request: { query: pageQuery.extend(costFilters.shape) },
      responses: { 200: jsonPage(costSchema, "A page of costs, newest first"), ...problems() },
    }),
    listHandler(byId, listCosts, presentCost),
  )
  .openapi(
    route("post", "/channel-costs", requires("orders:write"), {
      summary: "Enter what a channel cost",
      description:
        "Over days of the store's time zone. A report of some of them has of it what falls to those, to the cent: parts add up to the whole.",
      request: { body: jsonRequest(newCost) },
      responses: { 201: jsonContent(costSchema, "The cost"), ...problems() },
    }),
    async (c) => carryOut(c, async () => planCost(c.env.deps, c.req.valid("json"))),
  )
  .openapi(
    route("get", "/channel-costs/{id}", requires("orders:read"), {
      summary: "Read a cost",
      request: { params, query: expandQuery },
      responses: { 200: jsonContent(costSchema, "The cost"), ...problems("not_found") },
    }),
    async (c) => c.json(presentCost(await existingCost(c.env.deps, c.req.valid("param").id)), 200),
  )
  .openapi(
    route("patch", "/channel-costs/{id}", requires("orders:write"), {
      summary: "Change a cost",
      request: { params, body: jsonRequest(costPatch) },
      responses: { 200: jsonContent(costSchema, "The cost as it is now"), ...problems("not_found") },
    }),
    async (c) => carryOut(c, async () => planCostChange(c.env.deps, c.req.valid("param").id, c.req.valid("json"))),
  )
  .openapi(
    route("delete", "/channel-costs/{id}", requires("orders:write"), {
      summary: "Delete a cost",
      request: { params },
      responses: { 204: { description: "Deleted" }, ...problems("not_found") },
    }),
    async (c) => carryOut(c, async () => planCostDeletion(c.env.deps, c.req.valid("param").id)),
  );
