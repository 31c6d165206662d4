import type { Context } from "hono";
import type { AppTypes } from "../../ground/deps.ts";
import { requires } from "../../ground/http/auth.ts";
import { carryOut } from "../../ground/http/commit.ts";
import { idParams } from "../../ground/http/fields.ts";
import { adminRoutes, createRouter, jsonContent, jsonPage, jsonRequest, problems } from "../../ground/http/openapi.ts";
import { byId, listHandler } from "../../ground/http/pagination.ts";
import { planActivation, planCopy, planPatch, planPlan, planRemoval, planRetirement, wholePlan } from "./change.ts";
import { existingPlan, listPlans } from "./plan-store.ts";
import { presentPlan } from "./present.ts";
import { preparePreview } from "./preview-run.ts";
import {
  listedTaggingPlan,
  newTaggingPlan,
  previewRequest,
  previewSchema,
  taggingPlanCopy,
  taggingPlanFilter,
  taggingPlanPatch,
  taggingPlanSchema,
} from "./schema.ts";

const route = adminRoutes("Visits");
const params = idParams("taggingPlan");

/** Where stores' pages have the snippet from. */
function originOf(c: Context<AppTypes>): string {
  return c.env.deps.config.publicUrl ?? new URL(c.req.url).origin;
}

/** `/tagging-plans`: what is counted on a store's pages, and nothing else is. */
export const taggingPlanRoutes = createRouter()
  .openapi(
    route("get", "/tagging-plans", requires("settings:read"), {
      summary: "List tagging plans",
      request: { query: taggingPlanFilter },
      responses: { 200: jsonPage(listedTaggingPlan, "A page of plans, newest first"), ...problems() },
    }),
    listHandler(byId, listPlans, presentPlan),
  )
  .openapi(
    route("post", "/tagging-plans", requires("settings:write"), {
      summary: "Draft a tagging plan",
      description:
        "A draft counts nothing and changes freely. Its selectors and patterns are checked, and `snippet` says what the store's pages carry once it is active.",
      request: { body: jsonRequest(newTaggingPlan) },
      responses: { 201: jsonContent(taggingPlanSchema, "The draft"), ...problems("list_full") },
    }),
    async (c) => carryOut(c, async () => planPlan(c.env.deps, c.req.valid("json"), originOf(c))),
  )
  .openapi(
    route("get", "/tagging-plans/{id}", requires("settings:read"), {
      summary: "Read a tagging plan",
      request: { params },
      responses: {
        200: jsonContent(taggingPlanSchema, "The plan, and what pages carry with it"),
        ...problems("not_found"),
      },
    }),
    async (c) => {
      const { deps } = c.env;
      return c.json(await wholePlan(deps, await existingPlan(deps, c.req.valid("param").id), originOf(c)), 200);
    },
  )
  .openapi(
    route("patch", "/tagging-plans/{id}", requires("settings:write"), {
      summary: "Change a draft of a tagging plan",
      description: "What is active never changes. Copy it, change the copy, and activate that.",
      request: { params, body: jsonRequest(taggingPlanPatch) },
      responses: {
        200: jsonContent(taggingPlanSchema, "The draft as it is now"),
        ...problems("not_found", "tagging_plan_active"),
      },
    }),
    async (c) =>
      carryOut(c, async () => planPatch(c.env.deps, c.req.valid("param").id, c.req.valid("json"), originOf(c))),
  )
  .openapi(
    route("delete", "/tagging-plans/{id}", requires("settings:write"), {
      summary: "Delete a draft of a tagging plan",
      request: { params },
      responses: { 204: { description: "Deleted" }, ...problems("not_found", "tagging_plan_active") },
    }),
    async (c) => carryOut(c, async () => planRemoval(c.env.deps, c.req.valid("param").id)),
  )
  .openapi(
    route("post", "/tagging-plans/{id}/activate", requires("settings:write"), {
      summary: "Activate a tagging plan",
      description:
        "The store's pages are counted by it from then on; the one before is retired in the same moment. Pages that were opened under that tell by it for another hour. A page has the new one within a quarter of an hour.",
      request: { params },
      responses: {
        200: jsonContent(taggingPlanSchema, "The plan, active"),
        ...problems("not_found", "tagging_plan_retired"),
      },
    }),
    async (c) => carryOut(c, async () => planActivation(c.env.deps, c.req.valid("param").id, originOf(c))),
  )
  .openapi(
    route("post", "/tagging-plans/{id}/retire", requires("settings:write"), {
      summary: "Retire a tagging plan",
      description: "Nothing is counted by it any more; what was counted stays.",
      request: { params },
      responses: {
        200: jsonContent(taggingPlanSchema, "The plan, retired"),
        ...problems("not_found", "tagging_plan_draft"),
      },
    }),
    async (c) => carryOut(c, async () => planRetirement(c.env.deps, c.req.valid("param").id, originOf(c))),
  )
  .openapi(
    route("post", "/tagging-plans/{id}/copy", requires("settings:write"), {
      summary: "Copy a tagging plan",
      description: "A draft that says the same.",
      request: { params, body: jsonRequest(taggingPlanCopy, { required: false }) },
      responses: { 201: jsonContent(taggingPlanSchema, "The draft"), ...problems("not_found", "list_full") },
    }),
    async (c) =>
      carryOut(c, async () => planCopy(c.env.deps, c.req.valid("param").id, c.req.valid("json")?.name, originOf(c))),
  )
  .openapi(
    route("post", "/tagging-plans/{id}/preview", requires("settings:write"), {
      summary: "Preview a tagging plan on a page",
      description:
        "A link to one of the store's own pages, good for an hour and until the plan is changed: there the snippet shows what it would send, and sends nothing. Whoever has the link may look.",
      request: { params, body: jsonRequest(previewRequest) },
      responses: {
        200: jsonContent(previewSchema, "The link"),
        ...problems("not_found", "tagging_plan_retired", "unavailable"),
      },
    }),
    async (c) => c.json(await preparePreview(c.env.deps, c.req.valid("param").id, c.req.valid("json").page), 200),
  );
