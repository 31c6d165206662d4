import type { Deps } from "../../ground/deps.ts";
import type { CallStatus } from "../../ground/model/call.ts";
import type { ConversionCommission, UncountedReason } from "../../ground/model/conversion.ts";
import type { Trust } from "../../ground/model/evidence.ts";
import type { PortalCampaign } from "../frame/load-campaigns.ts";
import { type Brought, campaignNameOf, type CreditRow, creditOf } from "./brought.ts";
import { bookedOf } from "./load-booked.ts";
import { maskedPhone } from "./mask.ts";
import { isVisible, type Sight, sightValues } from "./visible.ts";
import { callStanding, conversionStanding } from "./other-standing.ts";

interface FoundConversion extends CreditRow {
  id: string;
  time: number;
  name: string;
  store: string;
  timezone: string;
  trust: Trust;
  past: number;
  uncounted: UncountedReason | null;
  contested: number;
  commission: ConversionCommission;
  dueAt: number | null;
  unsettled: number;
  currency: string | null;
  minor: number | null;
  /** Of the creator's call that it was made of. */
  isCall: number;
  number: string | null;
  talkSeconds: number | null;
}

const CONVERSIONS = `SELECT c.id, c.time, d.name, coalesce(st.brand_name, st.name) AS store, st.timezone, c.trust,
    c.origin = 'backfill' AS past, c.uncounted, c.contested, c.commission, c.due_at AS dueAt,
    EXISTS (SELECT 1 FROM conversions_due u WHERE u.kind = 'settlement' AND u.id = c.id) AS unsettled, c.shares, c.method,
    m.currency, m.amount_minor AS minor, k.id IS NOT NULL AS isCall, k.number, k.talk_seconds AS talkSeconds,
    iif(c.contested = 1, (SELECT t.value -> 'touch' FROM json_each(c.explanation, '$.candidates') t
      WHERE t.value ->> 'eligible' = 1 AND t.value ->> '$.touch.creatorId' = ?1 LIMIT 1), NULL) AS claim
  FROM json_each(?6) w CROSS JOIN conversions c ON c.id = w.value CROSS JOIN stores st ON st.id = c.store_id
  CROSS JOIN conversion_definitions d ON d.id = c.definition_id
  LEFT JOIN conversion_commissions m ON m.conversion_id = c.id AND m.creator_id = ?1
  LEFT JOIN calls k ON k.id = (SELECT a.id FROM calls a
    LEFT JOIN links l ON l.id = a.link_id LEFT JOIN campaigns x ON x.id = coalesce(l.campaign_id, a.campaign_id)
    WHERE c.event_key = 'call:' || a.id AND a.id = substr(c.event_key, 6) AND a.store_id = c.store_id AND a.creator_id = ?1
      AND ${isVisible("coalesce(l.campaign_id, a.campaign_id)", "coalesce(l.plan_id, x.plan_id)", "a.store_id")})`;

/**
 * The same as `loadOrders` of conversions, with the creator's call that one was made of, where that may be shown (see
 * `Sight`). Throws what D1 throws.
 */
export async function loadConversions(
  deps: Pick<Deps, "d1">,
  sight: Sight,
  campaigns: readonly PortalCampaign[],
  ids: readonly string[],
  now: number,
): Promise<Brought[]> {
  if (ids.length === 0) return [];
  const { creatorId } = sight;
  const [{ results }, booked] = await Promise.all([
    deps.d1
      .prepare(CONVERSIONS)
      .bind(...sightValues(sight), JSON.stringify(ids))
      .all<FoundConversion>(),
    bookedOf(deps, creatorId, "conversion_id", ids),
  ]);
  return results.map((found): Brought => {
    const { id, time, name, store, timezone, currency, minor } = found;
    const { parts, planId } = booked(id);
    const credit = creditOf(creatorId, found, planId, campaigns);
    return {
      kind: "conversion",
      id,
      time,
      title: name,
      store,
      timezone,
      ...credit.shown,
      value: null,
      call: found.isCall === 1 ? maskedPhone(found.number) : null,
      talkSeconds: found.talkSeconds,
      standing: conversionStanding(
        {
          trust: found.trust,
          isPast: found.past === 1,
          uncounted: found.uncounted,
          contested: found.contested === 1,
          isCredited: credit.index >= 0,
          commission: found.commission,
          dueAt: found.dueAt,
          isUnsettled: found.unsettled === 1,
          expected: currency === null || minor === null ? null : { currency, minor },
          booked: parts,
        },
        now,
      ),
    };
  });
}

interface FoundCall {
  id: string;
  time: number;
  number: string | null;
  store: string;
  timezone: string;
  status: CallStatus;
  outbound: number;
  qualified: number;
  talkSeconds: number | null;
  campaignId: string | null;
  planId: string | null;
}

const CALLS = `SELECT c.id, c.started_at AS time, c.number, coalesce(st.brand_name, st.name) AS store, st.timezone, c.status,
    c.direction = 'outbound' AS outbound, c.qualified, c.talk_seconds AS talkSeconds,
    coalesce(l.campaign_id, c.campaign_id) AS campaignId, coalesce(l.plan_id, k.plan_id) AS planId
  FROM json_each(?2) w CROSS JOIN calls c ON c.id = w.value AND c.creator_id = ?1
  CROSS JOIN stores st ON st.id = c.store_id LEFT JOIN links l ON l.id = c.link_id
  LEFT JOIN campaigns k ON k.id = coalesce(l.campaign_id, c.campaign_id)`;

/** The same as `loadOrders` of calls. Nothing of them says who called. Throws what D1 throws. */
export async function loadCalls(
  { d1 }: Pick<Deps, "d1">,
  creatorId: string,
  campaigns: readonly PortalCampaign[],
  ids: readonly string[],
): Promise<Brought[]> {
  if (ids.length === 0) return [];
  const { results } = await d1.prepare(CALLS).bind(creatorId, JSON.stringify(ids)).all<FoundCall>();
  return results.map(({ id, time, number, store, timezone, status, outbound, qualified, talkSeconds, ...owner }) => ({
    kind: "call",
    id,
    time,
    title: maskedPhone(number),
    store,
    timezone,
    campaign: campaignNameOf(owner, campaigns),
    via: null,
    part: null,
    value: null,
    call: null,
    talkSeconds,
    standing: callStanding({ status, isOutbound: outbound === 1, qualified: qualified === 1 }),
  }));
}
