import type * as z from "../../ground/http/zod.ts";
import type { Context } from "hono";
import type { AppTypes, Deps } from "../../ground/deps.ts";
import { enqueueDue, retry, withdraw } from "../generation/due-store.ts";
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
import { byId, pageQuery, readPage } from "../../ground/http/pagination.ts";
import { Problem } from "../../ground/http/problem.ts";
import { existingCampaign, refuse } from "./change.ts";
import {
  findMember,
  insertMembers,
  listMembers,
  type MemberRow,
  presentMember,
  sortCreators,
  updateMember,
} from "./member-store.ts";
import { generationOf, NO_GENERATION } from "./load-campaigns.ts";
import * as schema from "./schema.ts";
import { dueMembers, type MemberAction, memberProblem, stateOf } from "./states.ts";
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
      request: { params: memberParams },
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
    const campaign = await existingCampaign(deps, id);
    const before = await existingMember(deps, id, creatorId);
    refuse(memberProblem(action, campaign, before));
    const now = deps.now();
    const after: MemberRow = { ...before, ...outcomeOf(action, campaign, before, reason), updatedAt: now };
    queuedPlan = after.state === "queued" ? campaign.planId : null;
    return {
      statements: [mustStand(deps, campaign), ...statementsOf(deps, action, campaign, before, { now, reason })],
      audit: [{ action, entity: "campaign", entityId: id, before: recordOf(before), after: recordOf(after) }],
      // A rejection disables the links, an approval after one enables them.
      links: { ids: [before.affiliate, before.tracking].flatMap((link) => link?.id ?? []), droppedKeys: [] },
      status: 200,
      body: present(c, after),
    };
  });
  if (queuedPlan !== null) wakeGeneration(deps, queuedPlan);
  return respond(answer);
}

/** What an action makes of a member. */
function outcomeOf(
  action: MemberAction,
  campaign: CampaignRow,
  { made }: MemberRow,
  reason: string | null,
): Partial<MemberRow> {
  if (action === "reject") return { status: "rejected", reason, state: "withdrawn" };
  if (action === "retry") return { state: "queued" };
  return { status: "approved", reason, state: stateOf(made, dueMembers(campaign) !== "none") };
}

function statementsOf(
  deps: Deps,
  action: MemberAction,
  campaign: CampaignRow,
  member: MemberRow,
  { now, reason }: { now: number; reason: string | null },
): D1PreparedStatement[] {
  // Nothing to retry is found where there is no plan: such a member waits.
  if (action === "retry") return campaign.planId === null ? [] : retry(deps, campaign.planId, member.id, now);
  const after = action === "approve" ? "approved" : "rejected";
  return [
    ...updateMember(deps, campaign.id, member.id, { before: member.status, after, reason, now }),
    ...(action === "approve"
      ? enqueueDue(deps, campaign.id, now, [member.id])
      : withdraw(deps, campaign.id, member.id, now)),
  ];
}

/** What the audit log keeps of a member. */
function recordOf({ id, status, reason, state }: MemberRow): Record<string, unknown> {
  return { creatorId: id, status, reason, state };
}

async function existingMember(deps: Deps, campaignId: string, creatorId: string): Promise<MemberRow> {
  const row = await findMember(deps, campaignId, creatorId);
  if (row === null) throw new Problem("not_found", `${creatorId} is not in the campaign.`);
  return row;
}

function present(c: Context<AppTypes>, row: MemberRow): schema.Member {
  return presentMember(row, c.env.deps.config.publicUrl ?? new URL(c.req.url).origin);
}
