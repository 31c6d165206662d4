import type { ProblemCode } from "../../ground/http/problem.ts";

/** Where a campaign stands. An archived one keeps its codes and links, which go on being tracked. */
export const CAMPAIGN_STATUSES = ["draft", "launched", "archived"] as const;
/** Whether a creator takes part in a campaign. */
export const MEMBER_STATUSES = ["applied", "approved", "rejected"] as const;
/** Where the code and links of a creator in a campaign stand; `waiting`: none are due yet. */
export const MEMBER_STATES = ["waiting", "queued", "ready", "failed", "withdrawn"] as const;

/** One of {@link CAMPAIGN_STATUSES}. */
export type CampaignStatus = (typeof CAMPAIGN_STATUSES)[number];
/** One of {@link MEMBER_STATUSES}. */
export type MemberStatus = (typeof MEMBER_STATUSES)[number];
/** One of {@link MEMBER_STATES}. */
export type MemberState = (typeof MEMBER_STATES)[number];

/** The parts of a campaign that decide what it may do, and whose code and links are due. */
export interface CampaignRules {
  status: CampaignStatus;
  planId: string | null;
  generateOn: "approval" | "added";
  tracking: boolean;
}

/** Why a campaign can't be launched, or `null` if it can. */
export function launchProblem(campaign: CampaignRules): ProblemCode | null {
  if (campaign.status === "archived") return "campaign_archived";
  if (campaign.status === "launched") return "already_launched";
  return campaign.tracking && campaign.planId === null ? "plan_missing" : null;
}

/** Why a campaign can't be archived, or `null` if it can. */
export function archiveProblem({ status }: CampaignRules): ProblemCode | null {
  if (status === "archived") return "campaign_archived";
  return status === "draft" ? "not_launched" : null;
}

/**
 * Why a campaign can't be changed so, or `null` if it can. `sold`: a sale is recorded under the plan
 * that it had; `overridden`: the caller asks for another plan after the launch all the same.
 */
export function changeProblem(
  before: CampaignRules,
  after: CampaignRules,
  { sold, overridden }: { sold: boolean; overridden: boolean },
): ProblemCode | null {
  const otherPlan = after.planId !== before.planId;
  const otherRules = otherPlan || after.generateOn !== before.generateOn || after.tracking !== before.tracking;
  if (before.status === "archived") return otherRules ? "campaign_archived" : null;
  if (before.status === "draft") return null;
  if (otherPlan && planLocked(before)) {
    if (!overridden || (after.planId === null && after.tracking)) return "plan_locked";
    if (sold) return "sales_recorded";
  }
  // One that was launched without tracking may get it later, but not without a plan to go by.
  return otherRules && after.tracking && after.planId === null ? "plan_missing" : null;
}

/** Whether a campaign keeps its plan: creators may have posted what was made under it. */
export function planLocked({ status, planId }: CampaignRules): boolean {
  return status !== "draft" && planId !== null;
}

/** Which members of a campaign are to have a code and links. */
export function dueMembers({ planId, tracking, generateOn }: CampaignRules): "none" | "approved" | "all" {
  if (planId === null || !tracking) return "none";
  return generateOn === "added" ? "all" : "approved";
}

/** Whether a change makes codes and links due that weren't, so that they are to be generated. */
export function makesDue(before: CampaignRules, after: CampaignRules): boolean {
  if (dueMembers(after) === "none") return false;
  return after.planId !== before.planId || dueMembers(after) !== dueMembers(before);
}

/** How code and links of an assignment stand; `null`: there is no assignment. */
export type Made = "queued" | "ready" | "failed" | "withdrawn" | null;

/** Where a member stands who isn't rejected, by what was made and whether they are due. */
export function stateOf(made: Made, due: boolean): MemberState {
  if (made !== null && made !== "withdrawn") return made;
  return due ? "queued" : "waiting";
}

/** What an admin may do about a creator in a campaign. */
export type MemberAction = "approve" | "reject" | "retry";

/** The parts of a membership that decide what may be done about it. */
export interface Standing {
  status: MemberStatus;
  state: MemberState;
  /** The code was retired or a link deleted, so that another may be made. */
  incomplete: boolean;
}

/** Why something can't be done about a creator in a campaign, or `null` if it can. */
export function memberProblem(
  action: MemberAction,
  campaign: Pick<CampaignRules, "status">,
  { status, state, incomplete }: Standing,
): ProblemCode | null {
  if (campaign.status === "archived") return "campaign_archived";
  if (action === "approve") return status === "approved" ? "already_approved" : null;
  if (action === "reject") return status === "rejected" ? "already_rejected" : null;
  if (state === "waiting" || state === "withdrawn") return "not_due";
  return state === "failed" || (state === "ready" && incomplete) ? null : "already_generated";
}
