import * as z from "../../ground/http/zod.ts";
import { creatorNames } from "../attribution/names-store.ts";
import { requires } from "../../ground/http/auth.ts";
import { commit, respond } from "../../ground/http/commit.ts";
import { idParams } from "../../ground/http/fields.ts";
import { adminRoutes, createRouter, jsonContent, jsonPage, jsonRequest, problems } from "../../ground/http/openapi.ts";
import { expandQuery, pageQuery, readPage } from "../../ground/http/pagination.ts";
import { orNotFound } from "../../ground/http/problem.ts";
import { planAttribution } from "./attribute-change.ts";
import { dressOrders } from "./load-dress.ts";
import { momentsOf } from "./history-store.ts";
import { presentDetail, presentExplanation, presentOrder, presentStep } from "./present.ts";
import { orderStep } from "./review-schema.ts";
import { settleNow } from "./settle-run.ts";
import * as schema from "./schema.ts";
import { byOrder, evidenceOf, findOrder, listOrders } from "./store.ts";
import { stepsOf } from "./timeline.ts";

const route = adminRoutes("Orders");
const params = idParams("order");
const existing = orNotFound("order", findOrder);

/** `/orders`: what was sold, who is credited with it, and why. */
export const orderRoutes = createRouter({ Money: schema.money })
  .openapi(
    route("get", "/orders", requires("orders:read"), {
      summary: "List orders",
      request: { query: pageQuery.extend(schema.orderFilters.shape) },
      responses: { 200: jsonPage(schema.orderSchema, "A page of orders, newest first by `sort`"), ...problems() },
    }),
    async (c) => {
      const { deps } = c.env;
      const query = c.req.valid("query");
      const { rows, nextCursor } = await readPage(query, byOrder(query.sort), (stretch) =>
        listOrders(deps, stretch, query),
      );
      const dressOf = await dressOrders(deps, rows);
      return c.json({ data: rows.map((row) => presentOrder(row, dressOf(row.id))), nextCursor }, 200);
    },
  )
  .openapi(
    route("get", "/orders/{id}", requires("orders:read"), {
      summary: "Read an order",
      request: { params, query: expandQuery },
      responses: { 200: jsonContent(schema.orderDetail, "The order"), ...problems("not_found") },
    }),
    async (c) => {
      const { deps } = c.env;
      const row = await existing(deps, c.req.valid("param").id);
      const [dressOf, evidence] = await Promise.all([dressOrders(deps, [row]), evidenceOf(deps, [row.id])]);
      return c.json(presentDetail(row, dressOf(row.id), evidence), 200);
    },
  )
  .openapi(
    route("get", "/orders/{id}/explanation", requires("orders:read"), {
      summary: "Read why an order is credited as it is",
      request: { params, query: expandQuery },
      responses: { 200: jsonContent(schema.orderExplanation, "The explanation"), ...problems("not_found") },
    }),
    async (c) => {
      const { deps } = c.env;
      const row = await existing(deps, c.req.valid("param").id);
      const { decision, candidates } = row.explanation;
      const names = await creatorNames(deps.d1, [decision, ...candidates.map(({ reason }) => reason)]);
      return c.json(presentExplanation(row, names), 200);
    },
  )
  .openapi(
    route("get", "/orders/{id}/history", requires("orders:read"), {
      summary: "Read how an order came to where it stands",
      description:
        "Every step from the first report on, oldest first: by the shop, by rule, by hand, and in the books.",
      request: { params },
      responses: {
        200: jsonContent(z.object({ data: z.array(orderStep) }), "Every step"),
        ...problems("not_found"),
      },
    }),
    async (c) => {
      const { deps } = c.env;
      const row = await existing(deps, c.req.valid("param").id);
      return c.json({ data: stepsOf(await momentsOf(deps, row)).map(presentStep) }, 200);
    },
  )
  .openapi(
    route("post", "/orders/{id}/attribute", requires("orders:write"), {
      summary: "Decide by hand who owns an order",
      description:
        'Outranks every rule, and stays whatever is heard of the order later. Another decision takes its place; `{"rule": true, "reason": "…"}` ends it, so that the rules decide again.',
      request: { params, body: jsonRequest(schema.orderAttribute) },
      responses: {
        200: jsonContent(schema.orderSchema, "The order as it is now"),
        ...problems("not_found", "order_in_payout"),
      },
    }),
    async (c) => {
      const { deps } = c.env;
      const given = c.req.valid("json");
      const { id } = c.req.valid("param");
      const answer = await commit(c, async () => planAttribution(deps, c.var.actor, id, given));
      await settleNow(deps, [id]);
      return respond(answer);
    },
  );
