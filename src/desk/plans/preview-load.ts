import type { PlanPreview } from "../../programme/plan/preview-run.ts";
import type { Desk } from "../frame/desk-load.ts";

/** Of whom a preview is where nobody is named: every network that a pattern may name has a handle. */
const SOMEBODY = {
  firstName: "Lea",
  lastName: "Sommer",
  handles: { instagram: "lea.sommer", tiktok: "lea.sommer", youtube: "leasommer", x: "leasommer", twitch: "leasommer" },
};

/** Whom a preview is for, as its form says it: a creator who is there goes before one who is imagined. */
export function forWhom(read: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { creatorId, creator, campaignId, campaign } = read;
  const whom = creatorId !== undefined ? { creatorId } : { creator: creator ?? SOMEBODY };
  const where = campaignId !== undefined ? { campaignId } : campaign !== undefined ? { campaign } : {};
  return { ...whom, ...where };
}

/** What a creator would get by a plan that is saved. Throws the API's `Problem`. */
export async function previewOf(desk: Desk, planId: string, asked: unknown): Promise<PlanPreview> {
  return sent(desk, `/tracking-plans/${encodeURIComponent(planId)}/preview`, asked);
}

/** What a creator would get by a plan that isn't saved. Throws the API's `Problem`. */
export async function draftPreviewOf(desk: Desk, asked: unknown): Promise<PlanPreview> {
  return sent(desk, "/tracking-plans/preview", asked);
}

async function sent(desk: Desk, path: string, body: unknown): Promise<PlanPreview> {
  const answer = await desk.api.send<PlanPreview>("POST", path, body);
  if (!answer.ok) throw answer.problem;
  return answer.body;
}
