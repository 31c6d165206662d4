import { requires } from "../../ground/http/auth.ts";
import { carryOut } from "../../ground/http/commit.ts";
import { idField, idParams } from "../../ground/http/fields.ts";
import { adminRoutes, createRouter, jsonContent, jsonPage, jsonRequest, problems } from "../../ground/http/openapi.ts";
import { byId, listHandler, pageQuery } from "../../ground/http/pagination.ts";
import { existingEndpoint, planChange, planDeletion, planEndpoint, planRotation } from "./change.ts";
import { presentEndpoint } from "./present.ts";
import * as schema from "./schema.ts";
import { listEndpoints } from "./store.ts";

const route = adminRoutes("Webhooks");
const params = idParams("endpoint");

/** `/webhook-endpoints`: where events are sent. */
export const webhookRoutes = createRouter()
  .openapi(
    route("get", "/webhook-endpoints", requires("settings:read"), {
      summary: "List webhook endpoints",
      request: { query: pageQuery.extend({ store: idField("store").optional() }) },
      responses: {
        200: jsonPage(schema.endpointSchema, "A page of endpoints, newest first"),
        ...problems(),
      },
    }),
    listHandler(byId, listEndpoints, presentEndpoint),
  )
  .openapi(
    route("post", "/webhook-endpoints", requires("settings:write", "orders:read"), {
      summary: "Create a webhook endpoint",
      description:
        "What happens from now on is sent there, signed by the Standard Webhooks specification. Its secret is shown this once.",
      request: { body: jsonRequest(schema.newEndpoint) },
      responses: {
        201: jsonContent(schema.endpointWithSecret, "The endpoint, with its secret"),
        ...problems("list_full", "unavailable"),
      },
    }),
    async (c) => carryOut(c, async () => planEndpoint(c.env.deps, c.req.valid("json"), c.req.url)),
  )
  .openapi(
    route("get", "/webhook-endpoints/{id}", requires("settings:read"), {
      summary: "Read a webhook endpoint",
      request: { params },
      responses: { 200: jsonContent(schema.endpointSchema, "The endpoint"), ...problems("not_found") },
    }),
    async (c) => c.json(presentEndpoint(await existingEndpoint(c.env.deps, c.req.valid("param").id)), 200),
  )
  .openapi(
    route("patch", "/webhook-endpoints/{id}", requires("settings:write", "orders:read"), {
      summary: "Change a webhook endpoint",
      description:
        "What happened before goes by what was set before. What waits for an endpoint when it is disabled rests, for up to 3 days, until it is enabled.",
      request: { params, body: jsonRequest(schema.endpointPatch) },
      responses: { 200: jsonContent(schema.endpointSchema, "The endpoint as it is now"), ...problems("not_found") },
    }),
    async (c) =>
      carryOut(c, async () => planChange(c.env.deps, c.req.valid("param").id, c.req.valid("json"), c.req.url)),
  )
  .openapi(
    route("delete", "/webhook-endpoints/{id}", requires("settings:write"), {
      summary: "Delete a webhook endpoint",
      description: "With its deliveries: what was not sent yet never is.",
      request: { params },
      responses: { 204: { description: "Deleted" }, ...problems("not_found") },
    }),
    async (c) => carryOut(c, async () => planDeletion(c.env.deps, c.req.valid("param").id)),
  )
  .openapi(
    route("post", "/webhook-endpoints/{id}/rotate-secret", requires("settings:write", "orders:read"), {
      summary: "Give a webhook endpoint a new secret",
      description: "For 24 hours every message has a signature with the old one too.",
      request: { params },
      responses: {
        200: jsonContent(schema.endpointWithSecret, "The endpoint, with its new secret"),
        ...problems("not_found", "unavailable"),
      },
    }),
    async (c) => carryOut(c, async () => planRotation(c.env.deps, c.req.valid("param").id)),
  );
