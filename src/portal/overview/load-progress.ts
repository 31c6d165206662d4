import { dayIn } from "../../books/ledger/calendar.ts";
import { goesBy } from "../../books/ledger/group.ts";
import { type Position, positionKey, soldBefore } from "../../books/ledger/load-grounds.ts";
import { type Progress, progressOf } from "../../books/ledger/progress.ts";
import { withoutOf } from "../../books/ledger/without.ts";
import type { Deps } from "../../ground/deps.ts";
import type { Commission } from "../../ground/model/plan.ts";
import { lastOfMonth } from "../../ground/time/range.ts";
import { rulesOf } from "../../programme/plan/rule-store.ts";
import type { PortalCampaign } from "../frame/load-campaigns.ts";

/** How far a creator has come this month by the rule of a plan. */
export interface PlanProgress extends Progress {
  rule: Commission;
  /** Of the store, ISO 4217: sales, tiers and caps are in it. */
  currency: string;
  /** The last day of the month in the store's time zone (2026-11-30): then all begins anew. */
  until: string;
  /** Orders of the month that count 0, since an exchange rate is missing. */
  waiting: number;
}

/**
 * How far a creator has come in this month of each store (`now`: ms UTC), by plan: of those whose rule has tiers or a cap
 * for a creator. It is what the books would pay the next order by. Nothing is said of a plan that a campaign shares
 * which hides its numbers, nor where orders of such a one count. Throws what D1 throws.
 */
export async function readProgress(
  deps: Pick<Deps, "d1">,
  creatorId: string,
  campaigns: readonly PortalCampaign[],
  now: number,
): Promise<ReadonlyMap<string, PlanProgress>> {
  const hidden = new Set(campaigns.flatMap(({ visible, planId }) => (visible ? [] : [planId])));
  const stores = new Map(
    campaigns.flatMap(({ planId, store, ended }) =>
      planId === null || store === null || ended || hidden.has(planId) ? [] : [[planId, store] as const],
    ),
  );
  if (stores.size === 0) return new Map();
  const ruleOf = await rulesOf(deps, [...stores.keys()]);
  const wanted = [...stores].flatMap(([planId, { currency, timezone }]) => {
    const rule = ruleOf(planId, now);
    if (rule === null || goesBy(rule).length === 0) return [];
    const month = dayIn(timezone, now).slice(0, 7);
    // The next order is placed no sooner than in a moment.
    const position: Position = { planId, creatorId, month, placedAt: now + 1, orderId: planId };
    return [{ planId, rule, currency, month, position }];
  });
  if (wanted.length === 0) return new Map();
  const [before, secret] = await Promise.all([
    soldBefore(
      deps,
      wanted.map(({ position }) => position),
      [],
    ),
    plansWithHidden(deps, creatorId, wanted),
  ]);
  return new Map(
    wanted.flatMap(({ planId, rule, currency, month, position }): [string, PlanProgress][] => {
      const sums = before.get(positionKey(position));
      if (sums === undefined || secret.has(planId)) return [];
      const waiting = withoutOf(sums.waiting, goesBy(rule))?.count ?? 0;
      const { commission } = rule;
      return [
        [
          planId,
          { ...progressOf(commission, sums), rule: commission, currency, until: lastOfMonth(`${month}-01`), waiting },
        ],
      ];
    }),
  );
}

/** Plans in whose month orders of campaigns count that hide their numbers. */
async function plansWithHidden(
  { d1 }: Pick<Deps, "d1">,
  creatorId: string,
  wanted: readonly { planId: string; month: string }[],
): Promise<Set<string>> {
  const { results } = await d1
    .prepare(
      `SELECT DISTINCT c.plan_id AS planId FROM json_each(?2) w CROSS JOIN order_commissions c
         ON c.plan_id = w.value ->> 'planId' AND c.creator_id = ?1 AND c.month = w.value ->> 'month'
       JOIN campaigns x ON x.id = c.campaign_id AND x.deleted_at IS NULL AND x.creators_see_performance = 0`,
    )
    .bind(creatorId, JSON.stringify(wanted.map(({ planId, month }) => ({ planId, month }))))
    .all<{ planId: string }>();
  return new Set(results.map(({ planId }) => planId));
}
