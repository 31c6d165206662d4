import type { TrackingPlan } from "../../programme/plan/schema.ts";
import type { Desk } from "../frame/desk-load.ts";
import { PreviewFacts } from "./plan-preview.tsx";
import { draftPreviewOf, forWhom } from "./preview-load.ts";
import type { SampleOrder } from "./sample.ts";
import { SampleEarns } from "./sample-order.tsx";

/** The currency of a plan's store, as far as whoever looks may know it. */
export function currencyOf(desk: Desk, { storeId }: Pick<TrackingPlan, "storeId">): string | null {
  return desk.stores.find(({ id }) => id === storeId)?.currency ?? null;
}

/** What a plan that isn't saved would give a creator, and what an order would earn by it. */
export async function draftPreview(desk: Desk, plan: Record<string, unknown>, whom: Record<string, unknown>) {
  const preview = await draftPreviewOf(desk, { plan, ...forWhom(whom) });
  const order = (whom["order"] ?? {}) as SampleOrder;
  const { commission, storeId } = plan as { commission?: Record<string, unknown>; storeId?: string };
  const currency = desk.stores.find(({ id }) => id === storeId)?.currency ?? order.currency ?? "EUR";
  return (
    <>
      <h3>What a creator would get</h3>
      <PreviewFacts preview={preview} />
      <h3>What an order would earn</h3>
      {commission === undefined ? (
        <p class="warn">Nothing: the plan names no commission.</p>
      ) : (
        <SampleEarns desk={desk} commission={commission} order={order} currency={currency} />
      )}
    </>
  );
}
