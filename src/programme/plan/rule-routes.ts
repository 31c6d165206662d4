import { z } from "@hono/zod-openapi";
import { requires } from "../../ground/http/auth.ts";
import { commit, respond } from "../../ground/http/commit.ts";
import { idField } from "../../ground/http/fields.ts";
import { adminRoute, createRouter, jsonContent, jsonRequest, problems } from "../../ground/http/openapi.ts";
import { decodeSeqCursor, encodeSeqCursor, pageOf, pageQuery } from "../../ground/http/pagination.ts";
import { Problem } from "../../ground/http/problem.ts";
import { planRule, presentRule } from "./add-rule.ts";
import { addedRule, newRule, ruleSchema } from "./rule-schema.ts";
import { listRules } from "./rules.ts";
import { findPlanInStore } from "./store.ts";

const params = z.object({ id: idField("plan") });

/** `/tracking-plans/{id}/commission-rules`: what a plan's creators earned when. */
export const commissionRuleRoutes = createRouter()
  .openapi(
    adminRoute("get", "/tracking-plans/{id}/commission-rules", requires("plans:read"), {
      tags: ["Tracking plans"],
      summary: "List the versions of a tracking plan's commission",
      request: { params, query: pageQuery },
      responses: { 200: jsonContent(pageOf(ruleSchema), "A page of versions, newest first"), ...problems("not_found") },
    }),
    async (c) => {
      const { deps } = c.env;
      const { id } = c.req.valid("param");
      const { limit, cursor } = c.req.valid("query");
      const found = await findPlanInStore(deps, id);
      if (found === null) throw new Problem("not_found", `There is no tracking plan ${id}.`);
      const rows = await listRules(deps, id, decodeSeqCursor(cursor), limit + 1);
      const page = rows.slice(0, limit);
      const last = page.at(-1);
      const nextCursor = rows.length > limit && last !== undefined ? encodeSeqCursor(last.version) : null;
      return c.json({ data: page.map((row) => presentRule(row, found.store.currency)), nextCursor }, 200);
    },
  )
  .openapi(
    adminRoute("post", "/tracking-plans/{id}/commission-rules", requires("plans:write", "orders:write"), {
      tags: ["Tracking plans"],
      summary: "Add a version of a tracking plan's commission",
      description:
        "It becomes the plan's commission. What orders placed since `effectiveFrom` earn is computed anew, and the difference goes to the ledger, unless a later version holds for them.",
      request: { params, body: jsonRequest(newRule) },
      responses: { 201: jsonContent(addedRule, "The version, and what it comes to"), ...problems("not_found") },
    }),
    async (c) => {
      const { id } = c.req.valid("param");
      return respond(await commit(c, async () => planRule(c.env.deps, c.var.actor, id, c.req.valid("json"))));
    },
  );
