import { requires } from "../../ground/http/auth.ts";
import { carryOut } from "../../ground/http/commit.ts";
import { idParams } from "../../ground/http/fields.ts";
import { adminRoutes, createRouter, jsonContent, jsonPage, jsonRequest, problems } from "../../ground/http/openapi.ts";
import { byId, expandQuery, readPage } from "../../ground/http/pagination.ts";
import { planPatch, planPool, planRemoval } from "./change.ts";
import { loadUtilisation } from "./load-utilisation.ts";
import { presentPool } from "./present.ts";
import { listedPool, newPool, poolPatch, poolQuery, poolSchema } from "./schema.ts";
import { existingPool, listPools, memberIds } from "./store.ts";

const route = adminRoutes("Calls");
const params = idParams("numberPool");

/** `/number-pools`: numbers that visitors are shown, each to one at a time. */
export const numberPoolRoutes = createRouter()
  .openapi(
    route("get", "/number-pools", requires("plans:read"), {
      summary: "List pools of phone numbers",
      request: { query: poolQuery },
      responses: { 200: jsonPage(listedPool, "A page of pools, newest first"), ...problems() },
    }),
    async (c) => {
      const { deps } = c.env;
      const query = c.req.valid("query");
      const { rows, nextCursor } = await readPage(query, byId, (stretch) => listPools(deps, stretch, query));
      const members = await memberIds(
        deps,
        rows.map(({ id }) => id),
      );
      return c.json({ data: rows.map((row) => presentPool(row, members.get(row.id) ?? [])), nextCursor }, 200);
    },
  )
  .openapi(
    route("post", "/number-pools", requires("plans:write"), {
      summary: "Make a pool of phone numbers",
      description:
        "Its numbers are shown instead of one on the store's pages, each to one visitor at a time. One pool for a number on the pages.",
      request: { body: jsonRequest(newPool) },
      responses: { 201: jsonContent(listedPool, "The pool"), ...problems("number_bound", "pool_taken") },
    }),
    async (c) => carryOut(c, async () => planPool(c.env.deps, c.var.actor.id, c.req.valid("json"))),
  )
  .openapi(
    route("get", "/number-pools/{id}", requires("plans:read"), {
      summary: "Read a pool of phone numbers",
      description: "With how it is used, and whether it has numbers enough.",
      request: { params, query: expandQuery },
      responses: { 200: jsonContent(poolSchema, "The pool"), ...problems("not_found") },
    }),
    async (c) => {
      const { deps } = c.env;
      const pool = await existingPool(deps, c.req.valid("param").id);
      const [members, utilisation] = await Promise.all([
        memberIds(deps, [pool.id]),
        loadUtilisation(deps.d1, pool, deps.now()),
      ]);
      return c.json({ ...presentPool(pool, members.get(pool.id) ?? []), utilisation }, 200);
    },
  )
  .openapi(
    route("patch", "/number-pools/{id}", requires("plans:write"), {
      summary: "Change a pool of phone numbers",
      description:
        "`numberIds` are all that are to be in it: those that are left out leave it and stand for nothing. Times hold for numbers that are given from now on.",
      request: { params, body: jsonRequest(poolPatch) },
      responses: {
        200: jsonContent(listedPool, "The pool as it is now"),
        ...problems("not_found", "number_bound", "pool_taken"),
      },
    }),
    async (c) =>
      carryOut(c, async () => planPatch(c.env.deps, c.var.actor.id, c.req.valid("param").id, c.req.valid("json"))),
  )
  .openapi(
    route("delete", "/number-pools/{id}", requires("plans:write"), {
      summary: "Delete a pool of phone numbers",
      description: "Its numbers stay, and stand for nothing from then on. Calls before stay whose they were.",
      request: { params },
      responses: { 204: { description: "Deleted" }, ...problems("not_found") },
    }),
    async (c) => carryOut(c, async () => planRemoval(c.env.deps, c.var.actor.id, c.req.valid("param").id)),
  );
