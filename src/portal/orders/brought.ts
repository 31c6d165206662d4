import type { Method, Share } from "../../ground/model/attribution.ts";
import { isOfCampaign } from "../../ground/db/belongs.ts";
import type { PortalCampaign } from "../frame/load-campaigns.ts";
import type { Kind, Place } from "./query.ts";
import type { Amount, Standing } from "./standing.ts";

/** Something that a creator brought, as they are shown it. */
export interface Brought extends Place {
  kind: Kind;
  /** The end of an order's number, what the store calls a conversion, or a call's number but for its middle. */
  title: string;
  /** The store, as people know it. */
  store: string;
  /** Of the store (IANA): in which its days are told. */
  timezone: string;
  /** What the campaign is called; `null`: it belongs to none. */
  campaign: string | null;
  /** By what it is credited to them; `null`: not by one thing, or not at all. */
  via: Method | null;
  /** The creator's part, as a fraction; `null`: all of it. */
  part: { numerator: number; denominator: number } | null;
  /** What was sold by the creator's part, less what was given back; `null`: no server has named it. */
  value: Amount | null;
  /** The number, but for its middle, of the call that a conversion was made of; `null`: of none that is theirs, or no conversion. */
  call: string | null;
  /** How long somebody talked, s; `null`: it is no call and was made of none, or nobody did. */
  talkSeconds: number | null;
  standing: Standing;
}

/** What a row of orders or conversions has of those who are credited with it, or may be. */
export interface CreditRow {
  /** JSON. */
  shares: string;
  /** The owner's. */
  method: Method | null;
  /** What the creator is contested for: a touch, as JSON. */
  claim: string | null;
}

/** What a creator is credited with of a row, and as what they are shown it. */
export interface Credit {
  shown: Pick<Brought, "campaign" | "via" | "part">;
  shares: readonly Share[];
  /** The place of theirs among the shares, 0: the owner's; less than 0: none is. */
  index: number;
}

/**
 * What a creator is credited with of a row; `bookedPlan`: the plan that it was booked under, `campaigns`: those that show
 * their numbers, newest first.
 */
export function creditOf(
  creatorId: string,
  row: CreditRow,
  bookedPlan: string | null,
  campaigns: readonly PortalCampaign[],
): Credit {
  const shares = JSON.parse(row.shares) as Share[];
  const index = shares.findIndex((share) => share.creatorId === creatorId);
  const share = shares[index];
  const claim = row.claim === null ? null : (JSON.parse(row.claim) as Pick<Share, "campaignId" | "planId">);
  const campaign = campaignNameOf(share ?? claim ?? { campaignId: null, planId: bookedPlan }, campaigns);
  if (share === undefined) return { shown: { campaign, via: null, part: null }, shares, index };
  const { numerator, denominator } = share.weight;
  // Of further shares it isn't kept how they came about where neither a link nor a code did.
  const via = index === 0 ? row.method : share.codeId !== null ? "code" : share.linkId !== null ? "click" : null;
  const part = numerator === denominator ? null : { numerator, denominator };
  return { shown: { campaign, via, part }, shares, index };
}

/** What the campaign is called that something was brought for; `campaigns`: those that show their numbers, newest first. */
export function campaignNameOf(
  of: { campaignId: string | null; planId: string | null },
  campaigns: readonly PortalCampaign[],
): string | null {
  const own = campaigns.filter((campaign) => isOfCampaign(of, campaign));
  return (own.find(({ id }) => id === of.campaignId) ?? own.at(-1))?.name ?? null;
}
