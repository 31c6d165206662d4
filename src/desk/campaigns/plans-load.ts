import { Problem } from "../../ground/http/problem.ts";
import type { Campaign } from "../../programme/campaign/schema.ts";
import type { TrackingPlan } from "../../programme/plan/schema.ts";
import type { Page } from "../frame/api-load.ts";
import type { Desk } from "../frame/desk-load.ts";
import type { Option } from "../form/field.ts";

/** Plans that a choice may have: more are found by typing. */
const MOST = 200;

/** A campaign with what its plan is called. */
export type NamedCampaign = Campaign & { names?: Readonly<Record<string, string>> };

/**
 * The plans of the store that is chosen, or of all, newest first, and the one that a campaign has already; `null`: they are
 * too many for a choice, or the key has to name a store first.
 */
export async function plansToChoose(desk: Desk, campaign: NamedCampaign | null): Promise<Option[] | null> {
  try {
    const { data, nextCursor } = await desk.api.get<Page<TrackingPlan>>("/tracking-plans", {
      store: desk.store?.id,
      limit: MOST,
    });
    if (nextCursor !== null) return null;
    const options = data.map(({ id, name }) => ({ value: id, label: name }));
    const current = campaign?.planId ?? null;
    if (current === null || options.some(({ value }) => value === current)) return options;
    return [{ value: current, label: campaign?.names?.[current] ?? current }, ...options];
  } catch (error) {
    if (error instanceof Problem) return null;
    throw error;
  }
}
