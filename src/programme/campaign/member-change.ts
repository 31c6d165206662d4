import type { Deps } from "../../ground/deps.ts";
import { decisionsBody, MAX_DECIDED } from "../../ground/http/bulk.ts";
import type { Change } from "../../ground/http/commit.ts";
import { Problem, PROBLEMS } from "../../ground/http/problem.ts";
import { enqueueDue, retry, withdraw } from "../generation/due-store.ts";
import { existingCampaign, refuse } from "./change.ts";
import { findMembers, listMembers, type MemberRow, updateMembers } from "./member-store.ts";
import type { DecidedMembers, MemberDecisions } from "./schema.ts";
import {
  dueMembers,
  type MemberAction,
  memberProblem,
  type MemberState,
  type MemberStatus,
  stateOf,
} from "./states.ts";
import { type CampaignRow, mustStand } from "./store.ts";

/** What is to be done about creators in a campaign. */
export interface MemberDecision {
  action: MemberAction;
  reason: string | null;
  /** ms UTC. */
  now: number;
}

/** Something that is planned about creators in a campaign. */
export interface MemberChange<Body> extends Change<Body> {
  /** The plan under which codes and links are to be made now; `null`: none are. */
  queuedPlan: string | null;
}

/** A member whom something is planned about. */
interface Decided {
  before: MemberRow;
  after: MemberRow;
}

/** Plans something about a creator in a campaign. Throws a `Problem`: 404, or 409 where it can't be done. */
export async function planMember(
  deps: Deps,
  campaignId: string,
  creatorId: string,
  decision: MemberDecision,
): Promise<MemberChange<MemberRow>> {
  const campaign = await existingCampaign(deps, campaignId);
  const decided = decide(campaign, (await findMembers(deps, campaignId, [creatorId])).get(creatorId), decision);
  if (decided === null) throw notInCampaign(creatorId);
  if (decided instanceof Problem) throw decided;
  return { ...changeOf(deps, campaign, [decided], decision), body: decided.after };
}

/**
 * Plans the same for many, each by itself: one for whom it can't be done holds up no other. A dry run changes nothing, and
 * says what would be. Throws a `Problem`: 404, or 409 for a campaign that is archived.
 */
export async function planMembers(
  deps: Deps,
  campaignId: string,
  { action: asked, creatorIds, reason, dryRun }: MemberDecisions,
): Promise<MemberChange<DecidedMembers>> {
  const action = asked === "retry-code" ? "retry" : asked;
  const campaign = await existingCampaign(deps, campaignId);
  if (campaign.status === "archived") refuse("campaign_archived");
  const found = creatorIds === undefined ? await allOf(deps, campaignId, action) : null;
  const ids = creatorIds ?? found?.rows.map(({ id }) => id) ?? [];
  const members =
    found === null ? await findMembers(deps, campaignId, ids) : new Map(found.rows.map((row) => [row.id, row]));
  const decision: MemberDecision = { action, reason: reason ?? null, now: deps.now() };
  const plans = new Map(
    ids.map((id): [string, Decided | Problem] => [
      id,
      decide(campaign, members.get(id), decision) ?? notInCampaign(id),
    ]),
  );
  const decided = [...plans.values()].filter((plan): plan is Decided => !(plan instanceof Problem));
  const change = changeOf(deps, campaign, dryRun ? [] : decided, decision);
  const steps = new Map([...plans].map(([id, plan]) => [id, plan instanceof Problem ? plan : stepOf(action, plan)]));
  return { ...change, body: { ...decisionsBody(ids, steps, dryRun), more: found?.more ?? false } };
}

/** The problem of a creator who isn't in the campaign. */
export function notInCampaign(creatorId: string): Problem {
  return new Problem("not_found", `${creatorId} is not in the campaign.`);
}

/** The newest creators who wait for an action, and whether there are more of them. */
async function allOf(
  deps: Deps,
  campaignId: string,
  action: MemberAction,
): Promise<{ rows: MemberRow[]; more: boolean }> {
  const filter = action === "retry" ? ({ state: "failed" } as const) : ({ status: "applied" } as const);
  const rows = await listMembers(deps, campaignId, { after: null, limit: MAX_DECIDED + 1 }, filter);
  return { rows: rows.slice(0, MAX_DECIDED), more: rows.length > MAX_DECIDED };
}

/** What becomes of a member, or the `Problem` that stands in the way; `null` for nobody. */
function decide(
  campaign: CampaignRow,
  before: MemberRow | undefined,
  decision: MemberDecision,
): Decided | Problem | null {
  if (before === undefined) return null;
  const problem = memberProblem(decision.action, campaign, before);
  if (problem !== null) return new Problem(problem, `${PROBLEMS[problem].title}.`);
  return { before, after: { ...before, ...outcomeOf(campaign, before, decision), updatedAt: decision.now } };
}

/** What an action makes of a member. */
function outcomeOf(campaign: CampaignRow, { made }: MemberRow, { action, reason }: MemberDecision): Partial<MemberRow> {
  if (action === "reject") return { status: "rejected", reason, state: "withdrawn" };
  if (action === "retry") return { state: "queued" };
  return { status: "approved", reason, state: stateOf(made, dueMembers(campaign) !== "none") };
}

/** From where to where an action takes a member: of a retry it is their code and links that go. */
function stepOf(action: MemberAction, { before, after }: Decided): Record<"from" | "to", MemberStatus | MemberState> {
  return action === "retry" ? { from: before.state, to: after.state } : { from: before.status, to: after.status };
}

function changeOf(
  deps: Deps,
  campaign: CampaignRow,
  decided: readonly Decided[],
  decision: MemberDecision,
): Omit<MemberChange<null>, "body"> {
  return {
    statements:
      decided.length === 0 ? [] : [mustStand(deps, campaign), ...statementsOf(deps, campaign, decided, decision)],
    audit: decided.map(({ before, after }) => ({
      action: decision.action,
      entity: "campaign",
      entityId: campaign.id,
      before: recordOf(before),
      after: recordOf(after),
    })),
    // A rejection disables the links, an approval after one enables them.
    links: {
      ids: decided.flatMap(({ before }) => [before.affiliate, before.tracking].flatMap((link) => link?.id ?? [])),
      droppedKeys: [],
    },
    status: 200,
    queuedPlan: decided.some(({ after }) => after.state === "queued") ? campaign.planId : null,
  };
}

function statementsOf(
  deps: Deps,
  campaign: CampaignRow,
  decided: readonly Decided[],
  { action, reason, now }: MemberDecision,
): D1PreparedStatement[] {
  const members = decided.map(({ before }) => before);
  const ids = members.map(({ id }) => id);
  // Nothing to retry is found where there is no plan: such a member waits.
  if (action === "retry") return campaign.planId === null ? [] : retry(deps, campaign.planId, ids, now);
  const after = action === "approve" ? "approved" : "rejected";
  return [
    ...updateMembers(deps, campaign.id, members, { after, reason, now }),
    ...(action === "approve" ? enqueueDue(deps, campaign.id, now, ids) : withdraw(deps, campaign.id, ids, now)),
  ];
}

/** What the audit log keeps of a member. */
function recordOf({ id, status, reason, state }: MemberRow): Record<string, unknown> {
  return { creatorId: id, status, reason, state };
}
