import type { PortalCampaign } from "../frame/load-campaigns.ts";
import { openStores } from "../frame/stores.ts";
import type { Asked } from "./query.ts";

/** What of a creator may be shown, as JSON lists of ids for statements: see {@link isVisible}. */
export interface Sight {
  creatorId: string;
  /** Campaigns that show their numbers. */
  campaigns: string;
  /** Their tracking plans. */
  plans: string;
  /** Stores where none of the creator's campaigns hides its numbers, for what belongs to no campaign. */
  stores: string;
  /** Plans of none that hides its numbers, for what is told apart by its plan alone. */
  ownPlans: string;
}

/** What a creator may be shown of what is asked for; `campaigns`: all of theirs. */
export function sightOf(
  creatorId: string,
  campaigns: readonly PortalCampaign[],
  { campaign }: Pick<Asked, "campaign">,
): Sight {
  const shown = campaigns.filter(({ visible }) => visible);
  const wanted = campaign === null ? shown : [campaign];
  const hidden = campaigns.filter(({ visible }) => !visible);
  const plansOf = (some: readonly PortalCampaign[]) => [...new Set(some.flatMap(({ planId }) => planId ?? []))];
  const hiddenPlans = plansOf(hidden);
  return {
    creatorId,
    campaigns: JSON.stringify(wanted.map(({ id }) => id)),
    plans: JSON.stringify(plansOf(wanted)),
    stores: JSON.stringify(campaign === null ? openStores(campaigns) : []),
    ownPlans: JSON.stringify(plansOf(wanted).filter((id) => !hiddenPlans.includes(id))),
  };
}

/** The values that statements with {@link isVisible} bind from `?1` on: `?1` is the creator, `?5` their own plans. */
export function sightValues({ creatorId, campaigns, plans, stores, ownPlans }: Sight): string[] {
  return [creatorId, campaigns, plans, stores, ownPlans];
}

/** SQL: that a text is among those of a bound JSON list. */
const among = (text: string, list: string): string => `${text} IN (SELECT value FROM json_each(${list}))`;

/**
 * SQL: that what a creator brought for a campaign, under a plan, in a store (SQL of each) may be shown: it belongs to a
 * campaign that shows its numbers, and wasn't brought for another that hides them.
 */
export function isVisible(campaign: string, plan: string, store: string): string {
  return `(${among(campaign, "?2")} OR ${among(plan, "?3")}
      OR (${campaign} IS NULL AND ${plan} IS NULL AND ${among(store, "?4")}))
    AND NOT EXISTS (SELECT 1 FROM campaigns hid WHERE hid.id = ${campaign} AND hid.deleted_at IS NULL
      AND hid.creators_see_performance = 0)`;
}

/** SQL: the share of the creator in the row `row` of orders or conversions, under a condition on it as `s`. */
const share = (row: string, condition: string): string =>
  `EXISTS (SELECT 1 FROM json_each(${row}.shares) s WHERE s.value ->> 'creatorId' = ?1 AND ${condition})`;

/** SQL: that the creator is credited with a part of the row, whether that may be shown or not. */
export function isCredited(row: string): string {
  return share(row, "TRUE");
}

/**
 * SQL: that the creator's part of the row `row` of orders, or of conversions, may be shown: their share; or while it is
 * contested (`contested`: SQL) that they are among those for whom browsers claim it; or what is booked of it though they
 * are credited no more, of which the plan alone is known.
 */
export function isPartVisible(row: string, key: "order_id" | "conversion_id", contested: string): string {
  const part = (from: string): string =>
    isVisible(`${from} ->> 'campaignId'`, `${from} ->> 'planId'`, `${row}.store_id`);
  const booked = `SELECT 1 FROM ledger l WHERE l.${key} = ${row}.id AND l.creator_id = ?1 AND l.plan_id`;
  return `CASE WHEN ${isCredited(row)} THEN ${share(row, part("s.value"))}
    WHEN ${contested} THEN EXISTS (SELECT 1 FROM json_each(${row}.explanation, '$.candidates') c
      WHERE c.value ->> 'eligible' = 1 AND c.value ->> '$.touch.creatorId' = ?1 AND ${part("(c.value -> 'touch')")})
    ELSE EXISTS (${booked} IN (SELECT value FROM json_each(?5)))
      AND NOT EXISTS (${booked} NOT IN (SELECT value FROM json_each(?5))) END`;
}
