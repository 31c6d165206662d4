import { expandPattern, type Profile, profileGaps } from "../code/pattern.ts";
import type { PlanTemplate } from "../../ground/model/plan.ts";
import { PROVIDER_TABLE, type ProviderId } from "../../ground/model/provider.ts";
import { affiliateDestination } from "../provider/destination.ts";
import { taggedUrl } from "../provider/tag.ts";

/** Why nothing could be made for a creator; the code is stable, the detail is for people. */
export interface Failure {
  code:
    | "creator_deleted"
    | "plan_deleted"
    | "missing_first_name"
    | "missing_last_name"
    | "missing_email"
    | "missing_handle"
    | "empty_code"
    | "no_landing_page"
    | "no_free_code"
    | "internal";
  detail: string;
}

/** What is missing and can be made; `null` where nothing of the kind is. */
export interface Making {
  /** What the code should be; one that is taken gets more characters. */
  code: string | null;
  /** Destinations, with link variables. */
  affiliateUrl: string | null;
  trackingUrl: string | null;
}

/** What a decision stands on. */
export interface Grounds {
  plan: Pick<PlanTemplate, "name" | "codePattern" | "landingUrl" | "affiliateLink" | "trackClicks" | "limits">;
  store: { provider: ProviderId; homeUrl: string | null };
  /** `null`: was deleted. */
  creator: Profile | null;
  /** Ids of what there is already. */
  parts: { codeId: string | null; affiliateLinkId: string | null; trackingLinkId: string | null };
  /** The tag by which the store's platform counts for the creator; `null`: there is none. */
  tag: string | null;
  /** The campaign's name, for the pattern; empty if there is none. */
  campaign: string;
  /** Of now, UTC. */
  year: number;
}

/**
 * What to make for a creator under a plan: all that the plan asks for and that isn't there. Whatever is
 * there is never judged again, so a profile that lost a handle since keeps its code.
 */
export function decide({ plan, store, creator, parts, tag, campaign, year }: Grounds): Making | Failure {
  if (creator === null) return { code: "creator_deleted", detail: "The creator was deleted." };
  const { code: rules, affiliateLink, attributionTag } = PROVIDER_TABLE[store.provider].capabilities;
  const carried = attributionTag ? tag : null;
  const wantsCode = plan.codePattern !== null && rules !== null && parts.codeId === null;
  const wantsAffiliate = plan.affiliateLink && parts.affiliateLinkId === null;
  const wantsTracking = plan.trackClicks && parts.trackingLinkId === null;
  const making: Making = { code: null, affiliateUrl: null, trackingUrl: null };
  if (!wantsCode && !wantsAffiliate && !wantsTracking) return making;

  const gaps = profileGaps(wantsCode ? plan.codePattern : null, creator);
  const [gap] = gaps;
  if (gap !== undefined) return { code: gap.code, detail: gaps.map(({ detail }) => detail).join(" ") };

  if (wantsCode) {
    making.code = expandPattern(plan.codePattern ?? "", creator, { campaign, plan: plan.name, year }, rules);
    if (making.code.length < rules.minLength) {
      const rest = making.code === "" ? "nothing" : `only "${making.code}"`;
      const detail = `Of the pattern ${plan.codePattern} ${rest} is left; a code needs ${rules.minLength} characters.`;
      return { code: "empty_code", detail };
    }
  }
  const landingUrl = plan.landingUrl ?? store.homeUrl;
  if (wantsAffiliate || wantsTracking) {
    if (landingUrl === null) {
      return { code: "no_landing_page", detail: "Neither the plan nor its store has a page that links lead to." };
    }
    if (wantsAffiliate)
      making.affiliateUrl = taggedUrl(affiliateDestination(affiliateLink, { landingUrl, plan }), carried);
    if (wantsTracking) making.trackingUrl = taggedUrl(landingUrl, carried);
  }
  return making;
}

/** Whether a decision is a failure. */
export function isFailure(decision: Making | Failure): decision is Failure {
  return "detail" in decision;
}
