import * as z from "../../ground/http/zod.ts";
import type { Deps } from "../../ground/deps.ts";
import { errorText } from "../../ground/error-text.ts";
import { requires } from "../../ground/http/auth.ts";
import { carryOut, commit, respond } from "../../ground/http/commit.ts";
import { idParams } from "../../ground/http/fields.ts";
import { adminRoutes, createRouter, jsonContent, jsonPage, jsonRequest, problems } from "../../ground/http/openapi.ts";
import { byNumber, readPage } from "../../ground/http/pagination.ts";
import { existingEndpoint, planPing, planReplay, planReplays } from "./change.ts";
import { deliverWebhooks } from "./deliver-run.ts";
import { type FoundDelivery, listDeliveries } from "./delivery-store.ts";
import { presentDelivery } from "./present.ts";
import * as schema from "./schema.ts";

const route = adminRoutes("Webhooks");

const byEvent = byNumber(({ delivery }: FoundDelivery) => delivery.eventSeq);
const params = idParams("endpoint");
const deliveryParams = params.extend({
  seq: z
    .string()
    .regex(/^[1-9]\d{0,14}$/, "must be the number of an event")
    .transform(Number)
    .openapi({ type: "integer", example: 42 }),
});

/** `/webhook-endpoints/{id}/…`: what was sent to an endpoint, and sending it again. */
export const webhookDeliveryRoutes = createRouter()
  .openapi(
    route("post", "/webhook-endpoints/{id}/test", requires("settings:write"), {
      summary: "Send a webhook endpoint a ping",
      description: "It is sent behind the answer, and is the newest of the endpoint's deliveries.",
      request: { params },
      responses: { 202: jsonContent(schema.endpointSchema, "It is being sent"), ...problems("not_found") },
    }),
    async (c) => {
      const answer = await commit(c, async () => planPing(c.env.deps, c.req.valid("param").id));
      sendBehind(c.env.deps);
      return respond(answer);
    },
  )
  .openapi(
    route("get", "/webhook-endpoints/{id}/deliveries", requires("settings:read", "orders:read"), {
      summary: "List the deliveries to a webhook endpoint",
      request: { params, query: schema.deliveryQuery },
      responses: {
        200: jsonPage(schema.deliverySchema, "A page of deliveries, newest event first"),
        ...problems("not_found"),
      },
    }),
    async (c) => {
      const { deps } = c.env;
      const query = c.req.valid("query");
      const { id } = await existingEndpoint(deps, c.req.valid("param").id);
      const { rows, nextCursor } = await readPage(query, byEvent, (stretch) =>
        listDeliveries(deps, id, stretch, query.status),
      );
      return c.json({ data: rows.map(presentDelivery), nextCursor }, 200);
    },
  )
  .openapi(
    route("post", "/webhook-endpoints/{id}/deliveries/{seq}/replay", requires("settings:write", "orders:read"), {
      summary: "Send an event to a webhook endpoint again",
      request: { params: deliveryParams },
      responses: {
        202: jsonContent(schema.deliverySchema, "The delivery, which begins anew"),
        ...problems("not_found", "delivery_pending"),
      },
    }),
    async (c) => {
      const { id, seq } = c.req.valid("param");
      const answer = await commit(c, async () => planReplay(c.env.deps, id, seq));
      sendBehind(c.env.deps);
      return respond(answer);
    },
  )
  .openapi(
    route("post", "/webhook-endpoints/{id}/replay", requires("settings:write", "orders:read"), {
      summary: "Send many events to a webhook endpoint again",
      description: "Those that are dead, or that were delivered. What is under way stays as it is.",
      request: { params, body: jsonRequest(schema.replayRequest) },
      responses: { 202: jsonContent(schema.replayed, "They begin anew"), ...problems("not_found") },
    }),
    async (c) =>
      carryOut(
        c,
        async () => planReplays(c.env.deps, c.req.valid("param").id, c.req.valid("json")),
        ({ body }) => {
          if (body.replayed > 0) sendBehind(c.env.deps);
        },
      ),
  );

/** Sends what is due behind the answer, for who waits for it; the cron makes up for what fails. */
function sendBehind({ env, waitUntil }: Deps): void {
  waitUntil(
    deliverWebhooks(env).catch((error: unknown) => {
      console.error(JSON.stringify({ event: "webhooks_unsent", message: errorText(error) }));
    }),
  );
}
