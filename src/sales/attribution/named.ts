/** What clicks, codes and calls share: whose each is, and under which plan. */
export interface Named {
  creator_id: string | null;
  creator_deleted_at: number | null;
  email: string | null;
  external_id: string | null;
  campaign_id: string | null;
  plan_id: string | null;
  plan_starts_at: number | null;
  plan_ends_at: number | null;
}

/** SQL: the columns of a {@link Named} but `campaign_id`, of rows `creator` and `plan`. */
export const NAMED_SQL = `creator.id AS creator_id, creator.deleted_at AS creator_deleted_at, creator.email, creator.external_id,
  plan.id AS plan_id, plan.starts_at AS plan_starts_at, plan.ends_at AS plan_ends_at`;

/** The parts of a touch that say whose it is; `undefined`: nobody knows. */
export function namedParts(named: Named | undefined) {
  return {
    creatorId: named?.creator_id ?? null,
    creatorDeletedAt: named?.creator_deleted_at ?? null,
    campaignId: named?.campaign_id ?? null,
    planId: named?.plan_id ?? null,
    planStartsAt: named?.plan_starts_at ?? null,
    planEndsAt: named?.plan_ends_at ?? null,
  };
}
