import type { TrackingPlan } from "../../programme/plan/schema.ts";
import type { Desk } from "../frame/desk-load.ts";

/** Says so where nobody earns anything by orders under a plan, and leads to where that is mended. Nothing, if it can't be read. */
export async function EarnsNothing({ desk, planId }: { desk: Desk; planId: string | null }) {
  if (planId === null) return <></>;
  const plan = await desk.api.get<TrackingPlan>(`/tracking-plans/${planId}`).catch(() => null);
  if (plan === null || plan.commission.value !== 0) return <></>;
  if (plan.commission.tiers.length > 0 || plan.commission.special.length > 0) return <></>;
  return (
    <p class="warn">
      Nobody earns anything by orders under its plan.{" "}
      <a href={`/admin/plans/${planId}/edit#f-commission-value`}>Say what creators earn</a>
    </p>
  );
}
