import { requires } from "../../ground/http/auth.ts";
import { carryOut } from "../../ground/http/commit.ts";
import { isoOf } from "../../ground/http/fields.ts";
import { adminRoutes, createRouter, jsonContent, jsonRequest, problems } from "../../ground/http/openapi.ts";
import { Problem } from "../../ground/http/problem.ts";
import { askRebuild } from "../../journal/due/write-rebuild.ts";
import { type Rebuild, rebuildRequest, rebuildSchema, rollupsSchema } from "./schema.ts";
import { mustBeIdle, readRollups, readScope } from "./store.ts";

const route = adminRoutes("Operations");

/** `/rollups`: the sums that reports are read from. */
export const rollupRoutes = createRouter()
  .openapi(
    route("get", "/rollups", requires("settings:read"), {
      summary: "See how far roll-ups are",
      description: "Reports are exact whatever their lag is: what isn't rolled up yet is counted as they are read.",
      responses: { 200: jsonContent(rollupsSchema, "What waits, and what is made anew"), ...problems() },
    }),
    async (c) => c.json(await readRollups(c.env.deps.env, c.env.deps.now()), 200),
  )
  .openapi(
    route("post", "/rollups/rebuild", requires("settings:write"), {
      summary: "Make roll-ups anew",
      description:
        "From the clicks in the log, the hours of archived ones, and the orders; done by and by. A change of a store's time zone asks for it by itself.",
      request: { body: jsonRequest(rebuildRequest, { required: false }) },
      responses: { 202: jsonContent(rebuildSchema, "The rebuild, as it begins"), ...problems("rebuild_busy") },
    }),
    async (c) => {
      const { deps } = c.env;
      const { storeId, reason = "It was asked for." } = c.req.valid("json") ?? {};
      const scope = storeId ?? "";
      return carryOut(c, async () => {
        const { known, busy, links } = await readScope(deps.d1, scope);
        if (!known) throw Problem.invalid("storeId", "is no store's");
        if (busy) throw new Problem("rebuild_busy", "Wait until it is done: see GET /rollups.");
        const now = deps.now();
        const body: Rebuild = {
          storeId: storeId ?? null,
          linkId: null,
          reason,
          step: "clicks",
          done: 0,
          total: links,
          requestedAt: isoOf(now),
          updatedAt: isoOf(now),
        };
        return {
          statements: [mustBeIdle(deps.d1, scope), askRebuild(deps.d1, scope, reason, now)],
          audit: [{ action: "create", entity: "rollup_rebuild", entityId: scope || "all", before: null, after: body }],
          status: 202,
          body,
        };
      });
    },
  );
