import type { OrderStatus } from "../../ground/model/order.ts";
import type { ShownStatus } from "./state.ts";

/** What can move an order: what the shop reported, a rule, a hand, the lock of a period, or a payout run. */
type Cause = "source" | "rule" | "admin" | "period" | "payout";

/** Something that happened to an order or to the books it is in. */
export interface Moment {
  /** ms UTC. */
  time: number;
  cause: Cause;
  /** Who did it: id of the API key, or `bootstrap`; `null`: nobody. */
  actor: string | null;
  reason: string | null;
  periodId: string | null;
  payoutId: string | null;
  /** Where it put the order itself, that its approval is locked since, or where it put the payout run. */
  effect: { status: OrderStatus } | { locked: true } | { run: "draft" | "paid" | "closed" };
}

/** A change of where an order stands, as the API shows it. */
export interface Step extends Omit<Moment, "effect"> {
  /** `null`: it was recorded. */
  from: ShownStatus | null;
  to: ShownStatus;
}

/**
 * Where an order stood by all that happened, step by step. Moments are played by their time, and those of
 * the same time as they come. What moves nothing, such as the lock of a period around a declined order, is
 * no step.
 */
export function stepsOf(moments: readonly Moment[]): Step[] {
  let status: OrderStatus | null = null;
  let locked = false;
  const runs = new Map<string, "draft" | "paid">();
  const shown = (): ShownStatus | null => {
    if (status !== "approved") return status;
    const live = [...runs.values()];
    if (live.includes("paid")) return "paid";
    if (live.includes("draft")) return "payable";
    return locked ? "locked" : "approved";
  };
  const steps: Step[] = [];
  for (const { effect, ...moment } of moments.toSorted((a, b) => a.time - b.time)) {
    const from = shown();
    if ("status" in effect) status = effect.status;
    else if ("locked" in effect) locked = true;
    else if (effect.run === "closed") runs.delete(moment.payoutId ?? "");
    else runs.set(moment.payoutId ?? "", effect.run);
    const to = shown();
    if (to !== null && to !== from) steps.push({ ...moment, from, to });
  }
  return steps;
}
