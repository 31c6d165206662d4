import type { Context } from "hono";
import type { AppTypes } from "../../ground/deps.ts";
import { wakeGeneration } from "../generation/send-wake.ts";
import { requires } from "../../ground/http/auth.ts";
import { deleted } from "../../ground/http/change.ts";
import { carryOut, type Change } from "../../ground/http/commit.ts";
import { idParams } from "../../ground/http/fields.ts";
import { adminRoutes, createRouter, jsonContent, jsonPage, jsonRequest, problems } from "../../ground/http/openapi.ts";
import { byId, expandQuery, pageQuery, readPage } from "../../ground/http/pagination.ts";
import { Problem } from "../../ground/http/problem.ts";
import { planNew } from "../plan/create-change.ts";
import { warningsOf } from "../plan/schema.ts";
import { checkPlan, existingCampaign, planPatch, planStep } from "./change.ts";
import { campaignRecord, presentCampaign, presentCampaigns } from "./load-campaigns.ts";
import * as schema from "./schema.ts";
import { archiveProblem, launchProblem } from "./states.ts";
import { campaignInUse, type CampaignRow, deleteCampaign, insertCampaign, listCampaigns } from "./store.ts";

const route = adminRoutes("Campaigns");
const params = idParams("campaign");

/** `/campaigns`: creators who work under one tracking plan. */
export const campaignRoutes = createRouter()
  .openapi(
    route("get", "/campaigns", requires("plans:read"), {
      summary: "List campaigns",
      request: { query: schema.campaignFilter.extend(pageQuery.shape) },
      responses: {
        200: jsonPage(schema.campaignSchema, "A page of campaigns, newest first"),
        ...problems(),
      },
    }),
    async (c) => {
      const { deps } = c.env;
      const query = c.req.valid("query");
      const { rows, nextCursor } = await readPage(query, byId, (stretch) => listCampaigns(deps, stretch, query));
      return c.json({ data: await presentCampaigns(deps, rows), nextCursor }, 200);
    },
  )
  .openapi(
    route("post", "/campaigns", requires("plans:write"), {
      summary: "Create a campaign",
      description: "With `plan`, its tracking plan is made along with it: both or neither.",
      request: { body: jsonRequest(schema.newCampaign) },
      responses: { 201: jsonContent(schema.campaignSchema, "The campaign"), ...problems("plan_name_taken") },
    }),
    async (c) => carryOut(c, async () => planCampaign(c, c.req.valid("json"))),
  )
  .openapi(
    route("get", "/campaigns/{id}", requires("plans:read"), {
      summary: "Read a campaign",
      request: { params, query: expandQuery },
      responses: { 200: jsonContent(schema.campaignSchema, "The campaign"), ...problems("not_found") },
    }),
    async (c) => {
      const { deps } = c.env;
      return c.json(await presentCampaign(deps, await existingCampaign(deps, c.req.valid("param").id)), 200);
    },
  )
  .openapi(
    route("patch", "/campaigns/{id}", requires("plans:write"), {
      summary: "Change a campaign",
      description:
        "A launched campaign keeps its tracking plan, unless `override` says why not and no sale is recorded under it. Of an archived one, only `name` and `creatorsSeePerformance` change.",
      request: { params, body: jsonRequest(schema.campaignPatch) },
      responses: {
        200: jsonContent(schema.campaignSchema, "The campaign as it is now"),
        ...problems("not_found", "plan_locked", "sales_recorded", "plan_missing", "campaign_archived"),
      },
    }),
    async (c) => {
      const { deps } = c.env;
      return carryOut(
        c,
        async () => planPatch(deps, c.req.valid("param").id, c.req.valid("json")),
        ({ body: { generation, planId } }) => {
          if (generation.queued > 0 && planId !== null) wakeGeneration(deps, planId);
        },
      );
    },
  )
  .openapi(
    route("delete", "/campaigns/{id}", requires("plans:write"), {
      summary: "Delete a campaign",
      description: "Refused once it is launched, or has codes or links.",
      request: { params },
      responses: { 204: { description: "Deleted" }, ...problems("not_found", "in_use") },
    }),
    async (c) => {
      const { deps } = c.env;
      return carryOut(c, async () => {
        const row = await existingCampaign(deps, c.req.valid("param").id);
        if (row.status !== "draft") throw new Problem("in_use", "Only a draft can be deleted.");
        if (await campaignInUse(deps, row.id))
          throw new Problem("in_use", "Codes or links come from this campaign, or phone numbers stand for it.");
        return { ...deleted("campaign", campaignRecord(row)), statements: deleteCampaign(deps, row.id, deps.now()) };
      });
    },
  )
  .openapi(
    route("post", "/campaigns/{id}/launch", requires("plans:write"), {
      summary: "Launch a campaign",
      request: { params },
      responses: {
        200: jsonContent(schema.campaignSchema, "The campaign as it is now"),
        ...problems("not_found", "already_launched", "campaign_archived", "plan_missing"),
      },
    }),
    async (c) => carryOut(c, async () => planStep(c.env.deps, c.req.valid("param").id, "launch", launchProblem)),
  )
  .openapi(
    route("post", "/campaigns/{id}/archive", requires("plans:write"), {
      summary: "Archive a launched campaign",
      description: "Its codes and links go on working and being tracked.",
      request: { params },
      responses: {
        200: jsonContent(schema.campaignSchema, "The campaign as it is now"),
        ...problems("not_found", "not_launched", "campaign_archived"),
      },
    }),
    async (c) => carryOut(c, async () => planStep(c.env.deps, c.req.valid("param").id, "archive", archiveProblem)),
  );

async function planCampaign(
  c: Context<AppTypes>,
  { plan: given, planId, ...fields }: schema.NewCampaign,
): Promise<Change<schema.Campaign>> {
  const { deps } = c.env;
  await checkPlan(deps, planId);
  const plan = given === undefined ? null : await planNew(deps, c.var.actor, given, new URL(c.req.url).host, "plan.");
  const now = deps.now();
  const row: CampaignRow = {
    id: deps.newId("campaign"),
    ...fields,
    planId: plan?.row.id ?? planId,
    status: "draft",
    launchedAt: null,
    archivedAt: null,
    createdAt: now,
    updatedAt: now,
    deletedAt: null,
  };
  const campaign = await presentCampaign(deps, row);
  const overlooked =
    given === undefined || plan === null
      ? []
      : warningsOf(given, plan.row.id).map((warning) => ({ ...warning, campaignIds: [] }));
  return {
    statements: [...(plan?.statements ?? []), ...insertCampaign(deps, row)],
    audit: [
      ...(plan === null
        ? []
        : [{ action: "create" as const, entity: "plan", entityId: plan.row.id, before: null, after: plan.plan }]),
      { action: "create", entity: "campaign", entityId: row.id, before: null, after: campaignRecord(row) },
    ],
    status: 201,
    body: { ...campaign, warnings: [...overlooked, ...campaign.warnings] },
  };
}
