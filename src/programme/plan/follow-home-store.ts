import { and, asc, eq, isNull } from "drizzle-orm";
import { mustHold } from "../../ground/db/premise.ts";
import { trackingPlans } from "../../ground/db/schema/plan.ts";
import type { Deps } from "../../ground/deps.ts";
import { type FieldError, Problem } from "../../ground/http/problem.ts";
import type { StoreRow } from "../store/store.ts";
import { destinationsOf, moveLinks, movesOf, tagsUnder } from "./move-links-store.ts";

/**
 * Statements that have a store's tracking plans follow a change of the store: links of plans without a
 * page of their own lead to the new home page. They are to stand before the store's own change, and break
 * their batch off if the store's home page or what follows it isn't as it was read. Throws a `Problem`
 * (422) for what plans depend on: the provider, the currency that their amounts are in, and a home page
 * where some lead. `now` is ms UTC.
 */
export async function followHome(
  { d1, db }: Deps,
  before: StoreRow,
  after: StoreRow,
  now: number,
): Promise<D1PreparedStatement[]> {
  const changed = (["provider", "currency", "homeUrl"] as const).filter((field) => before[field] !== after[field]);
  if (changed.length === 0) {
    // Written as it was read, the page would undo another that came in between, and links would not follow.
    return [mustHold(d1, "EXISTS (SELECT 1 FROM stores WHERE id = ?1 AND home_url IS ?2)", before.id, before.homeUrl)];
  }
  const plans = await db
    .select()
    .from(trackingPlans)
    .where(and(eq(trackingPlans.storeId, before.id), isNull(trackingPlans.deletedAt)))
    .orderBy(asc(trackingPlans.id));
  const faults = changed.flatMap((field): FieldError[] => {
    if (field !== "homeUrl") {
      return plans.length === 0 ? [] : [{ path: field, message: "can't change while the store has tracking plans" }];
    }
    const leads = plans.some((plan) => plan.landingUrl === null && (plan.affiliateLink || plan.trackClicks));
    return leads && after.homeUrl === null
      ? [{ path: field, message: "can't be taken away while links of tracking plans lead there" }]
      : [];
  });
  const [first] = faults;
  if (first !== undefined) throw new Problem("validation_failed", `${first.path}: ${first.message}`, faults);

  const followers = plans.filter((plan) => plan.landingUrl === null);
  const tags = await tagsUnder(d1, before);
  const moves = followers.flatMap((plan) =>
    movesOf(plan.id, destinationsOf(plan, before), destinationsOf(plan, after), tags.get(plan.id)),
  );
  return [
    mustHold(
      d1,
      `(SELECT json_group_array(json_array(id, updated_at)) FROM (
         SELECT id, updated_at FROM tracking_plans WHERE store_id = ?1 AND deleted_at IS NULL ORDER BY id)) = ?2`,
      before.id,
      JSON.stringify(plans.map((plan) => [plan.id, plan.updatedAt])),
    ),
    ...moveLinks(d1, moves, now),
    // What is being generated just now was planned with the old page: it finds the plan changed, and plans anew.
    d1
      .prepare(
        `UPDATE tracking_plans SET updated_at = max(?2, updated_at + 1)
         WHERE store_id = ?1 AND landing_url IS NULL AND deleted_at IS NULL`,
      )
      .bind(before.id, now),
  ];
}
