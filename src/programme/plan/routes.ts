import type { Context } from "hono";
import type { AppTypes } from "../../ground/deps.ts";
import { wakeGeneration } from "../generation/send-wake.ts";
import { requires } from "../../ground/http/auth.ts";
import { created, deleted, updated } from "../../ground/http/change.ts";
import { carryOut } from "../../ground/http/commit.ts";
import { idParams } from "../../ground/http/fields.ts";
import { adminRoutes, createRouter, jsonContent, jsonPage, jsonRequest, problems } from "../../ground/http/openapi.ts";
import { byId, expandQuery, listHandler, pageQuery } from "../../ground/http/pagination.ts";
import { Problem } from "../../ground/http/problem.ts";
import { planChange } from "./change.ts";
import { draftPlan, planNew } from "./create-change.ts";
import { draftPreviewRequest, previewPlan, previewRequest, previewSchema } from "./preview-run.ts";
import { createdPlan, newPlan, planFilter, planPatch, planSchema, warningsOf } from "./schema.ts";
import { deletePlan, existingPlan, listPlans, planInUse, presentPlan } from "./store.ts";

const route = adminRoutes("Tracking plans");
const params = idParams("plan");

/** `/tracking-plans`: what creators offer and earn, and what their codes and links are made of. */
export const planRoutes = createRouter({ NewTrackingPlan: newPlan })
  .openapi(
    route("get", "/tracking-plans", requires("plans:read"), {
      summary: "List tracking plans",
      request: { query: planFilter.extend(pageQuery.shape) },
      responses: { 200: jsonPage(planSchema, "A page of tracking plans, newest first"), ...problems() },
    }),
    listHandler(byId, listPlans, (row) => presentPlan(row, row.currency)),
  )
  .openapi(
    route("post", "/tracking-plans", requires("plans:write"), {
      summary: "Create a tracking plan",
      description: "What the store's provider can't do (see `/providers`) is refused, with the way round.",
      request: { body: jsonRequest(newPlan) },
      responses: { 201: jsonContent(createdPlan, "The tracking plan"), ...problems("plan_name_taken") },
    }),
    async (c) =>
      carryOut(c, async () => {
        const given = c.req.valid("json");
        const { plan, statements } = await planNew(c.env.deps, c.var.actor, given, hostOf(c));
        return {
          ...created("plan", plan),
          body: { ...plan, warnings: warningsOf(given, plan.id) },
          statements,
        };
      }),
  )
  .openapi(
    route("post", "/tracking-plans/preview", requires("plans:read"), {
      summary: "What a creator would get by a plan that isn't saved",
      description: "Saves nothing and makes nothing. Another plan may have the name.",
      request: { body: jsonRequest(draftPreviewRequest) },
      responses: { 200: jsonContent(previewSchema, "The code and links as the creator would see them"), ...problems() },
    }),
    async (c) => {
      const { plan: given, ...asked } = c.req.valid("json");
      const { row, store } = await draftPlan(c.env.deps, given, hostOf(c), "plan.");
      return c.json(await previewPlan(c.env.deps, { plan: row, store }, asked, originOf(c)), 200);
    },
  )
  .openapi(
    route("get", "/tracking-plans/{id}", requires("plans:read"), {
      summary: "Read a tracking plan",
      request: { params, query: expandQuery },
      responses: { 200: jsonContent(planSchema, "The tracking plan"), ...problems("not_found") },
    }),
    async (c) => {
      const { plan, store } = await existingPlan(c.env.deps, c.req.valid("param").id);
      return c.json(presentPlan(plan, store.currency), 200);
    },
  )
  .openapi(
    route("patch", "/tracking-plans/{id}", requires("plans:write"), {
      summary: "Change a tracking plan",
      description:
        "Links that the plan made follow within 60 seconds, but for what was edited by hand. What it newly asks for is made for each creator.",
      request: { params, body: jsonRequest(planPatch) },
      responses: {
        200: jsonContent(planSchema, "The tracking plan as it is now"),
        ...problems("not_found", "plan_name_taken"),
      },
    }),
    async (c) => {
      const { deps } = c.env;
      const { id } = c.req.valid("param");
      return carryOut(
        c,
        async () => {
          const planned = await planChange(deps, c.var.actor, id, c.req.valid("json"), hostOf(c));
          const { before, after, statements, generates } = planned;
          return { ...updated("plan", before, after), statements, links: { ids: [], droppedKeys: [] }, generates };
        },
        ({ generates }) => {
          if (generates) wakeGeneration(deps, id);
        },
      );
    },
  )
  .openapi(
    route("delete", "/tracking-plans/{id}", requires("plans:write"), {
      summary: "Delete a tracking plan",
      description: "Refused while a campaign, a code that isn't retired, or a link has it. Its history stays.",
      request: { params },
      responses: { 204: { description: "Deleted" }, ...problems("not_found", "in_use") },
    }),
    async (c) => {
      const { deps } = c.env;
      return carryOut(c, async () => {
        const { plan, store } = await existingPlan(deps, c.req.valid("param").id);
        if (await planInUse(deps, plan.id)) {
          throw new Problem("in_use", "Campaigns, codes or links have this tracking plan.");
        }
        const before = presentPlan(plan, store.currency);
        return { ...deleted("plan", before), statements: deletePlan(deps, plan.id, deps.now()) };
      });
    },
  )
  .openapi(
    route("post", "/tracking-plans/{id}/preview", requires("plans:read"), {
      summary: "What a creator gets by a tracking plan",
      description: "Makes nothing. A creator who has a code or links already sees those.",
      request: { params, body: jsonRequest(previewRequest) },
      responses: {
        200: jsonContent(previewSchema, "The code and links as the creator sees them"),
        ...problems("not_found"),
      },
    }),
    async (c) => {
      const found = await existingPlan(c.env.deps, c.req.valid("param").id);
      return c.json(await previewPlan(c.env.deps, found, c.req.valid("json"), originOf(c)), 200);
    },
  );

/** The host, with its port, that the API was called on. */
function hostOf(c: Context<AppTypes>): string {
  return new URL(c.req.url).host;
}

/** The origin of links without a domain. */
function originOf(c: Context<AppTypes>): string {
  return c.env.deps.config.publicUrl ?? new URL(c.req.url).origin;
}
