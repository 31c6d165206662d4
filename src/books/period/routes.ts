import { requires } from "../../ground/http/auth.ts";
import { carryOut } from "../../ground/http/commit.ts";
import { idParams } from "../../ground/http/fields.ts";
import { adminRoutes, createRouter, jsonContent, jsonPage, jsonRequest, problems } from "../../ground/http/openapi.ts";
import { byId, expandQuery, pageQuery, readPage } from "../../ground/http/pagination.ts";
import {
  existingPeriod,
  planPeriod,
  planPeriodChange,
  planPeriodDeletion,
  planPeriodLock,
  showPeriod,
} from "./change.ts";
import { newPeriod, periodFilters, periodLock, periodPatch, periodSchema } from "./schema.ts";
import { listPeriods, presentPeriod } from "./store.ts";
import { booksOf } from "./load-totals.ts";

const route = adminRoutes("Money");
const params = idParams("period");

/** `/periods`: a store's accounting periods, which lock one after another. */
export const periodRoutes = createRouter()
  .openapi(
    route("get", "/periods", requires("orders:read"), {
      summary: "List periods",
      request: { query: pageQuery.extend(periodFilters.shape) },
      responses: { 200: jsonPage(periodSchema, "A page of periods, newest first"), ...problems() },
    }),
    async (c) => {
      const { deps } = c.env;
      const query = c.req.valid("query");
      const { rows, nextCursor } = await readPage(query, byId, (stretch) => listPeriods(deps, stretch, query));
      const books = await booksOf(deps, rows);
      return c.json({ data: rows.map((row) => presentPeriod(row, books(row.id))), nextCursor }, 200);
    },
  )
  .openapi(
    route("post", "/periods", requires("orders:write"), {
      summary: "Begin a period",
      description:
        "It begins where the store's last one ended, the first from the beginning. Its end may be in the future.",
      request: { body: jsonRequest(newPeriod) },
      responses: { 201: jsonContent(periodSchema, "The period"), ...problems("period_order") },
    }),
    async (c) => carryOut(c, async () => planPeriod(c.env.deps, c.req.valid("json"))),
  )
  .openapi(
    route("get", "/periods/{id}", requires("orders:read"), {
      summary: "Read a period",
      request: { params, query: expandQuery },
      responses: { 200: jsonContent(periodSchema, "The period"), ...problems("not_found") },
    }),
    async (c) => {
      const { deps } = c.env;
      return c.json(await showPeriod(deps, await existingPeriod(deps, c.req.valid("param").id)), 200);
    },
  )
  .openapi(
    route("patch", "/periods/{id}", requires("orders:write"), {
      summary: "Change an open period",
      request: { params, body: jsonRequest(periodPatch) },
      responses: {
        200: jsonContent(periodSchema, "The period as it is now"),
        ...problems("not_found", "period_locked", "period_order"),
      },
    }),
    async (c) => carryOut(c, async () => planPeriodChange(c.env.deps, c.req.valid("param").id, c.req.valid("json"))),
  )
  .openapi(
    route("delete", "/periods/{id}", requires("orders:write"), {
      summary: "Delete a store's last period",
      description: "Only while it is open.",
      request: { params },
      responses: { 204: { description: "Deleted" }, ...problems("not_found", "period_locked", "period_order") },
    }),
    async (c) => carryOut(c, async () => planPeriodDeletion(c.env.deps, c.req.valid("param").id)),
  )
  .openapi(
    route("post", "/periods/{id}/lock", requires("orders:write"), {
      summary: "Lock a period",
      description:
        "For good, once it is over and those before it are locked. Nothing is booked into it any more: what is heard of its orders later becomes a new entry in the open period. Payout runs take entries of locked periods alone.",
      request: { params, body: jsonRequest(periodLock, { required: false }) },
      responses: {
        200: jsonContent(periodSchema, "The period, with its totals as they stay"),
        ...problems("not_found", "period_locked", "period_not_over", "period_order"),
      },
    }),
    async (c) => {
      const note = c.req.valid("json")?.note;
      return carryOut(c, async () => planPeriodLock(c.env.deps, c.var.actor, c.req.valid("param").id, note));
    },
  );
