import { requires } from "../../ground/http/auth.ts";
import { carryOut } from "../../ground/http/commit.ts";
import { idParams } from "../../ground/http/fields.ts";
import { adminRoutes, createRouter, jsonContent, jsonPage, jsonRequest, problems } from "../../ground/http/openapi.ts";
import { byNumber, pageQuery, readPage } from "../../ground/http/pagination.ts";
import { planRule, presentRule } from "./rule-change.ts";
import { addedRule, newRule, ruleSchema } from "./rule-schema.ts";
import { listRules, type RuleRow } from "./rule-store.ts";
import { existingPlan } from "./store.ts";

const route = adminRoutes("Tracking plans");

const byVersion = byNumber(({ version }: RuleRow) => version);
const params = idParams("plan");

/** `/tracking-plans/{id}/commission-rules`: what a plan's creators earned when. */
export const commissionRuleRoutes = createRouter()
  .openapi(
    route("get", "/tracking-plans/{id}/commission-rules", requires("plans:read"), {
      summary: "List the versions of a tracking plan's commission",
      request: { params, query: pageQuery },
      responses: { 200: jsonPage(ruleSchema, "A page of versions, newest first"), ...problems("not_found") },
    }),
    async (c) => {
      const { deps } = c.env;
      const { id } = c.req.valid("param");
      const { store } = await existingPlan(deps, id);
      const { rows, nextCursor } = await readPage(c.req.valid("query"), byVersion, (stretch) =>
        listRules(deps, id, stretch),
      );
      return c.json({ data: rows.map((row) => presentRule(row, store.currency)), nextCursor }, 200);
    },
  )
  .openapi(
    route("post", "/tracking-plans/{id}/commission-rules", requires("plans:write", "orders:write"), {
      summary: "Add a version of a tracking plan's commission",
      description:
        "It becomes the plan's commission. What orders placed since `effectiveFrom` earn is computed anew, and the difference goes to the ledger, unless a later version holds for them.",
      request: { params, body: jsonRequest(newRule) },
      responses: { 201: jsonContent(addedRule, "The version, and what it comes to"), ...problems("not_found") },
    }),
    async (c) => {
      const { id } = c.req.valid("param");
      return carryOut(c, async () => planRule(c.env.deps, c.var.actor, id, c.req.valid("json")));
    },
  );
