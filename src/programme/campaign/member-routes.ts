import type * as z from "../../ground/http/zod.ts";
import type { Context } from "hono";
import type { AppTypes, Deps } from "../../ground/deps.ts";
import { enqueueDue } from "../generation/due-store.ts";
import { wakeGeneration } from "../generation/send-wake.ts";
import { requires } from "../../ground/http/auth.ts";
import { carryOut, type Change, commit, respond } from "../../ground/http/commit.ts";
import { idField, idParams } from "../../ground/http/fields.ts";
import {
  adminRoutes,
  createRouter,
  jsonContent,
  jsonPage,
  jsonRequest,
  problems,
  validationProblem,
} from "../../ground/http/openapi.ts";
import { byId, expandQuery, pageQuery, readPage } from "../../ground/http/pagination.ts";
import type { Problem } from "../../ground/http/problem.ts";
import { existingCampaign, refuse } from "./change.ts";
import { notInCampaign, planMember, planMembers } from "./member-change.ts";
import {
  findMembers,
  insertMembers,
  listMembers,
  type MemberRow,
  presentMember,
  sortCreators,
} from "./member-store.ts";
import { generationOf, NO_GENERATION } from "./load-campaigns.ts";
import * as schema from "./schema.ts";
import type { MemberAction } from "./states.ts";
import { type CampaignRow, mustStand } from "./store.ts";

const route = adminRoutes("Campaigns");
const params = idParams("campaign");
const memberParams = params.extend({ creatorId: idField("creator") });
const decisionBody = jsonRequest(schema.memberDecision, { required: false });

/** `/campaigns/{id}/creators`: who takes part in a campaign, and what is made for them. */
export const campaignCreatorRoutes = createRouter()
  .openapi(
    route("get", "/campaigns/{id}/creators", requires("plans:read"), {
      summary: "List a campaign's creators",
      request: { params, query: schema.memberFilter.extend(pageQuery.shape) },
      responses: {
        200: jsonPage(schema.memberSchema, "A page of the campaign's creators, newest creators first"),
        ...problems("not_found"),
      },
    }),
    async (c) => {
      const { deps } = c.env;
      const query = c.req.valid("query");
      const { id } = await existingCampaign(deps, c.req.valid("param").id);
      const { rows, nextCursor } = await readPage(query, byId, (stretch) => listMembers(deps, id, stretch, query));
      return c.json({ data: rows.map((row) => present(c, row)), nextCursor }, 200);
    },
  )
  .openapi(
    route("post", "/campaigns/{id}/creators", requires("plans:write"), {
      summary: "Add up to 1,000 creators to a campaign",
      description: "All of them or, if one is unknown, none. Their codes and links are made behind the answer.",
      request: { params, body: jsonRequest(schema.newMembers) },
      responses: {
        201: jsonContent(schema.addedMembers, "How many were added"),
        ...problems("not_found", "campaign_archived"),
      },
    }),
    async (c) => {
      const { deps } = c.env;
      const { creatorIds, status } = c.req.valid("json");
      return carryOut(
        c,
        async () => {
          const campaign = await existingCampaign(deps, c.req.valid("param").id);
          return { ...(await planAddition(deps, campaign, creatorIds, status)), planId: campaign.planId };
        },
        ({ body: { generation }, planId }) => {
          if (generation.queued > 0 && planId !== null) wakeGeneration(deps, planId);
        },
      );
    },
  )
  .openapi(
    route("get", "/campaigns/{id}/creators/{creatorId}", requires("plans:read"), {
      summary: "Read a campaign's creator",
      request: { params: memberParams, query: expandQuery },
      responses: { 200: jsonContent(schema.memberSchema, "The creator in the campaign"), ...problems("not_found") },
    }),
    async (c) => {
      const { id, creatorId } = c.req.valid("param");
      const campaign = await existingCampaign(c.env.deps, id);
      return c.json(present(c, await existingMember(c.env.deps, campaign.id, creatorId)), 200);
    },
  )
  .openapi(
    route("post", "/campaigns/{id}/creators/{creatorId}/approve", requires("plans:write"), {
      summary: "Approve a campaign's creator",
      description: "What was withdrawn when they were rejected comes back.",
      request: { params: memberParams, body: decisionBody },
      responses: {
        200: jsonContent(schema.memberSchema, "The creator in the campaign"),
        ...problems("not_found", "already_approved", "campaign_archived"),
      },
    }),
    async (c) => act(c, "approve", c.req.valid("param"), c.req.valid("json")?.reason ?? null),
  )
  .openapi(
    route("post", "/campaigns/{id}/creators/{creatorId}/reject", requires("plans:write"), {
      summary: "Reject a campaign's creator",
      description:
        "Their code is withdrawn and their links are disabled, unless they are due in another campaign of the same plan.",
      request: { params: memberParams, body: decisionBody },
      responses: {
        200: jsonContent(schema.memberSchema, "The creator in the campaign"),
        ...problems("not_found", "already_rejected", "campaign_archived"),
      },
    }),
    async (c) => act(c, "reject", c.req.valid("param"), c.req.valid("json")?.reason ?? null),
  )
  .openapi(
    route("post", "/campaigns/{id}/creators/{creatorId}/retry-code", requires("plans:write"), {
      summary: "Have a creator's code and links made again",
      description: "After a failure, or where the code was retired or a link deleted.",
      request: { params: memberParams },
      responses: {
        200: jsonContent(schema.memberSchema, "The creator in the campaign"),
        ...problems("not_found", "already_generated", "not_due", "campaign_archived"),
      },
    }),
    async (c) => act(c, "retry", c.req.valid("param"), null),
  )
  .openapi(
    route("post", "/campaigns/{id}/creators/bulk", requires("plans:write"), {
      summary: "Approve, reject or retry up to 200 of a campaign's creators",
      description:
        "Each by itself, as the routes for one do: a creator for whom it can't be done is refused in their result, and holds up no other. Those for whom it can are decided on together, or none if the request fails.",
      request: { params, body: jsonRequest(schema.memberDecisions) },
      responses: {
        200: jsonContent(schema.decidedMembers, "What became of each, in order"),
        ...problems("not_found", "campaign_archived"),
      },
    }),
    async (c) => {
      const { deps } = c.env;
      const given = c.req.valid("json");
      return carryOut(
        c,
        async () => planMembers(deps, c.req.valid("param").id, given),
        ({ queuedPlan }) => {
          if (queuedPlan !== null) wakeGeneration(deps, queuedPlan);
        },
      );
    },
  );

async function planAddition(
  deps: Deps,
  campaign: CampaignRow,
  creatorIds: readonly string[],
  status: "applied" | "approved",
): Promise<Change<z.infer<typeof schema.addedMembers>>> {
  if (campaign.status === "archived") refuse("campaign_archived");
  const { unknown, members } = await sortCreators(deps, campaign.id, creatorIds);
  if (unknown.size > 0) throw unknownCreators(creatorIds, unknown);
  const added = creatorIds.filter((id) => !members.has(id));
  const now = deps.now();
  const generation = await generationOf(deps, [campaign], { enqueued: true, added: { creatorIds: added, status } });
  return {
    statements: [
      mustStand(deps, campaign),
      ...insertMembers(deps, campaign.id, added, status, now),
      ...enqueueDue(deps, campaign.id, now, added),
    ],
    audit: [
      {
        action: "update",
        entity: "campaign",
        entityId: campaign.id,
        before: null,
        after: { creatorIds: added, status },
      },
    ],
    status: 201,
    body: {
      added: added.length,
      existing: members.size,
      generation: generation.get(campaign.id) ?? NO_GENERATION,
    },
  };
}

/** The problem of ids that are no creator's, which names the place of each. */
function unknownCreators(creatorIds: readonly string[], unknown: ReadonlySet<string>): Problem {
  return validationProblem(
    creatorIds.flatMap((id, index) =>
      unknown.has(id)
        ? [{ code: "custom" as const, path: ["creatorIds", index], message: "is no creator's", input: id }]
        : [],
    ),
  );
}

/** Does something about a creator in a campaign and answers with the creator as they are then. */
async function act(
  c: Context<AppTypes>,
  action: MemberAction,
  { id, creatorId }: z.infer<typeof memberParams>,
  reason: string | null,
): Promise<ReturnType<typeof respond>> {
  const { deps } = c.env;
  let queuedPlan: string | null = null;
  const answer = await commit(c, async () => {
    const planned = await planMember(deps, id, creatorId, { action, reason, now: deps.now() });
    queuedPlan = planned.queuedPlan;
    return { ...planned, body: present(c, planned.body) };
  });
  if (queuedPlan !== null) wakeGeneration(deps, queuedPlan);
  return respond(answer);
}

async function existingMember(deps: Deps, campaignId: string, creatorId: string): Promise<MemberRow> {
  const row = (await findMembers(deps, campaignId, [creatorId])).get(creatorId);
  if (row === undefined) throw notInCampaign(creatorId);
  return row;
}

function present(c: Context<AppTypes>, row: MemberRow): schema.Member {
  return presentMember(row, c.env.deps.config.publicUrl ?? new URL(c.req.url).origin);
}
